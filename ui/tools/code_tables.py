"""Tool 编码表: the tables there are, importing published ones, and what became of every row of the last import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
)

from app.errors import UserError
from app.table_overview import State, TableRow, table_rows
from app.tables import ImportOutcome, TableOutcome, import_tables, remove_table
from icd_tables.codes import Edition
from icd_tables.importing import TableIssue
from ui.dialogs.messages import confirm
from ui.drops import dropped_files, take_files
from ui.icons import icon
from ui.models.columns import Column
from ui.tools.columns import count, text
from ui.tools.context import ToolContext
from ui.tools.spec import ToolSpec
from ui.tools.window import ToolWindow

FILES = "编码表、对照表 (*.csv *.txt *.tsv *.xlsx *.xlsm *.xls *.dbf);;所有文件 (*)"
_TONES = {State.IN_USE: "accent", State.STANDS_BY: "muted", State.DAMAGED: "error"}


def _kind(row: TableRow) -> str:
    if row.kind is None:
        return ""
    return f"{row.kind.label}对照" if row.crosswalk else row.kind.label


COLUMNS: tuple[Column[TableRow], ...] = (
    Column("state", "状态", lambda row: row.state.value, width=60, tone=lambda row: _TONES[row.state]),
    text("kind", "内容", _kind, 96),
    text("edition", "编码版本", lambda row: row.edition.value if row.edition else "", 76),
    text("version", "版号", lambda row: row.version, 96),
    count("rows", "条数", lambda row: row.rows, 72),
    text("from", "启用日期", lambda row: row.valid_from.isoformat() if row.valid_from else "", 90),
    text("origin", "来自", lambda row: row.origin.value, 124, muted=True),
    text("source", "文件", lambda row: row.source, 210, tip=lambda row: row.source),
    text("title", "名称", lambda row: row.title, 200, stretch=True, tip=lambda row: row.note or row.title),
)


@dataclass(frozen=True, slots=True)
class IssueRow:
    """A remark on a row of an imported file, numbered; ``issue`` is ``None`` for a sheet that is no table (``why``)."""

    number: int
    file: str
    issue: TableIssue | None = None
    why: str = ""


def _fate(row: IssueRow) -> str:
    return "未读入" if row.issue is None or row.issue.refused else "已读入"


ISSUES: tuple[Column[IssueRow], ...] = (
    text("file", "文件", lambda row: row.file, 190, muted=True),
    count("row", "行", lambda row: row.issue.row if row.issue else None, 62),
    text("column", "列", lambda row: row.issue.column if row.issue else "", 110),
    text("value", "内容", lambda row: row.issue.value if row.issue else "", 150),
    text("reason", "说明", lambda row: row.issue.reason if row.issue else row.why, 260, stretch=True),
    Column("fate", "结果", _fate, width=66, tone=lambda row: "error" if _fate(row) == "未读入" else "muted"),
)


class CodeTablesWindow(ToolWindow):
    """Needs neither cases nor loaded knowledge: it is where tables come from."""

    default_size = QSize(1180, 680)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self.setAcceptDrops(True)
        self.model, self.table = self.add_table("编码表", COLUMNS, lambda row: row.table_id)
        self.issues, self.issue_table = self.add_table("导入说明", ISSUES, lambda row: row.number)
        self.add_head_button("导入文件…", "import", self.choose_files, "可同时选几个；按内容认列，不看文件名")
        self.add_head_button("导入文件夹…", "open", self.choose_folder, "文件夹里的每个编码表、对照表")
        self.edition = QComboBox()
        self.edition.setAccessibleName("编码版本")
        self.edition.addItem("按内容识别", None)
        for edition in Edition:
            self.edition.addItem(edition.value, edition)
        self.version = _line("版号", "没写明时填，如 2.0")
        self.valid_from = _line("启用日期", "如 2022-01-01")
        self.remove_button = QPushButton(icon("remove"), "移除所选…")
        self.remove_button.clicked.connect(self.remove)
        self.folder_note = QLabel()
        self.folder_note.setWordWrap(True)
        self.use_imported = QPushButton("改用已导入的表")
        self.use_imported.clicked.connect(self.leave_folder)
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self._lay_out()

    def missing(self) -> str:
        """Nothing has to be there first."""
        return ""

    @Slot()
    def refresh(self) -> None:
        """List the tables."""
        folder = self.context.settings.tables
        self.folder_bar.setVisible(bool(folder))
        self.folder_note.setText(
            f"设置中指定了编码表文件夹“{folder}”，以它为准；已导入的表在清空该项后才使用。"
        )
        self.run("正在查看编码表", lambda progress: table_rows(folder, progress), self.model.set_rows)

    def choose_files(self) -> None:
        """Ask for files and import them."""
        names, _ = QFileDialog.getOpenFileNames(self, "导入编码表", str(Path.home()), FILES)
        if names:
            self.take([Path(name) for name in names])

    def choose_folder(self) -> None:
        """Ask for a folder and import what is in it."""
        if name := QFileDialog.getExistingDirectory(self, "导入文件夹中的编码表", str(Path.home())):
            self.take([Path(name)])

    def take(self, paths: Sequence[Path]) -> None:
        """Import files and folders, then let the new tables hold."""
        edition, version = self.edition.currentData(), self.version.text().strip()
        day = self._day()
        self.run(
            "正在导入编码表",
            lambda progress: import_tables(
                paths, edition=edition, version=version, valid_from=day, progress=progress
            ),
            self._taken,
        )

    @Slot()
    def remove(self) -> None:
        """Ask, then take the selected tables out of the catalogue."""
        picked = [self.model.row_at(index.row()) for index in self.table.selectionModel().selectedRows()]
        rows = [row for row in picked if row is not None and row.removable]
        if not rows:
            self.busy.tell("请先选中一个已导入的表；随程序带的入门表和设置中文件夹里的表不能在这里移除。")
            return
        confirm(
            self,
            "移除编码表",
            "移除" + "、".join(f"“{row.title}”" for row in rows) + "？",
            "原来的文件不受影响，以后可以再导入。已打开的病例会按其余的表重新审核。",
            "移除",
            lambda: self.forget(rows),
        )

    def forget(self, rows: Sequence[TableRow]) -> None:
        """Take tables out of the catalogue."""

        def work(_progress: object) -> None:
            for row in rows:
                remove_table(row.table_id)

        self.run("正在移除", work, lambda _none: self._changed())

    @Slot()
    def leave_folder(self) -> None:
        """Use the imported tables instead of the folder of the settings."""
        self.context.keep_settings(replace(self.context.settings, tables=""))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped."""
        take_files(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Import what was dropped."""
        if paths := dropped_files(event):
            self.take(paths)

    def _day(self) -> date | None:
        written = self.valid_from.text().strip()
        try:
            return date.fromisoformat(written) if written else None
        except ValueError:
            raise UserError(f"启用日期“{written}”不是日期。", "请写成 2022-01-01 这样，或留空。") from None

    def _taken(self, outcome: ImportOutcome) -> None:
        notes = [
            IssueRow(0, _where(table), issue) for table in outcome.tables for issue in table.report.issues
        ]
        notes += [IssueRow(0, name, why=why) for name, why in outcome.skipped]
        self.issues.set_rows(replace(note, number=number) for number, note in enumerate(notes))
        self.issue_table.setVisible(bool(notes))
        self.summary.setText("\n".join(_line_of(table) for table in outcome.tables))
        self.summary.show()
        self.busy.tell(f"已导入 {sum(len(table.sources) for table in outcome.tables)} 个表。")
        self._changed()

    def _changed(self) -> None:
        self.context.tables_changed.emit()
        self.refresh()

    def _lay_out(self) -> None:
        fields = QHBoxLayout()
        for label, field in (
            ("编码版本", self.edition),
            ("版号", self.version),
            ("启用日期", self.valid_from),
        ):
            fields.addWidget(QLabel(label))
            fields.addWidget(field)
        fields.addStretch(1)
        fields.addWidget(self.remove_button)
        self.folder_bar = QFrame()
        bar = QHBoxLayout(self.folder_bar)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.addWidget(self.folder_note, 1)
        bar.addWidget(self.use_imported)
        self.summary.setProperty("role", "muted")
        self.summary.hide()
        self.issue_table.hide()
        self.body_layout.addWidget(self.folder_bar)
        self.body_layout.addLayout(fields)
        self.body_layout.addWidget(self.table, 3)
        self.body_layout.addWidget(self.summary)
        self.body_layout.addWidget(self.issue_table, 2)


def _line(name: str, hint: str) -> QLineEdit:
    line = QLineEdit()
    line.setAccessibleName(name)
    line.setPlaceholderText(hint)
    line.setFixedWidth(150)
    return line


def _where(table: TableOutcome) -> str:
    return f"{table.file}（{table.sheet}）" if table.sheet else table.file


def _line_of(table: TableOutcome) -> str:
    """``文件：国临版 2.0 诊断、…；33,304 行，导入 33,304，拒绝 0；依据``."""
    report = table.report
    titles = "、".join(source.info.title for source in table.sources)
    rows = f"{report.rows:,} 行，导入 {report.accepted:,}，拒绝 {report.refused:,}"
    damaged = f"，名称缺字 {report.damaged:,}" if report.damaged else ""
    why = f"（{'；'.join(table.remarks)}）" if table.remarks else ""
    return f"{_where(table)}：{titles}{why}；{rows}{damaged}"
