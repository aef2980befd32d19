"""The list of terms to approve: a table whose keys decide, so that the hands stay on the keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from app.matching.term_map import Equivalence
from ui.tables import DenseTable

KEYS: dict[str, Equivalence] = {
    "=": Equivalence.EQUAL,
    "＝": Equivalence.EQUAL,
    ">": Equivalence.WIDER,
    "》": Equivalence.WIDER,
    "<": Equivalence.NARROWER,
    "《": Equivalence.NARROWER,
    "~": Equivalence.NEAR,
    "～": Equivalence.NEAR,
    "0": Equivalence.NONE,
}
"""Characters that decide, as typed with a Latin or a Chinese input method."""
SEARCH_KEYS = frozenset("/／、")
"""The slash, as typed with a Latin or a Chinese input method."""
HINT = " · ".join(
    item.replace(" ", "\u00a0")  # a key and what it does stay on one line
    for item in (
        "↑↓ 选词",
        "1–9 选候选",
        "Enter 或 = 等于",
        "> 宽于",
        "< 窄于",
        "~ 近似",
        "0 无对应",
        "/ 另找编码",
        "Backspace 撤回此词",
        "Ctrl+Z 撤销上一步",
    )
)


class TermTable(DenseTable):
    """Says which decision a key means."""

    decided = Signal(object)
    """``Equivalence``."""
    number_pressed = Signal(int)
    reopened = Signal()
    undo_wanted = Signal()
    search_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that decide; the rest moves as in every table."""
        typed, key = event.text(), event.key()
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_wanted.emit()
        elif typed in SEARCH_KEYS and typed:
            self.search_wanted.emit()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.decided.emit(Equivalence.EQUAL)
        elif typed in KEYS:
            self.decided.emit(KEYS[typed])
        elif typed.isdigit():
            self.number_pressed.emit(int(typed))
        elif key in {Qt.Key.Key_Backspace, Qt.Key.Key_Delete}:
            self.reopened.emit()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Typing does not jump about."""


class CandidateSearch(QLineEdit):
    """Looks for another code than those suggested; the arrows move among what is found, Enter goes back to deciding."""

    steered = Signal(int)
    """+1 down, -1 up."""
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("另找编码")
        self.setPlaceholderText("没有合适的？按 / 输入名称、拼音或编码另找")
        self.setClearButtonEnabled(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Enter and Esc; the rest is typed."""
        key = event.key()
        if key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.steered.emit(1 if key == Qt.Key.Key_Down else -1)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.left.emit()
        elif key == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        else:
            super().keyPressEvent(event)
