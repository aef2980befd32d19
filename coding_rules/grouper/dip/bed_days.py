"""床日病种: long stays (康复, 精神, 安宁疗护) that a region pays by days. Rows are the catalogue's, conditions the region's.

The national specification only says that they lie outside the auxiliary catalogues; who comes under them and what a day is worth
is decided locally. So nothing is grouped by days before the region's parameters say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, runtime_checkable

from coding_rules.grouper.inputs import GrouperInput
from icd_tables.codes import normalize_code

BED_DAYS = "床日"
"""Kind of a group that is paid by days."""


@dataclass(frozen=True, slots=True)
class BedDayRules:
    """When 床日病种 of the catalogue take a case.

    ``over_days``: only stays of more than so many days; ``departments``: only these (as filed), empty for any. A row with conditions
    of its own goes by those. ``hospital_factor``: whether points of a day are multiplied by 机构系数.
    """

    enabled: bool = False
    over_days: int | None = None
    departments: frozenset[str] = frozenset()
    hospital_factor: bool = False


@runtime_checkable
class HasBedDays(Protocol):
    """A region profile, as far as this module cares."""

    @property
    def bed_days(self) -> BedDayRules:
        """When cases are paid by days."""
        ...


@dataclass(frozen=True, slots=True)
class BedDayGroup:
    """One row: ``diagnoses`` are codes, their beginnings, or ranges of categories (``F20-F29``); none for any diagnosis.

    ``points`` are those of one day; ``least`` and ``most`` the stay in days it is for, ``departments`` the departments, where the row
    itself says so.
    """

    code: str
    name: str
    diagnoses: tuple[str, ...]
    points: Decimal | None
    least: int | None = None
    most: int | None = None
    departments: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class ByDays:
    """A case that is paid by days: its group and the sentence that says why."""

    group: BedDayGroup
    why: str


class BedDays:
    """The 床日病种 of a catalogue under a region's conditions. Immutable."""

    def __init__(self, groups: Sequence[BedDayGroup], rules: BedDayRules) -> None:
        self.rules = rules
        self.groups = tuple(groups) if rules.enabled else ()

    def __bool__(self) -> bool:
        return bool(self.groups)

    def find(self, case: GrouperInput) -> ByDays | None:
        """The group that takes the case: the first row whose diagnosis, stay and department fit, rows in the catalogue's order."""
        principal = normalize_code(case.diagnoses[0]) if case.diagnoses else ""
        if not principal:
            return None
        for group in self.groups:
            reasons = self._reasons(group, principal, case)
            if reasons is not None:
                return ByDays(group, "，".join(reasons))
        return None

    def _reasons(self, group: BedDayGroup, principal: str, case: GrouperInput) -> list[str] | None:
        """Why a row takes the case, or ``None`` when it does not."""
        key = next((each for each in group.diagnoses if _covers(each, principal)), None)
        if group.diagnoses and key is None:
            return None
        reasons = [f"主要诊断 {principal} 属于 {key}" if key else "不限主要诊断"]
        departments = group.departments or tuple(sorted(self.rules.departments))
        if departments:
            if case.department not in departments:
                return None
            reasons.append(f"科室“{case.department}”在列")
        stay = self._stay(group, case.los)
        if stay is None:
            return None
        return [*reasons, *stay]

    def _stay(self, group: BedDayGroup, los: int | None) -> list[str] | None:
        own = group.least is not None or group.most is not None
        least = group.least if own else None if self.rules.over_days is None else self.rules.over_days + 1
        if least is None and group.most is None:
            return []
        if (
            los is None
            or (least is not None and los < least)
            or (group.most is not None and los > group.most)
        ):
            return None
        limits = [f"≥ {least} 天"] if least is not None else []
        limits += [f"≤ {group.most} 天"] if group.most is not None else []
        return [f"住院 {los} 天（{'、'.join(limits)}）"]


def _covers(key: str, principal: str) -> bool:
    first, dash, last = key.partition("-")
    if dash:
        return first <= principal[: len(first)] and principal[: len(last)] <= last
    return principal.startswith(key)


def diagnosis_keys(written: str) -> tuple[str, ...]:
    """Diagnosis codes, beginnings or ranges as a cell lists them (``F20-F29、F31``)."""
    plain = written
    for mark in "、，,；;|/\n ":
        plain = plain.replace(mark, "\0")
    return tuple(
        _keys(plain.replace("－", "-").replace("—", "-").replace("～", "-").replace("~", "-").split("\0"))
    )


def _keys(parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        if part.strip():
            yield "-".join(normalize_code(each) for each in part.strip().split("-", 1))
