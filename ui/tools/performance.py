"""Tool 运行指标: CMI, 入组率, 组数, consumption indexes, low-risk mortality, with the formula one click away."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSize, Qt, Slot
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QPushButton

from app.errors import UserError
from app.performance import (
    NOT_RATED,
    WHOLE,
    Dimension,
    Performance,
    Reckoning,
    forget_low_risk,
    groups_of,
    import_low_risk,
    load_low_risk,
    performance,
    worked_out,
)
from app.progress import Progress
from app.workbench import Workbench
from coding_rules.grouper.grouping import System
from coding_rules.settlement.amount import Settler
from ui.models.columns import Column
from ui.tools.columns import count, figure, percent, text
from ui.tools.context import ToolContext
from ui.tools.spec import ToolSpec
from ui.tools.window import ToolWindow

_FORMULA_OF = {"low_risk_cases": "low_risk_mortality", "name": "cases"}
_SHOWN_FIRST = ("cmi", "mean_points", "grouped_rate")


def columns(reckoning: Reckoning) -> tuple[Column[Performance], ...]:
    """The columns: weights, points or both, as the groups carry them; what cannot be had is not rated."""
    missing = NOT_RATED
    points = "分值" if reckoning.system is System.DIP else "点数"
    weighed: tuple[Column[Performance], ...] = (
        figure("total_weight", "总权重", lambda row: row.figures.total_weight, 92, missing=missing),
        figure("cmi", "CMI", lambda row: row.figures.cmi, 74, places=4, missing=missing),
    )
    pointed: tuple[Column[Performance], ...] = (
        figure("total_points", f"总{points}", lambda row: row.figures.total_points, 110, missing=missing),
        figure("mean_points", f"例均{points}", lambda row: row.figures.mean_points, 92, missing=missing),
    )
    return (
        text("name", "范围", lambda row: row.name, 170, stretch=True, strong=lambda row: row.name == WHOLE),
        count("cases", "病例数", lambda row: row.figures.cases),
        percent("grouped_rate", "入组率", lambda row: row.figures.grouped_rate, missing=missing),
        count(
            "groups",
            "病种数" if reckoning.system is System.DIP else "组数",
            lambda row: row.figures.groups,
            64,
        ),
        *weighed,
        *(pointed if reckoning.points else ()),
        figure("fee_index", "费用消耗指数", lambda row: row.figures.fee_index, 100, missing=missing),
        figure("time_index", "时间消耗指数", lambda row: row.figures.time_index, 100, missing=missing),
        count("low_risk_cases", "低风险组病例", lambda row: row.figures.low_risk_cases, 100, missing=missing),
        percent(
            "low_risk_mortality",
            "低风险组死亡率",
            lambda row: row.figures.low_risk_mortality,
            112,
            missing=missing,
        ),
    )


class PerformanceWindow(ToolWindow):
    """Figures of the open month by department, physician, month or group, under DRG or DIP."""

    default_size = QSize(1280, 720)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self.system = QComboBox()
        self.system.setAccessibleName("支付体系")
        self.dimension = QComboBox()
        self.dimension.setAccessibleName("统计口径")
        for system in System:
            self.system.addItem(f"按 {system.value} 计", system)
        for dimension in Dimension:
            self.dimension.addItem(f"分{dimension.value}", dimension)
        self.low_risk = QLabel()
        self.low_risk.setProperty("role", "muted")
        self.low_risk_button = QPushButton("低风险组名单…")
        self.low_risk_button.setToolTip("从公布的低风险组名单（xlsx 或 CSV）读取组编码")
        self.forget_button = QPushButton("不用名单")
        self.reckoning = Reckoning(System.DRG)
        self.model, self.table = self.add_table(
            "运行指标", columns(self.reckoning), lambda row: row.name, empty="正在等待审核结果…"
        )
        self.formula = QLabel("点选任一数值，这里显示它的算式。")
        self.formula.setWordWrap(True)
        self.formula.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.formula.setMinimumHeight(self.fontMetrics().height() * 2 + 6)
        self._standing: tuple[int, ...] = ()
        self._lay_out()
        self.system.currentIndexChanged.connect(self.refresh)
        self.dimension.currentIndexChanged.connect(self.refresh)
        self.low_risk_button.clicked.connect(self._choose_low_risk)
        self.forget_button.clicked.connect(self._forget_low_risk)
        self.table.selectionModel().currentChanged.connect(self._show_formula)
        context.reviewed.connect(self.renew)
        if context.workbench is not None:
            self.system.setCurrentIndex(list(System).index(context.workbench.system))

    @property
    def chosen_system(self) -> System:
        """DRG or DIP."""
        return list(System)[self.system.currentIndex()]

    @Slot()
    def refresh(self) -> None:
        """Work the figures out anew from the results there are."""
        bench = self.context.workbench
        if bench is None:
            return
        results, system = bench.results(), self.chosen_system
        by = list(Dimension)[self.dimension.currentIndex()]
        self._standing = _standing(bench)
        low_risk = self._known_low_risk(system)
        per_weight = self._points_per_weight if system is System.DRG else None

        def work(progress: Progress) -> tuple[Reckoning, list[Performance]]:
            reckoning = Reckoning.of(results, system, per_weight)
            return reckoning, performance(results, reckoning, by, low_risk, progress)

        total = len(bench.case_ids)
        self.run("正在统计运行指标", work, lambda found: self._show(found[0], found[1], len(results), total))

    @property
    def _points_per_weight(self) -> Decimal | None:
        """How many points a weight of 1 is worth, as the regional parameters say."""
        settler = self.context.knowledge.drg_settler if self.context.knowledge else None
        return settler.profile.money.points_per_weight if isinstance(settler, Settler) else None

    def follow_case(self) -> None:
        """Count anew when codes have changed; which case is at hand makes no difference."""
        bench = self.context.workbench
        if bench is not None and _standing(bench) != self._standing:
            self.refresh()

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """System, dimension and every formula."""
        lines = [("口径", f"{self.system.currentText()}，{self.dimension.currentText()}")]
        return [*lines, *(("算式", each) for each in self.reckoning.formulas().values())]

    def _show(self, reckoning: Reckoning, rows: list[Performance], counted: int, total: int) -> None:
        if reckoning != self.reckoning:
            self.reckoning = reckoning
            self.table.show_columns(columns(reckoning))
        self.model.set_rows(rows)
        none = f"没有载入 {self.chosen_system.value} 方案，无法统计。可在“设置”中选择。"
        self.table.empty_text = none if counted else "正在等待审核结果…"
        waiting = f"，另有 {total - counted:,} 例尚在审核" if counted < total else ""
        self.busy.tell(
            f"按当前编码统计 {counted:,} 例{waiting}。标杆为所用权重表的例均费用与平均住院日；"
            f"缺数据的写“{NOT_RATED}”，点一下看原因。"
        )
        if rows:
            whole = rows[0].figures
            shown = next((key for key in _SHOWN_FIRST if getattr(whole, key) is not None), _SHOWN_FIRST[-1])
            place = [column.key for column in self.model.columns].index(shown)
            self.table.setCurrentIndex(self.model.index(0, place))
        else:
            self.formula.setText("")

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        for box in (self.system, self.dimension):
            row.addWidget(box)
        row.addStretch(1)
        for part in (self.low_risk, self.low_risk_button, self.forget_button):
            row.addWidget(part)
        self.body_layout.addLayout(row)
        self.body_layout.addWidget(self.table, 1)
        self.body_layout.addWidget(self.formula)

    @Slot(QModelIndex, QModelIndex)
    def _show_formula(self, index: QModelIndex, _before: QModelIndex) -> None:
        row = self.model.row_at(index.row())
        if row is None or not index.isValid():
            return
        column = self.model.columns[index.column()]
        name = _FORMULA_OF.get(column.key, column.key)
        numbers = worked_out(name, row.figures)
        if column.text(row) == NOT_RATED:
            numbers = self.reckoning.why_missing(column.key, row.figures)
        told = self.reckoning.formulas()[name]
        self.formula.setText(f"{row.name}　{told}" + (f"\n{numbers}" if numbers else ""))

    def _known_low_risk(self, system: System) -> frozenset[str] | None:
        """The list of low-risk groups that counts, told beside its buttons; one that cannot be read does not count."""
        try:
            low_risk = load_low_risk(system)
        except UserError as error:
            self.low_risk.setText(f"{error.what}{error.todo}")
            self.forget_button.setVisible(True)
            return None
        self._say_low_risk(low_risk)
        return low_risk

    def _say_low_risk(self, groups: frozenset[str] | None) -> None:
        known = f"低风险组 {len(groups):,} 个" if groups is not None else "未提供低风险组名单，不计死亡率"
        self.low_risk.setText(known)
        self.forget_button.setVisible(groups is not None)

    @Slot()
    def _choose_low_risk(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "低风险组名单", str(Path.home()), "名单 (*.xlsx *.xls *.csv *.txt)"
        )
        if name:
            self.take_low_risk(Path(name))

    def take_low_risk(self, path: Path) -> None:
        """Read the list of low-risk groups and count by it."""
        knowledge, system = self.context.knowledge, self.chosen_system
        known = groups_of(knowledge, system) if knowledge is not None else frozenset()
        self.run(
            "正在读取名单",
            lambda _progress: import_low_risk(path, system, known),
            self._low_risk_taken,
        )

    def _low_risk_taken(self, found: tuple[frozenset[str], int]) -> None:
        groups, without = found
        self.refresh()
        self.low_risk.setToolTip(f"读入 {len(groups):,} 个组；名单里有 {without:,} 行没有本方案的组编码")

    @Slot()
    def _forget_low_risk(self) -> None:
        forget_low_risk(self.chosen_system)
        self.refresh()


def _standing(bench: Workbench) -> tuple[int, ...]:
    """The steps that hold: when they differ, codes may differ."""
    return tuple(change.number for change in bench.history if not change.undone)
