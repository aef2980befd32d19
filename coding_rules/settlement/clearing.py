"""From cases to the bureau's payments: monthly pre-settlement, annual clearing, sharing of surplus and overrun.

Formulas from DIP 3.0 技术规范（征求意见稿） and 按病种付费经办管理规程（2025版）; the shares are the region's. Money in yuan as Decimal;
every amount with a name is rounded to 分 and reckoned with as rounded (see ``figures``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from coding_rules.settlement.figures import show_money, tell, tell_yuan, to_cents, to_fen, yuan
from coding_rules.settlement.rules import ClearingRules, Deposit, FundBasis
from coding_rules.settlement.settlement import Figure

NIL = Decimal(0)


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment in 分 with the figures that lead to it; ``None`` where a parameter is missing, named in ``missing``."""

    amount: int | None
    figures: tuple[Figure, ...] = ()
    missing: str = ""

    @property
    def yuan(self) -> Decimal:
        """The payment in yuan; 0 where there is none."""
        return yuan(self.amount or 0)


@dataclass(frozen=True, slots=True)
class Prepayment(Payment):
    """A month's pre-settlement with what it starts from and the deposit, in 分."""

    payable: int | None = None
    deposit: int | None = None


@dataclass(frozen=True, slots=True)
class FundPart:
    """What one insurance (职工, 居民) brings to a settlement; ``price`` and ``share`` are ``None`` where not given.

    ``apart`` is what 特例单议 approved in yuan and the region pays beside the points.
    """

    insurance: str
    points: Decimal
    patients_paid: Decimal
    price: Decimal | None = None
    share: Decimal | None = None
    apart: Decimal = NIL


def fund_payable(part: FundPart, basis: FundBasis, label: str) -> Payment:
    """统筹应付 of one insurance: points x price - what patients paid (DEDUCT), or points x price x 基金支付比例 (SHARE).

    What is paid apart from the points is added to points x price.
    """
    if part.price is None:
        return Payment(None, (), f"没有{part.insurance}的点值（费率）")
    worth, product = part.points * part.price, f"{tell(part.points)} × {tell(part.price)}"
    if part.apart:
        worth += part.apart
        product = f"{product} + 特例单议另付 {tell_yuan(part.apart)}"
    if basis is FundBasis.DEDUCT:
        value = worth - part.patients_paid
        formula = f"{product} − 个人自付 {tell_yuan(part.patients_paid)}"
    elif part.share is None:
        return Payment(None, (), f"没有{part.insurance}的基金支付比例")
    else:
        value = worth * part.share
        formula = f"{f'({product})' if part.apart else product} × {tell(part.share)}"
    value = to_cents(value)
    return Payment(to_fen(value), (Figure(label, show_money(value), f"{formula} = {show_money(value)}"),))


def monthly_prepayment(
    part: FundPart, deductions: Decimal, rules: ClearingRules, basis: FundBasis = FundBasis.DEDUCT
) -> Prepayment:
    """月度预结 = 统筹应付 x 预拨比例 - 质量保证金 - 审核扣款.

    The specification takes points x 月点值 - 当月患者支付总额 as 统筹应付, and that holds unless the region reckons by a share
    (``FundBasis.SHARE``). The deposit is subtracted unless it lies within what is not prepaid (``Deposit.WITHIN``).
    """
    payable = fund_payable(part, basis if basis is FundBasis.SHARE else FundBasis.DEDUCT, "月度统筹应付")
    if payable.amount is None:
        return Prepayment(None, (), payable.missing)
    if rules.prepaid_share is None:
        missing = "预拨比例缺失，无法计算月度预结"
        return Prepayment(None, payable.figures, missing, payable.amount)
    figures = list(payable.figures)
    deposit = withheld = NIL
    if rules.deposit_share is not None:
        deposit = to_cents(payable.yuan * rules.deposit_share)
        withheld = deposit if rules.deposit is Deposit.APART else NIL
        formula = f"{tell_yuan(payable.yuan)} × {tell(rules.deposit_share)} = {show_money(deposit)}"
        inside = "" if rules.deposit is Deposit.APART else "；在未预拨的部分内，不另扣"
        figures.append(Figure("质量保证金", show_money(deposit), formula + inside))
    paid = to_cents(payable.yuan * rules.prepaid_share) - withheld - deductions
    less = f" − 保证金 {tell_yuan(withheld)}" if withheld else ""
    formula = (
        f"{tell_yuan(payable.yuan)} × {tell(rules.prepaid_share)}{less} − 审核扣款 {tell_yuan(deductions)}"
        f" = {show_money(paid)}"
    )
    figures.append(Figure("月度预结", show_money(paid), formula))
    kept = to_fen(deposit) if rules.deposit_share is not None else None
    return Prepayment(to_fen(paid), tuple(figures), "", payable.amount, kept)


def annual_total(
    pools: Sequence[FundPart], deductions: Decimal, rules: ClearingRules, basis: FundBasis = FundBasis.SHARE
) -> Payment:
    """年度总结算 = [sum over insurance of 统筹应付] x 考核系数 - 审核扣减.

    The specification takes points x 结算点值 x 基金支付比例 as 统筹应付, and that holds unless the region deducts what patients
    paid (``FundBasis.DEDUCT``). Everything that is missing is named.
    """
    kind = basis if basis is FundBasis.DEDUCT else FundBasis.SHARE
    parts = [fund_payable(pool, kind, f"{pool.insurance}统筹应付") for pool in pools]
    lacking = [part.missing for part in parts if part.missing]
    if lacking:
        return Payment(None, (), "；".join(lacking))
    figures = [figure for part in parts for figure in part.figures]
    if rules.assessment_factor is None:
        return Payment(None, tuple(figures), "考核系数缺失，无法计算年度总结算")
    total = sum((part.yuan for part in parts), NIL)
    if len(parts) > 1:
        added = " + ".join(tell_yuan(part.yuan) for part in parts)
        figures.append(Figure("统筹应付合计", show_money(total), f"{added} = {show_money(total)}"))
    settled = to_cents(total * rules.assessment_factor) - deductions
    formula = (
        f"{tell_yuan(total)} × 考核系数 {tell(rules.assessment_factor)} − 审核扣款 {tell_yuan(deductions)}"
        f" = {show_money(settled)}"
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
    figures = []
    over = charged - payable
    told = f"{tell_yuan(charged)} − {tell_yuan(payable)} = {show_money(over)}"
    figures.append(Figure("超支", show_money(over), f"统筹记账 {told}"))
    if rules.overrun_cap is not None:
        most = max(to_cents(payable * (rules.overrun_cap - 1)), NIL)
        if most < over:
            told = f"{tell_yuan(payable)} × ({tell(rules.overrun_cap)} − 1) = {show_money(most)}"
            figures.append(Figure("合理超支上限", show_money(most), f"{told}；超过部分基金不分担"))
            over = most
    borne = to_cents(payable + over * rules.overrun_shared)
    formula = f"{tell_yuan(payable)} + 合理超支 {tell_yuan(over)} × {tell(rules.overrun_shared)} = {show_money(borne)}"
    figures.append(Figure("超支分担后基金支付", show_money(borne), formula))
    return Payment(to_fen(borne), tuple(figures))


def _surplus(payable: Decimal, charged: Decimal, rules: ClearingRules) -> Payment:
    if rules.surplus_kept is None:
        return Payment(None, (), "结余留用比例缺失")
    left = payable - charged
    figures = [
        Figure(
            "结余",
            show_money(left),
            f"{tell_yuan(payable)} − 统筹记账 {tell_yuan(charged)} = {show_money(left)}",
        )
    ]
    used = charged / payable if payable else NIL
    if rules.surplus_floor is not None and used < rules.surplus_floor:
        ratio = f"{tell_yuan(charged)} ÷ {tell_yuan(payable)} = {tell(used, 4)}"
        why = f"记账占应付 {ratio}；低于 {tell(rules.surplus_floor)}，不留用，按实际记账支付"
        figures.append(Figure("结余过多", show_money(charged), why))
        return Payment(to_fen(charged), tuple(figures))
    borne = to_cents(charged + left * rules.surplus_kept)
    formula = (
        f"{tell_yuan(charged)} + 结余 {tell_yuan(left)} × {tell(rules.surplus_kept)} = {show_money(borne)}"
    )
    figures.append(Figure("结余留用后基金支付", show_money(borne), formula))
    return Payment(to_fen(borne), tuple(figures))


def clearing_payment(
    final: Decimal, prepaid: Decimal, working_capital: Decimal = NIL, deposit_kept: Decimal = NIL
) -> Payment:
    """清算支付 = 年终清算 - 全年月预结 - 周转金 - 不予退还的质量保证金.

    ``prepaid`` is what was really paid out; deposits withheld from it come back with the difference, except ``deposit_kept``.
    A negative payment is paid back by the hospital.
    """
    due = final - prepaid - working_capital - deposit_kept
    formula = (
        f"{tell_yuan(final)} − 已预结 {tell_yuan(prepaid)} − 周转金 {tell_yuan(working_capital)}"
        f" − 不退保证金 {tell_yuan(deposit_kept)} = {show_money(due)}"
    )
    back = "（应退回）" if due < 0 else ""
    return Payment(to_fen(due), (Figure(f"清算支付{back}", show_money(due), formula),))


def special_review_limit(discharges: int, rules: ClearingRules) -> int | None:
    """How many cases may apply for 特例单议: a share of DIP discharges, rounded down; ``None`` when not set."""
    return None if rules.special_review_share is None else int(discharges * rules.special_review_share)
