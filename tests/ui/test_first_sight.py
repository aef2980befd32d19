"""The work is opened when the window is there, and also when it never comes on the screen."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.demo.month import generate
from app.demo.n041 import write_n041
from tests.conftest import ROOT
from ui import first_sight
from ui.first_sight import FirstSight


def test_then_comes_once_the_window_is_seen(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    seen: list[bool] = []
    FirstSight(window, lambda: seen.append(window.windowHandle().isExposed()))
    qtbot.wait(50)
    assert seen == []
    window.show()
    qtbot.waitUntil(lambda: bool(seen))
    qtbot.wait(50)
    assert seen == [True]


def test_a_window_that_is_never_seen_is_not_waited_for(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_sight, "PATIENCE_SECONDS", 0.02)
    window = QWidget()
    qtbot.addWidget(window)
    called: list[int] = []
    FirstSight(window, lambda: called.append(1))
    qtbot.waitUntil(lambda: bool(called))
    assert not window.isVisible()


@pytest.mark.parametrize("moment", ["shown", "open"])
def test_a_measured_start_leaves_by_itself(moment: str, tmp_path: Path) -> None:
    month = tmp_path / "一月.csv"
    write_n041(month, generate(5))
    command = [sys.executable, "-m", "ui", str(month), "--leave-when", moment]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0
    assert bool(list(tmp_path.rglob("*.ccqa"))) == (moment == "open")
