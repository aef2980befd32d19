"""Studio: the demo month in a window without a display, in a user folder of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.settings import Settings, Theme
from app.workbench import Workbench
from coding_rules.edit import Edit, MoveDiagnosis
from coding_rules.finding import Finding, Fix
from tests.pictures.png import save_small
from ui import launch, snapshots, theme
from ui.services import real_services
from ui.tools.window import ToolWindow

SIZE = QSize(1440, 900)
RESTING_SECONDS = 0.6
"""Longer than any timer of the window that follows the coder's keys."""
REASON = "手术记录：本次住院施行肿瘤根治手术，按主要诊断选择原则调整"


class Studio:
    """Call ``close`` at the end, before the user folder goes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.app = launch.make_application(["pictures"])
        theme.apply(self.app, Theme.LIGHT)
        self.window = launch.make_window(real_services(), Settings(author="质控员甲"))
        self.window.resize(SIZE)
        self.window.show()
        self.window.open_demo()
        self.settle()
        self.settle()  # opening what was made is a job of its own
        self._correction = principal_correction(self.bench)

    @property
    def bench(self) -> Workbench:
        """The open work."""
        bench = self.window.desk.workbench
        if bench is None:
            raise LookupError("the demo month did not open")
        return bench

    def settle(self) -> None:
        """Let everything under way come to its end: jobs, then what waits for the keys to rest."""
        snapshots.settle(self.window)
        deadline = time.monotonic() + RESTING_SECONDS
        while time.monotonic() < deadline:
            QApplication.processEvents()
            time.sleep(0.005)

    def show_correction(self) -> None:
        """Go to the most telling case with its repair taken, the cursor on the new principal diagnosis."""
        case_id, rule_id, edits = self._correction
        self.window.page.queue.select(case_id)
        self.settle()
        if not self.bench.altered(case_id):
            self.window.desk.commit(edits, reason=REASON, rule_id=rule_id)
        page = self.window.page
        page.score.tabs.setCurrentIndex(0)
        self.window.desk.lines.go_to(self.window.desk.lines.kind, 0)
        self.settle()

    def show_finding(self, wanted: Callable[[Finding, Fix], bool]) -> Finding:
        """Go to the first untouched case with a repair like that, its finding selected.

        Raises:
            LookupError: the demo month has none.
        """
        bench, findings = self.bench, self.window.page.findings
        for case_id in bench.case_ids:
            for place, finding in enumerate(bench.result(case_id).after.findings):
                if not bench.altered(case_id) and any(wanted(finding, fix) for fix in finding.fixes):
                    self.window.page.queue.select(case_id)
                    findings.list.select(place)
                    self.settle()
                    return finding
        raise LookupError("no such finding in the demo month")

    def shoot(self, name: str, *widgets: QWidget) -> None:
        """Render a window, or the part of the main window that these widgets take, into ``name``.png."""
        top = widgets[0].window() if len(widgets) == 1 and widgets[0].isWindow() else self.window
        for _ in range(5):
            QApplication.processEvents()
        pixmap = QPixmap(top.size())
        top.render(pixmap)
        if not (len(widgets) == 1 and widgets[0].isWindow()):
            pixmap = pixmap.copy(self._frame(widgets))
        save_small(pixmap.toImage(), self.folder / f"{name}.png")

    def dialog(self) -> QDialog:
        """The dialog that is open.

        Raises:
            LookupError: none is.
        """
        self.settle()
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                return widget
        raise LookupError("no dialog is open")

    def shoot_dialog(self, name: str, size: QSize | None = None) -> None:
        """Take the dialog that is open and close it."""
        dialog = self.dialog()
        if size is not None:
            dialog.resize(size)
        self.shoot(name, dialog)
        dialog.reject()
        self.settle()

    def tool(self, tool_id: str) -> ToolWindow:
        """A tool's window, filled."""
        window = self.window.tools.open(tool_id)
        self.settle()
        return window

    def close(self) -> None:
        """End the session."""
        self.window.close()
        QApplication.processEvents()

    def _frame(self, widgets: Sequence[QWidget]) -> QRect:
        frame = QRect()
        for widget in widgets:
            frame = frame.united(QRect(widget.mapTo(self.window, QPoint(0, 0)), widget.size()))
        return frame.adjusted(-8, -6, 8, 6).intersected(self.window.rect())


def principal_correction(bench: Workbench) -> tuple[str, str, Sequence[Edit]]:
    """Case, rule and edits of the most telling repair: another principal diagnosis, both groups change, work remains.

    Raises:
        LookupError: the demo month has none.
    """
    best: tuple[int, str, str, Sequence[Edit]] | None = None
    for case_id in bench.case_ids:
        for finding in bench.result(case_id).after.findings:
            for fix in finding.fixes:
                if not any(isinstance(edit, MoveDiagnosis) for edit in fix.edits):
                    continue
                effect = bench.what_if(case_id, fix.edits)
                if not all(delta.group_changed for delta in effect.deltas):
                    continue
                telling = len(effect.after.findings) * 4 + len(effect.after.case.procedures)
                if best is None or telling > best[0]:
                    best = telling, case_id, finding.rule_id, fix.edits
    if best is None:
        raise LookupError("no telling correction in the demo month")
    return best[1:]
