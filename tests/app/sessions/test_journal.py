"""Whatever keeps the steps, a file or memory: the same work comes to the same history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.history import Decision
from app.sessions.journal import Journal, MemoryJournal
from app.sessions.session import Session
from tests.app.sessions.session_files import make_cases, principal

CASES = make_cases(3)


@pytest.fixture(params=["file", "memory"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    if request.param == "memory":
        yield MemoryJournal()
        return
    with Session.create_from(tmp_path / "三月.ccqa", CASES) as session:
        yield session


def test_steps_strokes_notes_and_their_undoing(journal: Journal) -> None:
    assert not journal.read_only
    first = journal.record(principal(CASES[0], "I21.000"))
    assert (first.number, first.batch) == (1, 0)
    (alone,) = journal.record_all([principal(CASES[1], "I21.100")])
    assert (alone.number, alone.batch) == (2, 0), "one case is no stroke"
    again = principal(first.after.put_on(CASES[0]), "I21.200")
    stroke = journal.record_all([again, principal(CASES[2], "I21.200")])
    assert [(change.number, change.batch) for change in stroke] == [(3, 3), (4, 3)]
    assert {change.number for change in journal.undo()} == {3, 4}
    assert [change.number for change in journal.undo("1001")] == [2]
    assert [change.number for change in journal.redo("1001")] == [2]
    assert {change.number for change in journal.redo()} == {3, 4}
    assert journal.history.decision("1002") is Decision.CORRECT
    note = journal.add_note("1000", "待问医生", "甲")
    assert journal.notes["1000"] == note
    assert (note.text, note.author) == ("待问医生", "甲")
