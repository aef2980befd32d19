"""What a change does to group, points and money, as short lines: rises and falls in the same words and the same ink."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from app.review import Scored
from app.workbench import WhatIf
from coding_rules.grouper.grouping import System
from coding_rules.settlement.settlement import Settlement
from ui import wording

UNGROUPED = "未入组"


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One line of the before/after table. ``heading`` lines name the system and its scheme."""

    key: str
    label: str
    before: str = ""
    after: str = ""
    change: str = ""
    heading: bool = False
    tip: str = ""


def scored(what_if: WhatIf, system: System) -> tuple[Scored | None, Scored | None]:
    """Before and after of one system."""
    before, after = what_if.before, what_if.after
    return (before.drg, after.drg) if system is System.DRG else (before.dip, after.dip)


def group_text(one: Scored | None) -> str:
    """The group, 未入组, or a dash where no scheme is loaded."""
    if one is None:
        return wording.MISSING
    return one.grouping.group or UNGROUPED


def effect_line(what_if: WhatIf, system: System) -> str:
    """``DRG FR23 → FR21 · 点数 ▲ 12.30 · 金额 ▲ 1,234 元``; ``DRG 不变`` when nothing moves."""
    before, after = scored(what_if, system)
    if before is None or after is None:
        return ""
    old, new = group_text(before), group_text(after)
    parts = [f"{old} → {new}"] if old != new else []
    points = _difference(_points(before), _points(after))
    if points:
        parts.append(f"{_points_name(system)} {wording.change(points, wording.number(points, 2))}")
    amount = _difference(_amount(before), _amount(after))
    if amount:
        parts.append(f"{wording.change(amount, wording.yuan(int(amount)))} 元")
    return f"{system.value} " + (" · ".join(parts) if parts else "不变")


def raises_score(what_if: WhatIf) -> bool:
    """Whether points (or weight) or the amount rise under either system: such a change asks for a reason."""
    return any(
        (difference or 0) > 0
        for system in System
        for reader in (_points, _weight, _amount)
        for difference in (_difference(*map(reader, scored(what_if, system))),)
    )


def score_lines(what_if: WhatIf) -> list[ScoreLine]:
    """The before/after table of both systems."""
    return [line for system in System for line in _system_lines(what_if, system)]


def _system_lines(what_if: WhatIf, system: System) -> list[ScoreLine]:
    before, after = scored(what_if, system)
    shown = after or before
    if shown is None:
        return [
            ScoreLine(f"{system}-head", system.value, heading=True),
            ScoreLine(f"{system}-none", f"未载入 {system.value} 方案", tip="在设置中选择方案"),
        ]
    demo = " · 演示方案" if shown.grouping.demo else ""
    head = ScoreLine(f"{system}-head", f"{system.value} · {shown.grouping.scheme}{demo}", heading=True)
    rows = [head]

    def add(label: str, reader: Callable[[Scored], str], change: str = "", tip: str = "") -> None:
        old = reader(before) if before else wording.MISSING
        new = reader(after) if after else wording.MISSING
        rows.append(ScoreLine(f"{system}-{label}", label, old, new, change, tip=tip))

    same = group_text(before) == group_text(after)
    add("分组", group_text, "同组" if same else "换组", shown.grouping.reason)
    add("名称", lambda one: one.grouping.name or one.grouping.reason or wording.MISSING)
    if system is System.DRG:
        add("权重", _weight_text, _change(before, after, _weight, 4))
    else:
        add("类型", lambda one: one.grouping.kind or wording.MISSING)
    add(
        _points_name(system),
        lambda one: wording.number(_points(one), 4),
        _change(before, after, _points, 2),
        _missing(shown),
    )
    add("费用倍率", _ratio_text)
    add("支付金额", lambda one: wording.money(_money(one, "amount")), _money_change(before, after, "amount"))
    add("盈亏", lambda one: wording.money(_money(one, "profit")), _money_change(before, after, "profit"))
    return rows


def _missing(one: Scored) -> str:
    return one.settlement.missing if one.settlement else ""


def _points_name(system: System) -> str:
    return "点数" if system is System.DRG else "分值"


def _weight(one: Scored | None) -> Decimal | None:
    return one.grouping.weight if one else None


def _weight_text(one: Scored) -> str:
    if one.grouping.weight is None:
        return "无权重数据" if one.grouping.grouped else wording.MISSING
    return wording.number(one.grouping.weight, 4)


def _points(one: Scored | None) -> Decimal | None:
    """Settled points where there is a settlement, the group's own points otherwise."""
    if one is None:
        return None
    settled = one.settlement.points if one.settlement else None
    return settled if settled is not None else one.grouping.points


def _amount(one: Scored | None) -> Decimal | None:
    fen = _money(one, "amount") if one else None
    return None if fen is None else Decimal(fen)


def _money(one: Scored, what: str) -> int | None:
    settlement: Settlement | None = one.settlement
    return getattr(settlement, what) if settlement else None


def _ratio_text(one: Scored) -> str:
    settlement = one.settlement
    if settlement is None:
        return wording.MISSING
    if settlement.ratio is None:
        return settlement.band.value
    return f"{wording.number(settlement.ratio, 2)} {settlement.band.value}"


def _difference(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    return None if before is None or after is None else after - before


def _change(
    before: Scored | None,
    after: Scored | None,
    reader: Callable[[Scored | None], Decimal | None],
    places: int,
) -> str:
    difference = _difference(reader(before), reader(after))
    return wording.change(difference, wording.number(difference, places))


def _money_change(before: Scored | None, after: Scored | None, what: str) -> str:
    old = _money(before, what) if before else None
    new = _money(after, what) if after else None
    if old is None or new is None:
        return wording.MISSING
    return wording.change(new - old, wording.money(new - old))
