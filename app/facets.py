"""Facets: the queue counted by department, finding, status and rate band, as OpenRefine does it.

The counts of a facet are taken over the rows that every *other* facet lets through, so a coder sees what one more click
would leave.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True)
class Facet(Generic[Row]):
    """One way to divide the rows: ``values`` gives the values of a row, each once (several for findings, none when unknown).

    ``order`` fixes the order of values that have a natural one; others come by count.
    """

    key: str
    title: str
    values: Callable[[Row], Sequence[str]]
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value, how many rows have it, and whether it is ticked."""

    value: str
    count: int
    chosen: bool = False


Chosen = Mapping[str, frozenset[str]]
"""Ticked values by facet key; an absent or empty set lets everything through."""


def accepts(facets: Iterable[Facet[Row]], chosen: Chosen) -> Callable[[Row], bool]:
    """A filter: the row has a ticked value in every facet that has ticks."""
    active = [(facet.values, chosen[facet.key]) for facet in facets if chosen.get(facet.key)]
    return lambda row: all(not ticked.isdisjoint(values(row)) for values, ticked in active)


class Tally(Generic[Row]):
    """The values of every facet counted over rows that come and go: a changed row costs one row, not all of them."""

    def __init__(
        self, facets: Sequence[Facet[Row]], rows: Iterable[Row] = (), chosen: Chosen | None = None
    ) -> None:
        self._facets = facets
        self._chosen: Chosen = chosen or {}
        self._active = [
            (facet.key, facet.values, self._chosen[facet.key])
            for facet in facets
            if self._chosen.get(facet.key)
        ]
        passed, failed_one = self._divide(rows)
        self._seen = {
            facet.key: Counter(
                chain.from_iterable(map(facet.values, chain(passed, failed_one.get(facet.key, ()))))
            )
            for facet in facets
        }

    def add(self, row: Row) -> None:
        """Count a row."""
        for key, values in self._counted(row):
            self._seen[key].update(values)

    def remove(self, row: Row) -> None:
        """Take a row that was counted out again."""
        for key, values in self._counted(row):
            self._seen[key].subtract(values)

    def listed(self) -> dict[str, tuple[FacetValue, ...]]:
        """The values of every facet with their counts; ticked values stay listed at count 0."""
        return {facet.key: _listed(facet, +self._seen[facet.key], self._chosen) for facet in self._facets}

    def _divide(self, rows: Iterable[Row]) -> tuple[list[Row], dict[str, list[Row]]]:
        """Rows that pass all facets; and, by facet, those that fail it alone. Facet by facet, many rows are counted fastest."""
        if not self._active:
            return list(rows), {}
        passed: list[Row] = []
        failed_one: dict[str, list[Row]] = {key: [] for key, _, _ in self._active}
        for row in rows:
            failed = [key for key, values, ticked in self._active if ticked.isdisjoint(values(row))]
            if not failed:
                passed.append(row)
            elif len(failed) == 1:
                failed_one[failed[0]].append(row)
        return passed, failed_one

    def _counted(self, row: Row) -> list[tuple[str, Sequence[str]]]:
        """What a row counts for: every facet when it passes all, the only one it fails, else none."""
        passed, failed_one = self._divide((row,))
        return [
            (facet.key, facet.values(row)) for facet in self._facets if passed or failed_one.get(facet.key)
        ]


def count(
    facets: Sequence[Facet[Row]], rows: Iterable[Row], chosen: Chosen
) -> dict[str, tuple[FacetValue, ...]]:
    """The values of every facet with their counts; ticked values stay listed at count 0."""
    return Tally(facets, rows, chosen).listed()


def _listed(facet: Facet[Row], counts: Counter[str], chosen: Chosen) -> tuple[FacetValue, ...]:
    """Values in their own order, else the most frequent first."""
    ticked = chosen.get(facet.key, frozenset())
    rank = {value: place for place, value in enumerate(facet.order)}

    def place(value: str) -> tuple[int, int, str]:
        return rank.get(value, len(rank)), -counts[value], value

    return tuple(
        FacetValue(value, counts[value], value in ticked) for value in sorted({*counts, *ticked}, key=place)
    )
