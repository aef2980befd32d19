from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from app.dip.money import compare_payment, history_cases, special_review_candidates, sums_by_insurance
from app.review import CaseResult, Scored
from coding_rules.case import Case, Diagnosis, Fees, Procedure
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.grouping import System
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.amount import Settler
from coding_rules.settlement.profile import load_profile
from icd_tables.terminology import Terminology
from tests.coding_rules.grouper.dip.samples import catalogue

PROFILE = load_profile("demo")


def page(number: str, *codes: str, fee: int = 800_000, payment: str = "1", day: int = 1) -> Case:
    return Case(
        number,
        payment=payment,
        los=5,
        discharged=datetime(2025, 3, day),
        diagnoses=(Diagnosis(codes[0]),),
        procedures=tuple(Procedure(code) for code in codes[1:]),
        fees=Fees(total=fee, self_paid=fee // 4),
    )


def result(case: Case) -> CaseResult:
    seen = GrouperInput(
        diagnoses=tuple(line.code for line in case.diagnoses),
        procedures=tuple(line.code for line in case.procedures),
        total_fee=case.fees.total,
        insurance=case.payment,
    )
    grouping = DipGrouper(catalogue(), PROFILE).group(seen)
    return CaseResult(case, dip=Scored(grouping, Settler(PROFILE).settle(grouping, seen)))


def test_sums_by_insurance_and_month() -> None:
    results = [
        result(page("1", "K35.300", "47.0100")),
        result(page("2", "K35.300", fee=300_000)),
        result(page("3", "K35.300", fee=300_000, payment="03")),
        result(page("4", "", fee=100_000)),
    ]
    pools = {pool.insurance: pool for pool in sums_by_insurance(results, PROFILE, System.DIP, "2025-03")}
    assert pools["职工"].cases == 3
    assert pools["职工"].points == Decimal("1484.8") + Decimal("551.5")
    assert pools["职工"].fees == 12_000
    assert pools["职工"].self_paid == 3_000
    assert pools["职工"].without_points == 1
    assert pools["居民"].cases == 1
    assert sums_by_insurance(results, PROFILE, System.DIP, "2025-04") == ()


def test_candidates_for_special_review_by_loss() -> None:
    fees = (900_000, 2_000_000, 9_000_000, 1_900_000)
    results = [result(page(str(n), "K35.300", "47.0100", fee=fee)) for n, fee in enumerate(fees)]
    found = [each.case.case_id for each in special_review_candidates(results, System.DIP)]
    assert found[0] == "2"
    assert set(found) == {"1", "2", "3"}


def test_history_carries_year_codes_and_level() -> None:
    (found,) = history_cases([page("1", "K35.300", "47.0100")], Terminology(), "三级")
    assert (found.year, found.level, found.case.procedures, found.case.total_fee) == (
        2025,
        "三级",
        ("47.0100",),
        800_000,
    )


def test_comparison_picks_disease_and_periods() -> None:
    cases = [page(str(n), "K35.300", fee=100_000 + n * 7_000 + (n % 5) * 1_000, day=n) for n in range(1, 29)]
    cases.append(page("x", "J18.900", day=3))
    found = compare_payment(
        cases,
        lambda case: case.diagnoses[0].code.startswith("K35"),
        (date(2025, 3, 1), date(2025, 3, 14)),
        (date(2025, 3, 15), date(2025, 3, 31)),
    )
    assert (found.before_cases, found.after_cases) == (14, 14)
    assert found.measures[0].test is not None
    assert found.measures[0].test.p < 0.001
    assert found.measures[0].verdict.startswith("上升")
