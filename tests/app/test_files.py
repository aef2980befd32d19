import errno
import os
import time
from pathlib import Path

import pytest

from app.errors import UserError
from app.files import free_name, safe_write


def test_replaces_the_target_only_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "清单.csv"
    target.write_text("old", encoding="utf-8")
    with safe_write(target) as temporary:
        temporary.write_text("new", encoding="utf-8")
        assert target.read_text(encoding="utf-8") == "old"
        assert temporary.suffix == ".csv"
    assert target.read_text(encoding="utf-8") == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["清单.csv"]


def test_an_error_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    target = tmp_path / "清单.csv"
    target.write_text("old", encoding="utf-8")

    def write_half() -> None:
        with safe_write(target) as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise ValueError("bug")

    with pytest.raises(ValueError, match="bug"):
        write_half()
    assert target.read_text(encoding="utf-8") == "old"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "磁盘空间不足"),
        (PermissionError(errno.EACCES, "locked"), "被其他程序"),
        (OSError(errno.EIO, "Input/output error"), "失败"),
    ],
)
def test_system_errors_become_sentences(tmp_path: Path, raised: OSError, words: str) -> None:
    target = tmp_path / "a.xlsx"
    target.write_bytes(b"old")
    with pytest.raises(UserError, match=words), safe_write(target):
        raise raised
    assert target.read_bytes() == b"old"


def test_a_locked_target_suggests_a_free_name(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"1")
    (tmp_path / "a(2).xlsx").write_bytes(b"2")
    with pytest.raises(UserError) as caught, safe_write(tmp_path / "a.xlsx"):
        raise PermissionError(errno.EACCES, "locked")
    assert "a(3).xlsx" in caught.value.todo
    assert free_name(tmp_path / "a.xlsx").name == "a(3).xlsx"


def test_missing_folder_and_folder_as_target(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="不存在"), safe_write(tmp_path / "none" / "a.csv"):
        raise AssertionError("never reached")
    (tmp_path / "dir.csv").mkdir()
    with pytest.raises(UserError), safe_write(tmp_path / "dir.csv") as temporary:
        temporary.write_bytes(b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["dir.csv"]


def test_what_a_killed_process_left_of_the_same_file_is_removed_after_a_day(tmp_path: Path) -> None:
    old = [tmp_path / f".清单[1]-0123abcd.{ending}" for ending in ("ccqa", "ccqa-journal")]
    young, other = tmp_path / ".清单[1]-ffffffff.ccqa", tmp_path / ".别的-0123abcd.ccqa"
    for each in (*old, young, other):
        each.write_bytes(b"half")
    for each in (*old, other):
        os.utime(each, (time.time() - 90_000,) * 2)
    with safe_write(tmp_path / "清单[1].ccqa") as temporary:
        temporary.write_bytes(b"whole")
    assert {each.name for each in tmp_path.iterdir()} == {"清单[1].ccqa", young.name, other.name}


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "real.csv"
    real.write_bytes(b"old")
    link = tmp_path / "link.csv"
    link.symlink_to(real)
    with safe_write(link) as temporary:
        temporary.write_bytes(b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
