"""Candidates for the line at hand: numbered, with tier, reason, cautions and what taking each would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.what_if import WhatIf
from icd_tables.search import Candidate, Tier
from ui.cards import Card, CardList
from ui.effects import effect_lines, finding_lines
from ui.models.columns import Column, ColumnsModel

_TIER_TONE = {
    Tier.EXACT: "accent",
    Tier.ALIAS: "accent",
    Tier.CONFIRMED: "accent",
    Tier.HIGH: "text",
    Tier.MIDDLE: "muted",
    Tier.LOW: "muted",
}


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A numbered candidate; ``effect`` arrives a moment after the list does."""

    number: int
    candidate: Candidate
    current: bool = False
    effect: WhatIf | None = None


def _effects(row: CandidateRow) -> tuple[str, ...]:
    return effect_lines(row.effect) if row.effect is not None else ()


def _notes(row: CandidateRow) -> tuple[str, ...]:
    """Reasons against it from the table, and what the checks would say."""
    cautions = "；".join(row.candidate.cautions)
    checks = finding_lines(row.effect, told=row.candidate.cautions) if row.effect is not None else ()
    return ((f"注意：{cautions}",) if cautions else ()) + checks


def make_card(row: CandidateRow) -> Card:
    """How a candidate looks."""
    candidate = row.candidate
    return Card(
        head=candidate.entry.code,
        title=candidate.entry.name,
        badge="现用" if row.current else candidate.tier.value,
        body=candidate.why,
        note="\n".join(_notes(row)),
        figures=() if row.current else _effects(row),
        mark=str(row.number),
        tone=_TIER_TONE[candidate.tier],
        faded=row.current,
    )


COLUMNS: tuple[Column[CandidateRow], ...] = (
    Column(
        "summary",
        "候选",
        lambda row: f"{row.number} {row.candidate.entry.code} {row.candidate.entry.name}",
    ),
    Column("tier", "把握", lambda row: row.candidate.tier.value),
    Column("why", "理由", lambda row: row.candidate.why),
    Column("cautions", "注意", lambda row: "；".join(_notes(row))),
    Column("effect", "影响", lambda row: "；".join(_effects(row))),
)


class _List(CardList):
    """Number keys take a candidate directly."""

    number_pressed = Signal(int)
    enter_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1-9 and Enter take; the rest moves."""
        if event.text().isdigit() and event.text() != "0" and not event.modifiers():
            self.number_pressed.emit(int(event.text()))
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            self.enter_pressed.emit()
        else:
            super().keyPressEvent(event)


class CandidatesPanel(QWidget):
    """Shows candidates and says which one is taken."""

    taken = Signal(object)
    """The ``Candidate`` the coder took."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ColumnsModel(COLUMNS, lambda row: row.number, self)
        self.list = _List(self.model, make_card, "候选编码")
        self.list.number_pressed.connect(self.take)
        self.list.enter_pressed.connect(self.take_current)
        self.list.doubleClicked.connect(self.take_current)
        self.heading = QLabel("候选编码")
        self.heading.setProperty("role", "title")
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.heading)
        column.addWidget(self.list, 1)
        column.addWidget(self.note)

    def show_candidates(
        self,
        title: str,
        candidates: Sequence[Candidate],
        current_code: str,
        note: str = "",
        *,
        typing: bool = False,
    ) -> None:
        """Show a fresh list with the first one selected; while typing, the first that would change something."""
        self.heading.setText(title)
        rows = [
            CandidateRow(n, candidate, candidate.entry.code == current_code)
            for n, candidate in enumerate(candidates, start=1)
        ]
        self.model.set_rows(rows)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        first = next((place for place, row in enumerate(rows) if not row.current), 0) if typing else 0
        if rows:
            self.list.select(first)

    def show_effect(self, number: int, effect: WhatIf) -> None:
        """The effect of a candidate, computed after the list was shown."""
        row = self.model.row_at(number - 1)
        if row is not None:
            self.model.update_rows([replace(row, effect=effect)])
            self.list.scheduleDelayedItemsLayout()  # its note may need another line

    def clear(self, note: str = "") -> None:
        """Nothing to choose from."""
        self.show_candidates("候选编码", (), "", note)

    def current(self) -> CandidateRow | None:
        """The candidate under the cursor."""
        row: CandidateRow | None = self.list.current_row()
        return row

    def steer(self, direction: int) -> None:
        """Move the cursor from outside (the editor's arrow keys)."""
        place = self.list.currentIndex().row() + direction
        if 0 <= place < self.model.rowCount():
            self.list.select(place)

    def take(self, number: int) -> None:
        """Take candidate ``number`` (1-9), if there is one."""
        row = self.model.row_at(number - 1)
        if row is not None:
            self.taken.emit(row.candidate)

    def take_current(self) -> None:
        """Take the candidate under the cursor."""
        row = self.current()
        if row is not None:
            self.taken.emit(row.candidate)
