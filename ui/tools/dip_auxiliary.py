"""Tool 辅助目录: factors imported or computed from history, what did not become one and why, the strata of the case at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.dip.auxiliary import (
    CaseStrata,
    StratumRow,
    compute_factors,
    keep_auxiliary,
    load_auxiliary,
    strata_of_case,
)
from app.dip.profile_text import choices, show_value
from app.errors import UserError
from app.progress import Progress
from coding_rules.settlement.auxiliary import AuxiliaryCatalogue, AuxiliaryRow
from coding_rules.settlement.auxiliary_history import Refusal
from coding_rules.settlement.figures import show_ratio, tell_yuan
from coding_rules.settlement.profile import RegionProfile
from ui.dialogs.messages import tell_user
from ui.models.columns import Column
from ui.tools.columns import count, figure, text
from ui.tools.context import ToolContext
from ui.tools.dip_parts import KeepRow, tabbed
from ui.tools.dip_sources import SourceBar
from ui.tools.money_fields import wrap_rows
from ui.tools.spec import ToolSpec
from ui.tools.window import NO_CASES, NO_DIP, ToolWindow


def _factor_formula(row: AuxiliaryRow) -> str:
    if row.stratum_mean is None or not row.group_mean:
        return ""
    return f"{tell_yuan(row.stratum_mean)} ÷ {tell_yuan(row.group_mean)} = {show_ratio(row.factor)}"


FACTORS: tuple[Column[AuxiliaryRow], ...] = (
    text("group", "病种编码", lambda row: row.group, 190),
    text("kind", "类型", lambda row: row.kind, 110, muted=True),
    text("label", "分型", lambda row: row.label, 190),
    figure("factor", "系数", lambda row: row.factor, 76, places=4),
    count("cases", "例数", lambda row: row.cases, 64),
    figure("mean", "分型均费（元）", lambda row: row.stratum_mean, 110),
    figure("whole", "病种均费（元）", lambda row: row.group_mean, 110),
    text("formula", "算式", _factor_formula, 180, stretch=True),
    text("source", "来源", lambda row: row.source, 130, muted=True),
)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A stratum that got no factor, or a row of a file that was not read."""

    number: int
    group: str
    stratum: str
    reason: str


REFUSED: tuple[Column[RefusedRow], ...] = (
    text("group", "病种或位置", lambda row: row.group, 240),
    text("stratum", "分型", lambda row: row.stratum, 200),
    text("reason", "原因", lambda row: row.reason, 300, stretch=True),
)
STRATA: tuple[Column[StratumRow], ...] = (
    Column(
        "kind", "类型", lambda row: f"➜ {row.stratum.kind}" if row.applies else row.stratum.kind, width=130,
        strong=lambda row: row.applies, tone=lambda row: "accent" if row.applies else "text",
    ),
    text("label", "分型", lambda row: row.stratum.label, 180, strong=lambda row: row.applies),
    text("why", "为什么", lambda row: row.stratum.why, 300, stretch=True),
    figure("factor", "系数", lambda row: row.factor.factor if row.factor else None, 90, places=4),
    text("formula", "系数算式", lambda row: _factor_formula(row.factor) if row.factor else "", 220, muted=True),
)  # fmt: skip


class AuxiliaryWindow(ToolWindow):
    """``catalogue`` is what is shown: the one in use, what was read in, or what was computed."""

    default_size = QSize(1220, 720)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self.catalogue = AuxiliaryCatalogue(())
        self.paths: tuple[Path, ...] = ()
        self._own = False
        self.source = SourceBar(self)
        self.rules_note = QLabel()
        self.rules_note.setWordWrap(True)
        self.tables_note = QLabel()
        self.tables_note.setProperty("role", "muted")
        self.case_head = QLabel()
        self.case_head.setWordWrap(True)
        self.keep_row = KeepRow("辅助目录", "系数、字典和执行日期放进本院的数据文件夹")
        self.factors, self.factor_table = self.add_table(
            "分型系数", FACTORS, lambda row: (row.group, row.kind, row.label),
            empty="还没有系数。读入医保部门公布的辅助目录，或从历史病例测算。",
        )  # fmt: skip
        self.refused, self.refused_table = self.add_table(
            "未成系数", REFUSED, lambda row: row.number, empty="没有被拒的行或未达条件的分型。"
        )
        self.strata, self.strata_table = self.add_table(
            "当前病例",
            STRATA,
            lambda row: (row.stratum.kind, row.stratum.label),
            sortable=False,
            empty="本例没有分型。",
        )
        wrap_rows(self.strata_table)
        self._lay_out()

    def missing(self) -> str:
        """Cases and a DIP catalogue."""
        if self.context.workbench is None:
            return NO_CASES
        return "" if self.context.knowledge and self.context.knowledge.dip else NO_DIP

    @Slot()
    def refresh(self) -> None:
        """The catalogue in use, unless another one was read or computed here."""
        self.source.say()
        settler = self.context.knowledge.dip_settler if self.context.knowledge else None
        in_use = getattr(settler, "auxiliary", None)
        if not self._own and isinstance(in_use, AuxiliaryCatalogue):
            self.catalogue = in_use
        self._show()

    def follow_case(self) -> None:
        """The strata of the case at hand."""
        case, knowledge, profile = self.context.case, self.context.knowledge, self.profile
        if case is None or knowledge is None:
            self.case_head.setText("没有选中病例。在主窗口选一例，这里列出它属于哪些分型、为什么。")
            self.strata.set_rows([])
            return
        found = strata_of_case(case, knowledge, self.catalogue, profile.auxiliary)
        if found is not None:
            self._show_case(case.case_id, found)

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """Rules, dictionaries and the case at hand."""
        return [
            ("口径", self.rules_note.text()),
            ("字典", self.tables_note.text()),
            ("当前病例", self.case_head.text()),
        ]

    @property
    def profile(self) -> RegionProfile:
        """The region's parameters."""
        settler = self.context.knowledge.dip_settler if self.context.knowledge else None
        profile = getattr(settler, "profile", None)
        return profile if isinstance(profile, RegionProfile) else RegionProfile("", "未设置")

    def read(self, paths: Sequence[Path]) -> None:
        """Read factor tables and dictionaries in, beside those read before."""
        together = (*self.paths, *paths)

        def take(answer: tuple[AuxiliaryCatalogue, tuple[tuple[str, str], ...]]) -> None:
            self.catalogue, refused = answer
            self.paths, self._own = together, True
            idle = self.catalogue.undecidable(self.profile.auxiliary)
            never = "本地区参数的分型口径里没有这个分型，系数用不上；请核对写法或“分型口径”"
            self._refuse(
                [
                    *((place, "", reason) for place, reason in refused),
                    *((row.source or row.group, f"{row.kind} {row.label}", never) for row in idle),
                ]
            )
            self._show()
            self.busy.tell(f"已读入 {self.catalogue.title}，尚未保存。")

        self.run("正在读入辅助目录", lambda _progress: load_auxiliary(together), take)

    @Slot()
    def compute(self) -> None:
        """Compute the factors from past cases, with the dictionaries there are."""
        cases, knowledge = self.source.cases, self.context.knowledge
        rules, tables = self.profile.auxiliary, self.catalogue.tables
        if knowledge is None:
            return

        def work(progress: Progress) -> tuple[tuple[AuxiliaryRow, ...], tuple[Refusal, ...]]:
            return compute_factors(cases, knowledge, tables, rules, progress)

        def take(answer: tuple[tuple[AuxiliaryRow, ...], tuple[Refusal, ...]]) -> None:
            rows, refused = answer
            self.catalogue, self._own = AuxiliaryCatalogue(rows, tables, "历史测算"), True
            self._refuse([(each.group, f"{each.kind} {each.label}", each.reason) for each in refused])
            self._show()
            self.busy.tell(
                f"由 {len(cases):,} 例算出 {len(rows):,} 个系数，{len(refused):,} 个分型未达条件。"
            )

        self.run("正在测算系数", work, take)

    @Slot()
    def save(self) -> str:
        """Keep what is shown; its folder, empty when it was refused."""
        try:
            folder = keep_auxiliary(self.catalogue, self.keep_row.title.text(), self.keep_row.day)
        except UserError as error:
            tell_user(self, error)
            return ""
        self.busy.tell(f"已保存：{folder}")
        return str(folder)

    @Slot()
    def use(self) -> None:
        """Keep it and let the review settle by it."""
        if folder := self.save():
            self.context.keep_settings(replace(self.context.settings, dip_auxiliary=folder))

    # --- inside --------------------------------------------------------------------------------------------

    def _show(self) -> None:
        self.factors.set_rows(self.catalogue.rows)
        self.keep_row.title.setText(self.keep_row.title.text() or self.catalogue.title)
        tables = self.catalogue.tables
        counted = (
            ("重度", tables.severe), ("中度", tables.moderate), ("转移", tables.spread), ("放疗", tables.radiotherapy),
            ("化疗", tables.chemotherapy), ("CCI", tables.cci), ("次要诊断", tables.secondary),
        )  # fmt: skip
        listed = "，".join(f"{name} {len(codes):,}" for name, codes in counted if codes)
        self.tables_note.setText(f"字典：{listed or '没有，中、重度与 CCI 不能判断'}")
        self._say_rules()
        self.follow_case()

    def _say_rules(self) -> None:
        profile = self.profile
        rules = profile.auxiliary
        scheme = show_value(profile, "auxiliary", "scheme")
        triggers = [
            (rules.group_cases, f"病种多于 {rules.group_cases} 例"),
            (rules.stratum_cases, f"分型多于 {rules.stratum_cases} 例"),
            (rules.cv_screen, f"CV 大于 {rules.cv_screen}"),
            (rules.cv_drop, f"CV 至少降 {rules.cv_drop}"),
        ]
        listed = (
            "，".join(words for value, words in triggers if value is not None)
            or "未设触发条件，凡有病例的分型都给系数"
        )
        off = (
            ""
            if rules.enabled
            else f"　地区参数中“使用辅助目录”为“{choices('auxiliary', 'enabled')[1]}”，结算时不乘系数。"
        )
        self.rules_note.setText(f"口径：{scheme}；{listed}。{off}")

    def _show_case(self, case_id: str, found: CaseStrata) -> None:
        undecided = "".join(f"　{reason}。" for reason in found.undecided)
        name = f"{found.grouping.group} {found.grouping.name}".strip()
        self.case_head.setText(f"{case_id}　{name}　{found.verdict}{undecided}")
        self.strata.set_rows(found.rows)

    def _refuse(self, rows: Sequence[tuple[str, str, str]]) -> None:
        self.refused.set_rows(RefusedRow(number, *row) for number, row in enumerate(rows))
        self.tabs.setTabText(1, f"未成系数（{len(rows):,}）" if rows else "未成系数")

    @Slot()
    def _choose(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self, "辅助目录系数表或字典", str(Path.home()), "表格 (*.xlsx *.xls *.csv)"
        )
        if names:
            self.read([Path(name) for name in names])

    def _lay_out(self) -> None:
        read, compute = QPushButton("读入系数表或字典…"), QPushButton("从历史测算")
        read.setToolTip(
            "系数表：病种编码、辅助目录名称、调节系数；字典：诊断编码和严重程度，或诊断编码和 CCI 权重"
        )
        read.clicked.connect(self._choose)
        compute.clicked.connect(self.compute)
        row = QHBoxLayout()
        row.addWidget(self.rules_note, 1)
        row.addWidget(self.tables_note)
        row.addWidget(read)
        row.addWidget(compute)
        case_page = QWidget()
        inside = QVBoxLayout(case_page)
        inside.setContentsMargins(0, 6, 0, 0)
        inside.addWidget(self.case_head)
        inside.addWidget(self.strata_table, 1)
        self.tabs = tabbed(
            ((self.factor_table, "分型系数"), (self.refused_table, "未成系数"), (case_page, "当前病例"))
        )
        self.keep_row.keep.clicked.connect(self.save)
        self.keep_row.use.clicked.connect(self.use)
        self.body_layout.addWidget(self.source)
        self.body_layout.addLayout(row)
        self.body_layout.addWidget(self.tabs, 1)
        self.body_layout.addWidget(self.keep_row)
