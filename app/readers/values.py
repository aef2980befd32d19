"""Cells of a workbook as the texts a front page would hold."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal


def cell_text(value: object) -> str:
    """A workbook cell as the text a front page would hold: whole numbers without ``.0``, dates as ``yyyy-MM-dd[ HH:mm:ss]``."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return format(Decimal(f"{value:.15g}"), "f")  # the 15 digits a spreadsheet keeps and shows
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(value)
