"""Form parts that several dialogs share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)


class PathField(QWidget):
    """A path with a button to choose it. ``empty`` says what an empty path means.

    Without a ``pattern`` a folder is chosen, with one a file; ``folder_too`` adds a second button for what may be either.
    """

    changed = Signal()

    def __init__(
        self,
        name: str,
        empty: str,
        pattern: str = "",
        *,
        saves: bool = False,
        folder_too: bool = False,
        parent: QWidget | None = None,
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
        if folder_too:
            self.button.setText("文件…")
            folder = QPushButton("文件夹…")
            folder.setAccessibleName(f"选择{name}文件夹")
            folder.clicked.connect(self.choose_folder)
            row.addWidget(folder)

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
            self.choose_folder()
            return
        if path:
            self.line.setText(path)

    def choose_folder(self) -> None:
        """Ask for a folder."""
        if path := QFileDialog.getExistingDirectory(self, self._name, self.text or str(Path.home())):
            self.line.setText(path)


class PathList(QWidget):
    """Several files of one kind, in order, to be added and taken out."""

    ROWS = 3
    """Lines in sight."""

    def __init__(
        self, name: str, pattern: str, paths: Sequence[str] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._pattern = name, pattern
        self.list = QListWidget()
        self.list.setAccessibleName(name)
        self.list.addItems(list(paths))
        self.list.setFixedHeight(self.list.fontMetrics().lineSpacing() * self.ROWS + 10)
        self.list.currentRowChanged.connect(self._enable)
        self.add_button = QPushButton("添加…")
        self.add_button.setAccessibleName(f"添加{name}")
        self.add_button.clicked.connect(self.choose)
        self.remove_button = QPushButton("移除")
        self.remove_button.setAccessibleName(f"移除所选{name}")
        self.remove_button.clicked.connect(self.remove)
        buttons = QVBoxLayout()
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.remove_button)
        buttons.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.list, 1)
        row.addLayout(buttons)
        self._enable()

    @property
    def texts(self) -> tuple[str, ...]:
        """The paths."""
        return tuple(self.list.item(place).text() for place in range(self.list.count()))

    def choose(self) -> None:
        """Ask for files and add those that are not there yet."""
        paths, _ = QFileDialog.getOpenFileNames(self, self._name, str(Path.home()), self._pattern)
        self.list.addItems([path for path in paths if path not in self.texts])

    @Slot()
    def remove(self) -> None:
        """Take out the one under the cursor."""
        self.list.takeItem(self.list.currentRow())

    @Slot()
    def _enable(self) -> None:
        self.remove_button.setEnabled(self.list.currentRow() >= 0)
