"""Two versions of a catalogue side by side: which groups came, went, or changed points, fee or rule."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from coding_rules.grouper.dip.catalogue import DipCatalogue, DipGroup
from coding_rules.grouper.dip.expression import write_expression
from icd_tables.codes import normalize_code


class Change(StrEnum):
    """What happened to a group."""

    ADDED = "新增"
    REMOVED = "取消"
    RULE = "入组条件变化"
    POINTS = "分值变化"


@dataclass(frozen=True, slots=True)
class GroupChange:
    """One group that differs. ``ratio`` is new points / old points where both are known."""

    code: str
    name: str
    change: Change
    before: str
    after: str
    ratio: Decimal | None = None


def compare_catalogues(old: DipCatalogue, new: DipCatalogue) -> tuple[GroupChange, ...]:
    """Every difference, in code order. A group may appear twice: its rule changed, and its points."""
    before = {normalize_code(group.code): group for group in old}
    after = {normalize_code(group.code): group for group in new}
    changes: list[GroupChange] = []
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was is None and now is not None:
            changes.append(GroupChange(now.code, now.name, Change.ADDED, "", _points(now)))
        elif now is None and was is not None:
            changes.append(GroupChange(was.code, was.name, Change.REMOVED, _points(was), ""))
        elif was is not None and now is not None:
            changes.extend(_changed(was, now))
    return tuple(changes)


def _changed(was: DipGroup, now: DipGroup) -> list[GroupChange]:
    found = []
    if _rule(was) != _rule(now):
        found.append(GroupChange(now.code, now.name, Change.RULE, _rule(was), _rule(now)))
    if was.points != now.points:
        ratio = now.points / was.points if now.points is not None and was.points else None
        found.append(GroupChange(now.code, now.name, Change.POINTS, _points(was), _points(now), ratio))
    return found


def _rule(group: DipGroup) -> str:
    kind = group.procedure_kind.value if group.procedure_kind else ""
    parts = (
        group.kind.value,
        group.principal,
        write_expression(group.main),
        write_expression(group.related),
        kind,
    )
    return " + ".join(part for part in parts if part)


def _points(group: DipGroup) -> str:
    return "" if group.points is None else str(group.points)
