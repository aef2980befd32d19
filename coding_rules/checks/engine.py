"""CheckEngine: runs the rules over a case, over an edited case, over a month.

Rules are compiled once. Per file header it is settled which rules can be evaluated at all (a missing column means "not
evaluated", never "failed"); per case only rules whose trigger codes occur are tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from coding_rules.case import Case
from coding_rules.checks.binding import BoundRule, bind
from coding_rules.checks.message import fill
from coding_rules.checks.month import MONTH_CHECKS, MonthHit, checked_rule
from coding_rules.checks.names import Facet
from coding_rules.checks.overrides import Overrides
from coding_rules.checks.pack import MONTH, Pack, Rule, Threshold, shipped_packs
from coding_rules.checks.predicates import Env
from coding_rules.checks.sources import absent
from coding_rules.checks.view import CaseView
from coding_rules.finding import Finding
from coding_rules.relations import Relations
from icd_tables.codes import Edition
from icd_tables.terminology import Terminology

Progress = Callable[[int, int], None]
"""Called with cases done and cases in all; may raise to cancel."""

_MOST_HEADERS = 64
_MOST_TEXTS = 20_000


class _CellRules:
    """The rules that the text of one cell alone decides, and for the texts seen which of them fire: a month repeats its cells."""

    __slots__ = ("cell", "fired", "positions")

    def __init__(self, cell: str, positions: Sequence[int]) -> None:
        self.cell = cell
        self.positions = tuple(positions)
        self.fired: dict[str | None, tuple[int, ...]] = {}

    def firing(self, text: str | None, view: CaseView, bound: Sequence[BoundRule]) -> tuple[int, ...]:
        """Positions of the rules that fire, for a text not seen yet."""
        found = tuple(i for i in self.positions if bound[i].test(view) is True)
        if len(self.fired) >= _MOST_TEXTS:
            self.fired.clear()
        self.fired[text] = found
        return found


@dataclass(frozen=True)
class _Plan:
    """The rules that can run on files with one header: those always tried, by the text of a cell, for a code category."""

    always: tuple[int, ...]
    by_cell: tuple[_CellRules, ...]
    by_group: Mapping[str, tuple[int, ...]]
    missing: tuple[tuple[str, str], ...] = ()
    narrowed: dict[frozenset[Facet], _Plan] = field(default_factory=dict, compare=False)
    """The same for the rules that read one of some parts of a case, once they were asked for."""


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
        self._month = [checked_rule(rule) for rule in self.rules if rule.scope == MONTH]
        self._plans: dict[tuple[int, Edition], tuple[Mapping[str, int], _Plan]] = {}
        self._plans_by_columns: dict[tuple[str, ...], _Plan] = {}
        self._stale_ids: dict[frozenset[Facet], frozenset[str]] = {}

    def rule(self, rule_id: str) -> Rule | None:
        """The rule in use with this id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def check(self, case: Case) -> tuple[Finding, ...]:
        """Findings of one case, most serious first, then in the order of the packs."""
        view = CaseView(case)
        return self._run(view, self._wanted(view, self._plan(case)))

    def recheck(self, case: Case, previous: Case, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Findings after an edit: rules that read none of the changed parts keep their findings.

        Findings of rules over a month are kept as they are: they speak of other cases too.
        """
        changed = changed_facets(case, previous)
        if not changed:
            return tuple(findings)
        kept = [found for found in findings if found.rule_id not in self._stale(changed)]
        view = CaseView(case)
        again = self._run(view, self._wanted(view, self._narrowed(case, changed)))
        return self._sorted([*kept, *again])

    def tried(self, case: Case, previous: Case | None = None) -> int:
        """How many rules are tried on a case, after an edit those that its changed parts can touch."""
        plan = self._plan(case)
        if previous is not None:
            plan = self._narrowed(case, changed_facets(case, previous))
        by_cell = sum(len(each.positions) for each in plan.by_cell)
        return len(plan.always) + by_cell + len(self._called(CaseView(case), plan))

    def check_month(
        self, cases: Sequence[Case], progress: Progress | None = None
    ) -> dict[str, tuple[Finding, ...]]:
        """Findings by case id for a whole file, rules across cases included."""
        found: dict[str, tuple[Finding, ...]] = {}
        for done, case in enumerate(cases, 1):
            found[case.case_id] = self.check(case)
            if progress is not None and (done % 100 == 0 or done == len(cases)):
                progress(done, len(cases))
        for case_id, across in self.check_across(cases).items():
            found[case_id] = self._sorted([*found.get(case_id, ()), *across])
        return found

    def check_across(
        self, cases: Sequence[Case], progress: Progress | None = None
    ) -> dict[str, tuple[Finding, ...]]:
        """What the rules across cases find, by the id of the case it is said of; ``progress`` counts those rules."""
        found: dict[str, list[Finding]] = {}
        for done, rule in enumerate(self._month, 1):
            for hit in MONTH_CHECKS[rule.check].run(cases, self.env):
                found.setdefault(hit.case_id, []).append(_month_finding(rule, hit))
            if progress is not None:
                progress(done, len(self._month))
        return {case_id: self._sorted(across) for case_id, across in found.items()}

    def not_evaluated(self, case: Case) -> tuple[tuple[str, str], ...]:
        """Rules that cannot be judged for this case's file, each with what it misses first: a column, or a table to be loaded."""
        return self._plan(case).missing

    def not_evaluated_anywhere(self, cases: Iterable[Case]) -> dict[str, str]:
        """Rules that cannot be judged for any of the cases, each with what it misses."""
        plans = {id(plan): plan for plan in map(self._plan, cases)}
        lacking = [dict(plan.missing) for plan in plans.values()]
        if not lacking:
            return {}
        return {
            rule: what for rule, what in lacking[0].items() if all(rule in other for other in lacking[1:])
        }

    # -- inside ----------------------------------------------------------------
    def _wanted(self, view: CaseView, plan: _Plan) -> list[int]:
        """Positions of the plan's rules to run: those always tried, those whose cell says so, those some code calls up."""
        wanted = self._called(view, plan)
        wanted.extend(plan.always)
        if plan.by_cell:
            cells = view.cells
            for rules in plan.by_cell:
                text = cells.get(rules.cell)
                fired = rules.fired.get(text)
                wanted.extend(rules.firing(text, view, self._bound) if fired is None else fired)
        wanted.sort()
        return wanted

    def _called(self, view: CaseView, plan: _Plan) -> list[int]:
        """Positions of the rules that the codes of the case call up."""
        groups, bound = view.groups, self._bound
        called: set[int] = set()
        for group in groups:
            called.update(plan.by_group.get(group, ()))
        return [i for i in called if not any(map(groups.isdisjoint, bound[i].also))]

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
        header, edition = case.fields.header, case.edition
        known = self._plans.get((id(header), edition))
        if known is not None and known[0] is header:
            return known[1]
        columns = (edition, *header)
        plan = self._plans_by_columns.get(columns)
        if plan is None:
            plan = self._plans_by_columns[columns] = self._make_plan(header, edition)
        if len(self._plans) >= _MOST_HEADERS:
            self._plans.clear()
        self._plans[id(header), edition] = (header, plan)
        return plan

    def _narrowed(self, case: Case, changed: frozenset[Facet]) -> _Plan:
        """The plan for the case's columns without the rules that read none of the changed parts."""
        plan = self._plan(case)
        known = plan.narrowed.get(changed)
        if known is None:
            reads = [bool(bound.facets & changed) for bound in self._bound]
            known = plan.narrowed[changed] = _Plan(
                tuple(i for i in plan.always if reads[i]),
                tuple(
                    _CellRules(each.cell, kept)
                    for each in plan.by_cell
                    if (kept := tuple(i for i in each.positions if reads[i]))
                ),
                {
                    group: kept
                    for group, at in plan.by_group.items()
                    if (kept := tuple(i for i in at if reads[i]))
                },
            )
        return known

    def _stale(self, changed: frozenset[Facet]) -> frozenset[str]:
        """Ids of the rules that read one of the changed parts."""
        known = self._stale_ids.get(changed)
        if known is None:
            known = self._stale_ids[changed] = frozenset(
                bound.rule.id for bound in self._bound if bound.facets & changed
            )
        return known

    def _make_plan(self, header: Mapping[str, int], edition: Edition) -> _Plan:
        unloaded = absent(self.env, edition)
        always: list[int] = []
        by_cell: dict[str, list[int]] = {}
        by_group: dict[str, list[int]] = {}
        missing: list[tuple[str, str]] = []
        for position, bound in enumerate(self._bound):
            lacking = bound.lacking(header) or next(iter(sorted(bound.sources & unloaded)), "")
            if lacking:
                missing.append((bound.rule.id, lacking))
            elif bound.cell:
                by_cell.setdefault(bound.cell, []).append(position)
            elif bound.trigger is None:
                always.append(position)
            else:
                for group in bound.trigger:
                    by_group.setdefault(group, []).append(position)
        return _Plan(
            tuple(always),
            tuple(_CellRules(cell, positions) for cell, positions in by_cell.items()),
            {group: tuple(positions) for group, positions in by_group.items()},
            tuple(missing),
        )


def changed_facets(case: Case, previous: Case) -> frozenset[Facet]:
    """Which parts of a case an edit changed."""
    changed = set()
    for now, before, first, others in (
        (case.diagnoses, previous.diagnoses, Facet.PRINCIPAL, Facet.OTHERS),
        (case.procedures, previous.procedures, Facet.MAIN, Facet.FURTHER),
    ):
        if now[:1] != before[:1]:
            changed.add(first)
        if now[1:] != before[1:]:
            changed.add(others)
    if replace(case, diagnoses=previous.diagnoses, procedures=previous.procedures) != previous:
        changed.add(Facet.REST)
    return frozenset(changed)


def _thresholds(packs: Sequence[Pack], overrides: Overrides) -> dict[str, float]:
    declared: dict[str, Threshold] = {t.id: t for pack in packs for t in pack.thresholds}
    values = {key: threshold.value for key, threshold in declared.items()}
    values.update({key: value for key, value in overrides.thresholds.items() if key in declared})
    return values


def _month_finding(rule: Rule, hit: MonthHit) -> Finding:
    return Finding(
        rule.id,
        rule.severity,
        hit.case_id,
        rule.title,
        fill(rule.message, hit.slots),
        rule.at,
        hit.code,
        rule.authority,
    )
