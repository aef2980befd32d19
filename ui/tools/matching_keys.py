"""The list of terms to approve: a table whose keys decide, so that the hands stay on the keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent

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
HINT = "↑↓ 选词 · 1–9 选候选 · Enter 或 = 等于 · > 宽于 · < 窄于 · ~ 近似 · 0 无对应 · Backspace 撤回"


class TermTable(DenseTable):
    """Says which decision a key means."""

    decided = Signal(object)
    """``Equivalence``."""
    number_pressed = Signal(int)
    reopened = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that decide; the rest moves as in every table."""
        typed, key = event.text(), event.key()
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
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
