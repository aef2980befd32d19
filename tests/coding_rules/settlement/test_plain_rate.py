from __future__ import annotations

from decimal import Decimal

import pytest

from coding_rules.grouper.grouping import Grouping, System, TableRate
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.plain_rate import PlainRate
from tests.formulas import check

GROUPING = Grouping(
    System.DRG,
    "方案",
    "FR21",
    weight=Decimal("1.25"),
    rates=(TableRate(Decimal(8000), "职工", "权重.csv 第 2 行"),),
)


def test_weight_times_the_rate_of_the_table_with_its_row() -> None:
    settled = PlainRate().settle(GROUPING, GrouperInput(total_fee=900_000, insurance="1"))
    assert (settled.amount, settled.fee, settled.profit) == (1_000_000, 900_000, 100_000)
    (figure,) = settled.figures
    assert (figure.value, figure.source) == ("10,000.00 元", "权重.csv 第 2 行")
    assert "不计倍率和系数" in figure.formula
    check(settled.figures)


@pytest.mark.parametrize(
    ("grouping", "insurance", "missing"),
    [
        (GROUPING, "2", "权重表里没有这个组的费率"),
        (Grouping(System.DRG, "方案", "FR21", weight=Decimal(1)), "1", "权重表里没有这个组的费率"),
        (
            Grouping(System.DRG, "方案", "FR21", points=Decimal(100), rates=GROUPING.rates),
            "1",
            "权重表里没有",
        ),
        (Grouping(System.DRG, "方案", ""), "1", ""),
    ],
)
def test_without_a_rate_for_the_case_there_is_no_amount(
    grouping: Grouping, insurance: str, missing: str
) -> None:
    settled = PlainRate().settle(grouping, GrouperInput(total_fee=900_000, insurance=insurance))
    assert settled.amount is None
    assert settled.missing.startswith(missing)


def test_one_rate_for_all_pays_points_too() -> None:
    points = Grouping(System.DRG, "方案", "FR21", points=Decimal(120))
    assert PlainRate(Decimal(80)).settle(points, GrouperInput()).amount == 960_000
