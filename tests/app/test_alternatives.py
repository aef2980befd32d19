from dataclasses import replace
from decimal import Decimal

import pytest

from app.alternatives import advice_text, readings
from app.errors import UserError
from app.missing_codes import typed_code
from app.review import Knowledge
from coding_rules.case import Case, Diagnosis, Fees, Procedure
from coding_rules.grouper.counterfactual import AlternativeKind
from coding_rules.grouper.grouping import Grouping, System
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.selection import Standard
from coding_rules.settlement.settlement import Settlement
from icd_tables.codes import Edition, Kind
from icd_tables.table import CodeEntry, CodeTable, TableInfo
from icd_tables.terminology import Terminology


class ByPrincipal:
    """The group is the principal diagnosis; the weight its number of lines."""

    def group(self, case: GrouperInput) -> Grouping:
        group = case.diagnoses[0] if case.diagnoses else ""
        return Grouping(System.DRG, "试", group, weight=Decimal(len(case.diagnoses)))


class PerWeight:
    def settle(self, grouping: Grouping, case: GrouperInput) -> Settlement:
        return Settlement("试", amount=int((grouping.weight or 0) * 100))


KNOWLEDGE = Knowledge(drg=ByPrincipal(), drg_settler=PerWeight())
CASE = Case(
    case_id="1",
    diagnoses=(Diagnosis("R07.4", "胸痛"), Diagnosis("", "未编码"), Diagnosis("I21.001", "急性前壁心肌梗死")),
    procedures=(Procedure("36.0600", "支架置入"),),
    fees=Fees(total=100_00),
)


def test_lines_names_and_money_go_with_each_reading() -> None:
    found = readings(CASE, KNOWLEDGE, System.DRG)
    assert found is not None
    filed, principal, *rest = found.rows
    assert filed.is_filed
    assert (principal.alternative.kind, principal.line) == (AlternativeKind.PRINCIPAL_DIAGNOSIS, 2)
    assert principal.name == "急性前壁心肌梗死"
    assert principal.delta.group_changed
    assert principal.weight_change == 0
    dropped = [row for row in rest if row.alternative.kind is AlternativeKind.WITHOUT_DIAGNOSIS]
    assert [row.line for row in dropped] == [0, 2]
    assert [row.delta.amount for row in dropped] == [-100, -100]
    assert all("（" in row.rules for row in found.rows[1:])


def test_a_principal_diagnosis_without_a_code_is_not_replaced_by_the_next_line() -> None:
    page = replace(CASE, diagnoses=(Diagnosis("", "胸痛"), Diagnosis("I21.001", "急性前壁心肌梗死")))
    found = readings(page, KNOWLEDGE, System.DRG)
    assert found is not None
    assert [(row.alternative.kind, row.line, row.name, row.scored.grouping.group) for row in found.rows] == [
        (AlternativeKind.AS_FILED, 0, "", ""),
        (AlternativeKind.PRINCIPAL_DIAGNOSIS, 1, "急性前壁心肌梗死", "I21.001"),
        (AlternativeKind.WITHOUT_DIAGNOSIS, 1, "急性前壁心肌梗死", ""),
        (AlternativeKind.WITHOUT_PROCEDURE, 0, "支架置入", ""),
    ]
    assert found.unseen == ("第 1 行诊断 胸痛",)


def test_the_selection_rules_mark_the_reading_they_speak_for() -> None:
    found = readings(CASE, KNOWLEDGE, System.DRG)
    assert found is not None
    advised = [row for row in found.rows if row.advised]
    assert [row.line for row in advised] == [2]
    assert set(advised[0].advised) <= set(Standard)
    text = advice_text(found, CASE)
    assert "急性前壁心肌梗死" in text
    assert "主要手术：按选择规则维持“支架置入”" in text


def test_without_a_scheme_there_is_nothing_to_say() -> None:
    assert readings(CASE, KNOWLEDGE, System.DIP) is None


def terminology() -> Terminology:
    def table(kind: Kind, *entries: tuple[str, str]) -> CodeTable:
        info = TableInfo("t", kind, Edition.INSURANCE, "2.0", "医保版", "")
        return CodeTable(info, [CodeEntry(*entry) for entry in entries])

    diagnoses = table(
        Kind.DIAGNOSIS,
        ("R07.400", "胸痛"),
        ("I21.001", "急性前壁心肌梗死"),
        ("E11.900", "2型糖尿病"),
        ("I10.x00", "高血压"),
    )
    procedures = table(Kind.PROCEDURE, ("36.0600", "支架置入"), ("38.9300", "静脉导管插入术"))
    return Terminology({(each.info.kind, Edition.INSURANCE): each for each in (diagnoses, procedures)})


def test_codes_the_page_names_elsewhere_are_asked_about_and_so_is_a_typed_one() -> None:
    terms = terminology()
    case = replace(
        CASE,
        edition=Edition.INSURANCE,
        diagnoses=(
            Diagnosis("I21.001", "急性前壁心肌梗死"),
            Diagnosis("", "2型糖尿病"),
            Diagnosis("Q99.Z", "怪"),
        ),
        outpatient_diagnosis=Diagnosis("I10.x00", "高血压"),
        pathology=Diagnosis("M80100/3", "癌"),
    )
    tried = (typed_code(" 38.9300 ", Edition.INSURANCE, terms),)
    found = readings(case, replace(KNOWLEDGE, terminology=terms), System.DRG, tried)
    assert found is not None
    added = [row for row in found.rows if row.why]
    assert [(row.alternative.kind.value, row.alternative.code, row.name) for row in added] == [
        ("补充诊断", "I10.x00", "高血压"),
        ("补充诊断", "E11.900", "2型糖尿病"),
        ("补充手术操作", "38.9300", "静脉导管插入术"),
    ]
    assert added[0].why == "门（急）诊诊断填有，出院诊断里没有"
    assert added[1].why.startswith("第 2 行疾病诊断只有名称")
    assert all(row.rules for row in added)
    assert [row.number for row in found.rows] == list(range(len(found.rows)))
    assert "第 2 行诊断 2型糖尿病" in found.unseen
    with pytest.raises(UserError, match="编码表里没有"):
        typed_code("Z99", Edition.INSURANCE, terms)


def test_every_diagnosis_and_procedure_is_asked_about_in_the_order_of_the_case() -> None:
    case = replace(
        CASE,
        edition=Edition.INSURANCE,
        diagnoses=tuple(Diagnosis(code) for code in ("I21.001", "I10.x00", "E11.900")),
        procedures=tuple(Procedure(code) for code in ("36.0600", "38.9300")),
    )
    found = readings(case, replace(KNOWLEDGE, terminology=terminology()), System.DRG)
    assert found is not None
    assert [(row.alternative.kind.value, row.line) for row in found.rows] == [
        ("原样", 0),
        ("改作主要诊断", 1),
        ("改作主要诊断", 2),
        ("改作主要手术", 1),
        ("去掉诊断", 0),
        ("去掉诊断", 1),
        ("去掉诊断", 2),
        ("去掉手术操作", 0),
        ("去掉手术操作", 1),
    ]
