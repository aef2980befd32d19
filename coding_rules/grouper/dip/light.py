"""LightGrouping: a grouping without its path, for tables and statistics over many cases."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from coding_rules.grouper.dip.bed_days import BED_DAYS, BedDayGroup
from coding_rules.grouper.dip.catalogue import DipGroup


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


def light_by_days(group: BedDayGroup) -> LightGrouping:
    """The result of a group that is paid by days; ``points`` are those of one day."""
    return LightGrouping(group.code, group.name, BED_DAYS, group.points)


class Results:
    """The one result object of every group.

    Keyed by the group's row, not its identity: the 3.0 pipeline makes groups as it goes.
    """

    def __init__(self) -> None:
        self._by_row: dict[tuple[str, bool, str], LightGrouping] = {}

    def __call__(self, group: DipGroup) -> LightGrouping:
        """The result of a group."""
        row = group.code, group.basic, group.source
        light = self._by_row.get(row)
        if light is None:
            light = self._by_row[row] = LightGrouping(
                group.code,
                group.name,
                group.kind_label,
                group.points,
                group.mean_fen,
                group.mean_los,
                group.remark,
            )
        return light
