"""The fast path of the DRG grouper: rules indexed by what the principal diagnosis and procedure already decide.

Every rule is split once into guards (``pdx in ...`` and ``ppx in ...`` at the top of its conjunction) and a rest. Which guards a
code passes is one bit mask a code. The rows that a principal diagnosis leaves over are its plan; the rows that the principal
procedure leaves over within a plan are a program: a short ladder of (rest, outcome). Codes that pass the same guards share plan
and program, both made when first needed, so a warm case costs a few dictionary lookups and the rests that remain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from coding_rules.expression.compiler import Environment, Test, compile_rule
from coding_rules.expression.tree import FALSE, In, Is, Node, Scope, all_of, conjuncts
from coding_rules.grouper.drg.complications import ComplicationIndex
from coding_rules.grouper.drg.outcomes import UNGROUPED, Choose, DrgResult, Outcome, Outcomes
from coding_rules.grouper.drg.scheme import GroupRule, Scheme
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.grouper.spelling import spell_case, suspicious

_PROGRAMS_KEPT = 100_000
"""How many programs are remembered by code before starting over, so that memory stays bounded on any stream."""

_ANY = (Scope.ANY_PROCEDURE, Scope.ANY_DIAGNOSIS)

Absent = Callable[[tuple[str, ...]], bool]


class _Branch(NamedTuple):
    """A rung of a program: skipped when no procedure, or no diagnosis, is in a list it needs; taken when the test
    holds. ``None`` asks nothing.
    """

    no_procedure: Absent | None
    no_diagnosis: Absent | None
    test: Test | None
    outcome: Outcome

    @property
    def takes_all(self) -> bool:
        """Whether no case gets past this branch."""
        return self.no_procedure is None and self.no_diagnosis is None and self.test is None


_Rung = tuple[
    Absent | None, Absent | None, Test | None, DrgResult, tuple[DrgResult, ...] | None, Choose | None
]
"""A branch with its outcome as a plain tuple: the loop takes millions apart, and named tuples come apart at half the speed."""

_Program = tuple[_Rung, ...]


class _Row(NamedTuple):
    """A rule as guard masks and the branch that remains."""

    pdx: int
    ppx: int
    branch: _Branch


class _Section(NamedTuple):
    """An MDC: its own diagnosis guards and its ADRG rows, which already include the procedure guards and the rest of the MDC."""

    pdx: int
    rows: tuple[_Row, ...]


class _Plan:
    """What the principal diagnoses with one guard mask leave over; programs by guards, and remembered by procedure code."""

    __slots__ = ("by_guards", "guards", "mask", "picked", "programs", "rows")

    def __init__(self, guards: int) -> None:
        self.guards = guards
        self.picked = False
        self.rows: tuple[_Row, ...] = ()
        self.mask = 0
        self.by_guards: dict[int, _Program] = {}
        self.programs: dict[str, _Program] = {}


_Start = tuple[_Plan, bytes]
"""What a principal diagnosis decides alone: the plan, and which complications count beside it."""


class FastPath:
    """Groups cases of one scheme without explaining.

    What it remembers is only ever added whole or dropped whole, so threads may share it.
    """

    def __init__(self, scheme: Scheme, environment: Environment, complications: ComplicationIndex) -> None:
        self._environment = environment
        self._outcomes = Outcomes(scheme, environment)
        diagnosis_guards, procedure_guards = _Guards(environment), _Guards(environment)
        self._guards = {"dx": diagnosis_guards, "px": procedure_guards}
        self._sections = tuple(self._section(mdc, scheme.adrgs_of.get(mdc.code, ())) for mdc in scheme.mdcs)
        masks = diagnosis_guards.masks()
        plans = {mask: _Plan(mask) for mask in {0, *masks.values()}}
        self._all_plans = tuple(plans.values())
        self._complications = complications
        self._nowhere: _Start = (plans[0], complications.levels_under(""))
        self._starts = self._make_starts(masks, plans)
        self._procedure_masks = procedure_guards.masks()
        self._remembered = 0

    def _make_starts(self, masks: Mapping[str, int], plans: Mapping[int, _Plan]) -> dict[str, _Start]:
        """The start of every principal diagnosis that decides anything; equal ones are one object."""
        levels_under = self._complications.levels_under
        shared: dict[tuple[int, bytes], _Start] = {}
        starts: dict[str, _Start] = {}
        for code in masks.keys() | self._complications.excluded.keys():
            key = masks.get(code, 0), levels_under(code)
            start = shared.get(key)
            if start is None:
                start = shared[key] = plans[key[0]], key[1]
            starts[code] = start
        return starts

    def group(self, case: GrouperInput) -> DrgResult:
        """Where one case goes."""
        return next(self.group_all((case,)))

    def group_all(self, cases: Iterable[GrouperInput]) -> Iterator[DrgResult]:
        """Where each case goes, in order, one at a time: the stream may be endless. One long loop: calls would double its time."""
        joined, start_of, nowhere = "".join, self._starts.get, self._nowhere
        none_listed, mark_of = self._complications.none_listed, self._complications.mark_of
        for filed in cases:
            case = spell_case(filed) if suspicious(joined(filed.diagnoses + filed.procedures)) else filed
            diagnoses, procedures = case.diagnoses, case.procedures
            plan, levels = start_of(diagnoses[0], nowhere) if diagnoses else nowhere
            principal_procedure = procedures[0] if procedures else ""
            program = plan.programs.get(principal_procedure)
            if program is None:
                program = self._program(plan, principal_procedure)
            for no_procedure, no_diagnosis, test, result, answers, choose in program:
                if (
                    (no_procedure is not None and no_procedure(procedures))
                    or (no_diagnosis is not None and no_diagnosis(diagnoses))
                    or (test is not None and not test(case))
                ):
                    continue
                if answers is not None and not none_listed(secondary := diagnoses[1:]):
                    level = 0
                    for code in secondary:
                        level |= levels[mark_of(code, 0)]
                    yield answers[level]
                else:
                    yield result if choose is None else choose(case)
                break
            else:
                yield UNGROUPED

    def _program(self, plan: _Plan, principal_procedure: str) -> _Program:
        """The program of a principal procedure: from memory by its guards, else made."""
        if not plan.picked:
            self._pick_rows(plan)
        signature = self._procedure_masks.get(principal_procedure, 0) & plan.mask
        program = plan.by_guards.get(signature)
        if program is None:
            program = plan.by_guards[signature] = _ladder(plan.rows, signature)
        self._remembered += 1
        if self._remembered > _PROGRAMS_KEPT:
            for each in self._all_plans:
                each.programs.clear()
            self._remembered = 1
        plan.programs[principal_procedure] = program
        return program

    def _pick_rows(self, plan: _Plan) -> None:
        guards, mask = plan.guards, 0
        rows = tuple(
            row
            for section in self._sections
            if section.pdx & guards == section.pdx
            for row in section.rows
            if row.pdx & guards == row.pdx
        )
        for row in rows:
            mask |= row.ppx
        plan.rows, plan.mask = rows, mask
        plan.picked = True  # last: another thread may be looking

    def _section(self, mdc: GroupRule, adrgs: Iterable[GroupRule]) -> _Section:
        mdc_pdx, mdc_ppx, mdc_rest = self._split(mdc.node)
        rows: list[_Row] = []
        for adrg in adrgs:
            pdx, ppx, rest = self._split(adrg.node)
            if FALSE not in mdc_rest + rest:
                outcome = self._outcomes.of(mdc.code, adrg.code)
                rows.append(_Row(pdx, mdc_ppx | ppx, self._branch(mdc_rest + rest, outcome)))
        return _Section(mdc_pdx, tuple(rows))

    def _branch(self, rest: tuple[Node, ...], outcome: Outcome) -> _Branch:
        """The branch for a rest: the lists that it needs are asked first, inline, for they nearly always fail."""
        absent: dict[Scope, Absent] = {}
        tested: list[Node] = []
        for part in rest:
            if isinstance(part, In) and part.scope in _ANY and part.scope not in absent:
                absent[part.scope] = self._environment.matching(part).isdisjoint
            else:
                tested.append(part)
        test = compile_rule(all_of(tuple(tested)), self._environment) if tested else None
        return _Branch(absent.get(Scope.ANY_PROCEDURE), absent.get(Scope.ANY_DIAGNOSIS), test, outcome)

    def _split(self, node: Node) -> tuple[int, int, tuple[Node, ...]]:
        """The guard bits of a rule for diagnosis and procedure, and what remains to be tested."""
        bits = {Scope.PRINCIPAL_DIAGNOSIS: 0, Scope.PRINCIPAL_PROCEDURE: 0}
        rest: list[Node] = []
        for part in conjuncts(node):
            if isinstance(part, In | Is) and part.scope in bits:
                bits[part.scope] |= self._guards[part.scope.list_kind].bit(part)
            else:
                rest.append(part)
        return bits[Scope.PRINCIPAL_DIAGNOSIS], bits[Scope.PRINCIPAL_PROCEDURE], tuple(rest)


def _ladder(rows: Iterable[_Row], signature: int) -> _Program:
    """The branches of the rows whose procedure guards are passed, up to the first that is taken without asking."""
    rungs: list[_Rung] = []
    for _, ppx, branch in rows:
        if ppx & signature == ppx:
            rungs.append((branch.no_procedure, branch.no_diagnosis, branch.test, *branch.outcome))
            if branch.takes_all:
                break
    return tuple(rungs)


class _Guards:
    """Gives every distinct guard test a bit, and every code the mask of the guards it passes."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._bits: dict[In | Is, int] = {}

    def bit(self, guard: In | Is) -> int:
        """The bit of a guard."""
        return self._bits.setdefault(guard, 1 << len(self._bits))

    def masks(self) -> dict[str, int]:
        """The mask of every code that passes some guard."""
        masks: dict[str, int] = {}
        for guard, bit in self._bits.items():
            for code in self._environment.matching(guard):
                masks[code] = masks.get(code, 0) | bit
        return masks
