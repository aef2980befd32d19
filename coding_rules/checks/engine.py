"""CheckEngine: runs the rules over a case, over an edited case, over a month.

Rules are compiled once. Per file header it is settled which rules can be evaluated at all (a missing column means "not
evaluated", never "failed"); per case only rules whose trigger codes occur are tried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from coding_rules.case import Case
from coding_rules.checks.binding import BoundRule, bind
from coding_rules.checks.month import MONTH_CHECKS, MonthHit
from coding_rules.checks.names import Facet
from coding_rules.checks.overrides import Overrides
from coding_rules.checks.pack import MONTH, Pack, Rule, Threshold, shipped_packs
from coding_rules.checks.predicates import Env
from coding_rules.checks.view import CaseView
from coding_rules.finding import Finding
from coding_rules.relations import Relations
from icd_tables.terminology import Terminology

Progress = Callable[[int, int], None]
"""Called with cases done and cases in all; may raise to cancel."""

_MOST_HEADERS = 64


@dataclass(frozen=True)
class _Plan:
    """The rules that can run on files with one header: those always tried, and those tried for a code category."""

    always: tuple[int, ...]
    by_group: Mapping[str, tuple[int, ...]]
    missing: tuple[tuple[str, str], ...]


class CheckEngine:
    """All rules in use over one set of tables. Immutable after construction; safe to share between threads."""

    def __init__(
        self,
        terminology: Terminology,
        packs: Sequence[Pack] | None = None,
        overrides: Overrides | None = None,
        relations: Relations | None = None,
    ) -> None:
        """Compile the rules.

        Raises:
            PackError: a rule that cannot be compiled.
        """
        overrides = overrides or Overrides()
        self.packs = (*(shipped_packs() if packs is None else packs), *overrides.packs)
        self.env = Env(terminology, relations, _thresholds(self.packs, overrides))
        self.rules: tuple[Rule, ...] = overrides.apply(rule for pack in self.packs for rule in pack.rules)
        lists = {key: codes for pack in self.packs for key, codes in pack.lists.items()}
        self._bound: list[BoundRule] = [
            bind(rule, lists, self.env) for rule in self.rules if rule.scope != MONTH
        ]
        self._order = {rule.id: i for i, rule in enumerate(self.rules)}
        self._month = [rule for rule in self.rules if rule.scope == MONTH]
        self._plans: dict[int, tuple[Mapping[str, int], _Plan]] = {}
        self._plans_by_columns: dict[tuple[str, ...], _Plan] = {}

    def rule(self, rule_id: str) -> Rule | None:
        """The rule in use with this id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def check(self, case: Case) -> tuple[Finding, ...]:
        """Findings of one case, most serious first, then in the order of the packs."""
        view = CaseView(case)
        return self._run(view, self._wanted(view))

    def recheck(self, case: Case, previous: Case, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Findings after an edit: rules that read none of the changed parts keep their findings.

        Findings of rules over a month are kept as they are: they speak of other cases too.
        """
        changed = changed_facets(case, previous)
        if not changed:
            return tuple(findings)
        stale = {bound.rule.id for bound in self._bound if bound.facets & changed}
        kept = [found for found in findings if found.rule_id not in stale]
        view = CaseView(case)
        again = self._run(view, [i for i in self._wanted(view) if self._bound[i].facets & changed])
        return self._sorted([*kept, *again])

    def check_month(
        self, cases: Sequence[Case], progress: Progress | None = None
    ) -> dict[str, tuple[Finding, ...]]:
        """Findings by case id for a whole file, rules across cases included."""
        found: dict[str, tuple[Finding, ...]] = {}
        for done, case in enumerate(cases, 1):
            found[case.case_id] = self.check(case)
            if progress is not None and (done % 100 == 0 or done == len(cases)):
                progress(done, len(cases))
        for rule in self._month:
            for hit in MONTH_CHECKS[rule.check](cases, self.env):
                finding = _month_finding(rule, hit)
                found[hit.case_id] = self._sorted([*found.get(hit.case_id, ()), finding])
        return found

    def not_evaluated(self, case: Case) -> tuple[tuple[str, str], ...]:
        """Rules that cannot be judged for this case's file, each with the first column it misses."""
        return self._plan(case).missing

    # -- inside ----------------------------------------------------------------
    def _wanted(self, view: CaseView) -> list[int]:
        """Positions of the rules to try: those always tried, and those some code of the case calls up."""
        plan = self._plan(view.case)
        groups, bound = view.groups, self._bound
        called: set[int] = set()
        for group in groups:
            called.update(plan.by_group.get(group, ()))
        wanted = [i for i in called if not any(map(groups.isdisjoint, bound[i].also))]
        wanted.extend(plan.always)
        wanted.sort()
        return wanted

    def _run(self, view: CaseView, positions: Sequence[int]) -> tuple[Finding, ...]:
        found: list[Finding] = []
        for position in positions:
            self._bound[position].run(view, found)
        return self._sorted(found) if found else ()

    def _sorted(self, found: Sequence[Finding]) -> tuple[Finding, ...]:
        order = self._order
        return tuple(sorted(found, key=lambda one: (one.severity.rank, order.get(one.rule_id, 0))))

    def _plan(self, case: Case) -> _Plan:
        """The plan for the case's columns; found by the header object, or by the columns where each case brings its own."""
        header = case.fields.header
        known = self._plans.get(id(header))
        if known is not None and known[0] is header:
            return known[1]
        columns = tuple(header)
        plan = self._plans_by_columns.get(columns)
        if plan is None:
            plan = self._plans_by_columns[columns] = self._make_plan(header)
        if len(self._plans) >= _MOST_HEADERS:
            self._plans.clear()
        self._plans[id(header)] = (header, plan)
        return plan

    def _make_plan(self, header: Mapping[str, int]) -> _Plan:
        always: list[int] = []
        by_group: dict[str, list[int]] = {}
        missing: list[tuple[str, str]] = []
        for position, bound in enumerate(self._bound):
            lacking = bound.lacking(header)
            if lacking:
                missing.append((bound.rule.id, lacking))
            elif bound.trigger is None:
                always.append(position)
            else:
                for group in bound.trigger:
                    by_group.setdefault(group, []).append(position)
        return _Plan(tuple(always), {g: tuple(p) for g, p in by_group.items()}, tuple(missing))


def changed_facets(case: Case, previous: Case) -> frozenset[Facet]:
    """Which parts of a case an edit changed."""
    changed = set()
    if case.diagnoses != previous.diagnoses:
        changed.add(Facet.DIAGNOSES)
    if case.procedures != previous.procedures:
        changed.add(Facet.PROCEDURES)
    if replace(case, diagnoses=previous.diagnoses, procedures=previous.procedures) != previous:
        changed.add(Facet.REST)
    return frozenset(changed)


def _thresholds(packs: Sequence[Pack], overrides: Overrides) -> dict[str, float]:
    declared: dict[str, Threshold] = {t.id: t for pack in packs for t in pack.thresholds}
    values = {key: threshold.value for key, threshold in declared.items()}
    values.update({key: value for key, value in overrides.thresholds.items() if key in declared})
    return values


def _month_finding(rule: Rule, hit: MonthHit) -> Finding:
    slots: dict[str, Any] = dict(hit.slots)
    return Finding(
        rule.id,
        rule.severity,
        hit.case_id,
        rule.title,
        rule.message.format(**slots),
        rule.at,
        hit.code,
        rule.authority,
    )
