"""Predicates in plain Chinese, read off their syntax tree."""

from __future__ import annotations

from coding_rules.checks import functions  # noqa: F401  (declares the functions of the language)
from coding_rules.checks.month import MONTH_CHECKS
from coding_rules.checks.names import ATTRIBUTES, SELECTORS, VALUES
from coding_rules.checks.pack import MONTH, Rule
from coding_rules.checks.parser import parse
from coding_rules.checks.predicates import FUNCTIONS
from coding_rules.checks.syntax import (
    Arithmetic,
    Blank,
    Both,
    Call,
    Compare,
    Count,
    Literal,
    Member,
    Name,
    Named,
    Node,
    Not,
    OneOf,
    Param,
)
from coding_rules.fields import FIELDS

_COMPARISONS = {"==": "等于", "!=": "不等于", "<": "小于", "<=": "不大于", ">": "大于", ">=": "不小于"}
_BLANKS = {"blank": "未填", "empty": "为空", "filled": "已填"}


def phrase(rule: Rule) -> str:
    """The condition of a rule as a sentence."""
    if rule.scope == MONTH:
        return f"跨病案：{MONTH_CHECKS[rule.check].reading}"
    text = _say(parse(rule.when), outer=True)
    return f"逐行看{SELECTORS[rule.each].label}：{text}" if rule.each else text


def _say(node: Node, outer: bool = False) -> str:
    match node:
        case Both(_, whole, parts):
            text = ("，并且" if whole else "，或者").join(_say(part) for part in parts)
            return text if outer else f"（{text}）"
        case Not(_, Blank(_, value, mode)):
            return f"{_value(value)}{'已填' if mode == 'blank' else '不为空' if mode == 'empty' else '未填'}"
        case Not(_, part):
            return f"不是（{_say(part, outer=True)}）"
        case Member(_, lines, codes, capture):
            return f"{_lines(lines)}有 {codes.strip('[]')}{_as(capture)}"
        case Named(_, lines, texts, capture):
            return f"{_lines(lines)}名称含{'或'.join(f'“{text}”' for text in texts)}{_as(capture)}"
        case OneOf(_, value, texts):
            return f"{_value(value)}是 {'、'.join(texts)} 之一"
        case Blank(_, value, mode):
            return f"{_value(value)}{_BLANKS[mode]}"
        case Compare(_, op, left, right):
            return f"{_value(left)}{_COMPARISONS[op]} {_value(right)}"
        case _:
            return _value(node)


def _value(node: Node) -> str:
    match node:
        case Literal(_, value):
            return f"“{value}”" if isinstance(value, str) else f"{value:g}"
        case Param(_, name):
            return f"${name}"
        case Count(_, lines, codes):
            return f"{_lines(lines)}中 {codes.strip('[]')} 的条数"
        case Arithmetic(_, op, left, right):
            return f"{_value(left)} {op} {_value(right)}"
        case Call(_, name, args):
            return FUNCTIONS[name].prose.format(*(_value(argument) for argument in args))
        case Name(_, name):
            return _name(name)
        case _:
            return _say(node)


def _name(name: str) -> str:
    owner, _, attribute = name.partition(".")
    if attribute:
        return f"{_lines(owner)}的{ATTRIBUTES[attribute].label}"
    if name in VALUES:
        return VALUES[name].label
    return FIELDS[name].label if name in FIELDS else _lines(name)


def _lines(name: str) -> str:
    if name == "line":
        return "该行"
    return SELECTORS[name].label if name in SELECTORS else f"〔{name}〕"


def _as(capture: str) -> str:
    return f"〔{capture}〕" if capture else ""
