"""The fast path of the DRG grouper: rules indexed by what the principal diagnosis and procedure already decide.

Every rule is split once into guards (``pdx in ...`` and ``ppx in ...`` at the top of its conjunction) and a rest. Which guards a
code passes is one bit mask a code. The rows that a principal diagnosis leaves over are its plan; the rows that the principal
procedure leaves over within a plan are a program: a short ladder of (rest, outcome). Plans and programs are kept by mask, so codes
that pass the same guards share them, and a warm case costs a few dictionary lookups and the rests that remain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from coding_rules.expression.compiler import Environment, Test, compile_rule
from coding_rules.expression.tree import (
    FALSE,
    TRUE,
    In,
    Is,
    Node,
    Scope,
    all_of,
    conjuncts,
)
from coding_rules.grouper.complications import ComplicationIndex
from coding_rules.grouper.drg_outcomes import UNGROUPED, DrgResult, Outcome, Outcomes
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.grouper.scheme import GroupRule, Scheme
from icd_tables.codes import normalize_code

_SPELLINGS_KEPT = 200_000
"""How many well-spelled codes from outside the scheme are remembered, so that memory stays bounded on any stream."""

_PROGRAMS_KEPT = 100_000
"""How many programs are remembered before starting over, for the same reason."""


_Branch = tuple[Test | None, Outcome]


@dataclass(frozen=True, slots=True)
class _Row:
    """A rule as guard masks, the test that remains, and where it leads."""

    pdx: int
    ppx: int
    rest: Test | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class _Section:
    """An MDC: its own guards and its ADRG rows, whose rests already include the rest of the MDC."""

    pdx: int
    ppx: int
    rows: tuple[_Row, ...]


class _Plan:
    """What a principal diagnosis leaves over: rows without pdx guards, and the programs made of them so far."""

    __slots__ = ("mask", "programs", "rows")

    def __init__(self, rows: tuple[_Row, ...]) -> None:
        self.rows = rows
        self.mask = 0
        for row in rows:
            self.mask |= row.ppx
        self.programs: dict[int, tuple[_Branch, ...]] = {}


class FastPath:
    """Groups cases of one scheme without explaining. Not thread-safe: its memory grows as it runs."""

    def __init__(self, scheme: Scheme, environment: Environment, complications: ComplicationIndex) -> None:
        self._environment = environment
        self._outcomes = Outcomes(scheme, environment, complications)
        self._diagnosis_guards, self._procedure_guards = _Guards(scheme), _Guards(scheme)
        self._sections = tuple(self._section(scheme, mdc) for mdc in scheme.mdcs)
        self._diagnosis_masks = self._diagnosis_guards.masks()
        self._procedure_masks = self._procedure_guards.masks()
        self._plan_by_mask: dict[int, _Plan] = {}
        self._plan_by_code: dict[str, _Plan] = {}
        self._programs = 0
        self._scheme_codes = frozenset().union(
            complications.mcc,
            complications.cc,
            complications.excluded,
            *(each.members for each in scheme.lists),
        )
        self._well_spelled = set(self._scheme_codes)

    def group(self, case: GrouperInput) -> DrgResult:
        """Where one case goes."""
        return next(self.group_all((case,)))

    def group_all(self, cases: Iterable[GrouperInput]) -> Iterator[DrgResult]:
        """Where each case goes, in order, one at a time: the stream may be endless."""
        well_spelled = self._well_spelled.issuperset
        plans, masks = self._plan_by_code, self._procedure_masks
        for filed in cases:
            spelled = well_spelled(filed.diagnoses) and well_spelled(filed.procedures)
            case = filed if spelled else self._spell(filed)
            diagnoses, procedures = case.diagnoses, case.procedures
            plan = (plans.get(diagnoses[0]) if diagnoses else None) or self._plan(diagnoses)
            signature = masks.get(procedures[0], 0) & plan.mask if procedures else 0
            program = plan.programs.get(signature)
            if program is None:
                program = self._program(plan, signature)
            for test, outcome in program:
                if test is None or test(case):
                    yield outcome(case)
                    break
            else:
                yield UNGROUPED

    def _spell(self, case: GrouperInput) -> GrouperInput:
        """The case with every code in normalised spelling; spellings found right are remembered."""
        diagnoses = tuple(map(normalize_code, case.diagnoses))
        procedures = tuple(map(normalize_code, case.procedures))
        if len(self._well_spelled) > len(self._scheme_codes) + _SPELLINGS_KEPT:
            self._well_spelled.intersection_update(self._scheme_codes)
        self._well_spelled.update(diagnoses, procedures)
        if diagnoses == case.diagnoses and procedures == case.procedures:
            return case
        return replace(case, diagnoses=diagnoses, procedures=procedures)

    def _plan(self, diagnoses: Sequence[str]) -> _Plan:
        principal = diagnoses[0] if diagnoses else ""
        mask = self._diagnosis_masks.get(principal, 0)
        plan = self._plan_by_mask.get(mask)
        if plan is None:
            plan = self._plan_by_mask[mask] = self._new_plan(mask)
        if principal in self._diagnosis_masks:
            self._plan_by_code[principal] = plan
        return plan

    def _new_plan(self, mask: int) -> _Plan:
        rows: list[_Row] = []
        for section in self._sections:
            if section.pdx & mask == section.pdx:
                rows.extend(
                    _Row(0, section.ppx | row.ppx, row.rest, row.outcome)
                    for row in section.rows
                    if row.pdx & mask == row.pdx
                )
        return _Plan(tuple(rows))

    def _program(self, plan: _Plan, signature: int) -> tuple[_Branch, ...]:
        if self._programs >= _PROGRAMS_KEPT:
            for each in self._plan_by_mask.values():
                each.programs.clear()
            self._programs = 0
        branches: list[_Branch] = []
        for row in plan.rows:
            if row.ppx & signature == row.ppx:
                branches.append((row.rest, row.outcome))
                if row.rest is None:
                    break
        self._programs += 1
        program = plan.programs[signature] = tuple(branches)
        return program

    def _section(self, scheme: Scheme, mdc: GroupRule) -> _Section:
        pdx, ppx, mdc_rest = self._split(mdc.node)
        rows: list[_Row] = []
        for adrg in scheme.adrgs_of.get(mdc.code, ()):
            row_pdx, row_ppx, row_rest = self._split(adrg.node)
            rest = all_of((*mdc_rest, *row_rest))
            if rest == FALSE:
                continue
            test = None if rest == TRUE else compile_rule(rest, self._environment)
            rows.append(_Row(row_pdx, row_ppx, test, self._outcomes.of(mdc.code, adrg.code)))
        return _Section(pdx, ppx, tuple(rows))

    def _split(self, node: Node) -> tuple[int, int, tuple[Node, ...]]:
        """The guard bits of a rule for diagnosis and procedure, and what remains to be tested."""
        pdx = ppx = 0
        rest: list[Node] = []
        for part in conjuncts(node):
            match part:
                case In(Scope.PRINCIPAL_DIAGNOSIS) | Is(Scope.PRINCIPAL_DIAGNOSIS):
                    pdx |= self._diagnosis_guards.bit(part)
                case In(Scope.PRINCIPAL_PROCEDURE) | Is(Scope.PRINCIPAL_PROCEDURE):
                    ppx |= self._procedure_guards.bit(part)
                case _:
                    rest.append(part)
        return pdx, ppx, tuple(rest)


class _Guards:
    """Gives every distinct guard test a bit, and every code the mask of the guards it passes."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._bits: dict[In | Is, int] = {}

    def bit(self, guard: In | Is) -> int:
        """The bit of a guard."""
        if guard not in self._bits:
            self._bits[guard] = 1 << len(self._bits)
        return self._bits[guard]

    def masks(self) -> dict[str, int]:
        """The mask of every code that passes some guard."""
        masks: dict[str, int] = {}
        for guard, bit in self._bits.items():
            for code in self._codes(guard):
                masks[code] = masks.get(code, 0) | bit
        return masks

    def _codes(self, guard: In | Is) -> Iterable[str]:
        if isinstance(guard, Is):
            return (normalize_code(guard.code.text),)
        kind = guard.scope.list_kind
        return frozenset().union(*(self._scheme.codes(name.text, kind) for name in guard.lists))
