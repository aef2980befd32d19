"""A DRG grouper that goes by the day of discharge: which version of the scheme groups a case, and which table weighs its group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import islice

from coding_rules.grouper.drg.dates import holds_on, in_force, is_dated, period
from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.drg.outcomes import UNGROUPED, DrgResult
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.drg.weight_table import GroupWeight, WeightTable
from coding_rules.grouper.grouping import VERSION, WORTH, Grouping, Step
from coding_rules.grouper.inputs import GrouperInput

_AT_ONCE = 20_000
"""Cases taken together: enough that each version of the scheme gets whole columns of them."""


class DatedGrouper(DrgGrouper):
    """Groups like any other, but by the version of the scheme, and with the weights, in force on the day of discharge.

    The first of ``versions`` is the one chosen: it takes the cases without a day, and those whose day no version covers, which the
    path says. Without ``tables`` each version brings its own weights; with them a day that no table covers has no weight, and the
    path says so; a case without a day takes the first table.
    """

    def __init__(self, versions: Sequence[Scheme], tables: Sequence[WeightTable] = ()) -> None:
        super().__init__(versions[0])
        self._versions = tuple(versions)
        self._other = _others(versions)
        self.tables = tuple(tables)

    @property
    def versions(self) -> tuple[Scheme, ...]:
        """All versions, the chosen one first."""
        return self._versions

    def version_on(self, day: date | None) -> Scheme:
        """The version that groups the cases discharged on a day."""
        version = self._other(day)
        return self.scheme if version is None else version.scheme

    def group(self, case: GrouperInput) -> Grouping:
        """The group of a case with the whole path, which version grouped it and which table gave its weight."""
        version = self._other(case.discharged)
        grouping = super().group(case) if version is None else version.group(case)
        grouping = replace(grouping, path=(*self._version_steps(case.discharged), *grouping.path))
        return self._weighed(grouping, case.discharged) if self.tables and grouping.grouped else grouping

    def codes(self, case: GrouperInput) -> DrgResult:
        """MDC, ADRG and DRG of one case under the version of its day, without the path."""
        version = self._other(case.discharged)
        return super().codes(case) if version is None else version.codes(case)

    def group_batch(self, cases: Iterable[GrouperInput]) -> Iterator[DrgResult]:
        """MDC, ADRG and DRG of each case under the version of its day, in order, as a stream in bounded memory."""
        if len(self._versions) == 1:
            return super().group_batch(cases)
        return self._by_version(iter(cases), super().group_batch)

    def worth(self, group: str, day: date | None = None) -> GroupWeight | None:
        """What a group is worth to a case discharged on a day."""
        if self.tables:
            table = in_force(self.tables, day)
            return table.get(group) if table is not None and group else None
        version = self._other(day)
        return super().worth(group) if version is None else version.worth(group)

    def _by_version(
        self, cases: Iterator[GrouperInput], chosen: Callable[[Iterable[GrouperInput]], Iterable[DrgResult]]
    ) -> Iterator[DrgResult]:
        while bundle := list(islice(cases, _AT_ONCE)):
            places: dict[DrgGrouper | None, list[int]] = {}
            for at, case in enumerate(bundle):
                places.setdefault(self._other(case.discharged), []).append(at)
            results = [UNGROUPED] * len(bundle)
            for version, its in places.items():
                group_all = chosen if version is None else version.group_batch
                for at, result in zip(its, group_all([bundle[at] for at in its]), strict=True):
                    results[at] = result
            yield from results

    def _version_steps(self, day: date | None) -> Iterator[Step]:
        """Which version grouped, where there is a choice; that none is in force on the day."""
        info = self.version_on(day).info
        name = f"“{info.title}”（{period(info.valid_from, info.valid_to)}）"
        if day is not None and not holds_on(info, day):
            text = f"出院日期 {day} 没有有效的方案版本，仍按{name}分组，结果仅供参考"
            yield Step(VERSION, text, held=False)
        elif len(self._versions) > 1:
            yield Step(VERSION, f"{_when(day)}用{name}分组")

    def _weighed(self, grouping: Grouping, day: date | None) -> Grouping:
        table = in_force(self.tables, day)
        row = table.get(grouping.group) if table is not None else None
        worth = row or GroupWeight(grouping.group)
        return replace(
            grouping,
            weight=worth.weight,
            points=worth.points,
            mean_fee=worth.mean_fee,
            mean_los=worth.mean_los,
            rates=worth.rates,
            path=(*grouping.path, _worth_step(grouping.group, day, table, row)),
        )


def _others(versions: Sequence[Scheme]) -> Callable[[date | None], DrgGrouper | None]:
    """Which version groups a day's cases instead of the chosen one, if another does."""
    infos = [version.info for version in versions]
    groupers = {version.info: DrgGrouper(version) for version in versions[1:]}

    @cache
    def other(day: date | None) -> DrgGrouper | None:
        held = in_force(infos, day)
        return None if held is None or held == infos[0] else groupers[held]

    return other


def drg_grouper(versions: Sequence[Scheme], tables: Sequence[WeightTable] = ()) -> DrgGrouper:
    """The grouper of a scheme, the version chosen first; ``tables`` are the weight tables to choose from by day of discharge, if any
    has dates in force.
    """
    dated_tables = tables if any(map(is_dated, tables)) else ()
    if dated_tables or any(is_dated(version.info) for version in versions):
        return DatedGrouper(versions, dated_tables)
    return DrgGrouper(versions[0])


def _worth_step(group: str, day: date | None, table: WeightTable | None, row: GroupWeight | None) -> Step:
    if table is None:
        return Step(WORTH, f"出院日期 {day} 不在任何一份权重表的有效期内，没有权重", held=False)
    used = f"{_when(day)}用“{table.name}”（{period(table.valid_from, table.valid_to)}）"
    if row is None:
        return Step(WORTH, f"{used}，其中没有 {group}", held=False, source=table.name)
    return Step(WORTH, used, source=row.source)


def _when(day: date | None) -> str:
    return f"按出院日期 {day} " if day else "未填出院日期，"
