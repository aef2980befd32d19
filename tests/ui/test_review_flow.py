"""The main flow, with the keyboard alone."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.history import Decision
from app.queue import Status
from app.workbench import Workbench
from icd_tables.codes import Kind
from ui.dialogs.reason import ReasonDialog
from ui.main_window import MainWindow


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    target = QApplication.focusWidget() or window
    qtbot.keyClick(target, key, modifier or Qt.KeyboardModifier.NoModifier)


def type_chinese(widget: QWidget, text: str) -> None:
    """As an input method delivers it."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def work_of(window: MainWindow) -> Workbench:
    assert window.desk.workbench is not None
    return window.desk.workbench


def answer_reason(qtbot: QtBot, window: MainWindow, text: str) -> None:
    qtbot.waitUntil(lambda: window.findChild(ReasonDialog) is not None)
    dialog = window.findChild(ReasonDialog)
    assert isinstance(dialog, ReasonDialog)
    type_chinese(dialog.text, text)
    qtbot.keyClick(dialog.text, Qt.Key.Key_Return)


def test_f8_goes_to_the_next_case_with_a_finding(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_F8)
    row = window.page.queue.table.current_row()
    assert row.findings > 0
    assert window.page.findings.current() is not None


def test_typing_shows_candidates_and_enter_takes_one(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    case_id = window.desk.case_id
    table = window.page.case.tables[Kind.DIAGNOSIS]
    assert table.hasFocus()
    press(qtbot, window, Qt.Key.Key_F2)
    assert table.editor is not None
    table.editor.clear()
    type_chinese(table.editor, "肾结石")
    row = window.page.candidates.current()
    assert row is not None
    assert row.candidate.entry.code == "N20.000"
    qtbot.keyClick(table.editor, Qt.Key.Key_Return)
    if window.findChild(ReasonDialog):
        answer_reason(qtbot, window, "依据出院记录")
    assert work_of(window).current(case_id).diagnoses[0].code == "N20.000"
    assert work_of(window).status(case_id) is Status.CORRECTED


def test_undo_and_redo_are_named(qtbot: QtBot, window: MainWindow) -> None:
    desk = window.desk
    before = work_of(window).current(desk.case_id)
    window.desk.lines.take(work_of(window).find(desk.case_id, Kind.DIAGNOSIS, "肺炎")[0])
    if window.findChild(ReasonDialog):
        answer_reason(qtbot, window, "依据出院记录")
    assert "J18.900" in window.actions_["undo"].text()
    press(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert work_of(window).current(desk.case_id) == before
    assert "J18.900" in window.actions_["redo"].text()
    press(qtbot, window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert work_of(window).current(desk.case_id).diagnoses[0].code == "J18.900"


def test_keeping_a_code_needs_a_reason(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_F8)
    case_id = window.desk.case_id
    press(qtbot, window, Qt.Key.Key_K, Qt.KeyboardModifier.AltModifier)
    answer_reason(qtbot, window, "病历支持")
    change = work_of(window).changes(case_id)[-1]
    assert change.decision is Decision.KEEP
    assert change.reason == "病历支持"
    assert work_of(window).status(case_id) is Status.KEPT
