"""Checks across the cases of a file: the same person again, stays that overlap, rows that repeat.

Persons are told apart by identity number, else by record number; a case with neither is left out (nothing can be said).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from coding_rules.case import Case, is_blank
from coding_rules.checks.predicates import Env
from icd_tables.codes import category, normalize_code


@dataclass(frozen=True, slots=True)
class MonthHit:
    """What a check across cases found: in which case, the words for its message, the code concerned."""

    case_id: str
    slots: Mapping[str, str]
    code: str = ""


MonthCheck = Callable[[Sequence[Case], Env], Iterable[MonthHit]]
MONTH_CHECKS: dict[str, MonthCheck] = {}
"""Checks across cases by the name packs use. The first line of each docstring is its Chinese reading for prose and guide."""


def _check(run: MonthCheck) -> MonthCheck:
    MONTH_CHECKS[run.__name__] = run
    return run


def _person(case: Case) -> str:
    if not is_blank(case.id_number):
        return f"id:{case.id_number.strip().upper()}"
    return f"no:{case.record_no}" if not is_blank(case.record_no) else ""


def _stays(cases: Sequence[Case]) -> Iterator[list[tuple[datetime, datetime, Case]]]:
    """Stays with both dates of each person who has more than one, in order of admission."""
    by_person: dict[str, list[tuple[datetime, datetime, Case]]] = defaultdict(list)
    for case in cases:
        person = _person(case)
        if person and case.admitted and case.discharged and case.admitted <= case.discharged:
            by_person[person].append((case.admitted, case.discharged, case))
    for stays in by_person.values():
        if len(stays) > 1:
            yield sorted(stays, key=lambda stay: stay[:2])


def _planned(case: Case) -> bool:
    """Whether a stay is one of a series by nature: chemotherapy, radiotherapy, dialysis, rehabilitation, rebirth of a plan."""
    principal = case.principal_diagnosis
    code = normalize_code(principal.code) if principal else ""
    return (
        code.startswith(("Z51", "Z49", "Z50", "Z47", "Z48")) or case.fields.get("SFZZYJH", "").strip() == "2"
    )


def _same_disease(one: Case, other: Case) -> bool:
    first, second = one.principal_diagnosis, other.principal_diagnosis
    if first is None or second is None:
        return False
    return category(normalize_code(first.code)) == category(normalize_code(second.code))


def _gap(earlier: datetime, later: datetime) -> int:
    return (later.date() - earlier.date()).days


def _hit(case: Case, before: Case, gap: int) -> MonthHit:
    principal = case.principal_diagnosis
    earlier: date | None = before.discharged.date() if before.discharged else None
    slots = {
        "days": str(gap),
        "before": before.case_id,
        "discharged": earlier.isoformat() if earlier else "",
        "principal": f"{principal.code} {principal.name}" if principal else "（无）",
    }
    return MonthHit(case.case_id, slots, principal.code if principal else "")


def _readmitted(cases: Sequence[Case], env: Env, threshold: str) -> Iterator[tuple[Case, Case, int]]:
    limit = env.thresholds[threshold]
    for stays in _stays(cases):
        for (_, left, before), (came, _, case) in pairwise(stays):
            gap = _gap(left, came)
            if 0 <= gap <= limit and not _planned(before) and not _planned(case):
                yield before, case, gap


@_check
def split_stay(cases: Sequence[Case], env: Env) -> Iterator[MonthHit]:
    """同一病人医嘱离院后 $split_days 天内因同类疾病再入院（放化疗、透析、康复等计划性住院除外）。"""
    for before, case, gap in _readmitted(cases, env, "split_days"):
        if _same_disease(before, case) and before.discharge_way == "1":
            yield _hit(case, before, gap)


@_check
def readmission(cases: Sequence[Case], env: Env) -> Iterator[MonthHit]:
    """同一病人出院后 $readmission_days 天内再入院，前次没有再住院计划（分解住院提示的除外）。"""
    split = env.thresholds["split_days"]
    for before, case, gap in _readmitted(cases, env, "readmission_days"):
        if gap > split or not _same_disease(before, case):
            yield _hit(case, before, gap)


@_check
def overlapping_stays(cases: Sequence[Case], env: Env) -> Iterator[MonthHit]:
    """同一病人的住院在前一次出院之前开始。"""
    for stays in _stays(cases):
        for (_, left, before), (came, _, case) in pairwise(stays):
            if came < left:
                yield _hit(case, before, _gap(left, came))


@_check
def died_before(cases: Sequence[Case], env: Env) -> Iterator[MonthHit]:
    """同一病人死亡出院之后又有住院。"""
    for stays in _stays(cases):
        for (_, left, before), (_, _, case) in pairwise(stays):
            if before.discharge_way == "5":
                yield _hit(case, before, _gap(left, stays[-1][0]))


@_check
def duplicate_case(cases: Sequence[Case], env: Env) -> Iterator[MonthHit]:
    """同一病人有两行入院、出院时间都相同。"""
    for stays in _stays(cases):
        for (came, left, before), (came_again, left_again, case) in pairwise(stays):
            if (came, left) == (came_again, left_again):
                yield _hit(case, before, 0)


@_check
def person_differs(cases: Sequence[Case], env: Env) -> Iterator[MonthHit]:
    """同一病案号有两种性别或两个出生日期。"""
    first: dict[str, Case] = {}
    for case in cases:
        if is_blank(case.record_no):
            continue
        before = first.setdefault(case.record_no, case)
        if before is not case and (before.sex != case.sex or before.birth != case.birth):
            yield _hit(case, before, 0)
