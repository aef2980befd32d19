"""Pictures of the main window, rendered without a display: light, dark, twice the scale, and the charts."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from app.settings import Theme
from ui import theme
from ui.main_window import MainWindow

SMALL, LARGE = QSize(1366, 768), QSize(1920, 1080)
PATIENCE_SECONDS = 180
MOST_TRIED = 200


def render(window: MainWindow, folder: Path) -> list[Path]:
    """Take the pictures of a window in which a piece of work is open; returns the files.

    The review is waited for; a case with a finding is chosen and its fix taken, so that both sides and the difference
    show, and taken back at the end.
    """
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise TypeError("pictures need an application")
    folder.mkdir(parents=True, exist_ok=True)
    settle(window)
    corrected = show_correction(window)
    files = []
    for name, colours, size, scale in (
        ("window-light", Theme.LIGHT, LARGE, 1.0),
        ("window-dark", Theme.DARK, LARGE, 1.0),
        ("window-small", Theme.LIGHT, SMALL, 1.0),
        ("window-200-percent", Theme.LIGHT, SMALL, 2.0),
    ):
        theme.apply(app, colours)
        window.resize(size)
        files.append(save(window, folder / f"{name}.png", scale))
    theme.apply(app, Theme.LIGHT)
    window.actions_["charts"].setChecked(True)
    window.show_charts()
    settle(window)
    files.append(save(window, folder / "charts.png"))
    window.actions_["charts"].setChecked(False)
    window.show_charts()
    if corrected:
        window.desk.undo()
    return files


def settle(window: MainWindow) -> None:
    """Let everything that is under way come to its end.

    Raises:
        TimeoutError: it does not.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    QApplication.processEvents()
    while window.jobs.running:
        if time.monotonic() > deadline:
            raise TimeoutError("the window is still busy")
        QApplication.processEvents()
        time.sleep(0.005)
    for _ in range(20):
        QApplication.processEvents()


def show_correction(window: MainWindow) -> bool:
    """Go to a case whose fix moves it to another group and take the fix; whether there was one."""
    bench = window.desk.workbench
    if bench is None:
        return False
    rows = [row for row in window.page.queue.model.rows() if row.findings]
    for row in sorted(rows, key=lambda row: -row.findings)[:MOST_TRIED]:
        for finding in bench.result(row.case_id).after.findings:
            for fix in finding.fixes[:1]:
                if any(delta.group_changed for delta in bench.what_if(row.case_id, fix.edits).deltas):
                    window.page.queue.select(row.case_id)
                    window.desk.commit(fix.edits, reason="图片示例", rule_id=finding.rule_id)
                    settle(window)
                    return True
    for row in rows[:1]:
        window.page.queue.select(row.case_id)
    settle(window)
    return False


def save(widget: QWidget, path: Path, scale: float = 1.0) -> Path:
    """Render a widget into a PNG at a device pixel ratio."""
    widget.ensurePolished()
    for _ in range(5):
        QApplication.processEvents()
    pixmap = QPixmap(widget.size() * scale)
    pixmap.setDevicePixelRatio(scale)
    widget.render(pixmap)
    pixmap.save(str(path))
    return path
