"""Small form parts of the money tools: a number, a labelled row, figures with their formulas."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from PySide6.QtCore import QRegularExpression, Slot
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QHeaderView, QLineEdit

from ui.tables import DenseTable


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


def number(text: str) -> Decimal | None:
    """A number of at least 0 as people type it, or ``None``."""
    try:
        value = Decimal(text.strip().replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() and value >= 0 else None


def wrap_rows(table: DenseTable) -> None:
    """Let rows grow with their text: formulas are read whole."""
    table.setWordWrap(True)
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
