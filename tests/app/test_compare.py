"""Differences of score: rises and falls in the same words, absent figures never taken for 0."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.compare import Parting, compare, compare_results, part
from app.review import CaseResult, Scored
from coding_rules.case import Case
from coding_rules.grouper.grouping import Grouping, Step, System
from coding_rules.settlement.settlement import Band, Settlement

PATH = (Step("主诊断", "主诊断 I21.0"), Step("MDC", "MDCF"), Step("ADRG", "FM1 不符", held=False))


def scored(
    group: str, weight: str = "1.50", points: str = "150", amount: int = 1_500_000, *steps: Step
) -> Scored:
    grouping = Grouping(System.DRG, "示例", group, "心肌梗死", weight=Decimal(weight), path=(*PATH, *steps))
    settlement = Settlement(
        "示例市", Band.NORMAL, points=Decimal(points), amount=amount, profit=amount - 1_000_000
    )
    return Scored(grouping, settlement)


def test_a_rise_and_its_fall_differ_only_in_sign() -> None:
    low = scored("FR25", "1.50", "150", 1_500_000, Step("DRG", "FR25"))
    high = scored("FR21", "2.25", "225.5", 2_255_050, Step("MCC", "伴 MCC J96.0"), Step("DRG", "FR21"))
    rise, fall = compare(low, high), compare(high, low)
    assert (rise.weight, rise.points, rise.amount, rise.profit) == (
        Decimal("0.75"),
        Decimal("75.5"),
        755_050,
        755_050,
    )
    assert (fall.weight, fall.points, fall.amount, fall.profit) == (
        Decimal("-0.75"),
        Decimal("-75.5"),
        -755_050,
        -755_050,
    )
    assert rise.group_changed
    assert rise.changed
    assert rise.describe() == (
        "DRG：FR25 心肌梗死 → FR21 心肌梗死\n"
        "权重：1.50 → 2.25（+0.75）\n"
        "分值：150 → 225.5（+75.5）\n"
        "支付标准（元）：15000.00 → 22550.50（+7550.50）\n"
        "盈亏（元）：5000.00 → 12550.50（+7550.50）\n"
        "从“MCC”一步起不同：原 FR25；现 伴 MCC J96.0"
    )
    assert "（-7550.50）" in fall.describe()


def test_nothing_changed() -> None:
    delta = compare(scored("FR25"), scored("FR25"))
    assert not delta.changed
    assert delta.parting is None
    assert delta.describe().startswith("DRG：仍为 FR25 心肌梗死\n权重：1.50 → 1.50（不变）")


def test_no_weight_is_not_zero() -> None:
    bare = Scored(Grouping(System.DRG, "示例", "FR21"))
    delta = compare(bare, scored("FR21"))
    assert (delta.weight, delta.points, delta.amount, delta.profit) == (None, None, None, None)
    assert "权重：无数据 → 1.50" in delta.describe()
    assert "权重" not in compare(bare, bare).describe()


def test_becoming_ungrouped_tells_the_reason_and_the_band() -> None:
    lost = Scored(
        Grouping(
            System.DRG, "示例", "", reason="主要诊断无效", path=(Step("MDC", "主要诊断无效", held=False),)
        )
    )
    delta = compare(scored("FR21"), lost)
    assert delta.band_changed
    assert "DRG：FR21 心肌梗死 → 未入组（主要诊断无效）" in delta.describe()
    assert "费用倍率：正常 → 未入组" in delta.describe()
    assert delta.parting == Parting(PATH[0], Step("未入组", "主要诊断无效", held=False))


def test_the_points_of_the_group_stand_in_for_settled_ones() -> None:
    group = Scored(Grouping(System.DIP, "目录", "I21.0", points=Decimal("800")))
    settled = Scored(group.grouping, Settlement("市", points=Decimal("640")))
    assert compare(group, settled).points == Decimal("-160")


def test_where_one_path_ends_first() -> None:
    short = Grouping(System.DRG, "示例", "FR2", path=PATH[:2])
    long = Grouping(System.DRG, "示例", "FR21", path=(*PATH[:2], Step("DRG", "FR21")))
    parting = part(short, long)
    assert parting == Parting(None, long.path[2])
    assert str(parting) == "从“DRG”一步起不同：原 到此为止；现 FR21"
    assert str(part(long, short)) == "从“DRG”一步起不同：原 FR21；现 到此为止"


def test_a_rule_that_did_not_hold_is_no_parting() -> None:
    other = Grouping(
        System.DRG, "示例", "FR2", path=(*PATH[:2], Step("ADRG", "别的不符", held=False), Step("DRG", "FR2"))
    )
    assert part(Grouping(System.DRG, "示例", "FR2", path=(*PATH, Step("DRG", "FR2"))), other) is None


def test_only_one_system_can_be_compared_and_only_what_answered_twice_is() -> None:
    dip = Scored(Grouping(System.DIP, "目录", "I21.0"))
    with pytest.raises(ValueError, match="one system"):
        compare(scored("FR21"), dip)
    case = Case("1")
    deltas = compare_results(CaseResult(case, drg=scored("A"), dip=dip), CaseResult(case, drg=scored("B")))
    assert [delta.system for delta in deltas] == [System.DRG]
