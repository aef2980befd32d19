"""One writer per file: an operating-system lock on a small file beside it.

The system drops the lock when the process ends, however it ends, so a crash never locks anybody out. The text in the
lock file (computer and process) only serves the message to the second user.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from app.errors import UserError

LOCK_SUFFIX = ".lock"
_LOCKED_BYTE = 1 << 20  # beyond the text: Windows keeps others from reading a locked byte

if sys.platform == "win32":
    import errno
    import msvcrt

    _HELD = {errno.EACCES, errno.EDEADLK, 0}  # some C runtimes refuse without giving a reason

    def _try_lock(handle: int) -> bool:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in _HELD:
                return False
            raise
        return True
else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class LockHeldError(Exception):
    """Another program holds the lock; ``holder`` names it where it can be read."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


class FileLock:
    """A held lock. Kept until ``release`` or the end of the process."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle: int | None = handle

    @classmethod
    def acquire(cls, guarded: Path) -> FileLock:
        """Lock the file ``guarded`` (which need not exist yet).

        Raises:
            LockHeldError: someone else holds it.
            UserError: the folder cannot be written, or the place knows no locks.
        """
        path = guarded.with_name(guarded.name + LOCK_SUFFIX)
        while True:
            handle = _open(path)
            try:
                held = _try_lock(handle)
            except OSError as error:
                os.close(handle)
                raise UserError(
                    f"“{guarded.parent}”不支持文件锁，无法保证同时只有一个窗口修改。",
                    "请把工作文件复制到本机磁盘后再打开。",
                ) from error
            if not held:
                holder = _read_holder(handle)
                os.close(handle)
                raise LockHeldError(holder)
            if _still_there(path, handle):
                break
            os.close(handle)  # its holder removed it between our open and our lock: take the new one
        _write_holder(handle)
        return cls(path, handle)

    def release(self) -> None:
        """Give the lock back and remove its file. Safe to call twice."""
        if self._handle is None:
            return
        if (
            sys.platform != "win32"
        ):  # an open file cannot be removed there; the suppressed unlink below does it
            with suppress(OSError):
                self._path.unlink()
        os.close(self._handle)
        self._handle = None
        if sys.platform == "win32":
            with suppress(OSError):
                self._path.unlink()


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise UserError(
            f"无法在“{path.parent}”写入文件（{error.strerror or '没有权限'}）。",
            "请检查该文件夹的写入权限，或把工作文件复制到本机磁盘后再打开。",
        ) from error


def _still_there(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _write_holder(handle: int) -> None:
    import platform  # 3 ms, of the start of a window that needs none of it

    text = f"电脑 {platform.node() or '?'}，进程 {os.getpid()}"
    with suppress(OSError):  # a full disk costs the name in the message, not the lock
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, text.encode("utf-8"))


def _read_holder(handle: int) -> str:
    with suppress(OSError):
        os.lseek(handle, 0, os.SEEK_SET)
        return os.read(handle, 1000).decode("utf-8", errors="replace")
    return ""
