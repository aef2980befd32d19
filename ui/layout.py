"""The remembered layout: window, splitters, table columns, as texts for the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QMargins, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QStyle, QWidget

from icd_tables.codes import Kind

if TYPE_CHECKING:
    from ui.review_page import ReviewPage
    from ui.tables import DenseTable

VERSION = "2"
"""Raised when panels change so that old sizes would be wrong."""
_LAST = "screens"


def of_window(window: QMainWindow) -> dict[str, str]:
    """Where the window is and how large."""
    return {"version": VERSION, _LAST: _screens(), _here("window"): _text(window.saveGeometry())}


def of_page(page: ReviewPage) -> dict[str, str]:
    """The splitters and columns of the review page as they are."""
    found = {_here(f"splitter.{name}"): _text(one.saveState()) for name, one in page.splitters().items()}
    return found | {_here(f"columns.{name}"): table.layout_state() for name, table in _tables(page).items()}


def restore_window(window: QMainWindow, layout: Mapping[str, str]) -> None:
    """Put the window where it was with these screens; what Qt refuses stays as it is. It ends up within a screen."""
    if state := _known(layout, "window"):
        window.restoreGeometry(_bytes(state))
    fit(window)


def knows_window(layout: Mapping[str, str]) -> bool:
    """Whether it is remembered where the window was; places of tools alone say nothing of it."""
    return bool(_known(layout, "window"))


def restore_page(page: ReviewPage, layout: Mapping[str, str]) -> None:
    """Take splitters and columns back; parts that Qt refuses or that are absent stay as they are."""
    for name, splitter in page.splitters().items():
        if state := _known(layout, f"splitter.{name}"):
            splitter.restoreState(_bytes(state))
    for name, table in _tables(page).items():
        if state := _known(layout, f"columns.{name}"):
            table.restore_layout(state)


def fit(window: QWidget) -> None:
    """Bring a window into a screen: one that was on a screen now unplugged, or that is larger than the screen.

    A maximised one is left to the system.
    """
    if window.windowState() & (Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen):
        return
    if (
        QGuiApplication.platformName() != "offscreen"
    ):  # pictures may be larger than the screen it pretends to have
        screen = QGuiApplication.screenAt(window.frameGeometry().center()) or QGuiApplication.primaryScreen()
        bring_into(window, screen.availableGeometry())


def bring_into(window: QWidget, room: QRect) -> None:
    """Make a window as small as it must be and move it as far as it must be to lie within ``room``, frame and title included."""
    edges = _frame_of(window)
    frame = QRect(window.frameGeometry().topLeft(), window.size().grownBy(edges))
    if room.contains(frame):
        return
    size = frame.size().boundedTo(room.size())
    window.resize(size.shrunkBy(edges))
    left = max(room.left(), min(frame.left(), room.left() + room.width() - size.width()))
    top = max(room.top(), min(frame.top(), room.top() + room.height() - size.height()))
    window.move(left, top)


def _frame_of(window: QWidget) -> QMargins:
    """What the system draws around a window; before it was on the screen, what the style takes for usual."""
    inner, outer = window.geometry(), window.frameGeometry()
    if inner != outer:
        return QMargins(
            inner.left() - outer.left(),
            inner.top() - outer.top(),
            outer.right() - inner.right(),
            outer.bottom() - inner.bottom(),
        )
    style = window.style()
    title = style.pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight, None, window)
    edge = style.pixelMetric(QStyle.PixelMetric.PM_MdiSubWindowFrameWidth, None, window)
    return QMargins(edge, title + edge, edge, edge)


def _known(layout: Mapping[str, str], name: str) -> str:
    """What is remembered for these screens, else for those that were there last; empty for nothing."""
    if layout.get("version") != VERSION:
        return ""
    return layout.get(_here(name)) or layout.get(f"{name}@{layout.get(_LAST, '')}", "")


def _here(name: str) -> str:
    return f"{name}@{_screens()}"


def _screens() -> str:
    """The screens there are, as sizes and places: a desk with two and the same computer at a meeting are told apart."""
    places = (screen.geometry() for screen in QGuiApplication.screens())
    return " ".join(sorted(f"{at.width()}x{at.height()}+{at.left()}+{at.top()}" for at in places))


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
