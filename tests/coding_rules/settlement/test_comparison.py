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
    assert total.why == "前期 8 例、后期 40 例，不足 30 例，比较秩次；正态近似，已作相同数值与连续性校正"


def of(*totals: int) -> list[PeriodCase]:
    return [PeriodCase(Decimal(each)) for each in totals]


def test_the_reason_names_the_counts() -> None:
    assert (
        "均不少于 30 例，比较均值"
        in compare_periods(sample(30, 9000, 1), sample(30, 9000, 2)).measures[0].why
    )
    few = compare_periods(of(1, 3, 5), of(2, 4, 6)).measures[0]
    assert few.why.endswith("没有相同的数值，取精确概率")
    one = compare_periods(of(5), of(7)).measures[0]
    assert one.test is not None
    assert (one.test.p, one.verdict) == (1.0, "差异无统计学意义")


def test_constant_periods_are_compared_by_ranks() -> None:
    found = compare_periods(of(*[5] * 40), of(*[6] * 40)).measures[0]
    assert found.test is not None
    assert found.test.p < 0.001
    assert "比较秩次" in found.why
    same = compare_periods(of(*[5] * 40), of(*[5] * 40)).measures[0]
    assert (same.test, same.verdict) == (None, "无法检验")
    assert "数值全同" in same.why


def test_tests_that_disagree_are_told() -> None:
    """A few very dear cases hide a clear shift from the means, not from the ranks."""
    before = of(*range(100, 140), 90_000)
    after = of(*range(160, 200), 100)
    found = compare_periods(before, after).measures[0]
    assert found.verdict == "差异无统计学意义"
    assert "Mann-Whitney" in found.disagreement
    assert "结论不同" in found.disagreement
    assert not compare_periods(of(*range(100, 140)), of(*range(160, 200))).measures[0].disagreement


def test_missing_measures_have_no_test_and_no_change() -> None:
    measure = compare_periods([PeriodCase(None)], [PeriodCase(None)]).measures[0]
    assert (measure.before.cases, measure.change, measure.test) == (0, None, None)
    assert measure.verdict == "无法检验"
    assert "没有填报" in measure.why


def test_measures_of_a_front_page() -> None:
    items = {"XYF": 100_00, "ZCYF": 20_00, "SSZLF": 300_00, "SSF": 200_00, "YYCLF": 50_00, "YCXYYCLF": 70_00}
    found = PeriodCase.of(Case("1", los=6, fees=Fees(total=1000_00, self_paid=250_00, items=items)))
    assert [found.drugs, found.operation, found.consumables] == [Decimal(120), Decimal(300), Decimal(120)]
    assert [found.self_paid_share, found.los] == [Decimal(25), Decimal(6)]
    assert PeriodCase.of(Case("2")).total is None
