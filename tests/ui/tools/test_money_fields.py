"""Form parts of the money tools: formulas are read whole whatever the width."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.settings import Theme
from ui import theme
from ui.models.columns import ColumnsModel
from ui.tables import DenseTable
from ui.tools.columns import text
from ui.tools.money_fields import WholeText, wrap_rows

FORMULA = "核心 932,803.960311 + 综合 322,220.742424 + 特殊病例 14,336.916129 = 1,331,077.39608"


@pytest.mark.parametrize("short", [0, 2, WholeText.PADDING])
def test_a_formula_that_only_just_does_not_fit_gets_a_second_line(
    qtbot: QtBot, qapp: QApplication, short: int
) -> None:
    theme.apply(qapp, Theme.LIGHT)
    model: ColumnsModel[str] = ColumnsModel((text("formula", "算式", lambda row: row),), lambda row: row)
    table = DenseTable(model, "算式")
    qtbot.addWidget(table)
    table.resize(1200, 200)
    wrap_rows(table)
    model.set_rows([FORMULA])
    table.show()
    table.setColumnWidth(0, 1100)
    table.resizeRowsToContents()
    one_line = table.rowHeight(0)
    needed = table.fontMetrics().horizontalAdvance(FORMULA)
    table.setColumnWidth(0, needed + 2 * WholeText.PADDING - short)
    table.resizeRowsToContents()
    assert table.rowHeight(0) > one_line
