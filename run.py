#!/usr/bin/env python3
"""One door for people: ``python run.py`` prepares everything and opens the workbench; ``python run.py test`` runs CI.

    python run.py                 open the workbench on the demo month (headless without a display)
    python run.py FILE...         open front-page files or a session
    python run.py setup           only prepare .venv
    python run.py test [ARGS]     everything CI runs but the Windows stage; ARGS go to pytest and then only the tests run
    python run.py test --windows  with the Windows stage, as CI runs it (CI=true does the same)
    python run.py windows [ARGS]  build, prove and pack the Windows program (needs Debian as root; takes minutes)
    python run.py lock            resolve the lock files anew (maintainers; needs the network)

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
OUT = ROOT / "out"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
RUNTIME_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"

# What Qt needs on a bare Debian 12 (found there with ldd, package by package), and a font with Chinese.
DEBIAN_PACKAGES = [
    *(
        "libglib2.0-0",
        "libgl1",
        "libegl1",
        "libdbus-1-3",
        "libfontconfig1",
        "libxkbcommon0",
        "fonts-wqy-microhei",
    ),
    *("libx11-xcb1", "libxkbcommon-x11-0"),
    *(
        f"libxcb-{part}"
        for part in ["cursor0", "icccm4", "image0", "keysyms1", "randr0", "render-util0", "render0"]
    ),
    *(f"libxcb-{part}" for part in ["shape0", "shm0", "sync1", "util1", "xfixes0", "xkb1"]),
]
PROBE = """
import sys
from PySide6.QtGui import QFontDatabase, QGuiApplication
app = QGuiApplication(sys.argv[:1])
chinese = QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese)
sys.exit(0 if chinese else 3)
"""


def main(arguments: Sequence[str]) -> int:
    """Dispatch; the exit code is that of the program that ran."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the whole point: say it in words on an old Python
        print(f"需要 Python 3.11 或更新版本，当前是 {sys.version.split()[0]}。", file=sys.stderr)
        return 2
    command = arguments[0] if arguments else ""
    try:
        if command == "setup":
            prepare(RUNTIME_LOCK)
            print("环境已就绪：.venv")
            return 0
        if command == "test":
            prepare(DEV_LOCK)
            return test(arguments[1:])
        if command == "windows":
            prepare(DEV_LOCK)
            return subprocess.call([PYTHON, "-m", "tests.windows", *arguments[1:]], cwd=ROOT)
        if command == "lock":
            return lock()
        if command in {"-h", "--help", "help"}:
            print(__doc__)
            return 0
        prepare(RUNTIME_LOCK)
        return open_workbench(arguments)
    except subprocess.CalledProcessError as error:
        shown = " ".join(str(part) for part in error.cmd[:4])
        print(f"这一步没有成功（退出码 {error.returncode}）：{shown} …", file=sys.stderr)
        return error.returncode or 1
    except KeyboardInterrupt:
        return 130


def open_workbench(arguments: Sequence[str]) -> int:
    """The main job: the window where there is a display, the same work headless where there is none."""
    extra = [] if has_display() else ["--headless", "--out", str(OUT)]
    if extra:
        print("没有检测到显示器：不打开窗口，改为在命令行完成同样的工作，结果写入 out/ 。", flush=True)
    environment = dict(os.environ, PYTHONUTF8="1")
    if extra:
        environment["QT_QPA_PLATFORM"] = "offscreen"
    return subprocess.call([PYTHON, "-m", "ui", *extra, *arguments], cwd=ROOT, env=environment)


def has_display() -> bool:
    """Whether a window can be shown here."""
    if WINDOWS or sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


# --- preparing ---------------------------------------------------------------------------------------------


def prepare(lock_file: Path) -> None:
    """Make ``.venv`` from the hashed lock file and see that Qt can run; does nothing when all is as it was."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    wanted = f"{python} {digest(lock_file)}"
    stamp = VENV / "casecode-stamp.txt"
    have = stamp.read_text(encoding="utf-8") if stamp.exists() and PYTHON.exists() else ""
    if wanted in have.splitlines():
        return
    if not PYTHON.exists() or not have.startswith(python):
        print("正在建立运行环境 .venv（首次运行需要一两分钟）…", flush=True)
        make_venv()
    print(f"正在按 {lock_file.name} 安装依赖（逐个校验哈希）…", flush=True)
    run(
        [
            PYTHON,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            lock_file,
        ]
    )
    if sys.platform.startswith("linux"):
        prepare_linux()
    lines = [wanted]
    if lock_file == DEV_LOCK:  # holds all of the runtime lock
        lines.append(f"{python} {digest(RUNTIME_LOCK)}")
    stamp.write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_venv() -> None:
    """A fresh virtual environment; Debian splits venv's pip out of Python, so that is put right first."""
    if VENV.exists():
        shutil.rmtree(VENV)
    if subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, check=False).returncode:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        install_debian([package], why="Python 的 venv 模块")
        shutil.rmtree(VENV, ignore_errors=True)
        run([sys.executable, "-m", "venv", VENV])


def prepare_linux() -> None:
    """Qt needs system libraries and a font with Chinese: install them on Debian as root, else name the command."""
    if qt_runs():
        return
    install_debian(DEBIAN_PACKAGES, why="Qt 需要的系统库和中文字体")
    if not qt_runs():
        print("警告：系统库已安装，但 Qt 仍不能启动；窗口可能打不开。", file=sys.stderr)


def qt_runs() -> bool:
    """Whether Qt starts offscreen and finds a font with Chinese (asked of a subprocess: a missing library aborts)."""
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen")
    return (
        subprocess.run([PYTHON, "-c", PROBE], env=environment, capture_output=True, check=False).returncode
        == 0
    )


def install_debian(packages: Sequence[str], *, why: str) -> None:
    """Install Debian packages as root; where that cannot be done, print the one command that does it."""
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        print(f"正在安装 {why}…", flush=True)
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        run([apt, "update", "-qq"], quiet=True, env=environment)
        run([apt, "install", "-y", "-qq", "--no-install-recommends", *packages], quiet=True, env=environment)
        return
    if apt:
        print(f"缺少 {why}。请先运行：\n  sudo apt-get install -y {' '.join(packages)}", file=sys.stderr)
    elif shutil.which("dnf"):
        command = (
            "sudo dnf install -y mesa-libGL mesa-libEGL libxkbcommon-x11 xcb-util-cursor wqy-microhei-fonts"
        )
        print(f"缺少 {why}。请先运行：\n  {command}", file=sys.stderr)
    else:
        print(f"缺少 {why}。请用本机的包管理器安装 Qt 6 的 xcb 依赖和一款中文字体。", file=sys.stderr)


def digest(file: Path) -> str:
    """SHA-256 of a file's text, the same with LF and CRLF."""
    return hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def run(command: Sequence[object], *, quiet: bool = False, env: dict[str, str] | None = None) -> None:
    """Run a command to its end; a failure raises, and shows what a quiet one would have printed."""
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=env, check=False, capture_output=quiet, text=True
    )
    if done.returncode:
        if quiet:
            print(done.stdout[-4000:], done.stderr[-4000:], sep="\n", file=sys.stderr)
        raise subprocess.CalledProcessError(done.returncode, done.args)


# --- testing -----------------------------------------------------------------------------------------------


def test(arguments: Sequence[str]) -> int:
    """Everything CI runs, one stage after another; all stages run, any failure fails the whole.

    The Windows stage takes minutes and installs Debian packages: it runs in CI and with ``--windows``.
    """
    with_windows = "--windows" in arguments or bool(os.environ.get("CI"))
    arguments = [word for word in arguments if word != "--windows"]
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", PYTHONUTF8="1")
    tool = VENV / ("Scripts" if WINDOWS else "bin")
    stages: list[tuple[str, list[object]]] = [
        ("ruff check", [tool / "ruff", "check", "."]),
        ("ruff format", [tool / "ruff", "format", "--check", "."]),
        ("mypy --strict", [PYTHON, "-m", "mypy"]),
        ("lint-imports", [tool / "lint-imports"]),
        ("benches", [PYTHON, "-m", "tests.bench", "--small"]),
        ("frozen program", [PYTHON, "-m", "tests.frozen"]),
        ("windows", [PYTHON, "-m", "tests.windows", "--twice"]),
        ("tests", [PYTHON, "-m", "pytest"]),  # last, so that its closing line closes the run
    ]
    if not with_windows:
        stages = [stage for stage in stages if stage[0] != "windows"]
    if arguments:
        stages = [("tests", [PYTHON, "-m", "pytest", *arguments])]
    elif missing := missing_build_packages():
        install_debian(missing, why="PyInstaller 需要的软件包")
    failed = []
    for name, command in stages:
        print(f"== {name}", flush=True)
        began = time.monotonic()
        code = subprocess.call([str(part) for part in command], cwd=ROOT, env=environment)
        print(
            f"-- {name}: {'ok' if code == 0 else f'failed ({code})'}, {time.monotonic() - began:.0f} s",
            flush=True,
        )
        if code:
            failed.append(name)
    if failed:
        print(f"FAILED: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def missing_build_packages() -> list[str]:
    """What PyInstaller needs on Linux and Debian keeps apart: objdump, and the shared library of Debian's own Python."""
    if not sys.platform.startswith("linux"):
        return []
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    missing = [] if shutil.which("objdump") else ["binutils"]
    if sys.base_prefix == "/usr" and not any(Path("/usr/lib").glob(f"*/libpython{python}.so*")):
        missing.append(f"libpython{python}")
    return missing


def lock() -> int:
    """Resolve both lock files anew with uv, for all platforms, with hashes."""
    prepare(DEV_LOCK)
    run([PYTHON, "-m", "pip", "install", "--quiet", "uv"])
    common = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--quiet"]
    uv = [PYTHON, "-m", "uv", "pip", "compile", *common]
    run([*uv, "-o", RUNTIME_LOCK, "pyproject.toml"])
    run([*uv, "--extra", "dev", "-o", DEV_LOCK, "pyproject.toml"])
    windows = [
        "--python-platform",
        "x86_64-pc-windows-msvc",
        *(word for word in common if word != "--universal"),
    ]
    target = ["-o", ROOT / "requirements-windows.lock", "pyproject.toml"]
    run([PYTHON, "-m", "uv", "pip", "compile", *windows, "--extra", "windows", *target])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
