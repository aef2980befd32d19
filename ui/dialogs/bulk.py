"""The same repair on many cases: a list with ticks and the effect of each; what raises the score cannot be ticked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.what_if import Proposal
from ui.effects import effect_lines
from ui.models.columns import Column, ColumnsModel
from ui.tables import DenseTable


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One proposal; ``raises`` ones stay unticked."""

    proposal: Proposal
    ticked: bool

    @property
    def raises(self) -> bool:
        """Whether it must be taken by itself, with its reason."""
        return self.proposal.effect.raises


def _tick(row: BulkRow) -> str:
    return "须逐例" if row.raises else "采纳" if row.ticked else "不采纳"


COLUMNS: tuple[Column[BulkRow], ...] = (
    Column(
        "tick",
        "采纳",
        _tick,
        width=64,
        icon=lambda row: "accept" if row.ticked else "",
        tone=lambda row: "muted" if row.raises or not row.ticked else "",
    ),
    Column("case", "病案号", lambda row: row.proposal.effect.before.case.record_no, width=92),
    Column("department", "科室", lambda row: row.proposal.effect.before.case.department, width=90),
    Column("fix", "修复", lambda row: row.proposal.fix.label, width=260, stretch=True),
    Column("effect", "影响", lambda row: "；".join(effect_lines(row.proposal.effect)), width=250),
)


class BulkDialog(QDialog):
    """Choose which of the proposals to take. ``chosen`` holds the answer."""

    def __init__(self, proposals: Sequence[Proposal], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("采纳全部同类修复")
        self.resize(880, 520)
        rows = [BulkRow(one, ticked=not one.effect.raises) for one in proposals]
        self.model = ColumnsModel(COLUMNS, lambda row: row.proposal.case_id, self)
        self.model.set_rows(rows)
        self.table = _TickTable(self.model, "同类修复")
        self.table.toggled.connect(self.toggle)
        self.table.doubleClicked.connect(self.toggle)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText("理由（可不填），随清单导出")
        self.reason.setAccessibleName("理由")
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText("取消")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._arrange(proposals)
        self._count()

    @property
    def chosen(self) -> list[Proposal]:
        """The ticked proposals."""
        return [row.proposal for row in self.model.rows() if row.ticked]

    @Slot(QModelIndex)
    def toggle(self, index: QModelIndex) -> None:
        """Tick or untick a row; what raises the score stays as it is."""
        row = self.model.row_at(index.row())
        if row is not None and not row.raises:
            self.model.update_rows([replace(row, ticked=not row.ticked)])
            self._count()

    def _set_all(self, ticked: bool) -> None:
        self.model.update_rows([replace(row, ticked=ticked and not row.raises) for row in self.model.rows()])
        self._count()

    def _count(self) -> None:
        rows = self.model.rows()
        chosen, rising = len(self.chosen), sum(row.raises for row in rows)
        rest = f"；{rising} 例会提高分值或支付金额，须逐例写明理由" if rising else ""
        self.note.setText(f"共 {len(rows)} 例，采纳 {chosen} 例{rest}。空格勾选。")
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setText(f"采纳 {chosen} 例")
        ok.setEnabled(bool(chosen))

    def _arrange(self, proposals: Sequence[Proposal]) -> None:
        head = QLabel(proposals[0].finding.title if proposals else "没有同类的发现")
        head.setProperty("role", "head")
        every, none = QPushButton("全选"), QPushButton("全不选")
        every.clicked.connect(lambda: self._set_all(True))
        none.clicked.connect(lambda: self._set_all(False))
        row = QHBoxLayout()
        row.addWidget(every)
        row.addWidget(none)
        row.addWidget(self.reason, 1)
        column = QVBoxLayout(self)
        column.addWidget(head)
        column.addWidget(self.note)
        column.addWidget(self.table, 1)
        column.addLayout(row)
        column.addWidget(self.buttons)


class _TickTable(DenseTable):
    """Space ticks."""

    toggled = Signal(QModelIndex)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space ticks; the rest moves."""
        if event.key() == Qt.Key.Key_Space:
            self.toggled.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)
