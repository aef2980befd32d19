"""Parts that the DIP and money tools share: pages behind tabs, the row that keeps something under a title and a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QDateEdit, QHBoxLayout, QLabel, QLineEdit, QPushButton, QTabWidget, QWidget


def tabbed(pages: Sequence[tuple[QWidget, str]]) -> QTabWidget:
    """Pages behind tabs, without a frame of their own."""
    tabs = QTabWidget()
    tabs.setDocumentMode(True)
    tabs.tabBar().setDrawBase(False)
    for page, name in pages:
        tabs.addTab(page, name)
    return tabs


class KeepRow(QWidget):
    """Title, the day it holds from, a button that keeps and one that keeps and puts to use."""

    def __init__(self, what: str, tip: str) -> None:
        super().__init__()
        self.title = QLineEdit()
        self.title.setAccessibleName(f"{what}名称")
        self.title.setPlaceholderText(f"哪里、哪一年的{what}")
        self.field = day_field("执行日期")
        self.keep, self.use = QPushButton(f"保存为本院{what}"), QPushButton("保存并用于审核")
        self.keep.setToolTip(tip)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(QLabel("名称"))
        row.addWidget(self.title, 1)
        row.addWidget(QLabel("自"))
        row.addWidget(self.field)
        row.addWidget(QLabel("起执行"))
        row.addWidget(self.keep)
        row.addWidget(self.use)

    @property
    def day(self) -> date:
        """The day it holds from."""
        return day_of(self.field)

    def start(self, title: str, day: date | None) -> None:
        """Offer a title and a day (``None``: today)."""
        self.title.setText(title)
        day = day or date.today()
        self.field.setDate(QDate(day.year, day.month, day.day))

    def allow(self, *, allowed: bool) -> None:
        """Whether there is something to keep."""
        self.keep.setEnabled(allowed)
        self.use.setEnabled(allowed)


def day_field(name: str) -> QDateEdit:
    """A day with a calendar, today at first."""
    field = QDateEdit(QDate.currentDate())
    field.setAccessibleName(name)
    field.setDisplayFormat("yyyy-MM-dd")
    field.setCalendarPopup(True)
    return field


def day_of(field: QDateEdit) -> date:
    """The day a field shows."""
    day = field.date()
    return date(day.year(), day.month(), day.day())
