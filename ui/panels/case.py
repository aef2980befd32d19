"""The case: who, where, how long, how much; then diagnoses and procedures, original beside current."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QToolButton, QVBoxLayout, QWidget

from app.review import CaseResult
from coding_rules.case import Case
from icd_tables.codes import Kind
from ui import wording
from ui.diff import pair_lines
from ui.icons import icon
from ui.panels.lines import LinesTable

_BUTTONS = (
    ("add_line", "add", "增加一行 (Ins)"),
    ("delete_line", "remove", "删除本行 (Ctrl+Del)"),
    ("line_up", "up", "上移 (Alt+↑)"),
    ("line_down", "down", "下移 (Alt+↓)"),
)

NOTE_LINES = 4
"""Lines of a note in sight at most; the tip has all of it."""


def head_line(case: Case) -> str:
    """Who: record number, sex, age, department."""
    parts = [f"病案号 {case.record_no or case.case_id}", wording.sex(case.sex), _age(case), case.department]
    return " · ".join(part for part in parts if part)


def stay_line(case: Case) -> str:
    """When, how long, how much, where from."""
    stay = f"{wording.day(case.admitted)} → {wording.day(case.discharged)}"
    days = f"{case.los} 天" if case.los is not None else ""
    fees = f"总费用 {wording.money(case.fees.total)} 元"
    source = f"{case.source.file} 第 {case.source.row} 行" if case.source.row else ""
    parts = [stay, days, fees, case.edition.value, source]
    return " · ".join(part for part in parts if part)


def _age(case: Case) -> str:
    if case.age:
        return f"{case.age} 岁"
    if case.age_days is not None:
        return f"{case.age_days} 天"
    return f"{case.age} 岁" if case.age is not None else ""


class CasePanel(QWidget):
    """Shows one case; the two tables report what is typed."""

    action_wanted = Signal(object, str)
    """Table kind and the id of the action whose button was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head = QLabel()
        self.head.setProperty("role", "head")
        self.stay = QLabel()
        self.stay.setProperty("role", "muted")
        self.status = QLabel()
        self.status.setProperty("role", "key")
        for label in (self.head, self.stay):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setMinimumWidth(1)
        self.note = QLabel()
        self.note.setProperty("role", "note")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.note.setMaximumHeight(self.note.fontMetrics().lineSpacing() * NOTE_LINES)
        self.note.hide()
        self.tables = {kind: LinesTable(kind) for kind in Kind}
        for kind, table in self.tables.items():
            table.empty_text = f"没有{kind.label}，按 Ins 增加一行"
        self._titles = {kind: QLabel() for kind in Kind}
        self._arrange()

    def show_case(self, original: Case, result: CaseResult, status: str, note: str = "") -> None:
        """Show a case as filed beside the case as it stands, and what the coder remarked on it."""
        current = result.case
        self.head.setText(head_line(current))
        self.stay.setText(stay_line(current))
        self.stay.setToolTip(self.stay.text())
        self.status.setText(status)
        self.note.setText(f"备注：{note}")
        self.note.setToolTip(note)
        self.note.setVisible(bool(note))
        diagnoses = pair_lines(original.diagnoses, current.diagnoses)
        procedures = pair_lines(original.procedures, current.procedures)
        self.tables[Kind.DIAGNOSIS].show_lines(diagnoses, result.diagnosis_mappings)
        self.tables[Kind.PROCEDURE].show_lines(procedures, result.procedure_mappings)
        self._titles[Kind.DIAGNOSIS].setText(f"诊断 {len(current.diagnoses)}")
        self._titles[Kind.PROCEDURE].setText(f"手术操作 {len(current.procedures)}")

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.head, 1)
        top.addWidget(self.status)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        for kind in Kind:
            self.splitter.addWidget(self._section(kind))
        self.splitter.setSizes([190, 130])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(top)
        column.addWidget(self.stay)
        column.addWidget(self.note)
        column.addWidget(self.splitter, 1)

    def _section(self, kind: Kind) -> QWidget:
        section = QWidget()
        bar = QHBoxLayout()
        bar.setSpacing(1)
        title = self._titles[kind]
        title.setProperty("role", "title")
        bar.addWidget(title)
        bar.addStretch(1)
        for action, name, tip in _BUTTONS:
            button = QToolButton()
            button.setIcon(icon(name))
            button.setToolTip(tip)
            button.setAccessibleName(f"{kind.label}: {tip}")
            button.clicked.connect(lambda _checked, wanted=action: self.action_wanted.emit(kind, wanted))
            bar.addWidget(button)
        column = QVBoxLayout(section)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(bar)
        column.addWidget(self.tables[kind], 1)
        return section
