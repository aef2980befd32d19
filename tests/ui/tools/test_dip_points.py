"""Tool 历史分值: computed from open and past cases, what fell, kept as a dated catalogue and used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.demo.month import generate
from app.demo.n041 import write_n041
from app.dip.catalogues import load_dip_catalogue
from app.settings import Settings
from app.workbench import Workbench
from coding_rules.case import Fields
from coding_rules.grouper.dip.history import Method
from coding_rules.settlement.figures import tell
from coding_rules.settlement.settlement import Figure
from tests.formulas import check
from tests.ui.tools import dip_work
from tests.ui.tools.steps import open_tool, settle
from ui.tools.context import ToolContext
from ui.tools.dip_points import PointsWindow
from ui.tools.window import NO_CASES

dip = dip_work.dip


@pytest.fixture
def tool(qtbot: QtBot, dip: ToolContext) -> Iterator[PointsWindow]:
    tool = cast(PointsWindow, open_tool("dip_points", dip, qtbot))
    yield tool
    tool.close()


def compute(qtbot: QtBot, tool: PointsWindow, dip: ToolContext, threshold: int = 10) -> None:
    tool.threshold.setValue(threshold)
    tool.compute()
    settle(qtbot, dip)


def test_points_of_the_open_cases_beside_those_in_use(
    qtbot: QtBot, tool: PointsWindow, dip: ToolContext
) -> None:
    assert tool.last_year.value() == 2025
    compute(qtbot, tool, dip)
    rows = {row.group.code: row for row in tool.groups.rows()}
    assert set(rows) == {"C34.1", "C20.x:48.6302", "A16.2", "Z99.9"}
    assert rows["A16.2"].now == Decimal("739.66")
    assert rows["A16.2"].ratio is not None
    assert "× 1,000 ÷" in rows["A16.2"].formula
    assert rows["Z99.9"].now is None
    assert "计入 48 例" in tool.head.text()


def test_groups_below_the_threshold_and_cases_left_out_are_listed(
    qtbot: QtBot, tool: PointsWindow, dip: ToolContext
) -> None:
    compute(qtbot, tool, dip, threshold=13)
    box = tool.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "没有可用的病例" in box.text()
    box.close()
    compute(qtbot, tool, dip, threshold=12)
    assert not tool.fallen.rows()
    assert tool.levels.rows()[0].cases == 48


def test_past_files_join_in(qtbot: QtBot, tool: PointsWindow, dip: ToolContext, tmp_path: Path) -> None:
    path = tmp_path / "去年.csv"
    write_n041(path, generate(30))
    tool.source.read([path])
    settle(qtbot, dip)
    assert len(tool.source.cases) == 78
    assert "去年.csv（30 例）" in tool.source.listed.text()
    tool.source.open_cases.setChecked(False)
    assert len(tool.source.cases) == 30
    tool.source._forget()
    assert not tool.source.cases


def test_the_rules_and_formulas_stand_beside_the_points(
    qtbot: QtBot, tool: PointsWindow, dip: ToolContext
) -> None:
    compute(qtbot, tool, dip)
    assert "第 2.5 或高于第 97.5 百分位数" in tool.rules.text()
    assert ("口径", tool.rules.text()) in tool.export_lines()
    rows = tool.groups.rows()
    assert check(
        Figure(row.group.code, tell(row.group.points or Decimal(0)), row.formula) for row in rows
    ) == len(rows)
    tool.method.setCurrentText(Method.BENCHMARK.value)
    tool.benchmark.setText("A16.2")
    compute(qtbot, tool, dip)
    rows = tool.groups.rows()
    assert check(
        Figure(row.group.code, tell(row.group.points or Decimal(0)), row.formula) for row in rows
    ) == len(rows)


def test_levels_of_institutions_give_factors(qtbot: QtBot, tool: PointsWindow, dip: ToolContext) -> None:
    dip.workbench = Workbench(
        [
            replace(case, fields=Fields.of({"USERNAME": "东院" if place % 8 < 4 else "西院"}))
            for place, case in enumerate(dip_work.dip_cases())
        ],
        dip_work.dip_knowledge(),
    )
    tool.refresh()
    assert [row.name for row in tool.institutions.rows()] == ["东院", "西院"]
    tool.level.setText("三级")
    index = tool.institutions.index(tool.institutions.place_of("西院"), 2)
    assert tool.institutions.setData(index, "二级", Qt.ItemDataRole.EditRole)
    assert [row.level for row in tool.institutions.rows()] == ["三级", "二级"]
    compute(qtbot, tool, dip)
    assert {row.level: row.cases for row in tool.levels.rows()} == {"三级": 24, "二级": 24}
    assert {row.group for row in tool.group_levels.rows()} == {row.group.code for row in tool.groups.rows()}


def test_bad_weights_are_refused(tool: PointsWindow) -> None:
    tool.weights.setText("一比二")
    tool.compute()
    box = tool.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "1:2:7" in box.informativeText()
    box.close()
    tool.weights.setText("1：2：7")
    assert tool.wish().weights == (Decimal(1), Decimal(2), Decimal(7))


def test_the_benchmark_is_asked_for_where_it_counts(
    qtbot: QtBot, tool: PointsWindow, dip: ToolContext
) -> None:
    assert not tool.benchmark.isVisible()
    tool.method.setCurrentText(Method.BENCHMARK.value)
    assert tool.benchmark.isVisible()
    tool.benchmark.setText("A16.2")
    compute(qtbot, tool, dip)
    points = {row.group.code: row.group.points for row in tool.groups.rows()}
    assert points["A16.2"] == 1000


def test_the_computed_catalogue_is_kept_and_used(qtbot: QtBot, tool: PointsWindow, dip: ToolContext) -> None:
    assert not tool.save()
    assert "先测算" in tool.busy.text.text()
    compute(qtbot, tool, dip)
    tool.keep_row.title.setText("本院 2026")
    with qtbot.waitSignal(dip.new_settings) as heard:
        tool.use()
    settings = heard.args[0] if heard.args else None
    assert isinstance(settings, Settings)
    assert load_dip_catalogue(Path(settings.dip_catalogue)).title == "本院 2026"


def test_without_cases_it_says_so(tool: PointsWindow, dip: ToolContext) -> None:
    dip.workbench = None
    dip.work_changed.emit()
    assert tool.missing() == NO_CASES
    assert not tool.export_button.isEnabled()
