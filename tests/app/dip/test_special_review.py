"""特例单议: who may apply and why, by loss, within the region's limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.dip.clearing import annual_lines, month_rows, monthly_lines, pools_of
from app.dip.settled_cases import SettledCase, points_by_part, settled_cases, sums_of
from app.dip.special_review import blank_ruling, limit_text, review_candidates
from coding_rules.grouper.grouping import System
from coding_rules.settlement.profile import RegionProfile
from coding_rules.settlement.rules import ClearingRules, ReviewPay
from coding_rules.settlement.rulings import Outcome, Ruling, Rulings
from tests.app.dip.pages import DEMO, page, result
from tests.formulas import check

FEES = (900_000, 2_000_000, 9_000_000, 1_900_000)


def cases() -> tuple[SettledCase, ...]:
    pages = [page(str(place), "K35.300", "47.0100", fee=fee) for place, fee in enumerate(FEES)]
    pages[0] = replace(pages[0], los=65, icu_hours=30.0)
    return settled_cases([result(each) for each in pages], DEMO, System.DIP)


def test_bands_decide_where_the_region_names_no_ratio() -> None:
    found = review_candidates(cases(), ClearingRules(special_review_share=Decimal("0.5")))
    assert {each.case.result.case.case_id for each in found} == {"1", "2", "3"}
    losses = [each.case.settlement.profit for each in found if each.case.settlement]
    assert losses == sorted(losses, key=lambda profit: profit or 0)
    assert found[0].case.result.case.case_id == "2"
    assert [each.within for each in found] == [True, True, False]
    assert found[0].reasons[0].startswith("极高，倍率")


def test_a_ratio_and_a_stay_of_the_regions_own() -> None:
    rules = ClearingRules(special_review_ratio=Decimal(3), special_review_days=60)
    found = {each.case.result.case.case_id: each for each in review_candidates(cases(), rules)}
    assert set(found) == {"0", "2"}
    assert found["0"].reasons == ("住院 65 天，超过 60 天", "监护病房 30 小时")
    assert found["2"].within is None  # no limit is set
    assert "高于 3" in found["2"].reasons[0]


def test_the_limit_is_told_with_its_numbers() -> None:
    listed = cases()
    assert limit_text(listed, ClearingRules(special_review_share=Decimal("0.4"))).startswith(
        "至多可申请 1 例（4 × 0.4"
    )
    assert "未填" in limit_text(listed, ClearingRules())


def ruled(
    *rows: Ruling, profile: RegionProfile = DEMO, fees: tuple[int, ...] = FEES
) -> tuple[SettledCase, ...]:
    pages = [page(str(place), "K35.300", "47.0100", fee=fee) for place, fee in enumerate(fees)]
    results = [result(each, profile, Rulings(rows)) for each in pages]
    return settled_cases(results, profile, System.DIP)


def test_an_outcome_feeds_month_and_year() -> None:
    """What the bureau approved is in the month's points, in the year's and in the sum of the cases, to the 分."""
    before, after = ruled(), ruled(Ruling("DIP", "2", None, Outcome.BY_FEE))
    gained = sums_of(after).amount - sums_of(before).amount
    approved = after[2].settlement
    assert approved is not None
    assert approved.regular is not None
    assert (approved.amount, gained) == (9_000_000, 9_000_000 - approved.regular)
    for cases in (before, after):
        pools, months = pools_of(cases, DEMO, "2025-03"), month_rows(cases, DEMO)
        assert check(line.figure for line in monthly_lines(pools, DEMO)) >= 3
        assert check(line.figure for line in annual_lines(pools, DEMO)) >= 5
        assert months[0].prepaid is not None
    paid = [month_rows(cases, DEMO)[0].payable or 0 for cases in (before, after)]
    assert abs(paid[1] - paid[0] - gained) <= 1  # points are folded to six decimals
    (part,) = [points for name, points in points_by_part(after) if name == "特殊病例"]
    assert part == approved.points


def test_what_is_paid_apart_does_not_move_with_the_point_value() -> None:
    profile = replace(DEMO, clearing=replace(DEMO.clearing, special_review_pay=ReviewPay.APART))
    cases = ruled(Ruling("DIP", "2", None, Outcome.AMOUNT, amount=5_000_000), profile=profile)
    (pool,) = pools_of(cases, profile, "2025-03")
    assert (pool.apart, pool.without_points) == (Decimal(50_000), 0)
    dearer = replace(pool, price=(pool.price or Decimal(0)) * 2)
    texts = [line.figure for each in (pool, dearer) for line in annual_lines([each], profile)]
    assert check(texts) >= 8
    payable = [each for each in texts if each.label == "职工统筹应付"]
    assert all("特例单议另付 50,000.00" in each.formula for each in payable)
    by_case = [line.figure for line in monthly_lines([pool], profile) if line.figure.label == "逐例金额合计"]
    assert "相差" not in by_case[0].formula or "四舍五入" in by_case[0].formula


def test_registered_cases_are_listed_and_counted_against_the_limit() -> None:
    rules = ClearingRules(special_review_share=Decimal("0.25"))
    rows = (
        Ruling("DIP", "0", None, Outcome.PENDING),
        Ruling("DIP", "2", None, Outcome.BY_FEE),
        Ruling("DIP", "3", None, extra=Decimal(5)),
    )
    cases = ruled(*rows)
    found = {each.case.result.case.case_id: each for each in review_candidates(cases, rules)}
    assert (found["0"].registered_only, found["2"].registered_only) == (True, False)
    assert found["0"].place == len(found)
    assert limit_text(cases, rules).endswith("已登记 2 例，其中批准 1 例，超过上限 1 例")
    two = found["2"]
    assert (two.place, two.regular_profit, two.regular) == (1, (two.regular or 0) - 9_000_000, two.regular)
    assert two.ruling is rows[1]


def test_a_ruling_without_a_day_that_two_stays_go_by_is_told() -> None:
    stays = [replace(page(f"7/{day}", "K35.300", "47.0100", day=day), record_no="7") for day in (1, 20)]
    for day, told in ((None, 2), (date(2025, 3, 1), 0)):
        rulings = Rulings([Ruling("DIP", "7", day, Outcome.BY_FEE)])
        cases = settled_cases([result(each, DEMO, rulings) for each in stays], DEMO, System.DIP)
        found = review_candidates(cases, ClearingRules())
        assert sum("2 次住院都按它" in " ".join(each.reasons) for each in found) == told
        assert all(each.registered_only for each in found)


def test_a_new_ruling_is_on_the_stay() -> None:
    fresh = blank_ruling(ruled()[1], System.DIP)
    assert (fresh.number, str(fresh.discharged), fresh.outcome) == ("1", "2025-03-01", None)
