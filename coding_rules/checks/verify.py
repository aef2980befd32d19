"""Integrity of the shipped packs: they load and compile, every rule has examples that behave, the prose twin is current."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coding_rules.checks.engine import CheckEngine
from coding_rules.checks.examples import Example, ExampleError, parse_examples
from coding_rules.checks.month import MONTH_CHECKS
from coding_rules.checks.pack import (
    Pack,
    PackError,
    PackIssue,
    shipped_names,
    shipped_packs,
    shipped_text,
)
from coding_rules.checks.prose import prose


def verify_shipped() -> list[PackIssue]:
    """Everything wrong with the shipped packs; empty when all is well."""
    try:
        packs = shipped_packs()
    except PackError as error:
        return [PackIssue(error.pack, error.rule, str(error))]
    issues = [*_repeated_ids(packs), *_unused(packs)]
    for name, pack in zip(shipped_names(), packs, strict=True):
        found = verify_pack(pack, shipped_text(name, "cases.toml"), packs)
        issues.extend(found or _stale_prose(name, pack))
    return list(dict.fromkeys(issues))


def _stale_prose(name: str, pack: Pack) -> list[PackIssue]:
    try:
        current = shipped_text(name, "pack.txt") == prose(pack)
    except FileNotFoundError:
        current = False
    return [] if current else [PackIssue(pack.id, "", "说明文字（pack.txt）与规则不一致，请重新生成")]


def verify_pack(pack: Pack, cases_text: str, packs: tuple[Pack, ...] = ()) -> list[PackIssue]:
    """What is wrong with one pack and its examples. ``packs`` lends code lists and thresholds."""
    try:
        examples = parse_examples(cases_text)
        engine = CheckEngine(examples.terminology, packs or (pack,), relations=examples.relations)
    except ExampleError as error:
        return [PackIssue(pack.id, "", f"cases.toml：{error}")]
    except PackError as error:
        return [PackIssue(error.pack, error.rule, str(error))]
    ids = {rule.id for rule in pack.rules}
    issues = [
        PackIssue(pack.id, example.rule, "例子说的规则不在包中")
        for example in examples.examples
        if example.rule not in ids
    ]
    issues.extend(_unexampled(pack, examples.examples))
    for example in examples.examples:
        issues.extend(_misbehaving(pack, engine, example))
    return issues


def _repeated_ids(packs: tuple[Pack, ...]) -> Iterator[PackIssue]:
    owner: dict[str, str] = {}
    for pack in packs:
        for rule in pack.rules:
            if owner.setdefault(rule.id, pack.id) != pack.id:
                yield PackIssue(pack.id, rule.id, f"规则编号与包 {owner[rule.id]} 重复")


def _unused(packs: tuple[Pack, ...]) -> Iterator[PackIssue]:
    """Code lists and thresholds no rule speaks of."""
    rules = [rule for pack in packs for rule in pack.rules]
    words = {word for rule in rules for word in re.findall(r"[@$][a-z_]\w*", f"{rule.when} {rule.message}")}
    words |= {f"${name}" for rule in rules if rule.check for name in MONTH_CHECKS[rule.check].thresholds}
    for pack in packs:
        for name in pack.own_lists:
            if f"@{name}" not in words:
                yield PackIssue(pack.id, "", f"编码清单 @{name} 没有规则使用")
        for threshold in pack.thresholds:
            if f"${threshold.id}" not in words:
                yield PackIssue(pack.id, "", f"阈值 ${threshold.id} 没有规则使用")


def _unexampled(pack: Pack, examples: tuple[Example, ...]) -> Iterator[PackIssue]:
    have = {(example.rule, example.fires) for example in examples}
    for rule in pack.rules:
        for fires, what in ((True, "必须触发"), (False, "必须通过")):
            if (rule.id, fires) not in have:
                yield PackIssue(pack.id, rule.id, f"没有“{what}”的例子")


def _misbehaving(pack: Pack, engine: CheckEngine, example: Example) -> Iterator[PackIssue]:
    found = engine.check_month(example.cases)
    fired = any(finding.rule_id == example.rule for findings in found.values() for finding in findings)
    if fired != example.fires:
        wanted = "应触发而未触发" if example.fires else "不应触发而触发"
        missing = dict(engine.not_evaluated(example.cases[0])).get(example.rule)
        why = f"（缺列 {missing}，未评价）" if missing and example.fires else ""
        yield PackIssue(pack.id, example.rule, f"例子{wanted}{why}")
