"""Journal: where the steps of open work are kept. A session file is one; memory is another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from app.history import Change, History
from app.notes import Note


class Journal(Protocol):
    """Where Changes are kept: a session file, or memory while no file is open."""

    @property
    def history(self) -> History:
        """All changes, with undo and redo."""
        ...

    @property
    def read_only(self) -> bool:
        """Whether everything that writes is refused."""
        ...

    @property
    def notes(self) -> Mapping[str, Note]:
        """The last note on each case that ever had one."""
        ...

    def add_note(self, case_id: str, text: str, author: str = "") -> Note:
        """Note something on a case; an empty text takes the note away."""
        ...

    def record(self, change: Change) -> Change:
        """Store a change and return it with its number."""
        ...

    def record_all(self, changes: Sequence[Change]) -> tuple[Change, ...]:
        """Store changes of several cases made at one stroke: all or none, undone together."""
        ...

    def undo(self, case_id: str | None = None) -> tuple[Change, ...]:
        """Take back the last step with all of its stroke; what was taken back."""
        ...

    def redo(self, case_id: str | None = None) -> tuple[Change, ...]:
        """Do again the step undone last; what was done again."""
        ...


class MemoryJournal:
    """A journal for work that has no file: pictures, tests."""

    read_only = False

    def __init__(self) -> None:
        self.history = History()
        self.notes: dict[str, Note] = {}

    def add_note(self, case_id: str, text: str, author: str = "") -> Note:
        """Keep a note."""
        self.notes[case_id] = Note(case_id, text, author, datetime.now())
        return self.notes[case_id]

    def record(self, change: Change) -> Change:
        """Keep a change."""
        return self.history.apply(change)

    def record_all(self, changes: Sequence[Change]) -> tuple[Change, ...]:
        """Keep changes made at one stroke."""
        batch = self.history.next_number if len(changes) > 1 else 0
        return tuple(self.history.apply(replace(change, batch=batch)) for change in changes)

    def undo(self, case_id: str | None = None) -> tuple[Change, ...]:
        """Take back the last step."""
        return self.history.undo(case_id)

    def redo(self, case_id: str | None = None) -> tuple[Change, ...]:
        """Bring back the step undone last."""
        return self.history.redo(case_id)
