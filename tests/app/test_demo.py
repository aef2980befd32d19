"""The demo month: clean cases agree with themselves, seeded errors are what the truth says, the file reads back the same."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.demo.mistakes import FREQUENCY, Mistake
from app.demo.month import DemoMonth, Truth, generate
from app.demo.n041 import FILE_NAME, write_n041, write_truth
from app.demo.people import REGION
from app.demo.templates import load_pools, load_templates
from app.readers.reading import read_cases
from app.tables import starter_terminology
from coding_rules.case import Case, Fields
from coding_rules.checks.engine import CheckEngine
from coding_rules.fields import FEE_ADDENDS, FEE_SUB_ITEMS, N041_HEADER
from coding_rules.finding import Finding, Severity
from coding_rules.identity import birth_of, checksum_holds, sex_of
from icd_tables.code_form import well_formed
from icd_tables.codes import Edition, Kind

TERMINOLOGY = starter_terminology()
BEYOND = frozenset({"DOM-104", "DOM-105"})
"""Rules that speak of a well-formed code which the starter table lacks beside others of its subcategory."""


@pytest.fixture(scope="module")
def month() -> DemoMonth:
    return generate(2000)


@pytest.fixture(scope="module")
def findings(month: DemoMonth) -> dict[str, tuple[Finding, ...]]:
    return CheckEngine(TERMINOLOGY).check_month(month.cases)


def known(kind: Kind, code: str) -> bool:
    return TERMINOLOGY.lookup(kind, Edition.CLINICAL, code) is not None


def clean(month: DemoMonth) -> list[Case]:
    return [case for case, truth in zip(month.cases, month.truth, strict=True) if not truth.error]


def assert_agrees_with_itself(case: Case) -> None:
    assert case.admitted
    assert case.discharged
    assert case.birth
    nights = (case.discharged.date() - case.admitted.date()).days
    assert case.los == max(nights, 1)
    assert case.birth <= case.admitted.date()
    birthday_passed = (case.birth.month, case.birth.day) <= (case.admitted.month, case.admitted.day)
    assert case.age == case.admitted.year - case.birth.year - (not birthday_passed)
    if case.id_number:
        assert case.id_number.startswith(REGION)
        assert checksum_holds(case.id_number)
        assert (birth_of(case.id_number), sex_of(case.id_number)) == (case.birth, case.sex)
    else:
        assert case.age_days is not None
        assert case.age_days <= 28
        assert case.admission_weight
    assert case.fees.total == sum(case.fees.item(item) for item in FEE_ADDENDS)
    for part, whole in FEE_SUB_ITEMS.items():
        assert 0 <= case.fees.item(part) <= case.fees.item(whole)
    assert min(case.fees.items.values()) >= 0
    assert case.fees.self_paid is not None
    assert case.fees.self_paid <= case.fees.total
    for line in case.diagnoses:
        entry = TERMINOLOGY.lookup(Kind.DIAGNOSIS, Edition.CLINICAL, line.code)
        assert entry is not None
        assert entry.name == line.name
    assert case.principal_diagnosis
    assert len({line.code for line in case.diagnoses}) == len(case.diagnoses)
    for operation in case.procedures:
        entry = TERMINOLOGY.lookup(Kind.PROCEDURE, Edition.CLINICAL, operation.code)
        assert entry is not None
        assert entry.name == operation.name
        assert operation.day is not None
        assert case.admitted.date() <= operation.day <= case.discharged.date()


def test_templates_speak_the_starter_tables() -> None:
    templates = load_templates()
    assert len(templates) >= 150
    assert len({template.department for template in templates}) >= 30
    for template in templates:
        codes = [*template.principals, *([template.cause] if template.cause else [])]
        assert [code for code in codes if not known(Kind.DIAGNOSIS, code)] == [], template.title
        procedures = [code for course in template.courses for code in course.procedures]
        assert [code for code in procedures if not known(Kind.PROCEDURE, code)] == [], template.title
        assert set(template.pools) <= set(load_pools()), template.title
        assert bool(template.courses) == bool(template.operated), template.title
    members = [member.code for pool in load_pools().values() for member in pool]
    assert [code for code in members if not known(Kind.DIAGNOSIS, code)] == []


def test_clean_cases_agree_with_themselves(month: DemoMonth) -> None:
    for case in clean(month):
        assert_agrees_with_itself(case)


@settings(max_examples=15, deadline=None)
@given(st.integers(min_value=0, max_value=2**63))
def test_clean_cases_of_any_seed_agree_with_themselves(seed: int) -> None:
    for case in clean(generate(25, seed, TERMINOLOGY)):
        assert_agrees_with_itself(case)


def test_a_seed_means_one_month_and_a_longer_month_begins_like_a_shorter_one() -> None:
    assert generate(40, 7).truth == generate(40, 7).truth
    assert [c.fields.cells for c in generate(40, 7).cases] == [
        c.fields.cells for c in generate(60, 7).cases[:40]
    ]
    assert generate(40, 7).truth != generate(40, 8).truth


def test_the_month_is_like_a_hospital(month: DemoMonth) -> None:
    assert len(month.cases) == len(month.truth) == 2000
    assert len({case.case_id for case in month.cases}) == 2000
    numbers = [case.id_number for case in month.cases if case.id_number]
    assert len(set(numbers)) == len(numbers)
    assert len({case.department for case in month.cases}) >= 30
    assert {case.discharged.month for case in clean(month) if case.discharged} == {9}
    died = sum(case.discharge_way == "5" for case in month.cases)
    assert 0 < died < 30
    operated = sum(bool(case.procedures) for case in month.cases)
    assert 0.4 < operated / 2000 < 0.8
    mean = sum(case.fees.total or 0 for case in clean(month)) / len(clean(month)) / 100
    assert 6_000 < mean < 25_000


def test_every_kind_of_error_is_seeded(month: DemoMonth) -> None:
    counts = Counter(truth.error for truth in month.truth)
    assert set(counts) == {"", *Mistake}
    assert set(FREQUENCY) == set(Mistake)
    assert 0.6 < counts[""] / 2000 < 0.8


def filed(case: Case) -> tuple[tuple[str, ...], tuple[str, ...], int | None]:
    return (
        tuple(line.code for line in case.diagnoses),
        tuple(line.code for line in case.procedures),
        case.fees.total,
    )


def true(truth: Truth) -> tuple[tuple[str, ...], tuple[str, ...], int | None]:
    return truth.true_diagnoses, truth.true_procedures, truth.true_total


SAME_CODES = {"", Mistake.NAME_MISMATCH, Mistake.DATE_ORDER}


def test_the_truth_differs_from_what_is_filed_just_where_an_error_was_made(month: DemoMonth) -> None:
    for case, truth in zip(month.cases, month.truth, strict=True):
        assert truth.case_id == case.case_id
        assert bool(truth.error) == bool(truth.detail)
        if truth.error in SAME_CODES or (
            truth.error == Mistake.AGE_CONFLICT and truth.detail.startswith("age ")
        ):
            assert filed(case) == true(truth)
        else:
            assert filed(case) != true(truth), truth


CERTAIN = {
    Mistake.INVALID_DIAGNOSIS,
    Mistake.INVALID_PROCEDURE,
    Mistake.NAME_MISMATCH,
    Mistake.SEX_CONFLICT,
    Mistake.DATE_ORDER,
    Mistake.FEE_SUM,
    Mistake.ASTERISK_PRINCIPAL,
    Mistake.CAUSE_PRINCIPAL,
    Mistake.DUPLICATE,
}


def test_errors_that_a_rule_can_prove_are_found(
    month: DemoMonth, findings: dict[str, tuple[Finding, ...]]
) -> None:
    """With starter tables a well-formed code that they lack is not proved wrong: a warning, no error."""
    missed = [
        truth
        for truth in month.truth
        if truth.error in CERTAIN
        and not any(f.severity is Severity.ERROR or f.rule_id in BEYOND for f in findings[truth.case_id])
    ]
    assert missed == []


def test_a_starter_table_proves_no_well_formed_code_wrong(findings: dict[str, tuple[Finding, ...]]) -> None:
    said = [finding for found in findings.values() for finding in found]
    unsure = [finding for finding in said if finding.rule_id in BEYOND]
    assert unsure
    assert all(finding.severity is Severity.WARNING for finding in unsure)
    assert all("不能据此断定编码无效" in finding.message for finding in unsure)
    proved = [finding for finding in said if finding.rule_id in {"DOM-026", "DOM-028", "DOM-034"}]
    assert proved
    assert not any(
        well_formed(finding.code, Kind.PROCEDURE if finding.rule_id == "DOM-034" else Kind.DIAGNOSIS)
        for finding in proved
    )


def test_clean_cases_get_no_errors(month: DemoMonth, findings: dict[str, tuple[Finding, ...]]) -> None:
    wrong = [
        finding
        for case in clean(month)
        for finding in findings[case.case_id]
        if finding.severity is Severity.ERROR
    ]
    assert wrong == []


def test_written_as_hospitals_send_it(month: DemoMonth, tmp_path: Path) -> None:
    path = tmp_path / "demo.csv"
    write_n041(path, month)
    data = path.read_bytes()
    assert data.startswith(b'"USERNAME","YLFKFS"')
    assert data.count(b"\r\n") == 2001
    with path.open(encoding="gb18030", newline="") as handle:
        rows = list(csv.reader(handle))
    assert tuple(rows[0]) == N041_HEADER
    assert len(N041_HEADER) == 232
    assert [tuple(row) for row in rows[1:]] == [case.fields.cells for case in month.cases]
    assert rows[1][N041_HEADER.index("BAH")] == "00000001"


def test_the_file_reads_back_as_the_same_cases(month: DemoMonth, tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    write_n041(path, month)
    imported = read_cases(path, TERMINOLOGY)
    assert imported.report.edition is Edition.CLINICAL
    assert imported.report.issues == ()
    assert [replace(case, fields=Fields({}, ())) for case in imported.cases] == [
        replace(case, fields=Fields({}, ())) for case in month.cases
    ]
    assert [dict(case.fields) for case in imported.cases] == [dict(case.fields) for case in month.cases]


def test_truth_is_written_beside_it(month: DemoMonth, tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    write_truth(path, month)
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["case"] for row in rows] == [truth.case_id for truth in month.truth]
    assert [row["error"] for row in rows] == [truth.error for truth in month.truth]
    assert rows[0]["true_dx"].split("|") == list(month.truth[0].true_diagnoses)


def test_stays_end_in_the_month_and_begin_before_they_end(month: DemoMonth) -> None:
    for case in clean(month):
        assert case.admitted
        assert case.discharged
        assert timedelta(0) < case.discharged - case.admitted < timedelta(days=150)
