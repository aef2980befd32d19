"""Tool 历史权重: past cases through the scheme, years weighted, outliers trimmed, the result saved as a dated weight table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.drg.scheme_store import KeptScheme, known_schemes
from app.drg.weight_history import (
    OPEN_WORK,
    HistorySource,
    default_year_weights,
    load_earlier,
    read_source,
    save_weights,
    source_of,
    work_out,
)
from app.drg.weight_tables import KeptWeights, known_weights
from app.errors import UserError
from app.progress import Progress
from app.sessions.place import SUFFIX
from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.drg.weights import HistoryWeights
from coding_rules.grouper.trimming import TrimMethod, TrimRule
from ui.dialogs.messages import tell_user
from ui.models.columns import Column
from ui.tools.columns import count, text
from ui.tools.context import ToolContext
from ui.tools.spec import ToolSpec
from ui.tools.weight_history_earlier import EarlierChoice
from ui.tools.weight_history_tables import (
    CLUSTER_COLUMNS,
    GROUP_COLUMNS,
    NEW_COLUMNS,
    SOURCE_COLUMNS,
    YearRow,
)
from ui.tools.weight_save import SaveDialog
from ui.tools.window import NO_DRG, ToolWindow

FILES = f"首页数据与工作文件 (*.csv *.txt *.xlsx *.xlsm *{SUFFIX})"
TABS = ("各组权重", "原未达标现达标", "未入组而可成组")
NO_EARLIER = (
    "在左边选“对照原方案”后计算：原先未入组、歧义或没有权重，现在入组且病例数 ≥ 30、CV ≤ 1 的病例列在这里。"
)
_DEFAULTS = {TrimMethod.LOG_SD: (3.0, 3.0), TrimMethod.IQR: (1.5, 1.5), TrimMethod.RATIO: (0.3, 3.0)}


class WeightHistoryWindow(ToolWindow):
    """Sources and years on the left, the groups on the right."""

    default_size = QSize(1400, 760)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self.found: HistoryWeights | None = None
        self._compared = ""
        self.save_button = self.add_head_button(
            "保存为权重表…", "ok", self._ask, "存入数据文件夹，注明执行日期"
        )
        self.sources, self.source_table = self.add_table(
            "病例来源", SOURCE_COLUMNS, lambda row: row.name, sortable=False, empty="加入历年首页或工作文件"
        )
        self.years, self.year_table = self.add_table(
            "年度权重", self._year_columns(), lambda row: row.year, sortable=False
        )
        self.groups, group_table = self.add_table(
            "各组权重", GROUP_COLUMNS, lambda row: row.code, empty="点“计算权重”后在此列出各组"
        )
        self.clusters, cluster_table = self.add_table(
            "可考虑新设的组",
            CLUSTER_COLUMNS,
            lambda row: (row.diagnosis, row.procedure),
            empty="没有达到标准（病例数 ≥ 30 且 CV ≤ 1）的未入组病例。",
        )
        self.newly, newly_table = self.add_table(
            "原未达标现达标的病例", NEW_COLUMNS, lambda row: (row.case_id, row.year), empty=NO_EARLIER
        )
        self.newly_table = newly_table
        newly_table.doubleClicked.connect(self._go_to_case)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        for table, title in zip((group_table, newly_table, cluster_table), TABS, strict=True):
            self.tabs.addTab(table, title)
        self.tabs.currentChanged.connect(self._tab_changed)
        self.only_marked = QCheckBox("只看需复核的组")
        self.tabs.setCornerWidget(self.only_marked)
        self.earlier = EarlierChoice()
        self.method = QComboBox()
        self.method.setAccessibleName("裁剪办法")
        self.method.addItems([one.value for one in TrimMethod])
        self.low, self.high = _number("下限倍数"), _number("上限倍数")
        self.rule = QLabel()
        self.rule.setProperty("role", "muted")
        self.rule.setWordWrap(True)
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.work_button = QPushButton("计算权重")
        self.work_button.setDefault(True)
        self._lay_out()
        self._connect()
        self.method.setCurrentIndex(list(TrimMethod).index(TrimMethod.LOG_SD))
        self._method_chosen()
        self.save_button.setEnabled(False)

    @property
    def trim(self) -> TrimRule:
        """The trim rule as chosen."""
        method = list(TrimMethod)[self.method.currentIndex()]
        return TrimRule(method, self.low.value(), self.high.value())

    def missing(self) -> str:
        """A DRG scheme; cases may come from files."""
        knowledge = self.context.knowledge
        return "" if knowledge is not None and isinstance(knowledge.drg, DrgGrouper) else NO_DRG

    def refresh(self) -> None:
        """Take the open month as the first source."""
        others = [one for one in self.sources.rows() if one.name != OPEN_WORK]
        cases = self.context.cases
        self._take([source_of(OPEN_WORK, cases), *others] if cases else others)
        chosen = self.context.settings.drg_scheme

        def work(progress: Progress) -> tuple[list[KeptScheme], list[KeptWeights]]:
            return known_schemes(chosen, progress), known_weights(progress)

        settings = self.context.settings
        self.run(
            "正在读取各方案和权重表", work, lambda found: self.earlier.offer(found[0], found[1], settings)
        )

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """How the weights were worked out."""
        found = self.found
        if found is None:
            return []
        lines = [("算式", found.formula), ("裁剪", found.trim.text), ("方案", found.scheme)]
        return [*lines, ("对照的原方案", self._compared or "不对照")]

    def add_files(self, paths: Sequence[Path]) -> None:
        """Read files of past cases and add them to the sources."""
        knowledge = self.context.knowledge
        if knowledge is None:
            return
        terminology = knowledge.terminology

        def work(progress: Progress) -> list[HistorySource]:
            return [read_source(path, terminology, progress) for path in paths]

        self.run("正在读取历史病例", work, self._add)

    @Slot()
    def work(self) -> None:
        """Work the weights out."""
        knowledge = self.context.knowledge
        if knowledge is None or not isinstance(knowledge.drg, DrgGrouper):
            return
        scheme, terminology, trim = knowledge.drg.scheme, knowledge.terminology, self.trim
        sources = self.sources.rows()
        weights = {row.year: row.weight for row in self.years.rows()}
        before, before_weights = self.earlier.scheme, self.earlier.weights

        def work(progress: Progress) -> HistoryWeights:
            earlier = load_earlier(before, before_weights, progress) if before is not None else None
            return work_out(scheme, terminology, sources, weights, trim, progress, earlier)

        self._compared = self.earlier.told
        self.run("正在计算历史权重", work, self._show)

    def save(
        self,
        name: str,
        valid_from: date,
        valid_to: date | None,
        *,
        use: bool,
        points_per_weight: Decimal | None = None,
    ) -> None:
        """Save the weights, and let them hold for the scheme in use if wanted."""
        found = self.found
        if found is None:
            return

        def saved(path: Path) -> None:
            self.busy.tell(f"已保存：{path}")
            if use:
                self.context.keep_settings(replace(self.context.settings, drg_weights=str(path)))

        self.run(
            "正在保存权重表",
            lambda _progress: save_weights(found, name, valid_from, valid_to, points_per_weight),
            saved,
        )

    def _add(self, sources: list[HistorySource]) -> None:
        known = {one.name: one for one in self.sources.rows()}
        known.update({one.name: one for one in sources})
        self._take(list(known.values()))

    def _take(self, sources: Sequence[HistorySource]) -> None:
        self.sources.set_rows(sources)
        kept = {row.year: row.weight for row in self.years.rows()}
        weights = default_year_weights(sources)
        same = kept.keys() == weights.keys()
        self.years.set_rows(
            YearRow(year, sum(one.years.get(year, 0) for one in sources), kept[year] if same else weight)
            for year, weight in sorted(weights.items())
        )
        self.work_button.setEnabled(bool(weights))

    def _show(self, found: HistoryWeights) -> None:
        self.found = found
        self.groups.set_rows(found.groups)
        self.clusters.set_rows(found.clusters)
        self.newly.set_rows(found.newly_grouped)
        self.newly_table.empty_text = self._no_new_cases(found)
        marked = sum(bool(group.marks) for group in found.groups)
        cases = sum(group.cases for group in found.groups)
        trimmed = sum(group.trimmed for group in found.groups)
        without = f"，无费用 {len(found.without_fee):,} 例未用" if found.without_fee else ""
        self.summary.setText(
            f"{len(found.groups):,} 组，用 {cases:,} 例，裁剪 {trimmed:,} 例{without}，未入组 {found.ungrouped:,} 例；"
            f"全部病例加权例均费用 {found.mean_fee / 100:,.2f} 元；{marked:,} 组需复核（CV>1 或病例数<30）。"
            f"{self._newly_told(found)}\n{found.formula}"
        )
        for place, rows in ((1, found.newly_grouped), (2, found.clusters)):
            self.tabs.setTabText(place, f"{TABS[place]} {len(rows):,}" if rows else TABS[place])
        self.save_button.setEnabled(True)

    def _newly_told(self, found: HistoryWeights) -> str:
        if not self._compared:
            return ""
        short = f"（另有 {found.still_short:,} 例的新组仍不足）" if found.still_short else ""
        return f"原先未入组、歧义或无权重，现在达标的 {len(found.newly_grouped):,} 例{short}。"

    def _no_new_cases(self, found: HistoryWeights) -> str:
        if not self._compared:
            return NO_EARLIER
        more = (
            f"另有 {found.still_short:,} 例现在入组，但新组病例数 < 30 或 CV > 1。"
            if found.still_short
            else ""
        )
        return f"对照“{self._compared}”：没有原先未入组、歧义或无权重而现在达标的病例。{more}"

    def _year_columns(self) -> tuple[Column[YearRow], ...]:
        return (
            text("year", "年度", lambda row: str(row.year), 60),
            count("cases", "病例数", lambda row: row.cases),
            Column(
                "weight",
                "年度权重（双击修改）",
                lambda row: f"{row.weight:g}",
                sort=lambda row: row.weight,
                width=140,
                stretch=True,
                commit=self._commit_weight,
                value=lambda row: row.weight,
            ),
        )

    def _commit_weight(self, row: YearRow, value: str) -> bool:
        try:
            weight = float(value)
            if weight < 0:
                raise ValueError
        except ValueError:
            tell_user(self, UserError(f"“{value}”不能作年度权重。", "请填 0 或正数，如 1、2、7。"))
            return False
        self.years.update_rows([replace(row, weight=weight)])
        return True

    @Slot()
    def _choose_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "加入历年病例", str(Path.home()), FILES)
        if names:
            self.add_files([Path(name) for name in names])

    @Slot()
    def _remove(self) -> None:
        row = self.source_table.current_row()
        if row is not None:
            self._take([one for one in self.sources.rows() if one.name != row.name])

    @Slot()
    def _method_chosen(self) -> None:
        method = list(TrimMethod)[self.method.currentIndex()]
        low, high = _DEFAULTS.get(method, (0.0, 0.0))
        for box, value in ((self.low, low), (self.high, high)):
            box.setEnabled(method is not TrimMethod.NONE)
            box.setValue(value)
        self._say_rule()

    @Slot()
    def _say_rule(self) -> None:
        self.rule.setText(f"裁剪规则：{self.trim.text}")

    @Slot(int)
    def _tab_changed(self, place: int) -> None:
        self.only_marked.setVisible(place == 0)

    @Slot()
    def _go_to_case(self) -> None:
        row = self.newly_table.current_row()
        bench = self.context.workbench
        if row is not None and bench is not None and row.case_id in bench.case_ids:
            self.context.case_wanted.emit(row.case_id)

    @Slot(bool)
    def _filter(self, only: bool) -> None:
        self.groups.set_filter((lambda row: bool(row.marks)) if only else None)

    def _ask(self) -> None:
        dialog = SaveDialog(self)
        dialog.accepted.connect(
            lambda: self.save(
                dialog.name.text(),
                dialog.valid_from,
                dialog.valid_to,
                use=dialog.use.isChecked(),
                points_per_weight=dialog.points_per_weight,
            )
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _connect(self) -> None:
        self.work_button.clicked.connect(self.work)
        self.method.currentIndexChanged.connect(self._method_chosen)
        self.low.valueChanged.connect(self._say_rule)
        self.high.valueChanged.connect(self._say_rule)
        self.only_marked.toggled.connect(self._filter)

    def _lay_out(self) -> None:
        add, remove = QPushButton("加入文件…"), QPushButton("移除")
        add.clicked.connect(self._choose_files)
        remove.clicked.connect(self._remove)
        buttons = QHBoxLayout()
        buttons.addWidget(add)
        buttons.addWidget(remove)
        buttons.addStretch(1)
        limits = QHBoxLayout()
        for part in (self.low, QLabel("至"), self.high):
            limits.addWidget(part)
        form = QFormLayout()
        form.addRow("裁剪办法", self.method)
        form.addRow("下限、上限", limits)
        left = QWidget()
        left.setFixedWidth(320)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(self.source_table, 2)
        column.addLayout(buttons)
        column.addWidget(self.year_table, 1)
        column.addLayout(form)
        column.addWidget(self.rule)
        column.addWidget(self.earlier)
        column.addWidget(self.work_button)
        right = QVBoxLayout()
        right.addWidget(self.summary)
        right.addWidget(self.tabs, 1)
        row = QHBoxLayout()
        row.addWidget(left)
        row.addLayout(right, 1)
        self.body_layout.addLayout(row)


def _number(name: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setAccessibleName(name)
    box.setDecimals(2)
    box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
    box.setRange(0, 100)
    box.setSingleStep(0.5)
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    return box
