"""The status bar says on what the judgements rest."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.tables import starter_terminology
from app.workbench import Workbench
from tests.ui.samples import make_cases, sample_knowledge
from ui.jobs import Jobs
from ui.status import STARTER_TIP, StatusStrip


def test_starter_tables_are_named(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    status = StatusStrip(Jobs(owner), owner)
    cases, knowledge = make_cases(3), sample_knowledge()
    status.show_work(Workbench(cases, knowledge), None)
    assert "入门编码表" not in status.demo.text()
    status.show_work(Workbench(cases, replace(knowledge, terminology=starter_terminology())), None)
    assert "入门编码表" in status.demo.text()
    assert status.demo.toolTip() == STARTER_TIP
