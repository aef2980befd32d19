"""Findings of the case at hand, and the three answers: take the fix, keep the code, look it up in the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from app.history import Decision
from coding_rules.finding import Finding, Fix
from ui.cards import Card, CardList
from ui.icons import icon
from ui.models.columns import Column, ColumnsModel


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding in its place; ``answer`` names the decision already made on it."""

    place: int
    finding: Finding
    answer: Decision | None = None


def make_card(row: FindingRow) -> Card:
    """How a finding looks."""
    finding = row.finding
    fix = "" if row.answer or not finding.fixes else f"修复：{finding.fixes[0].label}"
    return Card(
        head=finding.title,
        badge=row.answer.value if row.answer else finding.severity.label,
        body=finding.message,
        note="\n".join(
            part for part in (fix, f"依据：{finding.authority}" if finding.authority else "") if part
        ),
        icon="keep" if row.answer else finding.severity.value,
        tone=finding.severity.value,
        faded=row.answer is not None,
    )


COLUMNS: tuple[Column[FindingRow], ...] = (
    Column("title", "发现", lambda row: row.finding.title),
    Column("severity", "级别", lambda row: row.finding.severity.label),
    Column("message", "说明", lambda row: row.finding.message),
    Column("code", "编码", lambda row: row.finding.code),
    Column("field", "字段", lambda row: row.finding.field),
    Column("authority", "依据", lambda row: row.finding.authority),
    Column("rule", "规则", lambda row: row.finding.rule_id),
    Column("answer", "处理", lambda row: row.answer.value if row.answer else ""),
)


class FindingsPanel(QWidget):
    """Shows findings; says which answer the coder gives to which."""

    fix_wanted = Signal(object, object)
    """``Finding``, ``Fix``."""
    decision_wanted = Signal(object, object)
    """``Finding`` or ``None`` (the whole case), ``Decision``."""
    located = Signal(object)
    """The coder moved to another ``Finding``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ColumnsModel(COLUMNS, lambda row: row.place, self)
        self._showing = False
        self.list = CardList(self.model, make_card, "审核发现")
        self.list.selectionModel().currentRowChanged.connect(self._moved)
        self.heading = QLabel("审核发现")
        self.heading.setProperty("role", "title")
        self.empty = QLabel("本例没有发现")
        self.empty.setProperty("role", "muted")
        self.adopt_button = self._button("采纳", "ok", "采纳所选发现的修复 (Alt+A)")
        self.keep_button = self._button("维持原码", "keep", "写明理由 (Alt+K)")
        self.pending_button = self._button("待查病历", "pending", "写明要查什么 (Alt+D)")
        self.adopt_button.clicked.connect(self.adopt)
        self.keep_button.clicked.connect(lambda: self.decide(Decision.KEEP))
        self.pending_button.clicked.connect(lambda: self.decide(Decision.PENDING))
        self._arrange()

    def show_findings(self, findings: Sequence[Finding], answers: dict[str, Decision]) -> None:
        """Show the findings of a case, open ones first, the most serious on top."""
        ordered = sorted(findings, key=lambda f: (f.rule_id in answers, f.severity.rank))
        rows = [FindingRow(i, f, answers.get(f.rule_id)) for i, f in enumerate(ordered)]
        self._showing = True
        self.model.set_rows(rows)
        still_open = sum(row.answer is None for row in rows)
        self.heading.setText(f"审核发现 · {still_open} 项待处理" if rows else "审核发现")
        self.empty.setVisible(not rows)
        self.list.setVisible(bool(rows))
        if rows:
            self.list.select(0)
        self._showing = False
        self._enable()

    def current(self) -> Finding | None:
        """The finding under the cursor."""
        row: FindingRow | None = self.list.current_row()
        return row.finding if row else None

    @Slot()
    def adopt(self) -> None:
        """Take the fix of the finding under the cursor; several fixes are offered as a menu."""
        finding = self.current()
        if finding is None or not finding.fixes:
            return
        if len(finding.fixes) == 1:
            self.fix_wanted.emit(finding, finding.fixes[0])
            return
        menu = QMenu(self)
        for number, fix in enumerate(finding.fixes, start=1):
            menu.addAction(f"&{number} {fix.label}", lambda chosen=fix: self._adopt(finding, chosen))
        menu.popup(self.adopt_button.mapToGlobal(self.adopt_button.rect().bottomLeft()))

    def decide(self, decision: Decision) -> None:
        """Answer the finding under the cursor (or the whole case) with a decision that changes no code."""
        self.decision_wanted.emit(self.current(), decision)

    def _adopt(self, finding: Finding, fix: Fix) -> None:
        self.fix_wanted.emit(finding, fix)

    @Slot(QModelIndex, QModelIndex)
    def _moved(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        self._enable()
        if not self._showing:
            self.located.emit(self.current())

    def _enable(self) -> None:
        finding = self.current()
        fixes = finding.fixes if finding else ()
        self.adopt_button.setEnabled(bool(fixes))
        self.adopt_button.setText("采纳…" if len(fixes) > 1 else "采纳")
        self.adopt_button.setToolTip(fixes[0].label if fixes else "所选发现没有现成的修复")

    def _button(self, text: str, name: str, tip: str) -> QPushButton:
        button = QPushButton(icon(name), text)
        button.setToolTip(tip)
        button.setAccessibleName(text)
        button.setAccessibleDescription(tip)
        return button

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for button in (self.adopt_button, self.keep_button, self.pending_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.heading)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)
        column.addLayout(buttons)
