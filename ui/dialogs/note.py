"""A note on a case: free text that decides nothing; an empty one takes the note away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget


class NoteDialog(QDialog):
    """A few lines of text; Ctrl+Enter saves."""

    def __init__(self, about: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("备注")
        self.resize(460, 240)
        self.text = QPlainTextEdit(text)
        self.text.setAccessibleName("备注")
        self.text.setPlaceholderText("例如：已电话问过主管医师，等补充手术记录")
        self.text.setTabChangesFocus(True)
        self.text.moveCursor(QTextCursor.MoveOperation.End)
        hint = QLabel("不改变编码和决定；随更正清单导出。Ctrl+Enter 保存，清空后保存即删除备注。")
        hint.setProperty("role", "muted")
        hint.setWordWrap(True)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("保存")
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText("取消")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for part in (QLabel(about), self.text, hint, buttons):
            column.addWidget(part)
        self.text.setFocus()

    @property
    def note(self) -> str:
        """What was written."""
        return self.text.toPlainText().strip()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter saves."""
        enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.accept()
        else:
            super().keyPressEvent(event)


def ask_note(parent: QWidget, about: str, text: str, then: Callable[[str], None]) -> None:
    """Ask without blocking; ``then(text)`` runs when it is saved."""
    dialog = NoteDialog(about, text, parent)
    dialog.accepted.connect(lambda: then(dialog.note))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
