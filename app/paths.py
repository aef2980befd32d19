"""Where the program keeps its own files: one folder per user, or beside the program when it is portable.

``CASECODE_HOME`` overrides everything (tests, several users on one account). A file ``portable.txt`` beside the frozen
program keeps all data beside it, for a stick that is carried between machines.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.errors import UserError

PORTABLE_MARK = "portable.txt"
"""A file of this name beside the frozen program makes it portable."""


def data_dir() -> Path:
    """The user's data folder: tables, schemes, settings. Made when it is not there.

    Raises:
        UserError: the folder cannot be made.
    """
    return _made(_data_root())


def sessions_dir() -> Path:
    """Where sessions (``.ccqa``) are kept unless the user chooses another place."""
    return _made(_data_root() / "sessions")


def cache_dir() -> Path:
    """Derived files that may be deleted at any time (search indexes)."""
    return _made(_cache_root())


def log_dir() -> Path:
    """The program's log files."""
    return _made(_data_root() / "logs")


def is_portable() -> bool:
    """Whether the frozen program carries its data beside itself."""
    return _portable_root() is not None


def _data_root() -> Path:
    override = os.environ.get("CASECODE_HOME")
    if override:
        return Path(override).expanduser().absolute()
    portable = _portable_root()
    if portable is not None:
        return portable
    if sys.platform == "win32":
        return _from_environment("LOCALAPPDATA", "AppData/Local") / "CaseCodeQA"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "CaseCodeQA"
    return _from_environment("XDG_DATA_HOME", ".local/share") / "casecode-qa"


def _cache_root() -> Path:
    if os.environ.get("CASECODE_HOME") or is_portable() or sys.platform == "win32":
        return _data_root() / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "CaseCodeQA"
    return _from_environment("XDG_CACHE_HOME", ".cache") / "casecode-qa"


def _portable_root() -> Path | None:
    if not getattr(sys, "frozen", False):
        return None
    program = Path(sys.executable).resolve().parent
    return program / "data" if (program / PORTABLE_MARK).is_file() else None


def _from_environment(variable: str, fallback: str) -> Path:
    """A folder named by the environment; a relative one is ignored, as the XDG specification asks."""
    named = os.environ.get(variable)
    folder = Path(named) if named else None
    return folder if folder is not None and folder.is_absolute() else Path.home() / fallback


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"无法建立数据文件夹：{folder}（{error.strerror or error}）",
            "请检查该位置的写入权限和磁盘空间，或用环境变量 CASECODE_HOME 指定另一个文件夹。",
        ) from error
    return folder
