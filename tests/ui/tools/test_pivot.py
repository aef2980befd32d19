"""The cross table window: redrawn by choices, copied and exported as numbers."""

from pathlib import Path

from openpyxl import load_workbook
from pytestqt.qtbot import QtBot

from app.pivot import WHOLE
from ui.tools.context import ToolContext
from ui.tools.pivot import PivotWindow
from ui.tools.registry import TOOLS

SPEC = next(tool for tool in TOOLS if tool.id == "pivot")


def opened(qtbot: QtBot, context: ToolContext) -> PivotWindow:
    tool = PivotWindow(SPEC, context)
    qtbot.addWidget(tool)
    tool.show()
    qtbot.waitUntil(lambda: bool(tool.model.rows()) and not tool.working)
    return tool


def test_choices_redraw_the_table_and_the_whole_counts_every_case(qtbot: QtBot, dip: ToolContext) -> None:
    bench = dip.workbench
    assert bench is not None
    for case_id in bench.case_ids:
        bench.result(case_id)
    tool = opened(qtbot, dip)
    assert tool.model.rows()[-1].name == WHOLE
    assert tool.model.rows()[-1].values[-1] == len(bench.results())
    tool.columns.setCurrentIndex(0)
    qtbot.waitUntil(lambda: len(tool.model.columns) == 2 and bool(tool.model.rows()) and not tool.working)
    tool.measure.setCurrentIndex(tool.measure.findData("fee"))
    total = sum(result.case.fees.total or 0 for result in bench.results())
    qtbot.waitUntil(lambda: bool(tool.model.rows()) and tool.model.rows()[-1].values == (total,))
    assert "总费用" in tool.formula.text()


def test_export_holds_numbers(qtbot: QtBot, dip: ToolContext, tmp_path: Path) -> None:
    bench = dip.workbench
    assert bench is not None
    for case_id in bench.case_ids:
        bench.result(case_id)
    tool = opened(qtbot, dip)
    tool.write(tmp_path / "交叉汇总.xlsx")
    qtbot.waitUntil(lambda: not tool.working)
    book = load_workbook(tmp_path / "交叉汇总.xlsx")
    cells = list(book["交叉汇总"].iter_rows(values_only=True))
    assert cells[-1][0] == WHOLE
    assert cells[-1][-1] == len(bench.results())
