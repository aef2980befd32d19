"""Weights from history, as cities work them out: past cases through the scheme, outliers trimmed, years weighted.

Mean fee of a group = sum over years of (year weight x mean fee of the group in that year) / sum of the weights of the years in
which it has cases; weight = that mean / the same mean over all groups.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import tee
from statistics import fmean, pstdev

from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.drg.weight_table import GroupWeight, WeightTable
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.grouper.trimming import TrimRule

YEAR_WEIGHTS = (1, 2, 7)
"""Weights of the years, oldest first, as the national technical rules for DIP and most cities' DRG rules have them."""

LEAST_CASES = 30
HIGHEST_CV = 1.0

FORMULA = "权重 = 本组加权例均费用 ÷ 全部入组病例加权例均费用；加权例均费用 = Σ(年度权重 × 当年例均费用) ÷ Σ有病例年度的权重"


AMBIGUOUS = "QY"
"""How the codes of 歧义病案 groups end: a stay no group was found for."""


@dataclass(frozen=True, slots=True)
class HistoryCase:
    """A settled case of a past year. ``case.total_fee`` is in 分; ``unmet`` says why it had no group with a weight before (``未入组``),
    "" where it had one or nothing is known of it.
    """

    year: int
    case: GrouperInput
    unmet: str = ""


@dataclass(frozen=True, slots=True)
class NewlyGrouped:
    """A case that had no group with a weight before and now reaches a group that meets the criteria; ``fee`` in 分."""

    case_id: str
    year: int
    diagnosis: str
    procedure: str
    before: str
    group: str
    name: str
    fee: int | None


@dataclass(frozen=True, slots=True)
class GroupStatistics:
    """A group's cases after trimming: ``mean_fee`` in 分 (year-weighted), ``cv`` of the fees, ``mean_los`` in days, ``marks`` in words."""

    code: str
    name: str
    cases: int
    trimmed: int
    mean_fee: float
    cv: float
    mean_los: float | None
    weight: Decimal
    cases_by_year: Mapping[int, int]

    @property
    def marks(self) -> tuple[str, ...]:
        """Why the weight should be looked at before it is used."""
        found = []
        if self.cv > HIGHEST_CV:
            found.append(f"CV>{HIGHEST_CV:g}")
        if self.cases < LEAST_CASES:
            found.append(f"病例数<{LEAST_CASES}")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class UngroupedCluster:
    """Ungrouped cases with the same principal diagnosis category and procedure that meet the criteria of a group of their own."""

    diagnosis: str
    procedure: str
    cases: int
    mean_fee: float
    cv: float


@dataclass(frozen=True)
class HistoryWeights:
    """The result: statistics by group, the cases left out and why, and the rules that were used, in words.

    ``newly_grouped`` had no weight before and are now in a group that meets the criteria; ``still_short`` counts those whose new
    group does not.
    """

    scheme: str
    scheme_id: str
    groups: tuple[GroupStatistics, ...]
    year_weights: Mapping[int, float]
    trim: TrimRule
    mean_fee: float
    without_fee: tuple[str, ...] = ()
    newly_grouped: tuple[NewlyGrouped, ...] = ()
    still_short: int = 0
    clusters: tuple[UngroupedCluster, ...] = ()
    ungrouped: int = 0
    formula: str = field(default=FORMULA)

    def table(
        self,
        name: str,
        valid_from: date,
        valid_to: date | None = None,
        points_per_weight: Decimal | None = None,
    ) -> WeightTable:
        """The weights as a dated weight table; with ``points_per_weight`` (100 or 1,000 as cities have it) as points too."""
        years = "、".join(f"{year}（权重 {weight:g}）" for year, weight in sorted(self.year_weights.items()))
        rows = {
            group.code: GroupWeight(
                group.code,
                group.name,
                weight=group.weight,
                points=None if points_per_weight is None else group.weight * points_per_weight,
                mean_fee=round(group.mean_fee),
                mean_los=None if group.mean_los is None else _rounded(group.mean_los, "0.01"),
                year=str(valid_from.year),
                sheet=name,
            )
            for group in self.groups
        }
        note = f"由历史病例计算：{years}；{self.trim.text}；{self.formula}"
        return WeightTable(name, rows, valid_from, valid_to, note)


def weights_from_history(
    grouper: DrgGrouper,
    cases: Iterable[HistoryCase],
    year_weights: Mapping[int, float] | None = None,
    trim: TrimRule | None = None,
) -> HistoryWeights:
    """Work out weights from past cases. Without ``year_weights`` the latest three years count 1 : 2 : 7, earlier ones nothing.

    Cases without a positive fee cannot be used and are listed. Years with weight 0 are left out.
    """
    trim = trim or TrimRule()
    tally = _Tally()
    for past, group in _grouped(grouper, cases):
        tally.add(past, group)
    weights = dict(year_weights) if year_weights is not None else _latest_years(tally.years)
    kept = {code: _trimmed(members, weights, trim) for code, members in tally.members.items()}
    overall = _weighted_mean([member for members, _ in kept.values() for member in members], weights)
    names = grouper.scheme.group_names
    groups = tuple(
        _statistics(code, names.get(code, ""), *kept[code], weights, overall)
        for code in sorted(kept)
        if kept[code][0]
    )
    sound = {group.code for group in groups if not group.marks}
    newly = [_newly(past, group, names) for past, group in tally.newly_grouped if group in sound]
    return HistoryWeights(
        scheme=grouper.scheme.name,
        scheme_id=grouper.scheme.id,
        groups=groups,
        year_weights=weights,
        trim=trim,
        mean_fee=overall,
        without_fee=tuple(tally.without_fee),
        newly_grouped=tuple(newly),
        still_short=len(tally.newly_grouped) - len(newly),
        clusters=_clusters(tally.ungrouped),
        ungrouped=sum(map(len, tally.ungrouped.values())),
    )


_Member = tuple[int, int, int | None]
"""Year, fee in 分, days of stay."""


class _Tally:
    def __init__(self) -> None:
        self.members: dict[str, list[_Member]] = defaultdict(list)
        self.ungrouped: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.years: set[int] = set()
        self.without_fee: list[str] = []
        self.newly_grouped: list[tuple[HistoryCase, str]] = []

    def add(self, past: HistoryCase, group: str) -> None:
        case, fee = past.case, past.case.total_fee
        if past.unmet and group and not group.endswith(AMBIGUOUS):
            self.newly_grouped.append((past, group))
        if not fee or fee < 0:
            self.without_fee.append(case.case_id)
            return
        self.years.add(past.year)
        if group:
            self.members[group].append((past.year, fee, case.los))
        else:
            principal = case.diagnoses[0][:3] if case.diagnoses else ""
            self.ungrouped[principal, case.procedures[0] if case.procedures else ""].append(fee)


def _grouped(grouper: DrgGrouper, cases: Iterable[HistoryCase]) -> Iterator[tuple[HistoryCase, str]]:
    given, again = tee(cases)
    results = grouper.group_batch(past.case for past in again)
    for past, result in zip(given, results, strict=True):
        yield past, result.drg


def _latest_years(years: Iterable[int]) -> dict[int, float]:
    latest = sorted(years)[-len(YEAR_WEIGHTS) :]
    return dict(zip(latest, YEAR_WEIGHTS[-len(latest) :], strict=True)) if latest else {}


def _trimmed(
    members: Sequence[_Member], weights: Mapping[int, float], trim: TrimRule
) -> tuple[list[_Member], int]:
    """The members of weighted years within the limits, and how many were trimmed."""
    counted = [member for member in members if weights.get(member[0])]
    low, high = trim.limits([member[1] for member in counted])
    kept = [member for member in counted if low <= member[1] <= high]
    return kept, len(counted) - len(kept)


def _weighted_mean(members: Iterable[_Member], weights: Mapping[int, float]) -> float:
    """The year-weighted mean fee in 分; 0 without members."""
    fees: dict[int, list[int]] = defaultdict(list)
    for year, fee, _ in members:
        fees[year].append(fee)
    total = sum(weights[year] for year in fees)
    return sum(weights[year] * fmean(found) for year, found in fees.items()) / total if total else 0.0


def _statistics(
    code: str,
    name: str,
    members: Sequence[_Member],
    trimmed: int,
    weights: Mapping[int, float],
    overall: float,
) -> GroupStatistics:
    fees = [fee for _, fee, _ in members]
    stays = [los for _, _, los in members if los is not None]
    mean = _weighted_mean(members, weights)
    by_year: dict[int, int] = defaultdict(int)
    for year, _, _ in members:
        by_year[year] += 1
    return GroupStatistics(
        code=code,
        name=name,
        cases=len(members),
        trimmed=trimmed,
        mean_fee=mean,
        cv=pstdev(fees) / fmean(fees),
        mean_los=fmean(stays) if stays else None,
        weight=_rounded(mean / overall, "0.0001"),
        cases_by_year=dict(sorted(by_year.items())),
    )


def _newly(past: HistoryCase, group: str, names: Mapping[str, str]) -> NewlyGrouped:
    case = past.case
    return NewlyGrouped(
        case.case_id,
        past.year,
        case.diagnoses[0] if case.diagnoses else "",
        case.procedures[0] if case.procedures else "",
        past.unmet,
        group,
        names.get(group, ""),
        case.total_fee,
    )


def _clusters(ungrouped: Mapping[tuple[str, str], Sequence[int]]) -> tuple[UngroupedCluster, ...]:
    found = []
    for (diagnosis, procedure), fees in sorted(ungrouped.items()):
        cv = pstdev(fees) / fmean(fees)
        if len(fees) >= LEAST_CASES and cv <= HIGHEST_CV:
            found.append(UngroupedCluster(diagnosis, procedure, len(fees), fmean(fees), cv))
    return tuple(found)


def _rounded(value: float, step: str) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal(step), ROUND_HALF_UP)
