from datetime import date, datetime, time

import pytest

from app.readers.values import cell_text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (" 0012 ", "0012"),
        (12.0, "12"),
        (12.5, "12.5"),
        (True, "1"),
        (datetime(2025, 1, 2), "2025-01-02"),
        (datetime(2025, 1, 2, 9, 5), "2025-01-02 09:05:00"),
        (date(2025, 1, 2), "2025-01-02"),
        (time(9, 5), "09:05:00"),
        (4.10400196001021e17, "410400196001021000"),
    ],
)
def test_workbook_cells_as_text(cell: object, text: str) -> None:
    assert cell_text(cell) == text
