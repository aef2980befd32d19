"""Tool 同病种前后对比: diseases to choose from, two periods, measures with test and p value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import cast

import pytest
from pytestqt.qtbot import QtBot

from app.dip.period_comparison import By
from tests.ui.tools import dip_work
from tests.ui.tools.steps import open_tool, settle
from ui.tools.context import ToolContext
from ui.tools.money_comparison import ComparisonWindow

dip = dip_work.dip


@pytest.fixture
def tool(qtbot: QtBot, dip: ToolContext) -> Iterator[ComparisonWindow]:
    tool = cast(ComparisonWindow, open_tool("money_comparison", dip, qtbot))
    qtbot.waitUntil(lambda: tool.model.rowCount() > 0)
    yield tool
    tool.close()


def test_the_most_frequent_disease_in_two_halves(tool: ComparisonWindow) -> None:
    assert tool.disease.count() == 4
    labels = [row.label for row in tool.model.rows()]
    assert labels == ["次均总费用", "药品费", "手术治疗费", "耗材费", "住院天数", "自付比例"]
    assert sum((row.before.cases + row.after.cases) for row in tool.model.rows()[:1]) == 12
    assert "P 值不代表因果" in tool.note.text()


def test_the_chosen_measure_is_told_in_sentences(
    qtbot: QtBot, tool: ComparisonWindow, dip: ToolContext
) -> None:
    tool.by.setCurrentIndex(list(By).index(By.ALL))
    settle(qtbot, dip)
    qtbot.waitUntil(lambda: "48" in tool.disease.currentText())
    tool.set_periods((date(2025, 3, 1), date(2025, 3, 31)), (date(2025, 4, 1), date(2025, 4, 30)))
    settle(qtbot, dip)
    assert tool.detail.text().startswith("次均总费用：Mann-Whitney U 检验")
    assert "不足 30 例，比较秩次" in tool.detail.text()
    tool.table.setCurrentIndex(tool.model.index(4, 0))
    assert tool.detail.text().startswith("住院天数：")


def test_other_periods_other_cases(qtbot: QtBot, tool: ComparisonWindow, dip: ToolContext) -> None:
    tool.by.setCurrentIndex(list(By).index(By.ALL))
    settle(qtbot, dip)
    qtbot.waitUntil(lambda: "48" in tool.disease.currentText())
    tool.set_periods((date(2025, 3, 1), date(2025, 3, 31)), (date(2025, 4, 1), date(2025, 4, 30)))
    settle(qtbot, dip)
    first = tool.model.rows()[0]
    assert (first.before.cases, first.after.cases) == (24, 24)
    assert first.test is not None
    tool.set_periods((date(2025, 3, 1), date(2025, 4, 10)), (date(2025, 4, 1), date(2025, 4, 30)))
    settle(qtbot, dip)
    assert "重叠" in tool.head.text()
    tool.set_periods((date(2020, 1, 1), date(2020, 2, 1)), (date(2025, 4, 1), date(2025, 4, 30)))
    settle(qtbot, dip)
    first = tool.model.rows()[0]
    assert first.before.cases == 0
    assert first.verdict == "无法检验"
    assert "没有填报这一项的病例" in tool.detail.text()


def test_typing_finds_a_disease(qtbot: QtBot, tool: ComparisonWindow, dip: ToolContext) -> None:
    completer = tool.disease.completer()
    assert completer is not None
    completer.setCompletionPrefix("48.6302")
    assert completer.completionCount() == 1
    place = next(at for at in range(4) if "48.6302" in tool.disease.itemText(at))
    tool.disease.setCurrentIndex(place)
    settle(qtbot, dip)
    assert tool.head.text().startswith("C20.x:48.6302")


def test_without_cases_there_is_nothing_to_compare(
    qtbot: QtBot, tool: ComparisonWindow, dip: ToolContext
) -> None:
    tool.source.open_cases.setChecked(False)
    settle(qtbot, dip)
    assert not tool.model.rowCount()
    assert tool.head.text() == "没有可对比的病例。"
