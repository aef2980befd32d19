"""Key rows: every wording under which an entry can be found, each pointing at its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from icd_tables.codes import normalize_code
from icd_tables.crosswalk import Crosswalk
from icd_tables.matching.grams import Ints
from icd_tables.table import CodeEntry

_SQUARE = re.compile(r"[\[［【〔]([^\]］】〕]*)[\]］】〕]?")
_ROUND = re.compile(r"[(（]([^)）]*)[)）]?")
_HAN = re.compile(r"[一-鿿]{2}")


class Origin(IntEnum):
    """Where a wording comes from."""

    NAME = 0
    OUTSIDE = 1
    BRACKET = 2
    ALIAS = 3
    OLD_NAME = 4


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One wording: the position of its name among the distinct names, the text, and where it comes from."""

    target: int
    text: str
    origin: Origin


def wordings(name: str) -> Iterator[tuple[str, Origin]]:
    """The name itself, the name outside its brackets, and what square brackets give as another name.

    ``银屑病[牛皮癣]`` -> 银屑病[牛皮癣], 银屑病, 牛皮癣; round brackets only add detail, so their contents are no name.
    """
    yield name, Origin.NAME
    outside = _ROUND.sub("", _SQUARE.sub("", name)).strip()
    if outside and outside != name:
        yield outside, Origin.OUTSIDE
    for inside in _SQUARE.findall(name):
        for alias in re.split(r"[、，,;；]", inside):
            if _HAN.search(alias):
                yield alias, Origin.BRACKET


class Names:
    """The distinct names of a table, in its order, each with the entries that carry it."""

    def __init__(self, entries: Sequence[CodeEntry], of_entry: Ints | None = None) -> None:
        """``of_entry``: the name of each entry, where that was worked out before."""
        self._entries = entries
        self.of_entry = _numbered(entries) if of_entry is None else of_entry
        self._order = np.argsort(self.of_entry, kind="stable").astype(np.int32)
        self._start = np.concatenate([[0], np.cumsum(np.bincount(self.of_entry))]).astype(np.int32)

    def __len__(self) -> int:
        return len(self._start) - 1

    def name(self, target: int) -> str:
        """The name at this position."""
        return self._entries[int(self._order[self._start[target]])].name

    def group(self, target: int) -> list[CodeEntry]:
        """The entries that carry this name."""
        rows = self._order[self._start[target] : self._start[target + 1]].tolist()
        return [self._entries[row] for row in rows]

    def least(self, values: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The least of the values of the entries that carry each name."""
        found = np.full(len(self), np.iinfo(np.uint8).max, np.uint8)
        np.minimum.at(found, self.of_entry, values)
        return found

    def entry(self, target: int) -> CodeEntry:
        """The entry that stands for a name: the most detailed code, because only that can be filed."""
        group = self.group(target)
        return group[0] if len(group) == 1 else max(group, key=lambda one: (len(one.code), not one.valid_to))

    @cached_property
    def position(self) -> dict[str, int]:
        """Positions by name."""
        return {self.name(target): target for target in range(len(self))}

    @cached_property
    def by_code(self) -> dict[str, int]:
        """Positions by normalised code; the first one where several names have a code."""
        found: dict[str, int] = {}
        for row in self._order.tolist():
            found.setdefault(normalize_code(self._entries[row].code), int(self.of_entry[row]))
        return found


def _numbered(entries: Sequence[CodeEntry]) -> Ints:
    positions: dict[str, int] = {}
    return np.array([positions.setdefault(entry.name, len(positions)) for entry in entries], np.int32)


def key_rows(names: Names, crosswalk: Crosswalk | None = None) -> Iterator[KeyRow]:
    """All wordings of all names, duplicates of one name removed."""
    for target in range(len(names)):
        seen: set[str] = set()
        for text, origin in _all_wordings(names.group(target), crosswalk):
            if text not in seen:
                seen.add(text)
                yield KeyRow(target, text, origin)


def _all_wordings(group: Sequence[CodeEntry], crosswalk: Crosswalk | None) -> Iterator[tuple[str, Origin]]:
    yield from wordings(group[0].name)
    for entry in group:
        for alias in entry.aliases:
            yield alias, Origin.ALIAS
        if crosswalk is not None:
            for row in crosswalk.sources(entry.code):
                yield row.source_name, Origin.OLD_NAME
