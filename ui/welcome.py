"""The empty state: what to do first, files dropped or chosen, recent work."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from ui.icons import icon


class WelcomePage(QWidget):
    """Shown while nothing is open."""

    open_wanted = Signal()
    demo_wanted = Signal()
    recent_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        card = QFrame()
        card.setProperty("role", "card")
        card.setFixedWidth(560)
        head = QLabel("打开一个月的病案首页，开始审核")
        head.setProperty("role", "head")
        text = QLabel(
            "支持卫统4-1(N041)、HQMS 与带中文表头的院内表, CSV 或 xlsx; 也可以把文件拖到窗口里。"
            "更正逐条自动保存，断电也不丢。"
        )
        text.setWordWrap(True)
        text.setProperty("role", "muted")
        open_button = QPushButton(icon("open"), "打开首页数据… (Ctrl+O)")
        open_button.setDefault(True)
        open_button.clicked.connect(self.open_wanted)
        demo_button = QPushButton(icon("book"), "用演示数据试一试")
        demo_button.clicked.connect(self.demo_wanted)
        self.recent_title = QLabel("最近的工作")
        self.recent_title.setProperty("role", "title")
        self.recent = QListWidget()
        self.recent.setAccessibleName("最近的工作")
        self.recent.itemActivated.connect(self._open_recent)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(26, 22, 26, 22)
        inside.setSpacing(10)
        for part in (head, text, open_button, demo_button, self.recent_title, self.recent):
            inside.addWidget(part)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        self.show_recent(())

    def show_recent(self, paths: Sequence[str]) -> None:
        """List files opened before; hidden while there are none."""
        self.recent.clear()
        for path in paths:
            item = QListWidgetItem(icon("session"), Path(path).name)
            item.setToolTip(path)
            item.setData(Qt.ItemDataRole.UserRole, path)
            self.recent.addItem(item)
        self.recent_title.setVisible(bool(paths))
        self.recent.setVisible(bool(paths))

    def _open_recent(self, item: QListWidgetItem) -> None:
        self.recent_wanted.emit(item.data(Qt.ItemDataRole.UserRole))
