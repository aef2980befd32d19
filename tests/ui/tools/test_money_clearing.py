"""Tool 结算测算: pools by insurance that can be completed, month, year, budget, case by case."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import cast

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from coding_rules.grouper.grouping import System
from tests.ui.tools import dip_work
from tests.ui.tools.dip_work import open_tool, settle
from ui.tools.context import ToolContext
from ui.tools.money_clearing import ClearingWindow
from ui.tools.money_fields import NumberField

COUNTED, PRICE, SHARE, DEDUCTIONS = 1, 8, 9, 10

dip = dip_work.dip


@pytest.fixture
def tool(qtbot: QtBot, dip: ToolContext) -> Iterator[ClearingWindow]:
    tool = cast(ClearingWindow, open_tool("money_clearing", dip, qtbot))
    tool.system.setCurrentIndex(list(System).index(System.DIP))
    settle(qtbot, dip)
    yield tool
    tool.close()


def put(tool: ClearingWindow, insurance: str, column: int, text: str) -> bool:
    place = tool.model.place_of(insurance)
    return tool.model.setData(tool.model.index(place, column), text, Qt.ItemDataRole.EditRole)


def value(tool: ClearingWindow, insurance: str, label: str) -> str:
    rows = tool.monthly.model.rows()
    return next(
        row.line.figure.value
        for row in rows
        if (row.line.insurance, row.line.figure.label) == (insurance, label)
    )


def test_the_month_with_most_cases_by_insurance(tool: ClearingWindow) -> None:
    assert [pool.insurance for pool in tool.model.rows()] == ["居民", "职工"]
    assert sum(pool.cases for pool in tool.model.rows()) == 24
    assert "例" in tool.month.currentText()
    assert value(tool, "合计", "月度预结合计").endswith("元")


def test_typed_figures_take_the_place_of_the_profiles(tool: ClearingWindow) -> None:
    before = value(tool, "职工", "月度预结")
    assert put(tool, "职工", PRICE, "7.5")
    assert value(tool, "职工", "月度预结") != before
    assert put(tool, "职工", DEDUCTIONS, "1,000")
    assert not put(tool, "职工", SHARE, "1.5")
    assert "支付比例" in tool.busy.text.text()
    assert put(tool, "职工", PRICE, "")
    assert value(tool, "职工", "月度预结") == "—"
    tool.again.click()
    assert value(tool, "职工", "月度预结") == before
    assert put(tool, "居民", COUNTED, "否")
    assert not any(row.line.insurance == "居民" for row in tool.monthly.model.rows())


def test_annual_clearing_follows_working_capital(qtbot: QtBot, tool: ClearingWindow) -> None:
    tool.month.setCurrentIndex(0)
    qtbot.waitUntil(lambda: sum(pool.cases for pool in tool.model.rows()) == 48)
    tool.working_capital.setText("1000")
    tool.working_capital.editingFinished.emit()
    last = tool.annual.model.rows()[-1].line.figure
    assert last.label == "清算支付"
    assert "周转金 1000" in last.formula


def test_budget_to_point_value(tool: ClearingWindow) -> None:
    tool.budget.fund.setText("9,000,000")
    assert not tool.budget.model.rowCount()
    tool.budget.share.setText("0.75")
    tool.budget.region.setText("2000000")
    chosen = tool.budget.table.current_row()
    assert chosen.outcome.price == 6
    fees, points = tool.budget.years[-1]
    fees.setText("6200")
    points.setText("1000")
    assert "6.2 元" in tool.budget.forecast.text()


def test_every_case_opens_its_formulas(qtbot: QtBot, tool: ClearingWindow, dip: ToolContext) -> None:
    page = tool.cases
    assert page.model.rowCount() == 24
    grouped = next(place for place, row in enumerate(page.model.rows()) if row.figures)
    page.table.setCurrentIndex(page.model.index(grouped, 0))
    labels = {row.figure.label for row in page.figures.rows()}
    assert {"病种分值", "倍率", "金额", "盈亏"} <= labels
    page.which.setCurrentIndex(1)
    assert all(row.for_review for row in page.model.rows())
    page.which.setCurrentIndex(0)
    with qtbot.waitSignal(dip.case_wanted):
        page.table.doubleClicked.emit(page.model.index(0, 0))


def test_without_parameters_it_says_so(qtbot: QtBot, tool: ClearingWindow, dip: ToolContext) -> None:
    tool.system.setCurrentIndex(list(System).index(System.DRG))
    settle(qtbot, dip)
    assert "没有 DRG 结算参数" in tool.profile_name.text()
    assert not tool.model.rowCount()


def test_number_fields_take_numbers_only(qtbot: QtBot) -> None:
    field = NumberField("金额")
    qtbot.addWidget(field)
    qtbot.keyClicks(field, "1,2a3-4.5e")
    assert field.value == Decimal("1234.5")
    field.clear()
    assert field.value is None
