"""Dates in force of weight tables: what a published table says of itself, which table holds on a day, which overlap."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

from coding_rules.grouper.drg.weight_table import WeightTable

_DAY = r"(20\d\d)[年./-](\d{1,2})[月./-](\d{1,2})日?"
_FROM = re.compile(rf"{_DAY}(?:\([^)]*\))?(?:出院[^。;，,]*?)?(?:起|开始|执行|施行|实施|启用|至|-|~|—)")
_TO = re.compile(rf"(?:至|到|止于|截至|-|~|—){_DAY}|{_DAY}(?:止|停用|废止|失效)")


def said_dates(table: WeightTable) -> tuple[date | None, date | None]:
    """The dates in force a table says of itself in its titles and notes; else the whole year it is of; else none.

    A proposal for the user to confirm: a note may speak of something else.
    """
    notes = [text for _, _, text in table.report.notes]
    starts, ends = _days(_FROM, notes), _days(_TO, notes)
    if starts or ends:
        return (min(starts) if starts else None, max(ends) if ends else None)
    year = max((row.year for row in table.rows.values()), default="")
    return (date(int(year), 1, 1), date(int(year), 12, 31)) if year else (None, None)


def holds_on(table: WeightTable, day: date) -> bool:
    """Whether a table is in force on a day."""
    return (table.valid_from or date.min) <= day <= (table.valid_to or date.max)


def in_force(tables: Sequence[WeightTable], day: date | None) -> WeightTable | None:
    """The table that holds on a day: of several the one that came into force last. Without a day the first of them.

    ``None`` when none holds.
    """
    if day is None:
        return tables[0] if tables else None
    holding = [table for table in tables if holds_on(table, day)]
    return max(holding, key=lambda table: table.valid_from or date.min, default=None)


def overlapping(tables: Sequence[WeightTable]) -> Iterator[tuple[WeightTable, WeightTable, date, date]]:
    """Pairs of tables in force on the same days, with the first and the last of these days."""
    for one, other in combinations(tables, 2):
        first = max(one.valid_from or date.min, other.valid_from or date.min)
        last = min(one.valid_to or date.max, other.valid_to or date.max)
        if first <= last:
            yield one, other, first, last


def period(start: date | None, end: date | None) -> str:
    """Dates in force in words: ``2025-01-01 至 2025-12-31``; open ends said as such."""
    if start is None and end is None:
        return "未注明起止日期"
    return f"{start or '不限'} 至 {end or '不限'}"


def _days(pattern: re.Pattern[str], texts: Sequence[str]) -> list[date]:
    found = []
    for text in texts:
        for groups in pattern.findall(text):
            parts = [int(part) for part in groups if part][:3]
            try:
                found.append(date(*parts))
            except ValueError:
                continue
    return found
