"""Asks why: for decisions that keep a code, for 待查病历, and for every change that raises the score."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QListWidget, QVBoxLayout, QWidget

from app.history import Decision

COMMON_REASONS = {
    Decision.KEEP: (
        "病历记录支持原编码",
        "临床医师确认原诊断",
        "原编码符合编码规则，系统提示不适用",
        "属本院约定的编码方式",
    ),
    Decision.PENDING: (
        "需查阅出院记录",
        "需查阅手术记录",
        "需查阅病理报告",
        "需向临床医师核实",
    ),
    Decision.CORRECT: (
        "依据出院记录更正",
        "依据手术记录更正",
        "依据病理报告更正",
        "依据检查检验结果更正",
        "主要诊断选择原则",
    ),
}


class ReasonDialog(QDialog):
    """One line of text, with common reasons to pick from; Enter accepts, an empty reason is not accepted."""

    def __init__(self, title: str, question: str, decision: Decision, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(440)
        self.text = _ReasonLine()
        self.text.setAccessibleName("理由")
        self.text.setPlaceholderText("写明理由，随更正清单导出")
        self.common = QListWidget()
        self.common.setAccessibleName("常用理由")
        self.common.addItems(COMMON_REASONS[decision])
        self.common.setMaximumHeight(self.common.sizeHintForRow(0) * (self.common.count() + 1))
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("确定")
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText("取消")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.text.textChanged.connect(self._enable)
        self.text.down_pressed.connect(self._go_to_common)
        self.common.currentTextChanged.connect(self.text.setText)
        self.common.itemActivated.connect(self.accept)
        label = QLabel(question)
        label.setWordWrap(True)
        column = QVBoxLayout(self)
        for part in (label, self.text, self.common, self.buttons):
            column.addWidget(part)
        self._enable()

    @property
    def reason(self) -> str:
        """What was written."""
        return self.text.text().strip()

    def accept(self) -> None:
        """Only with a reason."""
        if self.reason:
            super().accept()

    @Slot()
    def _go_to_common(self) -> None:
        self.common.setFocus()
        self.common.setCurrentRow(0)

    @Slot()
    def _enable(self) -> None:
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(self.reason))


class _ReasonLine(QLineEdit):
    """Down goes to the common reasons."""

    down_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down leaves; the rest is typing."""
        if event.key() == Qt.Key.Key_Down:
            self.down_pressed.emit()
        else:
            super().keyPressEvent(event)


def ask_reason(
    parent: QWidget, title: str, question: str, decision: Decision, then: Callable[[str], None]
) -> None:
    """Ask without blocking; ``then(reason)`` runs only when a reason was given."""
    dialog = ReasonDialog(title, question, decision, parent)
    dialog.accepted.connect(lambda: then(dialog.reason))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
