"""Writing the user's files: all or nothing, and a sentence instead of a traceback when the disk says no.

Every writer of the program goes through ``safe_write``. The bytes go to a temporary file beside the target, reach the
disk (fsync), and only then take the target's place; a full disk, a locked target or a cancelled job leaves the old
file as it was.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from app.errors import UserError
from app.windows_paths import is_reserved, reachable

_FORGOTTEN_SECONDS = 24 * 60 * 60
_DISK_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}


@contextlib.contextmanager
def safe_write(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; on leaving, it replaces ``path``. On any error ``path`` is untouched.

    A symbolic link is followed, so that a linked file stays a link. The folder must exist.

    Raises:
        UserError: the target is locked or read-only, has a name that Windows keeps for itself, the folder is missing, or
            the disk is full.
    """
    if os.name == "nt" and is_reserved(path.name):
        raise UserError(f"“{path.name}”是 Windows 保留的名称，不能用作文件名。", "请换一个文件名。")
    target = reachable(path.resolve() if path.is_symlink() else path.absolute())
    temporary = target.with_name(f".{target.stem}-{secrets.token_hex(4)}{target.suffix}")
    _clear_left_behind(target)
    try:
        _claim(temporary)
        yield temporary
        _to_disk(temporary)
        temporary.replace(target)
        _to_disk(target.parent)
    except OSError as error:
        raise _explain(error, target) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def free_name(path: Path) -> Path:
    """The first name like ``清单(2).xlsx`` that no file in the folder has yet."""
    number = 2
    while (candidate := path.with_name(f"{path.stem}({number}){path.suffix}")).exists():
        number += 1
    return candidate


def copy_file(source: Path, target: Path) -> None:
    """Copy a file's bytes safely.

    Raises:
        UserError: there is no such file, or the target cannot be written.
    """
    if not source.is_file():
        raise UserError(f"找不到文件：{source}", "请确认文件还在原处。")
    with safe_write(target) as temporary:
        shutil.copyfile(source, temporary)


def delete_kept(path: Path, *beside: Path) -> None:
    """Delete a file or folder that the program keeps, and the files beside it, where there are any.

    Raises:
        UserError: it is not there, or the disk says no.
    """
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        for file in beside:
            file.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            f"无法删除“{path.name}”：{error.strerror or error}", "请关闭正在使用它的程序后再试。"
        ) from error


def _clear_left_behind(target: Path) -> None:
    """Remove what a process left that was killed while it wrote this target: half a file may hold patients' data.

    Younger ones may be another window's, still at work.
    """
    pattern = f".{glob.escape(target.stem)}-{'[0-9a-f]' * 8}{glob.escape(target.suffix)}*"  # * for a journal beside it
    with contextlib.suppress(OSError):
        for left in target.parent.glob(pattern):
            if time.time() - left.stat().st_mtime > _FORGOTTEN_SECONDS:
                left.unlink()


def _claim(temporary: Path) -> None:
    """Create the file now: an unwritable folder is told before the work, not after it."""
    with temporary.open("xb"):
        pass


def _to_disk(path: Path) -> None:
    """fsync a file, or a folder where the system allows to open one (not on Windows)."""
    if path.is_dir():
        if os.name == "nt":
            return
        handle = os.open(path, os.O_RDONLY)
    else:
        handle = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network shares do not know fsync of folders
            raise
    finally:
        os.close(handle)


def _explain(error: OSError, target: Path) -> UserError:
    if error.errno in _DISK_FULL:
        return UserError(
            f"磁盘空间不足，没有写成“{target.name}”。原有文件未改动。", "请清理磁盘，或换一个盘保存后重试。"
        )
    if isinstance(error, PermissionError):
        return UserError(
            f"无法写入“{target.name}”：文件正被其他程序（如 Excel、WPS）打开，或没有写入权限。原有文件未改动。",
            f"请关闭该文件后重试，或另存为“{free_name(target).name}”。",
        )
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return UserError(f"保存位置不存在：{target.parent}", "请选择一个已有的文件夹。")
    if isinstance(error, IsADirectoryError):
        return UserError(f"“{target.name}”是一个文件夹，不能当作文件写入。", "请换一个文件名。")
    reason = error.strerror or type(error).__name__
    return UserError(f"写入“{target.name}”失败：{reason}。原有文件未改动。", "请换一个位置保存后重试。")
