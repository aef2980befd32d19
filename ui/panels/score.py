"""Score and path: DRG and DIP before and after at once, the bands, the way each group was reached, every formula."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QLabel, QSplitter, QTabWidget, QVBoxLayout, QWidget

from app.compare import Parting
from app.review import Scored
from app.what_if import WhatIf
from coding_rules.grouper.grouping import Step, System
from coding_rules.settlement.settlement import Figure
from ui.effects import ScoreLine, score_lines
from ui.models.columns import Column, ColumnsModel
from ui.tables import DenseTable

SCORE_COLUMNS: tuple[Column[ScoreLine], ...] = (
    Column(
        "label",
        "指标",
        lambda line: line.label,
        width=64,
        tone=lambda line: "text" if line.heading else "muted",
        strong=lambda line: line.heading,
    ),
    Column("before", "原编码", lambda line: line.before, width=90, tip=lambda line: line.tip or line.before),
    Column("after", "现编码", lambda line: line.after, width=90, tip=lambda line: line.tip or line.after),
    Column("change", "变化", lambda line: line.change, width=86, numeric=True),
)


@dataclass(frozen=True, slots=True)
class PathRow:
    """One step of both paths. ``parts`` marks the first step at which they differ."""

    number: int
    before: Step | None
    after: Step | None
    parts: bool = False

    @property
    def stage(self) -> str:
        """What is decided here."""
        step = self.after or self.before
        return step.stage if step else ""


def _step_text(step: Step | None) -> str:
    if step is None:
        return ""
    return step.text if step.held else f"✗ {step.text}"


def _step_tip(step: Step | None) -> str:
    if step is None:
        return ""
    return "\n".join(part for part in (step.text, step.rule, "、".join(step.codes), step.source) if part)


PATH_COLUMNS: tuple[Column[PathRow], ...] = (
    Column(
        "stage",
        "步骤",
        lambda row: f"➜ {row.stage}" if row.parts else row.stage,
        width=76,
        strong=lambda row: row.parts,
        tone=lambda row: "accent" if row.parts else "muted",
    ),
    Column(
        "before",
        "原编码",
        lambda row: _step_text(row.before),
        width=120,
        stretch=True,
        tip=lambda row: _step_tip(row.before),
        strong=lambda row: row.parts,
    ),
    Column(
        "after",
        "现编码",
        lambda row: _step_text(row.after),
        width=120,
        stretch=True,
        tip=lambda row: _step_tip(row.after),
        strong=lambda row: row.parts,
    ),
)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure with its system."""

    number: int
    system: System
    figure: Figure


FIGURE_COLUMNS: tuple[Column[FigureRow], ...] = (
    Column("system", "体系", lambda row: row.system.value, width=42, tone=lambda _row: "muted"),
    Column("label", "数值", lambda row: f"{row.figure.label} {row.figure.value}", width=120),
    Column("formula", "算式", lambda row: row.figure.formula, width=160, stretch=True),
    Column("source", "来源", lambda row: row.figure.source, width=100, tone=lambda _row: "muted"),
)


def path_rows(before: Sequence[Step], after: Sequence[Step]) -> list[PathRow]:
    """Both paths side by side, the same stages beside each other; the first difference is marked."""
    rows: list[PathRow] = []
    parted = False
    for number, (old, new) in enumerate(_paired(before, after)):
        parts = not parted and old != new
        parted = parted or parts
        rows.append(PathRow(number, old, new, parts))
    return rows


def _paired(before: Sequence[Step], after: Sequence[Step]) -> Iterator[tuple[Step | None, Step | None]]:
    stages = [step.stage for step in before], [step.stage for step in after]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, *stages, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from zip(before[i1:i2], after[j1:j2], strict=True)
        else:
            yield from zip_longest(before[i1:i2], after[j1:j2])


class ScorePanel(QWidget):
    """Shows a ``WhatIf``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.score_model = ColumnsModel(SCORE_COLUMNS, lambda line: line.key, self)
        self.score = DenseTable(self.score_model, "分组与费用对比", tight=True)
        self.score.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.score.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.parting = QLabel()
        self.parting.setWordWrap(True)
        self.parting.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.paths = {system: ColumnsModel(PATH_COLUMNS, lambda row: row.number, self) for system in System}
        self.figures = ColumnsModel(FIGURE_COLUMNS, lambda row: row.number, self)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self._arrange()

    def show_scores(self, what_if: WhatIf | None) -> None:
        """Show both systems; ``None`` clears."""
        if what_if is None:
            self.score_model.set_rows([])
            self.parting.setText("")
            return
        lines = score_lines(what_if)
        self.score_model.set_rows(lines)
        self.score.clearSpans()
        for place, line in enumerate(lines):
            if line.heading or not (line.before or line.after):
                self.score.setSpan(place, 0, 1, len(SCORE_COLUMNS))
        for system, model in self.paths.items():
            before, after = what_if.sides(system)
            model.set_rows(path_rows(_path(before), _path(after)))
        self.parting.setText(_parting_text(what_if))
        self.parting.setToolTip("\n".join(str(delta.parting) for delta in what_if.deltas if delta.parting))
        self.parting.setVisible(bool(self.parting.text()))
        self.figures.set_rows(_figure_rows(what_if))

    def _arrange(self) -> None:
        compare = QWidget()
        inside = QVBoxLayout(compare)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(3)
        inside.addWidget(self.score, 1)
        inside.addWidget(self.parting)
        for system, model in self.paths.items():
            self.tabs.addTab(_table(model, f"{system.value} 入组路径"), f"{system.value} 路径")
        self.tabs.addTab(_table(self.figures, "算式"), "算式")
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(compare)
        self.splitter.addWidget(self.tabs)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([318, 240])
        heading = QLabel("分组与费用")
        heading.setProperty("role", "title")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(heading)
        column.addWidget(self.splitter, 1)


def _table(model: ColumnsModel[PathRow] | ColumnsModel[FigureRow], name: str) -> DenseTable:
    table = DenseTable(model, name)
    table.setWordWrap(True)
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    return table


def _path(one: Scored | None) -> Sequence[Step]:
    return one.grouping.path if one else ()


def _parting_text(what_if: WhatIf) -> str:
    deltas = what_if.deltas if what_if.changed else ()
    parted = [(delta.system.value, _stage(delta.parting)) for delta in deltas if delta.parting]
    return "；".join(f"{system} 从“{stage}”一步分开" for system, stage in parted)


def _stage(parting: Parting) -> str:
    step = parting.after or parting.before
    return step.stage if step else ""


def _figure_rows(what_if: WhatIf) -> list[FigureRow]:
    rows: list[FigureRow] = []
    for system in System:
        _, after = what_if.sides(system)
        for figure in after.settlement.figures if after and after.settlement else ():
            rows.append(FigureRow(len(rows), system, figure))
    return rows
