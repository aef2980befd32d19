"""Why a rule holds or fails for a case, in the words of a coder."""

from __future__ import annotations

from coding_rules.expression.compiler import OPERATORS, ZERO_IS_MISSING
from coding_rules.expression.tree import (
    And,
    Compare,
    Const,
    Department,
    Distinct,
    Flag,
    In,
    Is,
    Node,
    Not,
    Or,
    Scope,
)
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.grouper.spelling import spell

_OP_WORDS = {"==": "等于", "!=": "不等于", "<": "小于", "<=": "不超过", ">": "大于", ">=": "不少于"}
_FIELD_WORDS = {
    "age": ("年龄", " 岁"),
    "age_days": ("日龄", " 天"),
    "weight": ("体重", " 克"),
    "los": ("住院天数", " 天"),
    "sex": ("性别", ""),
    "icu_hours": ("重症监护", " 小时"),
}
_SEX_WORDS = {1: "男", 2: "女"}
_LISTS_SHOWN = 4


def codes_in_scope(scope: Scope, case: GrouperInput) -> tuple[str, ...]:
    """The codes of the case that a test of this scope looks at; a principal one that is not filed is none."""
    codes = case.procedures if scope.list_kind == "px" else case.diagnoses
    match scope:
        case Scope.PRINCIPAL_DIAGNOSIS | Scope.PRINCIPAL_PROCEDURE:
            codes = codes[:1]
        case Scope.SECONDARY_DIAGNOSIS:
            codes = codes[1:]
    return tuple(filter(None, codes))


def in_words(node: Node, case: GrouperInput, scheme: Scheme, flags: dict[str, bool]) -> str:
    """What the case brings to each part of the rule: ``主要诊断 I21.000 在 FR2.DX；住院天数 5，要求不少于 6``."""
    match node:
        case And(items):
            return "；".join(in_words(item, case, scheme, flags) for item in items)
        case Or(items):
            return "，或 ".join(f"（{in_words(item, case, scheme, flags)}）" for item in items)
        case Not(item):
            return f"要求不成立：{in_words(item, case, scheme, flags)}"
        case In():
            return _membership(node, case, scheme)
        case Is(scope, name):
            held = spell(name.text) in codes_in_scope(scope, case)
            return f"{scope.label}{'是' if held else '不是'} {name.text}"
        case Distinct(scope, lists, op, count):
            codes = codes_in_scope(scope, case)
            hit = [
                name.text for name in lists if not scheme.codes(name.text, scope.list_kind).isdisjoint(codes)
            ]
            return f"命中 {len(hit)} 个列表（{'、'.join(hit) or '无'}），要求{_OP_WORDS[op]} {count:g} 个"
        case Compare():
            return _comparison(node, case)
        case Department(op, value):
            return f"科室 {case.department or '未填'}，要求{_OP_WORDS[op]} {value}"
        case Flag(name):
            return f"{'伴' if flags[name] else '不伴'} {name.upper()}"
        case Const(value):
            return "总是成立" if value else "总不成立"


def _membership(node: In, case: GrouperInput, scheme: Scheme) -> str:
    scope, kind = node.scope, node.scope.list_kind
    codes = codes_in_scope(scope, case)
    for name in node.lists:
        hit = [code for code in codes if code in scheme.codes(name.text, kind)]
        if hit:
            return f"{scope.label} {'、'.join(hit)} 在 {name.text}"
    lists = "、".join(name.text for name in node.lists[:_LISTS_SHOWN])
    more = " 等列表" if len(node.lists) > _LISTS_SHOWN else ""
    if not codes:
        return f"没有{scope.label.removeprefix('任一')}，要求在 {lists}{more}"
    if scope in (Scope.PRINCIPAL_DIAGNOSIS, Scope.PRINCIPAL_PROCEDURE):
        return f"{scope.label} {codes[0]} 不在 {lists}{more}"
    return f"{scope.label.removeprefix('任一')}都不在 {lists}{more}"


def _comparison(node: Compare, case: GrouperInput) -> str:
    label, unit = _FIELD_WORDS[node.subject]
    value = getattr(case, node.subject)
    wanted = f"要求{_OP_WORDS[node.op]} {node.value:g}{unit}"
    if value is None or (node.subject in ZERO_IS_MISSING and not value):
        return f"{label}未填，{wanted}"
    if node.subject == "sex":
        held = OPERATORS[node.op](value, node.value)
        return f"性别 {_SEX_WORDS.get(value, value)}，{'符合' if held else '不符'}"
    return f"{label} {value:g}{unit}，{wanted}"
