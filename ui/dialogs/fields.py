"""Form parts that several dialogs share."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget


class PathField(QWidget):
    """A path with a button to choose it and one to clear it. ``empty`` says what an empty path means."""

    changed = Signal()

    def __init__(
        self, name: str, empty: str, pattern: str = "", *, saves: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._pattern, self._saves = name, pattern, saves
        self.line = QLineEdit()
        self.line.setPlaceholderText(empty)
        self.line.setAccessibleName(name)
        self.line.textChanged.connect(self.changed)
        self.button = QPushButton("选择…")
        self.button.setAccessibleName(f"选择{name}")
        self.button.clicked.connect(self.choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)

    @property
    def text(self) -> str:
        """The path as typed or chosen; empty for the built-in choice."""
        return self.line.text().strip()

    def set_text(self, text: str) -> None:
        """Show a path."""
        self.line.setText(text)

    def choose(self) -> None:
        """Ask with the system's own dialog: a folder where there is no pattern, otherwise a file."""
        start = self.text or str(Path.home())
        if self._saves:
            path, _ = QFileDialog.getSaveFileName(self, self._name, start, self._pattern)
        elif self._pattern:
            path, _ = QFileDialog.getOpenFileName(self, self._name, start, self._pattern)
        else:
            path = QFileDialog.getExistingDirectory(self, self._name, start)
        if path:
            self.line.setText(path)
