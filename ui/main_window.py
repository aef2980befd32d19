"""The main window: arranges menu, toolbar, pages and status bar, and hands actions to those who do them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QToolBar, QWidget

from app.workbench import Workbench
from coding_rules.grouper.grouping import System
from icd_tables.codes import Kind
from ui.actions import Actions
from ui.desk import Desk
from ui.jobs import Jobs
from ui.review_page import ReviewPage
from ui.status import StatusStrip
from ui.tables import DenseTable

TITLE = "编码质控台"


class MainWindow(QMainWindow):
    """One window, one piece of work."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(TITLE)
        self.resize(1366, 768)
        self.actions_ = Actions(self)
        self.jobs = Jobs(self)
        self.page = ReviewPage()
        self.desk = Desk(self.page, self.jobs, self)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.page)
        self.setCentralWidget(self.pages)
        self.status = StatusStrip(self.jobs, self)
        self.setStatusBar(self.status)
        self.actions_.fill_menus(self.menuBar())
        self._make_toolbar()
        self._bind()
        self.desk.history_changed.connect(self._name_undo)
        self.desk.told.connect(self.status.tell)

    def open_workbench(self, workbench: Workbench, case_id: str = "") -> None:
        """Show a piece of work."""
        self.desk.open(workbench, case_id)
        self.page.queue.table.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the threads before the widgets go."""
        self.desk.close()
        self.jobs.stop_all()
        super().closeEvent(event)

    def _make_toolbar(self) -> None:
        bar = QToolBar("工具栏", self)
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setIconSize(QSize(18, 18))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.actions_.fill_toolbar(bar)
        self.addToolBar(bar)

    def _bind(self) -> None:
        page, desk, lines = self.page, self.desk, self.desk.lines
        handlers: dict[str, Callable[[], object]] = {
            "quit": self.close,
            "undo": desk.undo,
            "redo": desk.redo,
            "edit_line": lines.edit_line,
            "add_line": lines.add_line,
            "delete_line": lines.delete_line,
            "line_up": lambda: lines.move_line(-1),
            "line_down": lambda: lines.move_line(1),
            "make_principal": lines.make_principal,
            "copy_table": self._copy_table,
            "accept_next": desk.accept_and_next,
            "adopt": page.findings.adopt,
            "keep": page.findings.keep_button.click,
            "pending": page.findings.pending_button.click,
            "next_finding": desk.next_open,
            "previous_finding": lambda: page.queue.step(-1, with_finding=True),
            "next_case": lambda: page.queue.step(1),
            "previous_case": lambda: page.queue.step(-1),
            "go_filter": page.queue.filter.setFocus,
            "go_facets": page.queue.facets.tree.setFocus,
            "go_queue": page.queue.table.setFocus,
            "go_diagnoses": page.case.tables[Kind.DIAGNOSIS].setFocus,
            "go_procedures": page.case.tables[Kind.PROCEDURE].setFocus,
            "go_candidates": page.candidates.list.setFocus,
            "go_findings": page.findings.list.setFocus,
            "go_score": page.score.score.setFocus,
            "system": self._switch_system,
            "reset_layout": page.reset_layout,
        }
        for number in range(1, 10):
            handlers[f"candidate_{number}"] = partial(lines.take_number, number)
        self.actions_.bind(handlers)

    def _copy_table(self) -> None:
        focus = QApplication.focusWidget()
        (focus if isinstance(focus, DenseTable) else self.page.queue.table).copy()
        self.status.tell("已复制, 可直接粘贴到 Excel")

    def _switch_system(self) -> None:
        by_dip = self.actions_["system"].isChecked()
        self.desk.set_system(System.DIP if by_dip else System.DRG)

    @Slot()
    def _name_undo(self) -> None:
        work = self.desk.workbench
        for action_id, verb, label in (
            ("undo", "撤销", work.history.undo_label() if work else ""),
            ("redo", "重做", work.history.redo_label() if work else ""),
        ):
            action = self.actions_[action_id]
            action.setEnabled(bool(label))
            action.setText(f"{verb} {label}".strip())
            action.setIconText(verb)
