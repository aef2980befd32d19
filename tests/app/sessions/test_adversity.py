"""What goes wrong around a session file: killed in the middle, bits rotten, a second window, a disk or a program that fails."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import UserError
from app.history import Change
from app.sessions import schema, store
from app.sessions.lockfile import FileLock, LockHeldError
from app.sessions.session import Session, SourceFile
from tests.app.sessions.session_files import make_cases, principal

CASES = make_cases(40)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with steps on some cases, two of them undone, a note and an imported file."""
    file = tmp_path / "三月.ccqa"
    source = SourceFile("三月.csv", b"\xd6\xd0\r\n" * 1000, {"read": 40}, {"encoding": "gb18030"})
    with Session.create_from(file, CASES, [source], [("编码表", "2.0", "官方")]) as session:
        for number in range(12):
            step(session, str(1000 + number % 5), f"I{number}")
        session.undo()
        session.undo("1001")
        session.add_note("1002", "待问医生")
    return file


def step(session: Session, case_id: str, code: str) -> Change:
    return session.record(principal(session.current(case_id), code))


# --- killed ----------------------------------------------------------------------------------------------------

WORKER = """
import random, sys
from pathlib import Path
from app.sessions.session import Session
from tests.app.sessions.session_files import principal
session, chance = Session.open(Path(sys.argv[1])), random.Random(int(sys.argv[2]))
while True:
    case_id = str(1000 + chance.randrange(40))
    if chance.random() < 0.3:
        session.undo(case_id)
    else:
        session.record(principal(session.current(case_id), f"J{chance.randrange(100)}.900"))
    print(len(session.changes), sum(change.undone for change in session.changes), flush=True)
"""


def test_killed_at_any_moment_again_and_again(path: Path) -> None:
    chance = random.Random(1)
    for seed in range(6):
        command = [sys.executable, "-c", WORKER, str(path), str(seed)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            told = [worker.stdout.readline() for _ in range(chance.randrange(1, 12))]
            time.sleep(chance.random() / 100)
            os.kill(worker.pid, signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
            told += worker.stdout.readlines()
        acknowledged = [tuple(map(int, line.split())) for line in told if line.endswith("\n")]
        with Session.open(path) as session:
            made, undone = len(session.changes), sum(change.undone for change in session.changes)
            assert (made, undone) >= acknowledged[-1], "what was shown is there"
            assert made + undone <= sum(acknowledged[-1]) + 1, "and at most the one step begun after it"


def test_power_lost_in_the_middle_of_writing(path: Path, tmp_path: Path) -> None:
    image = tmp_path / "断电.ccqa"
    with Session.open(path) as session:
        stored = session.changes
        session._connection.execute("PRAGMA cache_size = 5")  # pages go to the file before the commit
        before = path.read_bytes()
        many = [principal(session.current("1030"), f"I{n}", reason="长" * 3000) for n in range(200)]

        def write_and_copy() -> None:
            with session._writing():
                first = session.history.next_number
                store.write_changes(
                    session._connection,
                    [replace(change, number=first + n) for n, change in enumerate(many)],
                    session._seal,
                )
                shutil.copy(path, image)
                shutil.copy(f"{path}-journal", f"{image}-journal")
                raise RuntimeError("power")

        with pytest.raises(RuntimeError, match="power"):
            write_and_copy()
    assert image.read_bytes() != before, "half of the step had reached the file"
    with Session.open(image) as after:
        assert after.changes == stored
        assert list(after.cases) == CASES
        step(after, "1030", "I21.900")


def test_a_step_that_is_interrupted_leaves_nothing_and_the_next_one_is_stored(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = store.write_changes

    def interrupted(*given: object) -> str:
        real(*given)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with Session.open(path) as session:
        stored = session.changes
        monkeypatch.setattr(store, "write_changes", interrupted)
        with pytest.raises(KeyboardInterrupt):
            step(session, "1020", "I21.000")
        monkeypatch.undo()
        assert session.changes == stored
        made = step(session, "1021", "I21.100")
    with Session.open(path) as session:
        assert session.changes == (*stored, made)


# --- rotten ----------------------------------------------------------------------------------------------------


def _flipped(content: bytearray, chance: random.Random) -> bytearray:
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return content


def _cut(content: bytearray, chance: random.Random) -> bytearray:
    return content[: chance.randrange(len(content))]


def _blanked(content: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(len(content))
    end = min(len(content), start + chance.choice((16, 512, 4096)))
    content[start:end] = bytes(end - start)
    return content


def _pages_swapped(content: bytearray, chance: random.Random) -> bytearray:
    one, other = (chance.randrange(len(content) // 4096) * 4096 for _ in range(2))
    content[one : one + 4096], content[other : other + 4096] = (
        content[other : other + 4096],
        content[one : one + 4096],
    )
    return content


@pytest.mark.parametrize("spoil", [_flipped, _cut, _blanked, _pages_swapped])
def test_rot_anywhere_is_told_or_does_no_harm(
    path: Path, spoil: Callable[[bytearray, random.Random], bytearray]
) -> None:
    good, chance = path.read_bytes(), random.Random(7)
    for _ in range(60):
        rotten = bytes(spoil(bytearray(good), chance))
        path.write_bytes(rotten)
        try:
            with Session.open(path, read_only=True) as session:
                assert list(session.cases) == CASES
                assert [change.number for change in session.changes] == list(range(1, 13))
                assert session.versions is not None
                assert len(list(session.sources())) == 1
        except UserError:
            assert path.read_bytes() == rotten, "a refused file is not touched"


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE notes SET time = 'gestern'",
        "UPDATE meta SET value = '[1]'",
        "INSERT INTO meta VALUES ('position', 'nirgends')",
        "INSERT INTO meta VALUES ('position', '{\"where\": 1}')",
        "UPDATE cases SET body = 'kein Paket'",
        "UPDATE marks SET number = 77",
    ],
)
def test_rows_that_say_nothing_are_damage(path: Path, tampering: str) -> None:
    with Session.open(path) as session:
        session.position = store.Position("1001")
    with sqlite3.connect(path) as connection:
        if tampering.startswith("INSERT INTO meta"):
            connection.execute("DELETE FROM meta")
        connection.execute(tampering)
    connection.close()
    with pytest.raises(UserError, match="损坏"):
        Session.open(path)


@pytest.mark.parametrize("tampering", ["report = '{'", "layout = ''", "content = 'kein Paket'"])
def test_an_imported_file_that_cannot_be_understood_is_told(path: Path, tampering: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE sources SET {tampering}")
    connection.close()
    with Session.open(path) as session, pytest.raises(UserError, match="损坏"):
        list(session.sources())


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "别的.ccqa"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE cases (block INTEGER)")
    connection.close()
    with pytest.raises(UserError, match="不是编码质控台的工作文件"):
        Session.open(other)


def test_a_bug_while_reading_is_no_damage_and_the_file_is_let_go(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(_connection: sqlite3.Connection) -> dict[str, object]:
        raise RuntimeError("bug")

    monkeypatch.setattr(store, "read_notes", bug)
    with pytest.raises(RuntimeError, match="bug"):
        Session.open(path)
    monkeypatch.undo()
    Session.open(path).close()


# --- two windows -----------------------------------------------------------------------------------------------


def test_who_reads_case_by_case_does_not_keep_others_from_writing(tmp_path: Path) -> None:
    path = tmp_path / "大.ccqa"
    with Session.create_from(path, make_cases(1200)) as writer:
        writer._connection.execute("PRAGMA busy_timeout = 1")
        reader = schema.connect(path)
        blocks = store.read_cases(reader)
        assert len(next(blocks)) == 500
        step(writer, "1000", "I21.000")
        assert [len(block) for block in blocks] == [500, 200]
        reader.close()


def test_steps_and_their_undoing_are_read_as_of_one_moment(path: Path) -> None:
    with Session.open(path) as writer:
        writer._connection.execute("PRAGMA busy_timeout = 1")
        reader = schema.connect(path)
        with store.reading(reader):
            history, _ = store.read_history(reader)
            with pytest.raises(UserError, match="占用"):
                step(writer, "1000", "I21.000")
            assert store.read_history(reader)[0].trail == history.trail
        step(writer, "1000", "I21.000")
        reader.close()


def test_opened_for_reading_nothing_can_be_written_by_any_way(path: Path) -> None:
    with (
        Session.open(path, read_only=True) as reader,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        reader._connection.execute("DELETE FROM notes")


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files as Linux tells them")
def test_locks_leave_no_file_open(tmp_path: Path) -> None:
    guarded = tmp_path / "a.ccqa"

    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = open_files()
    for _ in range(3):
        lock = FileLock.acquire(guarded)
        with pytest.raises(LockHeldError):
            FileLock.acquire(guarded)
        lock.release()
    assert open_files() == before


# --- disks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("database is locked", "占用"),
        ("database or disk is full", "磁盘空间不足"),
        ("attempt to write a readonly database", "无法写入"),
        ("unable to open database file", "无法写入"),
        ("disk I/O error", "磁盘出错"),
        ("database disk image is malformed", "已损坏"),
    ],
)
def test_every_failure_of_the_disk_is_a_sentence_with_a_next_step(said: str, words: str) -> None:
    error = schema.explain(sqlite3.OperationalError(said), Path("三月.ccqa"))
    assert words in error.what
    assert "三月.ccqa" in error.what
    assert error.todo


def test_a_disk_that_goes_away_in_the_middle_is_told_by_what_failed_first(path: Path) -> None:
    session = Session.open(path)

    class Gone:
        """A connection whose disk went away."""

        in_transaction = True

        def execute(self, sql: str, *_: object) -> None:
            if not sql.startswith("BEGIN"):
                raise sqlite3.OperationalError("disk I/O error" if sql.startswith("INSERT") else "gone")

    real, session._connection = session._connection, Gone()  # type: ignore[assignment]
    with pytest.raises(UserError, match="磁盘出错"):
        step(session, "1020", "I21.000")
    session._connection = real
    session.close()


def test_every_commit_waits_for_the_disk(path: Path) -> None:
    with Session.open(path) as session:
        assert session._connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert session._connection.execute("PRAGMA journal_mode").fetchone() == ("truncate",)
