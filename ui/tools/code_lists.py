"""Code lists of a scheme beside the codes of the one chosen, with names from the code tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from coding_rules.grouper.drg.scheme import CodeList
from icd_tables.codes import Edition, Kind
from icd_tables.table import CodeTable
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
    """One code of a list and its file row."""

    number: int
    code: str
    row: int


LIST_COLUMNS: tuple[Column[ListRow], ...] = (
    text("name", "列表", lambda row: row.list.name, 150, stretch=True),
    text("kind", "类型", lambda row: KINDS[row.list.kind].label, 66, muted=True),
    count("count", "编码数", lambda row: len(row.list.codes), 60),
    count("users", "用到的规则", lambda row: row.users, 76),
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
        self._names: dict[str, str] = {}
        self._table: CodeTable | None = None
        self.lists, self.lists_table = add_table(
            f"{name}编码列表", LIST_COLUMNS, lambda row: (row.list.name, row.list.kind), empty="没有编码列表"
        )
        self.codes, self.codes_table = add_table(
            f"{name}编码", self._code_columns(), lambda row: row.number, empty="选左边的一个列表"
        )
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
        self._table = self._terminology.table(KINDS[one.kind], self._edition)
        self._names = {}
        places = one.rows or (0,) * len(one.codes)
        self.codes.set_rows(
            CodeRow(number, code, place)
            for number, (code, place) in enumerate(zip(one.codes, places, strict=True))
        )
        self.list_chosen.emit(one)

    def _code_columns(self) -> tuple[Column[CodeRow], ...]:
        return (
            text("code", "编码", lambda row: row.code, 116),
            Column(
                "name",
                "名称",
                lambda row: self._name(row.code) or "编码表中没有",
                width=180,
                stretch=True,
                tone=lambda row: "text" if self._name(row.code) else "muted",
            ),
            count("row", "文件行", lambda row: row.row or None, 62),
        )

    def _name(self, code: str) -> str:
        """The name of a code, looked up when it comes to be seen: lists hold ten thousand codes."""
        if code not in self._names:
            entry = self._table.get(code) if self._table is not None else None
            self._names[code] = entry.name if entry is not None else ""
        return self._names[code]
