"""What several tools' tests open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.settings import Theme
from tests.ui.tools.dip_work import dip_context
from ui import theme
from ui.jobs import Jobs
from ui.tools.context import ToolContext


@pytest.fixture
def dip(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ToolContext]:
    """A context with a small month under the demonstration catalogue; the user's data lie in a folder of the test."""
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "home"))
    theme.apply(qapp, Theme.LIGHT)
    owner = QWidget()
    qtbot.addWidget(owner)
    jobs = Jobs(owner)
    yield dip_context(jobs)
    jobs.stop_all()
    qtbot.waitUntil(lambda: not jobs.running)
