"""The remembered layout: window, splitters, table columns, as texts for the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow

from icd_tables.codes import Kind

if TYPE_CHECKING:
    from ui.review_page import ReviewPage
    from ui.tables import DenseTable

VERSION = "1"
"""Raised when panels change so that old sizes would be wrong."""


def of_window(window: QMainWindow) -> dict[str, str]:
    """Where the window is and how large."""
    return {"version": VERSION, "window": _text(window.saveGeometry())}


def of_page(page: ReviewPage) -> dict[str, str]:
    """The splitters and columns of the review page as they are."""
    found = {f"splitter.{name}": _text(one.saveState()) for name, one in page.splitters().items()}
    return found | {f"columns.{name}": table.layout_state() for name, table in _tables(page).items()}


def restore_window(window: QMainWindow, layout: Mapping[str, str]) -> None:
    """Put the window where it was; what Qt refuses stays as it is."""
    if layout.get("version") == VERSION and layout.get("window"):
        window.restoreGeometry(_bytes(layout["window"]))


def restore_page(page: ReviewPage, layout: Mapping[str, str]) -> None:
    """Take splitters and columns back; parts that Qt refuses or that are absent stay as they are."""
    if layout.get("version") != VERSION:
        return
    for name, splitter in page.splitters().items():
        if state := layout.get(f"splitter.{name}"):
            splitter.restoreState(_bytes(state))
    for name, table in _tables(page).items():
        if state := layout.get(f"columns.{name}"):
            table.restore_layout(state)


def _tables(page: ReviewPage) -> dict[str, DenseTable]:
    return {
        "queue": page.queue.table,
        "diagnoses": page.case.tables[Kind.DIAGNOSIS],
        "procedures": page.case.tables[Kind.PROCEDURE],
        "score": page.score.score,
    }


def _text(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode("ascii")


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode("ascii"))
