"""The main flow, with the keyboard alone."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.history import Decision
from app.queue import Status
from app.workbench import Workbench
from coding_rules.edit import SetDiagnosis
from coding_rules.grouper.grouping import System
from icd_tables.codes import Kind
from ui.dialogs.note import NoteDialog
from ui.dialogs.reason import ReasonDialog
from ui.main_window import MainWindow
from ui.panels.lines import LinesTable


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


def settle_reason(qtbot: QtBot, window: MainWindow) -> None:
    """Give a reason if the change asked for one."""
    if window.findChild(ReasonDialog) is not None:
        answer_reason(qtbot, window, "依据出院记录")
        qtbot.waitUntil(lambda: window.findChild(ReasonDialog) is None)


def focus_lines(window: MainWindow, kind: Kind = Kind.DIAGNOSIS) -> LinesTable:
    table = window.page.case.tables[kind]
    table.setFocus()
    table.go_to(0)
    return table


def case_with_lines(window: MainWindow, count: int) -> str:
    work = work_of(window)
    case_id = next(i for i in work.case_ids if len(work.original(i).diagnoses) >= count)
    window.page.queue.select(case_id)
    return case_id


def test_typing_in_a_line_opens_the_editor_and_alt_n_takes(qtbot: QtBot, window: MainWindow) -> None:
    case_id = case_with_lines(window, 2)
    table = focus_lines(window)
    qtbot.keyClick(table, Qt.Key.Key_K)
    assert table.editor is not None
    assert table.editor.text().lower() == "k"
    type_chinese(table.editor, "35 阑尾炎")
    wanted = window.page.candidates.model.rows()[1].candidate.entry.code
    qtbot.keyClick(table.editor, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    settle_reason(qtbot, window)
    assert work_of(window).current(case_id).diagnoses[0].code == wanted


def test_arrows_in_the_editor_steer_the_candidates(qtbot: QtBot, window: MainWindow) -> None:
    case_with_lines(window, 1)
    table = focus_lines(window)
    table.edit_here()
    assert table.editor is not None
    type_chinese(table.editor, "炎")
    first = window.page.candidates.current()
    qtbot.keyClick(table.editor, Qt.Key.Key_Down)
    second = window.page.candidates.current()
    assert first is not None
    assert second is not None
    assert second.number == first.number + 1


def test_escape_gives_up_without_a_trace(qtbot: QtBot, window: MainWindow) -> None:
    case_with_lines(window, 1)
    table = focus_lines(window)
    table.edit_here()
    assert table.editor is not None
    type_chinese(table.editor, "肾结石")
    qtbot.keyClick(table.editor, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: table.editor is None)
    assert len(work_of(window).history) == 0


def test_shift_enter_takes_the_text_as_it_is(qtbot: QtBot, window: MainWindow) -> None:
    case_id = case_with_lines(window, 1)
    table = focus_lines(window)
    table.edit_here("code")
    assert table.editor is not None
    table.editor.selectAll()
    qtbot.keyClicks(table.editor, "A00.999")
    qtbot.keyClick(table.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    settle_reason(qtbot, window)
    line = work_of(window).current(case_id).diagnoses[0]
    assert line.code == "A00.999"
    assert line.name == work_of(window).original(case_id).diagnoses[0].name


def test_a_line_is_added_by_choosing_its_code(qtbot: QtBot, window: MainWindow) -> None:
    case_id = case_with_lines(window, 2)
    before = len(work_of(window).original(case_id).diagnoses)
    table = focus_lines(window)
    press(qtbot, window, Qt.Key.Key_Insert)
    assert table.editor is not None
    type_chinese(table.editor, "肾结石")
    qtbot.keyClick(table.editor, Qt.Key.Key_Return)
    settle_reason(qtbot, window)
    lines = work_of(window).current(case_id).diagnoses
    assert len(lines) == before + 1
    assert lines[1].code == "N20.000"


def test_giving_up_an_added_line_leaves_nothing(qtbot: QtBot, window: MainWindow) -> None:
    case_id = case_with_lines(window, 2)
    table = focus_lines(window)
    press(qtbot, window, Qt.Key.Key_Insert)
    assert table.editor is not None
    qtbot.keyClick(table.editor, Qt.Key.Key_Escape)
    qtbot.waitUntil(
        lambda: table.columns_model.rowCount() == len(work_of(window).original(case_id).diagnoses)
    )


def test_lines_are_deleted_moved_and_made_principal(qtbot: QtBot, window: MainWindow) -> None:
    case_id = case_with_lines(window, 3)
    original = work_of(window).original(case_id).diagnoses
    table = focus_lines(window)
    press(qtbot, window, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    settle_reason(qtbot, window)
    assert work_of(window).current(case_id).diagnoses[1] == original[0]
    assert table.position() == 1
    press(qtbot, window, Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
    settle_reason(qtbot, window)
    assert work_of(window).current(case_id).diagnoses[0] == original[0]
    table.go_to(2)
    press(qtbot, window, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    settle_reason(qtbot, window)
    assert len(work_of(window).current(case_id).diagnoses) == len(original) - 1
    assert [change.label for change in work_of(window).changes(case_id)][-1].startswith("删除其他诊断 2")


def test_the_table_buttons_do_the_same(qtbot: QtBot, window: MainWindow) -> None:
    case_id = case_with_lines(window, 2)
    original = work_of(window).original(case_id).diagnoses
    focus_lines(window)
    window.page.case.action_wanted.emit(Kind.DIAGNOSIS, "line_down")
    settle_reason(qtbot, window)
    assert work_of(window).current(case_id).diagnoses[1] == original[0]


def test_ctrl_enter_takes_the_fix_and_goes_on(qtbot: QtBot, window: MainWindow) -> None:
    work = work_of(window)
    case_id = next(i for i in work.case_ids if any(f.fixes for f in work.open_findings(i)))
    window.page.queue.select(case_id)
    window.page.queue.table.setFocus()
    press(qtbot, window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle_reason(qtbot, window)
    assert work.status(case_id) is Status.CORRECTED
    assert work.changes(case_id)[-1].rule_id == "S01"
    assert window.desk.case_id != case_id


def test_ctrl_enter_on_a_clean_case_records_that_it_was_looked_at(qtbot: QtBot, window: MainWindow) -> None:
    work = work_of(window)
    case_id = next(i for i in work.case_ids if not work.open_findings(i))
    window.page.queue.select(case_id)
    window.page.queue.table.setFocus()
    press(qtbot, window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert work.status(case_id) is Status.KEPT
    assert work.changes(case_id)[-1].reason == "审核无误"


def test_a_rise_without_a_reason_is_not_made(qtbot: QtBot, window: MainWindow) -> None:
    case_id = case_with_lines(window, 1)
    work = work_of(window)
    letter = work.current(case_id).diagnoses[0].code[0]
    window.desk.commit([SetDiagnosis(0, f"{chr(ord(letter) + 2)}00.000", "高")])
    dialog = window.findChild(ReasonDialog)
    assert isinstance(dialog, ReasonDialog)
    dialog.accept()  # an empty reason is no reason
    dialog.reject()
    assert work.current(case_id) is work.original(case_id)
    assert len(work.history) == 0


def test_copy_puts_the_queue_on_the_clipboard(qtbot: QtBot, window: MainWindow) -> None:
    window.page.queue.table.setFocus()
    press(qtbot, window, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0].startswith("状态\t备注\t病案号\t")
    assert len(lines) == 2


def test_payment_system_switches_queue_and_charts(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert work_of(window).system is System.DIP
    press(qtbot, window, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert "DIP" in window.charts.title.text()
    qtbot.waitUntil(lambda: "按当前编码统计 40 例" in window.charts.note.text())
    assert window.charts.models[System.DIP].rowCount() > 1
    press(qtbot, window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert not window.jobs.running, "the sums know both systems"
    assert window.charts.models[System.DRG].rowCount() > 1
    press(qtbot, window, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert window.pages.currentWidget() is window.page


def test_a_note_is_written_with_the_keyboard_and_taken_back(qtbot: QtBot, window: MainWindow) -> None:
    case_id, bench = window.desk.case_id, work_of(window)
    window.actions_["note"].trigger()
    dialog = window.findChild(NoteDialog)
    assert isinstance(dialog, NoteDialog)
    qtbot.waitUntil(dialog.text.hasFocus)
    type_chinese(dialog.text, "已电话问过主管医师")
    qtbot.keyClick(dialog.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    row = window.page.queue.row(case_id)
    assert row is not None
    assert row.note == "已电话问过主管医师"
    assert window.page.case.note.isVisible()
    assert "已电话问过主管医师" in window.page.case.note.text()
    assert bench.status(case_id) is Status.UNTOUCHED
    assert window.actions_["undo"].text() == "撤销 备注"
    window.actions_["undo"].trigger()
    assert not window.page.case.note.isVisible()
    assert bench.note(case_id) is None
    window.actions_["redo"].trigger()
    assert window.page.case.note.isVisible()


def test_no_candidates_yet_is_not_no_candidates_at_all(qtbot: QtBot, window: MainWindow) -> None:
    lines, bench, answer = window.desk.lines, work_of(window), work_of(window)._find
    bench._find, lines.preparing = (lambda *_: ()), True
    press(qtbot, window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    press(qtbot, window, Qt.Key.Key_F2)
    editor = window.page.case.tables[Kind.DIAGNOSIS].editor
    assert editor is not None
    editor.clear()
    type_chinese(editor, "肾结石")
    assert "正在准备编码检索" in window.page.candidates.note.text()
    bench._find = answer
    lines.search_ready()
    row = window.page.candidates.current()
    assert row is not None
    assert row.candidate.entry.name == "肾结石", (
        "what is being typed is looked up as soon as that can be done"
    )
    bench._find = lambda *_: ()
    type_chinese(editor, "某")
    assert "没有相近的编码" in window.page.candidates.note.text()


def compose(widget: QWidget, preedit: str) -> None:
    """As an input method shows what is being composed."""
    QApplication.sendEvent(widget, QInputMethodEvent(preedit, []))


def test_what_is_being_composed_searches_nothing_until_it_is_committed(
    qtbot: QtBot, window: MainWindow
) -> None:
    press(qtbot, window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    table = window.page.case.tables[Kind.DIAGNOSIS]
    assert table.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    qtbot.waitUntil(lambda: window.page.candidates.model.rowCount() > 0)
    heading = window.page.candidates.heading.text()
    compose(table, "shenjieshi")
    assert table.editor is not None, "composing opens the editor like a key does"
    compose(table.editor, "shen'jie'shi")
    assert window.page.candidates.heading.text() == heading
    assert table.editor.text() == ""
    type_chinese(table.editor, "肾结石")
    assert window.page.candidates.heading.text() == "候选编码 · 肾结石"
    press(qtbot, window, Qt.Key.Key_Escape)
    shown = window.page.queue.model.rowCount()
    window.page.queue.filter.setFocus()
    compose(window.page.queue.filter, "zhongliu")
    qtbot.wait(200)
    assert window.page.queue.model.rowCount() == shown


def test_esc_gives_up_one_thing_at_a_time(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    table, before = window.page.case.tables[Kind.DIAGNOSIS], work_of(window).current(window.desk.case_id)
    press(qtbot, window, Qt.Key.Key_F2)
    assert table.editor is not None
    qtbot.keyClicks(table.editor, "xyz")
    press(qtbot, window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: table.editor is None)
    assert table.hasFocus()
    assert work_of(window).current(window.desk.case_id) is before
    press(qtbot, window, Qt.Key.Key_Insert)
    press(qtbot, window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: table.editor is None)
    assert table.columns_model.rowCount() == len(before.diagnoses)
    press(qtbot, window, Qt.Key.Key_Escape)
    assert window.isVisible()
    window.page.queue.filter.setFocus()
    type_chinese(window.page.queue.filter, "肺炎")
    press(qtbot, window, Qt.Key.Key_Escape)
    assert window.page.queue.filter.text() == ""
    assert window.page.queue.table.hasFocus()


def test_a_new_line_asked_for_while_typing_opens_in_the_same_table(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    table = window.page.case.tables[Kind.DIAGNOSIS]
    before = work_of(window).current(window.desk.case_id)
    lines = len(before.diagnoses)
    for _once_and_again in range(2):
        press(qtbot, window, Qt.Key.Key_F2)
        assert table.editor is not None
        type_chinese(table.editor, "胃炎")
        press(qtbot, window, Qt.Key.Key_Insert)
        press(qtbot, window, Qt.Key.Key_Insert)
        QApplication.processEvents()
        assert table.columns_model.rowCount() == lines + 1
        assert table.editor is not None
        assert table.editor.hasFocus()
        assert table.editor.text() == ""
        press(qtbot, window, Qt.Key.Key_Escape)
        QApplication.processEvents()
        assert table.columns_model.rowCount() == lines
        assert table.hasFocus()
    assert work_of(window).current(window.desk.case_id) is before


def test_taking_away_a_line_that_is_only_being_added_spares_the_lines_of_the_page(
    qtbot: QtBot, window: MainWindow
) -> None:
    press(qtbot, window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    lines, table = window.desk.lines, window.page.case.tables[Kind.DIAGNOSIS]
    before = work_of(window).current(window.desk.case_id)
    for unwanted in (lines.delete_line, lambda: lines.move_line(-1), lines.make_principal):
        press(qtbot, window, Qt.Key.Key_Insert)
        assert table.columns_model.rowCount() == len(before.diagnoses) + 1
        unwanted()
        assert table.columns_model.rowCount() == len(before.diagnoses)
        assert work_of(window).current(window.desk.case_id) is before


def test_findings_across_cases_leave_what_is_being_typed(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    press(qtbot, window, Qt.Key.Key_F2)
    table = window.page.case.tables[Kind.DIAGNOSIS]
    assert table.editor is not None
    table.editor.clear()
    type_chinese(table.editor, "肾结石")
    window.desk.show_resettled([window.desk.case_id])
    QApplication.processEvents()
    assert table.editor is not None
    assert table.editor.text() == "肾结石"
    row = window.page.candidates.current()
    assert row is not None
    assert row.candidate.entry.code == "N20.000"


def test_undo_says_which_case_where_the_filter_hides_it(qtbot: QtBot, window: MainWindow) -> None:
    queue, case_id = window.page.queue, window.desk.case_id
    number = work_of(window).current(case_id).record_no
    window.desk.commit([SetDiagnosis(0, "J18.900", "肺炎")], reason="依据出院记录")
    other = next(row for row in queue.model.rows() if row.case_id != case_id)
    queue.filter.setText(other.record_no)
    queue.refilter()
    assert window.desk.case_id == other.case_id
    told: list[str] = []
    window.desk.told.connect(told.append)
    window.desk.undo()
    assert told == [f"已撤销：病案号 {number}，不在筛选出的病例里"]
