"""Approve and next: the terms of a mapping beside the candidates of the one at hand; every key press is on the disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from app.errors import UserError
from app.matching.term_map import Decision, Equivalence, Term, TermMap
from icd_tables.search import Candidate
from ui.dialogs.messages import tell_user
from ui.models.columns import Column, ColumnsModel
from ui.panels.candidates import CandidatesPanel
from ui.tools.columns import count, text
from ui.tools.matching_keys import HINT, CandidateSearch, TermTable
from ui.tools.rows import filter_rows, go_to, replace_rows

EMPTY = "还没有导入词表。\n点“导入词表…”，选择一份写有院内名称（最好还有院内编码、使用次数）的 xlsx 或 csv。"
MATCHING = "正在匹配，稍候即可核对…"
SEARCH_MS = 120
MEANINGS = {
    Equivalence.EQUAL: "院内词与标准名称同义（Enter 或 =）",
    Equivalence.WIDER: "院内词比标准名称宽（>）",
    Equivalence.NARROWER: "院内词比标准名称窄（<）",
    Equivalence.NEAR: "意思相近，谈不上宽窄（~）",
    Equivalence.NONE: "编码表中没有对应的编码（0）",
}


def _state(row: Term) -> str:
    return row.equivalence.value if row.equivalence else "未核"


def _standard(key: str, title: str, read: Callable[[Term], str], width: int) -> Column[Term]:
    """Muted while it is only a suggestion."""
    return Column(key, title, read, width=width, tone=lambda row: "" if row.decided else "muted")


COLUMNS: tuple[Column[Term], ...] = (
    count("count", "使用次数", lambda row: row.count, 66),
    text("kind", "类别", lambda row: row.kind.label, 66, muted=True),
    text("text", "院内名称", lambda row: row.text, 190, stretch=True),
    text("local_code", "院内编码", lambda row: row.local_code, 76),
    Column(
        "state",
        "等价关系",
        _state,
        width=64,
        tone=lambda row: "ok" if row.decided else "muted",
        strong=lambda row: row.decided,
    ),
    _standard("code", "标准编码", lambda row: row.code, 112),
    _standard("name", "标准名称", lambda row: row.name, 170),
    Column(
        "tier",
        "匹配",
        lambda row: row.tier,
        width=82,
        tone=lambda row: "warning" if row.caution and not row.decided else "muted",
        tip=lambda row: "\n".join(filter(None, (row.why, row.caution))),
    ),
    text("who", "核对人", lambda row: row.who, 66, muted=True),
)


class ApprovalPane(QWidget):
    """Works on one ``TermMap``. ``find`` gives the candidates of a term, or of what is typed for it; ``author`` who decides."""

    changed = Signal()
    """A decision was kept or taken back."""
    told = Signal(str)
    """A sentence for the user."""

    def __init__(
        self,
        find: Callable[[Term, str], Sequence[Candidate]],
        author: Callable[[], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._find, self._author = find, author
        self.mapping: TermMap | None = None
        self.ready = False
        self.model: ColumnsModel[Term] = ColumnsModel(COLUMNS, lambda row: row.row, self)
        self.table = TermTable(self.model, "院内词表")
        self.table.empty_text = EMPTY
        self.table.sort_by_header()
        self.search = CandidateSearch()
        self.candidates = CandidatesPanel()
        self.buttons = {one: QPushButton(one.value) for one in Equivalence}
        self._shown: Sequence[Candidate] = ()
        self._steps: list[Sequence[Term]] = []
        self._soon = QTimer(self, singleShot=True, interval=SEARCH_MS)
        self._lay_out()
        self._connect()

    def show_terms(self, mapping: TermMap | None, *, ready: bool) -> None:
        """Show a mapping as it stands; candidates are shown once the matchers are ``ready``."""
        here: Term | None = self.table.current_row() if mapping is self.mapping else None
        fresh = mapping is not self.mapping
        self.mapping, self.ready = mapping, ready
        replace_rows(self.table, mapping.terms() if mapping else [], here.row if here else None)
        for part in (*self.buttons.values(), self.search):
            part.setEnabled(mapping is not None)
        if fresh:
            self._steps.clear()
            go_to(self.table, max(self._next_open(-1), 0))
        self._look()

    def filter(self, words: Sequence[str], *, waiting: bool) -> None:
        """Show only terms with all the words; ``waiting``: only those not decided yet."""

        def accepts(row: Term) -> bool:
            told = f"{row.text} {row.local_code} {row.code} {row.name}".casefold()
            return not (waiting and row.decided) and all(word in told for word in words)

        filter_rows(self.table, accepts)
        self.table.empty_text = "没有符合条件的词" if len(self.model) else EMPTY

    @Slot(object)
    def decide(self, equivalence: Equivalence) -> None:
        """Keep a decision on the term at hand with the candidate under the cursor, and go to the next open one."""
        term: Term | None = self.table.current_row()
        row = self.candidates.current()
        if self.mapping is None or term is None:
            return
        if equivalence is Equivalence.NONE:
            decision = Decision(term.row, equivalence)
        elif row is None:
            self.told.emit("没有候选编码。没有对应的编码请按 0。")
            return
        else:
            one = row.candidate
            decision = Decision(
                term.row, equivalence, one.entry.code, one.entry.name, one.tier.value, one.why
            )
        try:
            self.mapping.decide([decision], self._author(), datetime.now())
        except UserError as error:
            tell_user(self, error)
            return
        self.note([term])
        self._renewed(self.mapping.term(term.row))
        self._go_next()

    def note(self, before: Sequence[Term]) -> None:
        """Remember how terms stood before a step, so that it can be undone."""
        self._steps.append(before)

    @Slot()
    def undo(self) -> None:
        """Undo the last step, however many terms it decided, and go back to where it was made."""
        if self.mapping is None or not self._steps:
            self.told.emit("没有可以撤销的步骤。已核的词可选中后按 Backspace 撤回。")
            return
        terms = self._steps[-1]
        try:
            self.mapping.put_back(terms)
        except UserError as error:
            tell_user(self, error)
            return
        self._steps.pop()
        self.model.update_rows(terms)
        self.changed.emit()
        rows = {term.row for term in terms}
        place = next((at for at, one in enumerate(self.model.rows()) if one.row in rows), None)
        if place is not None:
            go_to(self.table, place)
        self._look()
        first = terms[0].text
        self.told.emit(
            f"已撤销对“{first}”的核对。" if len(terms) == 1 else f"已撤销对 {len(terms):,} 个词的批量确认。"
        )

    @Slot()
    def reopen(self) -> None:
        """Take the decision on the term at hand back."""
        term: Term | None = self.table.current_row()
        if self.mapping is None or term is None or not term.decided:
            return
        try:
            self.mapping.reopen([term.row])
        except UserError as error:
            tell_user(self, error)
            return
        self.note([term])
        self._renewed(self.mapping.term(term.row))
        self._look()

    def _renewed(self, term: Term) -> None:
        self.model.update_rows([term])
        self.changed.emit()

    def _next_open(self, place: int) -> int:
        """The next undecided term after a place, from the start again at the end; -1 when all are decided."""
        rows = self.model.rows()
        order = [*range(place + 1, len(rows)), *range(place + 1)]
        return next((at for at in order if not rows[at].decided), -1)

    def _go_next(self) -> None:
        place = self.table.currentIndex().row()
        following = self._next_open(place)
        if following < 0:
            self.told.emit("所列的词都核过了。" + HINT)
            following = min(place + 1, self.model.rowCount() - 1)
        go_to(self.table, following)

    @Slot(QModelIndex, QModelIndex)
    def _moved(self, _index: QModelIndex, _before: QModelIndex) -> None:
        if self.search.text():
            self.search.clear()
            self._soon.stop()  # else it would look again after the first key was pressed
        self._look()

    @Slot()
    def _start_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _look(self) -> None:
        """Candidates of the term at hand."""
        term: Term | None = self.table.current_row()
        if term is None or self.mapping is None or not self.ready:
            self._shown = ()
            self.candidates.clear(MATCHING if self.mapping and not self.ready else "")
            return
        typed = self.search.text().strip()
        self._shown = self._find(term, typed)
        title = f"{term.text}　{term.local_code}".strip()
        note = HINT if self._shown else f"没有找到“{typed}”" if typed else "没有相近的编码；没有对应的请按 0"
        self.candidates.show_candidates(title, self._shown, term.code if term.decided else "", note)
        chosen = next((at for at, one in enumerate(self._shown) if one.entry.code == term.code), 0)
        if self._shown:
            self.candidates.list.select(chosen)

    @Slot()
    def _end_search(self) -> None:
        """What was found stays on show, to be decided on."""
        if self._soon.isActive():
            self._soon.stop()
            self._look()
        self.table.setFocus()

    @Slot(int)
    def _pick(self, number: int) -> None:
        if 1 <= number <= len(self._shown):
            self.candidates.list.select(number - 1)

    @Slot(object)
    def _take(self, candidate: Candidate) -> None:
        place = next((at for at, one in enumerate(self._shown) if one is candidate), -1)
        if place >= 0:
            self.candidates.list.select(place)
            self.decide(Equivalence.EQUAL)
            self.table.setFocus()

    def _connect(self) -> None:
        self.table.selectionModel().currentRowChanged.connect(self._moved)
        self.table.decided.connect(self.decide)
        self.table.number_pressed.connect(self._pick)
        self.table.reopened.connect(self.reopen)
        self.table.undo_wanted.connect(self.undo)
        self.table.search_wanted.connect(self._start_search)
        self._soon.timeout.connect(self._look)
        self.search.textChanged.connect(self._soon.start)
        self.search.steered.connect(self.candidates.steer)
        self.search.left.connect(self._end_search)
        self.candidates.taken.connect(self._take)
        for one, button in self.buttons.items():
            button.setToolTip(MEANINGS[one])
            button.clicked.connect(lambda _checked, chosen=one: self.decide(chosen))

    def _lay_out(self) -> None:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.search)
        column.addWidget(self.candidates, 1)
        row = QHBoxLayout()
        for button in self.buttons.values():
            row.addWidget(button)
        column.addLayout(row)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(right)
        split.setStretchFactor(0, 1)
        split.setSizes([920, 400])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(split)
