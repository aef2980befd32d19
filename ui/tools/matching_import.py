"""Dialog 导入词表: which edition to map to, and what the terms are."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from icd_tables.codes import Edition, Kind

HINT = (
    "第一行写列名：院内名称（必填）、院内编码、使用次数、类别。同一名称和编码的多行合并，次数相加。"
    "同一份文件再次导入会接着上次核对。"
)


class ImportDialog(QDialog):
    """Asks for edition and kind; ``edition`` and ``kind`` (``None``: told by row) hold the answer."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("导入词表")
        self.setMinimumWidth(460)
        self._edition = QComboBox()
        self._edition.setAccessibleName("映射到")
        for edition in Edition:
            self._edition.addItem(f"{edition.value}编码", edition)
        self._kind = QComboBox()
        self._kind.setAccessibleName("词表内容")
        self._kind.addItem("逐行判断（按类别列、编码或名称）", None)
        for kind in Kind:
            self._kind.addItem(f"全部是{kind.label}", kind)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("导入并匹配")
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText("取消")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        hint = QLabel(HINT)
        hint.setWordWrap(True)
        hint.setProperty("role", "muted")
        form = QFormLayout()
        form.addRow("文件", QLabel(name))
        form.addRow("映射到", self._edition)
        form.addRow("词表内容", self._kind)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(hint)
        column.addWidget(buttons)

    @property
    def edition(self) -> Edition:
        """The edition to map to."""
        return list(Edition)[self._edition.currentIndex()]

    @property
    def kind(self) -> Kind | None:
        """What all terms are, or ``None``."""
        place = self._kind.currentIndex()
        return list(Kind)[place - 1] if place else None
