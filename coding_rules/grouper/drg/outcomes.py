"""What an ADRG leads to: the first of its DRGs whose rule holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from coding_rules.expression.compiler import Environment, compile_rule
from coding_rules.expression.tree import And, Const, Flag, Node, Not, Or, atoms
from coding_rules.grouper.drg.scheme import GroupRule, Scheme
from coding_rules.grouper.inputs import GrouperInput


class DrgResult(NamedTuple):
    """Where a case went; three empty texts when it reached no group."""

    mdc: str
    adrg: str
    drg: str


UNGROUPED = DrgResult("", "", "")


Choose = Callable[[GrouperInput], DrgResult]


class Outcome(NamedTuple):
    """Where an ADRG leads: to ``answers[level]`` when only complications decide (the place is the sum of the bits ``CC`` and ``MCC``),
    to what ``choose`` says when other rules do, else always to ``result``; ``result`` is the answer without complications.
    """

    result: DrgResult
    answers: tuple[DrgResult, ...] | None = None
    choose: Choose | None = None


class Outcomes:
    """Makes the outcome of each ADRG of a scheme."""

    def __init__(self, scheme: Scheme, environment: Environment) -> None:
        self._scheme = scheme
        self._environment = environment

    def of(self, mdc: str, adrg: str) -> Outcome:
        """The outcome of an ADRG reached within an MDC; where no DRG rule holds, the ADRG code stands as the DRG."""
        rules = self._scheme.drgs_of.get(adrg, ())
        own = DrgResult(mdc, adrg, adrg)
        if all(isinstance(atom, Const | Flag) for rule in rules for atom in atoms(rule.node)):
            answers = tuple(_answer(rules, own, mcc, cc) for mcc in (False, True) for cc in (False, True))
            return Outcome(answers[0], answers if len(set(answers)) > 1 else None)
        return Outcome(own, None, self._first_that_holds(rules, own))

    def _first_that_holds(
        self, rules: Sequence[GroupRule], own: DrgResult
    ) -> Callable[[GrouperInput], DrgResult]:
        tests = [(compile_rule(rule.node, self._environment), own._replace(drg=rule.code)) for rule in rules]

        def choose(case: GrouperInput) -> DrgResult:
            for test, result in tests:
                if test(case):
                    return result
            return own

        return choose


def _answer(rules: Sequence[GroupRule], own: DrgResult, mcc: bool, cc: bool) -> DrgResult:
    flags = {"mcc": mcc, "cc": cc}
    return own._replace(drg=next((rule.code for rule in rules if _holds(rule.node, flags)), own.drg))


def _holds(node: Node, flags: Mapping[str, bool]) -> bool:
    """The value of a rule of nothing but flags and constants."""
    match node:
        case Const(value):
            return value
        case Flag(name):
            return flags[name]
        case Not(item):
            return not _holds(item, flags)
        case And(items):
            return all(_holds(item, flags) for item in items)
        case Or(items):
            return any(_holds(item, flags) for item in items)
    raise AssertionError(node)
