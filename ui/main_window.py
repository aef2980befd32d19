"""The main window: arranges menu, toolbar, pages and status bar; what actions do is in ``ui.commands``.

The frame comes first: a window that can be used is there at once. The review page, the desks, the tools and the dialogs are
imported and made when they are first asked for (``furnish`` asks for them when the frame is on the screen).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QToolBar, QWidget

from app.settings import Settings, Theme
from app.version import NAME
from ui import layout, theme
from ui.actions import ACTIONS, Actions
from ui.drops import dropped_files, take_files
from ui.file_desk import FileDesk
from ui.jobs import Jobs
from ui.services import Services
from ui.status import StatusStrip
from ui.welcome import WelcomePage

if TYPE_CHECKING:
    from app.workbench import Workbench
    from coding_rules.grouper.grouping import System
    from ui.desk import Desk
    from ui.export_desk import ExportDesk
    from ui.month_desk import MonthDesk
    from ui.panels.charts import ChartsPanel
    from ui.review_page import ReviewPage
    from ui.tools.desk import ToolDesk

EXPORT_FOLDER = "export_folder"
REMEMBER_MS = 3000
"""How often the place in the queue is written down."""
_NEEDS_WORK = tuple(
    spec.id for spec in ACTIONS if spec.menu in {"review", "go"} or spec.id in {"report", "export", "charts"}
)
"""Actions that mean nothing while nothing is open (editing looks after itself)."""


class MainWindow(QMainWindow):
    """One window, one piece of work."""

    def __init__(self, services: Services, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(NAME)
        self.setAcceptDrops(True)
        self.resize(1440, 860)
        self.services = services
        self.jobs = Jobs(self)
        self.welcome = WelcomePage()
        self.files = FileDesk(self, self.jobs, services, settings)
        self.status = StatusStrip(self.jobs, self)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.welcome)
        self.setCentralWidget(self.pages)
        self.setStatusBar(self.status)
        self.actions_ = Actions(self)
        self.actions_.fill_menus(self.menuBar())
        self._make_toolbar()
        self.actions_.bind(lambda: self._handlers)
        self._connect()
        layout.restore_window(self, settings.layout)
        self.welcome.show_recent(settings.recent)
        self._enable()

    # --- made when first asked for --------------------------------------------------------------------------

    def furnish(self) -> None:
        """Make everything that work needs; without it, each part is made with the first use."""
        _ = self._handlers

    @cached_property
    def page(self) -> ReviewPage:
        """The review of one case after another."""
        from ui import wording
        from ui.review_page import ReviewPage

        wording.write_as_in_china()
        page = ReviewPage()
        self.pages.addWidget(page)
        layout.restore_page(page, self.files.settings.layout)
        self._fill_context_menus(page)
        return page

    @cached_property
    def charts(self) -> ChartsPanel:
        """The month in pictures."""
        from ui.panels.charts import ChartsPanel

        charts = ChartsPanel()
        self.pages.addWidget(charts)
        charts.back_wanted.connect(self.actions_["charts"].trigger)
        return charts

    @cached_property
    def desk(self) -> Desk:
        """Between the review page and the open work."""
        from ui.desk import Desk

        desk = Desk(self.page, self.jobs, self)
        desk.history_changed.connect(self._name_undo)
        desk.told.connect(self.status.tell)
        desk.review_finished.connect(self.status.review_finished)
        self.files.finder_ready.connect(desk.lines.search_ready)
        return desk

    @cached_property
    def month(self) -> MonthDesk:
        """What is worked out over all cases of the open work."""
        from ui.month_desk import MonthDesk

        return MonthDesk(self.desk, self.jobs, self)

    @cached_property
    def exports(self) -> ExportDesk:
        """Between the open work and the files that are handed out."""
        from ui.export_desk import ExportDesk

        exports = ExportDesk(self, self.jobs)
        exports.written.connect(lambda folder: self.files.keep_layout({EXPORT_FOLDER: str(folder)}))
        return exports

    @cached_property
    def tools(self) -> ToolDesk:
        """The windows beside the review."""
        from ui.tools.desk import ToolDesk

        return ToolDesk(self)

    @property
    def bench(self) -> Workbench | None:
        """The work that is open, if any."""
        return self.desk.workbench if self._has("desk") else None

    # --- work ----------------------------------------------------------------------------------------------

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open files; when there are none, go on with the last work, or with the demo month at first."""
        last = [Path(path) for path in self.files.settings.recent[:1] if Path(path).exists()]
        if paths or last:
            self.files.open_paths(paths or last)
        else:
            self.open_demo()

    def open_demo(self) -> None:
        """Make the demo month (once) and open it like any file."""
        job = self.jobs.start("正在准备演示数据", self.services.demo_files)
        job.done.connect(self._open_made)
        job.refused.connect(self.files.refused)

    @Slot(object, str)
    def open_workbench(self, workbench: Workbench, case_id: str = "") -> None:
        """Show a piece of work."""
        if workbench.knowledge.drg is None and workbench.knowledge.dip is not None:
            self.actions_["system"].setChecked(True)
        workbench.system = self._system()
        self.pages.setCurrentWidget(self.page)
        self.desk.lines.preparing = self.files.preparing_search
        self.desk.open(workbench, case_id, self.files.dictionary)
        self.page.queue.table.setFocus()
        work = self.files.work
        reading = "（只读）" if workbench.journal.read_only else ""
        self.setWindowTitle(f"{work.title}{reading} — {NAME}" if work else NAME)
        self.status.show_work(workbench, work)
        self._enable()

    def export(self) -> None:
        """Ask what to write."""
        work, bench = self.files.work, self.bench
        if work is not None and bench is not None:
            settings = self.files.settings
            folder = Path(settings.layout.get(EXPORT_FOLDER) or Path.home())
            self.exports.ask(work, bench, folder=folder, names=settings.names_in_lists)

    # --- view ----------------------------------------------------------------------------------------------

    def show_charts(self) -> None:
        """The charts in place of the review, and back."""
        bench = self.bench
        shown = self.actions_["charts"].isChecked() and bench is not None
        if shown and bench is not None:
            self.month.sum_up(bench, self.charts)
        self.pages.setCurrentWidget(self.charts if shown else self.page if bench else self.welcome)

    def show_facets(self) -> None:
        """Fold the facets away, or back."""
        self.page.queue.facets.setVisible(self.actions_["show_facets"].isChecked())

    def switch_system(self) -> None:
        """Money of the queue and the charts by DRG or by DIP."""
        self.desk.set_system(self._system())
        if self._has("charts"):
            self.month.show_system(self.charts)

    def switch_theme(self) -> None:
        """Light to dark and back; kept in the settings."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            dark = theme.is_dark(app, self.files.settings.theme)
            self.files.use_theme(Theme.LIGHT if dark else Theme.DARK)

    @Slot()
    def follow_system(self) -> None:
        """The system turned light or dark."""
        self._use_settings(self.files.settings)

    def show_palette(self) -> None:
        """The command palette."""
        from icd_tables.pinyin import readings
        from ui.dialogs.palette import CommandPalette

        CommandPalette(self.actions_, lambda text: readings().initials(text)[0], self).open()

    def show_keys(self) -> None:
        """The key sheet."""
        from ui.dialogs.keys import KeySheet

        KeySheet(self).open()

    def show_about(self) -> None:
        """Versions and the check of the data."""
        from app.work import versions
        from ui.dialogs.about import AboutDialog

        bench = self.bench
        known = versions(bench.knowledge) if bench else ()

        AboutDialog(known, partial(self.services.verify, self.files.settings), self.jobs, self).open()

    def edit_settings(self) -> None:
        """The settings dialog."""
        from ui.dialogs.settings import SettingsDialog

        dialog = SettingsDialog(self.files.settings, self)
        dialog.accepted.connect(lambda: self.files.use_settings(dialog.settings))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # --- Qt ------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the threads, write down where we were, close the file; a tool may ask about its changes first."""
        self._remember_place()
        if self._has("tools") and not self.tools.close_all():
            event.ignore()
            return
        if self._has("desk"):
            self.desk.close()
        self.jobs.stop_all()
        self.files.keep_layout(
            layout.of_window(self) | (layout.of_page(self.page) if self._has("page") else {})
        )
        self.files.close()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped."""
        take_files(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        if paths := dropped_files(event):
            self.files.open_paths(paths)

    # --- inside --------------------------------------------------------------------------------------------

    def _make_toolbar(self) -> None:
        bar = QToolBar("工具栏", self)
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setIconSize(QSize(18, 18))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.actions_.fill_toolbar(bar)
        self.addToolBar(bar)

    def _connect(self) -> None:
        self.files.opened.connect(self.open_workbench)
        self.files.closed.connect(self._closed)
        self.files.settings_changed.connect(self._use_settings)
        self.welcome.open_wanted.connect(self.files.choose)
        self.welcome.demo_wanted.connect(self.open_demo)
        self.welcome.recent_wanted.connect(lambda path: self.files.open_paths([Path(path)]))
        self.actions_["show_facets"].setChecked(True)
        self._remember = QTimer(self, interval=REMEMBER_MS)
        self._remember.timeout.connect(self._remember_place)
        self._remember.start()

    @cached_property
    def _handlers(self) -> Mapping[str, Callable[[], object]]:
        from ui import commands

        return commands.handlers(self)

    def _system(self) -> System:
        from coding_rules.grouper.grouping import System

        return System.DIP if self.actions_["system"].isChecked() else System.DRG

    def _has(self, part: str) -> bool:
        """Whether a part has been made."""
        return part in vars(self)

    def _fill_context_menus(self, page: ReviewPage) -> None:
        """The actions that belong to a list, on its right button."""
        line_actions = ("edit_line", "add_line", "delete_line", "line_up", "line_down", "make_principal")
        wanted: dict[QWidget, tuple[str, ...]] = {
            **dict.fromkeys(page.case.tables.values(), line_actions),
            page.findings.list: ("adopt", "adopt_all", "keep", "pending"),
            page.queue.table: ("accept_next", "next_finding", "previous_finding"),
        }
        for widget, action_ids in wanted.items():
            widget.addActions([self.actions_[action_id] for action_id in action_ids])

    @Slot(object)
    def _open_made(self, paths: Sequence[Path]) -> None:
        self.files.open_paths(paths, resume=True)

    @Slot()
    def _closed(self) -> None:
        self.desk.close()
        self.pages.setCurrentWidget(self.welcome)
        self.welcome.show_recent(self.files.settings.recent)
        self.setWindowTitle(NAME)
        self._enable()

    @Slot(object)
    def _use_settings(self, settings: Settings) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, settings.theme, settings.density)
        if self.bench is not None:
            self.bench.author = self.files.author

    @Slot()
    def _remember_place(self) -> None:
        work = self.files.work
        if work is not None and self.desk.case_id:
            from app.sessions.session import Position

            work.session.position = Position(self.desk.case_id)

    def _enable(self) -> None:
        self.actions_.enable(_NEEDS_WORK, self.bench is not None)
        self._name_undo()

    @Slot()
    def _name_undo(self) -> None:
        work = self.bench
        self.status.show_saved(work)
        for action_id, verb, label in (
            ("undo", "撤销", work.undo_label if work else ""),
            ("redo", "重做", work.redo_label if work else ""),
        ):
            action = self.actions_[action_id]
            action.setEnabled(bool(label))
            action.setText(f"{verb} {label}".strip())
            action.setIconText(verb)
