"""首页评分 and 质量指标: figures agree with the case, reasons are told, the standard can be changed."""

from decimal import Decimal

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.rules.front_page_score import load_score_table
from coding_rules.quality_indicators import DIMENSIONS, Basis, Indicator
from coding_rules.scoring import shipped_table
from tests.ui.tools.steps import OpenTool, settle
from ui.tools.context import ToolContext
from ui.tools.quality_indicators import IndicatorsWindow, shown
from ui.tools.quality_score import ScoreWindow
from ui.tools.quality_table import ScoreTableDialog


@pytest.fixture
def scores(open_tool: OpenTool) -> ScoreWindow:
    tool = open_tool("score")
    assert isinstance(tool, ScoreWindow)
    return tool


@pytest.fixture
def quality(open_tool: OpenTool) -> IndicatorsWindow:
    tool = open_tool("indicators")
    assert isinstance(tool, IndicatorsWindow)
    return tool


def test_each_case_says_why(scores: ScoreWindow, qtbot: QtBot, checked: ToolContext) -> None:
    assert scores.cases.rowCount() == len(checked.cases)
    chosen = scores.case_table.current_row()
    assert chosen.sheet.deductions
    assert scores.reasons.rowCount() == len(chosen.sheet.deductions)
    assert all(row[1].rules for row in scores.reasons.rows())
    assert "全院 60 例" in scores.summary.text()
    scores.search.setText(chosen.case.record_no)
    scores._filter()
    assert scores.cases.rowCount() == 1
    with qtbot.waitSignal(checked.case_wanted) as asked:
        scores.case_table.doubleClicked.emit(scores.case_table.currentIndex())
    assert asked.args == [chosen.case.case_id]


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_groups_show_what_they_lost(scores: ScoreWindow, dimension: str) -> None:
    scores.view.setCurrentIndex(scores.view.findData(dimension))
    assert sum(row.cases for row in scores.groups.rows()) == 60
    assert scores.group_table.isVisible()
    assert not scores.case_table.isVisible()
    worst = min(scores.groups.rows(), key=lambda row: row.mean)
    scores.group_table.setCurrentIndex(scores.groups.index(scores.groups.place_of(worst.name), 0))
    assert scores.losses.rowCount()
    assert worst.name in scores.below.text()


def test_the_standard_is_edited_kept_and_restored(
    scores: ScoreWindow, qtbot: QtBot, checked: ToolContext
) -> None:
    before = scores.summary.text()
    scores.edit_standard()
    dialog = scores.findChild(ScoreTableDialog)
    assert isinstance(dialog, ScoreTableDialog)
    points = dialog.items.columns[3]
    assert points.commit is not None
    for row in tuple(dialog.items.rows()):
        assert points.commit(row, "10")
    assert not points.commit(dialog.items.rows()[0], "很多")
    assert not points.commit(dialog.items.rows()[0], "101")
    assert "不是 0 到" in dialog.note.text()
    for model in (dialog.parts, dialog.grades):
        assert model.setData(model.index(0, 1), "99")
    name, _, barred = dialog.grades.columns
    assert name.commit is not None
    assert barred.commit is not None
    second = dialog.grades.rows()[1]
    assert not name.commit(second, dialog.grades.rows()[0].name)
    assert name.commit(second, "乙")
    second = dialog.grades.rows()[1]
    assert not barred.commit(second, "E")
    assert "不是差错类别" in dialog.note.text()
    assert barred.commit(second, "b 类")
    dialog.accept()
    settle(qtbot, checked)
    assert load_score_table().grades[1].name == "乙"
    assert load_score_table().grades[1].no_class == "B"
    assert load_score_table().items[0].points == Decimal(10)
    assert scores.summary.text() != before
    assert dict(scores.export_lines())["评分标准"].endswith("（本院已修改）")
    dialog = ScoreTableDialog(scores.standard, scores)
    dialog.restore()
    dialog.accept()
    assert load_score_table() == shipped_table()
    assert scores.findChild(QMessageBox) is None


def test_indicators_show_formula_and_trust(quality: IndicatorsWindow) -> None:
    assert quality.model.rowCount() == 18
    for row in quality.model.rows():
        quality.table.setCurrentIndex(quality.model.index(quality.model.place_of(row.id), 0))
        assert row.title in quality.formula.text()
        assert shown(row).startswith("≤") is (row.basis is Basis.AT_MOST and row.rate is not None)
        assert quality.groups.rowCount() > 1
    quality.group_table.setCurrentIndex(quality.groups.index(0, 0))
    assert quality.formula.text().startswith(quality.groups.rows()[0].name)
    assert any("÷" in line for label, line in quality.export_lines() if label == "算式")


def test_comparison_follows_the_dimension(quality: IndicatorsWindow) -> None:
    quality.table.setCurrentIndex(quality.model.index(1, 0))
    for place, dimension in enumerate(DIMENSIONS):
        quality.dimension.setCurrentIndex(place)
        assert dimension in quality.dimension.currentText()
        assert sum(row.cases for row in quality.groups.rows()) == 60


def test_nearly_all_is_not_all() -> None:
    def one(part: int) -> Indicator:
        return Indicator("x", "x", part, 100_000, Decimal(part) / 100_000, Basis.COUNTED, "")

    assert shown(one(99_999)) == "99.99%"
    assert shown(one(100_000)) == "100.00%"
