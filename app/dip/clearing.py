"""Month pre-settlement and annual clearing, every figure with formula and source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.dip.settled_cases import SettledCase, month_of_discharge, points_by_part, sums_of
from coding_rules.settlement.clearing import (
    FundPart,
    Payment,
    Prepayment,
    annual_total,
    clearing_payment,
    monthly_prepayment,
    share_result,
)
from coding_rules.settlement.figures import show_money, tell, tell_yuan, to_cents, yuan
from coding_rules.settlement.profile import RegionProfile
from coding_rules.settlement.settlement import Figure

NIL = Decimal(0)
WHOLE = "合计"
PREPAID, BY_CASE = "月度预结", "逐例金额合计"
_SOURCES = {
    "月度统筹应付": ("money", "fund_basis"),
    PREPAID: ("clearing", "prepaid_share"),
    "质量保证金": ("clearing", "deposit_share"),
    "年度总结算": ("clearing", "assessment_factor"),
    "结余留用后基金支付": ("clearing", "surplus_kept"),
    "结余过多": ("clearing", "surplus_floor"),
    "合理超支上限": ("clearing", "overrun_cap"),
    "超支分担后基金支付": ("clearing", "overrun_shared"),
}
"""Which parameter a figure of the clearing rests on, by its label."""


@dataclass(frozen=True, slots=True)
class Pool:
    """One insurance's cases (of one 参保地 where that has a price of its own) with what is known of their settlement, in yuan.

    ``price`` and ``share`` start from the profile. ``counted``: whether the pool is settled at all (self-paying patients are not);
    ``amount`` is the sum of the cases' own amounts, ``apart`` the part of it that is paid beside the points; ``prepaid`` is what was
    paid during the year; ``parts`` is what the points are made of; ``price_from`` the figure
    that gave the price, where it was reckoned.
    """

    insurance: str
    cases: int
    points: Decimal
    fees: Decimal
    self_paid: Decimal
    without_points: int
    region: str = ""
    amount: Decimal = NIL
    counted: bool = True
    price: Decimal | None = None
    share: Decimal | None = None
    deductions: Decimal = NIL
    prepaid: Decimal = NIL
    apart: Decimal = NIL
    parts: tuple[tuple[str, Decimal], ...] = ()
    price_from: Figure | None = None

    @property
    def name(self) -> str:
        """Whose cases these are."""
        return f"{self.insurance} {self.region}".strip()

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others."""
        return self.insurance, self.region

    @property
    def charged(self) -> Decimal:
        """统筹记账: what the fund was charged by fee-for-service."""
        return self.fees - self.self_paid

    @property
    def part(self) -> FundPart:
        """What it brings to a settlement."""
        return FundPart(self.name, self.points, self.self_paid, self.price, self.share, self.apart)


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of a pre-settlement or clearing: whose, what, and its formula; a missing parameter is a line too."""

    insurance: str
    figure: Figure
    missing: bool = False


def pools_of(cases: Iterable[SettledCase], profile: RegionProfile, period: str = "") -> tuple[Pool, ...]:
    """The pools of a period. For a whole year only prices count that hold whatever the month: the year's 结算点值."""
    groups: dict[tuple[str, str], list[SettledCase]] = defaultdict(list)
    for case in cases:
        groups[case.insurance, case.region].append(case)
    money = profile.money
    insured = {*money.insurance_codes.values(), *(price.insurance for price in money.prices)} - {""}
    month = period if len(period) == len("2025-03") else ""
    found = []
    for (insurance, region), listed in sorted(groups.items()):
        sums, price = sums_of(listed), money.price(insurance, month, region)
        found.append(
            Pool(
                insurance,
                sums.cases,
                sums.points,
                yuan(sums.fees),
                yuan(sums.self_paid),
                sums.without_points,
                region,
                yuan(sums.amount),
                counted=insurance in insured,
                price=price.value if price else None,
                share=money.share_of_fund(insurance),
                apart=yuan(sums.apart),
                parts=points_by_part(listed),
            )
        )
    return tuple(found)


def counted_cases(cases: Iterable[SettledCase], pools: Iterable[Pool]) -> tuple[SettledCase, ...]:
    """The cases of the pools that are settled: who pays all himself has no part in sums by institution or in 特例单议."""
    counted = {pool.key for pool in pools if pool.counted}
    return tuple(case for case in cases if (case.insurance, case.region) in counted)


def monthly_lines(pools: Iterable[Pool], profile: RegionProfile) -> list[Line]:
    """月度预结 of every counted pool, and their sum."""
    lines: list[Line] = []
    paid: list[Decimal] = []
    counted = [pool for pool in pools if pool.counted]
    for pool in counted:
        payment = _month(pool, profile)
        lines += _lines(pool.name, PREPAID, payment, profile)
        lines += _by_case(pool)
        if payment.amount is not None:
            paid.append(payment.yuan)
    if len(paid) == len(counted) > 1:
        value = show_money(sum(paid, NIL))
        added = " + ".join(map(tell_yuan, paid))
        lines.append(Line(WHOLE, Figure("月度预结合计", value, f"{added} = {value}")))
    return lines


def _month(pool: Pool, profile: RegionProfile) -> Prepayment:
    return monthly_prepayment(pool.part, pool.deductions, profile.clearing, profile.money.fund_basis)


def _by_case(pool: Pool) -> Iterator[Line]:
    """The sum of the cases' amounts beside points x price: every case is rounded to 分, the product only once."""
    if pool.price is None or not pool.amount:
        return
    product = to_cents(pool.points * pool.price) + pool.apart
    apart = pool.amount - product
    why = "逐例四舍五入所致" if abs(apart) <= Decimal(pool.cases) / 200 else "点值与逐例所用的不同"
    told = (
        f"与按合计计算的 {show_money(product)} 相差 {show_money(apart)}（{why}）"
        if apart
        else "与按合计计算的一致"
    )
    yield Line(pool.name, Figure(BY_CASE, show_money(pool.amount), f"{pool.cases:,} 例的金额相加；{told}"))


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month of one pool as pre-settled, money in 分; ``missing`` says why there is none. The last row is the whole."""

    month: str
    insurance: str
    cases: int
    points: Decimal
    price: Decimal | None
    payable: int | None
    deposit: int | None
    prepaid: int | None
    missing: str = ""


def month_rows(cases: Sequence[SettledCase], profile: RegionProfile) -> tuple[MonthRow, ...]:
    """What each month would have been pre-settled at, by that month's point value, without deductions, and the sum."""
    months: dict[str, list[SettledCase]] = defaultdict(list)
    for case in cases:
        months[month_of_discharge(case.result)].append(case)
    rows = [
        _month_row(month, pool, profile)
        for month, listed in sorted(months.items())
        for pool in pools_of(listed, profile, month)
        if pool.counted
    ]
    if len(rows) < 2:
        return tuple(rows)
    number, points = sum(row.cases for row in rows), sum((row.points for row in rows), NIL)
    payable, deposit, prepaid = (
        _whole(getattr(row, name) for row in rows) for name in ("payable", "deposit", "prepaid")
    )
    return (*rows, MonthRow("", "", number, points, None, payable, deposit, prepaid))


def _month_row(month: str, pool: Pool, profile: RegionProfile) -> MonthRow:
    paid = _month(pool, profile)
    return MonthRow(
        month,
        pool.name,
        pool.cases,
        pool.points,
        pool.price,
        paid.payable,
        paid.deposit,
        paid.amount,
        paid.missing,
    )


def _whole(values: Iterable[int | None]) -> int | None:
    """The sum, or ``None`` when a part is missing: a partial sum would look like the whole."""
    listed = list(values)
    return None if None in listed else sum(value for value in listed if value is not None)


def annual_lines(
    pools: Iterable[Pool],
    profile: RegionProfile,
    working_capital: Decimal = NIL,
    deposit_kept: Decimal = NIL,
) -> list[Line]:
    """年度清算: what the points are worth to the fund, what it finally bears, and what is still to be paid."""
    counted = [pool for pool in pools if pool.counted]
    if not counted:
        return [_lacking(WHOLE, "年度总结算", "没有计入清算的病例")]
    deductions = sum((pool.deductions for pool in counted), NIL)
    total = annual_total(
        [pool.part for pool in counted], deductions, profile.clearing, profile.money.fund_basis
    )
    lines = [line for pool in counted for line in _made_of(pool, profile.worth)]
    lines += _lines(WHOLE, "年度总结算", total, profile)
    if total.amount is None:
        return lines
    charged = sum((pool.charged for pool in counted), NIL)
    lines.append(Line(WHOLE, _charged_figure(counted, charged)))
    borne = share_result(total.yuan, charged, profile.clearing)
    lines += _lines(WHOLE, "结余留用与超支分担", borne, profile)
    if borne.amount is None:
        return lines
    prepaid = sum((pool.prepaid for pool in counted), NIL)
    due = clearing_payment(borne.yuan, prepaid, working_capital, deposit_kept)
    return lines + _lines(WHOLE, "清算支付", due, profile)


def _made_of(pool: Pool, worth: str) -> Iterator[Line]:
    """What the points of a pool are made of, and what gave its price."""
    if pool.parts:
        value = tell(pool.points)
        added = " + ".join(f"{part} {tell(points)}" for part, points in pool.parts)
        yield Line(pool.name, Figure(f"年度总{worth}", value, f"{added} = {value}"))
    if pool.price_from is not None:
        yield Line(pool.name, pool.price_from)


def _charged_figure(counted: Sequence[Pool], charged: Decimal) -> Figure:
    fees, paid = (sum((getattr(pool, name) for pool in counted), NIL) for name in ("fees", "self_paid"))
    formula = f"总费用 {tell_yuan(fees)} − 个人自付 {tell_yuan(paid)} = {show_money(charged)}"
    return Figure("统筹记账", show_money(charged), formula)


def _lines(insurance: str, what: str, payment: Payment, profile: RegionProfile) -> list[Line]:
    return [*_sourced(insurance, payment, profile), *_missing(insurance, what, payment)]


def _sourced(insurance: str, payment: Payment, profile: RegionProfile) -> Iterator[Line]:
    for figure in payment.figures:
        place = _SOURCES.get(figure.label)
        if place is None and figure.label.endswith("统筹应付"):
            place = ("money", "fund_basis")
        source = str(profile.note(*place)) if place else ""
        yield Line(insurance, replace(figure, source=source))


def _missing(insurance: str, what: str, payment: Payment) -> Iterator[Line]:
    if payment.missing:
        yield _lacking(insurance, what, payment.missing)


def _lacking(insurance: str, what: str, reason: str) -> Line:
    typed = "点值" in reason or "基金支付比例" in reason
    where = "请在上表或“地区参数”中填写" if typed else "请在“地区参数”中填写"
    return Line(insurance, Figure(what, "—", reason, where), missing=True)
