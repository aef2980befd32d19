"""The remembered layout: per set of screens, and always within one of them."""

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QStyle
from pytestqt.qtbot import QtBot

from ui import layout
from ui.main_window import MainWindow


def room() -> QRect:
    return QGuiApplication.primaryScreen().availableGeometry()


def test_a_window_on_a_screen_that_is_gone_comes_back(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(300, 200)
    window.move(room().right() + 2000, room().bottom() + 900)
    layout.bring_into(window, room())
    assert room().contains(window.geometry())
    assert window.size().width() == 300


def test_a_window_larger_than_the_screen_is_made_to_fit(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setGeometry(QRect(QPoint(0, 0), room().size() * 2))
    layout.bring_into(window, room())
    assert room().contains(window.geometry())


def test_room_is_left_for_the_title_bar_before_the_window_is_shown(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setGeometry(room())
    layout.bring_into(window, room())
    assert window.height() < room().height()
    assert room().contains(window.geometry())
    title = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight, None, window)
    assert room().height() - window.height() >= title


def test_a_window_is_remembered_only_by_its_own_place(window: MainWindow) -> None:
    assert layout.knows_window(layout.of_window(window))
    assert not layout.knows_window({})
    assert not layout.knows_window({"tool.rules": "place"})


def test_each_set_of_screens_has_its_own_sizes(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = window.page.columns
    columns.setSizes([300, 500, 400])
    kept = layout.of_window(window) | layout.of_page(window.page)
    here = columns.sizes()
    columns.setSizes([500, 300, 400])
    with monkeypatch.context() as elsewhere:  # undoing everything would also undo the folder of the tests
        elsewhere.setattr(layout, "_screens", lambda: "two others")
        kept |= layout.of_window(window) | layout.of_page(window.page)
    there = columns.sizes()
    assert here != there
    layout.restore_page(window.page, kept)
    assert columns.sizes() == here
    monkeypatch.setattr(layout, "_screens", lambda: "never seen")
    layout.restore_page(window.page, kept)
    assert columns.sizes() == there, "what was there last"
    layout.restore_page(window.page, kept | {"version": "0"})
    assert columns.sizes() == there, "sizes of another version mean nothing"
