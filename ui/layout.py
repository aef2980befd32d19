"""The remembered layout: window, splitters, table columns, as texts for the settings."""

from __future__ import annotations

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow

from icd_tables.codes import Kind
from ui.review_page import ReviewPage
from ui.tables import DenseTable

VERSION = "1"
"""Raised when panels change so that old sizes would be wrong."""


def take(window: QMainWindow, page: ReviewPage) -> dict[str, str]:
    """The layout as it is."""
    found = {"version": VERSION, "window": _text(window.saveGeometry())}
    found |= {f"splitter.{name}": _text(one.saveState()) for name, one in page.splitters().items()}
    return found | {f"columns.{name}": table.layout_state() for name, table in _tables(page).items()}


def restore(window: QMainWindow, page: ReviewPage, layout: dict[str, str]) -> None:
    """Take a layout back; parts that Qt refuses or that are absent stay as they are."""
    if layout.get("version") != VERSION:
        return
    if layout.get("window"):
        window.restoreGeometry(_bytes(layout["window"]))
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
