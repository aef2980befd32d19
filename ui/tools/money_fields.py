"""Small form parts of the money tools: a number, the payment system, tables whose formulas are read whole."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRegularExpression,
    QSize,
    Slot,
)
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from coding_rules.grouper.grouping import System
from ui.tables import DenseTable
from ui.tools.context import ToolContext


class NumberField(QLineEdit):
    """A line that takes a number of at least 0 and nothing else; ``value`` is ``None`` while it is empty."""

    def __init__(self, name: str, hint: str = "", width: int = 110) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.setFixedWidth(width)
        self.setValidator(QRegularExpressionValidator(QRegularExpression(r"[\d,]*\.?\d*")))
        self.editingFinished.connect(self._group)

    @property
    def value(self) -> Decimal | None:
        """The number typed."""
        return number(self.text())

    @Slot()
    def _group(self) -> None:
        """Thousands, once it is typed."""
        if self.value is not None:
            self.setText(f"{self.value:,f}")


class SystemBox(QComboBox):
    """DRG or DIP; starts with the one the review shows first, unless only the other one is loaded."""

    def __init__(self, context: ToolContext, verb: str) -> None:
        super().__init__()
        self.setAccessibleName("支付体系")
        for system in System:
            self.addItem(f"按 {system.value} {verb}", system)
        bench, knowledge = context.workbench, context.knowledge
        wanted = bench.system if bench else System.DIP
        if knowledge is not None and (knowledge.drg if wanted is System.DRG else knowledge.dip) is None:
            wanted = System.DIP if wanted is System.DRG else System.DRG
        self.setCurrentIndex(list(System).index(wanted))

    @property
    def chosen(self) -> System:
        """The system that is shown."""
        return list(System)[self.currentIndex()]


def number(text: str) -> Decimal | None:
    """A number of at least 0 as people type it, or ``None``."""
    try:
        value = Decimal(text.strip().replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() and value >= 0 else None


class WholeText(QStyledItemDelegate):
    """Asks for the height a text needs within the padding of the style sheet, which Qt leaves out when it wraps."""

    PADDING = 5

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """As Qt reckons it, in the width that is really there."""
        within = QStyleOptionViewItem(option)
        within.rect = option.rect.adjusted(0, 0, -2 * self.PADDING, 0)
        return super().sizeHint(within, index)


def wrap_rows(table: DenseTable) -> None:
    """Let rows grow with their text: formulas are read whole, high rows by scrolling through them."""
    table.setWordWrap(True)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setItemDelegate(WholeText(table))
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)


class FormulaTable(QObject):
    """Formulas are read whole: rows grow with them, and where the table is narrow the column ``aside`` (the sources) gives way."""

    ROOM = 1080

    def __init__(self, table: DenseTable, aside: str) -> None:
        super().__init__(table)
        wrap_rows(table)
        keys = [column.key for column in table.columns_model.columns]
        self._table, self._aside = table, keys.index(aside)
        table.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Another width."""
        if event.type() == QEvent.Type.Resize and watched is self._table:
            self._table.setColumnHidden(self._aside, self._table.width() < self.ROOM)
        return False
