"""The lines of the case at hand: editing, moving, and candidates for the line under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.lessons import Lesson
from coding_rules.case import Diagnosis, Procedure
from coding_rules.edit import (
    Edit,
    InsertDiagnosis,
    InsertProcedure,
    MoveDiagnosis,
    MoveProcedure,
    RemoveDiagnosis,
    RemoveProcedure,
    SetDiagnosis,
    SetProcedure,
)
from icd_tables.codes import Kind
from icd_tables.search import Candidate
from ui.panels.lines import LinesTable
from ui.review_page import ReviewPage

if TYPE_CHECKING:
    from ui.desk import Desk

SUGGEST_AFTER_MS = 25
LIMIT = 9
"""Candidates shown: as many as there are number keys."""

PREPARING = "正在准备编码检索，请稍候"
TYPING_HINT = "↑↓ 选择 · Enter 采用 · Alt+数字直选 · Shift+Enter 照原样录入 · Esc 放弃"


class LineDesk(QObject):
    """Turns keys and buttons on the line tables into edits, and keeps the candidates of the current line."""

    def __init__(self, desk: Desk, page: ReviewPage) -> None:
        super().__init__(desk)
        self._desk = desk
        self._page = page
        self.kind = Kind.DIAGNOSIS
        self._adding: int | None = None
        self._typing = False
        self._typed_text = ""
        self.preparing = False
        """The indexes of the search are still being made: an empty list of candidates means nothing."""
        self._effects: list[tuple[int, Sequence[Edit]]] = []
        self._soon = QTimer(self, singleShot=True, interval=SUGGEST_AFTER_MS)
        self._soon.timeout.connect(self._suggest_now)
        self._next_effect = QTimer(self, singleShot=True, interval=0)
        self._next_effect.timeout.connect(self._compute_effect)
        for kind, table in page.case.tables.items():
            self._connect(kind, table)
        page.candidates.taken.connect(self._take_shown)
        page.case.action_wanted.connect(self._button)

    def leave(self) -> None:
        """Another case: nothing is being typed or added any more."""
        self._adding = None
        self._typing = False
        self._effects = []
        for table in self._page.case.tables.values():
            table.close_editor()

    @property
    def editing(self) -> bool:
        """Whether an editor is open: the lines must stay as they are until it closes."""
        return any(table.editor is not None for table in self._page.case.tables.values())

    def refresh(self) -> None:
        """The case was shown anew: candidates for the line under the cursor."""
        table = self._table
        if not table.currentIndex().isValid() and table.columns_model.rowCount():
            table.go_to(0)
        self._suggest()

    @Slot()
    def search_ready(self) -> None:
        """The indexes are there: show what was asked for meanwhile."""
        self.preparing = False
        if self._typing:
            self._show(self._typed_text, TYPING_HINT)
        else:
            self.refresh()

    def go_to(self, kind: Kind, position: int) -> None:
        """Put the cursor on a line and show its candidates."""
        self.kind = kind
        self._table.go_to(position)
        self._suggest()

    def take(self, candidate: Candidate, then: Callable[[], None] | None = None) -> None:
        """Put a candidate into the line at hand (or into the line being added)."""
        entry, lines, position = candidate.entry, self._lines(), self._table.position()
        filed = lines[position].name if self._adding is None and position is not None else ""
        lesson = Lesson(self.kind, filed, entry.code, entry.name) if filed.strip() else None
        self._put(entry.code, entry.name, then, lesson)

    @Slot(object)
    def _take_shown(self, candidate: Candidate) -> None:
        """A candidate of the list, unless the list is still that of the former line."""
        if self._soon.isActive():
            self._suggest_now()
        else:
            self.take(candidate)

    def take_number(self, number: int) -> None:
        """Take candidate ``number``."""
        self._catch_up()
        self._page.candidates.take(number)

    def take_selected(self, then: Callable[[], None]) -> bool:
        """Take the candidate under the cursor if the coder is choosing one; whether there was one."""
        self._catch_up()
        row = self._page.candidates.current()
        choosing = self._typing or self._page.candidates.list.hasFocus()
        if not choosing or row is None or row.current:
            return False
        self.take(row.candidate, then)
        return True

    def edit_line(self) -> None:
        """Open the editor in the line under the cursor; an empty table gets a new line."""
        if self._table.columns_model.rowCount():
            self._table.edit_here()
        else:
            self.add_line()

    def add_line(self) -> None:
        """Ask for a new line after the one under the cursor: candidates first, the line appears when one is taken."""
        table = self._table
        if self._adding is not None and table.editor is not None:
            return  # it is being asked for
        self._give_up()
        count = len(self._lines())
        position = table.position()
        self._adding = count if position is None else position + 1
        index = self._adding
        table.begin_line(index)
        self._soon.stop()
        self._show("", f"增加{self.kind.label}：键入文字、拼音首字母或编码")

    def delete_line(self) -> None:
        """Remove the line under the cursor; a line that is only being added goes away by itself."""
        position = None if self._give_up() else self._table.position()
        if position is not None:
            remove = RemoveDiagnosis if self.kind is Kind.DIAGNOSIS else RemoveProcedure
            self._desk.commit([remove(position)])

    def move_line(self, direction: int) -> None:
        """Move the line under the cursor up (-1) or down (1)."""
        position = None if self._give_up() else self._table.position()
        if position is not None:
            self._move_to(position, position + direction)

    def make_principal(self) -> None:
        """Move the line under the cursor to the top."""
        position = None if self._give_up() else self._table.position()
        if position:
            self._move_to(position, 0)

    @property
    def _table(self) -> LinesTable:
        return self._page.case.tables[self.kind]

    def _lines(self) -> Sequence[Diagnosis | Procedure]:
        work = self._desk.workbench
        if work is None or not self._desk.case_id:
            return ()
        case = work.current(self._desk.case_id)
        return case.diagnoses if self.kind is Kind.DIAGNOSIS else case.procedures

    def _give_up(self) -> bool:
        """Close what is open without taking anything; whether a line was being added.

        Its empty row stands where the next line of the page will stand again: what is done to it must not be done to that one.
        """
        adding = self._adding is not None
        self.leave()
        if adding:
            self._desk.refresh()
        return adding

    def _move_to(self, position: int, to: int) -> None:
        if not 0 <= to < len(self._lines()):
            return
        move = MoveDiagnosis if self.kind is Kind.DIAGNOSIS else MoveProcedure
        table = self._table
        self._desk.commit([move(position, to)], then=lambda: table.go_to(to))

    def _put(
        self,
        code: str,
        name: str,
        then: Callable[[], None] | None = None,
        lesson: Lesson | None = None,
    ) -> None:
        table, edits = self._table, self._edits_for(code, name)
        if not edits:
            return
        target = self._adding if self._adding is not None else table.position()
        self.leave()

        def after() -> None:
            if target is not None:
                table.go_to(target, "code")
            table.setFocus()
            if then is not None:
                then()

        self._desk.commit(edits, lesson=lesson, then=after)

    def _edits_for(self, code: str, name: str) -> list[Edit]:
        diagnosis = self.kind is Kind.DIAGNOSIS
        if self._adding is not None:
            at = self._adding
            if diagnosis:
                return [InsertDiagnosis(at, Diagnosis(code, name))]
            return [InsertProcedure(at, Procedure(code, name))]
        position = self._table.position()
        if position is None:
            return []
        return [(SetDiagnosis if diagnosis else SetProcedure)(position, code, name)]

    def _connect(self, kind: Kind, table: LinesTable) -> None:
        table.selectionModel().currentRowChanged.connect(lambda *_: self._moved(kind))
        table.typed.connect(lambda _position, text: self._typed(kind, text))
        table.entered.connect(lambda _position, _text: self._page.candidates.take_current())
        table.kept_as_typed.connect(self._keep_as_typed)
        table.steered.connect(self._page.candidates.steer)
        table.editing_ended.connect(self._editing_ended)
        table.focused.connect(lambda: self._moved(kind))

    def _moved(self, kind: Kind) -> None:
        if not self._typing and (kind is self.kind or self._page.case.tables[kind].hasFocus()):
            self.kind = kind
            self._suggest()

    def _typed(self, kind: Kind, text: str) -> None:
        self.kind, self._typing, self._typed_text = kind, True, text
        self._soon.stop()
        self._show(text, TYPING_HINT)

    def _editing_ended(self) -> None:
        was_adding, self._adding, self._typing = self._adding is not None, None, False
        if was_adding:
            self._desk.refresh()
        else:
            self._suggest()

    @Slot(int, str, str)
    def _keep_as_typed(self, position: int, text: str, key: str) -> None:
        """Take the text as it is: a code or a name that no table knows. A finding will say what is wrong with it."""
        lines = self._lines()
        old = lines[position] if self._adding is None and position < len(lines) else Diagnosis()
        code, name = (text, old.name) if key == "code" else (old.code, text)
        self._put(code.strip(), name.strip())

    def _suggest(self) -> None:
        """Candidates for the line under the cursor, once the cursor rests: running through the queue stays light."""
        self._effects = []  # those of the former line mean nothing here
        self._soon.start()

    def _catch_up(self) -> None:
        if self._soon.isActive():
            self._suggest_now()

    @Slot()
    def _suggest_now(self) -> None:
        self._soon.stop()
        lines, position = self._lines(), self._table.position()
        if position is None or position >= len(lines):
            self._page.candidates.clear("选中一行，这里列出候选编码")
            return
        line = lines[position]
        self._show(line.name or line.code, "直接键入即可检索 · Alt+数字采用")

    def _show(self, text: str, note: str) -> None:
        work = self._desk.workbench
        if work is None or not self._desk.case_id:
            return
        lines, position = self._lines(), self._table.position()
        index = None if self._adding is not None else position
        found = work.find(self._desk.case_id, self.kind, text, LIMIT, index)
        here = "" if self._adding is not None or position is None else lines[position].code
        title = f"候选编码 · {text}" if text else "候选编码"
        if text and not found:
            note = f"{PREPARING if self.preparing else '没有相近的编码'} · {note}"
        self._page.candidates.show_candidates(title, found, here, note, typing=self._typing)
        self._effects = [
            (number, self._edits_for(one.entry.code, one.entry.name))
            for number, one in enumerate(found, start=1)
            if one.entry.code != here
        ]
        self._next_effect.start()

    @Slot()
    def _compute_effect(self) -> None:
        """One candidate's effect at a time, between the key strokes."""
        work = self._desk.workbench
        if work is None or not self._effects:
            return
        number, edits = self._effects.pop(0)
        if edits:
            self._page.candidates.show_effect(number, work.what_if(self._desk.case_id, edits))
        if self._effects:
            self._next_effect.start()

    @Slot(object, str)
    def _button(self, kind: Kind, action: str) -> None:
        self.kind = kind
        run: dict[str, Callable[[], None]] = {
            "add_line": self.add_line,
            "delete_line": self.delete_line,
            "line_up": lambda: self.move_line(-1),
            "line_down": lambda: self.move_line(1),
        }
        run[action]()
