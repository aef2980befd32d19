"""Workbooks of several sheets, as catalogues are published."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

Rows = list[Sequence[Any]]


def workbook(path: Path, **sheets: Rows) -> Path:
    """A workbook with these sheets, each its rows."""
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path
