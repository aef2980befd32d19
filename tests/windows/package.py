"""From the built folder to what a hospital downloads: licences, hash list, installer, portable zip. All reproducible."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tests.windows.lab import LAB, ROOT, LabError

PROGRAM = "CaseCodeQA"
FIXED_TIME = 1767225600
"""2026-01-01T00:00:00Z: the time stamp of every file we package (SOURCE_DATE_EPOCH)."""
ZIP_TIME = (2026, 1, 1, 0, 0, 0)
MARKER = "portable.txt"
QT_NOTICE = """本程序使用 Qt 6 与 Qt for Python（PySide6、shiboken6），按 GNU LGPL v3 使用。
它们以独立的动态库形式存放在 _internal/PySide6 与 _internal/shiboken6 中，您可以用自己编译的兼容版本替换。
Qt 的源代码与许可证见 https://www.qt.io/ ，本程序自身的源代码随项目公开（MIT 许可证）。
"""


def version() -> str:
    """The version in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def files_of(folder: Path) -> Iterator[Path]:
    """Every file below a folder, in an order that does not depend on the disk."""
    return iter(
        sorted((file for file in folder.rglob("*") if file.is_file()), key=lambda file: file.as_posix())
    )


def hash_list(folder: Path) -> str:
    """``sha256  relative/path`` for every file, as sha256sum writes it."""
    lines = (
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(folder).as_posix()}"
        for file in files_of(folder)
    )
    return "\n".join(lines) + "\n"


def add_licences(program: Path, site: Path) -> int:
    """Put our licence, Qt's notice and every bundled library's own licence files beside the program.

    Returns:
        How many third-party licence files there are.
    """
    shutil.copyfile(ROOT / "LICENSE", program / "LICENSE.txt")
    folder = program / "LICENSES"
    folder.mkdir(exist_ok=True)
    (folder / "Qt-LGPL.txt").write_text(QT_NOTICE, encoding="utf-8-sig", newline="\r\n")
    shutil.copyfile(site.parents[1] / "LICENSE.txt", folder / "Python-LICENSE.txt")
    count = 0
    for info in sorted(site.glob("*.dist-info")):
        name = info.name.split("-")[0]
        found = [*info.glob("LICEN[CS]E*"), *info.glob("COPYING*"), *(info / "licenses").rglob("*")]
        for file in sorted(file for file in found if file.is_file()):
            shutil.copyfile(file, folder / f"{name}-{file.name}")
            count += 1
    return count


def freeze_times(folder: Path) -> None:
    """One time stamp for all: packages must not differ by the minute they were built."""
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, (FIXED_TIME, FIXED_TIME))


def make_portable(program: Path, target: Path) -> None:
    """A zip whose marker file makes the program keep its data beside itself."""
    text = "有这个文件时，编码质控台把数据放在本文件夹的“数据”里，不写入用户目录。删除它即恢复默认。\r\n"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in files_of(program):
            _add(archive, f"{PROGRAM}/{file.relative_to(program).as_posix()}", file.read_bytes())
        _add(archive, f"{PROGRAM}/{MARKER}", text.encode("utf-8-sig"))


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, ZIP_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def make_installer(program: Path, target: Path) -> None:
    """Compile the NSIS installer; the uninstaller removes exactly the files that were packed."""
    listing = LAB / "uninstall.nsh"
    listing.write_text(_uninstall_commands(program), encoding="utf-8")
    icon = ROOT / "resources" / "icons" / "casecode.ico"
    defines = {
        "PAYLOAD": program,
        "VERSION": version(),
        "OUTFILE": target,
        "ICON": icon,
        "UNINSTALL_LIST": listing,
    }
    words = [
        "makensis",
        "-V2",
        "-INPUTCHARSET",
        "UTF8",
        *(f"-D{key}={value}" for key, value in defines.items()),
    ]
    done = subprocess.run(
        [*words, str(ROOT / "resources" / "windows" / "installer.nsi")],
        env={**os.environ, "SOURCE_DATE_EPOCH": str(FIXED_TIME)},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise LabError(f"makensis failed ({done.returncode})\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


def _uninstall_commands(program: Path) -> str:
    def inside(path: Path) -> str:
        return "$INSTDIR\\" + str(path.relative_to(program)).replace("/", "\\").replace("$", "$$")

    folders = sorted(
        (path for path in program.rglob("*") if path.is_dir()), key=lambda path: len(path.parts), reverse=True
    )
    lines = [f'Delete "{inside(file)}"' for file in files_of(program)]
    lines += [f'RMDir "{inside(folder)}"' for folder in folders]
    return "\n".join(lines) + "\n"
