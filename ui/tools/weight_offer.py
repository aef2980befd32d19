"""A weight table that was just read: from when to when it shall hold, before it is kept."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from app.errors import UserError
from coding_rules.grouper.drg.weight_dates import said_dates
from coding_rules.grouper.drg.weight_layout import LABELS
from coding_rules.grouper.drg.weight_table import WeightTable
from ui.dialogs.messages import tell_user
from ui.tools.days import typed_day


class WeightOffer(QWidget):
    """Dates, proposed from what the table says of itself, and whether to use it at once.

    ``wanted`` carries first day, last day (``None``: open) and whether to use it; ``dropped`` says that it is not to be kept;
    ``column_wanted`` carries the header to read by where several columns would do.
    """

    column_wanted = Signal(str)
    wanted = Signal(object, object, bool)
    dropped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.start, self.end = QLineEdit(), QLineEdit()
        self.use_button = QPushButton("保存并与当前方案一起使用")
        self.use_button.setProperty("role", "primary")
        self.keep_button, self.drop_button = QPushButton("只保存"), QPushButton("不保存")
        told = QLabel("刚读入，还没有保存。请核对起止日期：")
        told.setProperty("role", "warning")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(told)
        for label, box in (("启用", self.start), ("停用", self.end)):
            box.setAccessibleName(f"{label}日期")
            box.setPlaceholderText("不限")
            box.setFixedWidth(self.fontMetrics().horizontalAdvance("2025-01-01") + 28)
            row.addWidget(QLabel(label))
            row.addWidget(box)
        self.column = QComboBox()
        self.column.setAccessibleName("用哪一列")
        self.column.setToolTip("表里有几列都像：选本院适用的一列")
        self.column.activated.connect(self._column_chosen)
        row.addWidget(self.column)
        row.addStretch(1)
        for button in (self.drop_button, self.keep_button, self.use_button):
            row.addWidget(button)
        self.use_button.clicked.connect(self._use)
        self.keep_button.clicked.connect(self._keep)
        self.drop_button.clicked.connect(self.dropped)

    def offer(self, table: WeightTable, *, usable: bool) -> None:
        """Propose the dates of this table; ``usable``: the scheme on show is the one in use."""
        start, end = said_dates(table)
        self.start.setText(str(start or ""))
        self.end.setText(str(end or ""))
        self.column.clear()
        for what, headers in table.report.rivals.items():
            taken = {columns.get(what) for columns in table.report.columns.values()}
            for header in headers:
                self.column.addItem(f"{LABELS[what]}：{header}", header)
                if header in taken:
                    self.column.setCurrentIndex(self.column.count() - 1)
        self.column.setVisible(self.column.count() > 0)
        self.use_button.setEnabled(usable)
        self.use_button.setToolTip("" if usable else "现在看的不是当前使用的方案")

    @Slot(int)
    def _column_chosen(self, place: int) -> None:
        self.column_wanted.emit(str(self.column.itemData(place)))

    @Slot()
    def _use(self) -> None:
        self._want(use=True)

    @Slot()
    def _keep(self) -> None:
        self._want(use=False)

    def _want(self, *, use: bool) -> None:
        try:
            start, end = typed_day(self.start.text()), typed_day(self.end.text())
        except UserError as error:
            tell_user(self, error)
            return
        self.wanted.emit(start, end, use)
