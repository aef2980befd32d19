"""Which lines of a front page differ between two states, told line by line as a department reads it.

The principal line is always compared with the principal line. Other lines are aligned by content, so that inserting or
removing one line does not make every line below it look changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from app.history import CodedLines
from app.step_labels import place_name
from coding_rules.case import Diagnosis, Procedure
from icd_tables.codes import Kind

Line = Diagnosis | Procedure
_Spot = tuple[int | None, Line | None]  # a line and its position
_NOWHERE: _Spot = (None, None)


@dataclass(frozen=True, slots=True)
class LineChange:
    """One line that differs. ``old`` ``None``: added, ``new`` ``None``: removed; positions are 0-based.

    A line that only changed its place has equal ``old`` and ``new``.
    """

    kind: Kind
    old: Line | None
    new: Line | None
    old_at: int | None
    new_at: int | None

    @property
    def place(self) -> str:
        """``主要诊断``, ``其他诊断 2``, ``其他诊断 2 → 其他诊断 3``, ..."""
        names = [
            place_name(at, diagnosis=self.kind is Kind.DIAGNOSIS)
            for at in (self.old_at, self.new_at)
            if at is not None
        ]
        return " → ".join(dict.fromkeys(names))

    @property
    def what(self) -> str:
        """What happened to the line, in a word."""
        if self.old is None:
            return "新增"
        if self.new is None:
            return "删除"
        if self.old == self.new:
            return "调整顺序"
        if (self.old.code, self.old.name) != (self.new.code, self.new.name):
            return "改码" if self.old.code != self.new.code else "改名称"
        return "改入院病情" if self.kind is Kind.DIAGNOSIS else "改手术信息"


def line_changes(before: CodedLines, after: CodedLines) -> tuple[LineChange, ...]:
    """All differing lines: diagnoses, then procedures, each from the top."""
    return (
        *_differences(Kind.DIAGNOSIS, before.diagnoses, after.diagnoses),
        *_differences(Kind.PROCEDURE, before.procedures, after.procedures),
    )


def _differences(kind: Kind, before: Sequence[Line], after: Sequence[Line]) -> list[LineChange]:
    old: list[_Spot] = [*enumerate(before)]
    new: list[_Spot] = [*enumerate(after)]
    principal_old, principal_new = (before or (None,))[0], (after or (None,))[0]
    if principal_old == principal_new:
        return _others(kind, old[1:], new[1:])
    first = LineChange(kind, principal_old, principal_new, 0 if before else None, 0 if after else None)
    # A line promoted from below, or the former principal demoted, is told by the first change already.
    return [first, *_others(kind, _without(old[1:], principal_new), _without(new[1:], principal_old))]


def _without(spots: list[_Spot], line: Line | None) -> list[_Spot]:
    told = next((spot for spot in spots if spot[1] == line), None)
    return [spot for spot in spots if spot is not told]


def _others(kind: Kind, old: list[_Spot], new: list[_Spot]) -> list[LineChange]:
    found: list[LineChange] = []
    blocks = _differing_blocks(old, new)
    come = [spot for _, right in blocks for spot in right]
    for left, _ in blocks:
        for spot in list(left):
            twin = next((other for other in come if other[1] == spot[1]), None)
            if twin is not None:
                found.append(LineChange(kind, spot[1], twin[1], spot[0], twin[0]))
                left.remove(spot)
                come.remove(twin)
    for left, right in blocks:
        staying = [spot for spot in right if spot in come]
        for gone, arrived in zip_longest(left, staying, fillvalue=_NOWHERE):
            found.append(LineChange(kind, gone[1], arrived[1], gone[0], arrived[0]))
    return sorted(found, key=lambda change: (change.old_at if change.new_at is None else change.new_at) or 0)


def _differing_blocks(old: list[_Spot], new: list[_Spot]) -> list[tuple[list[_Spot], list[_Spot]]]:
    """Runs of lines that do not align, old and new side by side."""
    matcher = SequenceMatcher(None, [line for _, line in old], [line for _, line in new], autojunk=False)
    return [(old[a:b], new[c:d]) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
