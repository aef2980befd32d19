"""Command palette: type a few characters, pinyin initials or keys, press Enter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from ui.actions import ACTIONS, MENUS, Actions, ActionSpec, shortcut_text
from ui.cards import Card, CardList
from ui.models.columns import Column, ColumnsModel


@dataclass(frozen=True, slots=True)
class Command:
    """An action and whether it can be done now."""

    spec: ActionSpec
    enabled: bool


def find_commands(text: str, commands: list[Command], initials: Callable[[str], str]) -> list[Command]:
    """Commands that hold every character of ``text`` in order, in their text, initials or keys; best first."""
    wanted = text.casefold().replace(" ", "")
    ranked = []
    for place, command in enumerate(commands):
        spec = command.spec
        hays = (spec.text, initials(spec.text), spec.tip, shortcut_text(spec))
        ranks = [rank for hay in hays if (rank := _rank(wanted, hay.casefold())) is not None]
        if ranks:
            ranked.append((not command.enabled, min(ranks), place, command))
    return [command for *_, command in sorted(ranked, key=lambda item: item[:3])]


def _rank(wanted: str, hay: str) -> int | None:
    """0 at the start, 1 inside, 2 scattered in order, ``None`` not at all."""
    at = hay.find(wanted)
    if at >= 0:
        return 1 if at else 0
    rest = iter(hay)
    return 2 if all(character in rest for character in wanted) else None


def make_card(command: Command) -> Card:
    """How a command looks."""
    spec = command.spec
    menu = MENUS[spec.menu].split("(")[0]
    return Card(
        head=spec.text,
        title=menu,
        badge=shortcut_text(spec),
        note=spec.tip,
        icon=spec.icon,
        faded=not command.enabled,
    )


class CommandPalette(QDialog):
    """Finds an action and triggers it."""

    def __init__(
        self, actions: Actions, initials: Callable[[str], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("命令面板")
        self.resize(560, 420)
        self._actions = actions
        self._initials = initials
        self._commands = [
            Command(spec, actions[spec.id].isEnabled()) for spec in ACTIONS if spec.id != "palette"
        ]
        self.box = _Box()
        self.box.setPlaceholderText("键入命令，如 导出、撤销、dc（拼音首字母）…")
        self.box.setAccessibleName("命令")
        columns: tuple[Column[Command], ...] = (Column("text", "命令", lambda command: command.spec.text),)
        self.model = ColumnsModel(columns, lambda command: command.spec.id, self)
        self.list = CardList(self.model, make_card, "命令")
        self.box.textChanged.connect(self._search)
        self.box.moved.connect(self._move)
        self.box.returnPressed.connect(self.accept)
        self.list.activated.connect(self.accept)
        column = QVBoxLayout(self)
        column.addWidget(self.box)
        column.addWidget(self.list, 1)
        self._search("")

    def accept(self) -> None:
        """Close first, then do it: the action may open a dialog of its own."""
        command = self.list.current_row()
        if command is None or not command.enabled:
            return
        super().accept()
        self._actions[command.spec.id].trigger()

    @Slot(str)
    def _search(self, text: str) -> None:
        self.model.set_rows(find_commands(text, self._commands, self._initials))
        self.list.select(0)

    @Slot(int)
    def _move(self, by: int) -> None:
        place = self.list.currentIndex().row() + by
        self.list.select(max(0, min(place, self.model.rowCount() - 1)))


class _Box(QLineEdit):
    """A line edit whose up and down keys move in the list."""

    moved = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down move; the rest is typing."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -6, Qt.Key.Key_PageDown: 6}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.moved.emit(step)
