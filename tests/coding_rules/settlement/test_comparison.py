from __future__ import annotations

import random
from decimal import Decimal

from coding_rules.case import Case, Fees
from coding_rules.settlement.comparison import PeriodCase, compare_periods


def sample(count: int, centre: int, seed: int) -> list[PeriodCase]:
    dice = random.Random(seed)
    return [
        PeriodCase(
            total=Decimal(dice.gauss(centre, 800)).quantize(Decimal("0.01")),
            drugs=Decimal(dice.randint(1000, 3000)),
            los=Decimal(dice.randint(4, 9)),
            self_paid=Decimal(1000),
        )
        for _ in range(count)
    ]


def test_clear_fall_is_found_and_the_test_named() -> None:
    found = compare_periods(sample(80, 9000, 1), sample(90, 7800, 2))
    total = found.measures[0]
    assert (found.before_cases, found.after_cases) == (80, 90)
    assert total.label == "次均总费用"
    assert total.change is not None
    assert Decimal("-0.2") < total.change < Decimal("-0.1")
    assert total.test is not None
    assert total.test.name == "Welch t 检验"
    assert total.test.p < 0.001
    assert total.verdict == "下降，差异有统计学意义"
    assert total.other_test is not None
    assert total.other_test.name.startswith("Mann-Whitney")
    assert "P < 0.001" in str(total.test)


def test_few_cases_go_by_ranks() -> None:
    total = compare_periods(sample(8, 9000, 1), sample(40, 9000, 2)).measures[0]
    assert total.test is not None
    assert total.test.name.startswith("Mann-Whitney")


def test_missing_measures_have_no_test_and_no_change() -> None:
    measure = compare_periods([PeriodCase(None)], [PeriodCase(None)]).measures[0]
    assert (measure.before.cases, measure.change, measure.test) == (0, None, None)
    assert "无法检验" in measure.verdict


def test_measures_of_a_front_page() -> None:
    items = {"XYF": 100_00, "ZCYF": 20_00, "SSZLF": 300_00, "SSF": 200_00, "YYCLF": 50_00, "YCXYYCLF": 70_00}
    found = PeriodCase.of(Case("1", los=6, fees=Fees(total=1000_00, self_paid=250_00, items=items)))
    assert [found.drugs, found.operation, found.consumables] == [Decimal(120), Decimal(300), Decimal(120)]
    assert [found.self_paid_share, found.los] == [Decimal(25), Decimal(6)]
    assert PeriodCase.of(Case("2")).total is None
