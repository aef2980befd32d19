from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from coding_rules.settlement.clearing import (
    FundPart,
    annual_total,
    clearing_payment,
    monthly_prepayment,
    share_result,
    special_review_limit,
)
from coding_rules.settlement.figures import apportion
from coding_rules.settlement.rules import ClearingRules, Deposit, FundBasis
from tests.formulas import check

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


STAFF = FundPart("职工", D(100_000), D(200_000), D("6.2"), D("0.8"))


def test_monthly_prepayment_withholds_the_deposit() -> None:
    paid = monthly_prepayment(STAFF, D(1_500), RULES)
    assert paid.amount == 35_550_000  # (620,000 - 200,000) x 0.9 - 21,000 - 1,500 yuan
    assert [figure.label for figure in paid.figures] == ["月度统筹应付", "质量保证金", "月度预结"]
    assert paid.figures[1].value == "21,000.00 元"
    assert (
        "420,000.00 × 0.9 − 保证金 21,000.00 − 审核扣款 1,500.00 = 355,500.00 元" in paid.figures[2].formula
    )
    assert check(paid.figures) == 3


def test_a_deposit_within_the_unpaid_part_is_not_subtracted_again() -> None:
    paid = monthly_prepayment(STAFF, D(1_500), replace(RULES, deposit=Deposit.WITHIN))
    assert paid.amount == 37_650_000  # (620,000 - 200,000) x 0.9 - 1,500 yuan
    assert "不另扣" in paid.figures[1].formula


def test_a_region_that_reckons_by_a_share_does_so_every_month() -> None:
    paid = monthly_prepayment(STAFF, D(0), replace(RULES, deposit_share=None), FundBasis.SHARE)
    assert paid.amount == 44_640_000  # 620,000 x 0.8 x 0.9
    lacking = monthly_prepayment(replace(STAFF, share=None), D(0), RULES, FundBasis.SHARE)
    assert (lacking.amount, lacking.missing) == (None, "没有职工的基金支付比例")


POOLS = [
    FundPart("职工", D(1000), D(2_000), D(10), D("0.8")),
    FundPart("居民", D(2000), D(9_000), D(9), D("0.6")),
]


def test_annual_total_over_two_pools() -> None:
    found = annual_total(POOLS, D(100), RULES)
    assert found.amount == 1_832_400  # (8,000 + 10,800) x 0.98 - 100 yuan
    assert check(found.figures) == 4
    unpriced = annual_total([POOLS[0], replace(POOLS[1], price=None)], D(0), RULES)
    assert unpriced.missing == "没有居民的点值（费率）"
    assert "考核系数" in annual_total(POOLS, D(0), ClearingRules()).missing


def test_annual_total_where_what_patients_paid_is_deducted() -> None:
    found = annual_total(POOLS, D(100), RULES, FundBasis.DEDUCT)
    assert found.amount == 1_656_000  # (10,000 - 2,000 + 18,000 - 9,000) x 0.98 - 100 yuan
    assert "个人自付" in found.figures[0].formula
    without_shares = [replace(pool, share=None) for pool in POOLS]
    assert annual_total(without_shares, D(100), RULES, FundBasis.DEDUCT).amount == 1_656_000


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
    found = share_result(D(payable), D(charged), RULES)
    assert found.amount == amount
    assert check(found.figures) >= 1


def test_missing_shares_are_named() -> None:
    assert "预拨比例" in monthly_prepayment(STAFF, D(0), ClearingRules()).missing
    assert "结余留用" in share_result(D(2), D(1), ClearingRules()).missing
    assert "超支分担" in share_result(D(1), D(2), ClearingRules()).missing
    assert special_review_limit(1000, ClearingRules()) is None


def test_clearing_payment_and_review_limit() -> None:
    assert clearing_payment(D(1000), D(900), D(30), D(50)).amount == 2_000
    back = clearing_payment(D(1000), D(1200))
    assert (back.amount, back.figures[0].label) == (-20_000, "清算支付（应退回）")
    assert back.figures[0].value == "−200.00 元"
    assert check(back.figures) == 1
    assert special_review_limit(1399, RULES) == 6


def test_apportioned_sums_stay_whole_for_losses_and_for_nothing() -> None:
    assert apportion(100, [D(1), D(1), D(1)]) == (34, 33, 33)
    assert apportion(-100, [D(1), D(1), D(1)]) == (-33, -33, -34)
    assert apportion(100, [D(0), D(0)]) == (0, 0)
    assert apportion(100, []) == ()
