"""Tool 医保反馈对账: the bureau's return file beside our results, where they part and at which step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSignalBlocker, QSize, Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.dip.reconcile import Difference
from app.dip.reconcile_rows import AGREES, STATES, ReasonSum, Reconciled, ReconcileRow, reconcile_rows
from app.dip.return_file import COLUMN_NAMES, BureauFile, read_return_file
from app.progress import Progress
from coding_rules.grouper.grouping import System
from ui import wording
from ui.models.columns import Column
from ui.tools.columns import count, money, rise, text
from ui.tools.context import ToolContext
from ui.tools.dip_parts import tabbed
from ui.tools.money_fields import SystemBox, wrap_rows
from ui.tools.spec import ToolSpec
from ui.tools.window import ToolWindow


def _tone(row: ReconcileRow) -> str:
    return "muted" if row.state == AGREES else "text"


def _place(row: ReconcileRow) -> str:
    return f"{row.row}（{row.sheet}）" if row.row and row.sheet else str(row.row or "")


ROW_COLUMNS: tuple[Column[ReconcileRow], ...] = (
    text("number", "病案号", lambda row: row.number, 104),
    text("department", "科室", lambda row: row.department, 84, muted=True),
    Column(
        "state",
        "首先不同",
        lambda row: row.state,
        sort=lambda row: STATES.index(row.state),
        width=84,
        tone=_tone,
    ),
    text("ours", "本机", lambda row: row.ours or wording.MISSING, 130),
    text("theirs", "医保", lambda row: row.theirs or wording.MISSING, 120),
    text("step", "在哪一步", lambda row: row.step, 220, stretch=True),
    count("differences", "不同处", lambda row: len(row.differences) or None, 54),
    money("our_amount", "本机金额（元）", lambda row: row.our_amount, 104),
    money("their_amount", "医保金额（元）", lambda row: row.their_amount, 104),
    rise("apart", "医保 − 本机（元）", lambda row: row.apart, 116, cents=True),
    text("matched_by", "对应依据", lambda row: row.matched_by, 84, muted=True),
    text("row", "反馈行", _place, 72, muted=True, tip=_place),
)

SUM_COLUMNS: tuple[Column[ReasonSum], ...] = (
    text("state", "首先不同", lambda row: row.state or "合计", 110, strong=lambda row: not row.state),
    count("rows", "例数", lambda row: row.rows, 80),
    money("our_amount", "本机金额（元）", lambda row: row.our_amount, 140),
    money("their_amount", "医保金额（元）", lambda row: row.their_amount, 140),
    count("compared", "两边都有金额", lambda row: row.compared, 100),
    rise("apart", "医保 − 本机（元）", lambda row: row.apart if row.compared else None, 150, cents=True),
    text("space", "", lambda _row: "", 20, stretch=True),
)


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One difference of the chosen case."""

    number: int
    difference: Difference


DIFFERENCE_COLUMNS: tuple[Column[DifferenceRow], ...] = (
    text("what", "项目", lambda row: row.difference.what, 80),
    text("ours", "本机", lambda row: row.difference.ours, 180),
    text("theirs", "医保", lambda row: row.difference.theirs, 180),
    text("step", "本机的依据", lambda row: row.difference.step, 300, stretch=True),
)


class ReconcileWindow(ToolWindow):
    """Cases of the open work matched with the rows of a return file."""

    default_size = QSize(1300, 740)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self.returned: BureauFile | None = None
        self.system = SystemBox(context, "比")
        self.state = QComboBox()
        self.state.setAccessibleName("差异的种类")
        self.state.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.words = QLineEdit()
        self.words.setPlaceholderText("按病案号、科室、病种查找")
        self.words.setAccessibleName("查找病例")
        self.words.setClearButtonEnabled(True)
        self.head = QLabel(
            "读入医保部门反馈的分组或结算文件（xlsx、xls、CSV），按病案号、住院号或流水号逐例比对。"
        )
        self.head.setWordWrap(True)
        self.model, self.table = self.add_table(
            "对账",
            ROW_COLUMNS,
            lambda row: (row.state, row.number, row.sheet, row.row),
            empty="还没有读入反馈文件。",
        )
        self.sums, self.sum_table = self.add_table(
            "按原因汇总", SUM_COLUMNS, lambda row: row.state, sortable=False, empty="还没有读入反馈文件。"
        )
        self.differences, self.difference_table = self.add_table(
            "所选病例的不同",
            DIFFERENCE_COLUMNS,
            lambda row: row.number,
            sortable=False,
            empty="点选一例，列出全部不同。",
        )
        wrap_rows(self.difference_table)
        self._lay_out()
        self.system.currentIndexChanged.connect(self.refresh)
        self.state.currentIndexChanged.connect(self._filter)
        self.words.textChanged.connect(self._filter)
        self.table.selectionModel().currentChanged.connect(self._show_differences)
        self.table.doubleClicked.connect(self._go)
        context.reviewed.connect(self.renew)

    @Slot()
    def refresh(self) -> None:
        """Compare anew with the cases as they stand."""
        bench, returned = self.context.workbench, self.returned
        if bench is None or returned is None:
            return
        results, system = bench.results(), self.system.chosen

        def work(progress: Progress) -> Reconciled:
            return reconcile_rows(results, returned, system, progress)

        self.run("正在按病例比对", work, self._show)

    def read(self, path: Path) -> None:
        """Read a return file and compare."""
        self.run(f"正在读取 {path.name}", lambda progress: read_return_file(path, progress), self._take)

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """Which file was compared under which system."""
        return [("反馈文件", self.returned.name if self.returned else ""), ("结果", self.head.text())]

    # --- inside --------------------------------------------------------------------------------------------

    def _take(self, returned: BureauFile) -> None:
        self.returned = returned
        if returned.system is not None:
            with QSignalBlocker(self.system):
                self.system.setCurrentIndex(list(System).index(returned.system))
        self.refresh()

    def _show(self, found: Reconciled) -> None:
        counts = found.counts
        listed = "，".join(f"{state} {counts[state]:,}" for state in STATES if counts[state])
        absent = [name for column, name in COLUMN_NAMES.items() if column not in found.columns]
        without = f"　文件里没有{'、'.join(absent)}列，未比。" if absent else ""
        summed = f"　金额按“{found.money}”列汇总。" if found.money else ""
        self.head.setText(f"{found.file}：{listed}。{without}{summed}")
        self.sums.set_rows(found.sums)
        self.model.set_rows(sorted(found.rows, key=lambda row: STATES.index(row.state)))
        kept = self.state.currentData() or ""
        self.state.blockSignals(True)
        self.state.clear()
        self.state.addItem(f"全部（{len(found.rows):,}）", "")
        for state in STATES:
            if counts[state]:
                self.state.addItem(f"{state}（{counts[state]:,}）", state)
        self.state.setCurrentIndex(max(self.state.findData(kept), 0))
        self.state.blockSignals(False)
        self._filter()

    @Slot()
    def _filter(self) -> None:
        state, words = self.state.currentData() or "", self.words.text().upper().split()

        def accepts(row: ReconcileRow) -> bool:
            read = f"{row.number} {row.department} {row.ours} {row.theirs} {row.step}".upper()
            return state in {"", row.state} and all(word in read for word in words)

        self.model.set_filter(accepts if state or words else None)
        self.table.setCurrentIndex(self.model.index(0, 0))
        if not self.model.rowCount():
            self.differences.set_rows([])
            self.table.empty_text = "没有符合的病例。" if len(self.model) else "还没有读入反馈文件。"

    @Slot(QModelIndex, QModelIndex)
    def _show_differences(self, index: QModelIndex, _before: QModelIndex) -> None:
        row = self.model.row_at(index.row())
        listed = row.differences if row is not None else ()
        self.differences.set_rows(DifferenceRow(number, one) for number, one in enumerate(listed))
        agrees = row is not None and row.state == AGREES
        self.difference_table.empty_text = (
            "两边一致。" if agrees else row.note if row else "点选一例，列出全部不同。"
        )
        self.difference_table.viewport().update()

    @Slot(QModelIndex)
    def _go(self, index: QModelIndex) -> None:
        row = self.model.row_at(index.row())
        if row is not None and row.case_id:
            self.context.case_wanted.emit(row.case_id)

    @Slot()
    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "医保反馈文件", str(Path.home()), "反馈文件 (*.xlsx *.xlsm *.xls *.csv *.txt)"
        )
        if name:
            self.read(Path(name))

    def _lay_out(self) -> None:
        choose = QPushButton("读入反馈文件…")
        choose.clicked.connect(self._choose)
        top = QHBoxLayout()
        top.addWidget(self.head, 1)
        top.addWidget(self.system)
        top.addWidget(choose)
        filters = QHBoxLayout()
        filters.addWidget(self.words, 1)
        filters.addWidget(self.state)
        both = QSplitter(Qt.Orientation.Vertical)
        both.addWidget(self.table)
        both.addWidget(self.difference_table)
        both.setSizes([420, 150])
        both.setStretchFactor(0, 1)
        cases = QWidget()
        column = QVBoxLayout(cases)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(filters)
        column.addWidget(both, 1)
        self.tabs = tabbed(((cases, "逐例"), (self.sum_table, "按原因汇总")))
        self.body_layout.addLayout(top)
        self.body_layout.addWidget(self.tabs, 1)
