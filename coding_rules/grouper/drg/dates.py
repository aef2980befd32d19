"""Dates in force: which of several versions or tables holds on a day, which overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations
from typing import Protocol, TypeVar


class Dated(Protocol):
    """What holds from one day to another, both inclusive, open where ``None``."""

    @property
    def valid_from(self) -> date | None:
        """The first day in force."""

    @property
    def valid_to(self) -> date | None:
        """The last day in force."""


_Dated = TypeVar("_Dated", bound=Dated)


def is_dated(one: Dated) -> bool:
    """Whether it says from or until when it holds."""
    return one.valid_from is not None or one.valid_to is not None


def holds_on(one: Dated, day: date) -> bool:
    """Whether it is in force on a day."""
    return (one.valid_from or date.min) <= day <= (one.valid_to or date.max)


def in_force(several: Sequence[_Dated], day: date | None) -> _Dated | None:
    """The one that holds on a day: of several the one that came into force last. Without a day the first of them.

    ``None`` when none holds.
    """
    if day is None:
        return several[0] if several else None
    holding = [one for one in several if holds_on(one, day)]
    return max(holding, key=lambda one: one.valid_from or date.min, default=None)


def overlapping(several: Sequence[_Dated]) -> Iterator[tuple[_Dated, _Dated, date, date]]:
    """Pairs in force on the same days, with the first and the last of these days."""
    for one, other in combinations(several, 2):
        first = max(one.valid_from or date.min, other.valid_from or date.min)
        last = min(one.valid_to or date.max, other.valid_to or date.max)
        if first <= last:
            yield one, other, first, last


def period(start: date | None, end: date | None) -> str:
    """Dates in force in words: ``2025-01-01 至 2025-12-31``; open ends said as such."""
    if start is None and end is None:
        return "未注明起止日期"
    return f"{start or '不限'} 至 {end or '不限'}"
