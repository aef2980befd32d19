"""Asks under which name, and from when to when, a weight table shall hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from PySide6.QtCore import QDate
from PySide6.QtWidgets import (
    QCheckBox,
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)


class SaveDialog(QDialog):
    """Name and dates in force of a weight table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("保存为权重表")
        self.setMinimumWidth(420)
        self.name = QLineEdit("本院历史权重")
        self.name.setAccessibleName("名称")
        self._from, self._to = QDateEdit(QDate(QDate.currentDate().year(), 1, 1)), QDateEdit()
        self._to.setDate(QDate(QDate.currentDate().year(), 12, 31))
        for box, what in ((self._from, "启用日期"), (self._to, "停用日期")):
            box.setDisplayFormat("yyyy-MM-dd")
            box.setCalendarPopup(True)
            box.setAccessibleName(what)
        self.open_end = QCheckBox("不限停用日期")
        self.open_end.setChecked(True)
        self._to.setEnabled(False)
        self.open_end.toggled.connect(self._to.setDisabled)
        self.use = QCheckBox("保存后与当前方案一起使用")
        self.with_points = QCheckBox("同时写出基准点数，每 1 权重折合")
        self.points = QDoubleSpinBox()
        self.points.setAccessibleName("每 1 权重折合点数")
        self.points.setDecimals(0)
        self.points.setRange(1, 100_000)
        self.points.setValue(100)
        self.points.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.points.setSuffix(" 点")
        self.points.setEnabled(False)
        self.with_points.toggled.connect(self.points.setEnabled)
        form = QFormLayout()
        form.addRow("名称", self.name)
        form.addRow("启用日期", self._from)
        form.addRow("停用日期", self._to)
        form.addRow("", self.open_end)
        points = QHBoxLayout()
        points.addWidget(self.with_points)
        points.addWidget(self.points)
        points.addStretch(1)
        form.addRow("", points)
        form.addRow("", self.use)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("保存")
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText("取消")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self.buttons)

    @property
    def valid_from(self) -> date:
        """The first day in force."""
        return _day(self._from)

    @property
    def valid_to(self) -> date | None:
        """The last day in force, ``None`` for open."""
        return None if self.open_end.isChecked() else _day(self._to)

    @property
    def points_per_weight(self) -> Decimal | None:
        """How many points a weight of 1 is worth, ``None`` for weights only."""
        return Decimal(int(self.points.value())) if self.with_points.isChecked() else None


def _day(box: QDateEdit) -> date:
    day = box.date()
    return date(day.year(), day.month(), day.day())
