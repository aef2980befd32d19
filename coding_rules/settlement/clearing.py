"""From cases to the bureau's payments: monthly pre-settlement, annual clearing, sharing of surplus and overrun, budget to point value.

Formulas from DIP 3.0 技术规范（征求意见稿） and 按病种付费经办管理规程（2025版）; the shares are the region's. Money in yuan as Decimal,
rounded once at the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from coding_rules.settlement.figures import show, show_money, to_fen
from coding_rules.settlement.rules import ClearingRules
from coding_rules.settlement.settlement import Figure


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment in 分 with the figures that lead to it; ``None`` where a parameter is missing, named in ``missing``."""

    amount: int | None
    figures: tuple[Figure, ...] = ()
    missing: str = ""


def monthly_prepayment(
    points: Decimal, price: Decimal, patients_paid: Decimal, deductions: Decimal, rules: ClearingRules
) -> Payment:
    """月度预结 = (机构月总分值 x 月点值 - 当月患者支付总额) x 预拨比例 - 审核扣款."""
    gross = points * price - patients_paid
    figures = [
        Figure(
            "月度统筹应付",
            show_money(gross),
            f"{show(points)} × {show(price)} − {show(patients_paid, 2)} = {show_money(gross)}",
        )
    ]
    if rules.prepaid_share is None:
        return Payment(None, tuple(figures), "预拨比例缺失，无法计算月度预结")
    paid = gross * rules.prepaid_share - deductions
    figures.append(
        Figure(
            "月度预结",
            show_money(paid),
            f"{show(gross, 2)} × {show(rules.prepaid_share)} − 审核扣款 {show(deductions, 2)} = {show_money(paid)}",
        )
    )
    if rules.deposit_share is not None:
        deposit = gross * rules.deposit_share
        figures.append(
            Figure(
                "质量保证金",
                show_money(deposit),
                f"{show(gross, 2)} × {show(rules.deposit_share)} = {show_money(deposit)}",
            )
        )
    return Payment(to_fen(paid), tuple(figures))


def annual_total(
    points: Mapping[str, Decimal],
    prices: Mapping[str, Decimal],
    shares: Mapping[str, Decimal],
    deductions: Decimal,
    rules: ClearingRules,
) -> Payment:
    """年度总结算 = [sum over insurance of points x 结算点值 x 基金支付比例] x 考核系数 - 审核扣减.

    The three mappings are by insurance (职工, 居民); an insurance without price or share is named as missing.
    """
    lacking = [each for each in points if each not in prices or each not in shares]
    if lacking:
        return Payment(None, (), f"缺少{'、'.join(lacking)}的结算点值或基金支付比例")
    if rules.assessment_factor is None:
        return Payment(None, (), "考核系数缺失，无法计算年度总结算")
    figures = []
    total = Decimal(0)
    for insurance, value in points.items():
        part = value * prices[insurance] * shares[insurance]
        total += part
        formula = (
            f"{show(value)} × {show(prices[insurance])} × {show(shares[insurance])} = {show_money(part)}"
        )
        figures.append(Figure(f"{insurance}基金应付", show_money(part), formula))
    settled = total * rules.assessment_factor - deductions
    formula = (
        f"{show(total, 2)} × {show(rules.assessment_factor)} − {show(deductions, 2)} = {show_money(settled)}"
    )
    figures.append(Figure("年度总结算", show_money(settled), formula))
    return Payment(to_fen(settled), tuple(figures))


def share_result(payable: Decimal, charged: Decimal, rules: ClearingRules) -> Payment:
    """结余留用 and 合理超支分担: what the fund finally bears.

    ``payable`` is what the points are worth to the fund, ``charged`` what the fund would have paid by fee-for-service.
    A surplus (payable > charged) is kept at ``surplus_kept`` as long as charged / payable >= ``surplus_floor``; below the floor only
    what was charged is paid. An overrun up to ``overrun_cap`` x payable is borne at ``overrun_shared``; beyond it not at all.
    """
    if charged <= payable:
        return _surplus(payable, charged, rules)
    if rules.overrun_shared is None:
        return Payment(None, (), "超支分担比例缺失")
    over = charged - payable
    if rules.overrun_cap is not None:
        over = min(over, payable * (rules.overrun_cap - 1))
    borne = payable + over * rules.overrun_shared
    formula = (
        f"{show(payable, 2)} + 合理超支 {show(over, 2)} × {show(rules.overrun_shared)} = {show_money(borne)}"
    )
    return Payment(to_fen(borne), (Figure("超支分担后基金支付", show_money(borne), formula),))


def _surplus(payable: Decimal, charged: Decimal, rules: ClearingRules) -> Payment:
    if rules.surplus_kept is None:
        return Payment(None, (), "结余留用比例缺失")
    used = charged / payable if payable else Decimal(0)
    if rules.surplus_floor is not None and used < rules.surplus_floor:
        formula = f"{show(charged, 2)} ÷ {show(payable, 2)} = {show(used, 4)}，低于 {show(rules.surplus_floor)}，按实际记账支付"
        return Payment(to_fen(charged), (Figure("结余过多", show_money(charged), formula),))
    borne = charged + (payable - charged) * rules.surplus_kept
    formula = f"{show(charged, 2)} + 结余 {show(payable - charged, 2)} × {show(rules.surplus_kept)} = {show_money(borne)}"
    return Payment(to_fen(borne), (Figure("结余留用后基金支付", show_money(borne), formula),))


def clearing_payment(
    final: Decimal,
    prepaid: Decimal,
    working_capital: Decimal = Decimal(0),
    deposit_returned: Decimal = Decimal(0),
) -> Payment:
    """清算支付 = 年终清算 - 全年月预结 - 周转金 (+ 退还质量保证金)."""
    due = final - prepaid - working_capital + deposit_returned
    formula = (
        f"{show(final, 2)} − 月预结 {show(prepaid, 2)} − 周转金 {show(working_capital, 2)}"
        f" + 退还保证金 {show(deposit_returned, 2)} = {show_money(due)}"
    )
    return Payment(to_fen(due), (Figure("清算支付", show_money(due), formula),))


YEAR_WEIGHTS = (Decimal(1), Decimal(2), Decimal(7))
"""Three years back, two years back, last year."""


def budget_price(
    fees: Sequence[Decimal], points: Sequence[Decimal], weights: Sequence[Decimal] = YEAR_WEIGHTS
) -> tuple[Decimal | None, Figure]:
    """年初（预算）点值 = 加权年住院总费用 / 加权总分值, oldest year first. ``None`` when there are no points."""
    used = weights[-len(fees) :]
    money = sum((w * fee for w, fee in zip(used, fees, strict=True)), Decimal(0))
    weight = sum((w * each for w, each in zip(used, points, strict=True)), Decimal(0))
    if not weight:
        return None, Figure("预算点值", "—", "总分值为 0，无法计算")
    value = money / weight
    ratio = "：".join(show(each) for each in used)
    return value, Figure(
        "预算点值",
        f"{show(value, 4)} 元",
        f"按 {ratio} 加权：{show(money, 2)} ÷ {show(weight)} = {show(value, 4)}",
    )


def settlement_price(fund: Decimal, fund_share: Decimal, points: Decimal) -> tuple[Decimal | None, Figure]:
    """结算点值 = (当年 DIP 基金总额 / 医保支付比例) / 当年总分值. ``None`` when share or points are 0."""
    if not fund_share or not points:
        return None, Figure("结算点值", "—", "医保支付比例或总分值为 0，无法计算")
    value = fund / fund_share / points
    formula = f"{show(fund, 2)} ÷ {show(fund_share)} ÷ {show(points)} = {show(value, 4)}"
    return value, Figure("结算点值", f"{show(value, 4)} 元", formula)


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a budget would mean: point value, our amount and profit in 分, with the formula."""

    price: Decimal
    amount: int
    profit: int
    figures: tuple[Figure, ...]


def simulate_budget(
    fund: Decimal, fund_share: Decimal, region_points: Decimal, own_points: Decimal, own_fees: Decimal
) -> Simulation | None:
    """What the hospital would be paid and gain or lose if the region's budget were ``fund``.

    ``region_points`` are all points of the region in the year, the hospital's included.
    """
    price, figure = settlement_price(fund, fund_share, region_points)
    if price is None:
        return None
    amount = own_points * price
    profit = amount - own_fees
    figures = (
        figure,
        Figure(
            "本院 DIP 金额",
            show_money(amount),
            f"{show(own_points)} × {show(price, 4)} = {show_money(amount)}",
        ),
        Figure(
            "本院盈亏", show_money(profit), f"{show(amount, 2)} − {show(own_fees, 2)} = {show_money(profit)}"
        ),
    )
    return Simulation(price, to_fen(amount), to_fen(profit), figures)


def special_review_limit(discharges: int, rules: ClearingRules) -> int | None:
    """How many cases may apply for 特例单议: a share of DIP discharges, rounded down; ``None`` when not set."""
    return None if rules.special_review_share is None else int(discharges * rules.special_review_share)
