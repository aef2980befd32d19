"""Where a tool takes its cases from: the open ones, and files of past front pages read in here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLabel, QPushButton, QWidget

from app.past_cases import PastFile, read_past
from app.progress import Progress
from coding_rules.case import Case
from icd_tables.terminology import Terminology
from ui.tools.window import ToolWindow

FILES = "首页数据、工作文件 (*.csv *.txt *.xlsx *.xlsm *.ccqa)"


class SourceBar(QWidget):
    """One line; ``changed`` when other cases are chosen."""

    changed = Signal()

    def __init__(self, tool: ToolWindow, add_text: str = "加入历史首页…") -> None:
        super().__init__()
        self._tool = tool
        self.files: tuple[PastFile, ...] = ()
        self.open_cases = QCheckBox()
        self.open_cases.setChecked(True)
        self.listed = QLabel()
        self.listed.setProperty("role", "muted")
        add, clear = QPushButton(add_text), QPushButton("清空")
        add.setToolTip(
            "与打开首页数据同样的文件，或以前的工作文件（.ccqa），可一次选几个；只用于本窗口的计算"
        )
        clear.setToolTip("去掉加入的文件")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.open_cases)
        row.addWidget(self.listed, 1)
        row.addWidget(clear)
        row.addWidget(add)
        self._clear = clear
        add.clicked.connect(self._choose)
        clear.clicked.connect(self._forget)
        self.open_cases.toggled.connect(self.changed)
        self.say()

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases to reckon with."""
        return (*self._tool.context.cases, *self.past) if self.open_cases.isChecked() else self.past

    @property
    def past(self) -> tuple[Case, ...]:
        """The cases of the added files."""
        return tuple(case for file in self.files for case in file.cases)

    def say(self) -> None:
        """Say what there is."""
        self.open_cases.setText(f"打开的病例（{len(self._tool.context.cases):,} 例）")
        names = "、".join(f"{file.name}（{_counted(file)}）" for file in self.files)
        self.listed.setText(f"另有 {names}" if names else "")
        self._clear.setVisible(bool(self.files))

    def read(self, paths: Sequence[Path]) -> None:
        """Read files and add their cases."""
        knowledge = self._tool.context.knowledge
        terminology = knowledge.terminology if knowledge else Terminology()

        def work(progress: Progress) -> tuple[PastFile, ...]:
            return read_past(paths, terminology, progress)

        self._tool.run("正在读取历史首页", work, self._take)

    def _take(self, files: tuple[PastFile, ...]) -> None:
        self.files = (*self.files, *files)
        self.say()
        self.changed.emit()

    @Slot()
    def _forget(self) -> None:
        self.files = ()
        self.say()
        self.changed.emit()

    @Slot()
    def _choose(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "历史首页数据", str(Path.home()), FILES)
        if names:
            self.read([Path(name) for name in names])


def _counted(file: PastFile) -> str:
    refused = f"，{file.refused:,} 行未读入" if file.refused else ""
    return f"{len(file.cases):,} 例{refused}"
