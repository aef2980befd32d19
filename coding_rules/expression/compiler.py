"""From a checked rule to a closure over the case. Code tests become set operations that run in C; nothing is ever evaluated as Python."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, assert_never

from coding_rules.expression.tree import (
    And,
    Compare,
    Const,
    Department,
    Distinct,
    Flag,
    In,
    Is,
    Name,
    Node,
    Not,
    Or,
    Scope,
)
from icd_tables.codes import normalize_code


class Facts(Protocol):
    """What a rule sees of a case; codes in normalised spelling, ``None`` (and a weight or sex of 0) is missing."""

    @property
    def diagnoses(self) -> tuple[str, ...]:
        """Diagnosis codes, the principal one first."""

    @property
    def procedures(self) -> tuple[str, ...]:
        """Procedure codes, the principal one first."""

    @property
    def department(self) -> str:
        """Department as filed."""


Test = Callable[[Facts], bool]
"""A compiled rule."""

OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

ZERO_IS_MISSING = frozenset({"weight", "sex"})
"""Fields in which 0 stands for "not filed"."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What names in a rule stand for: ``codes(list, kind)`` the codes of a list, ``flags`` the tests behind ``mcc`` and ``cc``."""

    codes: Callable[[str, str], frozenset[str]]
    flags: Mapping[str, Test]

    def union(self, names: Sequence[Name], kind: str) -> frozenset[str]:
        """All codes of the named lists."""
        if len(names) == 1:
            return self.codes(names[0].text, kind)
        return frozenset().union(*(self.codes(name.text, kind) for name in names))

    def matching(self, test: In | Is) -> frozenset[str]:
        """The codes that pass a membership test."""
        if isinstance(test, Is):
            return frozenset({normalize_code(test.code.text)})
        return self.union(test.lists, test.scope.list_kind)


def compile_rule(node: Node, environment: Environment) -> Test:
    """The closure of a checked rule."""
    match node:
        case Const():
            return _always if node.value else _never
        case Flag(name):
            return environment.flags[name]
        case In() | Is():
            return member(node.scope, environment.matching(node))
        case Distinct(scope, lists, op, count):
            return _distinct(scope, [environment.union([name], scope.list_kind) for name in lists], op, count)
        case Compare(subject, op, number):
            return _compare(subject, op, number)
        case Department(op, name):
            return _department(op, name)
        case Not(item):
            inner = compile_rule(item, environment)
            return lambda facts: not inner(facts)
        case And(items):
            return _every([compile_rule(item, environment) for item in items])
        case Or(items):
            return _some([compile_rule(item, environment) for item in items])
    assert_never(node)


def _always(facts: Facts) -> bool:
    return True


def _never(facts: Facts) -> bool:
    return False


def member(scope: Scope, codes: frozenset[str]) -> Test:
    """Whether some code in scope is one of ``codes``."""
    disjoint = codes.isdisjoint
    match scope:  # each reads its codes itself: a call more would be felt
        case Scope.PRINCIPAL_DIAGNOSIS:
            return lambda facts: not disjoint(facts.diagnoses[:1])
        case Scope.ANY_DIAGNOSIS:
            return lambda facts: not disjoint(facts.diagnoses)
        case Scope.SECONDARY_DIAGNOSIS:
            return lambda facts: not disjoint(facts.diagnoses[1:])
        case Scope.PRINCIPAL_PROCEDURE:
            return lambda facts: not disjoint(facts.procedures[:1])
        case Scope.ANY_PROCEDURE:
            return lambda facts: not disjoint(facts.procedures)
    assert_never(scope)


def _every(tests: Sequence[Test]) -> Test:
    def every(facts: Facts) -> bool:
        for test in tests:  # noqa: SIM110  all() over a generator takes twice the time
            if not test(facts):
                return False
        return True

    return every


def _some(tests: Sequence[Test]) -> Test:
    def some(facts: Facts) -> bool:
        for test in tests:  # noqa: SIM110  as above
            if test(facts):
                return True
        return False

    return some


_CODES_IN: Mapping[Scope, Callable[[Facts], tuple[str, ...]]] = {
    Scope.PRINCIPAL_DIAGNOSIS: lambda facts: facts.diagnoses[:1],
    Scope.ANY_DIAGNOSIS: lambda facts: facts.diagnoses,
    Scope.SECONDARY_DIAGNOSIS: lambda facts: facts.diagnoses[1:],
    Scope.PRINCIPAL_PROCEDURE: lambda facts: facts.procedures[:1],
    Scope.ANY_PROCEDURE: lambda facts: facts.procedures,
}


def _distinct(scope: Scope, lists: Sequence[frozenset[str]], op: str, count: float) -> Test:
    compare, codes_of = OPERATORS[op], _CODES_IN[scope]
    lists_hit: dict[str, int] = {}
    for number, members in enumerate(lists):
        for code in members:
            lists_hit[code] = lists_hit.get(code, 0) | 1 << number

    def enough(facts: Facts) -> bool:
        hit = 0
        for code in codes_of(facts):
            hit |= lists_hit.get(code, 0)
        return compare(hit.bit_count(), count)

    return enough


def _compare(subject: str, op: str, value: float) -> Test:
    compare, read = OPERATORS[op], operator.attrgetter(subject)
    if subject in ZERO_IS_MISSING:

        def holds_unless_zero(facts: Facts) -> bool:
            found = read(facts)
            return bool(found) and compare(found, value)

        return holds_unless_zero

    def holds(facts: Facts) -> bool:
        found = read(facts)
        return found is not None and compare(found, value)

    return holds


def _department(op: str, value: str) -> Test:
    equal = op == "=="
    return lambda facts: bool(facts.department) and (facts.department.strip() == value) is equal
