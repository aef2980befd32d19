"""运行指标: the sums, and the list of low-risk groups."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.paths import data_dir
from app.performance import groups_of
from coding_rules.grouper.grouping import System
from tests.ui.tools.steps import OpenTool, settle
from ui.models.columns import cell_value
from ui.tools.context import ToolContext
from ui.tools.performance import PerformanceWindow


@pytest.mark.parametrize("place", range(4))
def test_performance_sums_up_to_the_whole(
    qtbot: QtBot, open_month_tool: OpenTool, month_context: ToolContext, place: int
) -> None:
    tool = open_month_tool("performance")
    assert isinstance(tool, PerformanceWindow)
    tool.dimension.setCurrentIndex(place)
    settle(qtbot, month_context)
    whole, *parts = tool.model.rows()
    assert whole.name == "全院"
    assert whole.figures.cases == sum(part.figures.cases for part in parts) == 80
    assert "CMI = " in tool.formula.text()
    tool.table.setCurrentIndex(tool.model.index(0, 2))
    assert "入组率 = " in tool.formula.text()


def test_low_risk_groups_come_from_a_list(
    qtbot: QtBot, open_month_tool: OpenTool, month_context: ToolContext, tmp_path: Path
) -> None:
    tool = open_month_tool("performance")
    assert isinstance(tool, PerformanceWindow)
    assert tool.model.rows()[0].figures.low_risk_cases is None
    column = next(one for one in tool.model.columns if one.key == "low_risk_mortality")
    assert cell_value(column, tool.model.rows()[0]) == "未评价"
    bench = month_context.workbench
    assert bench is not None
    groups = {result.drg.grouping.group for result in bench.results() if result.drg}
    path = tmp_path / "低风险组.csv"
    assert month_context.knowledge is not None
    absent = next(iter(sorted(groups_of(month_context.knowledge, System.DRG) - groups)))
    listed = [*sorted(groups - {""})[:5], absent]
    path.write_text("组编码\n" + "\n".join(listed) + "\n", encoding="utf-8")
    tool.take_low_risk(path)
    settle(qtbot, month_context)
    qtbot.waitUntil(lambda: tool.model.rows()[0].figures.low_risk_cases is not None)
    assert "6 个" in tool.low_risk.text()
    (data_dir() / "low_risk_drg.txt").write_bytes(b"\xff\xfe")
    tool.refresh()
    settle(qtbot, month_context)
    assert "读不出来" in tool.low_risk.text()
    tool.forget_button.click()
    settle(qtbot, month_context)
    assert tool.model.rows()[0].figures.low_risk_cases is None
