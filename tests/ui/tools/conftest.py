"""A tool's context over checked cases, without the main window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.matching.memory import HospitalDictionary
from app.settings import Settings
from tests.ui.own_jobs import own_jobs
from tests.ui.samples import sample_services
from tests.ui.tools.checked import checked_workbench
from tests.ui.tools.dip_work import dip
from tests.ui.tools.drg_work import month, month_context, open_month_tool, own_knowledge
from tests.ui.tools.steps import OpenTool, opener
from ui.tools.context import ToolContext

__all__ = ["checked", "dip", "month", "month_context", "open_month_tool", "open_tool", "own_knowledge"]


@pytest.fixture
def checked(qtbot: QtBot, dressed: QApplication) -> Iterator[ToolContext]:
    """Work of the demo month with real tables and rules."""
    with HospitalDictionary() as dictionary, own_jobs(qtbot) as jobs:
        context = ToolContext(jobs, sample_services(), Settings(author="测试员"), jobs.parent())
        context.workbench = checked_workbench()
        context.knowledge = context.workbench.knowledge
        context.dictionary = dictionary
        yield context


@pytest.fixture
def open_tool(qtbot: QtBot, checked: ToolContext) -> Iterator[OpenTool]:
    """Opens a tool over the checked work and waits until it stands still."""
    yield from opener(checked, qtbot)
