"""Code lists of a scheme beside the codes of the one chosen, with names from the code tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from coding_rules.grouper.drg.scheme import CodeList
from icd_tables.codes import Edition, Kind
from icd_tables.terminology import Terminology
from ui.models.columns import Column, ColumnsModel
from ui.tables import DenseTable
from ui.tools.columns import count, text

KINDS = {"dx": Kind.DIAGNOSIS, "px": Kind.PROCEDURE}


@dataclass(frozen=True, slots=True)
class ListRow:
    """One list and how many rules name it."""

    list: CodeList
    users: int


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One code of a list: its name, "" where the tables do not have it, and the file row."""

    number: int
    code: str
    name: str
    row: int


LIST_COLUMNS: tuple[Column[ListRow], ...] = (
    text("name", "列表", lambda row: row.list.name, 150, stretch=True),
    text("kind", "类型", lambda row: KINDS[row.list.kind].label, 66, muted=True),
    count("count", "编码数", lambda row: len(row.list.codes), 60),
    count("users", "用到的规则", lambda row: row.users, 76),
)
CODE_COLUMNS: tuple[Column[CodeRow], ...] = (
    text("code", "编码", lambda row: row.code, 116),
    Column(
        "name",
        "名称",
        lambda row: row.name or "编码表中没有",
        width=180,
        stretch=True,
        tone=lambda row: "text" if row.name else "muted",
    ),
    count("row", "文件行", lambda row: row.row or None, 62),
)
AddTable = Callable[..., tuple[ColumnsModel[Any], DenseTable]]
"""``ToolWindow.add_table``, so that the lists go into the window's export."""


class CodeLists(QWidget):
    """Lists on the left, codes on the right."""

    list_chosen = Signal(object)

    def __init__(self, add_table: AddTable, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._terminology = Terminology()
        self._edition = Edition.INSURANCE
        self.lists, self.lists_table = add_table(
            f"{name}编码列表", LIST_COLUMNS, lambda row: (row.list.name, row.list.kind), empty="没有编码列表"
        )
        self.codes, self.codes_table = add_table(f"{name}编码", CODE_COLUMNS, lambda row: row.number)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.lists_table)
        split.addWidget(self.codes_table)
        split.setChildrenCollapsible(False)
        split.setSizes([420, 480])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(split)
        self.lists_table.selectionModel().currentChanged.connect(self._show_codes)

    def use(self, terminology: Terminology, edition: Edition) -> None:
        """Take names from these tables."""
        self._terminology, self._edition = terminology, edition

    def show_lists(self, rows: Sequence[ListRow]) -> None:
        """Show these lists and the codes of the first."""
        self.lists.set_rows(rows)
        self.codes.set_rows([])
        if rows:
            self.lists_table.setCurrentIndex(self.lists.index(0, 0))

    def go_to_row(self, row: int) -> bool:
        """Choose the code that stands in this file row; whether there is one."""
        for place, held in enumerate(self.lists.rows()):
            if row in held.list.rows:
                self.lists_table.setCurrentIndex(self.lists.index(place, 0))
                at = self.codes.place_of(held.list.rows.index(row))
                self.codes_table.setCurrentIndex(self.codes.index(at, 0))
                return True
        return False

    @Slot(QModelIndex, QModelIndex)
    def _show_codes(self, index: QModelIndex, _before: QModelIndex) -> None:
        row = self.lists.row_at(index.row())
        if row is None:
            self.codes.set_rows([])
            return
        one: CodeList = row.list
        table = self._terminology.table(KINDS[one.kind], self._edition)
        places = one.rows or (0,) * len(one.codes)
        shown = []
        for number, (code, place) in enumerate(zip(one.codes, places, strict=True)):
            entry = table.get(code) if table is not None else None
            shown.append(CodeRow(number, code, entry.name if entry else "", place))
        self.codes.set_rows(shown)
        self.list_chosen.emit(one)
