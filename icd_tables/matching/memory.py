"""Memory: what a hospital confirmed (text -> code). The contract, and the memory that lives only as long as the program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from icd_tables.codes import normalize_code
from icd_tables.normalize import surface


@dataclass(frozen=True, slots=True)
class Confirmed:
    """One remembered pair: the wording, the code chosen for it, how often, by whom last and when last.

    ``name`` is the name that was on the screen; it finds the entry where a code list gives one code to several names.
    """

    text: str
    code: str
    name: str = ""
    count: int = 1
    who: str = ""
    when: datetime | None = None


_TAKEN_BACK = 1_000
"""Grows a version by so much that every index is built anew at once: what was taken back must not go on teaching."""


class Memory(Protocol):
    """What the matcher asks of a memory; implemented here in memory and by the hospital dictionary in ``app.matching.memory``."""

    @property
    def version(self) -> int:
        """Grows with every change, so that indexes over the memory know when they are stale."""
        ...

    def lookup(self, text: str) -> Sequence[Confirmed]:
        """What was confirmed for exactly this wording (width, case and punctuation aside), most often first."""
        ...

    def __iter__(self) -> Iterator[Confirmed]:
        """Everything remembered."""
        ...


class SessionMemory:
    """A memory without a file: a table of pairs handed to the command line, or the work of one session."""

    def __init__(self, pairs: Iterable[Confirmed] = ()) -> None:
        self._by_text: dict[str, dict[tuple[str, str], Confirmed]] = {}
        self.version = 0
        for pair in pairs:
            self.add(pair)

    def add(self, pair: Confirmed) -> None:
        """Remember one more confirmation; the same pair again adds to its count."""
        known = self._by_text.setdefault(surface(pair.text), {})
        key = (normalize_code(pair.code), pair.name)
        old = known.get(key)
        if old is not None:
            later = pair if (pair.when or datetime.min) >= (old.when or datetime.min) else old
            pair = replace(later, count=old.count + pair.count)
        known[key] = pair
        self.version += 1

    def put(self, text: str, pairs: Iterable[Confirmed]) -> None:
        """Remember just these for a wording, whatever was remembered for it before."""
        self._by_text[surface(text)] = {(normalize_code(pair.code), pair.name): pair for pair in pairs}
        self.version += _TAKEN_BACK

    def lookup(self, text: str) -> Sequence[Confirmed]:
        """What was confirmed for this wording, most often first."""
        return by_weight(self._by_text.get(surface(text), {}).values())

    def __iter__(self) -> Iterator[Confirmed]:
        for known in list(self._by_text.values()):  # another thread may confirm meanwhile
            yield from list(known.values())

    def __len__(self) -> int:
        return sum(len(known) for known in self._by_text.values())


def by_weight(pairs: Iterable[Confirmed]) -> list[Confirmed]:
    """Most often confirmed first, then the most recent."""
    return sorted(pairs, key=lambda pair: (-pair.count, -(pair.when or datetime.min).toordinal(), pair.code))
