"""All that follows from the cases of a period before anything is typed: pools, months, institutions, candidates for 特例单议."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.dip.clearing import MonthRow, Pool, counted_cases, month_rows, pools_of
from app.dip.settled_cases import InstitutionRow, SettledCase, by_institution, settled_cases
from app.dip.special_review import ReviewCandidate, review_candidates
from app.progress import Progress
from app.review import CaseResult
from coding_rules.grouper.grouping import System
from coding_rules.settlement.profile import RegionProfile


@dataclass(frozen=True)
class PeriodSums:
    """What a period comes to."""

    pools: tuple[Pool, ...] = ()
    cases: tuple[SettledCase, ...] = ()
    months: tuple[MonthRow, ...] = ()
    institutions: tuple[InstitutionRow, ...] = ()
    candidates: tuple[ReviewCandidate, ...] = ()


def sum_period(
    results: Sequence[CaseResult],
    profile: RegionProfile,
    system: System,
    period: str,
    progress: Progress | None = None,
) -> PeriodSums:
    """Sum a month (``2025-03``), a year (``2025``) or all cases (empty).

    Raises:
        Cancelled: the user asked to stop.
    """
    cases = settled_cases(results, profile, system, period, progress)
    pools = pools_of(cases, profile, period)
    counted = counted_cases(cases, pools)
    return PeriodSums(
        pools,
        cases,
        month_rows(cases, profile),
        by_institution(counted, profile),
        review_candidates(counted, profile.clearing),
    )
