"""From reviewed cases to the sums that pre-settlement, clearing, points from history and comparisons start from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.progress import Progress
from app.review import CaseResult, Scored, grouper_input
from coding_rules.case import Case
from coding_rules.grouper.dip.points import HistoryCase
from coding_rules.grouper.grouping import System
from coding_rules.settlement.comparison import Comparison, PeriodCase, compare_periods
from coding_rules.settlement.profile import RegionProfile
from coding_rules.settlement.settlement import Band
from icd_tables.terminology import Terminology


@dataclass(frozen=True, slots=True)
class PoolSum:
    """One insurance's cases of a period: points settled, fees and what patients paid in yuan, and cases without points."""

    insurance: str
    cases: int
    points: Decimal
    fees: Decimal
    self_paid: Decimal
    without_points: int


def sums_by_insurance(
    results: Iterable[CaseResult], profile: RegionProfile, system: System, month: str = ""
) -> tuple[PoolSum, ...]:
    """Sums per insurance (职工, 居民, else the code as filed), for one month of discharge (``2025-03``) or all.

    Cases without settled points (ungrouped, no points in the catalogue) are counted, not guessed.
    """
    pools: dict[str, list[CaseResult]] = defaultdict(list)
    for result in results:
        discharged = result.case.discharged
        if month and (discharged is None or discharged.strftime("%Y-%m") != month):
            continue
        filed = result.case.payment
        pools[profile.money.insurance_codes.get(filed, filed)].append(result)
    return tuple(_sum(insurance, listed, system) for insurance, listed in sorted(pools.items()))


def _sum(insurance: str, results: list[CaseResult], system: System) -> PoolSum:
    points = [_points(result, system) for result in results]
    fees = [result.case.fees for result in results]
    return PoolSum(
        insurance=insurance,
        cases=len(results),
        points=sum((each for each in points if each is not None), Decimal(0)),
        fees=Decimal(sum(each.total or 0 for each in fees)) / 100,
        self_paid=Decimal(sum(each.self_paid or 0 for each in fees)) / 100,
        without_points=sum(each is None for each in points),
    )


def _scored(result: CaseResult, system: System) -> Scored | None:
    return result.dip if system is System.DIP else result.drg


def _points(result: CaseResult, system: System) -> Decimal | None:
    scored = _scored(result, system)
    return scored.settlement.points if scored and scored.settlement else None


def special_review_candidates(results: Iterable[CaseResult], system: System) -> tuple[CaseResult, ...]:
    """Cases that may apply for 特例单议: 极高 and 高倍率, the largest loss first (a lost amount is what the review is about)."""
    found = [
        (settlement.profit if settlement.profit is not None else 0, position, result)
        for position, result in enumerate(results)
        if (scored := _scored(result, system))
        and (settlement := scored.settlement)
        and settlement.band in {Band.EXTREME, Band.HIGH}
    ]
    return tuple(result for _, _, result in sorted(found, key=lambda each: each[:2]))


def history_cases(
    cases: Iterable[Case], terminology: Terminology, level: str, progress: Progress | None = None
) -> Iterator[HistoryCase]:
    """Past front pages as history: codes mapped to the insurance edition, year of discharge (0 when unknown)."""
    progress = progress or Progress()
    for done, case in enumerate(cases, start=1):
        seen, _, _ = grouper_input(case, terminology)
        yield HistoryCase(case.discharged.year if case.discharged else 0, seen, level)
        progress.report(done, 0, "正在读取历史病例")


def compare_payment(
    cases: Iterable[Case],
    belongs: Callable[[Case], bool],
    first: tuple[date, date],
    second: tuple[date, date],
) -> Comparison:
    """One disease before and after DIP: the cases that ``belongs`` picks, by day of discharge in two periods (days included)."""
    periods: Mapping[int, list[PeriodCase]] = {0: [], 1: []}
    for case in cases:
        if case.discharged is None or not belongs(case):
            continue
        day = case.discharged.date()
        for number, (start, end) in enumerate((first, second)):
            if start <= day <= end:
                periods[number].append(PeriodCase.of(case))
    return compare_periods(periods[0], periods[1])
