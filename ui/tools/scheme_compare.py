"""Tool 方案对比: two schemes or weight tables on the open cases: who changes group, weight, money; by department and code."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QTabWidget

from app.drg.scheme_comparison import CaseChange, SchemeComparison, compare_schemes
from app.drg.scheme_store import KeptScheme, known_schemes
from app.drg.weight_tables import KeptWeights, known_weights
from app.errors import UserError
from app.knowledge import DEMO_DRG, demo_folder
from app.progress import Progress
from coding_rules.grouper.drg.scheme_compare import Change
from coding_rules.settlement.amount import Settler
from icd_tables.codes import Edition, Kind
from ui import wording
from ui.dialogs.messages import tell_user
from ui.models.columns import Column
from ui.tools.columns import count, figure, money, percent, rise, text
from ui.tools.context import ToolContext
from ui.tools.scheme_sides import TITLES, SchemeSides
from ui.tools.spec import ToolSpec
from ui.tools.window import ToolWindow


def _change_columns(
    whole: Change, title: str, name: Callable[[str], str] | None = None, width: int = 130
) -> tuple[Column[Change], ...]:
    """Key, its name where it has one, counts, and the differences that could be had at all."""
    names: tuple[Column[Change], ...] = ()
    if name is not None:
        names = (text("name", "名称", lambda row: name(row.key), 160, stretch=True),)
    moved: tuple[Column[Change], ...] = (
        rise("weight", "权重变化", lambda row: row.weight_delta if row.weighed else None, 104),
        rise("points", "点数变化", lambda row: row.points_delta if row.pointed else None, 104),
        rise(
            "amount", "金额变化（元）", lambda row: row.amount_delta if row.priced else None, 130, cents=True
        ),
    )
    return (
        text("key", title, lambda row: row.key or "未填", width, stretch=not names),
        *names,
        count("cases", "病例数", lambda row: row.cases),
        count("changed", "换组", lambda row: row.changed, 60),
        percent("share", "换组率", lambda row: row.changed / row.cases if row.cases else None, 72),
        count("gained", "变为入组", lambda row: row.gained_group, 72),
        count("lost", "变为未入组", lambda row: row.lost_group, 84),
        count("risen", "增加", lambda row: row.risen, 56),
        count("fallen", "减少", lambda row: row.fallen, 56),
        *(column for column, had in zip(moved, _had(whole), strict=True) if had),
    )


def _case_columns(whole: Change) -> tuple[Column[CaseChange], ...]:
    """The case, both groups, and the figures that could be had at all."""
    weights: tuple[Column[CaseChange], ...] = (
        figure("first_weight", "权重甲", lambda row: row.comparison.first_weight, 74, places=4),
        figure("second_weight", "权重乙", lambda row: row.comparison.second_weight, 74, places=4),
        rise("weight", "权重变化", lambda row: row.comparison.weight_delta, 92),
    )
    points: tuple[Column[CaseChange], ...] = (
        figure("first_points", "点数甲", lambda row: row.comparison.first_points, 78),
        figure("second_points", "点数乙", lambda row: row.comparison.second_points, 78),
        rise("points", "点数变化", lambda row: row.comparison.points_delta, 92),
    )
    amounts: tuple[Column[CaseChange], ...] = (
        money("first_amount", "金额甲（元）", lambda row: row.comparison.first_amount),
        money("second_amount", "金额乙（元）", lambda row: row.comparison.second_amount),
        rise("amount", "金额变化（元）", lambda row: row.comparison.amount_delta, 116, cents=True),
    )
    return (
        text("record", "病案号", lambda row: row.record_no, 90),
        text("department", "科室", lambda row: row.department, 110),
        text("code", "主要诊断", lambda row: next(iter(row.comparison.case.diagnoses), ""), 104),
        text("first", "方案甲", lambda row: row.comparison.first.drg or "未入组", 96, stretch=True),
        text("second", "方案乙", lambda row: row.comparison.second.drg or "未入组", 96, stretch=True),
        *(
            one
            for part, had in zip((weights, points, amounts), _had(whole), strict=True)
            if had
            for one in part
        ),
    )


def _had(whole: Change) -> tuple[bool, bool, bool]:
    """Whether both sides have weights, points, money; weights stand for all where nothing is to be had."""
    return bool(whole.weighed) or not (whole.pointed or whole.priced), bool(whole.pointed), bool(whole.priced)


class SchemeCompareWindow(ToolWindow):
    """Choose two sides, compare, read the differences."""

    default_size = QSize(1320, 760)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self.sides = SchemeSides()
        self.compare_button = QPushButton("开始对比")
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.only_changed = QCheckBox("只看换组的病例")
        self.only_changed.setChecked(True)
        none = Change("")
        self.departments, departments = self.add_table(
            "按科室", _change_columns(none, "科室"), lambda row: row.key, empty="选好两边后点“开始对比”"
        )
        self.diagnoses, diagnoses = self.add_table(
            "按主要诊断", _change_columns(none, "主要诊断", self._diagnosis_name), lambda row: row.key
        )
        self.procedures, procedures = self.add_table(
            "按主要手术", _change_columns(none, "主要手术操作", self._procedure_name), lambda row: row.key
        )
        self.pairs, pairs = self.add_table(
            "按换组去向", _change_columns(none, "原组 → 新组", self._pair_name, 140), lambda row: row.key
        )
        self.cases, self.case_table = self.add_table("逐例", _case_columns(none), lambda row: row.number)
        self._summaries = (departments, diagnoses, procedures, pairs)
        for table in self._summaries[1:]:
            table.empty_text = "还没有对比，或没有病例换组"
        self.case_table.empty_text = "还没有对比，或没有病例换组"
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        for table, title in (
            (departments, "按科室"),
            (diagnoses, "按主要诊断"),
            (procedures, "按主要手术"),
            (pairs, "按换组去向"),
            (self.case_table, "逐例"),
        ):
            self.tabs.addTab(table, title)
        self.tabs.setCornerWidget(self.only_changed)
        self.tabs.currentChanged.connect(self._tab_changed)
        self._tab_changed()
        self._found: SchemeComparison | None = None
        self._told: list[tuple[str, str]] = []
        self._lay_out()
        self.compare_button.clicked.connect(self.compare)
        self.only_changed.toggled.connect(self._filter)
        self.case_table.doubleClicked.connect(self._go_to_case)

    def refresh(self) -> None:
        """Offer the schemes and weight tables there are."""
        chosen = self.context.settings.drg_scheme

        def work(progress: Progress) -> tuple[list[KeptScheme], list[KeptWeights]]:
            return known_schemes(chosen, progress), known_weights(progress)

        self.run("正在读取各方案和权重表", work, lambda found: self._offer(*found))

    @Slot()
    def compare(self) -> None:
        """Run the cases through both sides."""
        knowledge = self.context.knowledge
        if knowledge is None or not self.compare_button.isEnabled():
            return
        cases, settler, terminology = self.context.cases, knowledge.drg_settler, knowledge.terminology
        try:
            sides = (self.sides.side(0), self.sides.side(1))
        except UserError as error:
            tell_user(self, error)
            return
        self._told = [(title, self.sides.told(side)) for side, title in enumerate(TITLES)]
        self.run(
            "正在对比",
            lambda progress: compare_schemes(cases, terminology, sides, settler, progress),
            self._show,
        )

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """What was compared, and the sums."""
        return [*self._told, ("结果", self.summary.text())]

    def _offer(self, schemes: list[KeptScheme], tables: list[KeptWeights]) -> None:
        usable = [one for one in schemes if not one.problem]
        settings, knowledge = self.context.settings, self.context.knowledge
        settler = knowledge.drg_settler if knowledge else None
        self.sides.offer(
            usable,
            [table for table in tables if not table.problem],
            scheme=settings.drg_scheme or str(demo_folder(DEMO_DRG)),
            weights=settings.drg_weights,
            parameters=settler.profile.title if isinstance(settler, Settler) else "",
        )
        self.compare_button.setEnabled(bool(usable))
        enough = len(usable) > 1 or bool(tables)
        self.busy.tell(
            "" if enough else "目前只有一个方案。可在“分组方案”中导入另一版，或导入另一年的权重表，再来对比。"
        )

    def _show(self, found: SchemeComparison) -> None:
        self._found = found
        whole = found.whole
        for table, columns in zip(
            self._summaries,
            (
                _change_columns(whole, "科室"),
                _change_columns(whole, "主要诊断", self._diagnosis_name),
                _change_columns(whole, "主要手术操作", self._procedure_name),
                _change_columns(whole, "原组 → 新组", self._pair_name, 140),
            ),
            strict=True,
        ):
            table.show_columns(columns)
        self.case_table.show_columns(_case_columns(whole))
        self.departments.set_rows(found.departments)
        self.diagnoses.set_rows(found.diagnoses)
        self.procedures.set_rows(found.procedures)
        self.pairs.set_rows(found.pairs)
        self.cases.set_rows(found.rows)
        self._filter(self.only_changed.isChecked())
        self.summary.setText(_summed_up(found))
        both = self.sides.side(0).profile == self.sides.side(1).profile and not any(
            rate.text().strip() for rate in self.sides.rates
        )
        told = (
            "两边按同一套结算参数计算，差别只来自分组与权重。"
            if both
            else "两边各按所选的结算参数或费率计算。"
        )
        self.busy.tell(f"{told}逐例表中双击可转到该病例。")

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
        return self._name(Kind.DIAGNOSIS, code)

    def _procedure_name(self, code: str) -> str:
        return self._name(Kind.PROCEDURE, code)

    def _name(self, kind: Kind, code: str) -> str:
        knowledge = self.context.knowledge
        entry = knowledge.terminology.lookup(kind, Edition.INSURANCE, code) if knowledge and code else None
        return entry.name if entry else ""

    def _pair_name(self, key: str) -> str:
        if self._found is None:
            return ""
        old, _, new = key.partition(" → ")
        first, second = self._found.first.group_names, self._found.second.group_names
        return f"{first.get(old, old)} → {second.get(new, new)}"

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.sides, 1)
        row.addWidget(self.compare_button, 0, Qt.AlignmentFlag.AlignBottom)
        self.body_layout.addLayout(row)
        self.body_layout.addWidget(self.summary)
        self.body_layout.addWidget(self.tabs, 1)


def _summed_up(found: SchemeComparison) -> str:
    """The whole hospital in a few clauses: rises and falls alike, and what could not be had."""
    whole = found.whole
    share = whole.changed / whole.cases if whole.cases else 0
    parts = [
        f"共 {whole.cases:,} 例，换组 {whole.changed:,} 例（{share:.2%}）：变为入组 {whole.gained_group:,}，"
        f"变为未入组 {whole.lost_group:,}"
    ]
    for delta, counted, unit in (
        (whole.weight_delta, whole.weighed, "权重"),
        (whole.points_delta, whole.pointed, "点数"),
    ):
        if counted:
            moved = wording.change(delta, wording.number(delta))
            parts.append(f"两边都有{unit}的 {counted:,} 例，总{unit} {moved}")
    if not whole.weighed and not whole.pointed:
        parts.append(_no_worth(found))
    if whole.priced:
        amount = wording.change(whole.amount_delta, wording.money(whole.amount_delta))
        parts.append(f"两边都能算出金额的 {whole.priced:,} 例，金额 {amount} 元")
    else:
        parts.append("没有两边都能算出的金额：可给每一边选结算参数，或填费率/点值")
    if whole.risen or whole.fallen:
        parts.append(f"增加 {whole.risen:,} 例，减少 {whole.fallen:,} 例")
    return "；".join(parts) + "。"


def _no_worth(found: SchemeComparison) -> str:
    """Why weights cannot be compared."""
    names = [
        title
        for title, scheme in zip(TITLES, (found.first, found.second), strict=True)
        if scheme.weights is None
    ]
    if names:
        return f"{'、'.join(names)}没有权重表，权重不能比"
    return "一边是权重、一边是点数，或没有共同的组，不能相减"
