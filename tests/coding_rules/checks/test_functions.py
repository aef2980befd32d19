"""The functions of the rule language one by one: what they answer, and the evidence they leave for the message."""

from __future__ import annotations

from typing import Any

import pytest

from coding_rules.checks import functions  # noqa: F401  (declares the functions)
from coding_rules.checks.compiler import compile_rule
from coding_rules.checks.engine import CheckEngine
from coding_rules.checks.examples import build_case
from coding_rules.checks.functions_codes import near_codes
from coding_rules.checks.pack import parse_pack
from coding_rules.checks.predicates import Env
from coding_rules.checks.view import CaseView, Line
from coding_rules.edit import MoveDiagnosis, MoveProcedure
from coding_rules.finding import Finding
from coding_rules.relations import Group, Relations
from icd_tables.codes import Edition, Kind
from icd_tables.crosswalk import Crosswalk, CrosswalkRow
from icd_tables.table import CodeEntry, CodeTable, TableInfo
from icd_tables.terminology import Terminology

NAMES = {
    Kind.DIAGNOSIS: {
        "K35.800": "急性阑尾炎",
        "K35.801": "急性化脓性阑尾炎",
        "K35.200": "急性阑尾炎伴弥漫性腹膜炎",
        "K35.900": "急性阑尾炎，未特指",
        "I10.x00": "高血压病",
    },
    Kind.PROCEDURE: {"47.0100": "腹腔镜下阑尾切除术", "47.0900": "阑尾切除术", "47.1100": "附带阑尾切除术"},
}


def table(kind: Kind, edition: Edition) -> CodeTable:
    info = TableInfo("t", kind, edition, "1", "示例表", "")
    return CodeTable(info, [CodeEntry(code, name) for code, name in NAMES[kind].items()])


TABLES = Terminology(
    {(kind, edition): table(kind, edition) for kind in Kind for edition in Edition},
    {
        Kind.DIAGNOSIS: Crosswalk(
            Kind.DIAGNOSIS,
            "对照",
            [CrosswalkRow("J00.x00", "", "J00.x01", ""), CrosswalkRow("J00.x00", "", "J00.x02", "")],
        )
    },
)


def asked(rule: str, relations: Relations | None = None, **change: Any) -> tuple[object, dict[str, str]]:
    """What a predicate answers of a page, and its evidence."""
    view = CaseView(build_case(change))
    return compile_rule(rule, env=Env(TABLES, relations)).test(view), view.notes


@pytest.mark.parametrize(
    ("rule", "change", "answer", "notes"),
    [
        ("years(birth, discharged) == 45", {}, True, {}),
        ("years(birth, discharged) == 44", {"CSRQ": "19800307"}, True, {}),
        ("years(birth, discharged) == 45", {"CSRQ": "19800306"}, True, {}),
        ("at_midnight(admitted_at)", {"RYSJS": "0"}, True, {}),
        ("at_midnight(admitted_at)", {"RYSJS": "1"}, False, {}),
        ("code_misspelled(principal)", {"dx": ["k35.800 阑尾炎"]}, True, {"normal": "K35.800"}),
        ("code_misspelled(principal)", {}, False, {}),
        ("code_misspelled(principal)", {"dx": [" 阑尾炎"]}, None, {}),
        ("subcategory_in_table(principal)", {"dx": ["K35.8x9 x"]}, True, {"kin": "K35.800 急性阑尾炎"}),
        ("subcategory_in_table(principal)", {"dx": ["K36.x00 x"]}, False, {"kin": ""}),
        ("mapped_to_several(principal)", {"dx": ["J00.x00 感冒"]}, True, {"targets": "J00.x01、J00.x02"}),
        ("mapped_to_several(principal)", {}, False, {}),
        ("mapped_to_several(principal)", {"edition": "医保版"}, None, {}),
        ("bad_fee_items()", {"XYF": "很多", "SSF": "-1"}, True, {"items": "其中：手术费、西药费"}),
        ("bad_fee_items()", {}, False, {}),
        ("unspecified_beside_specific()", {"dx": ["K35.900 a", "K35.200 b"]}, True, {"finer": "K35.200 b"}),
        ("unspecified_beside_specific()", {"dx": ["K35.900 a", "K36.200 b"]}, False, {}),
        ("unspecified_beside_specific()", {"dx": ["K35.900 a", "K35.800 b"]}, False, {}),
        ("unspecified_beside_specific()", {"dx": ["K35.800 a", "K35.200 b"]}, False, {}),
        ("vague_beside_finer(principal)", {"dx": ["K35.800 a", "K35.801 b"]}, True, {"finer": "K35.801 b"}),
        ("vague_beside_finer(principal)", {"dx": ["K35.801 a", "K35.800 b"]}, False, {}),
        ("vague_beside_finer(principal)", {"dx": ["K35.800x001 a", "K35.801 b"]}, False, {}),
        ("vague_beside_finer(principal)", {"dx": ["K35.800 a", "K35.200 b"]}, False, {}),
        (
            "too_many_unspecified()",
            {"dx": ["K35.900 a", "J18.900 b", "E11.900 c", "I10.x00 d"]},
            True,
            {"count": "4", "vague": "3"},
        ),
        ("too_many_unspecified()", {"dx": ["K35.900 a", "J18.900 b", "E11.900 c"]}, False, {}),
        ("too_many_unspecified()", {"dx": ["K35.900 a", "J18.900 b", "K36.x00 c", "I10.x00 d"]}, False, {}),
        ("lone_asterisk(principal)", {"dx": ["G63.2* 神经病"]}, True, {}),
        ("lone_asterisk(principal)", {"dx": ["E11.401+G63.2* 神经病"]}, False, {}),
    ],
)
def test_answers_and_evidence(
    rule: str, change: dict[str, Any], answer: bool | None, notes: dict[str, str]
) -> None:
    assert asked(rule, **change) == (answer, notes)


def levels(*given: str) -> list[dict[str, str]]:
    return [{"code": f"47.0{i}00", "name": "术", "level": level} for i, level in enumerate(given, 1)]


@pytest.mark.parametrize(
    ("given", "answer"),
    [(("1", "3"), True), (("2", "3"), False), (("3", "1"), False), (("", "3"), False), (("1", "二"), False)],
)
def test_a_procedure_two_levels_above_the_main_one(given: tuple[str, ...], answer: bool) -> None:
    assert asked("higher_level_elsewhere()", px=levels(*given))[0] is answer


@pytest.mark.parametrize(
    ("codes", "answer"),
    [
        (("I05.000", "I35.000"), True),
        (("I05.000", "I34.000"), False),
        (("I06.000", "I35.000"), False),
        (("I34.000", "I35.000"), False),
        (("I07.000", "I06.000"), True),
        (("I36.000", "I05.000"), True),
    ],
)
def test_two_valves_of_which_one_is_rheumatic(codes: tuple[str, ...], answer: bool) -> None:
    found, notes = asked("multiple_valves()", dx=[f"{code} 瓣膜病" for code in codes])
    assert found is answer
    assert notes == ({"valves": "、".join(f"{code} 瓣膜病" for code in codes)} if answer else {})


def line_of(kind: Kind, text: str) -> Line:
    view = CaseView(build_case({"dx" if kind is Kind.DIAGNOSIS else "px": [text]}))
    return view.principal[0] if kind is Kind.DIAGNOSIS else view.main[0]


@pytest.mark.parametrize(
    ("kind", "filed", "limit", "codes"),
    [
        (Kind.DIAGNOSIS, "K35.8x9 高血压病", 3, ["I10.x00", "K35.800", "K35.801"]),
        (Kind.DIAGNOSIS, "K35.8x9 阑尾", 3, ["K35.800", "K35.801", "K35.200"]),
        (Kind.DIAGNOSIS, "K35.8x9 阑尾", 1, ["K35.800"]),
        (Kind.DIAGNOSIS, "K35 阑尾", 9, ["K35.200", "K35.800", "K35.801", "K35.900"]),
        (Kind.DIAGNOSIS, "K3 阑尾", 9, []),
        (Kind.PROCEDURE, "47.0x 切除", 2, ["47.0100", "47.0900"]),
        (Kind.PROCEDURE, "47.0x 切除", 3, ["47.0100", "47.0900", "47.1100"]),
    ],
)
def test_near_codes_begin_with_the_name_then_come_from_afar(
    kind: Kind, filed: str, limit: int, codes: list[str]
) -> None:
    found = near_codes(table(kind, Edition.CLINICAL), line_of(kind, filed), limit)
    assert [entry.code for entry in found] == codes


def test_like_cases_of_the_catalogue_had_an_operation() -> None:
    operated = Relations(
        [
            Group("K35.8", "47.0100", mean_fee=500_000, cases=90, cv=0.3, mean_los=5),
            Group("K35.8", mean_fee=500_000, cases=10, cv=0.3, mean_los=5),
        ]
    )
    found, notes = asked("like_cases_operated(60)", operated, px=[])
    assert found is True
    assert notes["usual"] == "47.0100 腹腔镜下阑尾切除术"
    assert notes["share"].endswith("%")
    assert asked("like_cases_operated(99)", operated, px=[])[0] is False
    assert asked("like_cases_operated(60)", operated)[0] is False, "it was filed"
    assert asked("like_cases_operated(60)", operated, px=[], dx=["J18.900 肺炎"])[0] is None


def test_a_fee_far_from_the_mean_of_the_row() -> None:
    row = Relations([Group("K35.8", "47.0100", mean_fee=400_000)])
    found, notes = asked("fee_ratio_outside(0.5, 1.2)", row)
    assert found is True
    assert notes == {"group": "K35.8，47.0100 腹腔镜下阑尾切除术", "mean": "4000.00", "ratio": "1.25"}
    assert asked("fee_ratio_outside(0.5, 1.25)", row)[0] is False
    assert asked("fee_ratio_outside(1.3, 2)", row)[0] is True
    assert asked("fee_ratio_outside(0.5, 1.2)", row, ZFY="")[0] is None


def found_by(rule: str, **change: Any) -> list[Finding]:
    head = 'id = "OWN-1"\ntitle = "示例"\nseverity = "hint"\nauthority = "本院"\n'
    engine = CheckEngine(TABLES, [parse_pack(f"[[rule]]\n{head}{rule}", "own")])
    return list(engine.check(build_case(change)))


def test_lines_are_called_what_coders_call_them() -> None:
    said = 'when = "line is not blank"\nmessage = "{place}：{line} / {line.condition}"\n'.replace(
        "line is not blank", "length(line.code) > 0"
    )
    diagnoses = found_by(f'each = "diagnoses"\n{said}', dx=["K35.800 阑尾炎", "I10.x00 高血压"])
    assert [one.message for one in diagnoses] == [
        "主要诊断：K35.800 阑尾炎 / 1",
        "其他诊断1：I10.x00 高血压 / 1",
    ]
    procedures = found_by(
        'each = "procedures"\nwhen = "length(line.code) > 0"\nmessage = "{place}"\n',
        px=["47.0100 甲", "47.0900 乙"],
    )
    assert [one.message for one in procedures] == ["主要手术操作", "手术操作2"]
    assert [one.field for one in procedures] == ["SSJCZBM1", "SSJCZBM2"]


def test_a_line_found_on_one_line_is_forgotten_on_the_next() -> None:
    rule = 'each = "diagnoses"\nwhen = "(line in [K35] and others in [I10] as pair) or line in [J18]"\nmessage = "{pair}"\n'
    page = ["K35.800 阑尾炎", "I10.x00 高血压", "J18.900 肺炎"]
    assert [one.message for one in found_by(rule, dx=page)] == ["I10.x00 高血压", "（无）"]


@pytest.mark.parametrize(
    ("when", "place"),
    [
        ("age > 3", "NL"),
        ('XX == \\"1\\"', "XX"),
        ("others is blank", "JBDM1"),
        ("count(procedures in [47]) > 0", "SSJCZBM1"),
        ("not others in [I10] and age > 3", "JBDM1"),
    ],
)
def test_without_a_place_of_its_own_a_rule_points_at_what_it_asks_first(when: str, place: str) -> None:
    (found,) = found_by(f'when = "{when}"\nmessage = "示例"\n')
    assert found.field == place


def test_what_a_rule_reads_it_needs() -> None:
    assert compile_rule("others in [I10]").columns == {"JBDM1"}
    assert compile_rule("count(procedures in [47]) > 1 and age > 3").columns == {"SSJCZBM1", "NL"}
    assert compile_rule("main.level is blank").columns == {"SSJCZBM1", "SSJB1"}
    assert compile_rule("any_anesthesia()").columns == {"MZFS1"}


def test_points_are_none_unless_written() -> None:
    pack = parse_pack(
        '[[rule]]\nid = "OWN-1"\ntitle = "示例"\nseverity = "hint"\nauthority = "本院"\nwhen = "age > 3"\nmessage = "示例"\n',
        "own",
    )
    assert (pack.rules[0].points, pack.rules[0].class_) == (0, "-")


def test_repairs_move_lines_to_the_front() -> None:
    first = 'when = "others in [I10] as a"\nmessage = "示例"\nfix = ["promote:a", "remove:a", "promote:principal"]\n'
    (found,) = found_by(first, dx=["K35.800 阑尾炎", "J18.900 肺炎", "I10.x00 高血压"])
    assert [fix.label for fix in found.fixes] == [
        "以 I10.x00 高血压 作主要诊断",
        "删除其他诊断2 I10.x00 高血压",
    ]
    assert found.fixes[0].edits == (MoveDiagnosis(2, 0),)
    operation = (
        'when = "other_procedures in [47] as a"\nmessage = "示例"\nfix = ["promote:a", "better_main:main"]\n'
    )
    (found,) = found_by(operation, px=["38.9300 静脉置管", "47.0100 阑尾切除"])
    assert [fix.edits for fix in found.fixes] == [(MoveProcedure(1, 0),), (MoveProcedure(1, 0),)]
