"""Pre-settlement, clearing and budget of open cases: each figure with its formula; what is missing is named, never 0."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.dip.clearing import (
    Pool,
    annual_lines,
    budget_line,
    month_of,
    monthly_lines,
    months_of,
    price_of,
    try_budgets,
)
from app.progress import Cancelled, Progress
from coding_rules.grouper.grouping import System
from coding_rules.settlement.profile import load_profile
from coding_rules.settlement.rules import PointPrice
from tests.app.dip.test_money import page, result

PROFILE = load_profile("demo")
STAFF = Pool(
    "职工", 10, Decimal(10_000), Decimal(70_000), Decimal(15_000), 0,
    price=Decimal("6.2"), share=Decimal("0.78"), deductions=Decimal(500), prepaid=Decimal(30_000),
)  # fmt: skip
RESIDENT = Pool(
    "居民", 4, Decimal(4_000), Decimal(20_000), Decimal(8_000), 1, price=Decimal("5.6"), share=Decimal("0.64")
)


def test_pools_of_a_month_start_from_the_profile() -> None:
    results = [
        result(page("1", "K35.300", "47.0100")),
        result(page("2", "K35.300", payment="03")),
        result(page("3", "K35.300", payment="07")),
    ]
    month = month_of(results, PROFILE, System.DIP, "2025-03")
    pools = {pool.insurance: pool for pool in month.pools}
    assert months_of(results) == {"2025-03": 3}
    assert (pools["职工"].price, pools["职工"].share) == (Decimal("6.2"), Decimal("0.78"))
    assert (pools["07"].counted, pools["居民"].counted) == (False, True)
    assert [case.insurance for case in month.cases] == ["职工", "居民", "07"]
    assert month.cases[0].figures
    assert month_of(results, PROFILE, System.DIP, "2025-04").pools == ()


def test_the_months_own_price_goes_before_the_general_one() -> None:
    prices = (
        PointPrice(Decimal(5)),
        PointPrice(Decimal(6), "职工"),
        PointPrice(Decimal(7), "职工", "2025-03"),
        PointPrice(Decimal(9), "职工", "2025-03", "外地"),
    )
    profile = replace(PROFILE, money=replace(PROFILE.money, prices=prices))
    assert price_of(profile, "职工", "2025-03") == 7
    assert price_of(profile, "职工", "2025-04") == 6
    assert price_of(profile, "居民", "") == 5
    assert price_of(load_profile("national_platform"), "职工", "") is None


def test_monthly_prepayment_by_insurance_and_in_all() -> None:
    lines = monthly_lines([STAFF, RESIDENT, replace(STAFF, insurance="07", counted=False)], PROFILE)
    paid = {line.insurance: line.figure for line in lines if line.figure.label.startswith("月度预结")}
    assert paid["职工"].value == "41800.00 元"  # (10000 × 6.2 − 15000) × 0.9 − 500
    assert paid["居民"].value == "12960.00 元"  # (4000 × 5.6 − 8000) × 0.9
    assert paid["合计"].formula == "41800 + 12960 = 54760.00 元"
    deposit = next(line.figure for line in lines if line.figure.label == "质量保证金")
    assert "× 0.05" in deposit.formula
    assert "演示" in deposit.source


def test_a_pool_without_price_is_named_and_not_summed() -> None:
    lines = monthly_lines([STAFF, replace(RESIDENT, price=None)], PROFILE)
    (lacking,) = [line for line in lines if line.missing]
    assert (lacking.insurance, lacking.figure.value) == ("居民", "—")
    assert not any(line.insurance == "合计" for line in lines)


def test_annual_clearing_down_to_what_is_still_paid() -> None:
    lines = annual_lines([STAFF, RESIDENT], PROFILE, Decimal(1_000), Decimal(200))
    figures = {line.figure.label: line.figure for line in lines}
    # 10000 × 6.2 × 0.78 + 4000 × 5.6 × 0.64 = 48360 + 14336 = 62696; − 500 = 62196; charged 55000 + 12000 = 67000
    assert figures["年度总结算"].value == "62196.00 元"
    assert figures["统筹记账"].value == "67000.00 元"
    assert figures["超支分担后基金支付"].value == "65078.40 元"  # 62196 + 4804 × 0.6
    assert figures["清算支付"].value == "34278.40 元"  # − 30000 − 1000 + 200


def test_annual_clearing_names_what_is_missing() -> None:
    assert annual_lines([], PROFILE)[0].missing
    (line,) = annual_lines([replace(STAFF, share=None)], PROFILE)
    assert "职工" in line.figure.formula
    bare = annual_lines([STAFF], load_profile("national_platform"))
    assert "考核系数" in bare[0].figure.formula


def test_budgets_above_and_below() -> None:
    trials = try_budgets(Decimal(9_000_000), Decimal("0.75"), Decimal(2_000_000), [STAFF])
    whole = next(trial for trial in trials if trial.share == 1)
    assert whole.outcome.price == 6
    assert whole.outcome.profit == -1_000_000  # 分: 10000 × 6 − 70000
    assert trials[0].outcome.price < whole.outcome.price < trials[-1].outcome.price
    assert not try_budgets(Decimal(1), Decimal(0), Decimal(1), [STAFF])


def test_forecast_by_past_years() -> None:
    assert budget_line([(Decimal(60), Decimal(10)), (Decimal(70), Decimal(10))]).value == "6.7778 元"
    assert budget_line([]).value == "—"
    assert budget_line([(Decimal(1), Decimal(0))]).value == "—"


def test_summing_obeys_cancel() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        month_of([result(page("1", "K35.300"))], PROFILE, System.DIP, "", progress)
