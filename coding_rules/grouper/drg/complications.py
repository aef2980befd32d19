"""Which secondary diagnoses count as MCC or CC: the complication table of a scheme, with its exclusions, ready for lookup.

A secondary diagnosis counts unless every exclusion table it is listed with is excluded by the principal diagnosis. A
complication without a table ("") is never excluded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from coding_rules.expression.compiler import Test
from coding_rules.grouper.drg.scheme import Complication, Exclusion

CC, MCC = 1, 2
"""Bits of a level: a code may be listed as either, or as both with different tables."""

NOTHING: frozenset[str] = frozenset()
Listing = tuple[frozenset[str], frozenset[str]]
"""The exclusion tables a code is listed with as MCC, and as CC."""


class ComplicationIndex:
    """Levels of secondary diagnoses under a principal diagnosis.

    Codes listed alike share a mark, principal diagnoses that exclude alike share a row of levels by mark: exclusions are worked
    out once, and a secondary diagnosis costs one look-up. ``marks`` holds the mark of every complication (0 is none),
    ``levels`` the levels by mark of every principal diagnosis that excludes any.
    """

    def __init__(self, complications: Iterable[Complication], exclusions: Iterable[Exclusion]) -> None:
        self.listings = _listings(complications)
        self.excluded = _excluded(exclusions)
        numbers = {(NOTHING, NOTHING): 0}
        self.marks = {
            code: numbers.setdefault(listing, len(numbers)) for code, listing in self.listings.items()
        }
        self._none_listed = self.marks.keys().isdisjoint
        self._levels_of_any = bytes(_level(*listing, NOTHING) for listing in numbers)
        marks_of_table: dict[str, list[tuple[int, Listing]]] = {}
        for listing, mark in numbers.items():
            for table in listing[0] | listing[1]:
                marks_of_table.setdefault(table, []).append((mark, listing))
        rows = {tables: self._row(tables, marks_of_table) for tables in set(self.excluded.values())}
        self.levels = {principal: rows[tables] for principal, tables in self.excluded.items()}

    def _row(
        self, excluded: frozenset[str], marks_of_table: Mapping[str, Iterable[tuple[int, Listing]]]
    ) -> bytes:
        """The levels by mark beside principal diagnoses that exclude these tables: few marks differ from the usual."""
        row = bytearray(self._levels_of_any)
        for table in excluded:
            for mark, listing in marks_of_table.get(table, ()):
                row[mark] = _level(*listing, excluded)
        return bytes(row)

    def levels_under(self, principal: str) -> bytes:
        """The level of each mark beside a principal diagnosis: 0, or the bits of ``CC`` and ``MCC``. Shared where equal."""
        return self.levels.get(principal, self._levels_of_any)

    def level(self, diagnoses: tuple[str, ...]) -> int:
        """The bits that the secondary diagnoses of a case reach together, given all its diagnoses."""
        secondary = diagnoses[1:]
        if self._none_listed(secondary):
            return 0
        levels, found = self.levels_under(diagnoses[0]), 0
        for code in secondary:
            found |= levels[self.marks.get(code, 0)]
        return found

    @cached_property
    def flags(self) -> Mapping[str, Test]:
        """The compiled flags of the rule language: ``mcc`` and ``cc``."""
        level = self.level
        return {
            "mcc": lambda facts: level(facts.diagnoses) >= MCC,
            "cc": lambda facts: bool(level(facts.diagnoses) & CC),
        }


def _listings(complications: Iterable[Complication]) -> dict[str, Listing]:
    """The tables of every code; the many codes with one row share their listing with the others of that level and table."""
    singles: dict[tuple[str, str], Listing] = {}
    found: dict[str, Listing] = {}
    for code, level, table, _ in complications:
        single = singles.get((level, table))
        if single is None:
            tables = frozenset((table,))
            single = singles[level, table] = (tables, NOTHING) if level == "MCC" else (NOTHING, tables)
        known = found.get(code)
        found[code] = single if known is None else (known[0] | single[0], known[1] | single[1])
    return found


def _excluded(exclusions: Iterable[Exclusion]) -> dict[str, frozenset[str]]:
    """The tables that every principal diagnosis excludes, shared like the listings."""
    singles: dict[str, frozenset[str]] = {"": NOTHING}
    found: dict[str, frozenset[str]] = {}
    for principal, table, _ in exclusions:
        single = singles.get(table)
        if single is None:
            single = singles[table] = frozenset((table,))
        known = found.get(principal)
        found[principal] = single if known is None else known | single
    return found


def _level(mcc: frozenset[str], cc: frozenset[str], excluded: frozenset[str]) -> int:
    return (0 if mcc <= excluded else MCC) | (0 if cc <= excluded else CC)
