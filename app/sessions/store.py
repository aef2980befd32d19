"""Rows of the session file <-> the program's values. SQL lives here and in ``schema`` only."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from operator import attrgetter
from typing import Any

from app.history import Change, Decision, History
from app.notes import Note
from app.sessions.case_codec import dump_cases, dump_lines, load_cases, load_lines
from app.sessions.schema import SEALED, seal
from coding_rules.case import Case

Versions = Sequence[tuple[str, str, str]]
"""(what, version, source) of the tables, rules and schemes in use."""

_BLOCK = 500  # cases per compressed block: small enough to report progress, large enough to compress well
_PLAIN_COLUMNS = attrgetter("number", "case_id", "label", "decision", "reason", "rule_id", "author")


class DamagedError(Exception):
    """The rows of a session file contradict themselves."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was imported: its bytes, and the report and layout of the import as JSON objects."""

    name: str
    content: bytes
    report: dict[str, Any] = field(default_factory=dict)
    layout: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where the coder was: the case, and whatever the window needs to show the same queue again (JSON values)."""

    case_id: str = ""
    view: Mapping[str, object] = field(default_factory=dict)


def write_cases(connection: sqlite3.Connection, cases: Iterable[Case]) -> None:
    """Store the originals in compressed blocks."""
    left = iter(cases)
    while block := list(islice(left, _BLOCK)):
        body = zlib.compress(dump_cases(block), 1)
        connection.execute("INSERT INTO cases (count, body) VALUES (?, ?)", (len(block), body))


def count_cases(connection: sqlite3.Connection) -> int:
    """How many cases the file holds."""
    return int(connection.execute("SELECT coalesce(sum(count), 0) FROM cases").fetchone()[0])


def read_cases(connection: sqlite3.Connection) -> Iterator[list[Case]]:
    """The originals block by block, in order.

    Raises:
        DamagedError: a block cannot be unpacked or does not hold the cases it should.
    """
    for (block,) in connection.execute("SELECT block FROM cases ORDER BY block").fetchall():
        with _understanding("a block of cases"):
            # one at a time: a query left open would keep the window that writes from committing
            found = connection.execute("SELECT count, body FROM cases WHERE block = ?", (block,)).fetchall()
            ((count, body),) = found
            cases = load_cases(zlib.decompress(body))
        if len(cases) != count:
            raise DamagedError("number of cases in a block")
        yield cases


def write_source(connection: sqlite3.Connection, source: SourceFile) -> None:
    """Store an imported file, compressed."""
    connection.execute(
        "INSERT INTO sources (name, sha256, size, content, report, layout) VALUES (?, ?, ?, ?, ?, ?)",
        (
            source.name,
            hashlib.sha256(source.content).hexdigest(),
            len(source.content),
            zlib.compress(source.content, 6),
            _json(source.report),
            _json(source.layout),
        ),
    )


def read_sources(connection: sqlite3.Connection) -> Iterator[SourceFile]:
    """The imported files in order.

    Raises:
        DamagedError: the bytes are not those that were imported.
    """
    with _understanding("an imported file"):
        for name, sha256, packed, report, layout in connection.execute(
            "SELECT name, sha256, content, report, layout FROM sources ORDER BY seq"
        ):
            source = SourceFile(name, zlib.decompress(packed), json.loads(report), json.loads(layout))
            if hashlib.sha256(source.content).hexdigest() != sha256:
                raise DamagedError("an imported file")
            yield source


def write_changes(connection: sqlite3.Connection, changes: Iterable[Change], last_seal: str) -> str:
    """Append changes that have their numbers; returns the seal of the last one."""
    for change in changes:
        row = (
            *_PLAIN_COLUMNS(change),
            change.time.isoformat(),
            dump_lines(change.before),
            dump_lines(change.after),
            change.batch,
        )
        last_seal = seal(last_seal, row)
        connection.execute(
            f"INSERT INTO changes ({SEALED}, seal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constant
            (*row, last_seal),
        )
    return last_seal


def write_marks(connection: sqlite3.Connection, numbers: Iterable[int], *, undone: bool, newest: int) -> None:
    """Append the taking back (or bringing back) of changes; ``newest`` is the number of the last change so far."""
    time = datetime.now().isoformat(timespec="seconds")
    connection.executemany(
        "INSERT INTO marks (number, undone, after_change, time) VALUES (?, ?, ?, ?)",
        [(number, int(undone), newest, time) for number in numbers],
    )


def read_history(connection: sqlite3.Connection) -> tuple[History, str]:
    """The history with its undone steps, and the last seal.

    Raises:
        DamagedError: a change or a seal is not what was written.
    """
    history = History()
    last_seal = ""
    with _understanding("a change"):
        marks = list(connection.execute("SELECT number, undone, after_change FROM marks ORDER BY seq"))
        marks.reverse()
        for row in connection.execute(f"SELECT {SEALED}, seal FROM changes ORDER BY number"):  # noqa: S608 - constant
            change = _read_change(row)
            _replay(history, marks, before=change.number)
            last_seal = seal(last_seal, row[:-1])
            if last_seal != row[-1]:
                raise DamagedError("a change was altered")
            history.apply(change)
        _replay(history, marks, before=None)
    return history, last_seal


def write_versions(connection: sqlite3.Connection, versions: Versions) -> None:
    """Append the versions in use from now on, unless they are those noted last."""
    if list(versions) == read_versions(connection):
        return
    time = datetime.now().isoformat(timespec="microseconds")
    connection.executemany(
        "INSERT INTO versions (time, what, version, source) VALUES (?, ?, ?, ?)",
        [(time, *each) for each in versions],
    )


def read_versions(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """The versions noted last.

    Raises:
        DamagedError: a version is not what was written.
    """
    with _understanding("a version"):
        return list(
            connection.execute(
                "SELECT what, version, source FROM versions"
                " WHERE time = (SELECT max(time) FROM versions) ORDER BY seq"
            )
        )


def write_note(connection: sqlite3.Connection, note: Note) -> None:
    """Append a note; the last one on a case is the one shown, the others stay."""
    connection.execute(
        "INSERT INTO notes (case_id, text, author, time) VALUES (?, ?, ?, ?)",
        (note.case_id, note.text, note.author, note.time.isoformat()),
    )


def read_notes(connection: sqlite3.Connection) -> dict[str, Note]:
    """The last note on each case that has one.

    Raises:
        DamagedError: a note is not what was written.
    """
    with _understanding("a note"):
        rows = connection.execute("SELECT case_id, text, author, time FROM notes ORDER BY seq")
        return {
            case_id: Note(case_id, text, author, datetime.fromisoformat(time))
            for case_id, text, author, time in rows
        }


def write_position(connection: sqlite3.Connection, position: Position) -> None:
    """Remember where the coder is."""
    value = _json({"case_id": position.case_id, "view": dict(position.view)})
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('position', ?)", (value,))


def read_position(connection: sqlite3.Connection) -> Position:
    """Where the coder was; the beginning when that is not known.

    Raises:
        DamagedError: it is not what was written.
    """
    with _understanding("the position"):
        row = connection.execute("SELECT value FROM meta WHERE key = 'position'").fetchone()
        return Position(**json.loads(row[0])) if row else Position()


@contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[None]:
    """What is read within belongs together, though another window may write meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


@contextmanager
def _understanding(what: str) -> Iterator[None]:
    """Stored values are turned into ours; what cannot be is damage, not a bug."""
    try:
        yield
    except (zlib.error, ValueError, KeyError, TypeError, IndexError) as error:
        raise DamagedError(what) from error


def _replay(history: History, marks: list[tuple[int, int, int]], *, before: int | None) -> None:
    """Apply the marks made before change ``before``; ``marks`` is a stack, the oldest on top."""
    while marks and (before is None or marks[-1][2] < before):
        number, undone, _ = marks.pop()
        if undone:
            history.take_back(number)
        else:
            history.bring_back(number)


def _read_change(row: tuple[object, ...]) -> Change:
    number, case_id, label, decision, reason, rule_id, author, time, before, after, batch, _seal = row
    return Change(
        case_id=str(case_id),
        label=str(label),
        decision=Decision(str(decision)),
        before=load_lines(str(before)),
        after=load_lines(str(after)),
        reason=str(reason),
        rule_id=str(rule_id),
        author=str(author),
        time=datetime.fromisoformat(str(time)),
        number=int(str(number)),
        batch=int(str(batch)),
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
