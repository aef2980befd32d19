"""Points that follow from days or from the fee, where no band applies: 床日病种, long stays, unstable and ungrouped cases."""

from __future__ import annotations

from decimal import Decimal

from coding_rules.grouper.grouping import Grouping
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.figures import tell, tell_yuan, to_points, yuan
from coding_rules.settlement.settlement import Band
from coding_rules.settlement.sheet import Sheet


def points_of_days(
    grouping: Grouping, days: int | None, factor: Decimal | None, sheet: Sheet
) -> Decimal | None:
    """Points of a day x days (x hospital factor where the region says so); ``None`` where either is not known."""
    daily = grouping.points
    sheet.add("倍率区间", Band.NORMAL.value, "床日病种按天数计，不分倍率", "bed_days", "enabled")
    if daily is None or days is None:
        what = f"{grouping.group} 没有每床日分值" if daily is None else "病例没有住院天数，无法按床日计算"
        sheet.missing.append(what)
        return None
    sheet.say("每床日分值", tell(daily), f"{grouping.group} 在目录中的每床日分值", grouping.scheme)
    points = to_points(daily * days * (1 if factor is None else factor))
    times = "" if factor is None else f" × {tell(factor)}"
    formula = f"每床日 {tell(daily)} × {days} 天{times} = {tell(points)}"
    sheet.add("结算分值", tell(points), formula, "bed_days", "hospital_factor")
    return points


def points_by_fee(
    region_mean: Decimal | None,
    case: GrouperInput,
    factor: Decimal,
    label: str,
    parameter: str,
    sheet: Sheet,
) -> Decimal | None:
    """Points by the share of the region's mean fee: fee / mean x 1000 x factor. ``label`` and ``parameter`` name the figure."""
    if not region_mean or case.total_fee is None:
        lacking = "地区参数中没有全部病例均费，无法按费用折分" if not region_mean else "病例没有总费用"
        sheet.missing.append(lacking)
        return None
    unreasonable = sheet.unreasonable
    points = to_points(yuan(case.total_fee - unreasonable) / region_mean * 1000 * factor)
    fee = tell_yuan(yuan(case.total_fee))
    fee = f"({fee} − 不合理 {tell_yuan(yuan(unreasonable))})" if unreasonable else fee
    times = f" × {tell(factor)}" if factor != 1 else ""
    formula = f"{fee} ÷ 全部病例均费 {tell(region_mean)} × 1,000{times} = {tell(points)}"
    sheet.add(label, tell(points), formula, "bands", parameter)
    return points
