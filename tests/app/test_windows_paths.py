"""Long paths, shares and device names; on Windows a whole piece of work in a folder deeper than 260 characters."""

import os
from pathlib import Path, PureWindowsPath

import pytest

from app.demo.month import generate
from app.demo.n041 import write_n041
from app.errors import UserError
from app.files import safe_write
from app.knowledge import load_knowledge
from app.sessions.place import session_path
from app.tables import starter_terminology
from app.windows_paths import LONG, extended, is_reserved, reachable, usable_stem
from app.work import Snapshot, continue_work, export_list, import_files, start_work
from app.workbench import Workbench

DEEP = "\\".join(["很深的文件夹" * 5] * 10)


@pytest.mark.parametrize(
    ("path", "long_form"),
    [
        (r"C:\病案\一月.csv", r"C:\病案\一月.csv"),
        (r"\\server\share\一月.csv", r"\\server\share\一月.csv"),
        (rf"C:\{DEEP}\一月.csv", rf"\\?\C:\{DEEP}\一月.csv"),
        (rf"\\server\share\{DEEP}\一月.csv", rf"\\?\UNC\server\share\{DEEP}\一月.csv"),
        (rf"\\?\C:\{DEEP}\一月.csv", rf"\\?\C:\{DEEP}\一月.csv"),
        (f"D:/{DEEP}/一月.csv", rf"\\?\D:\{DEEP}\一月.csv"),
    ],
)
def test_long_forms(path: str, long_form: str) -> None:
    assert extended(path) == long_form
    name = PureWindowsPath(long_form)
    assert (name.name, name.with_name("x.csv").name) == ("一月.csv", "x.csv")


def test_short_of_the_limit_there_is_room_for_what_we_append() -> None:
    assert len(r".-12345678.ccqa-journal") < 260 - LONG


@pytest.mark.parametrize(
    "name", ["CON", "con.xlsx", "NUL.2025.csv", "Com1.txt", "LPT¹", "AUX .csv", "清单.", "清单 "]
)
def test_names_that_windows_keeps(name: str) -> None:
    assert is_reserved(name)


@pytest.mark.parametrize("name", ["一月.csv", "CONTROL.xlsx", "COM10.txt", "2025.NUL", ".csv"])
def test_names_that_are_free(name: str) -> None:
    assert not is_reserved(name)


@pytest.mark.parametrize(
    ("stem", "made"),
    [
        ("一月", "一月"),
        ("内科 a:b?", "内科 a_b_"),
        ("NUL.2025", "_NUL.2025"),
        ("...", "_"),
        ("a\n", "a_"),
    ],
)
def test_session_names(stem: str, made: str) -> None:
    assert usable_stem(stem) == made


def test_a_session_is_named_so_that_any_system_takes_it(tmp_path: Path) -> None:
    odd = tmp_path / "NUL.2025.csv" if os.name != "nt" else tmp_path / "2025.csv"
    odd.write_bytes(b"x")
    assert not is_reserved(session_path([odd], tmp_path).name)


def test_a_device_name_is_refused_where_it_is_one(tmp_path: Path) -> None:
    if os.name == "nt":
        with pytest.raises(UserError, match="保留"), safe_write(tmp_path / "CON.xlsx"):
            raise AssertionError("never reached")
    else:
        with safe_write(tmp_path / "CON.xlsx") as temporary:
            temporary.write_bytes(b"x")
        assert (tmp_path / "CON.xlsx").read_bytes() == b"x"


def test_a_whole_piece_of_work_far_down(tmp_path: Path) -> None:
    """Beyond Windows' 260 characters, short of the 512 bytes that SQLite takes elsewhere."""
    folder = reachable(tmp_path / "病案" / "/".join(["a-folder-with-a-rather-long-name"] * 7))
    folder.mkdir(parents=True)
    plain = Path(str(folder).removeprefix("\\\\?\\"))
    month = plain / "一月.csv"
    write_n041(month, generate(3))
    knowledge = load_knowledge()
    imported = import_files([month], starter_terminology())
    target = session_path([month], plain)
    start_work(imported, target, knowledge).session.close()
    work = continue_work(target, knowledge)
    bench = Workbench(work.session.cases, knowledge, work.session)
    export_list(plain / "清单.xlsx", Snapshot.of(bench), [])
    work.session.close()
    assert len(bench.case_ids) == 3
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(["一月.csv", "清单.xlsx", target.name])
    assert len(str(plain)) > 260
