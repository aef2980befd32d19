"""Weights from history, indicators, comparison of schemes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.drg.indicators import FORMULAS, Indicators, Outcome, indicators_by, low_risk_groups
from coding_rules.grouper.drg.outcomes import DrgResult
from coding_rules.grouper.drg.scheme_compare import (
    by_department,
    by_group_pair,
    by_principal_diagnosis,
    compare,
)
from coding_rules.grouper.drg.weight_table import GroupWeight, WeightTable
from coding_rules.grouper.drg.weights import HistoryCase, weights_from_history
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.grouper.trimming import TrimMethod, TrimRule
from tests.coding_rules.grouper.drg.small import copy_tables, small_scheme

WHOLE = TrimRule(TrimMethod.NONE)


def past(
    year: int, fee: int | None, principal: str = "I21.000", unmet: str = "", los: int | None = 5
) -> HistoryCase:
    return HistoryCase(
        year, GrouperInput(case_id=f"{year}-{fee}", diagnoses=(principal,), total_fee=fee, los=los), unmet
    )


def test_years_count_one_two_seven() -> None:
    cases = [
        past(2022, 1_000),
        past(2023, 2_000),
        past(2024, 3_000),
        past(2024, 5_000),
        past(2024, 1_000, "I25.100"),
    ]
    result = weights_from_history(DrgGrouper(small_scheme()), cases, trim=WHOLE)
    assert result.year_weights == {2022: 1, 2023: 2, 2024: 7}
    infarction, other = result.groups
    assert infarction.mean_fee == pytest.approx((1 * 1_000 + 2 * 2_000 + 7 * 4_000) / 10)
    assert result.mean_fee == pytest.approx((1 * 1_000 + 2 * 2_000 + 7 * 3_000) / 10)
    assert infarction.weight == Decimal("1.2692")
    assert (other.code, other.cases, other.mean_fee, other.cv) == ("FZ19", 1, 1_000, 0)
    assert infarction.cases_by_year == {2022: 1, 2023: 1, 2024: 2}


def test_year_weights_can_be_edited_and_leave_years_out() -> None:
    cases = [past(2022, 9_000), past(2023, 2_000), past(2024, 4_000)]
    (group,) = weights_from_history(
        DrgGrouper(small_scheme()), cases, {2023: 1, 2024: 1, 2022: 0}, WHOLE
    ).groups
    assert (group.cases, group.mean_fee, group.mean_los) == (2, 3_000, 5)


def test_outliers_are_trimmed_and_the_rule_is_told() -> None:
    cases = [past(2024, fee) for fee in [1_000] * 20 + [100_000]]
    result = weights_from_history(DrgGrouper(small_scheme()), cases, trim=TrimRule(TrimMethod.RATIO, 0.1, 3))
    (group,) = result.groups
    assert (group.cases, group.trimmed, group.mean_fee) == (20, 1, 1_000)
    assert result.trim.text.startswith("费用低于本组均值的 0.1 倍或高于本组均值的 3 倍的病例不参与计算")


@pytest.mark.parametrize("method", [TrimMethod.LOG_SD, TrimMethod.IQR])
def test_every_trim_method_keeps_equal_fees_and_drops_the_absurd(method: TrimMethod) -> None:
    low, high = TrimRule(method).limits([1_000.0] * 30)
    assert low <= 1_000 <= high
    low, high = TrimRule(method).limits([900.0 + n for n in range(200)] + [1e9])
    assert high < 1e9
    assert low < 900


def test_small_and_scattered_groups_are_marked() -> None:
    cases = [past(2024, fee) for fee in [100] * 28 + [100_000]]
    (group,) = weights_from_history(DrgGrouper(small_scheme()), cases, trim=WHOLE).groups
    assert group.marks == ("CV>1", "病例数<30")


def test_cases_that_could_not_be_used_and_clusters_are_listed() -> None:
    cases = [past(2024, None)] + [past(2024, 1_000, "Z51.100") for _ in range(30)]
    result = weights_from_history(DrgGrouper(small_scheme()), cases)
    assert result.without_fee == ("2024-None",)
    assert result.ungrouped == 30
    assert [(each.diagnosis, each.cases, each.cv) for each in result.clusters] == [("Z51", 30, 0)]


def test_cases_without_a_weight_before_are_listed_once_their_group_meets_the_criteria() -> None:
    known = [past(2024, 500 + at) for at in range(29)]
    late = past(2024, 600, unmet="未入组")
    still = past(2024, 700, "I25.100", unmet="FZ19 没有权重")
    nowhere = past(2024, 800, "Z00.000", unmet="未入组")
    result = weights_from_history(DrgGrouper(small_scheme()), [*known, late, still, nowhere], trim=WHOLE)
    (found,) = result.newly_grouped
    assert (found.case_id, found.before, found.group) == ("2024-600", "未入组", "FR25")
    assert (found.diagnosis, found.fee, found.year) == ("I21.000", 600, 2024)
    assert result.still_short == 1
    short = weights_from_history(DrgGrouper(small_scheme()), [*known[1:], late], trim=WHOLE)
    assert (short.newly_grouped, short.still_short) == ((), 1)


def test_an_ambiguous_group_is_no_group_that_was_reached() -> None:
    tables = copy_tables()
    tables["adrg"].append(["9", "MDCF", "FQY", "歧义", "true"])
    cases = [past(2024, 500, "I25.100", unmet="未入组") for _ in range(30)]
    tables["adrg"] = [row for row in tables["adrg"] if row[2] != "FZ1"]
    result = weights_from_history(DrgGrouper(small_scheme(tables)), cases, trim=WHOLE)
    assert [group.code for group in result.groups] == ["FQY"]
    assert (result.newly_grouped, result.still_short) == ((), 0)


def test_no_case_at_all_gives_an_empty_result() -> None:
    result = weights_from_history(DrgGrouper(small_scheme()), [])
    assert (result.groups, result.mean_fee, dict(result.year_weights)) == ((), 0, {})


def test_the_result_is_a_dated_weight_table() -> None:
    result = weights_from_history(DrgGrouper(small_scheme()), [past(2024, 123_450)])
    table = result.table("2025 权重", date(2025, 1, 1))
    assert table.get("FR25") == GroupWeight(
        "FR25",
        "急性心肌梗死，不伴并发症或合并症",
        Decimal("1.0000"),
        None,
        123_450,
        Decimal("5.00"),
        None,
        "2025",
        "2025 权重",
    )
    assert table.valid_from == date(2025, 1, 1)
    assert "2024（权重 7）" in table.note


BENCHMARK = {
    "FR21": GroupWeight("FR21", weight=Decimal(2), mean_fee=10_000, mean_los=Decimal(10)),
    "FR25": GroupWeight("FR25", weight=Decimal(1), mean_fee=5_000, mean_los=Decimal(5)),
}


def outcome(group: str, fee: int | None = None, los: int | None = None, way: str = "1") -> Outcome:
    return Outcome(group, fee, los, way, BENCHMARK.get(group))


def test_indicators_by_key() -> None:
    cases = [
        ("心内科", outcome("FR21", 12_000, 8)),
        ("心内科", outcome("FR25", 5_000, 5)),
        ("心内科", outcome("FR25", 7_500, 10, "5")),
        ("心内科", outcome("")),
        ("普外科", outcome("FZ19", 1_000, 3)),
    ]
    found = indicators_by(cases, frozenset({"FR25"}))
    heart, surgery = found["心内科"], found["普外科"]
    assert (heart.cases, heart.grouped_rate, heart.groups, heart.total_weight) == (4, 0.75, 2, Decimal(4))
    assert heart.cmi == Decimal("1.3333")
    assert heart.fee_index == pytest.approx((1.2 + 1.0 + 1.5) / 3)
    assert heart.time_index == pytest.approx((0.8 + 1.0 + 2.0) / 3)
    assert heart.low_risk_mortality == 0.5
    nothing = (
        surgery.cmi,
        surgery.mean_points,
        surgery.fee_index,
        surgery.time_index,
        surgery.low_risk_mortality,
    )
    assert nothing == (None,) * 5


def test_points_are_summed_beside_weights() -> None:
    worth = GroupWeight("FR21", points=Decimal("123.4"))
    (found,) = indicators_by([("全院", Outcome("FR21", worth=worth))] * 3).values()
    assert (found.total_points, found.mean_points, found.cmi) == (Decimal("370.2"), Decimal("123.4000"), None)


def test_what_a_case_does_not_say_is_not_rated() -> None:
    """A missing fee, stay or way of leaving leaves the case out: it is no 0 and no survivor."""
    cases = [("内科", outcome("FR25", None, None, "")), ("内科", outcome("FR25", 5_000, 5, "5"))]
    low = frozenset({"FR25"})
    found = indicators_by(cases, low)["内科"]
    assert (found.fee_index, found.time_index, found.low_risk_mortality) == (1.0, 1.0, 1.0)
    assert (found.low_risk_cases, found.low_risk_unknown) == (1, 1)
    none = indicators_by(cases[:1], low)["内科"]
    assert (none.fee_index, none.time_index, none.low_risk_mortality) == (None, None, None)


def test_every_indicator_has_its_formula() -> None:
    assert all(hasattr(Indicators(0), name) for name in FORMULAS)
    assert {
        "cmi",
        "grouped_rate",
        "groups",
        "fee_index",
        "time_index",
        "low_risk_mortality",
    } <= FORMULAS.keys()


def test_low_risk_groups_need_enough_cases_and_no_deaths() -> None:
    cases = [Outcome("A")] * 30 + [Outcome("B")] * 29 + [Outcome("C")] * 40 + [Outcome("C", discharge="5")]
    assert low_risk_groups(cases) == frozenset({"A"})


def test_two_schemes_on_the_same_cases() -> None:
    tables = copy_tables()
    tables["drg"][4][4] = "false"
    old = DrgGrouper(small_scheme(weights=WeightTable("old", BENCHMARK)))
    new = DrgGrouper(
        small_scheme(
            tables, WeightTable("new", BENCHMARK | {"FR23": GroupWeight("FR23", weight=Decimal("1.5"))})
        )
    )

    def pay(case: GrouperInput, result: DrgResult, row: GroupWeight | None) -> int | None:
        return int(row.weight * 1_000) if row and row.weight else None

    cases = [
        GrouperInput(department="心内科", diagnoses=("I21.000", "J96.000")),
        GrouperInput(department="心内科", diagnoses=("I21.000",)),
        GrouperInput(department="急诊科", diagnoses=("Z00.000",)),
    ]
    compared = list(compare(old, new, cases, pay, pay))
    assert [each.changed for each in compared] == [True, False, False]
    assert (compared[0].weight_delta, compared[0].amount_delta) == (Decimal("-0.5"), -500)
    heart = by_department(compared)["心内科"]
    assert (heart.cases, heart.changed, heart.weight_delta, heart.weighed, heart.amount_delta) == (
        2,
        1,
        Decimal("-0.5"),
        2,
        -500,
    )
    assert [change.key for change in by_principal_diagnosis(compared).values()] == ["I21.000", "Z00.000"]
    assert list(by_group_pair(compared)) == ["FR21 → FR23", "FR25 → FR25", "未入组 → 未入组"]
