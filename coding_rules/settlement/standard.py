"""费用标准: the yuan a case's fee is compared with to find its band, by the region's way."""

from __future__ import annotations

from decimal import Decimal

from coding_rules.grouper.grouping import Grouping
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.figures import show_money, tell, tell_yuan, to_cents, yuan
from coding_rules.settlement.profile import RegionProfile
from coding_rules.settlement.rules import MoneyRules, Standard
from coding_rules.settlement.sheet import Sheet


def standard_fee(
    profile: RegionProfile,
    grouping: Grouping,
    case: GrouperInput,
    terms: tuple[Decimal, Decimal, Decimal],
    payment: Decimal | None,
    sheet: Sheet,
) -> Decimal | None:
    """The standard in yuan, or ``None`` with the reason in ``missing``.

    ``terms`` are points of the group, points with the auxiliary factor, hospital factor; ``payment`` is the 支付标准.
    """
    points, boosted, factor = terms
    match profile.bands.standard:
        case Standard.PAYMENT:
            return payment
        case Standard.POINTS:
            return _by_points(profile.money, grouping, case, boosted, sheet)
        case Standard.INSTITUTION_MEAN:
            return _by_mean(grouping, boosted / points if points else Decimal(1), factor, sheet)
    return _by_mean(grouping, boosted / points if points else Decimal(1), None, sheet)


def _by_points(
    money: MoneyRules, grouping: Grouping, case: GrouperInput, boosted: Decimal, sheet: Sheet
) -> Decimal | None:
    """The mean fee that points stand for, by insurance."""
    insurance = money.insurance_codes.get(case.insurance, case.insurance)
    basic = grouping.kind == "基层"
    per = money.mean_per_point(insurance, basic=basic)
    if per is None:
        sheet.missing.append(f"没有险种“{insurance or '未填'}”的均费折算系数，无法判断倍率")
        return None
    value = to_cents(boosted * per)
    parameter = "basic_fee_per_point" if basic and money.basic_fee_per_point else "fee_per_point"
    formula = f"均费 = 分值 × 均费折算系数：{tell(boosted)} × {tell(per)} = {show_money(value)}"
    sheet.add("费用标准", show_money(value), formula, "money", parameter)
    return value


def _by_mean(grouping: Grouping, helped: Decimal, factor: Decimal | None, sheet: Sheet) -> Decimal | None:
    """The catalogue's mean fee, times the auxiliary factor and, where given, the hospital's."""
    if grouping.mean_fee is None:
        sheet.missing.append(f"{grouping.group} 没有均费，无法判断倍率")
        return None
    mean, own = yuan(grouping.mean_fee), f"{grouping.group} 的均费"
    terms, value = [tell_yuan(mean)], mean * helped
    if helped != 1:
        own, terms = f"{own} × 辅助分型系数", [*terms, tell(helped)]
    if factor is not None:
        own, terms = f"{own} × 机构系数", [*terms, tell(factor)]
        value *= factor
    value = to_cents(value)
    formula = f"{own}：{' × '.join(terms)} = {show_money(value)}" if len(terms) > 1 else own
    sheet.add("费用标准", show_money(value), formula, "bands", "standard")
    return value
