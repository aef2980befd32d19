"""DrgGrouper: groups a case under one scheme, fast without a path or slower with one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from coding_rules.expression.compiler import Environment
from coding_rules.grouper.collector import without_collector
from coding_rules.grouper.drg.batch import FastPath
from coding_rules.grouper.drg.complications import ComplicationIndex
from coding_rules.grouper.drg.explain import Explainer
from coding_rules.grouper.drg.outcomes import DrgResult
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.drg.weight_table import GroupWeight
from coding_rules.grouper.grouping import Grouping
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.grouper.spelling import spell_case


class DrgGrouper:
    """A compiled scheme. ``codes`` and ``group_batch`` take the fast path, ``group`` explains; they agree on every case.

    The fast path remembers what it worked out; one object may serve several threads.
    """

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        with without_collector():
            complications = ComplicationIndex(scheme.complications, scheme.exclusions)
            environment = Environment(scheme.codes, complications.flags)
            self._fast = FastPath(scheme, environment, complications)
        self._explainer = Explainer(scheme, environment, complications)

    def group(self, case: GrouperInput) -> Grouping:
        """The group of a case with the whole path: every rule that mattered, why complications counted, what was near."""
        return self._explainer.group(spell_case(case))

    @property
    def versions(self) -> tuple[Scheme, ...]:
        """The versions of the scheme that group by it, the chosen one first."""
        return (self.scheme,)

    def version_on(self, day: date | None) -> Scheme:
        """The version that groups the cases discharged on a day."""
        return self.scheme

    def codes(self, case: GrouperInput) -> DrgResult:
        """MDC, ADRG and DRG of one case, without the path."""
        return self._fast.group(case)

    def group_batch(self, cases: Iterable[GrouperInput]) -> Iterator[DrgResult]:
        """MDC, ADRG and DRG of each case, in order, as a stream in bounded memory."""
        return self._fast.group_all(cases)

    def worth(self, group: str, day: date | None = None) -> GroupWeight | None:
        """What a group is worth to a case discharged on a day; ``None`` without weights for it."""
        table = self.scheme.weights
        return table.get(group) if table is not None and group else None
