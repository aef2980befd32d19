"""What holds for every tool: unique ids and keys, in the menu, opens with and without work, remembered and closed."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QTreeView,
)
from pytestqt.qtbot import QtBot

import resources
from app.settings import Settings
from tests.ui.own_jobs import own_jobs
from tests.ui.samples import sample_services
from ui.actions import ACTIONS
from ui.main_window import MainWindow
from ui.tools.context import ToolContext
from ui.tools.registry import TOOLS
from ui.tools.spec import ToolSpec

IDS = [spec.id for spec in TOOLS]


@pytest.fixture
def context(qtbot: QtBot) -> Iterator[ToolContext]:
    with own_jobs(qtbot) as jobs:
        yield ToolContext(jobs, sample_services(), Settings(), jobs.parent())


def settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=20_000)


def test_tools_are_declared_once_and_in_the_menu() -> None:
    assert len(set(IDS)) == len(IDS)
    listed = {spec.id: spec for spec in ACTIONS if spec.menu == "tools"}
    assert set(listed) == set(IDS)
    for spec in TOOLS:
        assert spec.icon in set(resources.names("icons", ".svg")), spec.id
        assert spec.tip.endswith("。"), spec.id


@pytest.mark.parametrize("spec", TOOLS, ids=IDS)
def test_a_tool_says_what_is_missing_without_work(qtbot: QtBot, context: ToolContext, spec: ToolSpec) -> None:
    tool = spec.factory(spec, context)
    tool.show()
    qtbot.waitUntil(lambda: not context.jobs.running, timeout=20_000)
    assert tool.accessibleName() == spec.text
    assert tool.windowTitle().startswith(spec.text)
    qtbot.keyClick(tool, Qt.Key.Key_Escape)
    assert not tool.isVisible()


@pytest.mark.parametrize("tool_id", IDS)
def test_a_tool_opens_beside_the_work(qtbot: QtBot, window: MainWindow, tool_id: str) -> None:
    window.actions_[tool_id].trigger()
    tool = window.tools.open_windows[tool_id]
    assert tool.isVisible()
    assert not tool.isModal()
    settle(qtbot, window)
    window.page.queue.select(window.page.queue.model.rows()[3].case_id)
    settle(qtbot, window)
    assert window.tools.open(tool_id) is tool
    tool.resize(900, 640)
    tool.close()
    assert tool_id not in window.tools.open_windows
    assert window.files.settings.layout[f"tool.{tool_id}"]


def test_no_control_of_a_tool_is_nameless(qtbot: QtBot, window: MainWindow) -> None:
    for spec in TOOLS:
        tool = window.tools.open(spec.id)
        settle(qtbot, window)
        for kind in (QTableView, QTreeView, QComboBox, QLineEdit, QPlainTextEdit, QAbstractSpinBox):
            for control in tool.findChildren(kind):
                inner = isinstance(control.parent(), QAbstractSpinBox | QComboBox)
                popup = control.window() is not tool
                assert inner or popup or control.accessibleName(), f"{spec.id}: {control}"
        tool.close()
