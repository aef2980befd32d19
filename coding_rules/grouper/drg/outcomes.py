"""What an ADRG leads to: the first of its DRGs whose rule holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from coding_rules.expression.compiler import Environment, Test, compile_rule
from coding_rules.expression.tree import FALSE, TRUE, Node, given
from coding_rules.grouper.drg.complications import CC, MCC
from coding_rules.grouper.drg.scheme import GroupRule, Scheme
from coding_rules.grouper.inputs import GrouperInput


class DrgResult(NamedTuple):
    """Where a case went; three empty texts when it reached no group."""

    mdc: str
    adrg: str
    drg: str


UNGROUPED = DrgResult("", "", "")

Choose = Callable[[GrouperInput], DrgResult]

LEVELS = tuple({"mcc": level >= MCC, "cc": bool(level & CC)} for level in range(4))
"""What ``mcc`` and ``cc`` say at each level (the sum of the bits ``CC`` and ``MCC``)."""


class Outcome(NamedTuple):
    """Where an ADRG leads at each level of complications: to ``results[level]``, or to what ``choices[level]`` says of the
    case where rules ask for more than complications.
    """

    results: tuple[DrgResult, ...]
    choices: tuple[Choose, ...] | None = None

    def at(self, level: int, case: GrouperInput) -> DrgResult:
        """Where the case goes at its level of complications."""
        return self.results[level] if self.choices is None else self.choices[level](case)


class Outcomes:
    """Makes the outcome of each ADRG of a scheme."""

    def __init__(self, scheme: Scheme, environment: Environment) -> None:
        self._scheme = scheme
        self._environment = environment
        self._by_level: dict[str, tuple[Node, ...]] = {}

    def of(self, mdc: str, adrg: str) -> Outcome:
        """The outcome of an ADRG reached within an MDC; where no DRG rule holds, the ADRG code stands as the DRG."""
        own = DrgResult(mdc, adrg, adrg)
        rules = self._scheme.drgs_of.get(adrg, ())
        ladders = [self._ladder(rules, own, level) for level in range(len(LEVELS))]
        results = tuple(last for _, last in ladders)
        if not any(asked for asked, _ in ladders):
            return Outcome(results)
        return Outcome(results, tuple(_first_that_holds(asked, last) for asked, last in ladders))

    def _ladder(
        self, rules: Sequence[GroupRule], own: DrgResult, level: int
    ) -> tuple[list[tuple[Test, DrgResult]], DrgResult]:
        """The rules still to be asked at a level with their results, and the result when none of them holds."""
        asked: list[tuple[Test, DrgResult]] = []
        for rule in rules:
            node = self._at_level(rule)[level]
            if node == TRUE:
                return asked, own._replace(drg=rule.code)
            if node != FALSE:
                asked.append((compile_rule(node, self._environment), own._replace(drg=rule.code)))
        return asked, own

    def _at_level(self, rule: GroupRule) -> tuple[Node, ...]:
        """The rule at each level of complications; thousands of rules are one of few texts."""
        found = self._by_level.get(rule.text)
        if found is None:
            found = self._by_level[rule.text] = tuple(given(rule.node, flags) for flags in LEVELS)
        return found


def _first_that_holds(asked: Sequence[tuple[Test, DrgResult]], last: DrgResult) -> Choose:
    def choose(case: GrouperInput) -> DrgResult:
        for test, result in asked:
            if test(case):
                return result
        return last

    return choose
