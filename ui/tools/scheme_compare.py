"""Tool 方案对比: two schemes or weight tables on the open cases: who changes group, weight, money; by department and code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QPushButton, QTabWidget

from app.drg.scheme_comparison import CaseChange, SchemeComparison, Side, compare_schemes
from app.drg.scheme_store import KeptScheme, known_schemes
from app.drg.weight_tables import known_weights
from coding_rules.grouper.drg.scheme_compare import Change
from icd_tables.codes import Edition, Kind
from ui import wording
from ui.models.columns import Column
from ui.tools.columns import count, figure, money, percent, rise, text
from ui.tools.context import ToolContext
from ui.tools.spec import ToolSpec
from ui.tools.window import ToolWindow

OWN_WEIGHTS = "方案自带的权重"


def _change_columns(
    title: str, name: Callable[[str], str] | None = None, width: int = 130
) -> tuple[Column[Change], ...]:
    """Key, its name where it has one, counts and differences."""
    names: tuple[Column[Change], ...] = ()
    if name is not None:
        names = (text("name", "名称", lambda row: name(row.key), 160, stretch=True),)
    return (
        text("key", title, lambda row: row.key or "未填", width, stretch=not names),
        *names,
        count("cases", "病例数", lambda row: row.cases),
        count("changed", "换组", lambda row: row.changed, 60),
        percent("share", "换组率", lambda row: row.changed / row.cases if row.cases else None, 70),
        count("gained", "变为入组", lambda row: row.gained_group, 72),
        count("lost", "变为未入组", lambda row: row.lost_group, 80),
        rise("weight", "权重变化", lambda row: row.weight_delta if row.weighed else None, 100),
        rise(
            "amount", "金额变化（元）", lambda row: row.amount_delta if row.priced else None, 120, cents=True
        ),
    )


CASE_COLUMNS: tuple[Column[CaseChange], ...] = (
    text("record", "病案号", lambda row: row.record_no, 90),
    text("department", "科室", lambda row: row.department, 110),
    text("code", "主要诊断", lambda row: next(iter(row.comparison.case.diagnoses), ""), 100),
    text("first", "方案甲", lambda row: row.comparison.first.drg or "未入组", 96, stretch=True),
    text("second", "方案乙", lambda row: row.comparison.second.drg or "未入组", 96, stretch=True),
    figure("first_weight", "权重甲", lambda row: row.comparison.first_weight, 74, places=4),
    figure("second_weight", "权重乙", lambda row: row.comparison.second_weight, 74, places=4),
    rise("weight", "权重变化", lambda row: row.comparison.weight_delta, 92),
    money("first_amount", "金额甲（元）", lambda row: row.comparison.first_amount),
    money("second_amount", "金额乙（元）", lambda row: row.comparison.second_amount),
    rise("amount", "金额变化（元）", lambda row: row.comparison.amount_delta, 112, cents=True),
)


class SchemeCompareWindow(ToolWindow):
    """Choose two sides, compare, read the differences."""

    default_size = QSize(1180, 720)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self.schemes: list[KeptScheme] = []
        self.scheme_boxes = (QComboBox(), QComboBox())
        self.weight_boxes = (QComboBox(), QComboBox())
        self.compare_button = QPushButton("开始对比")
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.only_changed = QCheckBox("只看换组的病例")
        self.only_changed.setChecked(True)
        self.departments, departments = self.add_table(
            "按科室", _change_columns("科室"), lambda row: row.key, empty="还没有对比"
        )
        self.diagnoses, diagnoses = self.add_table(
            "按主要诊断", _change_columns("主要诊断", self._diagnosis_name), lambda row: row.key
        )
        self.pairs, pairs = self.add_table(
            "按换组去向", _change_columns("原组 → 新组", self._pair_name, 190), lambda row: row.key
        )
        self.cases, self.case_table = self.add_table("逐例", CASE_COLUMNS, lambda row: row.number)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        for table, title in (
            (departments, "按科室"),
            (diagnoses, "按主要诊断"),
            (pairs, "按换组去向"),
            (self.case_table, "逐例"),
        ):
            self.tabs.addTab(table, title)
        self.tabs.setCornerWidget(self.only_changed)
        self.tabs.currentChanged.connect(self._tab_changed)
        self._tab_changed()
        self._found: SchemeComparison | None = None
        self._lay_out()
        self.compare_button.clicked.connect(self.compare)
        self.only_changed.toggled.connect(self._filter)
        self.case_table.doubleClicked.connect(self._go_to_case)

    def refresh(self) -> None:
        """Offer the schemes and weight tables there are."""
        settings = self.context.settings
        self.run("正在读取各方案", partial(known_schemes, settings.drg_scheme), self._offer)

    @Slot()
    def compare(self) -> None:
        """Run the cases through both sides."""
        knowledge = self.context.knowledge
        if knowledge is None or not self.schemes:
            return
        cases, settler, terminology = self.context.cases, knowledge.drg_settler, knowledge.terminology
        sides = (self._side(0), self._side(1))
        self.run(
            "正在对比",
            lambda progress: compare_schemes(cases, terminology, sides, settler, progress),
            self._show,
        )

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """What was compared, and the sums."""
        return [("结果", self.summary.text())]

    def _offer(self, schemes: list[KeptScheme]) -> None:
        self.schemes = [one for one in schemes if not one.problem]
        used = self.context.settings.drg_scheme
        paths = [str(one.path) for one in self.schemes]
        at = paths.index(used) if used in paths else 0
        for side, box in enumerate(self.scheme_boxes):
            box.clear()
            box.addItems([f"{one.info.name} {one.info.version}".strip() for one in self.schemes])
            box.setCurrentIndex(at if side == 0 else (at + 1) % len(self.schemes))
        tables = known_weights()
        for box in self.weight_boxes:
            box.clear()
            box.addItem(OWN_WEIGHTS)
            for table in tables:
                box.addItem(table.title, str(table.path))
        enough = len(self.schemes) > 1 or bool(tables)
        self.compare_button.setEnabled(bool(self.schemes))
        self.busy.tell(
            "" if enough else "目前只有一个方案。可在“分组方案”中导入另一版，或导入另一年的权重表，再来对比。"
        )

    def _side(self, number: int) -> Side:
        weights = self.weight_boxes[number].currentData()
        scheme = self.schemes[self.scheme_boxes[number].currentIndex()]
        return Side(scheme.path, Path(weights) if weights else None)

    def _show(self, found: SchemeComparison) -> None:
        self._found = found
        self.departments.set_rows(found.departments)
        self.diagnoses.set_rows(found.diagnoses)
        self.pairs.set_rows(found.pairs)
        self.cases.set_rows(found.rows)
        self._filter(self.only_changed.isChecked())
        whole = found.whole
        share = whole.changed / whole.cases if whole.cases else 0
        parts = [
            f"共 {whole.cases:,} 例，换组 {whole.changed:,} 例（{share:.2%}）：变为入组 {whole.gained_group:,}，"
            f"变为未入组 {whole.lost_group:,}"
        ]
        if whole.weighed:
            delta = whole.weight_delta
            parts.append(
                f"两边都有权重的 {whole.weighed:,} 例，总权重 {wording.change(delta, wording.number(delta))}"
            )
        if whole.priced:
            amount = whole.amount_delta
            parts.append(
                f"两边都能算出金额的 {whole.priced:,} 例，金额 {wording.change(amount, wording.money(amount))} 元"
            )
        else:
            parts.append("没有 DRG 结算参数，不计金额")
        self.summary.setText("；".join(parts) + "。")
        self.busy.tell("两边按同一套结算参数计算，差别只来自分组与权重。逐例表中双击可转到该病例。")

    @Slot(bool)
    def _filter(self, only_changed: bool) -> None:
        self.cases.set_filter((lambda row: row.comparison.changed) if only_changed else None)

    @Slot()
    def _tab_changed(self) -> None:
        self.only_changed.setVisible(self.tabs.currentWidget() is self.case_table)

    @Slot()
    def _go_to_case(self) -> None:
        row = self.case_table.current_row()
        if row is not None:
            self.context.case_wanted.emit(row.case_id)

    def _diagnosis_name(self, code: str) -> str:
        knowledge = self.context.knowledge
        entry = (
            knowledge.terminology.lookup(Kind.DIAGNOSIS, Edition.INSURANCE, code)
            if knowledge and code
            else None
        )
        return entry.name if entry else ""

    def _pair_name(self, key: str) -> str:
        if self._found is None:
            return ""
        old, _, new = key.partition(" → ")
        first, second = self._found.first.group_names, self._found.second.group_names
        return f"{first.get(old, old)} → {second.get(new, new)}"

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        for side, title in enumerate(("方案甲", "方案乙")):
            label = QLabel(title)
            label.setProperty("role", "muted")
            grid.addWidget(label, side, 0)
            for column, (box, what) in enumerate(
                ((self.scheme_boxes[side], "方案"), (self.weight_boxes[side], "权重表")), start=1
            ):
                box.setAccessibleName(f"{title}：{what}")
                grid.addWidget(box, side, column)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(2, 2)
        grid.addWidget(self.compare_button, 0, 3, 2, 1)
        self.body_layout.addLayout(grid)
        self.body_layout.addWidget(self.summary)
        self.body_layout.addWidget(self.tabs, 1)
