"""Notes: what a coder remarks on a case without deciding anything, and how undo meets them between the steps of the work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LABEL = "备注"
"""What writing a note is called where steps are named."""


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on a case; an empty text says that there is none any more."""

    case_id: str
    text: str
    author: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Writing:
    """A note was written over another text, when step ``after_step`` was the newest that stood (0: none)."""

    case_id: str
    before: str
    after: str
    after_step: int


class NoteTrail:
    """What was written since the work was opened, so that undo and redo take notes and steps in the order they were made.

    A note is next while the newest standing step is the one it was written after: any other step came later.
    """

    def __init__(self) -> None:
        self._written: list[Writing] = []
        self._undone: list[Writing] = []

    def wrote(self, writing: Writing) -> None:
        """A new note; what was taken back cannot be brought back any more."""
        self._written.append(writing)
        self._undone.clear()

    def forget_undone(self) -> None:
        """A new step was made: notes taken back before it stay so."""
        self._undone.clear()

    def next_undo(self, newest_step: int) -> Writing | None:
        """The note that undo would take back, if it comes before the newest standing step."""
        return _next(self._written, newest_step)

    def next_redo(self, newest_step: int) -> Writing | None:
        """The note that redo would bring back, if it comes before the step undone last."""
        return _next(self._undone, newest_step)

    def take_back(self) -> None:
        """The last note is undone."""
        self._undone.append(self._written.pop())

    def bring_back(self) -> None:
        """The note undone last is written again."""
        self._written.append(self._undone.pop())


def _next(stack: list[Writing], newest_step: int) -> Writing | None:
    return stack[-1] if stack and stack[-1].after_step == newest_step else None
