"""The rule language: three-valued truth, types, places of errors."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding_rules.checks import functions  # noqa: F401  (declares the functions)
from coding_rules.checks.compiler import compile_rule
from coding_rules.checks.examples import build_case
from coding_rules.checks.predicates import Env
from coding_rules.checks.syntax import RuleSyntaxError
from coding_rules.checks.view import CaseView
from coding_rules.codeset import CodeSet
from icd_tables.terminology import Terminology

ENV = Env(Terminology(), thresholds={"limit": 30})


def truth(rule: str, **change: object) -> object:
    view = CaseView(build_case(change))
    return compile_rule(rule, lists={"list": CodeSet(["K35"])}, env=ENV).test(view)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("age == 45", True),
        ('sex == "1"', False),
        ("age > $limit and los < $limit", True),
        ("principal in [K35]", True),
        ("principal in @list", True),
        ("principal not in [K35]", False),
        ("others in [I10]", False),
        ("not others in [I10]", True),
        ("days(discharged, admitted) == los", True),
        ("(age + 1) * 2 == 92", True),
        ("2 * (age + 1) == 92", True),
        ("count(diagnoses in [K35]) == 1", True),
        ('principal named "阑尾" | "胆囊"', True),
        ('XX not in {"5", "6"}', True),
        ("GMYW is blank", True),
        ("GMYW is empty", False),
        ("XSECSTZ is empty", True),
        ("external is blank", True),
        ("main.day > admitted", True),
        ("SSF + MAF == SSZLF", True),
        ("procedures in [47] as op and op.day < discharged", True),
    ],
)
def test_predicates(rule: str, expected: bool) -> None:
    assert truth(rule) is expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("age > 3", None),
        ("not age > 3", None),
        ('age > 3 and sex == "9"', False),
        ('age > 3 or sex == "2"', True),
        ('age > 3 or sex == "1"', None),
        ("age is blank", True),
    ],
)
def test_a_missing_value_makes_the_answer_unknown(rule: str, expected: bool | None) -> None:
    assert truth(rule, NL="") is expected


def test_a_line_that_is_not_there_is_unknown() -> None:
    assert truth("main in [47]", px=[]) is None
    assert truth("not main in [47]", px=[]) is None
    assert truth("procedures in [47]", px=[]) is False


def test_a_missing_column_is_unknown() -> None:
    assert truth("ZKRQ is blank", without=["ZKRQ"]) is None


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999", "1_000", "一", "1.2.3", "0x10", "²", ".5"])
def test_what_programs_write_for_nothing_is_no_number(text: str) -> None:
    assert truth("number(NL) > 0", NL=text) is None
    assert truth("not_a_number(NL)", NL=text) is True


@pytest.mark.parametrize("text", ["1", " 1 ", "1.50", "+1", "1.", "1,234.50", "22岁", "１２"])
def test_numbers_as_front_pages_write_them(text: str) -> None:
    assert truth("number(NL) > 0", NL=text) is True
    assert truth("not_a_number(NL)", NL=text) is False


@pytest.mark.parametrize(
    "text",
    ["20250307", "2025-03-07 10:15:30.0", "2025/3/7", "2025.3.7", "2025年3月7日", "45723", "20250307101500"],
)
def test_a_day_the_reader_reads_is_a_day_for_the_rules(text: str) -> None:
    assert truth("not_a_day(ZKRQ)", ZKRQ=text) is False
    assert truth("days(day(ZKRQ), discharged) == 1", ZKRQ=text) is True


@pytest.mark.parametrize("text", ["20250230", "昨天", "2025-13-01", "7.3.2025"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert truth("not_a_day(ZKRQ)", ZKRQ=text) is True
    assert truth("day(ZKRQ) < discharged", ZKRQ=text) is None


def test_the_asterisk_part_is_a_text_of_its_own() -> None:
    compound = ["E11.401+G63.2* 2型糖尿病性周围神经病"]
    assert truth('asterisk_part(principal) in {"G63.2*"}', dx=compound) is True
    assert truth("asterisk_part(principal) is blank", dx=compound) is False
    assert truth("asterisk_part(principal) is blank") is True


@pytest.mark.parametrize(
    "text", ["not " * 100 + "age > 1", "(" * 100 + "age > 1" + ")" * 100, "age > 1" + " + 1" * 400]
)
def test_what_nests_or_runs_on_beyond_all_reason_is_refused(text: str) -> None:
    with pytest.raises(RuleSyntaxError, match=r"太深|太长"):
        compile_rule(text, env=ENV)


def test_morphology_codes_are_not_of_chapter_thirteen() -> None:
    assert truth("pathology in [M80]", pathology="M80000/3 恶性肿瘤") is False
    assert truth("pathology in [M80]", pathology="M80.900 骨质疏松伴病理性骨折") is True


def test_the_asterisk_part_is_not_compared() -> None:
    assert truth("principal in [E11.4]", dx=["E11.401+G63.2* 2型糖尿病性周围神经病"]) is True
    assert truth("principal in [G63]", dx=["E11.401+G63.2* 2型糖尿病性周围神经病"]) is False


@pytest.mark.parametrize(
    ("rule", "at", "reason"),
    [
        ("age >", 5, "名字"),
        ("age == ", 6, "名字"),
        ('age == "45"', 4, "比较"),
        ("agee == 45", 0, "agee"),
        ("age == 45 sex == 1", 10, "and / or"),
        ("diagnoses.code == 1", 0, "多行"),
        ("principal in [K5-K3]", 0, "K5"),
        ("principal in @nowhere", 0, "nowhere"),
        ("frobnicate(age)", 0, "frobnicate"),
        ("days(age, admitted) > 1", 5, "日期"),
        ("line in [K35]", 0, "line"),
        ("age # 3", 4, "#"),
        ("(age > 3", 8, ")"),
        ("age", 3, "比较"),
        ("$nothing > 3", 0, "nothing"),
        ("JBDM is blank", 0, "principal"),
    ],
)
def test_errors_point_at_the_place(rule: str, at: int, reason: str) -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        compile_rule(rule, env=ENV)
    assert caught.value.position == at
    assert reason in caught.value.reason
    assert caught.value.pointer.splitlines()[1] == " " * at + "^"


def test_the_pointer_shows_the_right_line_of_a_long_rule() -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        compile_rule("age > 3\nand sxe == 2", env=ENV)
    assert caught.value.pointer == "and sxe == 2\n    ^"


@pytest.mark.parametrize(
    ("rule", "trigger"),
    [
        ("principal in [K35]", {"K35"}),
        ("principal in [K35] and others in [I10, I11]", {"K35"}),
        ("principal in [K35] or others in [I10]", {"K35", "I10"}),
        ("principal in [K35] or age > 3", None),
        ("not principal in [K35]", None),
        ("outpatient in [K35]", None),
        ("count(others in [Z37]) > 1", {"Z37"}),
    ],
)
def test_triggers(rule: str, trigger: set[str] | None) -> None:
    found = compile_rule(rule, env=ENV).trigger
    assert (set(found) if found is not None else None) == trigger


def test_only_a_rule_of_one_cell_may_be_remembered() -> None:
    assert compile_rule('XX not in {"1"} and XX is filled', env=ENV).cell == "XX"
    assert compile_rule('XX == "1" and RH == "2"', env=ENV).cell == ""
    assert compile_rule('XX == "1" and age > 3', env=ENV).cell == ""
    assert compile_rule("XYF > 3", env=ENV).cell == ""


WORDS = [
    "age",
    "principal",
    "in",
    "[K35]",
    "(",
    ")",
    "not",
    "and",
    "or",
    "==",
    "1",
    '"x"',
    "named",
    "as",
    "a",
    "is",
    "blank",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join) | st.text(max_size=30))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    refused: RuleSyntaxError | None = None
    try:
        compile_rule(text, env=ENV)
    except RuleSyntaxError as error:
        refused = error
    if refused is not None:
        assert 0 <= refused.position <= len(text)
        assert "^" in refused.pointer


def test_a_broken_pattern_is_refused_when_the_pack_is_read() -> None:
    with pytest.raises(RuleSyntaxError, match="格式"):
        compile_rule('matches(XX, "[0-9")', env=ENV)
    with pytest.raises(RuleSyntaxError, match="引号"):
        compile_rule("matches(XX, RH)", env=ENV)
