"""Tool 质量指标: the indicators of 2016 and 2021 over the month and by department, coder or month, with formula and trust."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from PySide6.QtCore import QModelIndex, QSize, Qt, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from app.progress import Progress
from app.rules.front_page_indicators import TRUST, WHOLE, Named, breakdown, overview, records, told
from app.rules.front_page_score import score_cases
from coding_rules.quality_indicators import DIMENSIONS, Basis, Indicator
from ui import wording
from ui.models.columns import Column
from ui.tools.columns import count, text
from ui.tools.context import ToolContext
from ui.tools.quality_window import QualityWindow
from ui.tools.spec import ToolSpec

_PER_CODER = "2021-3"
_JUST_BELOW = Decimal("0.9999")
"""A share that is not the whole is never rounded up to 100 %."""
_TRUST = {Basis.COUNTED: "可直接使用", Basis.AT_MOST: "仅为上限，需人工抽查", Basis.MISSING: "不能提供"}
_TONE = {Basis.COUNTED: "ok", Basis.AT_MOST: "warning", Basis.MISSING: "muted"}
_SHORT = {
    "住院病案首页数据质量管理与控制指标（2016版）": "2016 版",
    "病案管理质量控制指标（2021年版）": "2021 版",
}


def shown(one: Indicator) -> str:
    """The figure as it is written: a share in per cent, marked where it is only an upper limit; cases for the workload."""
    if one.rate is None:
        return wording.MISSING
    if one.id == _PER_CODER:
        return f"{one.rate:,.1f} 例"
    whole = one.numerator == one.denominator
    share = "100.00%" if whole else f"{min(one.rate, _JUST_BELOW):.2%}"
    return f"{'≤ ' if one.basis is Basis.AT_MOST else ''}{share}"


def _order(one: Indicator) -> tuple[bool, float]:
    return one.rate is None, float(one.rate or 0)


INDICATORS: tuple[Column[Indicator], ...] = (
    text("id", "编号", lambda row: row.id, 66),
    text("title", "指标", lambda row: row.title, 230, stretch=True),
    Column(
        "rate",
        "数值",
        shown,
        sort=_order,
        width=90,
        numeric=True,
        strong=lambda row: row.rate is not None,
        value=lambda row: row.rate,
    ),
    count("numerator", "分子", lambda row: row.numerator if row.rate is not None else None, 70),
    count("denominator", "分母", lambda row: row.denominator if row.rate is not None else None, 70),
    Column(
        "trust",
        "能否直接使用",
        lambda row: _TRUST[row.basis],
        width=140,
        tone=lambda row: _TONE[row.basis],
        tip=lambda row: TRUST[row.basis],
    ),
    text(
        "standard",
        "标准",
        lambda row: _SHORT.get(row.standard, row.standard),
        66,
        tip=lambda row: row.standard,
    ),
)


class IndicatorsWindow(QualityWindow):
    """Above: all indicators of one group. Below: the chosen indicator compared over all groups of a dimension."""

    default_size = QSize(1120, 760)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self._groups: Mapping[str, Sequence[Named]] = {}
        self.whole: Named | None = None
        self.chosen: Indicator | None = None
        self.dimension = QComboBox()
        self.dimension.setAccessibleName("比较口径")
        for name in DIMENSIONS:
            self.dimension.addItem(f"按{name}比较", name)
        self.model, self.table = self.add_table(
            "质量指标", INDICATORS, lambda row: row.id, empty="正在等待审核结果…"
        )
        self.groups, self.group_table = self.add_table("比较", self._group_columns(), lambda row: row.name)
        self.formula = QLabel("点选一项指标，这里显示它的算式。")
        self.formula.setWordWrap(True)
        self.formula.setMinimumHeight(self.fontMetrics().height() * 3 + 6)
        self.formula.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.formula.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.heading = QLabel(WHOLE)
        self.heading.setProperty("role", "title")
        self.compared = QLabel()
        self.compared.setProperty("role", "title")
        self._lay_out()
        self.dimension.currentIndexChanged.connect(self._compare)
        self.table.selectionModel().currentRowChanged.connect(self._choose)
        self.group_table.selectionModel().currentRowChanged.connect(self._look_at)
        context.reviewed.connect(self.renew)

    @Slot()
    def refresh(self) -> None:
        """Count anew from the results there are."""
        month = self.month()
        if month is None:
            return

        def work(progress: Progress) -> tuple[Named, dict[str, list[Named]]]:
            scores = score_cases(month.results, month.engine, month.standard, progress)
            made = records(scores, month.engine, progress)
            groups = {}
            for done, dimension in enumerate(DIMENSIONS):
                progress.report(done, len(DIMENSIONS), "正在统计各组")
                groups[dimension] = breakdown(made, dimension, month.standard)
            return overview(made, month.standard), groups

        self.run("正在统计质量指标", work, lambda found: self._show(found[0], found[1], month.cases))

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """Every formula, and what the bases mean."""
        lines = [("说明", f"{_TRUST[basis]}：{sentence}") for basis, sentence in TRUST.items()]
        if self.whole is not None:
            lines += [("算式", told(one).replace("\n", "。")) for one in self.whole.indicators]
        return lines

    def _show(self, whole: Named, groups: Mapping[str, Sequence[Named]], total: int) -> None:
        self.whole, self._groups = whole, groups
        kept = self.chosen.id if self.chosen else whole.indicators[0].id
        self.heading.setText(f"{WHOLE}　{whole.cases:,} 例")
        self.model.set_rows(whole.indicators)
        self.table.setCurrentIndex(self.model.index(max(self.model.place_of(kept), 0), 0))
        waiting = f"，另有 {total - whole.cases:,} 例尚在审核" if whole.cases < total else ""
        self.busy.tell(
            f"按当前编码和审核发现统计 {whole.cases:,} 例{waiting}。“≤”表示仅为上限，真实比率要人工抽查才知道。"
        )

    @Slot(QModelIndex, QModelIndex)
    def _choose(self, index: QModelIndex, _before: QModelIndex) -> None:
        row = self.model.row_at(index.row())
        if row is None:
            return
        first = self.chosen is None or self.chosen.id != row.id or not self.groups.rowCount()
        self.chosen = row
        self.formula.setText(told(row))
        if first:
            self._compare()

    @Slot()
    def _compare(self) -> None:
        if self.chosen is None:
            return
        dimension = str(self.dimension.currentData())
        self.compared.setText(self.chosen.title)
        self.group_table.show_columns(self._group_columns())
        self.groups.set_rows(self._groups.get(dimension, ()))

    @Slot(QModelIndex, QModelIndex)
    def _look_at(self, index: QModelIndex, _before: QModelIndex) -> None:
        row = self.groups.row_at(index.row())
        if row is not None and self.chosen is not None:
            self.formula.setText(f"{row.name}：{told(row.get(self.chosen.id))}")

    def _group_columns(self) -> tuple[Column[Named], ...]:
        wanted = self.chosen.id if self.chosen else "2016-1a"

        def one(row: Named) -> Indicator:
            return row.get(wanted)

        def part(row: Named) -> int | None:
            return one(row).numerator if one(row).rate is not None else None

        def base(row: Named) -> int | None:
            return one(row).denominator if one(row).rate is not None else None

        return (
            text("name", "范围", lambda row: row.name, 200, stretch=True),
            count("cases", "病例数", lambda row: row.cases, 76),
            Column(
                "rate",
                "数值",
                lambda row: shown(one(row)),
                sort=lambda row: _order(one(row)),
                width=96,
                numeric=True,
                value=lambda row: one(row).rate,
            ),
            count("numerator", "分子", part, 76),
            count("denominator", "分母", base, 76),
        )

    def _lay_out(self) -> None:
        lower = QWidget()
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 6, 0, 0)
        row = QHBoxLayout()
        row.addWidget(self.compared)
        row.addStretch(1)
        row.addWidget(self.dimension)
        column.addLayout(row)
        column.addWidget(self.group_table, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(lower)
        split.setSizes([440, 240])
        self.body_layout.addWidget(self.heading)
        self.body_layout.addWidget(split, 1)
        self.body_layout.addWidget(self.formula)
