"""Pre-settlement, clearing and budget of open cases: each figure with its formula; what is missing is named, never 0."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from app.dip.clearing import (
    Pool,
    annual_lines,
    counted_cases,
    month_rows,
    monthly_lines,
    pools_of,
)
from app.dip.settled_cases import by_institution, coverage, months_of, settled_cases, sums_of, years_in
from app.progress import Cancelled, Progress
from app.review import CaseResult
from coding_rules.grouper.grouping import System
from coding_rules.settlement.figures import to_fen
from coding_rules.settlement.profile import RegionProfile, load_profile
from coding_rules.settlement.rules import Deposit, FundBasis, PointPrice
from tests.app.dip.pages import page, result
from tests.formulas import check

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
    cases = settled_cases(results, PROFILE, System.DIP, "2025-03")
    pools = {pool.insurance: pool for pool in pools_of(cases, PROFILE, "2025-03")}
    assert months_of(results) == {"2025-03": 3}
    assert (pools["职工"].price, pools["职工"].share) == (Decimal("6.2"), Decimal("0.78"))
    assert (pools["07"].counted, pools["居民"].counted) == (False, True)
    assert [case.insurance for case in cases] == ["职工", "居民", "07"]
    assert cases[0].figures
    assert settled_cases(results, PROFILE, System.DIP, "2025-04") == ()


def test_who_pays_himself_does_not_count() -> None:
    pages = [page("1", "K35.300"), page("2", "K35.300", payment="07")]
    cases = settled_cases([result(each) for each in pages], PROFILE, System.DIP)
    assert [case.insurance for case in counted_cases(cases, pools_of(cases, PROFILE))] == ["职工"]


def priced(*prices: PointPrice) -> RegionProfile:
    return replace(PROFILE, money=replace(PROFILE.money, prices=prices))


def test_the_months_own_price_goes_before_the_general_one() -> None:
    money = priced(
        PointPrice(Decimal(5)),
        PointPrice(Decimal(6), "职工"),
        PointPrice(Decimal(7), "职工", "2025-03"),
        PointPrice(Decimal(9), "职工", "2025-03", "外地"),
    ).money
    asked = [("职工", "2025-03", ""), ("职工", "2025-03", "外地"), ("职工", "2025-04", ""), ("居民", "", "")]
    assert [price.value for each in asked if (price := money.price(*each))] == [7, 9, 6, 5]
    assert load_profile("national_platform").money.price("职工") is None


def test_a_region_with_a_price_of_its_own_is_a_pool_of_its_own() -> None:
    profile = priced(PointPrice(Decimal(6)), PointPrice(Decimal(7), region="410500"))
    results = [
        result(page("1", "K35.300", fee=300_000, columns={"参保地": "410500"}), profile),
        result(page("2", "K35.300", fee=300_000, columns={"参保地": "410400"}), profile),
        result(page("3", "K35.300", fee=300_000), profile),
    ]
    pools = pools_of(settled_cases(results, profile, System.DIP), profile)
    assert [(pool.name, pool.cases, pool.price) for pool in pools] == [
        ("职工", 2, Decimal(6)),
        ("职工 410500", 1, Decimal(7)),
    ]
    assert [each.dip.settlement.amount for each in results if each.dip and each.dip.settlement] == [
        386_050,
        330_900,
        330_900,
    ]


def year_of_cases() -> list[CaseResult]:
    dice = Random(7)
    return [
        result(
            page(
                str(number),
                "K35.300" if number % 3 else "E11.900",
                *(["47.0100"] if number % 4 == 0 else []),
                fee=dice.randrange(50_000, 3_000_000),
                payment="123"[number % 3] if number % 7 else "07",
                month=1 + number % 5,
                day=1 + number % 27,
                columns={"A01": f"H{number % 3}", "USERNAME": "东院" if number % 2 else "西院"},
            )
        )
        for number in range(400)
    ]


def test_parts_add_up_to_the_whole_to_the_cent() -> None:
    """Cases, pools, months and institutions are the same money cut in different ways."""
    results = year_of_cases()
    cases = settled_cases(results, PROFILE, System.DIP)
    whole = sums_of(cases)
    amounts = [
        case.settlement.amount for case in cases if case.settlement and case.settlement.amount is not None
    ]
    assert whole.amount == sum(amounts)
    assert whole.fees == sum(case.result.case.fees.total or 0 for case in cases)
    pools = pools_of(cases, PROFILE)
    assert sum(to_fen(pool.amount) for pool in pools) == whole.amount
    assert sum(to_fen(pool.fees) for pool in pools) == whole.fees
    assert sum((pool.points for pool in pools), Decimal(0)) == whole.points
    *rows, last = by_institution(cases, PROFILE)
    assert last.sums == whole
    for read in (
        "cases",
        "points",
        "fees",
        "self_paid",
        "amount",
        "settled_fees",
        "profit",
        "without_points",
    ):
        assert sum(getattr(row.sums, read) for row in rows) == getattr(whole, read), read
    months = [settled_cases(results, PROFILE, System.DIP, month) for month in months_of(results)]
    assert sum(sums_of(listed).amount for listed in months) == whole.amount
    *listed_months, sum_row = month_rows(cases, PROFILE)
    for name in ("cases", "payable", "deposit", "prepaid"):
        assert sum(getattr(row, name) for row in listed_months) == getattr(sum_row, name), name


def test_points_times_price_and_the_sum_of_cases_differ_by_rounding_only() -> None:
    cases = settled_cases(year_of_cases(), PROFILE, System.DIP, "2025-02")
    for pool in pools_of(cases, PROFILE, "2025-02"):
        assert pool.price is not None
        assert abs(pool.amount - pool.points * pool.price) <= Decimal(pool.cases) / 200
    lines = [line.figure for line in monthly_lines(pools_of(cases, PROFILE, "2025-02"), PROFILE)]
    told = [figure.formula for figure in lines if figure.label == "逐例金额合计"]
    assert told
    assert all("逐例四舍五入所致" in each or "一致" in each for each in told)


def test_which_months_of_a_year_are_there() -> None:
    assert years_in({"2024-12": 3, "2025-01": 2, "2025-03": 1}) == {"2024": 3, "2025": 3}
    assert coverage(["2025-01", "2025-02", "2025-06"], "2025").startswith(
        "2025 年现有 1—2、6 月，缺 3—5、7—12 月"
    )
    assert coverage([f"2025-{number:02d}" for number in range(1, 13)], "2025") == "2025 年 12 个月齐全。"


def test_monthly_prepayment_by_insurance_and_in_all() -> None:
    lines = monthly_lines([STAFF, RESIDENT, replace(STAFF, insurance="07", counted=False)], PROFILE)
    paid = {line.insurance: line.figure for line in lines if line.figure.label.startswith("月度预结")}
    assert paid["职工"].value == "39,450.00 元"  # (10000 × 6.2 − 15000) × (0.9 − 0.05) − 500
    assert paid["居民"].value == "12,240.00 元"  # (4000 × 5.6 − 8000) × (0.9 − 0.05)
    assert paid["合计"].formula == "39,450.00 + 12,240.00 = 51,690.00 元"
    assert check(line.figure for line in lines) == 7
    deposit = next(line.figure for line in lines if line.figure.label == "质量保证金")
    assert "× 0.05" in deposit.formula
    assert "演示" in deposit.source


def test_a_pool_without_price_is_named_and_not_summed() -> None:
    lines = monthly_lines([STAFF, replace(RESIDENT, price=None)], PROFILE)
    (lacking,) = [line for line in lines if line.missing]
    assert (lacking.insurance, lacking.figure.value) == ("居民", "—")
    assert not any(line.insurance == "合计" for line in lines)


def by_share(profile: RegionProfile) -> RegionProfile:
    return replace(profile, money=replace(profile.money, fund_basis=FundBasis.SHARE))


def test_annual_clearing_follows_the_regions_way_of_reckoning() -> None:
    deducted = {line.figure.label: line.figure for line in annual_lines([STAFF, RESIDENT], PROFILE)}
    assert deducted["职工统筹应付"].formula == "10,000 × 6.2 − 个人自付 15,000.00 = 47,000.00 元"
    assert deducted["年度总结算"].value == "60,900.00 元"  # 47000 + 4000 × 5.6 − 8000 − 500
    shared = {line.figure.label: line.figure for line in annual_lines([STAFF, RESIDENT], by_share(PROFILE))}
    assert shared["职工统筹应付"].formula == "10,000 × 6.2 × 0.78 = 48,360.00 元"


def test_a_deposit_within_the_unpaid_part_stays_in_the_months_rows() -> None:
    within = replace(PROFILE, clearing=replace(PROFILE.clearing, deposit=Deposit.WITHIN))
    cases = settled_cases([result(page("1", "K35.300"))], within, System.DIP)
    apart, (row,) = month_rows(cases, PROFILE)[0], month_rows(cases, within)
    assert row.payable is not None
    assert row.deposit == apart.deposit is not None
    assert row.prepaid is not None
    assert apart.prepaid is not None
    assert row.prepaid - apart.prepaid == row.deposit


def test_annual_clearing_down_to_what_is_still_paid() -> None:
    profile = by_share(PROFILE)
    lines = annual_lines([STAFF, RESIDENT], profile, Decimal(1_000), Decimal(200))
    figures = {line.figure.label: line.figure for line in lines}
    assert check(figures.values()) == len(figures)
    # 10000 × 6.2 × 0.78 + 4000 × 5.6 × 0.64 = 48360 + 14336 = 62696; − 500 = 62196; charged 55000 + 12000 = 67000
    assert figures["年度总结算"].value == "62,196.00 元"
    assert figures["统筹记账"].value == "67,000.00 元"
    assert figures["超支分担后基金支付"].value == "65,078.40 元"  # 62196 + 4804 × 0.6
    assert figures["清算支付"].value == "33,878.40 元"  # − 30000 − 1000 − 200


def test_annual_clearing_names_what_is_missing() -> None:
    assert annual_lines([], PROFILE)[0].missing
    (line,) = annual_lines([replace(STAFF, share=None)], by_share(PROFILE))
    assert "职工" in line.figure.formula
    bare = annual_lines([STAFF], load_profile("national_platform"))
    assert "考核系数" in bare[-1].figure.formula


def test_summing_obeys_cancel() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        settled_cases([result(page("1", "K35.300"))], PROFILE, System.DIP, "", progress)
