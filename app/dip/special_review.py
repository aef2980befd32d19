"""特例单议: which cases may apply and why, the largest loss first, as a list to hand in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.dip.settled_cases import SettledCase
from coding_rules.settlement.clearing import special_review_limit
from coding_rules.settlement.figures import show_ratio, tell
from coding_rules.settlement.rules import ClearingRules
from coding_rules.settlement.settlement import Band


@dataclass(frozen=True, slots=True)
class ReviewCandidate:
    """A case that may apply: its place by loss (1 the largest), the reasons, whether it lies within the region's limit of cases
    (``None``: the region has set none)."""

    place: int
    case: SettledCase
    reasons: tuple[str, ...]
    within: bool | None


def review_candidates(cases: Sequence[SettledCase], rules: ClearingRules) -> tuple[ReviewCandidate, ...]:
    """Cases that meet a ground of the region; where no ratio is set, those of the bands 高倍率 and 极高.

    A stay in intensive care is no ground of its own but told beside one.
    """
    limit = special_review_limit(len(cases), rules)
    found = [(case, reasons) for case in cases if (reasons := tuple(_reasons(case, rules)))]
    found.sort(key=lambda each: _profit(each[0]))
    return tuple(
        ReviewCandidate(place, case, (*reasons, *_beside(case)), None if limit is None else place <= limit)
        for place, (case, reasons) in enumerate(found, start=1)
    )


def _profit(case: SettledCase) -> int:
    settled = case.settlement
    return settled.profit if settled is not None and settled.profit is not None else 0


def _reasons(case: SettledCase, rules: ClearingRules) -> Iterator[str]:
    settled, stay = case.settlement, case.result.case.los
    if settled is None:
        return
    ratio, least = settled.ratio, rules.special_review_ratio
    if least is not None:
        if ratio is not None and ratio > least:
            yield f"倍率 {show_ratio(ratio)}，高于 {tell(least)}"
    elif settled.band in {Band.HIGH, Band.EXTREME} and ratio is not None:
        yield f"{settled.band.value}，倍率 {show_ratio(ratio)}"
    days = rules.special_review_days
    if days is not None and stay is not None and stay > days:
        yield f"住院 {stay} 天，超过 {days} 天"


def _beside(case: SettledCase) -> Iterator[str]:
    hours = case.result.case.icu_hours
    if hours:
        yield f"监护病房 {hours:g} 小时"


def limit_text(cases: Iterable[SettledCase], rules: ClearingRules) -> str:
    """How many may apply, with the numbers; or that the region has not said."""
    discharges = sum(1 for _ in cases)
    limit = special_review_limit(discharges, rules)
    if limit is None or rules.special_review_share is None:
        return "地区参数未填特例单议比例上限"
    return f"至多可申请 {limit:,} 例（{discharges:,} × {tell(rules.special_review_share)}，舍去尾数）"
