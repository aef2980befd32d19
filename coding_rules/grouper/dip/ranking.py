"""How far the rows of groups alone tell which of them a case goes to: the head of a region's chain, ready for sorting."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from coding_rules.grouper.dip.catalogue import DipGroup, DipKind
from coding_rules.grouper.dip.match import Key, Way, criterion
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind
from coding_rules.grouper.dip.rules import DipRules

Standing = tuple[Key, ...]
"""What a group brings to the head of the chain; larger ones win."""

_OF_THE_ROW = frozenset({"layer", "priority", "plus_count", "matched_count", "full_code"})
"""Criteria that are the same in every case, for a group all of whose procedures must be filed."""


class Ranking:
    """The criteria at the head of a region's chain that a group meets alike in every case.

    ``by_lead``: before them, groups that name the first filed procedure beat all others.
    """

    def __init__(self, rules: DipRules) -> None:
        self.by_lead = rules.tie_breaks[:1] == ("first_procedure",)
        head = takewhile(_OF_THE_ROW.__contains__, rules.tie_breaks[self.by_lead :])
        self._criteria = [criterion(name) for name in head]
        self.by_rest = "exact_first" in rules.tie_breaks
        self._rules = rules
        self._without = max((self._standing(way) for way in _ways_without_procedures(rules)), default=())

    def of(self, way: Way) -> Standing | None:
        """The standing of a group; ``None`` when one that asks for no procedure may be as good or better."""
        standing = self._standing(way)
        return standing if standing > self._without else None

    def _standing(self, way: Way) -> Standing:
        return tuple(criterion(way, self._rules) for criterion in self._criteria)


def _ways_without_procedures(rules: DipRules) -> Iterator[Way]:
    """Every way a case may meet a group that names no procedure: those of a layer as 保守治疗, 综合 groups by any kind."""
    for layer in rules.layers:
        kinds = ProcedureKind if layer == DipKind.MIXED.value else (ProcedureKind.NONE,)
        group = DipGroup(code="", name="", kind=DipKind(layer), principal="")
        for kind in kinds:
            yield Way(group, kind, matched=0, exact=False, led=False, main_led=False, codes=())
