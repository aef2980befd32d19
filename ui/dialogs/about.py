"""About: the program, every table, rule pack and scheme in use with version and source, and the check of them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.progress import Progress
from app.verify import Verified
from app.version import NAME, program_version
from ui.jobs import Jobs
from ui.models.columns import Column, ColumnsModel
from ui.tables import DenseTable

Verify = Callable[[Progress], Sequence[Verified]]
"""Checks everything the program judges by."""

MOST_PROBLEMS = 12


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One thing in use."""

    what: str
    version: str
    source: str


COLUMNS: tuple[Column[VersionRow], ...] = (
    Column("what", "内容", lambda row: row.what, width=150),
    Column("version", "版本", lambda row: row.version, width=180),
    Column("source", "来源", lambda row: row.source, width=260, stretch=True),
)


class AboutDialog(QDialog):
    """Shows versions; runs ``verify`` in the background when asked."""

    def __init__(
        self,
        versions: Sequence[tuple[str, str, str]],
        verify: Verify,
        jobs: Jobs,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"关于{NAME}")
        self.resize(720, 460)
        self._verify = verify
        self._jobs = jobs
        head = QLabel(f"{NAME} {program_version()}")
        head.setProperty("role", "head")
        text = QLabel(
            "病案编码质控工作台：只在本机运行，不联网。分组与金额为按所选方案和参数的推算，以医保部门结算为准。"
            "MIT 许可；界面使用 Qt(LGPLv3)。"
        )
        text.setWordWrap(True)
        self.model = ColumnsModel(COLUMNS, lambda row: (row.what, row.version, row.source), self)
        self.model.set_rows(VersionRow(*line) for line in versions)
        table = DenseTable(self.model, "正在使用的数据")
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.button = QPushButton("校验数据")
        self.button.clicked.connect(self.check)
        copy = QPushButton("复制")
        copy.clicked.connect(table.copy)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setText("关闭")
        buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addWidget(copy)
        row.addStretch(1)
        row.addWidget(buttons)
        column = QVBoxLayout(self)
        for part in (head, text):
            column.addWidget(part)
        column.addWidget(table, 1)
        column.addWidget(self.verdict)
        column.addLayout(row)

    @Slot()
    def check(self) -> None:
        """Run the check off the window's thread."""
        self.button.setEnabled(False)
        self.verdict.setText("正在校验…")
        job = self._jobs.start("正在校验数据", self._verify)
        job.done.connect(self._checked)
        job.finished.connect(self._ended)

    @Slot(object)
    def _checked(self, found: Sequence[Verified]) -> None:
        problems = [f"{one.what}：{problem}" for one in found for problem in one.problems]
        warnings = [f"{one.what}：{warning}" for one in found for warning in one.warnings]
        parts = [
            f"{title}：\n{_first(lines)}"
            for title, lines in (
                ("发现问题", problems),
                ("提醒（公布的表格自身的情况，不影响使用）", warnings),
            )
            if lines
        ]
        if not problems:
            parts.insert(0, f"校验通过：{'、'.join(one.what for one in found)}均完整。")
        self.verdict.setText("\n".join(parts))

    @Slot()
    def _ended(self) -> None:
        self.button.setEnabled(True)


def _first(lines: Sequence[str]) -> str:
    more = f"\n……共 {len(lines)} 处" if len(lines) > MOST_PROBLEMS else ""
    return "\n".join(lines[:MOST_PROBLEMS]) + more
