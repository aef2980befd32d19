"""Tool 历史分值: a region's points computed from its own past cases, what fell to 综合, what was left out; kept as a dated catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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

from app.dip.history_points import PointsWish, compute_points, institutions_of, keep_points
from app.errors import UserError
from app.past_cases import years_of
from app.progress import Progress
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.history import LEVELS, Method
from coding_rules.grouper.dip.points import PointsResult
from coding_rules.settlement.figures import tell_yuan
from ui.dialogs.messages import tell_user
from ui.models.columns import Column
from ui.tools.columns import count, text
from ui.tools.context import ToolContext
from ui.tools.dip_choices import ChoiceDelegate
from ui.tools.dip_parts import KeepRow, tabbed
from ui.tools.dip_points_tables import (
    FALLEN,
    GROUP_LEVEL_COLUMNS,
    GROUPS,
    LEFT_OUT,
    LEVEL_COLUMNS,
    InstitutionLevel,
    PointsRow,
)
from ui.tools.dip_sources import SourceBar
from ui.tools.money_fields import NumberField
from ui.tools.spec import ToolSpec
from ui.tools.window import NO_CASES, NO_DIP, ToolWindow


class PointsWindow(ToolWindow):
    """Settings at the top, the computed catalogue below."""

    default_size = QSize(1340, 760)

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
        self.rules = QLabel()
        self.rules.setProperty("role", "muted")
        self.rules.setWordWrap(True)
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
            "机构系数", LEVEL_COLUMNS, lambda row: row.level, empty="还没有测算。"
        )
        self.group_levels, self.group_level_table = self.add_table(
            "病种机构系数",
            GROUP_LEVEL_COLUMNS,
            lambda row: (row.group, row.level),
            empty="没有两个以上级别都有病例的病种。各机构的级别在“医疗机构”一页填写。",
        )
        self._level_of: dict[str, str] = {}
        self.institutions, self.institution_table = self.add_table(
            "医疗机构", self._institution_columns(), lambda row: row.name, empty="没有病例。"
        )
        self._lay_out()
        self.source.changed.connect(self._look)
        self.level.textChanged.connect(self._list_institutions)
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
        self._look()

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """How the points were reckoned."""
        return [("测算", self.head.text()), ("口径", self.rules.text())]

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
            {name: level for name, level in self._level_of.items() if level},
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
    def _look(self) -> None:
        """Other cases: their last year and their institutions."""
        years = years_of(self.source.cases)
        if years:
            self.last_year.setValue(years[-1])
        self._list_institutions()

    @Slot()
    def _list_institutions(self) -> None:
        default = self.level.text().strip()
        found = institutions_of(self.source.cases)
        self.institutions.set_rows(
            InstitutionLevel(name, cases, self._level_of.get(name) or default)
            for name, cases in found.items()
        )
        self.tabs.setTabText(self.tabs.indexOf(self.institution_table), f"医疗机构（{len(found):,}）")

    def _set_level(self, row: InstitutionLevel, written: str) -> bool:
        self._level_of[row.name] = written.strip()
        self._list_institutions()
        self.busy.tell("级别已改，重新“测算”后生效。")
        return True

    def _institution_columns(self) -> tuple[Column[InstitutionLevel], ...]:
        return (
            text("name", "医疗机构", lambda row: row.name or "未填机构", 300, stretch=True),
            count("cases", "例数", lambda row: row.cases, 90),
            Column(
                "level",
                "级别 ✎",
                lambda row: row.level or "未填",
                width=140,
                tone=lambda row: "accent" if row.level else "warning",
                tip=lambda _row: "双击或按 F2 选择",
                commit=self._set_level,
            ),
        )

    @Slot()
    def _show_benchmark(self) -> None:
        self.benchmark.setVisible(list(Method)[self.method.currentIndex()] is Method.BENCHMARK)

    def _show(self, result: PointsResult) -> None:
        self.result = result
        grouper = self._grouper
        in_use = grouper.catalogue.get if grouper else (lambda _code: None)
        base = result.region_mean
        if list(Method)[self.method.currentIndex()] is Method.BENCHMARK:
            bench = result.catalogue.get(self.benchmark.text().strip())
            base = bench.mean_fee if bench and bench.mean_fee is not None else base
        rows = []
        for group in result.catalogue:
            now = in_use(group.code)
            trimmed = result.trimmed.get(group.code, 0)
            rows.append(PointsRow(group, now.points if now else None, base, trimmed))
        self.groups.set_rows(rows)
        self.fallen.set_rows(result.fallen)
        self.left_out.set_rows(result.left_out)
        self.levels.set_rows(result.levels)
        self.group_levels.set_rows(result.group_levels)
        self.keep_row.title.setText(self.keep_row.title.text() or result.catalogue.title)
        fallen = sum(number for _, number, _ in result.fallen)
        placed = sum(number for _, number, target in result.fallen if target)
        moving = f"；有 {result.moving:,} 例随分值变化在病种间摇摆" if result.moving else ""
        self.head.setText(
            f"计入 {result.used:,} 例，成 {len(result.catalogue):,} 个病种，"
            f"全部病例加权均费 {tell_yuan(result.region_mean)} 元；"
            f"{fallen:,} 例的组合不成核心病种，其中 {placed:,} 例归入综合或相近的核心病种{moving}。"
        )
        self.rules.setText(result.rules_text)
        self._mark_tabs(result)

    def _mark_tabs(self, result: PointsResult) -> None:
        left = sum(number for _, number in result.left_out)
        for place, name in enumerate(
            (
                f"测算分值（{len(result.catalogue):,}）",
                f"归入综合（{len(result.fallen):,}）",
                f"未计入（{left:,} 例）",
                "机构系数",
                f"病种机构系数（{len(result.group_levels):,}）",
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
            ("医院级别", self.level),
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
                (self.group_level_table, "病种机构系数"),
                (self.institution_table, "医疗机构"),
            )
        )
        self.institution_table.setItemDelegateForColumn(
            2, ChoiceDelegate(lambda _row: (*LEVELS, ""), self.institution_table)
        )
        self.keep_row.keep.clicked.connect(self.save)
        self.keep_row.use.clicked.connect(self.use)
        self.body_layout.addWidget(self.source)
        self.body_layout.addLayout(row)
        self.body_layout.addWidget(self.head)
        self.body_layout.addWidget(self.rules)
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
