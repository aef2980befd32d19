"""Packs that cannot be used say which rule and where."""

from __future__ import annotations

from dataclasses import fields

import pytest

from coding_rules.checks.engine import CheckEngine
from coding_rules.checks.examples import ExampleError, parse_examples
from coding_rules.checks.overrides import Overrides
from coding_rules.checks.pack import Pack, PackError, Rule, parse_pack
from coding_rules.checks.pack_form import RULE as RULE_KEYS
from coding_rules.checks.verify import verify_pack
from icd_tables.terminology import Terminology

HEAD = '[pack]\nid = "own"\ntitle = "本院规则"\nversion = "1"\n'
RULE = """
[[rule]]
id = "OWN-1"
title = "示例"
severity = "warning"
authority = "本院"
when = "age > 100"
message = "年龄 {age} 岁。"
"""


def broken(old: str, new: str) -> str:
    return HEAD + RULE.replace(old, new)


def use(text: str) -> CheckEngine:
    return CheckEngine(Terminology(), [parse_pack(text, "own.toml")])


@pytest.mark.parametrize(
    ("text", "rule", "reason"),
    [
        ("[pack", "", "TOML"),
        (broken('severity = "warning"', 'severity = "fatal"'), "OWN-1", "severity"),
        (broken('authority = "本院"\n', ""), "OWN-1", "authority"),
        (broken("title", "titel"), "OWN-1", "titel"),
        (broken("age > 100", "aeg > 100"), "OWN-1", "aeg"),
        (broken("{age}", "{aeg}"), "OWN-1", "aeg"),
        (HEAD + RULE + RULE, "OWN-1", "重复"),
        (HEAD.replace("version", 'retired = ["OWN-1"]\nversion') + RULE, "OWN-1", "停用"),
        (broken('when = "age > 100"', 'when = "age > 100"\nat = "nowhere"'), "OWN-1", "nowhere"),
        (broken('when = "age > 100"', 'when = "age > 100"\nfix = ["explode:line"]'), "OWN-1", "explode"),
        (broken('when = "age > 100"', 'scope = "month"'), "OWN-1", "check"),
        (broken('when = "age > 100"', 'each = "everything"\nwhen = "age > 100"'), "OWN-1", "everything"),
        (HEAD + '[lists]\nbad = ["HELLO"]\n' + RULE, "", "HELLO"),
        (HEAD + "[lists]\nbad = 5\n" + RULE, "", "编码清单 bad 应是文字的列表"),
        (HEAD + "[lists]\nbad = [5]\n" + RULE, "", "编码清单 bad 应是文字的列表"),
        ("lists = 5" + RULE, "", "lists 应是一张表"),
        ("rule = 5", "", "rule 应是一行行的表"),
        (RULE.replace("[[rule]]", "[[family]]"), "", "members 应是一行行的表"),
        ("[pack]\nretired = 5" + RULE, "", "[pack] retired 应是文字的列表"),
        ("[thresholds.days]\nvalue = 5" + RULE, "", "阈值 days 缺少 label"),
        ('[thresholds.days]\nvalue = "5"\nlabel = "天数"' + RULE, "", "阈值 days 的 value 应是数字"),
        ('[thresholds.days]\nvalue = nan\nlabel = "天数"' + RULE, "", "阈值 days 的 value 应是数字"),
        ('[thresholds.days]\nvalue = true\nlabel = "天数"' + RULE, "", "阈值 days 的 value 应是数字"),
        (broken("title", 'points = "两分"\ntitle'), "OWN-1", "points 应是数字"),
        (broken("title", 'needs = "ZFY"\ntitle'), "OWN-1", "needs 应是文字的列表"),
        (broken("title", "fix = [1]\ntitle"), "OWN-1", "fix 应是文字"),
        (broken("title", 'valid_from = "2025-01-01"\ntitle'), "OWN-1", "valid_from 应是日期"),
        (broken("title", "valid_to = 2025-01-01T08:00:00\ntitle"), "OWN-1", "valid_to 应是日期"),
        (broken('"年龄 {age} 岁。"', "5"), "OWN-1", "message 应是文字"),
        (broken('"age > 100"', "100"), "OWN-1", "when 应是文字"),
    ],
)
def test_what_is_wrong_is_said(text: str, rule: str, reason: str) -> None:
    with pytest.raises(PackError) as caught:
        use(text)
    assert caught.value.rule == rule
    assert reason in str(caught.value)


def test_the_form_knows_every_key_of_a_rule() -> None:
    assert set(RULE_KEYS) == {one.name.rstrip("_") for one in fields(Rule)} - {"pack"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"off": "DOM-026"}, "off 应是文字的列表"),
        ({"severity": {"DOM-026": 1}}, "severity DOM-026 应是文字"),
        ({"severity": 5}, "severity 应是一张表"),
        ({"thresholds": {"split_days": "15"}}, "阈值 split_days 应是数字"),
        ({"thresholds": {"split_days": True}}, "阈值 split_days 应是数字"),
    ],
)
def test_what_is_wrong_with_overrides_is_said(data: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Overrides.of(data)


def test_a_wrong_predicate_is_shown_with_its_place() -> None:
    with pytest.raises(PackError) as caught:
        use(broken("age > 100", "age > 100 and sexx == 1"))
    assert caught.value.pointer == "age > 100 and sexx == 1\n              ^"


def test_families_make_a_rule_of_each_member() -> None:
    pack = parse_pack(
        HEAD
        + """
[[family]]
title = "${label}未填"
severity = "hint"
authority = "本院"
when = "${field} is blank"
message = "${label}未填。"
members = [{ id = "OWN-1", field = "XM", label = "姓名" }, { id = "OWN-2", field = "MZ", label = "民族", severity = "error" }]
""",
        "own",
    )
    assert [(rule.id, rule.title, rule.when, rule.severity.value) for rule in pack.rules] == [
        ("OWN-1", "姓名未填", "XM is blank", "hint"),
        ("OWN-2", "民族未填", "MZ is blank", "error"),
    ]


def own_pack() -> Pack:
    return parse_pack(HEAD + RULE, "own")


def test_verify_wants_examples_of_both_kinds_that_behave() -> None:
    assert [issue.reason for issue in verify_pack(own_pack(), "")] == [
        "没有“必须触发”的例子",
        "没有“必须通过”的例子",
    ]
    good = '[[example]]\nrule = "OWN-1"\nfire = { NL = "101" }\npass = {}\n'
    assert verify_pack(own_pack(), good) == []
    wrong = '[[example]]\nrule = "OWN-1"\nfire = {}\npass = { NL = "101" }\n'
    assert [issue.reason for issue in verify_pack(own_pack(), wrong)] == [
        "例子应触发而未触发",
        "例子不应触发而触发",
    ]
    stray = good + '[[example]]\nrule = "OWN-9"\nfire = { NL = "101" }\npass = {}\n'
    assert "例子说的规则不在包中" in [issue.reason for issue in verify_pack(own_pack(), stray)]


def test_verify_tells_what_it_cannot_read() -> None:
    assert ["cases.toml" in issue.reason for issue in verify_pack(own_pack(), "[[example]")] == [True]
    wrong = parse_pack(broken("age > 100", "aeg > 100"), "own")
    assert [(issue.rule, "aeg" in issue.reason) for issue in verify_pack(wrong, "")] == [("OWN-1", True)]


def test_unreadable_examples_are_refused() -> None:
    with pytest.raises(ExampleError, match="TOML"):
        parse_examples("[[example]")
    with pytest.raises(ExampleError, match="不认识"):
        parse_examples('[[example]]\nrule = "X"\nfire = { nonsense = "1" }\npass = {}\n')


def test_rules_hold_between_their_dates_only() -> None:
    from coding_rules.checks.examples import build_case

    engine = use(
        broken('when = "age > 100"', 'when = "age > 40"\nvalid_from = 2025-01-01\nvalid_to = 2025-12-31')
    )
    assert len(engine.check(build_case({}))) == 1
    assert engine.check(build_case({"CYSJ": "20260306"})) == ()
    assert len(engine.check(build_case({"CYSJ": ""}))) == 1
