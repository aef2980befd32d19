"""What a point is worth: forecast, floating, fixed, elastic."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from coding_rules.settlement.figures import apportion, to_fen
from coding_rules.settlement.point_price import Budget, budget_price, settlement_price, simulate_budget
from coding_rules.settlement.profile import RegionProfile
from coding_rules.settlement.rules import MoneyRules, PriceWay
from tests.formulas import check

D = Decimal


def test_budget_price_weights_the_years_one_two_seven() -> None:
    value, figure = budget_price([D(100), D(200), D(300)], [D(10), D(20), D(40)])
    assert value == D(2600) / D(330)
    assert "7 × 300.00" in figure.formula
    assert check([figure]) == 1
    assert budget_price([D(200), D(300)], [D(20), D(40)])[0] == D(2500) / D(320)
    assert budget_price([D(1)], [D(0)])[0] is None


def test_settlement_price_and_simulation() -> None:
    price, _ = settlement_price(MoneyRules(), Budget(D(700_000), D("0.7"), D(100_000)), None)
    assert price is not None
    assert price.value == 10
    found = simulate_budget(price, D(5_000), D(52_000))
    assert (found.amount, found.profit) == (5_000_000, -200_000)
    for nothing in (Budget(D(1), D(0), D(1)), Budget(D(1), D("0.7"), D(0))):
        assert settlement_price(MoneyRules(), nothing, D(5))[0] is None


def test_a_budget_comes_back_to_the_last_cent() -> None:
    """Budget -> point value -> what all hospitals get together is the budget again."""
    dice = Random(5)
    for _ in range(50):
        fund, share = D(dice.randrange(1, 10**12)) / 100, D(dice.randrange(50, 100)) / 100
        points = [D(dice.randrange(1, 10**11)) / 10**6 for _ in range(dice.randrange(1, 40))]
        whole = to_fen(fund / share)
        assert sum(apportion(whole, points)) == whole
        price, _ = settlement_price(MoneyRules(), Budget(fund, share, sum(points, D(0))), None)
        assert price is not None
        found = [simulate_budget(price, each, D(0)) for each in points]
        amounts = [each.amount for each in found]
        assert abs(sum(amounts) - whole) <= D(len(points)) / 2  # each hospital's own figure is rounded to 分
        assert all(abs(a - b) <= 1 for a, b in zip(amounts, apportion(whole, points), strict=True))
        assert check(figure for each in found for figure in each.figures) == 3 * len(points)


@pytest.mark.parametrize(("share", "value"), [("1", "5"), ("0.8", "6"), ("0.7", "6.5"), ("0", "10")])
def test_an_elastic_value_lies_between_base_and_floating(share: str, value: str) -> None:
    money = MoneyRules(price_way=PriceWay.ELASTIC, base_share=D(share))
    price, problem = settlement_price(money, Budget(D(700_000), D("0.7"), D(100_000)), D(5))
    assert price is not None
    assert (price.value, problem) == (D(value), "")
    assert check([price.figure("结算点值"), *simulate_budget(price, D(1234), D(0)).figures]) == 4


def test_the_profile_is_checked() -> None:
    def problems(**money: object) -> str:
        return " ".join(RegionProfile("p", "本地", money=MoneyRules(**money)).verify())  # type: ignore[arg-type]

    assert "[money] base_share：弹性点值要有基准份额" in problems(price_way=PriceWay.ELASTIC)
    assert "应在 0 到 1 之间" in problems(base_share=D(8))
    assert not problems(price_way=PriceWay.ELASTIC, base_share=D("0.8"))
    assert "extra_points：每个数都必须大于 0" in problems(extra_points={"47.0100": D(0)})
