"""特例单议: who may apply and why, by loss, within the region's limit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from app.dip.settled_cases import SettledCase, settled_cases
from app.dip.special_review import limit_text, review_candidates
from coding_rules.grouper.grouping import System
from coding_rules.settlement.rules import ClearingRules
from tests.app.dip.pages import DEMO, page, result

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
