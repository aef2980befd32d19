"""Changes: undo, audit trail, autosave and correction list at once.

A Change holds values already computed (the lines before and after), so replaying it never depends on rules that may
have been updated since. ``History`` is the list of them; nothing is ever taken out of it: an undone change stays,
marked undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from coding_rules.case import Case, Diagnosis, Procedure


class Decision(StrEnum):
    """What the coder decided about a case or a finding."""

    CORRECT = "更正"
    KEEP = "维持原码"
    PENDING = "待查病历"


@dataclass(frozen=True, slots=True)
class CodedLines:
    """The part of a case that coders change: its diagnosis and procedure lines."""

    diagnoses: tuple[Diagnosis, ...]
    procedures: tuple[Procedure, ...]

    @classmethod
    def of(cls, case: Case) -> CodedLines:
        """The lines of a case as they stand."""
        return cls(case.diagnoses, case.procedures)

    def put_on(self, case: Case) -> Case:
        """The case with these lines."""
        return replace(case, diagnoses=self.diagnoses, procedures=self.procedures)


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a coder's work on one case.

    ``label`` names the undo step ("主要诊断 I20.000 → I21.000"). ``before`` and ``after`` are equal for decisions that change
    no code (维持原码, 待查病历). ``rule_id`` names the finding it answers, if any. ``time`` is local wall-clock time.
    ``number`` is given by the session when the change is stored (0 before); ``undone`` marks a step taken back.
    ``batch`` (0: none) is common to changes made at one stroke, which are also undone at one stroke.
    """

    case_id: str
    label: str
    decision: Decision
    before: CodedLines
    after: CodedLines
    reason: str = ""
    rule_id: str = ""
    author: str = ""
    time: datetime = datetime.min
    number: int = 0
    undone: bool = False
    batch: int = 0

    @property
    def alters(self) -> bool:
        """Whether the step changes a line (and does not only record a decision)."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class NetChange:
    """What all steps on one case come to: the lines it started from, the lines as they stand, the steps that hold."""

    case_id: str
    before: CodedLines
    after: CodedLines
    steps: tuple[Change, ...]

    @property
    def altered(self) -> bool:
        """Whether the lines differ in the end (a change and its opposite come to nothing)."""
        return self.before != self.after

    @property
    def decision(self) -> Decision:
        """The last decision on the case."""
        return self.steps[-1].decision

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reasons given, in order, each once."""
        return tuple(dict.fromkeys(step.reason for step in self.steps if step.reason))


class History:
    """Every change of a session in order, with undo and redo over all cases or within one.

    Steps on different cases do not touch each other, so a step of one case can be undone while later steps on other
    cases stand. Within a case steps are undone in reverse order. A new step on a case ends the redo of that case only.
    """

    def __init__(self) -> None:
        self._trail: dict[int, Change] = {}
        self._done: dict[str, list[int]] = {}
        self._undone: dict[str, list[int]] = {}
        self._done_order: dict[int, None] = {}  # dictionaries as ordered sets: taking one out is cheap
        self._undone_order: dict[int, None] = {}

    def __len__(self) -> int:
        return len(self._trail)

    def __iter__(self) -> Iterator[Change]:
        return iter(self._trail.values())

    @property
    def trail(self) -> tuple[Change, ...]:
        """The audit trail: every change ever made, in order, the undone ones marked."""
        return tuple(self._trail.values())

    @property
    def case_ids(self) -> tuple[str, ...]:
        """Cases with at least one step that holds, in the order they were first touched."""
        return tuple(case_id for case_id, numbers in self._done.items() if numbers)

    @property
    def next_number(self) -> int:
        """The number the next change gets."""
        return next(reversed(self._trail), 0) + 1

    def first_steps(self) -> Iterator[Change]:
        """The first step ever made on each case: it starts from the original."""
        return iter({change.case_id: change for change in reversed(self._trail.values())}.values())

    def apply(self, change: Change) -> Change:
        """Add a step and return it with its number (the next one, unless it brings a higher one).

        Raises:
            ValueError: it does not start from the lines the case has now, or its number is taken.
        """
        last = self._last(self._done, change.case_id)
        if last is not None and last.after != change.before:
            raise ValueError("a change starts from the lines as they stand")
        stored = change if change.number else replace(change, number=self.next_number)
        if stored.number < self.next_number:
            raise ValueError("numbers of changes rise")
        self._trail[stored.number] = replace(stored, undone=False)
        for number in self._undone.pop(stored.case_id, []):
            del self._undone_order[number]
        self._done.setdefault(stored.case_id, []).append(stored.number)
        self._done_order[stored.number] = None
        return self._trail[stored.number]

    def undo(self, case_id: str | None = None) -> tuple[Change, ...]:
        """Take back the last step (of one case, or of all with what was done at the same stroke); what was taken back."""
        return tuple(self.take_back(number) for number in self.next_undo(case_id))

    def redo(self, case_id: str | None = None) -> tuple[Change, ...]:
        """Do again what was undone last; what was done again."""
        return tuple(self.bring_back(number) for number in self.next_redo(case_id))

    def next_undo(self, case_id: str | None = None) -> list[int]:
        """Numbers of the steps that ``undo`` would take back, newest first."""
        return self._next(self._done, self._done_order, case_id)

    def next_redo(self, case_id: str | None = None) -> list[int]:
        """Numbers of the steps that ``redo`` would do again, in that order."""
        return self._next(self._undone, self._undone_order, case_id)

    def undo_label(self, case_id: str | None = None) -> str:
        """Name of the step that ``undo`` would take back; empty when there is none."""
        return self._label(self.next_undo(case_id))

    def redo_label(self, case_id: str | None = None) -> str:
        """Name of the step that ``redo`` would do again; empty when there is none."""
        return self._label(self.next_redo(case_id))

    def take_back(self, number: int) -> Change:
        """Mark one step undone.

        Raises:
            ValueError: it is not the last step of its case that holds.
        """
        return self._shift(number, self._done, self._undone, undone=True)

    def bring_back(self, number: int) -> Change:
        """Mark one undone step as holding again.

        Raises:
            ValueError: it is not the step of its case undone last.
        """
        return self._shift(number, self._undone, self._done, undone=False)

    def net(self, case_id: str) -> NetChange | None:
        """What the steps on a case come to, or ``None`` when none holds."""
        numbers = self._done.get(case_id)
        if not numbers:
            return None
        steps = tuple(self._trail[number] for number in numbers)
        return NetChange(case_id, steps[0].before, steps[-1].after, steps)

    def net_changes(self) -> Iterator[NetChange]:
        """Net results of all touched cases, in the order they were first touched."""
        for case_id in self.case_ids:
            net = self.net(case_id)
            if net is not None:
                yield net

    def current(self, case: Case) -> Case:
        """The case as it stands after its steps, given the original."""
        last = self._last(self._done, case.case_id)
        return case if last is None else last.after.put_on(case)

    def decision(self, case_id: str) -> Decision | None:
        """The last decision on a case, or ``None``."""
        last = self._last(self._done, case_id)
        return last.decision if last else None

    def _last(self, stacks: dict[str, list[int]], case_id: str) -> Change | None:
        numbers = stacks.get(case_id)
        return self._trail[numbers[-1]] if numbers else None

    def _next(self, stacks: dict[str, list[int]], order: dict[int, None], case_id: str | None) -> list[int]:
        """Numbers of the steps that go together next, newest first."""
        if case_id is not None:
            return stacks.get(case_id, [])[-1:]
        newest = next(reversed(order), 0)
        batch = self._trail[newest].batch if newest else 0
        if not batch:
            return [newest] if newest else []
        return [number for number in reversed(order) if self._on_top(number, stacks, batch)]

    def _on_top(self, number: int, stacks: dict[str, list[int]], batch: int) -> bool:
        """Whether a step belongs to ``batch`` and nothing but that batch lies above it in its case."""
        stack = stacks[self._trail[number].case_id]
        return all(self._trail[above].batch == batch for above in stack[stack.index(number) :])

    def _label(self, numbers: list[int]) -> str:
        if not numbers:
            return ""
        label = self._trail[numbers[0]].label
        return label if len(numbers) == 1 else f"{label}（共 {len(numbers)} 例）"

    def _shift(
        self, number: int, source: dict[str, list[int]], target: dict[str, list[int]], *, undone: bool
    ) -> Change:
        change = self._trail[number]
        if source.get(change.case_id, [])[-1:] != [number]:
            raise ValueError("steps of a case are undone and redone in order")
        source[change.case_id].pop()
        target.setdefault(change.case_id, []).append(number)
        before, after = (
            (self._done_order, self._undone_order) if undone else (self._undone_order, self._done_order)
        )
        del before[number]
        after[number] = None
        self._trail[number] = replace(change, undone=undone)
        return self._trail[number]
