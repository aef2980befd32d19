from __future__ import annotations

from datetime import date

import pytest

from icd_tables.validity import covers

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)


@pytest.mark.parametrize(
    ("start", "end", "day", "holds"),
    [
        (FIRST, LAST, FIRST, True),
        (FIRST, LAST, LAST, True),
        (FIRST, LAST, date(2024, 12, 31), False),
        (FIRST, LAST, date(2026, 1, 1), False),
        (None, LAST, date.min, True),
        (FIRST, None, date.max, True),
        (None, None, FIRST, True),
        (FIRST, LAST, None, True),
    ],
)
def test_both_ends_count_and_open_ends_have_no_limit(
    start: date | None, end: date | None, day: date | None, holds: bool
) -> None:
    assert covers(start, end, day) is holds
