"""ToolWindow: what every tool window has: heading, one sentence, tables to copy and export, work with progress and cancel."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QByteArray, QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.errors import UserError
from app.progress import Progress
from app.version import NAME
from ui.dialogs.messages import ask_to_keep, tell_user
from ui.icons import icon
from ui.jobs import Job
from ui.layout import fit
from ui.models.columns import Column, ColumnsModel, cell_value
from ui.tables import DenseTable
from ui.tools.busy import BusyLine
from ui.tools.context import ToolContext
from ui.tools.spec import ToolSpec

if TYPE_CHECKING:
    from app.export.tables import Table

Row = TypeVar("Row")
NO_CASES = "还没有打开首页数据。打开一个月的病案首页后，这里就有内容。"
NO_DRG = "没有载入 DRG 分组方案。请在“设置”中选择方案，或恢复为内置的演示方案。"
NO_DIP = "没有载入 DIP 病种目录。请在“设置”中选择目录，或恢复为内置的演示目录。"
LOADING = "正在载入编码表与分组方案…"


class ToolWindow(QMainWindow):
    """A window beside the review; does not block it. A tool fills ``body`` in its ``__init__`` and overrides:

    - ``refresh()``: fill in from the context; called when the window is first shown and when work or knowledge change,
      provided that ``missing()`` says nothing;
    - ``follow_case()``: the case at hand has changed (only for tools that follow it);
    - ``missing()``: what has to be there first, as a sentence for the user; empty when all is there;
    - ``export_lines()``: (label, text) lines for the first sheet of an export;
    - ``unsaved()`` and ``keep()``: what closing would lose, and how it is kept; asked for before the window closes.

    Tables made with ``add_table`` can be copied and go into the export. ``run`` does long work: a new run cancels the
    one before, closing the window cancels it, a refusal is told.
    """

    closed = Signal(str, str)
    """Id of the tool and its geometry as text, when the window closes."""
    default_size = QSize(1080, 700)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__()
        self.spec = spec
        self.context = context
        self.setObjectName(f"tool.{spec.id}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"{spec.text} — {NAME}")
        self.setWindowIcon(icon(spec.icon))
        self.setAccessibleName(spec.text)
        self.setAccessibleDescription(spec.tip)
        self.resize(self.default_size)
        self.body = QWidget()
        self.body_layout = QVBoxLayout(self.body)
        self.body_layout.setContentsMargins(0, 0, 0, 0)
        self.busy = BusyLine()
        self.head_row = QHBoxLayout()
        self.export_button = self.add_head_button(
            "导出为 Excel…", "export", self.export, "把本窗口的表格写成 xlsx"
        )
        self._tables: list[tuple[str, DenseTable]] = []
        self._job: Job | None = None
        self._filled = False
        self._leaving = False
        self._arrange()
        context.work_changed.connect(self.renew)
        context.case_changed.connect(self._follow)

    # --- for the tool to override --------------------------------------------------------------------------

    def refresh(self) -> None:
        """Fill in what the window shows."""

    def follow_case(self) -> None:
        """Another case is at hand, or its codes have changed."""

    def missing(self) -> str:
        """What has to be there before the tool can show anything."""
        return NO_CASES if self.context.workbench is None else ""

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """Lines for the first sheet of an export, beside the versions of the data."""
        return ()

    def first_control(self) -> QWidget | None:
        """Where the keyboard starts: the first control of the body that was made."""
        controls = (c for c in self.body.findChildren(QWidget) if c.focusPolicy() & Qt.FocusPolicy.TabFocus)
        return next((control for control in controls if control.isVisibleTo(self.body)), None)

    def unsaved(self) -> str:
        """What closing the window would lose, as a sentence; empty when nothing."""
        return ""

    def keep(self) -> bool:
        """Keep what ``unsaved`` tells of; whether it could be."""
        return True

    # --- for the tool to use -------------------------------------------------------------------------------

    def add_table(
        self,
        name: str,
        columns: Sequence[Column[Row]],
        key: Callable[[Row], Hashable],
        *,
        sortable: bool = True,
        empty: str = "",
    ) -> tuple[ColumnsModel[Row], DenseTable]:
        """A model and its table; the table is part of the export under ``name`` (the caller places it)."""
        model: ColumnsModel[Row] = ColumnsModel(columns, key, self)
        table = DenseTable(model, name, scrolls=True)
        table.empty_text = empty
        if sortable:
            table.sort_by_header()
        self._tables.append((name, table))
        return model, table

    def add_head_button(
        self, text: str, icon_name: str, do: Callable[[], object], tip: str = ""
    ) -> QPushButton:
        """A button at the right of the heading."""
        button = QPushButton(icon(icon_name), text) if icon_name else QPushButton(text)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked: do())
        self.head_row.addWidget(button)
        return button

    def run(self, title: str, work: Callable[[Progress], Any], done: Callable[[Any], object]) -> Job:
        """Do ``work(progress)`` in a worker thread and hand its answer to ``done`` here; the run before is cancelled."""
        self.stop()
        job = self.context.jobs.start(title, work)
        self._job = job
        job.done.connect(done)
        job.refused.connect(self._refused)
        job.finished.connect(self._ended)
        self.busy.watch(job)
        return job

    def stop(self) -> None:
        """Cancel what this window is working on."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    @property
    def working(self) -> bool:
        """Whether a run is under way."""
        return self._job is not None

    @Slot()
    def renew(self) -> None:
        """Fill in anew, or say what is missing."""
        if not self.isVisible() and not self._filled:
            return
        self._filled = True
        missing = self.missing()
        if self._loads(missing):
            missing = LOADING
        self._empty.setText(missing)
        self._open.setVisible(missing == NO_CASES)
        self._settings.setVisible(missing in {NO_DRG, NO_DIP})
        self._pages.setCurrentIndex(1 if missing else 0)
        self.export_button.setEnabled(not missing)
        if not missing:
            self.refresh()

    def export(self) -> None:
        """Ask for a file and write every table that holds rows."""
        tables = self.tables()
        if not tables:
            self.busy.tell("没有可以导出的内容。")
            return
        start = str(Path.home() / f"{self.spec.text}.xlsx")
        name, _ = QFileDialog.getSaveFileName(self, "导出为 Excel", start, "Excel 工作簿 (*.xlsx)")
        if name:
            path = Path(name)
            self.write(path if path.suffix.lower() == ".xlsx" else path.with_name(f"{path.name}.xlsx"))

    def write(self, path: Path) -> None:
        """Write the tables to a workbook."""
        from app.export.tables import write_tables

        tables, lines, title = self.tables(), self._lines(), self.spec.text
        self.run(
            "正在导出",
            lambda progress: write_tables(path, tables, lines, title, progress),
            lambda _none: self.busy.tell(f"已导出：{path}"),
        )

    def tables(self) -> list[Table]:
        """The tables that hold rows, as the writer takes them, in the order shown."""

        shown: list[Table] = []
        for name, table in self._tables:
            model = table.columns_model
            rows = model.rows()
            if rows:
                columns = model.columns
                values = [[cell_value(column, row) for column in columns] for row in rows]
                shown.append((name, [column.title for column in columns], values))
        return shown

    def restore(self, geometry: str) -> None:
        """Take back the place and size the window had."""
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii")))
        fit(self)

    # --- Qt ------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Fill in when first shown."""
        super().showEvent(event)
        if not self._filled:
            self.renew()
            self._focus_body()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes, unless what is being edited takes it first; Enter does in a table what a double click does."""
        at = self.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and isinstance(at, DenseTable):
            _enter(at)
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask for what is not saved; then stop the work and say where the window was."""
        if not self._leaving and (lost := self.unsaved()):
            event.ignore()
            self.raise_()
            ask_to_keep(self, lost, self.keep, self.leave)
            return
        self.stop()
        geometry = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        self.closed.emit(self.spec.id, geometry)
        super().closeEvent(event)

    def leave(self) -> None:
        """Close without asking."""
        self._leaving = True
        self.close()

    # --- inside --------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        heading = QLabel(self.spec.text)
        heading.setProperty("role", "head")
        sentence = QLabel(self.spec.tip)
        sentence.setProperty("role", "muted")
        sentence.setWordWrap(True)
        top = QHBoxLayout()
        top.addWidget(heading)
        top.addStretch(1)
        top.addLayout(self.head_row)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.body)
        self._pages.addWidget(self._empty_page())
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(14, 10, 14, 8)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(sentence)
        column.addWidget(self._pages, 1)
        column.addWidget(self.busy)
        self.setCentralWidget(whole)

    def _empty_page(self) -> QWidget:
        self._empty = QLabel()
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._open = QPushButton("打开首页数据…")
        self._open.clicked.connect(self.context.open_wanted)
        self._settings = QPushButton("设置…")
        self._settings.clicked.connect(self.context.settings_wanted)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._open)
        buttons.addWidget(self._settings)
        buttons.addStretch(1)
        page = QWidget()
        column = QVBoxLayout(page)
        column.addStretch(1)
        column.addWidget(self._empty)
        column.addSpacing(10)
        column.addLayout(buttons)
        column.addStretch(2)
        return page

    def _lines(self) -> list[tuple[str, str]]:
        knowledge = self.context.knowledge
        lines = [("用途", self.spec.tip), *self.export_lines()]
        for what, version, source in knowledge.versions if knowledge else ():
            lines.append((what, f"{version}（{source}）" if source else version))
        return lines

    def _focus_body(self) -> None:
        """The keyboard starts in the tool, not on the buttons of the heading."""
        control = self.first_control()
        if control is not None:
            control.setFocus()

    def _loads(self, missing: str) -> bool:
        """Whether it is the knowledge that is missing; then its loading is started, or watched if it runs already."""
        if not missing or missing == NO_CASES or self.context.knowledge is not None:
            return False
        job = self.context.load_knowledge()
        if job is not None:
            self.busy.watch(job)
            job.refused.connect(self._refused)
            job.refused.connect(self._say_unloaded)
            job.cancelled.connect(self._say_unloaded)
        return job is not None

    @Slot()
    def _say_unloaded(self) -> None:
        self._empty.setText("编码表与分组方案没有载入。可在“设置”中检查所选的方案，再重新打开本窗口。")
        self._settings.setVisible(True)

    @Slot()
    def _follow(self) -> None:
        if self._filled and not self.missing():
            self.follow_case()

    @Slot(object)
    def _refused(self, error: UserError) -> None:
        tell_user(self, error)

    @Slot()
    def _ended(self) -> None:
        if self.sender() is self._job:
            self._job = None


def _enter(table: DenseTable) -> None:
    """What a double click on the cell under the cursor does: edit it, or go where it leads."""
    index = table.currentIndex()
    if index.flags() & Qt.ItemFlag.ItemIsEditable:
        table.edit(index)
    elif index.isValid():
        table.doubleClicked.emit(index)
