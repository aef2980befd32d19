"""A window with in-memory work; closed before Qt goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.settings import Settings, Theme
from tests.ui.samples import sample_services, sample_workbench
from ui import theme
from ui.main_window import MainWindow

QUIET = r"This plugin does not support (propagateSizeHints|raise)\(\)"
"""What the offscreen plugin says about every window with a smallest size or one brought to the front; it means nothing."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.qt_log_ignore(QUIET))


@pytest.fixture(scope="session")
def dressed(qapp: QApplication) -> QApplication:
    """The application in its own colours; once, for a style sheet polishes every widget anew."""
    theme.apply(qapp, Theme.LIGHT)
    return qapp


@pytest.fixture
def window(qtbot: QtBot, dressed: QApplication) -> Iterator[MainWindow]:
    window = MainWindow(sample_services(), Settings())
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.desk.review_finished, timeout=5000):
        window.open_workbench(sample_workbench(40))
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.close()
