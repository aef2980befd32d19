"""The session file: what was shown is on the disk, nothing is lost, nothing is altered in silence."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from app.errors import UserError
from app.history import Change, CodedLines, Decision
from app.progress import Cancelled, Progress
from app.readers.reading import read_cases
from app.sessions import schema as session_schema
from app.sessions.session import Position, Session, SourceFile, WritingRefusedError
from tests.app.readers.samples import n041_file, n041_row, terminology
from tests.app.sessions.session_files import make_cases, principal

KEPT_VERSION_1 = Path(__file__).parents[2] / "data" / "session_v1.ccqa"
VERSIONS = [("DRG 方案", "1.1", "chs"), ("编码表", "2.0", "官方")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "三月.ccqa"


def make(path: Path, count: int = 3) -> Session:
    source = SourceFile("三月.csv", b"\xd6\xd0\r\n" * 100, {"read": count}, {"encoding": "gb18030"})
    return Session.create_from(path, make_cases(count), [source], VERSIONS)


def correct(session: Session, case_id: str, code: str) -> Change:
    return session.record(principal(session.current(case_id), code))


def test_everything_comes_back(path: Path) -> None:
    with make(path) as session:
        stored = correct(session, "1000", "I21.000")
        session.add_note("1001", "待问医生", "甲")
        session.position = Position("1001", {"department": "心内科"})
        assert stored.number == 1
        assert stored.time.microsecond == 0
    with Session.open(path) as session:
        assert list(session.cases) == make_cases(3)
        assert session.original("1000").diagnoses[0].code == "I20.000"
        assert session.current("1000").diagnoses[0].code == "I21.000"
        assert [case.diagnoses[0].code for case in session.current_cases()] == [
            "I21.000",
            "I20.000",
            "I20.000",
        ]
        assert session.changes == (stored,)
        assert session.decision("1000") is Decision.CORRECT
        assert session.position == Position("1001", {"department": "心内科"})
        note = session.notes["1001"]
        assert (note.text, note.author) == ("待问医生", "甲")
        assert list(session.versions) == VERSIONS
        source = next(session.sources())
        assert source == SourceFile("三月.csv", b"\xd6\xd0\r\n" * 100, {"read": 3}, {"encoding": "gb18030"})
    assert sorted(each.name for each in path.parent.iterdir() if each.is_file()) == ["三月.ccqa"]


def test_undo_and_redo_are_kept_too(path: Path) -> None:
    with make(path) as session:
        correct(session, "1000", "I21.000")
        correct(session, "1000", "I21.100")
        correct(session, "1001", "I21.200")
        assert session.undo("1000")
        assert session.undo()
        assert session.redo()
        correct(session, "1002", "I21.300")
        session.undo()
        trail = session.changes
    with Session.open(path) as session:
        assert session.changes == trail
        assert [change.undone for change in trail] == [False, True, False, True]
        assert session.history.redo_label("1000") == "主要诊断 → I21.100"
        assert session.redo()
        assert session.current("1002").diagnoses[0].code == "I21.300"
        net = session.net("1000")
        assert net is not None
        assert net.after.diagnoses[0].code == "I21.000"


def test_steps_made_after_an_undo_start_from_where_it_led(path: Path) -> None:
    with make(path) as session:
        for code in ("I21.000", "I21.100"):
            correct(session, "1000", code)
            session.undo("1000")
        correct(session, "1000", "I21.200")
        session.undo("1000")
        session.redo("1000")
        correct(session, "1000", "I21.300")
        trail = session.changes
    with Session.open(path) as session:
        assert session.changes == trail
        assert [change.undone for change in trail] == [True, True, False, False]
        assert session.current("1000").diagnoses[0].code == "I21.300"


def test_a_step_keeps_the_time_it_was_made(path: Path) -> None:
    noon = datetime(2025, 3, 4, 12)
    with make(path) as session:
        given = session.record(replace(principal(session.current("1000"), "I21.000"), time=noon))
        now = correct(session, "1001", "I21.000")
        note = session.add_note("1000", "待问医生", "甲")
    assert given.time == noon
    assert now.time > noon
    assert (note.case_id, note.text, note.author) == ("1000", "待问医生", "甲")


def test_imported_files_come_back_with_report_and_layout(path: Path) -> None:
    imported = read_cases(n041_file(path.parent, n041_row(), name="四月.csv"), terminology())
    with Session.create(path, imported) as session:
        ((report, layout),) = session.imports()
    assert (report.file, report.accepted) == ("四月.csv", 1)
    assert layout.content == imported.layout.content
    assert layout.mapping == imported.layout.mapping
    with Session.create_from(
        path.with_name("二.ccqa"), make_cases(1), [SourceFile("无.csv", b"")]
    ) as session:
        assert list(session.imports()) == [], "what came from elsewhere cannot be written back"


def test_one_stroke_is_stored_and_undone_together(path: Path) -> None:
    with make(path) as session:
        steps = [principal(session.current(case_id), "I21.000") for case_id in ("1000", "1001")]
        stored = session.record_all(steps)
        assert {change.batch for change in stored} == {1}
        assert {change.case_id for change in session.undo()} == {"1000", "1001"}
    with Session.open(path) as session:
        assert all(change.undone for change in session.changes)
        session.redo()
        assert not any(change.undone for change in session.changes)
        assert len(session.undo("1001")) == 1
        assert session.undo("1002") == ()
        assert session.redo("1002") == ()


def test_a_step_that_does_not_fit_is_refused_whole(path: Path) -> None:
    with make(path) as session:
        fits = principal(session.current("1000"), "I21.000")
        wrong = replace(fits, case_id="1001", before=CodedLines((), ()))
        with pytest.raises(ValueError, match="as they stand"):
            session.record_all([fits, wrong])
        with pytest.raises(KeyError):
            session.record(replace(fits, case_id="none"))
        assert session.changes == ()
        follows = replace(fits, before=fits.after, after=fits.before)
        session.record_all([fits, follows])
    with Session.open(path) as session:
        assert len(session.changes) == 2


WORKER = """
import sys
from pathlib import Path
from app.sessions.session import Session
from tests.app.sessions.session_files import principal
session = Session.open(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    case = session.current(str(1000 + number % 3))
    stored = session.record(principal(case, f"I{number}"))
    print(stored.number, flush=True)
"""


def test_kill_9_loses_nothing_that_was_acknowledged(path: Path) -> None:
    make(path).close()
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(path)], stdout=subprocess.PIPE, text=True)
    with worker:
        assert worker.stdout is not None
        acknowledged = [int(worker.stdout.readline()) for _ in range(25)]
        os.kill(worker.pid, signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        acknowledged += [int(line) for line in worker.stdout]
    with Session.open(path) as session:
        numbers = [change.number for change in session.changes]
        assert numbers[: len(acknowledged)] == acknowledged
        assert session.changes[acknowledged[-1] - 1].after.diagnoses[0].code == f"I{acknowledged[-1]}"
        correct(session, "1000", "I21.000")


def test_two_windows_on_one_file(path: Path) -> None:
    with make(path) as session:
        correct(session, "1000", "I21.000")
        with pytest.raises(WritingRefusedError, match="另一个窗口") as caught:
            Session.open(path)
        assert (caught.value.path, "只读" in caught.value.todo) == (path, True)
        with Session.open(path, read_only=True) as reader:
            assert reader.read_only
            assert reader.current("1000").diagnoses[0].code == "I21.000"
            with pytest.raises(UserError, match="只读"):
                correct(reader, "1001", "I21.100")
            reader.position = Position("1002")
            assert reader.position.case_id == "1002"
        correct(session, "1001", "I21.100")
    with Session.open(path) as session:
        assert session.position == Position()
        assert len(session.changes) == 2


def test_a_file_of_version_1_is_brought_up_and_a_copy_kept(path: Path) -> None:
    old = KEPT_VERSION_1.read_bytes()
    path.write_bytes(old)
    with Session.open(path, read_only=True) as reader:
        assert reader.current("1000").diagnoses[0].code == "I21.000"
    assert path.read_bytes() == old
    with Session.open(path) as session:
        assert [change.undone for change in session.changes] == [False, True]
        assert session.position == Position("1001", {"sort": "los"})
        session.add_note("1000", "有了备注")
        session.redo()
        correct(session, "1002", "I21.300")
    assert path.with_name("三月.v1.ccqa").read_bytes() == old
    with Session.open(path) as session:
        assert [case.diagnoses[0].code for case in session.current_cases()] == [
            "I21.000",
            "I21.100",
            "I21.300",
        ]
        assert session.notes["1000"].text == "有了备注"


def test_a_migration_that_fails_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(KEPT_VERSION_1.read_bytes())

    def fails(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE changes")
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(session_schema, "MIGRATIONS", (fails,))
    with pytest.raises(UserError, match="磁盘空间不足"):
        Session.open(path)
    monkeypatch.undo()
    with Session.open(path) as session:
        assert len(session.changes) == 2


def test_a_file_of_a_newer_program_is_refused(path: Path) -> None:
    make(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(UserError, match="更新版本") as caught:
        Session.open(path)
    assert "升级" in caught.value.todo


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _blot(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes(200) + content[middle + 200 :]


@pytest.mark.parametrize("damage", [_cut, _blot, lambda _: b"", lambda _: b"not a database" * 100])
def test_a_damaged_file_is_told_and_not_touched(path: Path, damage: object) -> None:
    make(path, 40).close()
    assert callable(damage)
    content = damage(path.read_bytes())
    path.write_bytes(content)
    for read_only in (False, True):
        with pytest.raises(UserError, match="损坏") as caught:
            Session.open(path, read_only=read_only)
        assert "备份" in caught.value.todo
    assert path.read_bytes() == content
    assert [each.name for each in path.parent.iterdir() if each.is_file()] == [path.name]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE changes SET reason = '另一个理由'",
        "UPDATE changes SET after = before",
        "UPDATE changes SET time = 'gestern'",
        "UPDATE cases SET count = 7",
        "UPDATE cases SET body = x'00'",
        "DELETE FROM changes WHERE number = 1",
        "INSERT INTO marks VALUES (9, 1, 1, 2, '')",
        "DELETE FROM cases",
    ],
)
def test_rows_altered_by_other_programs_are_noticed(path: Path, tampering: str) -> None:
    with make(path) as session:
        correct(session, "1000", "I21.000")
        correct(session, "1000", "I21.100")
    with sqlite3.connect(path) as connection:
        connection.execute(tampering)
    connection.close()
    with pytest.raises(UserError, match="损坏"):
        Session.open(path)


@pytest.mark.parametrize("tampering", ["content = x'00'", "sha256 = ''"])
def test_damaged_imported_bytes_are_told_when_asked_for(path: Path, tampering: str) -> None:
    make(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE sources SET {tampering}")
    connection.close()
    with Session.open(path) as session, pytest.raises(UserError, match="损坏"):
        list(session.sources())


def test_a_full_disk_refuses_the_change_and_keeps_the_rest(path: Path) -> None:
    with make(path) as session:
        correct(session, "1000", "I21.000")
        pages = session._connection.execute("PRAGMA page_count").fetchone()[0]
        session._connection.execute(f"PRAGMA max_page_count = {pages}")
        huge = principal(session.current("1001"), "I21.100", reason="长" * 20_000)
        with pytest.raises(UserError, match="磁盘空间不足"):
            session.record(huge)
        assert len(session.changes) == 1
        session._connection.execute("PRAGMA max_page_count = 1000000")
        session.record(huge)
    with Session.open(path) as session:
        assert len(session.changes) == 2


def test_a_file_blocked_by_another_program_is_told(path: Path) -> None:
    with make(path) as session:
        session._connection.execute("PRAGMA busy_timeout = 1")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(UserError, match="占用"):
            correct(session, "1000", "I21.000")
        other.execute("ROLLBACK")
        other.close()
        correct(session, "1000", "I21.000")


def test_creating_never_overwrites_and_ids_are_unique(path: Path) -> None:
    make(path).close()
    before = path.read_bytes()
    with pytest.raises(UserError, match="同名"):
        make(path)
    assert path.read_bytes() == before
    with pytest.raises(ValueError, match="unique"):
        Session.create_from(path.with_name("二.ccqa"), [*make_cases(1), *make_cases(1)])


def test_a_missing_file_is_told_and_leaves_no_trace(path: Path) -> None:
    for read_only in (False, True):
        with pytest.raises(UserError, match="找不到"):
            Session.open(path, read_only=read_only)
    assert not [each for each in path.parent.iterdir() if each.is_file()]


def test_opening_can_be_cancelled_and_tried_again(path: Path) -> None:
    make(path, 1200).close()
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        Session.open(path, progress=progress)
    seen: list[tuple[int, int]] = []
    with Session.open(path, progress=Progress(lambda done, total, _: seen.append((done, total)))) as session:
        assert len(session.cases) == 1200
    assert seen[-1] == (1200, 1200)


def test_versions_in_use_follow_each_other(path: Path) -> None:
    with make(path) as session:
        session.use_versions(VERSIONS)
        newer = [("DRG 方案", "1.2", "chs")]
        session.use_versions(newer)
        assert list(session.versions) == newer
        count = session._connection.execute("SELECT count(*) FROM versions").fetchone()[0]
        assert count == 3
