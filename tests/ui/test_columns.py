from dataclasses import dataclass

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from ui.models.columns import Column, ColumnsModel, tsv
from ui.tables import DenseTable


@dataclass(frozen=True)
class Thing:
    name: str
    size: int


COLUMNS = (
    Column[Thing]("name", "名称", lambda thing: thing.name),
    Column[Thing]("size", "大小", lambda thing: str(thing.size), sort=lambda thing: thing.size, numeric=True),
)
THINGS = [Thing("乙", 10), Thing("甲", 9), Thing("丙", 100)]


@pytest.fixture
def model(qapp: object) -> ColumnsModel[Thing]:
    model = ColumnsModel(COLUMNS, lambda thing: thing.name)
    model.set_rows(THINGS)
    return model


def test_model_keeps_the_rules_of_qt(model: ColumnsModel[Thing], qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(model)
    model.sort(1, Qt.SortOrder.DescendingOrder)
    model.set_filter(lambda thing: thing.size > 9)
    model.update_rows([Thing("乙", 11)])


def test_sorts_by_key_not_by_text(model: ColumnsModel[Thing]) -> None:
    model.sort(1)
    assert [thing.size for thing in model.rows()] == [9, 10, 100]
    model.sort(-1)
    assert model.rows() == THINGS


def test_sorting_keeps_the_selection_on_its_row(model: ColumnsModel[Thing], qtbot: QtBot) -> None:
    table = DenseTable(model, "物")
    qtbot.addWidget(table)
    table.selectionModel().setCurrentIndex(
        model.index(0, 0), QItemSelectionModel.SelectionFlag.ClearAndSelect
    )
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert table.current_row() == Thing("乙", 10)


def test_filter_and_order_hold_when_rows_change(model: ColumnsModel[Thing]) -> None:
    model.sort(1)
    model.set_filter(lambda thing: thing.size < 50)
    model.set_rows([*THINGS, Thing("丁", 1)])
    assert [thing.name for thing in model.rows()] == ["丁", "甲", "乙"]


def test_update_replaces_in_place(model: ColumnsModel[Thing], qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.dataChanged) as caught:
        model.update_rows([Thing("甲", 90)])
    assert caught.args is not None
    assert caught.args[0].row() == 1
    assert model.row_at(1) == Thing("甲", 90)
    assert model.place_of("丙") == 2
    assert model.row_at(99) is None


def test_copies_as_tsv_for_excel(model: ColumnsModel[Thing], qtbot: QtBot) -> None:
    assert tsv(COLUMNS, [Thing("有\t制表\n符", 1)]) == "名称\t大小\n有 制表 符\t1\n"
    table = DenseTable(model, "物")
    qtbot.addWidget(table)
    table.copy()
    assert QGuiApplication.clipboard().text().splitlines()[1] == "乙\t10"
