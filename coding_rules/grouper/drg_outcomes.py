"""What an ADRG leads to: the first of its DRGs whose rule holds, as one function of the case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from coding_rules.expression.compiler import Environment, compile_rule
from coding_rules.expression.tree import And, Const, Flag, Node, Not, Or, atoms
from coding_rules.grouper.complications import NOTHING, ComplicationIndex
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.grouper.scheme import GroupRule, Scheme


class DrgResult(NamedTuple):
    """Where a case went; three empty texts when it reached no group."""

    mdc: str
    adrg: str
    drg: str


UNGROUPED = DrgResult("", "", "")

Outcome = Callable[[GrouperInput], DrgResult]


class Outcomes:
    """Makes the outcome of each ADRG of a scheme."""

    def __init__(self, scheme: Scheme, environment: Environment, complications: ComplicationIndex) -> None:
        self._scheme = scheme
        self._environment = environment
        self._complications = complications

    def of(self, mdc: str, adrg: str) -> Outcome:
        """The outcome of an ADRG reached within an MDC; where no DRG rule holds, the ADRG code stands as the DRG."""
        rules = self._scheme.drgs_of.get(adrg, ())
        own = DrgResult(mdc, adrg, adrg)
        if all(isinstance(atom, Const | Flag) for rule in rules for atom in atoms(rule.node)):
            return _by_complication(_answers(rules, own), self._complications)
        tests = [(compile_rule(rule.node, self._environment), own._replace(drg=rule.code)) for rule in rules]

        def first_that_holds(case: GrouperInput) -> DrgResult:
            for test, result in tests:
                if test(case):
                    return result
            return own

        return first_that_holds


class _Answers(NamedTuple):
    """The result for each combination of flags."""

    neither: DrgResult
    cc: DrgResult
    mcc: DrgResult
    both: DrgResult


def _answers(rules: Sequence[GroupRule], own: DrgResult) -> _Answers:
    def answer(mcc: bool, cc: bool) -> DrgResult:
        held = (rule.code for rule in rules if _holds(rule.node, {"mcc": mcc, "cc": cc}))
        return own._replace(drg=next(held, own.drg))

    return _Answers(answer(False, False), answer(False, True), answer(True, False), answer(True, True))


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


def _by_complication(answers: _Answers, index: ComplicationIndex) -> Outcome:
    """The outcome of an ADRG whose DRGs only ask for MCC and CC."""
    neither, with_cc, with_mcc, with_both = answers
    if neither is with_cc is with_mcc is with_both or len(set(answers)) == 1:
        return lambda case: neither
    has_mcc, has_cc = index.test("mcc"), index.test("cc")
    if with_cc == neither and with_both == with_mcc:
        return lambda case: with_mcc if has_mcc(case) else neither
    if with_both == with_mcc:
        return _ladder(answers, index)

    def by_both_flags(case: GrouperInput) -> DrgResult:
        cc = has_cc(case)
        if has_mcc(case):
            return with_both if cc else with_mcc
        return with_cc if cc else neither

    return by_both_flags


def _ladder(answers: _Answers, index: ComplicationIndex) -> Outcome:
    """MCC beats CC beats neither, in one pass over the secondary diagnoses."""
    neither, with_cc, with_mcc, _ = answers
    none_listed = frozenset().union(index.mcc, index.cc).isdisjoint
    mcc_tables, cc_tables, excluded_by = index.mcc.get, index.cc.get, index.excluded.get

    def outcome(case: GrouperInput) -> DrgResult:
        diagnoses = case.diagnoses
        secondary = diagnoses[1:]
        if none_listed(secondary):
            return neither
        excluded = excluded_by(diagnoses[0], NOTHING)
        result = neither
        for code in secondary:
            tables = mcc_tables(code)
            if tables is not None and not tables <= excluded:
                return with_mcc
            if result is neither:
                tables = cc_tables(code)
                if tables is not None and not tables <= excluded:
                    result = with_cc
        return result

    return outcome
