"""The fund's part of a case: what it owes by the region's way of reckoning, and the gain or loss against what it was charged."""

from __future__ import annotations

from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.figures import show_money, tell, tell_yuan, to_fen, yuan
from coding_rules.settlement.rules import FundBasis, MoneyRules
from coding_rules.settlement.settlement import Figure
from coding_rules.settlement.sheet import Sheet


def fund_part(
    money: MoneyRules, fen: int | None, case: GrouperInput, sheet: Sheet
) -> tuple[int | None, int | None]:
    """What the fund owes and the hospital's gain or loss against what the fund was charged, in 分."""
    if fen is None or money.fund_basis is FundBasis.UNSET:
        return None, None
    if case.total_fee is None or case.self_paid_fee is None:
        sheet.missing.append("病例没有自付金额，无法计算统筹盈亏")
        return None, None
    charged = case.total_fee - case.self_paid_fee
    shown = tell_yuan(yuan(fen))
    if money.fund_basis is FundBasis.DEDUCT:
        fund = fen - case.self_paid_fee
        formula = f"{shown} − 自付 {tell_yuan(yuan(case.self_paid_fee))} = {show_money(yuan(fund))}"
    else:
        insurance = money.insurance_codes.get(case.insurance, case.insurance)
        share = money.share_of_fund(insurance)
        if share is None:
            sheet.missing.append(f"没有险种“{insurance or '未填'}”的基金支付比例")
            return None, None
        fund = to_fen(yuan(fen) * share)
        formula = f"{shown} × 基金支付比例 {tell(share)} = {show_money(yuan(fund))}"
    sheet.add("医保应付", show_money(yuan(fund)), formula, "money", "fund_basis")
    profit = fund - charged
    paid = f"总费用 {tell_yuan(yuan(case.total_fee))} − 自付 {tell_yuan(yuan(case.self_paid_fee))}"
    sheet.figures.append(
        Figure("统筹记账", show_money(yuan(charged)), f"{paid} = {show_money(yuan(charged))}")
    )
    gain = f"{tell_yuan(yuan(fund))} − 统筹记账 {tell_yuan(yuan(charged))} = {show_money(yuan(profit))}"
    sheet.add("统筹盈亏", show_money(yuan(profit)), gain, "money", "fund_basis")
    return fund, profit
