"""The dates in force that a published weight table says of itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

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
