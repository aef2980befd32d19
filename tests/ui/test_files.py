"""Opening, reopening, mapping, exporting: through the window, on files of the demo month."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from app.demo.month import generate
from app.demo.n041 import FILE_NAME, write_n041
from app.history import Decision
from app.readers.mapping import recall
from app.settings import Settings
from coding_rules.edit import SetDiagnosis
from tests.ui.samples import sample_services
from ui.dialogs.export import ExportWish
from ui.dialogs.mapping import MappingDialog
from ui.dialogs.report import ReportDialog
from ui.main_window import MainWindow
from ui.snapshots import settle


@pytest.fixture
def month(tmp_path: Path) -> Path:
    path = tmp_path / FILE_NAME
    write_n041(path, generate(12))
    return path


@pytest.fixture
def empty(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    window = MainWindow(sample_services(), Settings(author="甲"))
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


def dismiss(window: MainWindow) -> None:
    for dialog in window.findChildren(ReportDialog):
        dialog.accept()


def test_nothing_open_shows_what_to_do_first(empty: MainWindow) -> None:
    assert empty.pages.currentWidget() is empty.welcome
    assert not empty.actions_["export"].isEnabled()
    assert empty.actions_["open"].isEnabled()


def test_a_file_opens_and_is_reviewed(empty: MainWindow, month: Path) -> None:
    empty.open_paths([month])
    settle(empty)
    dismiss(empty)
    assert empty.pages.currentWidget() is empty.page
    assert empty.page.queue.model.rowCount() == 12
    assert all(row.reviewed for row in empty.page.queue.model.rows())
    assert FILE_NAME in empty.windowTitle()
    assert "演示数据" in empty.status.demo.text()
    assert "已自动保存" in empty.status.saved.text()
    assert empty.files.settings.recent[0].endswith(".ccqa")


def test_work_goes_on_where_it_was(qtbot: QtBot, empty: MainWindow, month: Path) -> None:
    empty.open_paths([month])
    settle(empty)
    dismiss(empty)
    bench = empty.desk.workbench
    assert bench is not None
    case_id = bench.case_ids[7]
    empty.page.queue.select(case_id)
    empty.desk.commit([SetDiagnosis(0, "K35.800", "急性阑尾炎")], reason="依据")
    empty.close()

    again = MainWindow(sample_services(), empty.files.settings)
    qtbot.addWidget(again)
    again.show()
    again.open_paths([month])
    box = again.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    box.buttons()[0].click()
    settle(again)
    assert again.desk.case_id == case_id
    assert again.desk.workbench is not None
    assert again.desk.workbench.current(case_id).diagnoses[0].code == "K35.800"
    assert again.page.queue.model.rows()[7].status.value == "已更正"
    again.close()


def test_starting_again_keeps_the_old_session(qtbot: QtBot, empty: MainWindow, month: Path) -> None:
    empty.open_paths([month])
    settle(empty)
    dismiss(empty)
    assert empty.files.work is not None
    first = empty.files.work.session.path
    empty.files.close_work()
    empty.open_paths([month])
    box = empty.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    next(button for button in box.buttons() if button.text() == "重新开始").click()
    settle(empty)
    assert empty.files.work.session.path != first
    assert first.exists()


def in_house(tmp_path: Path) -> Path:
    path = tmp_path / "院内.csv"
    rows = [
        ["病案号", "姓名", "主诊", "主要诊断名称", "性别"],
        ["0012", "甲某", "K35.800", "急性阑尾炎", "男"],
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_an_in_house_table_asks_for_its_columns_once(empty: MainWindow, tmp_path: Path) -> None:
    path = in_house(tmp_path)
    empty.open_paths([path])
    settle(empty)
    dialog = empty.findChild(MappingDialog)
    assert isinstance(dialog, MappingDialog)
    assert "K35.800" in dialog.model.rows()[2].sample
    dialog.accept()
    settle(empty)
    dismiss(empty)
    assert empty.page.queue.model.rowCount() == 1
    assert empty.page.queue.model.rows()[0].record_no == "0012"
    assert recall(["病案号", "姓名", "主诊", "主要诊断名称", "性别"]) is not None


def test_a_file_that_is_none_is_refused_in_words(empty: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "不是.csv"
    path.write_bytes(b"%PDF-1.4 nothing")
    empty.open_paths([path])
    settle(empty)
    box = empty.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "PDF" in box.text()
    assert empty.pages.currentWidget() is empty.welcome
    box.close()


def test_export_writes_both_files(qtbot: QtBot, empty: MainWindow, month: Path, tmp_path: Path) -> None:
    empty.open_paths([month])
    settle(empty)
    dismiss(empty)
    bench, work = empty.desk.workbench, empty.files.work
    assert bench is not None
    assert work is not None
    empty.desk.commit([SetDiagnosis(0, "K35.800", "急性阑尾炎")], reason="依据")
    with qtbot.waitSignal(empty.exports.written):
        empty.exports.write(work, bench, ExportWish(tmp_path / "清单.xlsx", tmp_path))
    assert (tmp_path / "清单.xlsx").exists()
    assert (tmp_path / "demo_n041_202509-更正后.csv").exists()
    for box in empty.findChildren(QMessageBox):
        box.close()


def test_new_settings_review_the_open_work_again(empty: MainWindow, month: Path) -> None:
    empty.open_paths([month])
    settle(empty)
    dismiss(empty)
    first = empty.desk.workbench
    empty.files.use_settings(Settings(author="乙", tables="别处"))
    settle(empty)
    assert empty.desk.workbench is not first
    assert empty.desk.workbench is not None
    assert empty.desk.workbench.author == "乙"


def test_layout_is_remembered(qtbot: QtBot, empty: MainWindow) -> None:
    empty.resize(1500, 800)
    empty.page.columns.setSizes([500, 500, 450])
    wanted = empty.page.columns.sizes()
    empty.close()
    again = MainWindow(sample_services(), empty.files.settings)
    qtbot.addWidget(again)
    again.show()
    assert again.page.columns.sizes() == wanted
    again.close()


def test_work_that_is_open_elsewhere_can_be_looked_at_and_exported(
    empty: MainWindow, month: Path, tmp_path: Path
) -> None:
    empty.open_paths([month])
    settle(empty)
    dismiss(empty)
    work, bench = empty.files.work, empty.desk.workbench
    assert work is not None
    assert bench is not None
    case_id = bench.case_ids[3]
    bench.change(case_id, [SetDiagnosis(0, "I10.x00x002", "高血压")], "改")
    bench.write_note(case_id, "等补充手术记录")
    second = MainWindow(sample_services(), Settings(author="乙"))
    second.show()
    try:
        second.open_paths([work.session.path])
        settle(second)
        box = second.findChild(QMessageBox)
        assert isinstance(box, QMessageBox)
        assert "另一个窗口" in box.text()
        box.defaultButton().click()
        settle(second)
        reading = second.desk.workbench
        assert reading is not None
        assert reading.journal.read_only
        assert "（只读）" in second.windowTitle()
        assert "只读" in second.status.saved.text()
        assert reading.current(case_id).diagnoses[0].code == "I10.x00x002"
        note = reading.note(case_id)
        assert note is not None
        assert note.text == "等补充手术记录"
        _refused(second, second.desk.edit_note)
        _refused(second, second.desk.lines.delete_line)
        _refused(second, lambda: second.desk.decide(None, Decision.KEEP))
        _refused(second, second.desk.undo)
        assert len(reading.history) == 1
        target = tmp_path / "只读.xlsx"
        assert second.files.work is not None
        second.exports.write(second.files.work, reading, ExportWish(target, None))
        settle(second)
        assert target.exists()
    finally:
        second.close()
    bench.change(bench.case_ids[4], [SetDiagnosis(0, "I10.x00x002", "高血压")], "改")
    assert len(bench.history) == 2, "the window that writes is not disturbed"


def _refused(window: MainWindow, act: Callable[[], None]) -> None:
    """The action does nothing but say that the work is open for reading."""
    for box in window.findChildren(QMessageBox):
        box.close()
    act()
    said = [box.text() for box in window.findChildren(QMessageBox) if box.isVisible()]
    assert said == ["这个工作文件以只读方式打开，不能修改。"]
