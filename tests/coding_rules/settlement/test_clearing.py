from __future__ import annotations

from decimal import Decimal

import pytest

from coding_rules.settlement.clearing import (
    annual_total,
    budget_price,
    clearing_payment,
    monthly_prepayment,
    settlement_price,
    share_result,
    simulate_budget,
    special_review_limit,
)
from coding_rules.settlement.rules import ClearingRules

D = Decimal
RULES = ClearingRules(
    prepaid_share=D("0.9"),
    deposit_share=D("0.05"),
    assessment_factor=D("0.98"),
    surplus_kept=D("0.7"),
    surplus_floor=D("0.85"),
    overrun_shared=D("0.6"),
    overrun_cap=D("1.1"),
    special_review_share=D("0.005"),
)


def test_monthly_prepayment() -> None:
    paid = monthly_prepayment(D(100_000), D("6.2"), D(200_000), D(1_500), RULES)
    assert paid.amount == 37_650_000  # (620,000 - 200,000) x 0.9 - 1,500 yuan
    assert [figure.label for figure in paid.figures] == ["月度统筹应付", "月度预结", "质量保证金"]
    assert "420000 × 0.9 − 审核扣款 1500 = 376500.00 元" in paid.figures[1].formula
    assert paid.figures[2].value == "21000.00 元"


def test_annual_total_over_two_pools() -> None:
    points = {"职工": D(1000), "居民": D(2000)}
    prices = {"职工": D(10), "居民": D(9)}
    shares = {"职工": D("0.8"), "居民": D("0.6")}
    found = annual_total(points, prices, shares, D(100), RULES)
    assert found.amount == 1_832_400  # (8,000 + 10,800) x 0.98 - 100 yuan
    assert "居民" in annual_total(points, {"职工": D(1)}, shares, D(0), RULES).missing
    assert "考核系数" in annual_total(points, prices, shares, D(0), ClearingRules()).missing


@pytest.mark.parametrize(
    ("payable", "charged", "amount"),
    [
        (1000, 900, 97_000),  # 900 + 100 x 0.7
        (1000, 850, 95_500),  # the floor itself still shares
        (1000, 849, 84_900),  # below the floor: as charged
        (1000, 1000, 100_000),
        (1000, 1080, 104_800),  # 1000 + 80 x 0.6
        (1000, 1500, 106_000),  # only 100 count as reasonable
    ],
)
def test_sharing(payable: int, charged: int, amount: int) -> None:
    assert share_result(D(payable), D(charged), RULES).amount == amount


def test_missing_shares_are_named() -> None:
    assert "预拨比例" in monthly_prepayment(D(1), D(1), D(0), D(0), ClearingRules()).missing
    assert "结余留用" in share_result(D(2), D(1), ClearingRules()).missing
    assert "超支分担" in share_result(D(1), D(2), ClearingRules()).missing
    assert special_review_limit(1000, ClearingRules()) is None


def test_clearing_payment_and_review_limit() -> None:
    assert clearing_payment(D(1000), D(900), D(30), D(50)).amount == 12_000
    assert special_review_limit(1399, RULES) == 6


def test_budget_price_weights_the_years_one_two_seven() -> None:
    value, figure = budget_price([D(100), D(200), D(300)], [D(10), D(20), D(40)])
    assert value == D(2600) / D(330)
    assert "1：2：7" in figure.formula
    assert budget_price([D(200), D(300)], [D(20), D(40)])[0] == D(2500) / D(320)
    assert budget_price([D(1)], [D(0)])[0] is None


def test_settlement_price_and_simulation() -> None:
    value, _ = settlement_price(D(700_000), D("0.7"), D(100_000))
    assert value == 10
    assert settlement_price(D(1), D(0), D(1))[0] is None
    found = simulate_budget(D(700_000), D("0.7"), D(100_000), D(5_000), D(52_000))
    assert found is not None
    assert found.price == 10
    assert (found.amount, found.profit) == (5_000_000, -200_000)
    assert simulate_budget(D(1), D("0.7"), D(0), D(1), D(1)) is None
