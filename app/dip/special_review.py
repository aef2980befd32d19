"""特例单议: which cases may apply and why, the largest loss first, and what came of the applications, against the region's limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.dip.settled_cases import SettledCase
from coding_rules.grouper.grouping import System
from coding_rules.settlement.clearing import special_review_limit
from coding_rules.settlement.figures import show_ratio, tell
from coding_rules.settlement.rules import ClearingRules
from coding_rules.settlement.rulings import Key, Ruling
from coding_rules.settlement.settlement import Band

REGISTERED = "不在候选之列，已登记"


@dataclass(frozen=True, slots=True)
class ReviewCandidate:
    """A case that may apply or has: its place by loss as regularly settled (1 the largest), the grounds it meets, whether it lies
    within the region's limit of cases (``None``: the region has set none)."""

    place: int
    case: SettledCase
    reasons: tuple[str, ...]
    within: bool | None

    @property
    def registered_only(self) -> bool:
        """Whether it meets no ground of the region and is listed for its ruling alone."""
        return self.reasons[:1] == (REGISTERED,)

    @property
    def ruling(self) -> Ruling | None:
        """What the bureau ruled on it."""
        return self.case.settlement.ruling if self.case.settlement else None

    @property
    def regular(self) -> int | None:
        """What it gets without 特例单议, in 分."""
        return self.case.settlement.regular if self.case.settlement else None

    @property
    def regular_profit(self) -> int | None:
        """The gain or loss without 特例单议, in 分: by this the cases are ranked."""
        return _regular_profit(self.case)


def review_candidates(cases: Sequence[SettledCase], rules: ClearingRules) -> tuple[ReviewCandidate, ...]:
    """Cases that meet a ground of the region (where no ratio is set: those of the bands 高倍率 and 极高), and those that were ruled on.

    A stay in intensive care is no ground of its own but told beside one; so is a ruling without a day that several stays go by.
    """
    stays = Counter(ruling.key for case in cases if (ruling := ruling_of(case)) is not None)
    limit = special_review_limit(len(cases), rules)
    found = [(case, tuple(_reasons(case, rules))) for case in cases]
    found = [(case, reasons) for case, reasons in found if reasons or ruling_of(case) is not None]
    found.sort(key=lambda each: (not each[1], _regular_profit(each[0]) or 0))
    return tuple(
        ReviewCandidate(place, case, _told(case, reasons, stays), None if limit is None else place <= limit)
        for place, (case, reasons) in enumerate(found, start=1)
    )


def ruling_of(case: SettledCase) -> Ruling | None:
    """The ruling a case was settled by."""
    return case.settlement.ruling if case.settlement else None


def blank_ruling(case: SettledCase, system: System) -> Ruling:
    """A ruling on a case that has none yet, to be filled in: its number and day of discharge."""
    page = case.result.case
    day = page.discharged.date() if page.discharged else None
    return Ruling(system.value, page.record_no or page.case_id, day, source="手工录入")


def _regular_profit(case: SettledCase) -> int | None:
    settled = case.settlement
    if settled is None or settled.regular is None or settled.fee is None:
        return None
    return settled.regular - settled.fee


def _told(case: SettledCase, reasons: tuple[str, ...], stays: Counter[Key]) -> tuple[str, ...]:
    told = (*reasons, *_beside(case)) if reasons else (REGISTERED,)
    ruling = ruling_of(case)
    shared = stays[ruling.key] if ruling is not None else 0
    if shared > 1:
        return (*told, f"结论没有写出院日期，同一病案号的 {shared} 次住院都按它，请核对")
    return told


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
    """How many may apply, with the numbers, or that the region has not said; and how many did, with how many over the limit."""
    listed = list(cases)
    limit = special_review_limit(len(listed), rules)
    outcomes = [
        ruling.outcome for case in listed if (ruling := ruling_of(case)) and ruling.outcome is not None
    ]
    approved = sum(outcome.approved for outcome in outcomes)
    known = f"已登记 {len(outcomes):,} 例，其中批准 {approved:,} 例" if outcomes else ""
    if limit is None or rules.special_review_share is None:
        return _joined("地区参数未填特例单议比例上限", known)
    over = f"，超过上限 {len(outcomes) - limit:,} 例" if len(outcomes) > limit else ""
    told = f"至多可申请 {limit:,} 例（{len(listed):,} × {tell(rules.special_review_share)}，舍去尾数）"
    return _joined(told, known + over)


def _joined(*parts: str) -> str:
    return "；".join(part for part in parts if part)
