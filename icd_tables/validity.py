"""From a day to a day: when a code, a table, a rule or a scheme holds. Both ends count; an open end has no limit."""

from __future__ import annotations

from datetime import date


def covers(start: date | None, end: date | None, day: date | None) -> bool:
    """Whether ``day`` lies between the two. An unknown day is taken as covered: nothing speaks against it."""
    return day is None or ((start is None or start <= day) and (end is None or day <= end))
