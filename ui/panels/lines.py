"""The lines of a front page: original and current side by side, edited in place.

Typing in a code or name cell opens an editor whose text is asked for candidates as it grows; which candidate is taken
is decided outside (the panel only says what was typed and that Enter was pressed).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QInputMethodEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from coding_rules.case import Diagnosis, Procedure
from icd_tables.codes import Kind
from icd_tables.crosswalk import CodeMapping, MappingStatus
from ui.diff import Line, LinePair, LineState, Part, diff_text
from ui.models.columns import ROW_ROLE, Column, ColumnsModel
from ui.tables import DenseTable
from ui.theme import tokens_of


@dataclass(frozen=True, slots=True)
class LineRow:
    """One row of the table. ``place`` is where it is shown; a row with neither side is the empty line being added."""

    kind: Kind
    place: int
    pair: LinePair
    mapping: CodeMapping | None = None

    @property
    def position(self) -> int | None:
        """0-based position in the current page; ``None`` for removed lines."""
        return self.pair.current_at


def _code(line: Line | None) -> str:
    return line.code if line else ""


def _name(line: Line | None) -> str:
    return line.name if line else ""


def _ordinal(row: LineRow) -> str:
    at = row.pair.current_at
    if at is None:
        return LineState.REMOVED.value
    state = row.pair.state
    first = "主" if at == 0 else str(at + 1)
    return f"{first} {state.value}".strip()


def _mapped(row: LineRow) -> str:
    mapping = row.mapping
    if mapping is None or not mapping.source or mapping.status is MappingStatus.SAME:
        return ""
    if mapping.status is MappingStatus.UNMAPPED:
        return mapping.status.value
    return (
        f"{mapping.code} {mapping.status.value}"
        if mapping.status is MappingStatus.AMBIGUOUS
        else mapping.code
    )


def _mapping_tip(row: LineRow) -> str:
    mapping = row.mapping
    if mapping is None:
        return ""
    targets = "\n".join(f"{t.target_code} {t.target_name}" for t in mapping.targets)
    return f"入组用医保版编码：{mapping.code}（{mapping.status.value}）\n{targets}".strip()


def _condition(row: LineRow) -> str:
    line = row.pair.current
    return line.condition if isinstance(line, Diagnosis) else ""


def _mapping_tone(row: LineRow) -> str:
    unsure = {MappingStatus.AMBIGUOUS, MappingStatus.UNMAPPED}
    return "warning" if row.mapping and row.mapping.status in unsure else "muted"


def columns(kind: Kind) -> tuple[Column[LineRow], ...]:
    """Columns for diagnoses or procedures; the current code and name take an editor."""

    def editable(row: LineRow) -> bool:
        return row.position is not None

    def commit(row: LineRow, text: str) -> bool:
        return False  # nothing enters the page but through a chosen candidate

    own: tuple[Column[LineRow], ...] = (
        Column("ordinal", "序", _ordinal, width=46, tone=lambda _row: "muted"),
        Column("old_code", "原编码", lambda row: _code(row.pair.original), width=98),
        Column("old_name", "原名称", lambda row: _name(row.pair.original), width=150, stretch=True),
        Column(
            "code", "现编码", lambda row: _code(row.pair.current), width=98, commit=commit, editable=editable
        ),
        Column(
            "name",
            "现名称",
            lambda row: _name(row.pair.current),
            width=150,
            stretch=True,
            commit=commit,
            editable=editable,
        ),
        Column("mapped", "医保版", _mapped, width=88, tip=_mapping_tip, tone=_mapping_tone),
    )
    if kind is Kind.DIAGNOSIS:
        return (*own, Column("condition", "入院病情", _condition, width=58, tone=lambda _row: "muted"))
    return own


_EMPTY: dict[Kind, Line] = {Kind.DIAGNOSIS: Diagnosis(), Kind.PROCEDURE: Procedure()}

NAME_LEAST = 84
"""Pixels of a name at least: some six characters; with less room the table scrolls."""

OLD, NEW = {"old_code", "old_name"}, {"code", "name"}


class LinesTable(DenseTable):
    """Diagnosis or procedure lines of one case."""

    typed = Signal(int, str)
    """The text of the editor changed: position of the line, text."""
    entered = Signal(int, str)
    """Enter in the editor."""
    kept_as_typed = Signal(int, str, str)
    """Shift+Enter: take the text as it is, for which column (``code`` or ``name``)."""
    editing_ended = Signal()
    steered = Signal(int)
    """Up or down in the editor: move through the candidates."""
    focused = Signal()

    def __init__(self, kind: Kind, parent: QWidget | None = None) -> None:
        self.kind = kind
        model = ColumnsModel(columns(kind), lambda row: row.place)
        title = "诊断" if kind is Kind.DIAGNOSIS else "手术操作"
        super().__init__(model, title, parent, scrolls=True, least=NAME_LEAST)
        model.setParent(self)
        self.editor: CodeEditor | None = None
        delegate = _LineDelegate(self)
        self.setItemDelegate(delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(trigger.EditKeyPressed | trigger.AnyKeyPressed | trigger.DoubleClicked)

    def show_lines(self, pairs: Sequence[LinePair], mappings: Sequence[CodeMapping]) -> None:
        """Show the lines of a case; the cursor stays on its row."""
        here = self.currentIndex()
        rows = [
            LineRow(self.kind, place, pair, _mapping_of(pair, mappings)) for place, pair in enumerate(pairs)
        ]
        self.close_editor()
        self.columns_model.set_rows(rows)
        self.setColumnHidden(self._column("mapped"), not any(map(_mapped, rows)))
        self._fit_stretched()
        if here.isValid() and rows:
            self.setCurrentIndex(self.columns_model.index(min(here.row(), len(rows) - 1), here.column()))

    def position(self) -> int | None:
        """Position in the current page of the line under the cursor."""
        row = self.current_row()
        return row.position if row else None

    def go_to(self, position: int, column: str = "name") -> None:
        """Put the cursor on a line of the current page."""
        for row in self.columns_model.rows():
            if row.position == position:
                self.setCurrentIndex(self.columns_model.index(row.place, self._column(column)))

    def edit_here(self, column: str = "") -> None:
        """Open the editor in the current line."""
        if self.editor is not None:
            return
        row = self.currentIndex().row()
        if row < 0 and self.columns_model.rowCount():
            row = 0
        key = column or self.columns_model.columns[max(self.currentIndex().column(), 0)].key
        index = self.columns_model.index(row, self._column(key if key in NEW else "name"))
        self.setCurrentIndex(index)
        self.edit(index)

    def begin_line(self, position: int) -> None:
        """Show an empty line where a new one will stand, and open the editor in it."""
        rows: list[LineRow] = self.columns_model.rows()
        place = next((row.place for row in rows if (row.position or 0) >= position), len(rows))
        blank = LineRow(self.kind, place, LinePair(None, _EMPTY[self.kind], None, position))
        shown = [*rows[:place], blank, *rows[place:]]
        self.columns_model.set_rows([replace(row, place=at) for at, row in enumerate(shown)])
        self.setCurrentIndex(self.columns_model.index(place, self._column("name")))
        self.setFocus()
        self.edit(self.currentIndex())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The candidates follow the table one works in."""
        super().focusInEvent(event)
        self.focused.emit()

    def close_editor(self) -> None:
        """Close the editor without taking anything; the cursor keys are the table's again.

        Other rows under an open editor would make it vanish, and the keyboard would go on to some other table.
        """
        if self.editor is not None:
            self.closeEditor(self.editor, QAbstractItemDelegate.EndEditHint.NoHint)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """However the editor is closed, it is forgotten at once: the next one may open before Qt has deleted this one."""
        super().closeEditor(editor, hint)
        if editor is self.editor:
            self.editor = None
            self.editing_ended.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter edits, as F2 does."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            self.edit_here()
            return
        if event.text().isprintable() and event.text().strip() and not _is_command(event):
            self._aim_at_editable()
        super().keyPressEvent(event)

    def _aim_at_editable(self) -> None:
        """Typing anywhere in a line means its name."""
        index = self.currentIndex()
        if index.isValid() and self.columns_model.columns[index.column()].key not in NEW:
            self.setCurrentIndex(index.siblingAtColumn(self._column("name")))

    def _column(self, key: str) -> int:
        return next(i for i, column in enumerate(self.columns_model.columns) if column.key == key)


def _is_command(event: QKeyEvent) -> bool:
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    return bool(event.modifiers() & held)


def _mapping_of(pair: LinePair, mappings: Sequence[CodeMapping]) -> CodeMapping | None:
    at = pair.current_at
    return mappings[at] if at is not None and at < len(mappings) else None


class CodeEditor(QLineEdit):
    """The in-place editor. Up, down and Enter steer the candidates instead of the text.

    ``typed`` says what stands there, but not while an input method is still composing.
    """

    typed = Signal(str)
    steered = Signal(int)
    entered = Signal()
    kept = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composing = False
        self.textEdited.connect(self._edited)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Composing replaces the selection at once, which is not typing yet."""
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    @Slot(str)
    def _edited(self, text: str) -> None:
        if not self._composing:
            self.typed.emit(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Steer candidates; everything else is typing."""
        key, shift = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self.steered.emit(1 if key == Qt.Key.Key_Down else -1)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not _is_command(event):
            (self.kept if shift else self.entered).emit()
        else:
            super().keyPressEvent(event)


class _LineDelegate(QStyledItemDelegate):
    """Paints differences character by character; makes the editor."""

    def __init__(self, table: LinesTable) -> None:
        super().__init__(table)
        self._table = table

    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        """A line edit that reports what is typed."""
        row: LineRow = index.data(ROW_ROLE)
        position, key = row.position or 0, self._table.columns_model.columns[index.column()].key
        editor = CodeEditor(parent)
        editor.setAccessibleName("修改编码：键入编码、名称或拼音首字母")
        editor.typed.connect(lambda text: self._table.typed.emit(position, text))
        editor.steered.connect(self._table.steered)
        editor.entered.connect(lambda: self._table.entered.emit(position, editor.text()))
        editor.kept.connect(lambda: self._table.kept_as_typed.emit(position, editor.text(), key))
        self._table.editor = editor
        return editor

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Enter must reach the editor itself; Qt's own filter would commit and close."""
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        ):
            return False
        return super().eventFilter(editor, event)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Cells of code and name show what went and what came; the rest is plain."""
        row: LineRow | None = index.data(ROW_ROLE)
        key = self._table.columns_model.columns[index.column()].key
        if row is None or key not in OLD | NEW:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        style = self._table.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, self._table)
        if text:
            self._paint_segments(painter, option, row, key, text)

    def _paint_segments(
        self, painter: QPainter, option: QStyleOptionViewItem, row: LineRow, key: str, text: str
    ) -> None:
        tokens = tokens_of(self._table)
        reader = _code if key.endswith("code") else _name
        diff = diff_text(reader(row.pair.original), reader(row.pair.current))
        metrics = QFontMetrics(option.font)
        box = option.rect.adjusted(5, 0, -4, 0)
        painter.save()
        painter.setClipRect(box)
        painter.setFont(option.font)
        unchanged = row.pair.state in {LineState.SAME, LineState.MOVED}
        left = box.left()
        for segment in diff.old if key in OLD else diff.new:
            width = metrics.horizontalAdvance(segment.text)
            if segment.part is not Part.SAME:
                back = tokens.removed if segment.part is Part.REMOVED else tokens.added
                painter.fillRect(left, box.top() + 3, width, box.height() - 6, QColor(back))
            painter.setPen(QColor(tokens.muted if key in OLD and unchanged else tokens.text))
            room = box.right() - left
            shown = metrics.elidedText(segment.text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(left, box.top(), room, box.height(), _VCENTRE, shown)
            if segment.part is not Part.SAME:  # a line as well as a colour
                level = box.center().y() if segment.part is Part.REMOVED else box.bottom() - 3
                painter.drawLine(left, level, min(left + width, box.right()), level)
            left += width
            if left >= box.right():
                break
        painter.restore()


_VCENTRE = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
