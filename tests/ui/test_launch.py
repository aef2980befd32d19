import faulthandler
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app import settings as settings_file
from app.demo.month import generate
from app.demo.n041 import write_n041
from app.errors import UserError
from app.log import Mishap
from app.settings import Settings
from tests.ui.samples import sample_services
from ui import launch, theme
from ui.dialogs.messages import CrashDialog
from ui.faults import Faults
from ui.main_window import MainWindow


@pytest.fixture
def hooks() -> Iterator[None]:
    import threading

    kept = sys.excepthook, threading.excepthook
    told_on_crash = faulthandler.is_enabled()
    yield
    sys.excepthook, threading.excepthook = kept
    if told_on_crash:
        faulthandler.enable(2)


def test_run_opens_files_and_ends_with_the_window(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hooks: None
) -> None:
    month = tmp_path / "一月.csv"
    write_n041(month, generate(5))
    monkeypatch.setattr(launch, "real_services", sample_services)
    shown: list[int] = []

    def look() -> None:
        for widget in QApplication.topLevelWidgets():
            if (
                isinstance(widget, MainWindow)
                and widget.desk.workbench is not None
                and not widget.jobs.running
            ):
                shown.append(widget.page.queue.model.rowCount())
                widget.close()  # the last window: the program ends
                return
        QTimer.singleShot(20, look)

    QTimer.singleShot(20, look)
    assert launch.run([month]) == 0
    assert shown == [5]
    assert settings_file.load().settings.recent


def test_a_user_error_becomes_a_message_and_a_bug_a_crash_dialog(qtbot: QtBot, hooks: None) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    faults = Faults(window)
    faults.install()
    error = UserError("磁盘已满", "请清理磁盘")
    sys.excepthook(UserError, error, None)
    qtbot.waitUntil(lambda: window.findChild(QMessageBox) is not None)
    box = window.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert box.text() == "磁盘已满"
    box.close()
    faults.show_mishap(Mishap("KeyError", ("ui/desk.py:1",)))
    faults.show_mishap(Mishap("ValueError", ()))
    dialogs = window.findChildren(CrashDialog)
    assert len(dialogs) == 1
    assert "ValueError" in dialogs[0].text.toPlainText()
    dialogs[0].reject()


def test_the_window_follows_the_system(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = launch.make_window(sample_services(), Settings())
    qtbot.addWidget(window)
    for dark in (True, False):
        monkeypatch.setattr(theme, "is_dark", lambda _app, _mode, dark=dark: dark)
        window.follow_system()
        assert (qapp.palette().window().color().lightness() < 128) is dark
    window.close()
