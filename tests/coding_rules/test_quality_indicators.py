"""Indicators over a small month."""

from __future__ import annotations

from decimal import Decimal

from coding_rules.checks.engine import CheckEngine
from coding_rules.checks.examples import build_case
from coding_rules.quality_indicators import DIMENSIONS, Basis, Indicator, Record, indicators
from coding_rules.scoring import score
from icd_tables.terminology import Terminology

ENGINE = CheckEngine(Terminology())
RULES = {rule.id: rule for rule in ENGINE.rules}
PACKS = {rule.id: rule.pack for rule in ENGINE.rules}


def record(**change: object) -> Record:
    case = build_case(change)
    findings = ENGINE.check(case)
    return Record(case, findings, score(findings, RULES), PACKS, required=50)


def by_id(found: tuple[Indicator, ...]) -> dict[str, Indicator]:
    return {indicator.id: indicator for indicator in found}


MONTH = [
    record(),
    record(XM="", BMY="王编码"),
    record(dx=["Z37.000 单一活产"], CYKB="产科"),
    record(XYF="1500.00", BAZL="2"),
    record(px=[], SSF="", MAF="", SSZLF="", ZFY="3500.00"),
]


def test_completeness() -> None:
    found = by_id(indicators(MONTH))
    assert found["2016-1a"].numerator == 3  # a name, a birth weight
    assert found["2016-1b"].rate == Decimal(248) / 250
    assert found["2016-1a"].basis is Basis.COUNTED


def test_principal_diagnosis_and_fees() -> None:
    found = by_id(indicators(MONTH))
    assert (found["2016-2"].numerator, found["2016-2"].denominator) == (4, 5)
    assert found["2016-2"].basis is Basis.AT_MOST
    assert found["2016-9"].numerator == 4
    assert found["2021-21"].rate == found["2016-2"].rate


def test_only_operated_cases_are_the_base_of_procedure_indicators() -> None:
    assert by_id(indicators(MONTH))["2016-3"].denominator == 4


def test_what_front_pages_do_not_hold_is_said() -> None:
    found = by_id(indicators(MONTH))
    assert found["2016-10"].rate is None
    assert found["2016-10"].basis is Basis.MISSING


def test_workload_and_grades() -> None:
    found = by_id(indicators(MONTH))
    assert found["2021-3"].rate == Decimal(5) / 2
    assert (found["2021-27"].numerator, found["2021-27"].denominator) == (4, 5)


def test_breakdown() -> None:
    def names(dimension: str) -> set[str]:
        return {DIMENSIONS[dimension](record.case) for record in MONTH}

    assert names("科室") == {"产科", "普外科"}
    obstetrics = [record for record in MONTH if record.case.department == "产科"]
    assert by_id(indicators(obstetrics))["2016-2"].rate == 0
    assert names("月份") == {"2025-03"}
    assert names("编码员") == {"王编码", "郑示例"}


def test_no_cases_no_rates() -> None:
    assert all(indicator.rate is None for indicator in indicators([]))
