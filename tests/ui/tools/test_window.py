"""The frame every tool stands in: empty state, work with cancel, copy, export."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.errors import UserError
from app.progress import Progress
from app.settings import Settings
from tests.ui.own_jobs import own_jobs
from tests.ui.samples import sample_services, sample_workbench
from ui.models.columns import Column
from ui.tools.context import ToolContext
from ui.tools.spec import ToolSpec
from ui.tools.window import ToolWindow


class Counted(ToolWindow):
    """Lists the cases and their stay."""

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        columns: tuple[Column[tuple[str, int]], ...] = (
            Column("id", "病案号", lambda row: row[0]),
            Column("los", "住院天数", lambda row: f"{row[1]} 天", value=lambda row: row[1]),
        )
        self.model, self.table = self.add_table("病例", columns, lambda row: row[0])
        self.body_layout.addWidget(self.table)

    def refresh(self) -> None:
        self.model.set_rows((case.case_id, case.los or 0) for case in self.context.cases)


SPEC = ToolSpec("counted", "住院天数", "逐例列出住院天数。", "report", "", Counted)


@pytest.fixture
def context(qtbot: QtBot) -> Iterator[ToolContext]:
    with own_jobs(qtbot) as jobs:
        context = ToolContext(jobs, sample_services(), Settings(), jobs.parent())
        context.workbench = sample_workbench(12)
        context.knowledge = context.workbench.knowledge
        yield context


@pytest.fixture
def tool(qtbot: QtBot, context: ToolContext) -> Iterator[Counted]:
    tool = Counted(SPEC, context)
    tool.show()
    qtbot.waitExposed(tool)
    yield tool
    tool.close()


def test_without_cases_it_offers_to_open_some(qtbot: QtBot, context: ToolContext, tool: Counted) -> None:
    context.workbench = None
    context.work_changed.emit()
    assert not tool.export_button.isEnabled()
    with qtbot.waitSignal(context.open_wanted):
        tool._open.click()
    context.workbench = sample_workbench(3)
    context.work_changed.emit()
    assert tool.model.rowCount() == 3


def test_export_keeps_text_as_text_and_numbers_as_numbers(
    qtbot: QtBot, tool: Counted, tmp_path: Path, context: ToolContext
) -> None:
    target = tmp_path / "表.xlsx"
    tool.write(target)
    qtbot.waitUntil(lambda: not context.jobs.running)
    book = load_workbook(target)
    assert book.sheetnames == ["说明", "病例"]
    head, first, *_ = book["病例"].iter_rows(values_only=True)
    assert head == ("病案号", "住院天数")
    assert isinstance(first[0], str)
    assert isinstance(first[1], int)
    assert str(target) in tool.busy.text.text()


def test_a_new_run_cancels_the_one_before(qtbot: QtBot, tool: Counted, context: ToolContext) -> None:
    answers: list[str] = []

    def endless(progress: Progress) -> str:
        while True:
            progress.report(0)
            time.sleep(0.001)

    tool.run("第一件", endless, answers.append)
    tool.run("第二件", lambda _progress: "二", answers.append)
    qtbot.waitUntil(lambda: not context.jobs.running)
    assert answers == ["二"]
    assert not tool.working


def test_work_longer_than_a_moment_shows_and_can_be_cancelled(
    qtbot: QtBot, tool: Counted, context: ToolContext
) -> None:
    def endless(progress: Progress) -> None:
        while True:
            progress.report(1, 4, "正在数")
            time.sleep(0.001)

    tool.run("数", endless, lambda _none: None)
    qtbot.waitUntil(tool.busy.stop.isVisible)
    qtbot.waitUntil(lambda: tool.busy.text.text() == "正在数 1 / 4")
    tool.busy.stop.click()
    qtbot.waitUntil(lambda: not context.jobs.running)
    assert not tool.busy.stop.isVisible()


def test_a_refusal_is_told(qtbot: QtBot, tool: Counted, context: ToolContext) -> None:
    def refuse(_progress: Progress) -> None:
        raise UserError("不行", "换一个")

    tool.run("试", refuse, lambda _none: None)
    qtbot.waitUntil(lambda: tool.findChild(QMessageBox) is not None)
    box = tool.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert box.text() == "不行"
    box.close()
