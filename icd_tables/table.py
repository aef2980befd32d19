"""CodeEntry and CodeTable: immutable rows and the ways to look one up."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from icd_tables.codes import Edition, Kind, category, normalize_code
from icd_tables.validity import covers


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One row of a code table, as published.

    ``row`` is the 1-based row in the source file (0: not from a file). ``category`` of a procedure is 手术, 介入治疗,
    诊断性操作 or 治疗性操作 where the table says so, otherwise empty. ``keys`` are search keys the table itself brings
    (pinyin, wubi, English names). ``damaged`` marks a name that lost characters before it was published.
    """

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    category: str = ""
    not_principal: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    damaged: bool = False
    row: int = 0

    def in_force(self, day: date | None) -> bool:
        """Whether the code may be used on ``day`` (``None``: unknown day, taken as in force)."""
        return covers(self.valid_from, self.valid_to, day)


@dataclass(frozen=True, slots=True)
class TableInfo:
    """The manifest of a table: what it is, where it came from and how sure we are of it."""

    table_id: str
    kind: Kind
    edition: Edition
    version: str
    title: str
    source: str
    sha256: str = ""
    rows: int = 0
    valid_from: date | None = None
    valid_to: date | None = None
    starter: bool = False
    note: str = ""


class CodeTable:
    """All codes of one edition; looked up by code, by name, by prefix and by category.

    Codes are compared in their normalised spelling. Entries keep the order of the source.
    """

    def __init__(self, info: TableInfo, entries: Iterable[CodeEntry]) -> None:
        self.info = info
        self.entries: tuple[CodeEntry, ...] = tuple(entries)
        self._by_code: dict[str, CodeEntry] = {}
        for entry in self.entries:
            self._by_code.setdefault(normalize_code(entry.code), entry)

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[CodeEntry]:
        return iter(self.entries)

    def __contains__(self, code: str) -> bool:
        return normalize_code(code) in self._by_code

    def get(self, code: str) -> CodeEntry | None:
        """The entry with this code, whatever its spelling, or ``None``."""
        return self._by_code.get(code) or self._by_code.get(normalize_code(code))

    def by_name(self, name: str) -> Sequence[CodeEntry]:
        """Entries whose published name or alias is exactly ``name``."""
        return self._by_name.get(name, ())

    def prefix(self, prefix: str) -> Sequence[CodeEntry]:
        """Entries whose normalised code starts with ``prefix``, in code order."""
        wanted = normalize_code(prefix)
        start = bisect_left(self._sorted_codes, wanted)
        found: list[CodeEntry] = []
        for code in self._sorted_codes[start:]:
            if not code.startswith(wanted):
                break
            found.append(self._by_code[code])
        return found

    def category(self, code: str) -> Sequence[CodeEntry]:
        """Entries of the category that ``code`` belongs to (``K35``, ``47``), in code order."""
        return self.prefix(category(normalize_code(code), self.info.kind))

    @cached_property
    def _sorted_codes(self) -> list[str]:
        return sorted(self._by_code)

    @cached_property
    def _by_name(self) -> dict[str, tuple[CodeEntry, ...]]:
        names: dict[str, tuple[CodeEntry, ...]] = {}
        for entry in self.entries:
            for name in (entry.name, *entry.aliases):
                names[name] = (*names.get(name, ()), entry)
        return names
