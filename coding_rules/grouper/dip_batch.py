"""The fast path: a regional catalogue compiled to dictionaries, and results shared by every case of a group.

Where a region's rules depend on more than codes (fees, partial matches, prefixes) the cases go through the explaining
path's own decisions instead, case by case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from coding_rules.grouper.dip_catalogue import DipGroup
from coding_rules.grouper.dip_match import CatalogueIndex
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.grouper.procedure_kinds import ProcedureKinds


@dataclass(frozen=True, slots=True)
class LightGrouping:
    """A grouping without path: what tables and statistics need. ``mean_fee`` in 分, ``mean_los`` in days."""

    group: str
    name: str = ""
    kind: str = ""
    points: Decimal | None = None
    mean_fee: int | None = None
    mean_los: Decimal | None = None
    reason: str = ""


Slow = Callable[[GrouperInput], tuple[DipGroup | None, str]]


class BatchGrouper:
    """Groups many cases."""

    def __init__(
        self, index: CatalogueIndex, kinds: ProcedureKinds, excluded: frozenset[str], slow: Slow
    ) -> None:
        self._slow = slow
        self._light: dict[int, LightGrouping] = {}

    def group_all(self, cases: Iterable[GrouperInput]) -> list[LightGrouping]:
        """Light results in the order of the cases."""
        return [self._one(case) for case in cases]

    def _one(self, case: GrouperInput) -> LightGrouping:
        if not case.diagnoses or not case.diagnoses[0].strip():
            return LightGrouping("", reason="主要诊断编码缺失")
        group, reason = self._slow(case)
        if group is None:
            return LightGrouping("", reason=reason)
        light = self._light.get(id(group))
        if light is None:
            light = self._light[id(group)] = LightGrouping(
                group.code, group.name, group.kind_label, group.points, group.mean_fen, group.mean_los
            )
        return light
