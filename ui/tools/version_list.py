"""A list of dated things kept on this machine: what is in use, from when to when each holds; show, use and delete the one chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.errors import UserError
from coding_rules.grouper.drg.dates import Dated, is_dated
from ui.dialogs.messages import confirm, tell_user
from ui.icons import icon
from ui.models.columns import Column
from ui.tools.code_lists import AddTable
from ui.tools.columns import text
from ui.tools.days import shown_day, typed_day


class Kept(Protocol):
    """What such a list holds: where it lies, and why it cannot be used ("" when it can)."""

    @property
    def path(self) -> Path:
        """Where it lies."""

    @property
    def problem(self) -> str:
        """Why it cannot be used."""


_Row = TypeVar("_Row", bound=Kept)


@dataclass(frozen=True, slots=True)
class ListWords:
    """What the list says: its name, what one row is called, the two buttons, the hint below, and the text of an empty list."""

    name: str
    one: str
    show: str
    use: str
    hint: str
    empty: str


class VersionList(QWidget, Generic[_Row]):
    """``show_wanted``, ``use_wanted`` and ``delete_wanted`` carry the path of the one chosen; ``changed`` tells that something was
    written down, and whether it concerns what is in use. Subclasses say which columns there are, what a row's dates are and what it
    belongs with, and how it is kept.
    """

    show_wanted = Signal(object)
    use_wanted = Signal(object)
    delete_wanted = Signal(object)
    changed = Signal(bool)

    def __init__(self, add_table: AddTable, words: ListWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._used = Path()
        self._together: frozenset[Path] = frozenset()
        self.model, self.table = add_table(
            words.name, self._columns(), lambda row: row.path, empty=words.empty, sortable=False
        )
        self.notes = QLabel()
        self.notes.setProperty("role", "warning")
        self.notes.setWordWrap(True)
        self.notes.hide()
        self.show_button, self.use_button = QPushButton(words.show), QPushButton(words.use)
        self.delete_button = QPushButton(icon("remove"), "删除…")
        self.delete_button.setAccessibleName(f"删除所选{words.one}")
        hint = QLabel(words.hint)
        hint.setProperty("role", "muted")
        hint.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(hint, 1)
        for button, act in (
            (self.delete_button, self._delete),
            (self.show_button, self._show),
            (self.use_button, self._use),
        ):
            row.addWidget(button)
            button.clicked.connect(act)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addWidget(self.table, 1)
        column.addWidget(self.notes)
        column.addLayout(row)
        self.table.selectionModel().currentChanged.connect(self._enable)
        self._enable()

    def list_rows(self, rows: Sequence[_Row], used: Path) -> None:
        """List these; ``used`` is the path of the one in use."""
        self._used = used
        self._together = self._in_use_by_date(rows)
        self.model.set_rows(rows)
        if rows:
            self.table.setCurrentIndex(self.model.index(0, 0))
        self._enable()

    def tell(self, lines: Sequence[str]) -> None:
        """Say what is wrong among the rows."""
        self.notes.setText("\n".join(lines))
        self.notes.setVisible(bool(lines))

    def _columns(self) -> tuple[Column[_Row], ...]:
        raise NotImplementedError

    def _dates(self, row: _Row) -> Dated:
        raise NotImplementedError

    def _family(self, row: _Row) -> str:
        """Rows of one family are used together, each on the days of its own."""
        raise NotImplementedError

    def _own(self, row: _Row) -> bool:
        """Whether it is the user's, to be changed and deleted."""
        raise NotImplementedError

    def _keep(self, row: _Row) -> None:
        """Write a changed row down; a ``UserError`` says why it cannot be."""
        raise NotImplementedError

    def _state_column(self) -> Column[_Row]:
        return text("used", "", self._state, 78)

    def _edited(
        self,
        key: str,
        title: str,
        read: Callable[[_Row], str],
        change: Callable[[_Row, str], _Row],
        width: int,
    ) -> Column[_Row]:
        """A column that can be typed into; ``change`` gives the row with the text typed."""
        return Column(
            key,
            title,
            read,
            width=width,
            editable=lambda row: self._own(row) and not row.problem,
            commit=lambda row, value: self._commit(row, value, change),
        )

    def _day_columns(
        self, change: Callable[[_Row, str, date | None], _Row]
    ) -> tuple[Column[_Row], Column[_Row]]:
        """启用 and 停用; ``change`` gives the row with another day as ``valid_from`` or ``valid_to``."""

        def column(key: str, title: str, read: Callable[[Dated], date | None]) -> Column[_Row]:
            return self._edited(
                key,
                title,
                lambda row: shown_day(read(self._dates(row))),
                lambda row, value: change(row, key, typed_day(value)),
                98,
            )

        return (
            column("valid_from", "启用", lambda dates: dates.valid_from),
            column("valid_to", "停用", lambda dates: dates.valid_to),
        )

    def _state(self, row: _Row) -> str:
        if row.path == self._used:
            return "使用中"
        return "按日期用" if row.path in self._together else ""

    def _held(self, row: _Row) -> bool:
        """Whether cases are judged by it now."""
        return row.path == self._used or row.path in self._together

    def _in_use_by_date(self, rows: Sequence[_Row]) -> frozenset[Path]:
        """The rows that hold with the one in use, each on its own days."""
        used = next((row for row in rows if row.path == self._used), None)
        if used is None or not self._own(used) or not is_dated(self._dates(used)):
            return frozenset()
        return frozenset(
            row.path
            for row in rows
            if self._own(row) and is_dated(self._dates(row)) and self._family(row) == self._family(used)
        )

    def _commit(self, row: _Row, value: str, change: Callable[[_Row, str], _Row]) -> bool:
        try:
            new = change(row, value)
            self._keep(new)
        except UserError as error:
            tell_user(self, error)
            return False
        concerned = self._held(row)
        self.model.update_rows([new])
        self._together = self._in_use_by_date(self.model.rows())
        self.changed.emit(concerned or self._held(new))
        return True

    @Slot()
    def _show(self) -> None:
        if row := self._chosen():
            self.show_wanted.emit(row.path)

    @Slot()
    def _use(self) -> None:
        if row := self._chosen():
            self.use_wanted.emit(row.path)

    @Slot()
    def _delete(self) -> None:
        row = self.table.current_row()
        if row is not None:
            confirm(
                self,
                f"删除{self._words.one}",
                f"删除“{row.path.name}”？",
                "只删除程序里保存的这一份，导入时的原文件不受影响，以后可以再导入。",
                "删除",
                lambda: self.delete_wanted.emit(row.path),
            )

    def _chosen(self) -> _Row | None:
        """The row the cursor is on, if it can be used."""
        row = self.table.current_row()
        return row if row is not None and not row.problem else None

    @Slot()
    def _enable(self) -> None:
        usable, row = self._chosen(), self.table.current_row()
        self.show_button.setEnabled(usable is not None)
        self.use_button.setEnabled(usable is not None and usable.path != self._used)
        held = row is not None and self._held(row)
        self.delete_button.setEnabled(row is not None and self._own(row) and not held)
        self.delete_button.setToolTip(f"正在使用的{self._words.one}不能删除；先换用另一份" if held else "")
