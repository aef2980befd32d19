"""Tables that people bring for DIP, as sheets: cells merged downwards say the same in every row, hidden sheets are marked."""

from __future__ import annotations

from pathlib import Path

from app.sheets import read_cells
from coding_rules.grouper.dip.columns import Sheet


def sheets_of(path: Path, name: str = "") -> list[Sheet]:
    """The sheets of a workbook or CSV file; ``name`` is for a table without one (a CSV).

    Raises:
        UserError: the file cannot be opened.
    """
    return [Sheet(path.name, cells.name or name, cells.filled, cells.hidden) for cells in read_cells(path)]
