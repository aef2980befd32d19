"""Whether rules can ever hold: each way a rule could hold is a set of conditions, and some sets contradict themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from math import inf

from coding_rules.expression.parser import FIELDS
from coding_rules.expression.tree import And, Atom, Compare, Const, In, Is, Node, Not, Or, Scope
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.spelling import spell

Condition = tuple[Atom, bool]
"""An atom of a rule and whether it must hold or fail."""

_WAYS_TRIED = 2_000
"""Rules with more ways than this are taken as possible: no real scheme comes near."""

_PRINCIPAL_OF = {
    Scope.PRINCIPAL_DIAGNOSIS: (Scope.PRINCIPAL_DIAGNOSIS, Scope.ANY_DIAGNOSIS),
    Scope.PRINCIPAL_PROCEDURE: (Scope.PRINCIPAL_PROCEDURE, Scope.ANY_PROCEDURE),
}


def why_impossible(scheme: Scheme, *rules: Node) -> str:
    """Why the rules can never hold together, as a Chinese sentence; "" when they can (or when that is not known)."""
    reason = ""
    for number, conditions in enumerate(_ways(And(rules))):
        reason = _contradiction(scheme, conditions)
        if not reason or number >= _WAYS_TRIED:
            return ""
    return reason or "规则总不成立"


def _ways(node: Node, wanted: bool = True) -> Iterator[tuple[Condition, ...]]:
    """The sets of conditions under any of which the rule is as wanted (its disjunctive form, one at a time)."""
    match node:
        case Not(item):
            yield from _ways(item, not wanted)
        case And(items) | Or(items):
            if isinstance(node, And) is wanted:
                for parts in product(*(tuple(_ways(item, wanted)) for item in items)):
                    yield tuple(condition for part in parts for condition in part)
            else:
                for item in items:
                    yield from _ways(item, wanted)
        case Const(value):
            if value is wanted:
                yield ()
        case _:
            yield ((node, wanted),)


def _contradiction(scheme: Scheme, conditions: tuple[Condition, ...]) -> str:
    required = dict(conditions)
    if any(required[atom] is not wanted for atom, wanted in conditions):
        return "同一个条件既要求成立又要求不成立"
    return _empty_lists(scheme, conditions) or _empty_ranges(conditions) or _no_principal(scheme, conditions)


def _empty_lists(scheme: Scheme, conditions: Iterable[Condition]) -> str:
    for atom, wanted in conditions:
        if wanted and isinstance(atom, In) and not _codes(scheme, atom):
            return f"列表 {'、'.join(name.text for name in atom.lists)} 里没有编码"
    return ""


def _empty_ranges(conditions: Iterable[Condition]) -> str:
    bounds: dict[str, tuple[float, bool, float, bool]] = {}
    for atom, wanted in conditions:
        if not isinstance(atom, Compare) or not wanted or atom.op == "!=":
            continue
        low, low_open, high, high_open = bounds.get(atom.subject, (-inf, False, inf, False))
        if atom.op in (">", ">=", "==") and (atom.value, atom.op == ">") > (low, low_open):
            low, low_open = atom.value, atom.op == ">"
        if atom.op in ("<", "<=", "==") and (atom.value, atom.op != "<") < (high, not high_open):
            high, high_open = atom.value, atom.op == "<"
        if low > high or (low == high and (low_open or high_open)):
            return f"{FIELDS[atom.subject]}的要求互相矛盾"
        bounds[atom.subject] = (low, low_open, high, high_open)
    return ""


def _no_principal(scheme: Scheme, conditions: tuple[Condition, ...]) -> str:
    """Whether no code can be the principal one: the lists it must be in share none, or all it may be are forbidden."""
    for scope, forbidding in _PRINCIPAL_OF.items():
        required = [
            atom
            for atom, wanted in conditions
            if wanted and isinstance(atom, In | Is) and atom.scope is scope
        ]
        if not required:
            continue
        possible = frozenset.intersection(*(_codes(scheme, atom) for atom in required))
        names = "、".join(_name(atom) for atom in required)
        if not possible:
            return f"{scope.label}不可能同时在 {names} 中"
        for atom, wanted in conditions:
            if not wanted and isinstance(atom, In | Is) and atom.scope in forbidding:
                possible -= _codes(scheme, atom)
                if not possible:
                    return f"{scope.label}必须在 {names} 中，又不许在 {_name(atom)} 中"
    return ""


def _codes(scheme: Scheme, atom: In | Is) -> frozenset[str]:
    if isinstance(atom, Is):
        return frozenset({spell(atom.code.text)})
    return frozenset().union(*(scheme.codes(name.text, atom.scope.list_kind) for name in atom.lists))


def _name(atom: In | Is) -> str:
    return atom.code.text if isinstance(atom, Is) else "/".join(name.text for name in atom.lists)
