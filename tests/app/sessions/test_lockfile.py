"""The lock holds against another process and never outlives its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import UserError
from app.sessions import lockfile
from app.sessions.lockfile import FileLock, LockHeldError

HOLD = """
import sys
from pathlib import Path
from app.sessions.lockfile import FileLock
lock = FileLock.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_the_second_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    lock = FileLock.acquire(tmp_path / "a.ccqa")
    with pytest.raises(LockHeldError) as caught:
        FileLock.acquire(tmp_path / "a.ccqa")
    assert "进程" in caught.value.holder
    lock.release()
    lock.release()
    assert list(tmp_path.iterdir()) == []
    FileLock.acquire(tmp_path / "a.ccqa").release()


def test_a_killed_process_locks_nobody_out(tmp_path: Path) -> None:
    path = tmp_path / "a.ccqa"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockHeldError):
            FileLock.acquire(path)
        holder.kill()
    assert path.with_name("a.ccqa.lock").exists()
    FileLock.acquire(path).release()


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no open file, so this cannot happen there")
def test_a_lock_file_removed_meanwhile_is_taken_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.ccqa"
    real = lockfile._try_lock
    lost: list[Path] = []

    def lock_after_removal(handle: int) -> bool:
        if not lost:
            lost.append(path.with_name("a.ccqa.lock"))
            lost[0].unlink()
        return real(handle)

    monkeypatch.setattr(lockfile, "_try_lock", lock_after_removal)
    lock = FileLock.acquire(path)
    assert lost[0].exists()
    lock.release()


def test_a_place_that_cannot_be_written_or_locked_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="无法在"):
        FileLock.acquire(tmp_path / "missing" / "a.ccqa")

    def no_locks(_handle: int) -> bool:
        raise OSError("no locks here")

    monkeypatch.setattr(lockfile, "_try_lock", no_locks)
    with pytest.raises(UserError, match="不支持文件锁"):
        FileLock.acquire(tmp_path / "a.ccqa")
