"""Tool 规则库: all rules with search and facets, plain text, examples; switch off, re-grade, thresholds, rules of the hospital's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.errors import UserError
from app.facets import accepts
from app.facets import count as count_facets
from app.progress import Progress
from app.rules.front_page_score import load_score_table
from app.rules.hospital_rules import PACK_ID, HospitalRules, load_hospital_rules, save_hospital_rules
from app.rules.rule_catalogue import FACETS, RuleLine, ThresholdLine, catalogue, examples, thresholds
from coding_rules.checks.engine import CheckEngine
from coding_rules.checks.pack import Pack, Rule
from coding_rules.finding import Finding, Severity
from coding_rules.scoring import ScoreTable, shipped_table
from ui.dialogs.messages import tell_user
from ui.models.columns import Column
from ui.panels.facets import FacetPanel
from ui.tools.columns import count, text
from ui.tools.context import ToolContext
from ui.tools.rows import filter_rows
from ui.tools.rules_detail import RuleDetail
from ui.tools.rules_form import RuleForm
from ui.tools.spec import ToolSpec
from ui.tools.window import LOADING, ToolWindow

NO_RULES = "没有载入审核规则。"
APPLY_MS = 700
"""Changes made one after another are reviewed once, this long after the last."""
FILTER_MS = 120


def _rule_columns() -> tuple[Column[RuleLine], ...]:
    return (
        text("id", "编号", lambda row: row.rule.id, 78),
        Column(
            "severity",
            "级别",
            lambda row: row.severity.label,
            sort=lambda row: row.severity.rank,
            width=50,
            tone=lambda row: row.severity.value if row.on else "muted",
            strong=lambda row: row.severity is not row.rule.severity,
        ),
        Column(
            "title",
            "规则",
            lambda row: row.rule.title,
            width=220,
            stretch=True,
            tone=lambda row: "" if row.on else "muted",
            tip=lambda row: row.rule.message,
        ),
        text("pack", "类别", lambda row: row.pack, 104, muted=True),
        count("cases", "本月病例", lambda row: row.cases, 66),
        count("hits", "本月处数", lambda row: row.hits, 66),
        Column(
            "state",
            "状态",
            lambda row: "启用" if row.on else "停用",
            width=50,
            tone=lambda row: "" if row.on else "warning",
        ),
    )


class RuleLibraryWindow(ToolWindow):
    """The library of rules. What is changed here is written at once and the open month is reviewed again by it."""

    default_size = QSize(1320, 760)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self.hospital = HospitalRules()
        self._packs: tuple[Pack, ...] = ()
        self._listed: list[RuleLine] = []
        self._wanted = ""
        self.search = QLineEdit()
        self.search.setPlaceholderText("查找：编号、标题、条件、依据…")
        self.search.setAccessibleName("查找规则")
        self.search.setClearButtonEnabled(True)
        self.tally = QLabel()
        self.tally.setProperty("role", "muted")
        self.facets = FacetPanel(unit="条")
        self.model, self.table = self.add_table(
            "规则", _rule_columns(), lambda row: row.rule.id, empty="没有符合条件的规则"
        )
        self.limits, self.limit_table = self.add_table(
            "阈值", self._threshold_columns(), lambda row: row.threshold.id
        )
        self.detail = RuleDetail()
        self.add_button = self.add_head_button(
            "新增本院规则…", "add", self.add_rule, "用规则语言写一条本院自己的规则，保存前可在本月试运行"
        )
        self._soon = QTimer(self, singleShot=True, interval=FILTER_MS)
        self._apply = QTimer(self, singleShot=True, interval=APPLY_MS)
        self._lay_out()
        self._connect()

    def missing(self) -> str:
        """Rules, with or without open cases."""
        if self.context.knowledge is None:
            self.context.load_knowledge()
            return LOADING
        return "" if isinstance(self.context.knowledge.checker, CheckEngine) else NO_RULES

    @property
    def engine(self) -> CheckEngine:
        """The rules in use."""
        checker = self.context.knowledge.checker if self.context.knowledge else None
        if not isinstance(checker, CheckEngine):
            raise TypeError("shown only with rules")
        return checker

    def refresh(self) -> None:
        """List all rules with what they found."""
        try:
            self.hospital = load_hospital_rules()
        except UserError as error:
            tell_user(self, error)
        self._packs = tuple(pack for pack in self.engine.packs if pack.id != PACK_ID)
        self._list()

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """What the hospital set."""
        return [("本院设置", self.hospital.summary or "没有改动")]

    # --- changes -------------------------------------------------------------------------------------------

    def use(self, hospital: HospitalRules) -> None:
        """Write what the hospital set and let it hold."""
        try:
            save_hospital_rules(hospital)
        except UserError as error:
            tell_user(self, error)
            return
        self.hospital = hospital
        self._list()
        self._apply.start()

    def add_rule(self) -> None:
        """Write a rule of the hospital's own."""
        known = [rule.id for pack in self._packs for rule in pack.rules]
        new = Rule(self.hospital.next_id(known), "", Severity.WARNING, "", "", pack=PACK_ID)
        self._edit(new)

    @Slot(str)
    def edit_rule(self, rule_id: str) -> None:
        """Change a rule of the hospital's own."""
        rule = next((one for one in self.hospital.rules if one.id == rule_id), None)
        if rule is not None:
            self._edit(rule)

    @Slot(str)
    def delete_rule(self, rule_id: str) -> None:
        """Ask, then delete a rule of the hospital's own."""
        box = QMessageBox(self)
        box.setWindowTitle("删除本院规则")
        box.setText(f"删除规则 {rule_id}？")
        box.setInformativeText("编号不会再用于别的规则。只想暂时不用，可以“停用”。")
        delete = box.addButton("删除", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("取消", QMessageBox.ButtonRole.RejectRole)
        box.finished.connect(
            lambda _result: (
                self.use(self.hospital.without_rule(rule_id)) if box.clickedButton() is delete else None
            )
        )
        box.finished.connect(box.deleteLater)
        box.open()

    @Slot(str, bool)
    def _switch(self, rule_id: str, on: bool) -> None:
        self.use(self.hospital.switched(rule_id, on))

    @Slot(str, object)
    def _grade(self, rule_id: str, severity: Severity) -> None:
        line = self.detail.line
        if line is not None and line.rule.id == rule_id:
            self.use(self.hospital.graded(line.rule, severity))

    def _edit(self, rule: Rule) -> None:
        form = RuleForm(rule, self.engine, self.context.cases, self.context.jobs, self, _score_table())
        form.accepted.connect(lambda: self._take(form.rule))
        form.case_wanted.connect(self.context.case_wanted)
        form.finished.connect(form.deleteLater)
        form.open()

    def _take(self, rule: Rule) -> None:
        self._wanted = rule.id
        self.use(self.hospital.with_rule(rule))

    def _limit(self, row: ThresholdLine, typed: str) -> bool:
        try:
            value = float(typed.strip() or row.threshold.value)
        except ValueError:
            self.busy.tell(f"“{typed}”不是数字。")
            return False
        default = value == row.threshold.value
        self.use(self.hospital.limited(row.threshold.id, None if default else value))
        return True

    def closeEvent(self, event: QCloseEvent) -> None:
        """What was changed a moment ago holds too."""
        if self._apply.isActive():
            self._apply.stop()
            self.context.rules_changed.emit()
        super().closeEvent(event)

    # --- showing -------------------------------------------------------------------------------------------

    def select(self, rule_id: str) -> None:
        """Put the cursor on a rule, if it is shown."""
        place = self.model.place_of(rule_id)
        if place >= 0:
            self.table.setCurrentIndex(self.model.index(place, 0))
            self.table.scrollTo(self.model.index(place, 0))

    def _list(self) -> None:
        bench = self.context.workbench
        findings = [result.findings for result in bench.results()] if bench else None
        checker, cases = (bench.knowledge.checker, bench.originals) if bench else (None, ())
        packs = (*self._packs, self.hospital.pack)
        hospital = self.hospital
        self.limits.set_rows(thresholds(self._packs, hospital))

        def work(progress: Progress) -> list[RuleLine]:
            lacking = checker.not_evaluated_anywhere(cases) if isinstance(checker, CheckEngine) else {}
            return _read(packs, hospital, findings, lacking, progress)

        self.run("正在列出规则", work, self._show)

    def _show(self, lines: list[RuleLine]) -> None:
        kept = self._wanted or (self.detail.line.rule.id if self.detail.line else "")
        self._wanted = ""
        self._listed = lines
        self.model.set_rows(lines)
        self._filter()
        self.select(kept)
        row = self.model.row_at(self.model.place_of(kept))
        self.detail.show_rule(row)
        if row is None and self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(0, 0))
            self.detail.show_rule(self.model.row_at(0))  # the first row may have been the current one already
        self._say(lines)

    def _say(self, lines: list[RuleLine]) -> None:
        on = sum(line.on for line in lines)
        own = self.hospital.summary
        waiting = "正在按新的设置重新审核…" if self._apply.isActive() else ""
        self.busy.tell(
            f"共 {len(lines):,} 条规则，启用 {on:,} 条。{f'本院{own}。' if own else ''}{waiting}"
            "改动写入本院自己的文件，升级程序不会覆盖。"
        )

    @Slot()
    def _filter(self) -> None:
        words = self.search.text().casefold().split()
        found = [row for row in self._listed if all(word in row.text for word in words)]
        wanted = {row.rule.id for row in found}
        passes = accepts(FACETS, self.facets.chosen)
        filter_rows(self.table, lambda row: row.rule.id in wanted and passes(row))
        self.facets.show_counts(FACETS, count_facets(FACETS, found, self.facets.chosen))
        shown, total = self.model.rowCount(), len(self._listed)
        self.tally.setText(f"{shown:,} / {total:,} 条" if shown != total else f"共 {shown:,} 条")

    @Slot(QModelIndex, QModelIndex)
    def _moved(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.detail.show_rule(self.model.row_at(current.row()))

    def _connect(self) -> None:
        self._soon.timeout.connect(self._filter)
        self._apply.timeout.connect(self.context.rules_changed)
        self.search.textChanged.connect(self._soon.start)
        self.facets.changed.connect(self._filter)
        self.table.selectionModel().currentRowChanged.connect(self._moved)
        self.detail.switched.connect(self._switch)
        self.detail.graded.connect(self._grade)
        self.detail.edit_wanted.connect(self.edit_rule)
        self.detail.delete_wanted.connect(self.delete_rule)
        self.context.reviewed.connect(self.renew)

    def _threshold_columns(self) -> tuple[Column[ThresholdLine], ...]:
        return (
            text("label", "阈值", lambda row: row.threshold.label, 260, stretch=True),
            Column(
                "value",
                "本院取值（双击修改）",
                lambda row: f"{row.value:g}",
                sort=lambda row: row.value,
                width=140,
                numeric=True,
                commit=self._limit,
                strong=lambda row: row.changed,
                value=lambda row: row.value,
            ),
            text("unit", "单位", lambda row: row.threshold.unit, 60),
            Column(
                "default",
                "默认",
                lambda row: f"{row.threshold.value:g}",
                width=70,
                numeric=True,
                value=lambda row: row.threshold.value,
            ),
            text("pack", "类别", lambda row: row.pack, 110, muted=True),
            text("rules", "使用它的规则", lambda row: "、".join(row.rules), 260, muted=True),
        )

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addWidget(self.tally)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        rules = QSplitter(Qt.Orientation.Horizontal)
        for part, stretch in ((self.facets, 0), (middle, 1), (self.detail, 0)):
            rules.addWidget(part)
            rules.setStretchFactor(rules.count() - 1, stretch)
        rules.setSizes([210, 690, 400])
        rules.setChildrenCollapsible(False)
        rules.setContentsMargins(0, 6, 0, 0)
        trigger = QAbstractItemView.EditTrigger
        self.limit_table.setEditTriggers(
            trigger.DoubleClicked | trigger.EditKeyPressed | trigger.AnyKeyPressed
        )
        tabs = QTabWidget()
        tabs.addTab(rules, "规则")
        tabs.addTab(self.limit_table, "阈值")
        tabs.setAccessibleName("规则与阈值")
        self.body_layout.addWidget(tabs, 1)


def _score_table() -> ScoreTable:
    """The hospital's own table of points; the shipped one where its file cannot be used (the score's window says why)."""
    try:
        return load_score_table()
    except UserError:
        return shipped_table()


def _read(
    packs: Sequence[Pack],
    hospital: HospitalRules,
    findings: Sequence[Sequence[Finding]] | None,
    lacking: Mapping[str, str],
    progress: Progress,
) -> list[RuleLine]:
    """List the rules, and read their texts and examples once so that the first search and the first rule shown need not."""
    lines = catalogue(packs, hospital, findings, lacking)
    for done, line in enumerate(lines, start=1):
        assert line.text
        examples(line.rule)
        progress.report(done, len(lines), "正在列出规则")
    return lines
