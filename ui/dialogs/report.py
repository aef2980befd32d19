"""Import report: how the file was understood, what became of its rows, every remark with row and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.readers.imported import ImportIssue, ImportReport
from ui.models.columns import Column, ColumnsModel
from ui.tables import DenseTable


@dataclass(frozen=True, slots=True)
class IssueRow:
    """A remark, numbered, with the file it is about."""

    number: int
    file: str
    issue: ImportIssue


COLUMNS: tuple[Column[IssueRow], ...] = (
    Column("file", "文件", lambda row: row.file, width=150, tone=lambda _row: "muted"),
    Column(
        "row", "行", lambda row: str(row.issue.row), sort=lambda row: row.issue.row, width=58, numeric=True
    ),
    Column("column", "列", lambda row: row.issue.column, width=110),
    Column("value", "内容", lambda row: row.issue.value, width=130),
    Column("reason", "说明", lambda row: row.issue.reason, width=260, stretch=True),
    Column(
        "fate",
        "结果",
        lambda row: "未读入" if row.issue.refused else "已读入",
        width=66,
        tone=lambda row: "error" if row.issue.refused else "muted",
    ),
)


def facts(report: ImportReport) -> list[tuple[str, str]]:
    """How the file was understood, as label and text."""
    encoding = " · ".join(
        part for part in (report.encoding, _delimiter(report.delimiter), report.sheet) if part
    )
    rows = f"{report.rows:,} 行，读入 {report.accepted:,}，未读入 {report.refused:,}"
    known = [
        ("文件", report.file),
        ("格式", f"{report.format} · {encoding}" if encoding else report.format),
        (
            "编码版本",
            f"{report.edition.value}（{report.edition_evidence}）"
            if report.edition_evidence
            else report.edition.value,
        ),
        ("行数", rows),
        ("未用的列", "、".join(report.unused)),
        ("备注", "\n".join(report.notes)),
    ]
    return [(label, text) for label, text in known if text]


def _delimiter(delimiter: str) -> str:
    return {",": "逗号分隔", "\t": "制表符分隔", ";": "分号分隔", "|": "竖线分隔"}.get(delimiter, delimiter)


class ReportDialog(QDialog):
    """Shows one or several reports; offers to edit the column mapping where the file was an in-house table."""

    mapping_wanted = Signal()

    def __init__(
        self, reports: Sequence[ImportReport], *, can_map: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("导入报告")
        self.resize(860, 560)
        issues = [(report.file, issue) for report in reports for issue in report.issues]
        rows = [IssueRow(n, file, issue) for n, (file, issue) in enumerate(issues)]
        self.model = ColumnsModel(COLUMNS, lambda row: row.number, self)
        self.model.set_rows(rows)
        self.table = DenseTable(self.model, "导入问题")
        self.table.sort_by_header()
        self.only_refused = QCheckBox("只看未读入的行")
        self.only_refused.toggled.connect(self._filter)
        column = QVBoxLayout(self)
        for report in reports:
            column.addLayout(_facts_grid(report))
        line = QHBoxLayout()
        heading = QLabel(f"行级问题 {len(rows):,} 条" if rows else "没有行级问题")
        heading.setProperty("role", "title")
        line.addWidget(heading)
        line.addStretch(1)
        line.addWidget(self.only_refused)
        column.addLayout(line)
        column.addWidget(self.table, 1)
        column.addLayout(self._buttons(can_map))

    def _filter(self, refused: bool) -> None:
        self.model.set_filter((lambda row: row.issue.refused) if refused else None)

    def _buttons(self, can_map: bool) -> QHBoxLayout:
        row = QHBoxLayout()
        copy = QPushButton("复制问题表（可粘贴到 Excel）")
        copy.clicked.connect(self.table.copy)
        row.addWidget(copy)
        if can_map:
            mapping = QPushButton("调整列对应…")
            mapping.clicked.connect(self.mapping_wanted)
            row.addWidget(mapping)
        row.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("开始审核")
        buttons.accepted.connect(self.accept)
        row.addWidget(buttons)
        return row


def _facts_grid(report: ImportReport) -> QGridLayout:
    grid = QGridLayout()
    grid.setColumnStretch(1, 1)
    grid.setVerticalSpacing(3)
    for place, (label, text) in enumerate(facts(report)):
        name = QLabel(label)
        name.setProperty("role", "muted")
        value = QLabel(text)
        value.setWordWrap(True)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(name, place, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(value, place, 1)
    return grid
