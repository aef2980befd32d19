"""Reviewed cases as a settlement sees them: by insurance, 参保地, institution and period; sums that add up to the 分."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.progress import Progress
from app.review import CaseResult, Scored
from coding_rules.grouper.grouping import System
from coding_rules.insured import institution_names, insured_region
from coding_rules.settlement.profile import RegionProfile
from coding_rules.settlement.settlement import Figure, Settlement

UNNAMED = "未填机构"
EXTRA = "新药新技术加成"
PARTS = ("核心", "综合", "中医", "辅助分型", "基层", "床日", "兜底", "病组", "未入组", "特殊病例", EXTRA)
"""The parts of a year's points in the order they are told."""


@dataclass(frozen=True, slots=True)
class SettledCase:
    """One case with the insurance it is settled under; ``region`` only where that region has a point value of its own."""

    result: CaseResult
    insurance: str
    scored: Scored | None
    region: str = ""

    @property
    def settlement(self) -> Settlement | None:
        """Its money, if it was settled."""
        return self.scored.settlement if self.scored else None

    @property
    def part(self) -> str:
        """Which part of a year's points it belongs to: 核心, 综合, ..., 辅助分型, 特殊病例 (as DIP 3.0 lists them)."""
        settled, grouping = self.settlement, self.scored.grouping if self.scored else None
        ruling = settled.ruling if settled else None
        if ruling is not None and ruling.outcome is not None and ruling.outcome.approved:
            return "特殊病例"
        if any(figure.label == "辅助分型系数" for figure in self.figures):
            return "辅助分型"
        if grouping is None or not grouping.grouped:
            return "未入组"
        return grouping.kind or "病组"

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure of the case."""
        return self.settlement.figures if self.settlement else ()

    @property
    def institution(self) -> str:
        """Code and name of the institution as filed."""
        return " ".join(institution_names(self.result.case)) or UNNAMED


@dataclass(frozen=True, slots=True)
class Sums:
    """What some cases come to: ``points`` settled, everything else in 分. ``without_points``: ungrouped, or no points to be had.

    ``apart`` is the part of ``amount`` that is paid beside the points (特例单议, where the region pays it so).

    ``settled_fees`` are the fees of the cases that have an amount, so that ``profit`` compares like with like.
    """

    cases: int
    points: Decimal
    fees: int
    self_paid: int
    amount: int
    settled_fees: int
    without_points: int
    without_amount: int
    apart: int = 0

    @property
    def profit(self) -> int:
        """Amounts - fees of the cases that have an amount."""
        return self.amount - self.settled_fees


def sums_of(cases: Iterable[SettledCase]) -> Sums:
    """Integers and exact decimals: parts always add up to the whole."""
    listed = list(cases)
    settled = [case.settlement for case in listed]
    points = [each.points for each in settled if each is not None and each.points is not None]
    apart = [each for each in settled if each is not None and each.apart]
    amounts = [each for each in settled if each is not None and each.amount is not None]
    fees = [case.result.case.fees for case in listed]
    return Sums(
        cases=len(listed),
        points=sum(points, Decimal(0)),
        fees=sum(each.total or 0 for each in fees),
        self_paid=sum(each.self_paid or 0 for each in fees),
        amount=sum(each.amount or 0 for each in amounts),
        settled_fees=sum(each.fee or 0 for each in amounts),
        without_points=len(listed) - len(points) - len(apart),
        without_amount=len(listed) - len(amounts),
        apart=sum(each.amount or 0 for each in apart),
    )


def points_by_part(cases: Iterable[SettledCase]) -> tuple[tuple[str, Decimal], ...]:
    """The points of some cases cut into the parts of a year's points, extra points being one of their own; they add up exactly."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for case in cases:
        settled = case.settlement
        if settled is None or settled.points is None:
            continue
        part = case.part
        extra = Decimal(0) if part == "特殊病例" else settled.extra
        found[part] += settled.points - extra
        if extra:
            found[EXTRA] += extra
    known = [part for part in PARTS if part in found]
    return tuple((part, found[part]) for part in (*known, *sorted(found.keys() - set(PARTS))))


def settled_cases(
    results: Sequence[CaseResult],
    profile: RegionProfile,
    system: System,
    period: str = "",
    progress: Progress | None = None,
) -> tuple[SettledCase, ...]:
    """The cases of a period of discharge: a month (``2025-03``), a year (``2025``) or all (empty).

    Raises:
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    codes = profile.money.insurance_codes
    priced = {price.region for price in profile.money.prices if price.region}
    found: list[SettledCase] = []
    for done, result in enumerate(results, start=1):
        if month_of_discharge(result).startswith(period):
            filed, region = result.case.payment, insured_region(result.case)
            scored = result.dip if system is System.DIP else result.drg
            insurance = codes.get(filed, filed)
            found.append(SettledCase(result, insurance, scored, region if region in priced else ""))
        progress.report(done, len(results), "正在汇总病例")
    return tuple(found)


def month_of_discharge(result: CaseResult) -> str:
    """``2025-03``, empty when the day is not filed."""
    day = result.case.discharged
    return day.strftime("%Y-%m") if day is not None else ""


def months_of(results: Iterable[CaseResult]) -> dict[str, int]:
    """The months of discharge there are, oldest first, with their cases."""
    counts = Counter(filter(None, map(month_of_discharge, results)))
    return dict(sorted(counts.items()))


def years_in(months: Mapping[str, int]) -> dict[str, int]:
    """The years of these months with their cases."""
    counts: Counter[str] = Counter()
    for month, cases in months.items():
        counts[month[:4]] += cases
    return dict(sorted(counts.items()))


def coverage(months: Iterable[str], year: str) -> str:
    """Which months of a year are there and which are not, as a sentence: clearing needs all of them."""
    there = sorted({int(month[5:]) for month in months if month.startswith(year)})
    absent = [number for number in range(1, 13) if number not in there]
    if not absent:
        return f"{year} 年 12 个月齐全。"
    return f"{year} 年现有 {_ranges(there)} 月，缺 {_ranges(absent)} 月，清算金额只是这几个月的。"


def _ranges(numbers: Sequence[int]) -> str:
    """``[1, 2, 3, 6]`` -> ``1—3、6``."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][-1] == number - 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return "、".join(f"{part[0]}—{part[-1]}" if len(part) > 1 else str(part[0]) for part in parts)


@dataclass(frozen=True, slots=True)
class InstitutionRow:
    """One institution's (or campus's) cases of one insurance; the last row, without names, is the whole."""

    institution: str
    insurance: str
    factors: str
    sums: Sums


def by_institution(cases: Sequence[SettledCase], profile: RegionProfile) -> tuple[InstitutionRow, ...]:
    """Institutions by name, each by insurance, and the whole; every row's sums add up to the last one's."""
    groups: dict[tuple[str, str], list[SettledCase]] = defaultdict(list)
    for case in cases:
        groups[case.institution, case.insurance].append(case)
    rows = [
        InstitutionRow(institution, insurance, _factor(listed[0], profile), sums_of(listed))
        for (institution, insurance), listed in sorted(groups.items())
    ]
    return (*rows, InstitutionRow("", "", "", sums_of(cases))) if rows else ()


def _factor(case: SettledCase, profile: RegionProfile) -> str:
    """The hospital factor that holds for an institution; groups may have others."""
    money = profile.money
    names = (*institution_names(case.result.case), case.insurance)
    own = next((money.institution_factors[name] for name in names if name in money.institution_factors), None)
    factor = own if own is not None else money.hospital_factor
    shown = "未设，按 1" if factor is None else f"{factor:f}"
    return f"{shown}；另有病种系数" if money.group_factors else shown
