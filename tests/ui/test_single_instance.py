"""A second start on the same work calls the first window instead of opening a second one."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from app.paths import data_dir
from app.sessions.lockfile import FileLock
from tests.conftest import ROOT
from ui import single_instance
from ui.single_instance import Listener, call_to_front

CALL = """
import sys
from pathlib import Path
from ui.single_instance import call_to_front
print(call_to_front(Path(sys.argv[1]), patience=20.0))
"""


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "三月 病案.ccqa"
    path.write_bytes(b"session")
    return path


def test_nobody_is_called_when_nobody_has_it(session: Path, tmp_path: Path) -> None:
    assert not call_to_front(session)
    assert not call_to_front(tmp_path / "missing.ccqa")
    assert not (data_dir() / "calls").exists()


def test_another_process_brings_the_minimised_window_back(qtbot: QtBot, session: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.showMinimized()
    lock = FileLock.acquire(session)
    Listener(window, lambda: session)
    with subprocess.Popen(
        [sys.executable, "-c", CALL, str(session)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as second:
        qtbot.waitUntil(lambda: not window.isMinimized(), timeout=20_000)
        assert second.stdout is not None
        assert second.stdout.read().strip() == "True"
    lock.release()
    assert list((data_dir() / "calls").iterdir()) == []


def test_a_window_that_does_not_answer_is_given_up(session: Path) -> None:
    lock = FileLock.acquire(session)
    assert not call_to_front(session, patience=0.1)
    lock.release()
    assert list((data_dir() / "calls").iterdir()) == []


def test_a_window_obeys_only_for_its_own_session(qtbot: QtBot, session: Path, tmp_path: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    other = tmp_path / "其他.ccqa"
    open_now: list[Path] = [other]
    listener = Listener(window, lambda: open_now[0] if open_now else None)
    lock = FileLock.acquire(session)
    answers: list[bool] = []
    caller = threading.Thread(target=lambda: answers.append(call_to_front(session, patience=20.0)))
    caller.start()
    qtbot.waitUntil(lambda: single_instance._request_of(session).exists())
    listener.look()
    assert not window.isVisible()
    open_now.clear()
    listener.look()
    assert not window.isVisible()
    open_now.append(session)
    listener.look()
    assert window.isVisible()
    caller.join()
    lock.release()
    assert answers == [True]


def test_a_window_saved_on_a_screen_that_is_gone_comes_back_on_one_that_is_there(qtbot: QtBot) -> None:
    far = QMainWindow()
    qtbot.addWidget(far)
    far.setGeometry(QRect(9000, 5000, 800, 600))
    near = QMainWindow()
    qtbot.addWidget(near)
    assert near.restoreGeometry(far.saveGeometry())
    near.show()
    assert near.screen().availableGeometry().intersects(near.frameGeometry())
