"""Candidates for a line of a case: the code already there, the rules, and what goes with the procedures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.review import Knowledge
from app.suggest import Suggester
from coding_rules.case import Case, Diagnosis, Procedure
from coding_rules.finding import Finding, Severity
from coding_rules.relations import Group, Relations
from icd_tables.codes import Edition, Kind
from icd_tables.crosswalk import Crosswalk, CrosswalkRow
from icd_tables.matcher import Matcher
from icd_tables.search import Candidate
from icd_tables.table import CodeEntry, CodeTable, TableInfo
from icd_tables.terminology import Terminology

ENTRIES = (
    CodeEntry("C61.x00", "前列腺恶性肿瘤"),
    CodeEntry("C56.x00", "卵巢恶性肿瘤"),
    CodeEntry("K35.900", "急性阑尾炎"),
    CodeEntry("K36.x00", "慢性阑尾炎"),
)
TABLE = CodeTable(TableInfo("t", Kind.DIAGNOSIS, Edition.INSURANCE, "2.0", "医保版", "test"), ENTRIES)
CROSSWALK = Crosswalk(
    Kind.DIAGNOSIS, "对照", [CrosswalkRow("K35.800x002", "急性单纯性阑尾炎", "K35.900", "急性阑尾炎")]
)
TERMINOLOGY = Terminology({(Kind.DIAGNOSIS, Edition.INSURANCE): TABLE}, {Kind.DIAGNOSIS: CROSSWALK})
MATCHER = Matcher(TABLE)


class SexChecker:
    """Only one rule: no prostate in women."""

    def check(self, case: Case) -> Sequence[Finding]:
        return [
            Finding("sex", Severity.ERROR, case.case_id, "诊断与性别不符", "男性诊断", code=line.code)
            for line in case.diagnoses
            if line.code.startswith("C61") and case.sex == "2"
        ]


def find(_: Case, __: Kind, text: str, limit: int) -> Sequence[Candidate]:
    return MATCHER.find(text, limit)


def make_case(*diagnoses: Diagnosis, sex: str = "2", procedures: tuple[Procedure, ...] = ()) -> Case:
    return Case(
        "1",
        sex=sex,
        diagnoses=diagnoses,
        procedures=procedures,
        edition=Edition.INSURANCE,
        discharged=datetime(2025, 1, 2),
    )


def codes(found: Sequence[Candidate]) -> list[str]:
    return [one.entry.code for one in found]


def test_what_the_rules_say_is_a_caution_and_nothing_is_hidden() -> None:
    suggester = Suggester(find, Knowledge(TERMINOLOGY, checker=SexChecker()))
    found = suggester.suggest(make_case(Diagnosis("", "前列腺或卵巢恶性肿瘤")), Kind.DIAGNOSIS, 0)
    assert set(codes(found)) >= {"C61.x00", "C56.x00"}
    prostate = next(one for one in found if one.entry.code == "C61.x00")
    assert "诊断与性别不符" in prostate.cautions
    assert codes(found).index("C56.x00") < codes(found).index("C61.x00")


def test_a_code_of_the_other_edition_leads_to_its_entry() -> None:
    suggester = Suggester(find, Knowledge(TERMINOLOGY))
    found = suggester.suggest(make_case(Diagnosis("K35.800x002", "")), Kind.DIAGNOSIS, 0)
    assert found[0].entry.code == "K35.900"
    assert "对照" in found[0].why


def test_the_code_already_there_is_said_to_be() -> None:
    suggester = Suggester(find, Knowledge(TERMINOLOGY))
    found = suggester.suggest(make_case(Diagnosis("K36.x00", "急性阑尾炎")), Kind.DIAGNOSIS, 0)
    present = next(one for one in found if one.entry.code == "K36.x00")
    assert "本行现有编码" in present.why
    assert codes(found)[0] == "K35.900"


def test_what_goes_with_the_procedure_is_a_reason() -> None:
    relations = Relations([Group("K36.x", "47.0900"), Group("K36.x", "47.0901")])
    suggester = Suggester(find, Knowledge(TERMINOLOGY), relations)
    case = make_case(Diagnosis("", "阑尾炎"), procedures=(Procedure("47.0900", "阑尾切除术"),))
    found = suggester.suggest(case, Kind.DIAGNOSIS, 0)
    chronic = next(one for one in found if one.entry.code == "K36.x00")
    assert "阑尾切除术" in chronic.why


def test_a_new_line_can_be_asked_for() -> None:
    suggester = Suggester(find, Knowledge(TERMINOLOGY, checker=SexChecker()))
    found = suggester.suggest(
        make_case(Diagnosis("K35.900", "急性阑尾炎")), Kind.DIAGNOSIS, None, "前列腺恶性肿瘤"
    )
    assert found[0].entry.code == "C61.x00"
    assert found[0].cautions
