"""Month pre-settlement, annual clearing and budget simulation for the open cases, every figure with formula and source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.dip.money import sums_by_insurance
from app.progress import Progress
from app.review import CaseResult, Scored
from coding_rules.grouper.grouping import System
from coding_rules.settlement.clearing import (
    Payment,
    Simulation,
    annual_total,
    budget_price,
    clearing_payment,
    monthly_prepayment,
    share_result,
    simulate_budget,
)
from coding_rules.settlement.figures import show, show_money, yuan
from coding_rules.settlement.profile import RegionProfile
from coding_rules.settlement.settlement import Band, Figure

NIL = Decimal(0)
WHOLE = "合计"
_SOURCES = {
    "月度统筹应付": ("money", "prices"),
    "月度预结": ("clearing", "prepaid_share"),
    "质量保证金": ("clearing", "deposit_share"),
    "年度总结算": ("clearing", "assessment_factor"),
    "结余留用后基金支付": ("clearing", "surplus_kept"),
    "结余过多": ("clearing", "surplus_floor"),
    "超支分担后基金支付": ("clearing", "overrun_shared"),
}
"""Which parameter a figure of the clearing rests on, by its label."""


@dataclass(frozen=True, slots=True)
class Pool:
    """One insurance's cases with what is known of their settlement, in yuan. ``price`` and ``share`` start from the profile.

    ``counted``: whether the pool is settled at all (self-paying patients are not); ``prepaid`` is what was paid during the year.
    """

    insurance: str
    cases: int
    points: Decimal
    fees: Decimal
    self_paid: Decimal
    without_points: int
    counted: bool = True
    price: Decimal | None = None
    share: Decimal | None = None
    deductions: Decimal = NIL
    prepaid: Decimal = NIL

    @property
    def charged(self) -> Decimal:
        """统筹记账: what the fund was charged by fee-for-service."""
        return self.fees - self.self_paid


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of a pre-settlement or clearing: whose, what, and its formula; a missing parameter is a line too."""

    insurance: str
    figure: Figure
    missing: bool = False


@dataclass(frozen=True, slots=True)
class SettledCase:
    """One case with the insurance it is settled under."""

    result: CaseResult
    insurance: str
    scored: Scored | None

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure of the case."""
        settled = self.scored.settlement if self.scored else None
        return settled.figures if settled else ()

    @property
    def for_review(self) -> bool:
        """Whether the case may apply for 特例单议."""
        settled = self.scored.settlement if self.scored else None
        return settled is not None and settled.band in {Band.HIGH, Band.EXTREME}


@dataclass(frozen=True)
class Month:
    """The cases of a month (or of all) and their sums by insurance."""

    pools: tuple[Pool, ...]
    cases: tuple[SettledCase, ...]


def months_of(results: Iterable[CaseResult]) -> dict[str, int]:
    """The months of discharge there are, oldest first, as ``2025-03``, with their cases."""
    days = (result.case.discharged for result in results)
    counts = Counter(day.strftime("%Y-%m") for day in days if day is not None)
    return dict(sorted(counts.items()))


def month_of(
    results: Sequence[CaseResult],
    profile: RegionProfile,
    system: System,
    month: str = "",
    progress: Progress | None = None,
) -> Month:
    """The pools of a month of discharge (empty: all cases), and its cases.

    Raises:
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    codes = profile.money.insurance_codes
    cases: list[SettledCase] = []
    for done, result in enumerate(results, start=1):
        day = result.case.discharged
        if not month or (day is not None and day.strftime("%Y-%m") == month):
            filed = result.case.payment
            scored = result.dip if system is System.DIP else result.drg
            cases.append(SettledCase(result, codes.get(filed, filed), scored))
        progress.report(done, len(results), "正在汇总病例")
    sums = sums_by_insurance(results, profile, system, month)
    insured = {*codes.values(), *(price.insurance for price in profile.money.prices if price.insurance)}
    pools = tuple(
        Pool(
            each.insurance,
            each.cases,
            each.points,
            each.fees,
            each.self_paid,
            each.without_points,
            counted=each.insurance in insured,
            price=price_of(profile, each.insurance, month),
            share=profile.money.fund_share.get(each.insurance, profile.money.fund_share.get("")),
        )
        for each in sums
    )
    return Month(pools, tuple(cases))


def price_of(profile: RegionProfile, insurance: str, month: str) -> Decimal | None:
    """The point value of an insurance in a month; for all months only one that holds whatever the month."""
    fitting = [
        price
        for price in profile.money.prices
        if price.insurance in {"", insurance} and price.month in {"", month} and not price.region
    ]
    best = max(fitting, key=lambda price: (bool(price.insurance), bool(price.month)), default=None)
    return best.value if best else None


def monthly_lines(pools: Iterable[Pool], profile: RegionProfile) -> list[Line]:
    """月度预结 of every counted pool, and their sum."""
    lines: list[Line] = []
    total, whole = 0, True
    counted = [pool for pool in pools if pool.counted]
    for pool in counted:
        if pool.price is None:
            lines.append(_lacking(pool.insurance, "月度预结", "没有本月点值"))
            whole = False
            continue
        paid = monthly_prepayment(pool.points, pool.price, pool.self_paid, pool.deductions, profile.clearing)
        lines += _lines(pool.insurance, "月度预结", paid, profile)
        total, whole = total + (paid.amount or 0), whole and paid.amount is not None
    if whole and len(counted) > 1:
        amounts = " + ".join(
            show(_amount(line.figure), 2) for line in lines if line.figure.label == "月度预结"
        )
        value = show_money(yuan(total))
        lines.append(Line(WHOLE, Figure("月度预结合计", value, f"{amounts} = {value}")))
    return lines


def annual_lines(
    pools: Iterable[Pool],
    profile: RegionProfile,
    working_capital: Decimal = NIL,
    deposit_returned: Decimal = NIL,
) -> list[Line]:
    """年度清算: what the points are worth to the fund, what it finally bears, and what is still to be paid."""
    counted = [pool for pool in pools if pool.counted]
    if not counted:
        return [_lacking(WHOLE, "年度总结算", "没有计入清算的病例")]
    total = annual_total(
        {pool.insurance: pool.points for pool in counted},
        {pool.insurance: pool.price for pool in counted if pool.price is not None},
        {pool.insurance: pool.share for pool in counted if pool.share is not None},
        sum((pool.deductions for pool in counted), NIL),
        profile.clearing,
    )
    lines = _lines(WHOLE, "年度总结算", total, profile)
    if total.amount is None:
        return lines
    charged = sum((pool.charged for pool in counted), NIL)
    lines.append(Line(WHOLE, _charged_figure(counted, charged)))
    borne = share_result(yuan(total.amount), charged, profile.clearing)
    lines += _lines(WHOLE, "结余留用与超支分担", borne, profile)
    if borne.amount is None:
        return lines
    prepaid = sum((pool.prepaid for pool in counted), NIL)
    due = clearing_payment(yuan(borne.amount), prepaid, working_capital, deposit_returned)
    return lines + _lines(WHOLE, "清算支付", due, profile)


def _charged_figure(counted: Sequence[Pool], charged: Decimal) -> Figure:
    fees, paid = (sum((getattr(pool, name) for pool in counted), NIL) for name in ("fees", "self_paid"))
    formula = f"总费用 {show(fees, 2)} − 个人自付 {show(paid, 2)} = {show_money(charged)}"
    return Figure("统筹记账", show_money(charged), formula)


def counted_sums(pools: Iterable[Pool]) -> tuple[Decimal, Decimal]:
    """Points and fees of the counted pools."""
    counted = [pool for pool in pools if pool.counted]
    return sum((pool.points for pool in counted), NIL), sum((pool.fees for pool in counted), NIL)


STEPS = tuple(Decimal(each) / 100 for each in (90, 95, 98, 100, 102, 105, 110))
"""Budgets that are tried beside the given one, as shares of it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What one budget would mean."""

    share: Decimal
    fund: Decimal
    outcome: Simulation


def try_budgets(
    fund: Decimal, fund_share: Decimal, region_points: Decimal, pools: Sequence[Pool]
) -> list[Trial]:
    """The given budget and some above and below it; empty when share or points are 0."""
    points, fees = counted_sums(pools)
    trials = []
    for step in STEPS:
        outcome = simulate_budget(fund * step, fund_share, region_points, points, fees)
        if outcome is not None:
            trials.append(Trial(step, fund * step, outcome))
    return trials


def budget_line(years: Sequence[tuple[Decimal, Decimal]]) -> Figure:
    """预算点值 from (fees in yuan, points) of one to three years, oldest first."""
    if not years:
        return Figure("预算点值", "—", "填写一至三年的住院总费用与总分值后计算")
    _, figure = budget_price([fees for fees, _ in years], [points for _, points in years])
    return figure


def _lines(insurance: str, what: str, payment: Payment, profile: RegionProfile) -> list[Line]:
    return [*_sourced(insurance, payment, profile), *_missing(insurance, what, payment)]


def _sourced(insurance: str, payment: Payment, profile: RegionProfile) -> Iterator[Line]:
    for figure in payment.figures:
        place = _SOURCES.get(figure.label)
        if place is None and figure.label.endswith("基金应付"):
            place = ("money", "fund_share")
        source = str(profile.note(*place)) if place else ""
        yield Line(insurance, replace(figure, source=source))


def _missing(insurance: str, what: str, payment: Payment) -> Iterator[Line]:
    if payment.missing:
        yield _lacking(insurance, what, payment.missing)


def _lacking(insurance: str, what: str, reason: str) -> Line:
    return Line(insurance, Figure(what, "—", reason, "请在上表或地区参数中填写"), missing=True)


def _amount(figure: Figure) -> Decimal:
    return Decimal(figure.value.removesuffix(" 元"))
