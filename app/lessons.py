"""Lessons: what the hospital's dictionary learns from the steps of the work, taken back with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.history import Change
from app.matching.memory import HospitalDictionary
from icd_tables.codes import Kind
from icd_tables.matching.memory import Confirmed


@dataclass(frozen=True, slots=True)
class Lesson:
    """A coder chose ``code`` (published as ``name``) for the wording ``text`` that was filed."""

    kind: Kind
    text: str
    code: str
    name: str


class Lessons:
    """Confirms and withdraws by the number of the step that taught a lesson. Without a dictionary nothing is kept."""

    def __init__(self, dictionary: HospitalDictionary | None) -> None:
        self._dictionary = dictionary
        self._by_step: dict[int, tuple[Lesson, Confirmed]] = {}

    def learn(self, change: Change, lesson: Lesson | None) -> None:
        """Remember a lesson once its step is made. A wording that is the published name itself teaches nothing.

        Raises:
            UserError: the dictionary cannot be written.
        """
        if self._dictionary is None or lesson is None or lesson.text.strip() == lesson.name:
            return
        pair = Confirmed(lesson.text.strip(), lesson.code, lesson.name, who=change.author, when=change.time)
        self._by_step[change.number] = (lesson, pair)
        self._dictionary.confirm(lesson.kind, pair)

    def withdraw(self, undone: Iterable[Change]) -> None:
        """Forget what the steps taught that were taken back."""
        for change in undone:
            taught = self._by_step.get(change.number)
            if taught and self._dictionary is not None:
                lesson, pair = taught
                self._dictionary.take_back(lesson.kind, pair)

    def restore(self, redone: Iterable[Change]) -> None:
        """Remember again what was taken back."""
        for change in redone:
            taught = self._by_step.get(change.number)
            if taught and self._dictionary is not None:
                lesson, pair = taught
                self._dictionary.confirm(lesson.kind, pair)
