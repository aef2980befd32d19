"""Rows of a tool's table: filtered and replaced without losing the row under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any

from ui.tables import DenseTable


def filter_rows(table: DenseTable, accepts: Callable[[Any], bool] | None) -> None:
    """Show only what ``accepts`` takes; the cursor stays on its row, else goes to the first one shown."""
    model, row = table.columns_model, table.current_row()
    model.set_filter(accepts)
    place = next((at for at, one in enumerate(model.rows()) if one is row), 0)
    go_to(table, place)


def replace_rows(table: DenseTable, rows: Iterable[Any], key: Hashable = None) -> None:
    """Show other rows; the cursor goes to the row with this key, else stays at its place as far as there are rows."""
    model, place = table.columns_model, table.currentIndex().row()
    model.set_rows(rows)
    known = model.place_of(key) if key is not None else -1
    go_to(table, known if known >= 0 else min(max(place, 0), model.rowCount() - 1))


def go_to(table: DenseTable, place: int) -> None:
    """Put the cursor on a place, if there is a row."""
    if 0 <= place < table.columns_model.rowCount():
        index = table.columns_model.index(place, max(table.currentIndex().column(), 0))
        table.setCurrentIndex(index)
        table.scrollTo(index)
