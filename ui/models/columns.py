"""One generic table model: frozen rows, columns that say how to read them. Sorting and filtering happen here.

A proxy model would call back into Python once for every comparison; sorting a list of keys instead keeps thousands of
rows instant.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont, QIcon
from PySide6.QtWidgets import QApplication

from ui.icons import icon
from ui.theme import tokens_of

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""Role under which every cell hands out its whole row to delegates."""


@dataclass(frozen=True)
class Column(Generic[Row]):
    """How one column reads a row.

    ``text`` is what is shown and copied; ``sort`` what is compared (default: the text); ``tone`` names a colour of
    ``ui.theme.Tokens``; ``icon`` names one of our icons. A column with ``commit`` can be edited: ``commit(row, text)``
    takes the new text and says whether it was accepted (the new row arrives through ``set_rows``). ``icon_only`` leaves
    the text to the tip, to screen readers and to the clipboard. ``value`` is what a workbook gets in place of the text:
    a number that stays a number.
    """

    key: str
    title: str
    text: Callable[[Row], str]
    sort: Callable[[Row], Any] | None = None
    width: int = 90
    numeric: bool = False
    stretch: bool = False
    icon_only: bool = False
    tip: Callable[[Row], str] | None = None
    tone: Callable[[Row], str] | None = None
    icon: Callable[[Row], str] | None = None
    strong: Callable[[Row], bool] | None = None
    commit: Callable[[Row, str], bool] | None = None
    editable: Callable[[Row], bool] | None = None
    value: Callable[[Row], Any] | None = None


class ColumnsModel(QAbstractTableModel, Generic[Row]):
    """Rows of one type shown through columns; remembers its filter and its order when rows change.

    ``key`` identifies a row across updates.
    """

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        key: Callable[[Row], Hashable],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._key = key
        self._readers = [_readers(column) for column in self.columns]
        self._all: dict[Hashable, Row] = {}
        self._shown: list[Hashable] = []
        self._place: dict[Hashable, int] = {}
        self._accepts: Callable[[Row], bool] | None = None
        self._sort: tuple[int, Qt.SortOrder] | None = None

    def set_columns(self, columns: Sequence[Column[Row]]) -> None:
        """Show other columns, for tables whose columns depend on the data; rows and their order are dropped."""
        self.beginResetModel()
        self.columns = tuple(columns)
        self._readers = [_readers(column) for column in self.columns]
        self._sort = None
        self._all = {}
        self._arrange()
        self.endResetModel()

    def read_by(self, columns: Sequence[Column[Row]]) -> None:
        """Read the rows there are by columns of the same titles that read them otherwise; order and filter are applied again
        by ``rearrange``."""
        self.columns = tuple(columns)
        self._readers = [_readers(column) for column in self.columns]
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, len(self.columns) - 1))

    def set_rows(self, rows: Iterable[Row]) -> None:
        """Replace everything."""
        self.beginResetModel()
        self._all = {self._key(row): row for row in rows}
        self._arrange()
        self.endResetModel()

    def update_rows(self, rows: Iterable[Row]) -> None:
        """Replace rows that are already here, where they stand; order and filter are applied again by ``rearrange``."""
        places = []
        for row in rows:
            key = self._key(row)
            self._all[key] = row
            if key in self._place:
                places.append(self._place[key])
        if places:
            last = len(self.columns) - 1
            self.dataChanged.emit(self.index(min(places), 0), self.index(max(places), last))

    def set_filter(self, accepts: Callable[[Row], bool] | None) -> None:
        """Show only the rows that ``accepts`` takes."""
        self._accepts = accepts
        self.rearrange()

    def rearrange(self) -> None:
        """Apply filter and order to the rows as they are now."""
        self.beginResetModel()
        self._arrange()
        self.endResetModel()

    def rows(self) -> list[Row]:
        """The rows shown, in the order shown."""
        return [self._all[key] for key in self._shown]

    def everything(self) -> list[Row]:
        """All rows, shown or filtered out, in the order they came in."""
        return list(self._all.values())

    def row_at(self, place: int) -> Row | None:
        """The row shown at a place, or ``None`` outside."""
        return self._all[self._shown[place]] if 0 <= place < len(self._shown) else None

    def place_of(self, key: Hashable) -> int:
        """Where the row with this key is shown, or -1."""
        return self._place.get(key, -1)

    def __len__(self) -> int:
        return len(self._all)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column (stable); column -1 returns to the order the rows came in."""
        self._sort = (column, order) if column >= 0 else None
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        keys = [self._shown[index.row()] for index in old]
        self._arrange()
        new = [self.index(self._place[key], index.column()) for key, index in zip(keys, old, strict=True)]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Rows shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Columns."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """Column titles; rows have no header."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return "" if self.columns[section].icon_only else self.columns[section].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(self.columns[section])
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        """What a cell shows, and the whole row under ``ROW_ROLE``.

        Painting asks some ten roles for every cell, most of which a column does not have: those are answered first.
        """
        reader = self._readers[index.column()].get(role) if index.isValid() else None
        if reader is None:
            return None
        place = index.row()
        return reader(self._all[self._shown[place]]) if place < len(self._shown) else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Cells of a column with ``commit`` can be edited."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        column = self.columns[index.column()]
        if column.commit is None:
            return _FLAGS
        row = self.row_at(index.row())
        open_ = row is not None and (column.editable is None or column.editable(row))
        return _FLAGS | Qt.ItemFlag.ItemIsEditable if open_ else _FLAGS

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Hand the new text to the column's ``commit``."""
        row = self.row_at(index.row()) if index.isValid() else None
        column = self.columns[index.column()] if row is not None else None
        if row is None or column is None or column.commit is None or role != Qt.ItemDataRole.EditRole:
            return False
        return column.commit(row, str(value))

    def _arrange(self) -> None:
        accepts = self._accepts
        keys = [key for key, row in self._all.items() if accepts(row)] if accepts else list(self._all)
        if self._sort is not None:
            column, order = self.columns[self._sort[0]], self._sort[1]
            reader: Callable[[Row], Any] = column.sort or column.text
            read = {key: reader(self._all[key]) for key in keys}
            keys.sort(key=read.__getitem__, reverse=order is Qt.SortOrder.DescendingOrder)
        self._shown = keys
        self._place = dict(zip(keys, range(len(keys)), strict=True))


def tsv(columns: Sequence[Column[Row]], rows: Iterable[Row]) -> str:
    """Rows as a spreadsheet takes them from the clipboard: a header line, tabs, one line a row."""

    def clean(text: str) -> str:
        return " ".join(text.replace("\t", " ").split("\n"))

    lines = ["\t".join(column.title for column in columns)]
    lines += ["\t".join(clean(column.text(row)) for column in columns) for row in rows]
    return "\n".join(lines) + "\n"


def cell_value(column: Column[Row], row: Row) -> Any:
    """What a cell of a workbook gets: the column's ``value``, else its text."""
    return column.value(row) if column.value else column.text(row)


def _alignment(column: Column[Any]) -> int:
    side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


def _readers(column: Column[Any]) -> dict[int, Callable[[Any], Any]]:
    """What a column answers, by role; roles it has nothing to say to are absent."""
    role = Qt.ItemDataRole
    alignment = _alignment(column)
    readers: dict[int, Callable[[Any], Any]] = {
        ROW_ROLE: lambda row: row,
        int(role.EditRole): column.text,
        int(role.AccessibleTextRole): column.text,
        int(role.ToolTipRole): column.tip or column.text,
        int(role.TextAlignmentRole): lambda _row: alignment,
    }
    if not column.icon_only:
        readers[int(role.DisplayRole)] = column.text
    if column.tone is not None:
        readers[int(role.ForegroundRole)] = partial(_tone, column.tone)
    if column.icon is not None:
        readers[int(role.DecorationRole)] = partial(_icon, column.icon)
    if column.strong is not None:
        readers[int(role.FontRole)] = partial(_font, column.strong)
    return readers


def _tone(tone: Callable[[Any], str], row: Any) -> QColor | None:
    name = tone(row)
    return QColor(getattr(tokens_of(QApplication.palette()), name)) if name else None


def _icon(name_of: Callable[[Any], str], row: Any) -> QIcon | None:
    name = name_of(row)
    return icon(name) if name else None


def _font(strong: Callable[[Any], bool], row: Any) -> QFont | None:
    if not strong(row):
        return None
    font = QFont(QApplication.font())
    font.setBold(True)
    return font


_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
