"""The engine: nothing skipped by triggers, re-check equals check, missing columns are not failures, overrides."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding_rules.case import Case, Diagnosis, Procedure
from coding_rules.checks.engine import CheckEngine, changed_facets
from coding_rules.checks.examples import build_case, parse_examples
from coding_rules.checks.names import Facet, Source
from coding_rules.checks.overrides import Overrides
from coding_rules.checks.pack import parse_pack, shipped_names, shipped_text
from coding_rules.checks.parser import parse
from coding_rules.checks.sources import needed
from coding_rules.checks.view import CaseView
from coding_rules.edit import MoveDiagnosis, RemoveDiagnosis, SetDiagnosis, apply
from coding_rules.fields import N041_FIELDS
from coding_rules.finding import Finding, Severity
from icd_tables.codes import Edition, Kind
from icd_tables.table import CodeEntry, CodeTable, TableInfo
from icd_tables.terminology import Terminology


def small_terminology() -> Terminology:
    names = {
        Kind.DIAGNOSIS: ["K35.800 急性阑尾炎", "I10.x00x002 高血压", "E11.900 2型糖尿病", "Z37.000 单一活产"],
        Kind.PROCEDURE: ["47.0100 腹腔镜下阑尾切除术", "51.2300 腹腔镜下胆囊切除术"],
    }
    return Terminology(
        {
            (kind, Edition.CLINICAL): CodeTable(
                TableInfo("t", kind, Edition.CLINICAL, "1", "示例表", ""),
                [CodeEntry(row.split(" ")[0], row.split(" ")[1]) for row in rows],
            )
            for kind, rows in names.items()
        }
    )


ENGINE = CheckEngine(small_terminology())
EXAMPLES = [
    case
    for name in shipped_names()
    for example in parse_examples(shipped_text(name, "cases.toml")).examples
    for case in example.cases
]
CODES = [
    "K35.800",
    "I10.x00x002",
    "E11.900",
    "Z37.000",
    "O80.000",
    "K35.8x9",
    "",
    "R10.400",
    "E11.200",
    "C18.700",
]
PROCEDURES = ["47.0100", "51.2300", "99.0400", "74.1x00", "6.3100", ""]


def unfiltered(engine: CheckEngine, case: Case) -> tuple[Finding, ...]:
    """Every rule that can be evaluated, run without asking its trigger."""
    view = CaseView(case)
    found: list[Finding] = []
    for bound in engine._bound:
        if not bound.lacking(case.fields.header):
            bound.run(view, found)
    return engine._sorted(found)


@pytest.mark.parametrize("case", EXAMPLES[::9], ids=lambda case: case.case_id)
def test_triggers_skip_nothing(case: Case) -> None:
    assert ENGINE.check(case) == unfiltered(ENGINE, case)


lines = st.lists(st.sampled_from(CODES), max_size=5).map(
    lambda codes: tuple(Diagnosis(code, code and "某病", "1") for code in codes)
)
operations = st.lists(st.sampled_from(PROCEDURES), max_size=4).map(
    lambda codes: tuple(Procedure(code, code and "某操作") for code in codes)
)


@settings(max_examples=60, deadline=None)
@given(before=lines, after=lines, done=operations, redone=operations, sex=st.sampled_from("12"))
def test_recheck_equals_check(
    before: tuple[Diagnosis, ...],
    after: tuple[Diagnosis, ...],
    done: tuple[Procedure, ...],
    redone: tuple[Procedure, ...],
    sex: str,
) -> None:
    page = replace(build_case({"XB": sex}), diagnoses=before, procedures=done)
    edited = replace(page, diagnoses=after, procedures=redone)
    assert ENGINE.recheck(edited, page, ENGINE.check(page)) == ENGINE.check(edited)


@settings(max_examples=120, deadline=None)
@given(
    before=lines,
    done=operations,
    at=st.integers(0, 3),
    code=st.sampled_from(CODES),
    operation=st.sampled_from(PROCEDURES),
    of_procedures=st.booleans(),
)
def test_recheck_equals_check_when_one_line_is_changed(
    before: tuple[Diagnosis, ...],
    done: tuple[Procedure, ...],
    at: int,
    code: str,
    operation: str,
    of_procedures: bool,
) -> None:
    page = replace(build_case({}), diagnoses=before, procedures=done)
    if of_procedures:
        edited = replace(page, procedures=(*done[:at], Procedure(operation, "某操作"), *done[at + 1 :]))
    else:
        edited = replace(page, diagnoses=(*before[:at], Diagnosis(code, "某病", "1"), *before[at + 1 :]))
    assert ENGINE.recheck(edited, page, ENGINE.check(page)) == ENGINE.check(edited)


def test_a_rule_that_an_edit_cannot_touch_is_not_tried_again() -> None:
    page = build_case({"dx": ["K35.800 急性阑尾炎", "I10.x00x002 高血压"]})
    edited = apply(page, [SetDiagnosis(1, "E11.900", "2型糖尿病")])
    assert 0 < ENGINE.tried(edited, page) < ENGINE.tried(page) / 4
    assert ENGINE.tried(page, page) == 0


def test_words_and_place_of_a_finding_are_parts_it_reads() -> None:
    pack = parse_pack(
        """
[pack]
id = "own"
title = "本院"
[[rule]]
id = "OWN-1"
title = "有手术"
severity = "hint"
authority = "本院"
when = "procedures is filled"
message = "主要诊断 {principal}，{department}"
at = "main"
""",
        "own",
    )
    engine = CheckEngine(Terminology(), [pack])
    page = build_case({"dx": ["K35.800 急性阑尾炎"], "px": ["47.0100 腹腔镜下阑尾切除术"]})
    edited = apply(page, [SetDiagnosis(0, "K35.900", "急性阑尾炎，未特指")])
    assert "K35.900" in engine.recheck(edited, page, engine.check(page))[0].message


def test_recheck_without_a_change_keeps_the_findings() -> None:
    case = build_case({"dx": ["K35.8x9 急性阑尾炎"]})
    findings = ENGINE.check(case)
    assert ENGINE.recheck(case, case, findings) == findings
    assert changed_facets(case, case) == frozenset()


def test_facets_of_an_edit() -> None:
    case = build_case({"dx": ["K35.800 急性阑尾炎", "I10.x00x002 高血压"]})
    assert changed_facets(apply(case, [MoveDiagnosis(1, 0)]), case) == {Facet.PRINCIPAL, Facet.OTHERS}
    assert changed_facets(replace(case, sex="1"), case) == {Facet.REST}


def test_most_serious_first() -> None:
    case = build_case({"dx": ["K35.8x9 急性阑尾炎"], "LYFS": "2", "SFZZYJH": "2", "GMYW": "青霉素"})
    ranks = [finding.severity.rank for finding in ENGINE.check(case)]
    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2}


def test_a_missing_column_is_not_evaluated_and_not_failed() -> None:
    without = build_case({"dx": ["S72.000 股骨颈骨折"], "without": ["H23", "WBYY"]})
    assert ("CMP-058", "H23") in ENGINE.not_evaluated(without)
    assert not any(finding.rule_id in {"CMP-058", "CMP-059"} for finding in ENGINE.check(without))
    assert any(
        finding.rule_id == "CMP-058" for finding in ENGINE.check(build_case({"dx": ["S72.000 股骨颈骨折"]}))
    )


def test_what_is_not_loaded_is_not_evaluated_and_listed() -> None:
    page = build_case({"dx": ["K35.800 急性阑尾炎"]})
    missing = dict(ENGINE.not_evaluated(page))
    assert missing["SEL-010"] == "DIP 目录"
    assert missing["PDX-018"] == "DRG 方案"
    assert missing["FEE-032"] == "编码表的操作类别"
    assert "DOM-026" not in missing
    assert dict(CheckEngine(Terminology()).not_evaluated(page))["DOM-026"] == "编码表"
    insured = replace(page, edition=Edition.INSURANCE)
    assert dict(ENGINE.not_evaluated(insured))["DOM-026"] == "编码表"
    assert dict(ENGINE.not_evaluated(page)) == missing


def test_a_rule_that_can_fire_without_the_source_is_still_evaluated() -> None:
    assert needed(parse('sex == "1" or kind_of(main) in {"手术"}')) == frozenset()
    assert needed(parse('sex == "1" and not unknown_code(main)')) == {Source.TABLE}
    both = 'kind_of(main) in {"手术"} or kind_of(main) in {"介入治疗"}'
    assert needed(parse(both)) == {Source.KINDS}


def test_over_several_files_only_what_none_can_judge_is_not_evaluated() -> None:
    bare, full = build_case({"without": ["H23"]}), build_case({})
    assert ENGINE.not_evaluated_anywhere([bare])["CMP-058"] == "H23"
    assert "CMP-058" not in ENGINE.not_evaluated_anywhere([bare, full])
    assert ENGINE.not_evaluated_anywhere([]) == {}


def test_a_case_without_a_source_row_is_still_checked() -> None:
    case = Case("1", sex="1", diagnoses=(Diagnosis("O80.000", "头位顺产"),))
    rules = {finding.rule_id for finding in ENGINE.check(case)}
    assert "SEX-001" in rules
    assert not rules & {"CMP-008", "FEE-001"}


def test_unknown_code_offers_near_codes_and_the_fix_repairs_it() -> None:
    case = build_case({"dx": ["K35.8x9 急性阑尾炎"]})
    finding = next(found for found in ENGINE.check(case) if found.rule_id == "DOM-026")
    assert (finding.field, finding.code) == ("JBDM", "K35.8x9")
    assert "K35.800" in finding.message
    repaired = apply(case, finding.fixes[0].edits)
    assert repaired.diagnoses[0] == replace(case.diagnoses[0], code="K35.800")
    assert not any(found.rule_id == "DOM-026" for found in ENGINE.check(repaired))


def test_swapped_name_offers_both_repairs() -> None:
    case = build_case({"dx": ["K35.800 高血压"]})
    finding = next(found for found in ENGINE.check(case) if found.rule_id == "DOM-027")
    assert [fix.edits for fix in finding.fixes] == [
        (SetDiagnosis(0, "I10.x00x002", "高血压"),),
        (SetDiagnosis(0, "K35.800", "急性阑尾炎"),),
    ]


def test_duplicate_offers_its_removal() -> None:
    case = build_case({"dx": ["K35.800 急性阑尾炎", "I10.x00x002 高血压", "k35.800 急性阑尾炎"]})
    finding = next(found for found in ENGINE.check(case) if found.rule_id == "DUP-001")
    assert finding.field == "JBDM2"
    assert finding.fixes[0].edits == (RemoveDiagnosis(2),)


def test_switching_off_regrading_and_thresholds() -> None:
    case = build_case({"dx": ["K35.8x9 急性阑尾炎"], "NL": "47", "SJZYTS": "6"})
    plain = {finding.rule_id: finding.severity for finding in ENGINE.check(case)}
    assert plain["DOM-026"] is Severity.ERROR
    assert {"DAT-007", "DAT-008"} <= set(plain)
    overrides = Overrides.of(
        {
            "off": ["DAT-007"],
            "severity": {"DOM-026": "warning"},
            "thresholds": {"age_tolerance": 2, "unheard_of": 1},
        }
    )
    changed = {
        f.rule_id: f.severity for f in CheckEngine(small_terminology(), overrides=overrides).check(case)
    }
    assert changed["DOM-026"] is Severity.WARNING
    assert not {"DAT-007", "DAT-008"} & set(changed)
    assert Overrides.of(overrides.as_mapping()) == overrides


def test_an_unknown_severity_is_refused() -> None:
    with pytest.raises(ValueError, match="fatal"):
        Overrides.of({"severity": {"DOM-026": "fatal"}})


def test_rules_across_cases_keep_to_their_case() -> None:
    first = build_case({"case_id": "1", "BAH": "1"})
    second = build_case({"case_id": "2", "BAH": "2", "RYSJ": "20250310", "CYSJ": "20250312", "SJZYTS": "2"})
    found = ENGINE.check_month([first, second])
    assert [finding.rule_id for finding in found["2"] if finding.rule_id.startswith("DRG-0")] == ["DRG-006"]
    assert "1" not in found["2"][0].case_id
    assert not any(finding.rule_id == "DRG-006" for finding in found["1"])


def test_progress_is_told_and_may_cancel() -> None:
    told: list[tuple[int, int]] = []
    ENGINE.check_month(
        [build_case({"case_id": str(n)}) for n in range(150)], lambda done, of: told.append((done, of))
    )
    assert told == [(100, 150), (150, 150)]

    def cancel(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ENGINE.check_month([build_case({})], cancel)


nasty = st.sampled_from(
    [
        "",
        "-",
        "²",
        "nan",
        "1e999",
        "９９",
        "0x10",
        "{age}",
        "=1+1",
        "A" * 300,
        "\x00",
        "K35.8+",
        "+",
        "*",
        "Ⅲ",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    cells=st.dictionaries(st.sampled_from([info.id for info in N041_FIELDS]), nasty, max_size=40),
    codes=st.lists(st.tuples(nasty, nasty, nasty), max_size=4),
)
def test_no_garbage_breaks_a_rule(cells: dict[str, str], codes: list[tuple[str, str, str]]) -> None:
    page = replace(
        build_case(cells),
        diagnoses=tuple(Diagnosis(*row) for row in codes),
        procedures=tuple(Procedure(code, name, level=level, incision=level) for code, name, level in codes),
        pathology=Diagnosis(*codes[0]) if codes else Diagnosis(),
    )
    for finding in ENGINE.check(page):
        for fix in finding.fixes:
            apply(page, fix.edits)


def own(rule: str) -> CheckEngine:
    head = '[[rule]]\nid = "OWN-1"\ntitle = "示例"\nseverity = "hint"\nauthority = "本院"\n'
    return CheckEngine(small_terminology(), [parse_pack(head + rule, "own")])


def test_a_message_speaks_only_of_its_own_line() -> None:
    either = 'each = "diagnoses"\nwhen = "code_misspelled(line) or lone_asterisk(line)"\nmessage = "〔{normal}〕"\n'
    page = build_case({"dx": ["k35.800 急性阑尾炎", "G63.2* 多发性神经病"]})
    assert [found.message for found in own(either).check(page)] == ["〔K35.800〕", "〔〕"]


def test_money_that_was_not_filed_is_no_zero_in_a_message() -> None:
    rule = own('when = "age > 3"\nmessage = "{total_fee} / {self_paid} / {XYF}"\n')
    (found,) = rule.check(build_case({"ZFY": "5000", "ZFJE": "", "XYF": ""}))
    assert found.message == "5000.00 / 未填 / 未填"


def test_messages_leave_no_slot_open() -> None:
    for case in EXAMPLES:
        for finding in ENGINE.check(case):
            assert "{" not in finding.message, finding
            assert "${" not in finding.title, finding
