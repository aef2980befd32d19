"""本院词典: what was confirmed shows, contradictions are marked, rows go out and come back; a choice in the window is learned."""

from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.matching.memory import HospitalDictionary
from icd_tables.codes import Kind
from icd_tables.matching.memory import Confirmed
from icd_tables.search import Tier
from tests.ui.tools.steps import OpenTool, settle
from ui.tools.context import ToolContext
from ui.tools.dictionary_window import NO_DICTIONARY, DictionaryWindow

WHEN = datetime(2025, 3, 4, 9, 30)


@pytest.fixture
def window(open_tool: OpenTool, checked: ToolContext) -> DictionaryWindow:
    dictionary = checked.open_dictionary()
    assert dictionary is not None
    dictionary.confirm(Kind.DIAGNOSIS, Confirmed("老慢支", "J42.x00", "慢性支气管炎", 3, "甲", WHEN))
    dictionary.confirm(Kind.DIAGNOSIS, Confirmed("老慢支", "J41.000", "单纯性慢性支气管炎", 1, "乙", WHEN))
    dictionary.confirm(Kind.PROCEDURE, Confirmed("腔镜阑尾", "47.0100", "腹腔镜下阑尾切除术", 2, "甲", WHEN))
    tool = open_tool("dictionary")
    assert isinstance(tool, DictionaryWindow)
    return tool


def test_shows_who_when_and_how_often_and_marks_contradictions(window: DictionaryWindow) -> None:
    rows = window.model.rows()
    assert [(row.pair.code, row.pair.count, row.others) for row in rows] == [
        ("J42.x00", 3, ("J41.000",)),
        ("J41.000", 1, ("J42.x00",)),
        ("47.0100", 2, ()),
    ]
    assert "1 个词确认过不同编码" in window.tally.text()
    window.several.setChecked(True)
    assert window.model.rowCount() == 2
    window.several.setChecked(False)
    window.search.setText("阑尾 甲")
    window._filter()
    assert [row.pair.code for row in window.model.rows()] == ["47.0100"]
    window.kind.setCurrentIndex(window.kind.findData(Kind.DIAGNOSIS))
    assert window.model.rowCount() == 0
    assert "没有符合" in window.table.empty_text


def test_goes_out_and_comes_back(
    window: DictionaryWindow, qtbot: QtBot, checked: ToolContext, tmp_path: Path
) -> None:
    path = tmp_path / "词典"
    window.write_dictionary(path)
    settle(qtbot, checked)
    assert "已导出 3 条" in window.busy.text.text()
    window.forget(window.model.rows())
    settle(qtbot, checked)
    assert window.model.rowCount() == 0
    window.take(tmp_path / "词典.xlsx")
    settle(qtbot, checked)
    assert [row.pair.count for row in window.model.rows()] == [3, 1, 2]
    assert not window.issue_table.isVisible()


def test_rows_that_cannot_be_read_are_named(
    window: DictionaryWindow, qtbot: QtBot, checked: ToolContext, tmp_path: Path
) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (
        ("类别", "原始文本", "编码"),
        ("疾病诊断", "高血压病", "I10.x00"),
        ("疾病诊断", "糖尿病", None),
    ):
        book.active.append(row)
    book.save(tmp_path / "词.xlsx")
    window.take(tmp_path / "词.xlsx")
    settle(qtbot, checked)
    assert [(one.row, one.reason) for one in window.issues.rows()] == [(3, "没有编码")]
    assert window.issue_table.isVisible()
    assert any(row.pair.text == "高血压病" for row in window.model.rows())


def test_deleting_asks_first(window: DictionaryWindow, qtbot: QtBot, checked: ToolContext) -> None:
    window.table.clearSelection()
    window.delete()
    assert "请先选中" in window.busy.text.text()
    window.table.selectRow(0)
    window.delete()
    box = window.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "老慢支" in box.text()
    next(button for button in box.buttons() if button.text() == "删除").click()
    settle(qtbot, checked)
    assert [row.pair.code for row in window.model.rows()] == ["J41.000", "47.0100"]


def test_a_deletion_can_be_undone_until_something_else_is_confirmed(
    window: DictionaryWindow, qtbot: QtBot, checked: ToolContext
) -> None:
    assert not window.undo_button.isEnabled()
    before = window.model.rows()
    window.forget(before[:1])
    settle(qtbot, checked)
    assert "删除 1 条" in window.undo_button.toolTip()
    window.undo_button.click()
    settle(qtbot, checked)
    assert window.model.rows() == before
    assert not window.undo_button.isEnabled()
    window.forget(before[:1])
    settle(qtbot, checked)
    window.dictionary.confirm(Kind.DIAGNOSIS, Confirmed("新词", "I10.x00"))
    checked.case_changed.emit()
    settle(qtbot, checked)
    assert not window.undo_button.isEnabled()


def test_a_confirmation_wins_next_time(window: DictionaryWindow, checked: ToolContext) -> None:
    finder = checked.finder()
    assert finder is not None
    case = checked.cases[0]
    before = finder(case, Kind.DIAGNOSIS, "肚子痛得厉害", 5)
    window.dictionary.confirm(
        Kind.DIAGNOSIS, Confirmed("肚子痛得厉害", "K35.900", "急性阑尾炎", who="甲", when=WHEN)
    )
    first = finder(case, Kind.DIAGNOSIS, "肚子痛得厉害", 5)[0]
    assert not any(one.entry.code == "K35.900" for one in before[:1])
    assert (first.entry.code, first.tier) == ("K35.900", Tier.CONFIRMED)


def test_what_is_learned_elsewhere_appears(
    window: DictionaryWindow, qtbot: QtBot, checked: ToolContext
) -> None:
    window.dictionary.confirm(Kind.DIAGNOSIS, Confirmed("新词", "I10.x00"))
    checked.case_changed.emit()
    settle(qtbot, checked)
    assert any(row.pair.text == "新词" for row in window.model.rows())


def test_without_a_dictionary_it_says_so(window: DictionaryWindow, checked: ToolContext) -> None:
    kept: HospitalDictionary | None = checked.dictionary
    checked.dictionary = None
    assert window.missing() == NO_DICTIONARY
    checked.dictionary = kept
