"""Tool 假设分析: what each other reading of the case at hand would give, rises and falls alike, with the rule that decides."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSize, Qt, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit

from app.alternatives import Reading, Readings, advice_text, readings
from app.errors import UserError
from app.missing_codes import TYPED, MissingCode, typed_code
from coding_rules.grouper.counterfactual import AlternativeKind
from coding_rules.grouper.grouping import WORTH, System
from ui import wording
from ui.dialogs.messages import tell_user
from ui.models.columns import Column
from ui.tools.columns import figure, money, rise, text
from ui.tools.context import ToolContext
from ui.tools.spec import ToolSpec
from ui.tools.window import NO_DIP, NO_DRG, ToolWindow

WARNING = "这里只回答“如果这样编会怎样”，不是建议。哪一种正确由病历和编码规则决定，与权重、金额无关。"


def _what(row: Reading) -> str:
    if row.is_filed:
        return AlternativeKind.AS_FILED.value
    if row.why:
        return f"{row.alternative.kind.value}（{'试' if row.why == TYPED else '首页别处'}）"
    return f"{row.alternative.kind.value}（第 {row.line + 1} 行）"


def _group(row: Reading) -> str:
    grouping = row.scored.grouping
    return f"{grouping.group} {grouping.name}" if grouping.grouped else f"未入组：{grouping.reason}"


def _advice(row: Reading) -> str:
    return "、".join(standard.value for standard in row.advised) + ("建议" if row.advised else "")


def _band(row: Reading) -> str:
    settlement = row.scored.settlement
    return settlement.band.value if settlement else wording.MISSING


def columns(system: System) -> tuple[Column[Reading], ...]:
    """The columns under one system: a group is worth 权重 or 点数 under DRG and 分值 under DIP."""
    weight, places = ("权重/点数", 4) if system is System.DRG else ("分值", 2)
    return (
        text("what", "假设", _what, 158, strong=lambda row: row.is_filed),
        text("code", "编码", lambda row: row.alternative.code, 104),
        text("name", "名称", lambda row: row.name, 130),
        text("group", "入组结果", _group, 190, stretch=True, strong=lambda row: row.alternative.changed),
        figure("weight", weight, lambda row: row.weight, 76, places=places),
        rise("weight_change", f"{weight}变化", lambda row: row.weight_change, 104, places=places),
        money("amount", "支付金额（元）", lambda row: row.amount, 108),
        rise("amount_change", "金额变化（元）", lambda row: row.delta.amount, 108, cents=True),
        text("band", "倍率区间", _band, 70),
        text("advice", "选择规则", _advice, 160),
        text("rules", "判断依据", lambda row: row.rules.replace("\n", "；"), 110, tip=lambda row: row.rules),
    )


class AlternativesWindow(ToolWindow):
    """Follows the case at hand; keeps case order unless a header is clicked."""

    default_size = QSize(1440, 660)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self.system = QComboBox()
        self.system.setAccessibleName("支付体系")
        for system in System:
            self.system.addItem(f"按 {system.value} 计", system)
        self.case = QLabel()
        self.case.setProperty("role", "title")
        self.warning = QLabel(WARNING)
        self.warning.setProperty("role", "warning")
        self.warning.setWordWrap(True)
        self.advice = QLabel()
        self.advice.setWordWrap(True)
        self.advice.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.try_code = QLineEdit()
        self.try_code.setPlaceholderText("再试一个编码，回车")
        self.try_code.setAccessibleName("再试一个编码")
        self.try_code.setToolTip("假如补上这个诊断或手术操作编码，会进哪个组；只是试，不改病例")
        self.try_code.setFixedWidth(self.fontMetrics().horizontalAdvance("再试一个编码，回车") + 40)
        self._tried: tuple[str, tuple[MissingCode, ...]] = ("", ())
        self.rules = QLabel()
        self.rules.setWordWrap(True)
        self.rules.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.rules.setMinimumHeight(self.fontMetrics().height() * 3 + 6)
        self.rules.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.parts = {
            system: self.add_table(f"{system.value} 假设分析", columns(system), lambda row: row.number)
            for system in System
        }
        self._lay_out()
        self.system.currentIndexChanged.connect(self.renew)
        self.try_code.returnPressed.connect(self._try)
        for _, table in self.parts.values():
            table.selectionModel().currentChanged.connect(self._show_rules)
        if context.workbench is not None:
            self.system.setCurrentIndex(list(System).index(context.workbench.system))

    @property
    def chosen_system(self) -> System:
        """DRG or DIP."""
        return list(System)[self.system.currentIndex()]

    def missing(self) -> str:
        """Cases, a case at hand, and a scheme."""
        knowledge = self.context.knowledge
        if knowledge is not None and self.context.workbench is not None:
            if knowledge.drg is None and knowledge.dip is None:
                return NO_DRG
            if self.context.case is None:
                return "请先在主窗口的队列中选一份病例。"
        return super().missing()

    def refresh(self) -> None:
        """Work out the readings of the case at hand."""
        self.follow_case()

    def follow_case(self) -> None:
        """Show the case at hand."""
        case, knowledge, system = self.context.case, self.context.knowledge, self.chosen_system
        for one, (model, table) in self.parts.items():
            table.setVisible(one is system)
            model.set_rows([])
        if case is None or knowledge is None:
            return
        days = f" · 住院 {case.los} 天" if case.los is not None else ""
        self.case.setText(f"{case.record_no or case.case_id} · {case.department or '未填科室'}{days}")
        case_id, tried = self._tried
        tried = tried if case_id == case.case_id else ()
        self.run(
            "正在推算各种假设",
            lambda _progress: (readings(case, knowledge, system, tried), system),
            lambda found: self._show(*found),
        )

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """The case, the warning, what the selection rules say."""
        return [("病例", self.case.text()), ("注意", WARNING), ("选择规则", self.advice.text())]

    @Slot()
    def _try(self) -> None:
        """Add the typed code to what is asked of this case."""
        case, knowledge, typed = self.context.case, self.context.knowledge, self.try_code.text()
        if case is None or knowledge is None or not typed.strip():
            return
        try:
            one = typed_code(typed, case.edition, knowledge.terminology)
        except UserError as error:
            tell_user(self, error)
            return
        case_id, tried = self._tried
        before = tried if case_id == case.case_id else ()
        self._tried = (case.case_id, tuple(dict.fromkeys((*before, one))))
        self.try_code.clear()
        self.follow_case()

    def _show(self, found: Readings | None, system: System) -> None:
        model, table = self.parts[system]
        case = self.context.case
        if found is None or case is None:
            table.empty_text = NO_DRG if system is System.DRG else NO_DIP
            self.advice.setText("")
            return
        self.advice.setText(advice_text(found, case))
        model.set_rows(found.rows)
        table.setCurrentIndex(model.index(0, 0))
        others = len(found.rows) - 1
        moved = sum(row.alternative.changed for row in found.rows)
        unseen = f"对不到医保版编码、没有列入：{'、'.join(found.unseen)}。" if found.unseen else ""
        worth = [step.text for step in found.rows[0].scored.grouping.path if step.stage == WORTH]
        unweighed = f"{worth[0]}。" if worth and found.rows[0].weight is None else ""
        unpaid = "" if found.rows[0].scored.settlement else "没有结算参数，不计金额。"
        self.busy.tell(
            f"共 {others} 种假设，其中 {moved} 种换组。按病例中的顺序列出；点表头可另行排序。{unseen}{unweighed}{unpaid}"
        )

    @Slot(QModelIndex, QModelIndex)
    def _show_rules(self, index: QModelIndex, _before: QModelIndex) -> None:
        row = self.parts[self.chosen_system][0].row_at(index.row())
        if row is None:
            self.rules.setText("")
        elif row.is_filed:
            grouping = row.scored.grouping
            end = "" if grouping.grouped else f" → {_group(row)}"
            self.rules.setText(f"按现编码：{grouping.chain}{end}")
        else:
            why = f"来由：{row.why}\n" if row.why else ""
            self.rules.setText(f"{why}判断依据：{row.rules}")

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.case)
        row.addStretch(1)
        row.addWidget(self.try_code)
        row.addWidget(self.system)
        self.body_layout.addLayout(row)
        self.body_layout.addWidget(self.warning)
        self.body_layout.addWidget(self.advice)
        for _, table in self.parts.values():
            self.body_layout.addWidget(table, 1)
        self.body_layout.addWidget(self.rules)
