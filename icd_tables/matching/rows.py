"""Key rows: every wording under which an entry can be found, each pointing at its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from icd_tables.codes import normalize_code
from icd_tables.crosswalk import Crosswalk
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

    def __init__(self, entries: Iterable[CodeEntry]) -> None:
        positions: dict[str, int] = {}
        groups: list[list[CodeEntry]] = []
        for entry in entries:
            at = positions.setdefault(entry.name, len(groups))
            if at == len(groups):
                groups.append([])
            groups[at].append(entry)
        self.position = positions
        self.entries: tuple[tuple[CodeEntry, ...], ...] = tuple(tuple(group) for group in groups)
        self.by_code: dict[str, int] = {}
        for at, group in enumerate(self.entries):
            for entry in group:
                self.by_code.setdefault(normalize_code(entry.code), at)

    def __len__(self) -> int:
        return len(self.entries)

    def name(self, target: int) -> str:
        """The name at this position."""
        return self.entries[target][0].name

    def entry(self, target: int) -> CodeEntry:
        """The entry that stands for a name: the most detailed code, because only that can be filed."""
        return max(self.entries[target], key=lambda entry: (len(entry.code), not entry.valid_to))


def key_rows(names: Names, crosswalk: Crosswalk | None = None) -> Sequence[KeyRow]:
    """All wordings of all names, duplicates of one name removed."""
    rows: list[KeyRow] = []
    for target, group in enumerate(names.entries):
        seen: set[str] = set()
        for text, origin in _all_wordings(group, crosswalk):
            if text not in seen:
                seen.add(text)
                rows.append(KeyRow(target, text, origin))
    return rows


def _all_wordings(group: Sequence[CodeEntry], crosswalk: Crosswalk | None) -> Iterator[tuple[str, Origin]]:
    yield from wordings(group[0].name)
    for entry in group:
        for alias in entry.aliases:
            yield alias, Origin.ALIAS
        if crosswalk is not None:
            for row in crosswalk.sources(entry.code):
                yield row.source_name, Origin.OLD_NAME
