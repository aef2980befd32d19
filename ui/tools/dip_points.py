"""Tool 历史分值: a region's points computed from its own past cases, what fell to 综合, what was left out; kept as a dated catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
)

from app.dip.history_points import PointsWish, compute_points, keep_points
from app.errors import UserError
from app.past_cases import years_of
from app.progress import Progress
from coding_rules.grouper.dip.catalogue import DipGroup
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.points import LevelMean, Method, PointsResult
from ui.dialogs.messages import tell_user
from ui.models.columns import Column
from ui.tools.columns import count, figure, text
from ui.tools.context import ToolContext
from ui.tools.dip_catalogue_tables import kind_of
from ui.tools.dip_parts import KeepRow, tabbed
from ui.tools.dip_sources import SourceBar
from ui.tools.money_fields import NumberField
from ui.tools.spec import ToolSpec
from ui.tools.window import NO_CASES, NO_DIP, ToolWindow


@dataclass(frozen=True, slots=True)
class PointsRow:
    """A computed group with the points that the catalogue in use gives it."""

    group: DipGroup
    now: Decimal | None
    region_mean: Decimal

    @property
    def formula(self) -> str:
        """Where the points come from."""
        mean = self.group.mean_fee
        if mean is None or self.group.points is None:
            return ""
        if self.group.region_mean is None:
            return f"{mean:.2f} × 1000 ÷ 基准病种均费"
        return f"{mean:.2f} × 1000 ÷ {self.region_mean:.2f}"

    @property
    def ratio(self) -> Decimal | None:
        """Computed points / points in use."""
        return self.group.points / self.now if self.group.points is not None and self.now else None


GROUPS: tuple[Column[PointsRow], ...] = (
    text("code", "病种编码", lambda row: row.group.code, 170),
    text("name", "病种名称", lambda row: row.group.name, 170, stretch=True),
    text("kind", "类型", lambda row: kind_of(row.group), 104, muted=True),
    count("cases", "例数", lambda row: row.group.cases, 56),
    figure("mean", "加权均费（元）", lambda row: row.group.mean_fee, 106),
    figure("points", "分值", lambda row: row.group.points, 84),
    figure("now", "现行分值", lambda row: row.now, 84),
    figure("ratio", "测算 ÷ 现行", lambda row: row.ratio, 84, places=4),
    figure("cv", "CV", lambda row: row.group.cv, 56, places=3),
    figure("los", "均住院日", lambda row: row.group.mean_los, 66, places=1),
    text("formula", "算式", lambda row: row.formula, 190, muted=True),
)
Fallen = tuple[str, int, str]
FALLEN: tuple[Column[Fallen], ...] = (
    text("code", "未达门槛的核心病种", lambda row: row[0], 280),
    count("cases", "例数", lambda row: row[1], 70),
    text("target", "归入综合病种", lambda row: row[2] or "综合也不足门槛，未成组", 260, stretch=True),
)
LEFT_OUT: tuple[Column[tuple[str, int]], ...] = (
    text("why", "未计入的原因", lambda row: row[0], 320, stretch=True),
    count("cases", "例数", lambda row: row[1], 90),
)
LEVELS: tuple[Column[LevelMean], ...] = (
    text("level", "医院级别", lambda row: row.level or "未填", 160, stretch=True),
    count("cases", "例数", lambda row: row.cases, 80),
    figure("mean", "加权均费（元）", lambda row: row.mean, 130),
    figure("factor", "机构系数", lambda row: row.factor, 100, places=4),
)


class PointsWindow(ToolWindow):
    """Settings at the top, the computed catalogue below."""

    default_size = QSize(1260, 740)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self.result: PointsResult | None = None
        self.source = SourceBar(self)
        self.last_year, self.threshold = QSpinBox(), QSpinBox()
        self.weights = QLineEdit("1:2:7")
        self.trim = NumberField("两端各裁（%）", width=64)
        self.trim.setText("2.5")
        self.method = QComboBox()
        self.benchmark = QLineEdit()
        self.level = QLineEdit()
        self.keep_row = KeepRow("目录", "测算出的目录和执行日期放进本院的数据文件夹")
        self.keep_row.start("", date(date.today().year + 1, 1, 1))
        self.head = QLabel("选好病例来源和年份后点“测算”。")
        self.head.setWordWrap(True)
        self.groups, self.group_table = self.add_table(
            "测算分值", GROUPS, lambda row: row.group.code, empty="还没有测算。"
        )
        self.fallen, self.fallen_table = self.add_table(
            "归入综合", FALLEN, lambda row: (row[0], row[2]), empty="没有低于例数门槛的核心病种。"
        )
        self.left_out, self.left_out_table = self.add_table(
            "未计入", LEFT_OUT, lambda row: row[0], empty="所有病例都已计入。"
        )
        self.levels, self.level_table = self.add_table(
            "机构系数", LEVELS, lambda row: row.level, empty="还没有测算。"
        )
        self._lay_out()
        self.source.changed.connect(self._guess_year)
        self.method.currentIndexChanged.connect(self._show_benchmark)

    def missing(self) -> str:
        """Cases and a DIP catalogue, whose rules are reckoned by."""
        if self.context.workbench is None and not self.source.files:
            return NO_CASES
        return "" if self._grouper is not None else NO_DIP

    @Slot()
    def refresh(self) -> None:
        """The open cases may be others."""
        self.source.say()
        self._guess_year()

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """How the points were reckoned."""
        return [("测算", self.head.text())]

    def wish(self) -> PointsWish:
        """What is asked for.

        Raises:
            UserError: the weights of the years cannot be read.
        """
        return PointsWish(
            self.last_year.value(),
            _weights(self.weights.text()),
            self.threshold.value(),
            (self.trim.value or Decimal(0)) / 100,
            list(Method)[self.method.currentIndex()],
            self.benchmark.text(),
            self.level.text().strip(),
        )

    @Slot()
    def compute(self) -> None:
        """Work the points out."""
        cases, grouper, knowledge = self.source.cases, self._grouper, self.context.knowledge
        if grouper is None or knowledge is None:
            return
        try:
            wish = self.wish()
        except UserError as error:
            tell_user(self, error)
            return
        terminology = knowledge.terminology

        def work(progress: Progress) -> PointsResult:
            return compute_points(cases, wish, grouper, terminology, progress)

        self.run("正在测算分值", work, self._show)

    @Slot()
    def save(self) -> str:
        """Keep the computed catalogue; its folder, empty when there is none."""
        if self.result is None:
            self.busy.tell("先测算，再保存。")
            return ""
        try:
            folder = keep_points(self.result, self.keep_row.title.text(), self.keep_row.day)
        except UserError as error:
            tell_user(self, error)
            return ""
        self.busy.tell(f"已保存：{folder}")
        return str(folder)

    @Slot()
    def use(self) -> None:
        """Keep it and let the review group by it."""
        if folder := self.save():
            self.context.keep_settings(replace(self.context.settings, dip_catalogue=folder))

    # --- inside --------------------------------------------------------------------------------------------

    @property
    def _grouper(self) -> DipGrouper | None:
        grouper = self.context.knowledge.dip if self.context.knowledge else None
        return grouper if isinstance(grouper, DipGrouper) else None

    @Slot()
    def _guess_year(self) -> None:
        years = years_of(self.source.cases)
        if years:
            self.last_year.setValue(years[-1])

    @Slot()
    def _show_benchmark(self) -> None:
        self.benchmark.setVisible(list(Method)[self.method.currentIndex()] is Method.BENCHMARK)

    def _show(self, result: PointsResult) -> None:
        self.result = result
        grouper = self._grouper
        in_use = grouper.catalogue.get if grouper else (lambda _code: None)
        rows = []
        for group in result.catalogue:
            now = in_use(group.code)
            rows.append(PointsRow(group, now.points if now else None, result.region_mean))
        self.groups.set_rows(rows)
        self.fallen.set_rows(result.fallen)
        self.left_out.set_rows(result.left_out)
        self.levels.set_rows(result.levels)
        self.keep_row.title.setText(self.keep_row.title.text() or result.catalogue.title)
        fallen = sum(number for _, number, _ in result.fallen)
        mixed = sum(number for _, number, target in result.fallen if target)
        self.head.setText(
            f"计入 {result.used:,} 例，成 {len(result.catalogue):,} 个病种，全部病例加权均费 {result.region_mean:,.2f} 元；"
            f"{len(result.fallen):,} 种组合（{fallen:,} 例）低于 {self.threshold.value()} 例，其中 {mixed:,} 例归入综合病种。"
        )
        self._mark_tabs(result)

    def _mark_tabs(self, result: PointsResult) -> None:
        left = sum(number for _, number in result.left_out)
        for place, name in enumerate(
            (
                f"测算分值（{len(result.catalogue):,}）",
                f"归入综合（{len(result.fallen):,}）",
                f"未计入（{left:,} 例）",
                "机构系数",
            )
        ):
            self.tabs.setTabText(place, name)

    def _lay_out(self) -> None:
        self.last_year.setRange(2000, 2100)
        self.last_year.setValue(date.today().year)
        self.threshold.setRange(1, 1000)
        self.threshold.setValue(15)
        self.method.addItems([method.value for method in Method])
        for widget, name in (
            (self.last_year, "最近一年"),
            (self.threshold, "例数门槛"),
            (self.weights, "各年权重"),
            (self.method, "计算方法"),
            (self.benchmark, "基准病种编码"),
            (self.level, "医院级别"),
        ):
            widget.setAccessibleName(name)
        for spin in (self.last_year, self.threshold):
            spin.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
            spin.setFixedWidth(64)
        self.weights.setFixedWidth(70)
        self.weights.setToolTip("由远到近，末一个是最近一年，如 1:2:7")
        self.benchmark.setPlaceholderText("基准病种编码")
        self.benchmark.setFixedWidth(150)
        self.benchmark.hide()
        self.level.setFixedWidth(80)
        self.level.setPlaceholderText("如 三级")
        compute = QPushButton("测算")
        compute.clicked.connect(self.compute)
        row = QHBoxLayout()
        for label, part in (
            ("最近一年", self.last_year),
            ("权重", self.weights),
            ("例数门槛", self.threshold),
            ("两端各裁 %", self.trim),
            ("本院级别", self.level),
        ):
            row.addWidget(QLabel(label))
            row.addWidget(part)
        row.addWidget(self.method)
        row.addWidget(self.benchmark)
        row.addStretch(1)
        row.addWidget(compute)
        self.tabs = tabbed(
            (
                (self.group_table, "测算分值"),
                (self.fallen_table, "归入综合"),
                (self.left_out_table, "未计入"),
                (self.level_table, "机构系数"),
            )
        )
        self.keep_row.keep.clicked.connect(self.save)
        self.keep_row.use.clicked.connect(self.use)
        self.body_layout.addWidget(self.source)
        self.body_layout.addLayout(row)
        self.body_layout.addWidget(self.head)
        self.body_layout.addWidget(self.tabs, 1)
        self.body_layout.addWidget(self.keep_row)


def _weights(written: str) -> tuple[Decimal, ...]:
    try:
        found = tuple(Decimal(part.strip()) for part in written.replace("：", ":").split(":"))
    except InvalidOperation:
        found = ()
    if not found or any(not weight.is_finite() or weight <= 0 for weight in found):
        raise UserError(f"各年权重“{written}”读不懂。", "请写成 1:2:7 的样子，由远到近。")
    return found
