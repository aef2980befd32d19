"""A DRG grouper whose weights come from the table in force on the day of discharge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.drg.weight_dates import in_force, period
from coding_rules.grouper.drg.weight_table import GroupWeight, WeightTable
from coding_rules.grouper.grouping import WORTH, Grouping, Step
from coding_rules.grouper.inputs import GrouperInput


class DatedGrouper(DrgGrouper):
    """Groups like any other; what the group is worth depends on ``discharged``. A day that no table covers has no weight, and the
    path says so; a case without a day of discharge takes the first table.
    """

    def __init__(self, scheme: Scheme, tables: Sequence[WeightTable]) -> None:
        super().__init__(scheme)
        self.tables = tuple(tables)

    def group(self, case: GrouperInput) -> Grouping:
        """The group of a case with the whole path, and which table gave its weight."""
        grouping = super().group(case)
        if not grouping.grouped:
            return grouping
        table = in_force(self.tables, case.discharged)
        row = table.get(grouping.group) if table is not None else None
        worth = row or GroupWeight(grouping.group)
        return replace(
            grouping,
            weight=worth.weight,
            points=worth.points,
            mean_fee=worth.mean_fee,
            mean_los=worth.mean_los,
            path=(*grouping.path, _step(grouping.group, case.discharged, table, row)),
        )


def worth_of(grouper: DrgGrouper, group: str, day: date | None) -> GroupWeight | None:
    """What a group is worth to a case discharged on a day, for those who take the fast path."""
    table = in_force(grouper.tables, day) if isinstance(grouper, DatedGrouper) else grouper.scheme.weights
    return table.get(group) if table is not None and group else None


def drg_grouper(scheme: Scheme, tables: Sequence[WeightTable] = ()) -> DrgGrouper:
    """The grouper of a scheme; ``tables`` are the weight tables to choose from by day of discharge, if any has dates in force."""
    dated = any(table.valid_from or table.valid_to for table in tables)
    return DatedGrouper(scheme, tables) if dated else DrgGrouper(scheme)


def _step(group: str, day: date | None, table: WeightTable | None, row: GroupWeight | None) -> Step:
    if table is None:
        return Step(WORTH, f"出院日期 {day} 不在任何一份权重表的有效期内，没有权重", held=False)
    when = f"按出院日期 {day} " if day else "未填出院日期，"
    used = f"{when}用“{table.name}”（{period(table.valid_from, table.valid_to)}）"
    if row is None:
        return Step(WORTH, f"{used}，其中没有 {group}", held=False, source=table.name)
    return Step(WORTH, used, source=row.source)
