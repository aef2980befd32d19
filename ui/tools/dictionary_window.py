"""Tool 本院词典: what this hospital's coders confirmed; search, contradictions, import and export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QSize, QTimer, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
)

from app.matching.dictionary_rows import DictionaryRow, dictionary_rows, tally, withdraw
from app.matching.dictionary_undo import Undo
from app.matching.memory import HospitalDictionary
from app.matching.memory_exchange import DictionaryImport, RowIssue, export_dictionary, import_dictionary
from icd_tables.codes import Kind
from ui.icons import icon
from ui.models.columns import Column
from ui.tools.columns import count, text
from ui.tools.context import ToolContext
from ui.tools.rows import filter_rows
from ui.tools.spec import ToolSpec
from ui.tools.window import ToolWindow

NO_DICTIONARY = "本院词典打不开。请检查数据文件夹的权限，或把备份的词典放回原处。"
EMPTY = (
    "本院词典还是空的。\n在主窗口为一行诊断或手术采用候选编码后，原来的写法和所选编码会记在这里，下次遇到同样的写法排在最前；"
    "也可以从 Excel 导入。"
)
TABLES = "词典 (*.xlsx *.xls *.csv)"
FILTER_MS = 120
NOTHING_TO_UNDO = "撤销最近一次导入或删除；之后又确认过新词的，不再能撤销"


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


COLUMNS: tuple[Column[DictionaryRow], ...] = (
    text("kind", "类别", lambda row: row.kind.label, 76, muted=True),
    text("text", "写法", lambda row: row.pair.text, 240, stretch=True),
    Column(
        "code",
        "编码",
        lambda row: row.pair.code,
        width=124,
        tone=lambda row: "warning" if row.known is False else "",
        tip=lambda row: "编码不在所载入的编码表中" if row.known is False else row.pair.code,
    ),
    text("name", "名称", lambda row: row.pair.name, 220),
    count("count", "次数", lambda row: row.pair.count, 56),
    text("who", "最近确认人", lambda row: row.pair.who, 90),
    text("when", "最近确认", lambda row: _when(row.pair.when), 122),
    Column(
        "others",
        "同一写法的其他编码",
        lambda row: "、".join(row.others),
        width=170,
        tone=lambda _row: "warning",
        icon=lambda row: "warning" if row.contradictory else "",
    ),
)
ISSUES: tuple[Column[RowIssue], ...] = (
    count("row", "行", lambda row: row.row, 60),
    text("column", "列", lambda row: row.column, 120),
    text("reason", "没有读入的原因", lambda row: row.reason, 300, stretch=True),
)


@dataclass(frozen=True, slots=True)
class _Undoable:
    """What was done last to the dictionary as a whole, and how the dictionary stood right after it."""

    told: str
    undo: Undo
    version: int


class DictionaryWindow(ToolWindow):
    """Shows the dictionary; follows what is confirmed in the main window."""

    default_size = QSize(1180, 680)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self._version = -1
        self._undo: _Undoable | None = None
        self.search = QLineEdit()
        self.search.setPlaceholderText("查找：写法、编码、名称、确认人…")
        self.search.setAccessibleName("查找词典")
        self.search.setClearButtonEnabled(True)
        self.kind = QComboBox()
        self.kind.setAccessibleName("类别")
        self.kind.addItem("诊断与手术", None)
        for kind in Kind:
            self.kind.addItem(f"只看{kind.label}", kind)
        self.several = QCheckBox("只看编码不一致的")
        self.delete_button = QPushButton(icon("remove"), "删除所选…")
        self.model, self.table = self.add_table("本院词典", COLUMNS, lambda row: row.key, empty=EMPTY)
        self.issues, self.issue_table = self.add_table(
            "未读入的行", ISSUES, lambda row: (row.row, row.column)
        )
        self.issue_table.setMaximumHeight(150)
        self.issue_table.hide()
        self.add_head_button("导入…", "import", self.choose_import, "从 Excel 或 CSV 读入，已有的累加次数")
        self.add_head_button(
            "导出词典…", "export", self.choose_export, "写成可以再导入的 xlsx，供备份或给其他医院"
        )
        self.undo_button = self.add_head_button("撤销", "undo", self.undo, NOTHING_TO_UNDO)
        self.undo_button.setShortcut(QKeySequence.StandardKey.Undo)
        self.export_button.hide()
        self.tally = QLabel()
        self.tally.setProperty("role", "muted")
        self._soon = QTimer(self, singleShot=True, interval=FILTER_MS)
        self._lay_out()
        self._connect()

    def missing(self) -> str:
        """The dictionary itself; neither cases nor tables are needed."""
        if self.context.open_dictionary() is None:
            return NO_DICTIONARY
        if self.context.knowledge is None:
            self.context.load_knowledge()  # meanwhile the codes are not held against a table
        return ""

    @property
    def dictionary(self) -> HospitalDictionary:
        """The open dictionary."""
        dictionary = self.context.open_dictionary()
        if dictionary is None:
            raise TypeError("shown only with a dictionary")
        return dictionary

    @Slot()
    def refresh(self) -> None:
        """List what is remembered."""
        dictionary = self.dictionary
        terminology = self.context.knowledge.terminology if self.context.knowledge else None
        self._version = self._now()
        self.run(
            "正在列出词典", lambda progress: dictionary_rows(dictionary, terminology, progress), self._show
        )

    def follow_case(self) -> None:
        """A step in the main window may have taught a word."""
        if self._now() != self._version:
            self.refresh()

    def choose_import(self) -> None:
        """Ask for a workbook and take its rows in."""
        name, _ = QFileDialog.getOpenFileName(self, "导入词典", str(Path.home()), TABLES)
        if name:
            self.take(Path(name))

    def take(self, path: Path) -> None:
        """Take the rows of a workbook in, and say which could not be read."""
        dictionary, kind = self.dictionary, self.kind.currentData()
        self.run(
            "正在导入词典",
            lambda progress: import_dictionary(dictionary, path, kind, progress),
            self._taken,
        )

    def choose_export(self) -> None:
        """Ask for a file and write the dictionary."""
        start = str(Path.home() / "本院词典.xlsx")
        name, _ = QFileDialog.getSaveFileName(self, "导出词典", start, "Excel 工作簿 (*.xlsx)")
        if name:
            self.write_dictionary(Path(name))

    def write_dictionary(self, path: Path) -> None:
        """Write the whole dictionary, whatever is filtered, in the form that can be read back."""
        path = path if path.suffix.lower() == ".xlsx" else path.with_name(f"{path.name}.xlsx")
        dictionary = self.dictionary
        self.run(
            "正在导出词典",
            lambda progress: export_dictionary(dictionary, path, progress),
            lambda rows: self.busy.tell(f"已导出 {rows:,} 条：{path}"),
        )

    @Slot()
    def delete(self) -> None:
        """Ask, then forget the selected pairs."""
        places = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        rows = [row for place in places if (row := self.model.row_at(place)) is not None]
        if not rows:
            self.busy.tell("请先选中要删除的行。")
            return
        box = QMessageBox(self)
        box.setWindowTitle("删除词典条目")
        first = rows[0].pair
        box.setText(
            f"不再记住“{first.text}”→ {first.code}？"
            if len(rows) == 1
            else f"不再记住所选的 {len(rows):,} 条？"
        )
        box.setInformativeText("已经做过的更正不受影响。")
        delete = box.addButton("删除", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("取消", QMessageBox.ButtonRole.RejectRole)
        box.finished.connect(lambda _result: self.forget(rows) if box.clickedButton() is delete else None)
        box.finished.connect(box.deleteLater)
        box.open()

    def forget(self, rows: Sequence[DictionaryRow]) -> None:
        """Forget pairs."""
        dictionary = self.dictionary
        self.run(
            "正在删除",
            lambda _progress: withdraw(dictionary, rows),
            lambda undo: self._forgotten(len(rows), undo),
        )

    def _forgotten(self, gone: int, undo: Undo) -> None:
        self._note(f"删除 {gone:,} 条", undo)
        self.busy.tell(f"已删除 {gone:,} 条；删错了可按 Ctrl+Z 撤销。")
        self.refresh()

    @Slot()
    def undo(self) -> None:
        """Take back the last import or deletion: who, when and how often are as they were."""
        dictionary, last = self.dictionary, self._undo
        if last is not None and last.version == self._now():
            self._undo = None
            self.run(
                "正在撤销",
                lambda _progress: last.undo.put_back(dictionary),
                lambda _rows: self._undone(last.told),
            )

    def _undone(self, told: str) -> None:
        self.busy.tell(f"已撤销：{told}。")
        self.refresh()

    def _note(self, told: str, undo: Undo) -> None:
        self._undo = _Undoable(told, undo, self._now())

    def _offer_undo(self) -> None:
        """An undo is only offered while nothing else has changed: it puts wordings back to how they stood."""
        last = self._undo if self._undo and self._undo.version == self._now() else None
        self.undo_button.setEnabled(last is not None)
        self.undo_button.setToolTip(f"撤销：{last.told}" if last else NOTHING_TO_UNDO)

    def _now(self) -> int:
        return sum(self.dictionary.memory(kind).version for kind in Kind)

    def _show(self, rows: list[DictionaryRow]) -> None:
        self.model.set_rows(rows)
        self._filter()
        self._offer_undo()
        self.tally.setText(tally(rows))

    def _taken(self, done: DictionaryImport) -> None:
        self.issues.set_rows(done.issues)
        self.issue_table.setVisible(bool(done.issues))
        left = f"，{len(done.issues):,} 行没有读入，原因见下表" if done.issues else ""
        self._note(f"导入 {done.taken:,} 条", done.undo)
        self.busy.tell(f"读入 {done.taken:,} 条{left}。")
        self.refresh()

    @Slot()
    def _filter(self) -> None:
        words = self.search.text().casefold().split()
        kind, several = self.kind.currentData(), self.several.isChecked()

        def accepts(row: DictionaryRow) -> bool:
            return (
                (kind is None or row.kind is kind)
                and (row.contradictory or not several)
                and all(word in row.told for word in words)
            )

        filter_rows(self.table, accepts)
        self.table.empty_text = EMPTY if not len(self.model) else "没有符合条件的条目"

    def _connect(self) -> None:
        self._soon.timeout.connect(self._filter)
        self.search.textChanged.connect(self._soon.start)
        self.kind.currentIndexChanged.connect(self._filter)
        self.several.toggled.connect(self._filter)
        self.delete_button.clicked.connect(self.delete)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.search, 1)
        for part in (self.kind, self.several, self.delete_button):
            row.addWidget(part)
        self.body_layout.addLayout(row)
        self.body_layout.addWidget(self.table, 1)
        self.body_layout.addWidget(self.tally)
        self.body_layout.addWidget(self.issue_table)
