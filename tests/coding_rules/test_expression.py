from __future__ import annotations

import pytest

from coding_rules.expression.check import Vocabulary, check
from coding_rules.expression.compiler import Environment, compile_rule
from coding_rules.expression.parser import parse
from coding_rules.expression.problem import RuleError
from coding_rules.expression.tree import (
    FALSE,
    TRUE,
    And,
    Compare,
    Flag,
    In,
    Is,
    Name,
    Node,
    Not,
    Or,
    Scope,
    conjuncts,
    given,
)
from coding_rules.grouper.inputs import GrouperInput

LISTS = {"A.DX": {"A00", "A01"}, "B.DX": {"B00"}, "P.PX": {"01.0100"}, "歧义（手术）": {"02.0200"}}
VOCABULARY = Vocabulary({name: frozenset({"dx" if name.endswith("DX") else "px"}) for name in LISTS})
ENVIRONMENT = Environment(
    lambda name, kind: frozenset(LISTS[name]), {"mcc": lambda facts: True, "cc": lambda facts: False}
)


def holds(text: str, **facts: object) -> bool:
    checked = check(text, VOCABULARY)
    assert checked.node is not None, checked.problems
    case = GrouperInput(**{"diagnoses": ("A00", "B00"), "procedures": ("02.0200", "01.0100"), **facts})  # type: ignore[arg-type]
    return compile_rule(checked.node, ENVIRONMENT)(case)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pdx in A.DX", True),
        ("pdx in B.DX", False),
        ("dx in B.DX", True),
        ("sdx in A.DX", False),
        ("sdx in (A.DX, B.DX)", True),
        ("ppx in P.PX", False),
        ("px in P.PX", True),
        ("px is 01.0100", True),
        ("ppx is 01.0100", False),
        ("distinct_lists(dx, A.DX, B.DX) >= 2", True),
        ("distinct_lists(sdx, A.DX, B.DX) >= 2", False),
        ("true and not false", True),
        ("mcc or cc", True),
        ("cc", False),
        ("false or true and false", False),
        ("(true or true) and false", False),
        ("not pdx in B.DX and px in P.PX", True),
        ("dept == 0301", True),
        ("dept != 0301", False),
        ("dept != 0302", True),
        ("distinct_lists(pdx, A.DX, B.DX) == 1", True),
        ("distinct_lists(dx, A.DX, B.DX) == 2", True),
        ("distinct_lists(sdx, A.DX, B.DX) == 1", True),
        ("distinct_lists(px, P.PX, '歧义（手术）') == 2", True),
        ("distinct_lists(ppx, P.PX, '歧义（手术）') == 1", True),
        ("distinct_lists(ppx, P.PX) == 0", True),
        ("weight < 2500", True),
        ("sex == 1", True),
        ("icu_hours > 1.5", True),
    ],
)
def test_meaning(text: str, expected: bool) -> None:
    assert holds(text, department="0301", weight=2400, sex=1, icu_hours=2.0) is expected


@pytest.mark.parametrize(
    "text",
    [
        "PDX IN A.DX",
        " pdx  in( A.DX ) ",
        "pdx in 'A.DX'",
        'pdx in "a.dx"',
        "（pdx in A.DX）",
        "ｐｄｘ in A.DX",
        "age<>5",
        "age != 5",
        "age≥18 AND age＜＝20",
        "age = 19",
        "pdx not in B.DX",
        "px is not 99.9900",
        "ppx in '歧义（手术）'",
        "pdx\nin\r\nA.DX",
        "age！=5",
        "age == 19.0",
        "age == +19",
    ],
)
def test_harmless_variation_reads_the_same(text: str) -> None:
    assert holds(text, age=19)


@pytest.mark.parametrize("op", ["==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("field", ["age", "age_days", "weight", "los", "sex", "icu_hours"])
def test_a_missing_value_makes_every_comparison_false(field: str, op: str) -> None:
    assert not holds(f"{field} {op} 1")
    assert holds(f"not {field} {op} 1")


def test_zero_is_missing_for_weight_and_sex_only() -> None:
    assert not holds("weight < 2500", weight=0)
    assert not holds("sex != 1", sex=0)
    assert holds("age == 0", age=0)
    assert holds("los < 1", los=0)
    assert not holds("dept != 0301", department="")


def test_precedence_is_not_before_and_before_or() -> None:
    a, b = In(Scope.PRINCIPAL_DIAGNOSIS, (Name("A"),)), Is(Scope.ANY_PROCEDURE, Name("1"))
    assert parse("pdx in A or not px is 1 and age > 1") == Or((a, And((Not(b), Compare("age", ">", 1)))))


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("", "规则是空的", 0),
        ("pdx in C.DX", "没有名为“C.DX”的编码列表，是不是要写", 7),
        ("pdx in P.PX", "要用诊断列表", 7),
        ("distinct_lists(px, A.DX) > 1", "要用手术操作列表", 19),
        ("ages > 1", "是不是要写 age", 0),
        ("age > 男", "年龄（岁）要和数字比较", 6),
        ("age >", "年龄（岁）要和数字比较，规则到这里就结束了", 5),
        ("age 5", "之后要写比较符号", 4),
        ("dept > 3", "科室只能用 == 或 != 比较", 5),
        ("pdx == A00", "之后要写“in 列表名”或“is 编码”", 4),
        ("pdx in", "这里要写列表名", 6),
        ("pdx in (A.DX", "最后用“)”结束", 12),
        ("(mcc or cc", "括号没有配对", 10),
        ("mcc cc", "少了 and 或 or", 4),
        ("and mcc", "之前少了一个条件", 0),
        ("mcc or", "这里少了一个条件", 6),
        ("mcc or )", "不能是“)”", 7),
        ("mcc 'or", "引号没有配对", 4),
        ("mcc ! cc", "不认识的符号", 4),
        ("distinct_lists(A.DX) > 1", "第一项要写 dx", 15),
        ("distinct_lists(dx) >= 1", "各项用逗号隔开", 17),
        ("distinct_lists(dx, A.DX, ) >= 1", "这里要写列表名", 25),
        ("dx in (A.DX B.DX)", "列表之间用逗号隔开", 12),
        ("dx in ''", "这里要写列表名", 6),
        ("dx has in A.DX", "之后要写“in 列表名”", 3),
        ("pdx not A.DX", "之后要写“in 列表名”", 4),
        ("pdx in P.PX", "pdx（主要诊断）要用诊断列表", 7),
        ("__import__('os').system('x')", "不认识的字段", 0),
    ],
)
def test_mistakes_are_named_and_placed(text: str, message: str, offset: int) -> None:
    problem = check(text, VOCABULARY).problems[0]
    assert message in problem.message
    assert problem.offset == offset


def test_all_list_mistakes_of_a_rule_are_told_at_once() -> None:
    assert len(check("pdx in X and px in Y and dx in A.DX", VOCABULARY).problems) == 2


def test_the_pointer_stands_below_the_mistake_also_after_chinese() -> None:
    problem = check("ppx in '歧义（手术）' and pdx in 没有", VOCABULARY).problems[0]
    rule, pointer = problem.pointer("ppx in '歧义（手术）' and pdx in 没有").split("\n")
    assert rule.endswith("没有")
    assert pointer == "    " + " " * 8 + "　" * 6 + " " * 13 + "^^^^"


def test_at_the_end_of_a_rule_the_pointer_takes_one_place() -> None:
    rule, pointer = check("mcc or", VOCABULARY).problems[0].pointer("mcc or").split("\n")
    assert (rule, pointer) == ("    mcc or", "    " + " " * 6 + "^")


@pytest.mark.parametrize("text", ["not " * 3000 + "mcc", "(" * 3000 + "mcc" + ")" * 3000])
def test_what_nests_beyond_all_reason_is_refused(text: str) -> None:
    assert "套得太深" in check(text, VOCABULARY).problems[0].message


def test_the_parts_that_must_all_hold() -> None:
    parts = conjuncts(parse("(mcc and los > 1) and true and (cc or age > 6)"))
    assert parts == (Flag("mcc"), Compare("los", ">", 1), Or((Flag("cc"), Compare("age", ">", 6))))
    assert conjuncts(parse("mcc")) == (Flag("mcc"),)
    assert conjuncts(TRUE) == ()


def test_whole_numbers_stay_whole() -> None:
    limits = [
        item.value for item in conjuncts(parse("age > 6 and icu_hours > 1.5")) if isinstance(item, Compare)
    ]
    assert repr(limits) == "[6, 1.5]"


def test_parse_raises_with_the_problem() -> None:
    with pytest.raises(RuleError) as caught:
        parse("pdx at A")
    assert caught.value.problem.offset == 4


def test_list_names_that_differ_only_in_case_are_not_guessed() -> None:
    both = Vocabulary({"a.dx": frozenset({"dx"}), "A.DX": frozenset({"dx"})})
    assert both.resolve("A.DX") == "A.DX"
    assert both.resolve("A.dx") is None


@pytest.mark.parametrize(
    ("text", "without", "with_both"),
    [
        ("mcc or cc", FALSE, TRUE),
        ("not mcc and true", TRUE, FALSE),
        ("mcc and age > 6", FALSE, Compare("age", ">", 6)),
        ("age > 6 or mcc", Compare("age", ">", 6), TRUE),
        ("not (cc and age > 6)", TRUE, Not(Compare("age", ">", 6))),
        (
            "los > 1 and (cc or age > 6)",
            And((Compare("los", ">", 1), Compare("age", ">", 6))),
            Compare("los", ">", 1),
        ),
        ("false or false", FALSE, FALSE),
    ],
)
def test_what_remains_of_a_rule_once_the_flags_are_known(text: str, without: Node, with_both: Node) -> None:
    assert given(parse(text), {"mcc": False, "cc": False}) == without
    assert given(parse(text), {"mcc": True, "cc": True}) == with_both
