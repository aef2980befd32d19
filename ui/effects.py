"""What a change does to group, points and money, as short lines: rises and falls in the same words and the same ink."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.compare import ScoreDelta, amount_of, band_of, points_of, profit_of
from app.review import Scored
from app.what_if import WhatIf
from coding_rules.finding import Severity
from coding_rules.grouper.grouping import System
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


def points_name(one: Scored) -> str:
    """What the settled points are called: 分值 in DIP regions, 点数 in DRG regions that pay by points, else 结算权重."""
    worth = one.settlement.worth if one.settlement else ""
    if worth == "权重":
        return "结算权重"
    return worth or ("点数" if one.grouping.system is System.DRG else "分值")


def group_text(one: Scored | None) -> str:
    """The group, 未入组, or a dash where no scheme is loaded."""
    if one is None:
        return wording.MISSING
    return one.grouping.group or UNGROUPED


def effect_line(what_if: WhatIf, system: System) -> str:
    """``DRG FR23 → FR21 · 点数 ▲ 12.30 · ▲ 1,234 元``; ``DRG 不变`` when nothing moves; empty without a scheme."""
    delta = what_if.delta(system)
    if delta is None:
        return ""
    parts = [f"{group_text(delta.before)} → {group_text(delta.after)}"] if delta.group_changed else []
    if delta.points:
        parts.append(
            f"{points_name(delta.after)} {wording.change(delta.points, wording.number(delta.points, 2))}"
        )
    if delta.amount:
        parts.append(f"{wording.change(delta.amount, wording.yuan(delta.amount))} 元")
    return f"{system.value} " + (" · ".join(parts) if parts else "不变")


def effect_lines(what_if: WhatIf) -> tuple[str, ...]:
    """One line a system that has a scheme; a single one when nothing moves in any."""
    if what_if.deltas and not any(_moves(delta) for delta in what_if.deltas):
        return ("、".join(delta.system.value for delta in what_if.deltas) + " 不变",)
    return tuple(line for system in System if (line := effect_line(what_if, system)))


def _moves(delta: ScoreDelta) -> bool:
    """Whether ``effect_line`` has anything to tell."""
    return bool(delta.group_changed or delta.points or delta.amount)


def finding_lines(what_if: WhatIf, told: Sequence[str] = ()) -> tuple[str, ...]:
    """What the checks would say: ``采用后新增：…`` and ``可消除：…``; hints and titles already ``told`` are left out."""
    pairs = (("采用后新增", what_if.new_findings), ("可消除", what_if.gone_findings))
    named = [
        (
            label,
            dict.fromkeys(f.title for f in found if f.severity is not Severity.HINT and f.title not in told),
        )
        for label, found in pairs
    ]
    return tuple(f"{label}：{'、'.join(titles)}" for label, titles in named if titles)


def score_lines(what_if: WhatIf) -> list[ScoreLine]:
    """The before/after table of both systems."""
    return [line for system in System for line in _system_lines(what_if, system)]


def _system_lines(what_if: WhatIf, system: System) -> list[ScoreLine]:
    delta = what_if.delta(system)
    if delta is None:
        return [
            ScoreLine(f"{system}-head", system.value, heading=True),
            ScoreLine(f"{system}-none", f"未载入 {system.value} 方案", tip="在设置中选择方案"),
        ]
    now = delta.after
    demo = " · 演示方案" if now.grouping.demo else ""
    lines = [ScoreLine(f"{system}-head", f"{system.value} · {now.grouping.scheme}{demo}", heading=True)]

    def add(label: str, reader: Callable[[Scored], str], change: str = "", tip: str = "") -> None:
        lines.append(
            ScoreLine(f"{system}-{label}", label, reader(delta.before), reader(now), change, tip=tip)
        )

    add("分组", _group_and_name, "换组" if delta.group_changed else "同组")
    if system is System.DRG:
        add("权重", _weight, wording.change(delta.weight, wording.number(delta.weight)))
    add(
        points_name(now),
        lambda one: wording.number(points_of(one)),
        wording.change(delta.points, wording.number(delta.points, 2)),
        now.settlement.missing if now.settlement else "",
    )
    add("费用倍率", _ratio, "换区间" if delta.band_changed else "")
    add("支付金额", lambda one: wording.money(amount_of(one)), _money_change(delta.amount))
    add("盈亏", lambda one: wording.money(profit_of(one)), _money_change(delta.profit))
    return lines


def _group_and_name(one: Scored) -> str:
    grouping = one.grouping
    parts = (group_text(one), grouping.kind, grouping.name or grouping.reason)
    return " ".join(part for part in parts if part)


def _weight(one: Scored) -> str:
    if one.grouping.weight is None:
        return "无权重数据" if one.grouping.grouped else wording.MISSING
    return wording.number(one.grouping.weight)


def _ratio(one: Scored) -> str:
    ratio = one.settlement.ratio if one.settlement else None
    band = band_of(one).value
    return band if ratio is None else f"{wording.number(ratio, 2)} {band}"


def _money_change(difference: int | None) -> str:
    return wording.change(difference, wording.money(difference))
