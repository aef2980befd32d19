"""DrgGrouper: groups a case under one scheme, fast without a path or slower with one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from coding_rules.expression.compiler import Environment
from coding_rules.grouper.collector import without_collector
from coding_rules.grouper.drg.batch import FastPath
from coding_rules.grouper.drg.complications import ComplicationIndex
from coding_rules.grouper.drg.explain import Explainer
from coding_rules.grouper.drg.outcomes import DrgResult
from coding_rules.grouper.drg.scheme import Scheme
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

    def codes(self, case: GrouperInput) -> DrgResult:
        """MDC, ADRG and DRG of one case, without the path."""
        return self._fast.group(case)

    def group_batch(self, cases: Iterable[GrouperInput]) -> Iterator[DrgResult]:
        """MDC, ADRG and DRG of each case, in order, as a stream in bounded memory."""
        return self._fast.group_all(cases)
