"""Pages of the tool 结算测算 that list cases: each with its formulas, sums by institution."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSplitter, QVBoxLayout, QWidget

from app.dip.settled_cases import InstitutionRow, SettledCase
from coding_rules.settlement.settlement import Figure
from ui import wording
from ui.tools.money_fields import FormulaTable
from ui.tools.money_tables import (
    FIGURE_COLUMNS,
    FigureRow,
    Words,
    case_columns,
    group_text,
    institution_columns,
)
from ui.tools.window import ToolWindow


class CasesPage(QWidget):
    """The cases one by one, each figure with its formula."""

    def __init__(self, tool: ToolWindow) -> None:
        super().__init__()
        self._tool = tool
        self.words = QLineEdit()
        self.words.setPlaceholderText("按病案号、科室、病种、区间查找")
        self.words.setAccessibleName("查找病例")
        self.words.setClearButtonEnabled(True)
        self.words.setMinimumWidth(240)
        note = QLabel("点选一例，下面列出它的每个数和算式；双击回到该病例。")
        note.setProperty("role", "muted")
        self.model, self.table = tool.add_table(
            "逐例", case_columns(Words.of("分值")), lambda row: id(row.result), empty="没有符合的病例。"
        )
        self.figures, self.figure_table = tool.add_table(
            "逐例算式", FIGURE_COLUMNS, lambda row: row.number, sortable=False, empty="点选一例查看算式。"
        )
        FormulaTable(self.figure_table, "source")
        both = QSplitter(Qt.Orientation.Vertical)
        both.addWidget(self.table)
        both.addWidget(self.figure_table)
        both.setSizes([170, 300])
        row = QHBoxLayout()
        row.addWidget(note, 1)
        row.addWidget(self.words)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(row)
        column.addWidget(both, 1)
        self.words.textChanged.connect(self._filter)
        self.table.selectionModel().currentChanged.connect(self._show_figures)
        self.table.doubleClicked.connect(self._go)

    def show_cases(self, cases: Sequence[SettledCase], words: Words) -> None:
        """All cases of the period."""
        self.table.show_columns(case_columns(words))
        self.model.set_rows(cases)
        self._filter()

    @Slot()
    def _filter(self) -> None:
        words = self.words.text().upper().split()

        def accepts(case: SettledCase) -> bool:
            page, settled = case.result.case, case.settlement
            band = settled.band.value if settled else ""
            read = f"{page.case_id} {page.department} {group_text(case.scored)} {band} {case.institution}".upper()
            return all(word in read for word in words)

        self.model.set_filter(accepts if words else None)
        self.table.setCurrentIndex(self.model.index(0, 0))
        if not self.model.rowCount():
            self.figures.set_rows([])

    @Slot(QModelIndex, QModelIndex)
    def _show_figures(self, index: QModelIndex, _before: QModelIndex) -> None:
        row = self.model.row_at(index.row())
        figures = list(row.figures) if row is not None else []
        missing = row.settlement.missing if row is not None and row.settlement is not None else ""
        if missing:
            figures.append(Figure("未能算出", wording.MISSING, missing))
        self.figures.set_rows(FigureRow(number, figure) for number, figure in enumerate(figures))
        self.figure_table.empty_text = "没有算式。" if row is not None else "点选一例查看算式。"
        self.figure_table.viewport().update()

    @Slot(QModelIndex)
    def _go(self, index: QModelIndex) -> None:
        row = self.model.row_at(index.row())
        if row is not None:
            self._tool.context.case_wanted.emit(row.result.case.case_id)


class InstitutionsPage(QWidget):
    """Sums by institution and insurance."""

    def __init__(self, tool: ToolWindow) -> None:
        super().__init__()
        self.model, self.table = tool.add_table(
            "按机构",
            institution_columns(Words.of("分值")),
            lambda row: (row.institution, row.insurance),
            sortable=False,
            empty="没有病例。",
        )
        note = QLabel(
            "只列计入的险种。机构按首页的机构编码、名称区分（分院、院区有自己的编码或名称时分开列）；各行相加等于合计。"
            "各机构的系数在“地区参数”的“分机构或分险种的机构系数”里填写。"
        )
        note.setProperty("role", "muted")
        note.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addWidget(note)
        column.addWidget(self.table, 1)

    def show_rows(self, rows: Sequence[InstitutionRow], words: Words) -> None:
        """The sums of the period."""
        self.table.show_columns(institution_columns(words))
        self.model.set_rows(rows)
