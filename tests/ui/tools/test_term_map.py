"""院内词表映射: a list comes in, keys decide and go on, nothing is lost on closing, the mapped list goes out."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.matching.term_map import Equivalence
from icd_tables.codes import Edition, Kind
from tests.app.readers.samples import workbook
from tests.ui.tools.steps import OpenTool, settle
from ui.tools.context import ToolContext
from ui.tools.matching_approve import EMPTY
from ui.tools.matching_import import ImportDialog
from ui.tools.matching_map import MapWindow

ROWS: tuple[tuple[object, ...], ...] = (
    ("院内名称", "院内编码", "使用次数"),
    ("急性阑尾炎", "A001", 120),
    ("老慢支", "A002", 300),
    ("腹腔镜阑尾切除", "47.0100", 80),
    ("二型糖尿病", "A004", 60),
    ("说不清楚的病", "A005", 1),
    (None, "A006", 1),
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return workbook(tmp_path / "院内词表.xlsx", *ROWS)


@pytest.fixture
def window(open_tool: OpenTool, source: Path, qtbot: QtBot, checked: ToolContext) -> MapWindow:
    tool = open_tool("term_map")
    assert isinstance(tool, MapWindow)
    assert tool.table.empty_text == EMPTY
    tool.take(source, Edition.CLINICAL)
    settle(qtbot, checked)
    return tool


def texts(window: MapWindow) -> list[str]:
    return [row.text for row in window.model.rows()]


def test_most_used_first_with_candidates_and_the_row_left_out(window: MapWindow) -> None:
    assert texts(window) == ["老慢支", "急性阑尾炎", "腹腔镜阑尾切除", "二型糖尿病", "说不清楚的病"]
    assert window.table.current_row().text == "老慢支"
    assert window.candidates.model.rowCount()
    assert [row.row for row in window.issues.rows()] == [7]
    assert "已核 0 / 5 个词" in window.progress.text()
    assert window.source.currentText().startswith("院内词表-国临版")


def test_keys_decide_and_go_to_the_next(window: MapWindow) -> None:
    for key, equivalence in (("2", None), ("~", Equivalence.NEAR)):
        QTest.keyClicks(window.table, key)
        first = window.model.rows()[0]
        assert first.equivalence is equivalence
    assert first.code == window.mapping.term(first.row).code if window.mapping else False
    assert first.who == "测试员"
    assert window.table.current_row().text == "急性阑尾炎"
    QTest.keyClick(window.table, Qt.Key.Key_Return)
    QTest.keyClicks(window.table, ">")
    QTest.keyClicks(window.table, "<")
    QTest.keyClicks(window.table, "0")
    assert [row.equivalence for row in window.model.rows()] == [
        Equivalence.NEAR,
        Equivalence.EQUAL,
        Equivalence.WIDER,
        Equivalence.NARROWER,
        Equivalence.NONE,
    ]
    assert window.model.rows()[-1].code == ""
    assert "都核过了" in window.busy.text.text()
    assert window.bar.value() == 1000


def test_a_match_that_was_cancelled_can_be_gone_on_with(
    window: MapWindow, source: Path, qtbot: QtBot, checked: ToolContext
) -> None:
    window.take(source, Edition.INSURANCE)
    qtbot.waitUntil(lambda: window._matching is not None, timeout=10_000)
    window.stop()
    settle(qtbot, checked)
    assert window.mapping is not None
    if not window.mapping.matched:  # it may have been quicker than the cancel
        assert window.match_button.isVisibleTo(window)
        assert "没有做完" in window.busy.text.text()
        assert window.candidates.model.rowCount()
    window.match_button.click()
    settle(qtbot, checked)
    assert window.mapping.matched
    assert not window.match_button.isVisibleTo(window)


def test_taking_back(window: MapWindow) -> None:
    window.buttons[Equivalence.EQUAL].click()
    window.table.setCurrentIndex(window.model.index(0, 0))
    QTest.keyClick(window.table, Qt.Key.Key_Backspace)
    assert not window.model.rows()[0].decided
    assert "已核 0 /" in window.progress.text()


def test_the_last_step_is_undone_with_its_suggestion(
    window: MapWindow, qtbot: QtBot, checked: ToolContext
) -> None:
    before = window.model.rows()
    QTest.keyClicks(window.table, "2=")
    QTest.keyClicks(window.table, "0")
    assert sum(row.decided for row in window.model.rows()) == 2
    for _ in range(2):
        QTest.keyClick(window.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.model.rows() == before
    assert window.table.currentIndex().row() == 0
    QTest.keyClick(window.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert "没有可以撤销" in window.busy.text.text()
    window.approve_sure()
    settle(qtbot, checked)
    assert any(row.decided for row in window.model.rows())
    window.pane.undo()
    assert window.model.rows() == before


def test_another_code_can_be_looked_for(window: MapWindow, qtbot: QtBot) -> None:
    term = window.table.current_row()
    QTest.keyClicks(window.table, "/")
    search = window.pane.search
    qtbot.keyClicks(search, "I48")
    QTest.keyClick(search, Qt.Key.Key_Return)
    shown = [row.candidate.entry.code for row in window.candidates.model.rows()]
    assert shown
    assert all(code.startswith("I48") for code in shown)
    QTest.keyClick(search, Qt.Key.Key_Down)
    QTest.keyClicks(window.table, "~")
    assert window.mapping is not None
    decided = window.mapping.term(term.row)
    assert (decided.code, decided.equivalence) == (shown[min(1, len(shown) - 1)], Equivalence.NEAR)
    assert not search.text()
    assert not any(row.candidate.entry.code.startswith("I48") for row in window.candidates.model.rows()[:1])


def test_a_candidate_taken_by_its_number_is_equal(window: MapWindow) -> None:
    window.candidates.take(1)
    assert window.model.rows()[0].equivalence is Equivalence.EQUAL
    assert window.table.current_row().text == "急性阑尾炎"


def test_closing_loses_nothing(
    window: MapWindow, open_tool: OpenTool, qtbot: QtBot, checked: ToolContext
) -> None:
    QTest.keyClick(window.table, Qt.Key.Key_Return)
    window.close()
    again = open_tool("term_map")
    assert isinstance(again, MapWindow)
    settle(qtbot, checked)
    assert again.model.rows()[0].equivalence is Equivalence.EQUAL
    assert again.table.current_row().text == "急性阑尾炎"


def test_the_same_file_is_gone_on_with(
    window: MapWindow, source: Path, qtbot: QtBot, checked: ToolContext
) -> None:
    QTest.keyClick(window.table, Qt.Key.Key_Return)
    window.take(source, Edition.CLINICAL)
    settle(qtbot, checked)
    assert window.model.rows()[0].decided
    window.take(source, Edition.INSURANCE, Kind.DIAGNOSIS)
    settle(qtbot, checked)
    assert not window.model.rows()[0].decided
    assert {row.kind for row in window.model.rows()} == {Kind.DIAGNOSIS}
    assert window.source.count() == 2
    window.source.setCurrentIndex(1)
    window.source.activated.emit(1)
    settle(qtbot, checked)
    assert window.model.rows()[0].decided


def test_sure_ones_together_then_into_the_dictionary(
    window: MapWindow, qtbot: QtBot, checked: ToolContext
) -> None:
    window.sure_button.click()
    settle(qtbot, checked)
    decided = [row.text for row in window.model.rows() if row.decided]
    assert "急性阑尾炎" in decided
    assert "老慢支" not in decided
    QTest.keyClick(window.table, Qt.Key.Key_Return)
    window.teach_button.click()
    settle(qtbot, checked)
    dictionary = checked.open_dictionary()
    assert dictionary is not None
    assert dictionary.memory(Kind.DIAGNOSIS).lookup("老慢支")


def test_filter_keeps_the_progress_of_all(window: MapWindow) -> None:
    QTest.keyClick(window.table, Qt.Key.Key_Return)
    window.waiting.setChecked(True)
    assert "老慢支" not in texts(window)
    window.search.setText("阑尾")
    window._filter()
    assert texts(window) == ["急性阑尾炎", "腹腔镜阑尾切除"]
    assert "/ 5 个词" in window.progress.text()


def test_goes_out(window: MapWindow, qtbot: QtBot, checked: ToolContext, tmp_path: Path) -> None:
    QTest.keyClick(window.table, Qt.Key.Key_Return)
    window.write(tmp_path / "映射.xlsx")
    settle(qtbot, checked)
    rows = list(load_workbook(tmp_path / "映射.xlsx")["词表映射"].iter_rows(values_only=True))
    assert len(rows) == 6
    assert rows[2][5] == "等于"


def test_the_import_asks_for_edition_and_kind(qtbot: QtBot) -> None:
    dialog = ImportDialog("词表.xlsx")
    qtbot.addWidget(dialog)
    assert (dialog.edition, dialog.kind) == (Edition.CLINICAL, None)
    dialog._edition.setCurrentIndex(1)
    dialog._kind.setCurrentIndex(2)
    assert (dialog.edition, dialog.kind) == (Edition.INSURANCE, Kind.PROCEDURE)
