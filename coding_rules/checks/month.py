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
from coding_rules.checks.message import slots_of
from coding_rules.checks.pack import PackError, Rule
from coding_rules.checks.predicates import Env
from icd_tables.codes import category, normalize_code


@dataclass(frozen=True, slots=True)
class MonthHit:
    """What a check across cases found: in which case, the words for its message, the code concerned."""

    case_id: str
    slots: Mapping[str, str]
    code: str = ""


Run = Callable[[Sequence[Case], Env], Iterable[MonthHit]]


@dataclass(frozen=True, slots=True)
class MonthCheck:
    """A check across cases: how it runs, how it reads in Chinese, and the thresholds it asks for."""

    run: Run
    reading: str
    thresholds: tuple[str, ...] = ()


MONTH_CHECKS: dict[str, MonthCheck] = {}
"""Checks across cases by the name packs use."""

SLOTS = frozenset({"days", "before", "discharged", "principal"})
"""What the message of a rule across cases may speak of: days between, the other case, its discharge, the principal diagnosis."""


def checked_rule(rule: Rule) -> Rule:
    """A rule across cases, if it can be run.

    Raises:
        PackError: no such check, or its message speaks of what no check finds.
    """
    if rule.check not in MONTH_CHECKS:
        known = "、".join(MONTH_CHECKS)
        raise PackError(rule.pack, rule.id, f"check：没有“{rule.check}”；可用：{known}")
    strange = sorted(slots_of(rule.message) - SLOTS)
    if strange:
        raise PackError(
            rule.pack, rule.id, f"消息中的“{{{strange[0]}}}”没有来处；可用：{'、'.join(sorted(SLOTS))}"
        )
    return rule


def _check(reading: str, *thresholds: str) -> Callable[[Run], Run]:
    def register(run: Run) -> Run:
        MONTH_CHECKS[run.__name__] = MonthCheck(run, reading, thresholds)
        return run

    return register


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


def _of_a_series(case: Case) -> bool:
    """Whether a stay is one of a series by nature: chemotherapy, radiotherapy, dialysis, rehabilitation, follow-up care."""
    principal = case.principal_diagnosis
    code = normalize_code(principal.code) if principal else ""
    return code.startswith(("Z51", "Z49", "Z50", "Z47", "Z48"))


def _announced(case: Case) -> bool:
    """Whether the front page says that the patient is to come back within 31 days (SFZZYJH 2 有)."""
    return case.fields.get("SFZZYJH", "").strip() == "2"


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
            planned = _of_a_series(before) or _of_a_series(case) or _announced(before)
            if 0 <= gap <= limit and not planned:
                yield before, case, gap


@_check(
    "同一病人医嘱离院后 $split_days 天内因同类疾病再入院（放化疗、透析、康复等计划性住院除外）。",
    "split_days",
)
def split_stay(cases: Sequence[Case], env: Env) -> Iterator[MonthHit]:
    """Sent home on advice and back within days for a like disease."""
    for before, case, gap in _readmitted(cases, env, "split_days"):
        if _same_disease(before, case) and before.discharge_way == "1":
            yield _hit(case, before, gap)


@_check(
    "同一病人出院后 $readmission_days 天内再入院，前次没有再住院计划（分解住院提示的除外）。",
    "readmission_days",
    "split_days",
)
def readmission(cases: Sequence[Case], env: Env) -> Iterator[MonthHit]:
    """Back within a month; what ``split_stay`` may speak of is left to it."""
    split = env.thresholds["split_days"]
    for before, case, gap in _readmitted(cases, env, "readmission_days"):
        if gap > split or not _same_disease(before, case):
            yield _hit(case, before, gap)


@_check("同一病人的住院在前一次出院之前开始。")
def overlapping_stays(cases: Sequence[Case], env: Env) -> Iterator[MonthHit]:
    """Admitted before an earlier stay ended; of several earlier ones the one that ended last is named."""
    for stays in _stays(cases):
        _, latest, before = stays[0]
        for came, left, case in stays[1:]:
            if came < latest:
                yield _hit(case, before, _gap(latest, came))
            if left > latest:
                latest, before = left, case


@_check("同一病人死亡出院之后又有住院。")
def died_before(cases: Sequence[Case], env: Env) -> Iterator[MonthHit]:
    """Every stay admitted after one that ended in death."""
    for stays in _stays(cases):
        death: tuple[datetime, Case] | None = None
        for came, left, case in stays:
            if death is not None:
                yield _hit(case, death[1], _gap(death[0], came))
            elif case.discharge_way == "5":
                death = left, case


@_check("同一病人有两行入院、出院时间都相同。")
def duplicate_case(cases: Sequence[Case], env: Env) -> Iterator[MonthHit]:
    """Two rows of one stay."""
    for stays in _stays(cases):
        for (came, left, before), (came_again, left_again, case) in pairwise(stays):
            if (came, left) == (came_again, left_again):
                yield _hit(case, before, 0)


@_check("同一病案号有两种性别或两个出生日期。")
def person_differs(cases: Sequence[Case], env: Env) -> Iterator[MonthHit]:
    """One record number for what must be two people."""
    first: dict[str, Case] = {}
    for case in cases:
        if is_blank(case.record_no):
            continue
        before = first.setdefault(case.record_no, case)
        if before is not case and (before.sex != case.sex or before.birth != case.birth):
            yield _hit(case, before, 0)
