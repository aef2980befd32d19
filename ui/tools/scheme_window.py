"""Tool 分组方案: the rules of a DRG scheme, its lists, weights, versions and inconsistencies; import and adapted copies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLabel, QMenu, QPushButton, QTabWidget

from app.drg.scheme_check import CheckedScheme, check_scheme
from app.drg.scheme_search import SchemeIndex
from app.drg.scheme_store import (
    KeptScheme,
    RuleKey,
    keep_scheme,
    known_schemes,
    remove_scheme,
    save_adapted,
    schemes_dir,
)
from app.drg.schemes import load_drg_scheme
from app.drg.weight_tables import KeptWeights, keep_weights, known_weights, load_weight_table, remove_weights
from app.knowledge import DEMO_DRG, NONE, demo_folder
from app.progress import Progress
from coding_rules.finding import Severity
from coding_rules.grouper.collector import without_collector
from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.drg.weight_table import WeightTable
from icd_tables.terminology import Terminology
from ui.tools.code_lists import CodeLists, ListRow
from ui.tools.context import ToolContext
from ui.tools.scheme_issues import ISSUE_COLUMNS, IssueRow
from ui.tools.scheme_rules import SchemeRules
from ui.tools.scheme_text import described
from ui.tools.scheme_versions import SchemeVersions
from ui.tools.scheme_weights import SchemeWeights
from ui.tools.spec import ToolSpec
from ui.tools.window import NO_DRG, ToolWindow

WORKBOOKS = "工作簿 (*.xlsx *.xlsm *.xls)"
TABLES = "权重表 (*.xlsx *.xlsm *.xls *.csv)"


class SchemeWindow(ToolWindow):
    """Shows the scheme in use, or another one opened for looking at. Edits live here until saved as a copy."""

    default_size = QSize(1240, 780)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self.scheme: Scheme | None = None
        self._in_use: Scheme | None = None
        self._offered: Path | None = None
        self._column: tuple[str, ...] = ()
        self.save_button = self.add_head_button(
            "保存为副本…", "edit", self._ask_name, "把改过的规则存成一个新方案；原方案不变"
        )
        self._add_import_menu()
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.rules = SchemeRules(self.add_table)
        self.lists = CodeLists(self.add_table, "全部")
        self.weights = SchemeWeights(self.add_table)
        self.issues, self.issues_table = self.add_table(
            "校验", ISSUE_COLUMNS, lambda row: row.number, empty="没有发现不一致之处。"
        )
        self.versions = SchemeVersions(self.add_table)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        for page, title in (
            (self.rules, "分组规则"),
            (self.lists, "编码列表"),
            (self.weights, "权重表"),
            (self.issues_table, "校验"),
            (self.versions, "版本"),
        ):
            self.tabs.addTab(page, title)
        self.body_layout.addWidget(self.about)
        self.body_layout.addWidget(self.tabs, 1)
        self.rules.edits_changed.connect(self._enable_save)
        self.weights.offer.wanted.connect(self._keep_weights)
        self.weights.offer.dropped.connect(self._drop_weights)
        self.weights.offer.column_wanted.connect(self._read_by_column)
        self.weights.versions.show_wanted.connect(self._look_at_weights)
        self.weights.versions.use_wanted.connect(self._use_weights)
        self.weights.versions.changed.connect(self._noted)
        self.weights.versions.delete_wanted.connect(self._delete_weights)
        self.versions.show_wanted.connect(self.open_scheme)
        self.versions.use_wanted.connect(self.use_scheme)
        self.versions.changed.connect(self._noted)
        self.versions.delete_wanted.connect(self._delete_scheme)
        self.issues_table.doubleClicked.connect(self._go_to_issue)

    def missing(self) -> str:
        """Only the knowledge: a scheme may always be imported."""
        return NO_DRG if self.context.knowledge is None else ""

    def refresh(self) -> None:
        """Show the scheme in use; edits are kept as long as it is the same one."""
        grouper = self.context.knowledge.drg if self.context.knowledge else None
        scheme = grouper.scheme if isinstance(grouper, DrgGrouper) else None
        if scheme is None:
            self.about.setText(f"{NO_DRG} 也可以在这里导入。")
            self._list_versions()
        elif scheme is not self._in_use:
            self._in_use = scheme
            self.show_scheme(scheme)
            self._go_to_case()

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """Which scheme."""
        return [("方案", self.about.text())]

    def show_scheme(self, scheme: Scheme) -> None:
        """Show a scheme: rules at once, its inconsistencies and the versions when they are worked out."""
        self._keep_draft()
        self.scheme = scheme
        with without_collector():  # it would walk the new scheme's hundred thousand rows on the window's time
            self._fill(scheme)
        self.issues.set_rows(())
        self.issues_table.empty_text = "正在校验…"
        chosen, terminology = self.context.settings.drg_scheme, self._terminology
        self.run(
            "正在校验方案",
            lambda progress: check_scheme(scheme, terminology, chosen, progress),
            self._checked,
        )

    def _fill(self, scheme: Scheme) -> None:
        """Head, rules, lists and weights."""
        terminology = self._terminology
        self.about.setText(described(scheme, self.context.cases, self._versions_in_use(scheme)))
        self.rules.show_scheme(scheme, terminology, self._draft(scheme))
        index = SchemeIndex(scheme)
        self.lists.use(terminology, scheme.info.edition)
        self.lists.show_lists([ListRow(one, len(index.users_of(one))) for one in scheme.lists])
        self.weights.show_weights(scheme.weights, scheme)

    def _versions_in_use(self, scheme: Scheme) -> Sequence[Scheme]:
        """The versions that cases are grouped by, if this is one of them."""
        grouper = self.context.knowledge.drg if self.context.knowledge else None
        versions = grouper.versions if isinstance(grouper, DrgGrouper) else ()
        return versions if scheme in versions else (scheme,)

    @Slot(object)
    def open_scheme(self, path: Path) -> None:
        """Look at another scheme without using it."""
        self.run("正在读取方案", partial(load_drg_scheme, path), self.show_scheme)

    @Slot(object)
    def use_scheme(self, path: Path) -> None:
        """Group by this scheme from now on; a local weight table stays with the scheme it was chosen for, whatever its version."""
        chosen = "" if path == demo_folder(DEMO_DRG) else str(path)
        ids = {row.path: row.info.scheme_id for row in self.versions.model.rows()}
        same = self._in_use is not None and ids.get(path) == self._in_use.id
        weights = self.context.settings.drg_weights if same else ""
        self.context.keep_settings(replace(self.context.settings, drg_scheme=chosen, drg_weights=weights))

    def import_scheme(self, path: Path) -> None:
        """Copy a scheme into the data folder and show it."""

        def work(progress: Progress) -> tuple[Path, Scheme]:
            kept = keep_scheme(path)
            return kept, load_drg_scheme(kept, progress)

        self.run("正在导入分组方案", work, lambda done: self._imported(*done))

    def import_weights(self, path: Path) -> None:
        """Read a local weight table and show how it was understood, before it is used."""
        self._offered, self._column = path, ()
        self.run("正在读取权重表", lambda _progress: load_weight_table(path), self._weights_read)

    @Slot(str)
    def _read_by_column(self, header: str) -> None:
        """Read the table on offer by another of the columns that would do."""
        path, self._column = self._offered, (header,)
        if path is not None:
            self.run(
                "正在读取权重表",
                lambda _progress: load_weight_table(path, prefer=(header,)),
                self._weights_read,
            )

    def save_copy(self, name: str) -> None:
        """Save the edited rules as a new scheme."""
        scheme, edits = self.scheme, dict(self.rules.edits)
        if scheme is None:
            return

        def work(progress: Progress) -> tuple[Path, Scheme]:
            folder = save_adapted(scheme, edits, name)
            return folder, load_drg_scheme(folder, progress)

        def saved(done: tuple[Path, Scheme]) -> None:
            self.rules.edits = {}
            self._imported(*done)

        self.run("正在保存方案", work, saved)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Rules changed and not saved are there again when the window is opened next."""
        self._keep_draft()
        super().closeEvent(event)

    def _keep_draft(self) -> None:
        if self.scheme is not None:
            self.context.drafts[f"scheme {self.scheme.id}"] = (len(self.scheme.rules), dict(self.rules.edits))

    def _draft(self, scheme: Scheme) -> Mapping[RuleKey, str] | None:
        """What was begun on this scheme, unless it has other rows by now."""
        count, edits = self.context.drafts.get(f"scheme {scheme.id}", (0, None))
        return edits if count == len(scheme.rules) else None

    def _go_to_case(self) -> None:
        """Start at the group of the case at hand."""
        bench, case_id = self.context.workbench, self.context.case_id
        result = bench.known(case_id) if bench is not None and case_id else None
        if result is not None and result.after.drg is not None:
            self.rules.go_to(result.after.drg.grouping.adrg)

    @property
    def _terminology(self) -> Terminology:
        return self.context.knowledge.terminology if self.context.knowledge else Terminology()

    @property
    def _used(self) -> Path:
        chosen = self.context.settings.drg_scheme
        return Path() if chosen == NONE else Path(chosen) if chosen else demo_folder(DEMO_DRG)

    def _checked(self, found: CheckedScheme) -> None:
        issues = found.issues
        self.issues_table.empty_text = "没有发现不一致之处。"
        self.issues.set_rows(IssueRow(number, issue) for number, issue in enumerate(issues))
        worst = sum(issue.severity is Severity.ERROR for issue in issues)
        self.tabs.setTabText(3, f"校验 {len(issues):,}" if issues else "校验")
        codes = (
            "" if found.codes_checked else "入门编码表不全，没有核对方案里的编码；装上完整的编码表后会核对。"
        )
        told = (
            f"校验完成：{len(issues):,} 处，其中错误 {worst:,} 处。双击一处可转到该规则、编码或权重。"
            if issues
            else "校验完成：没有发现不一致之处。"
        )
        self.busy.tell(f"{told}{codes}")
        self._show_kept(found.schemes, found.weights)

    def _show_kept(self, schemes: list[KeptScheme], weights: list[KeptWeights]) -> None:
        self.versions.show_schemes(schemes, self._used)
        scheme = self.scheme.id if self.scheme is not None else ""
        self.weights.show_tables(weights, self.context.settings.drg_weights, scheme)

    def _imported(self, path: Path, scheme: Scheme) -> None:
        self.show_scheme(scheme)
        self.busy.tell(f"已存入 {path}。在“版本”页可设为当前方案。")

    def _weights_read(self, table: WeightTable) -> None:
        if self.scheme is not None:
            self.weights.show_weights(table, self.scheme, offered=True, usable=self.scheme is self._in_use)
            self.tabs.setCurrentWidget(self.weights)

    @Slot(object, object, bool)
    def _keep_weights(self, start: date | None, end: date | None, use: bool) -> None:
        path, scheme, column = self._offered, self.scheme, self._column
        if path is not None and scheme is not None:
            self.run(
                "正在保存权重表",
                lambda _progress: keep_weights(path, scheme.id, start, end, column),
                self._use_weights if use else self._weights_kept,
            )

    def _weights_kept(self, path: Path) -> None:
        self.weights.drop_offer()
        self._list_versions()
        self.busy.tell(f"已存入 {path}。")

    @Slot()
    def _drop_weights(self) -> None:
        self._offered = None
        self.weights.drop_offer()
        if self.scheme is not None:
            self.weights.show_weights(self.scheme.weights, self.scheme)

    @Slot(object)
    def _look_at_weights(self, path: Path) -> None:
        def show(table: WeightTable) -> None:
            if self.scheme is not None:
                self.weights.show_weights(table, self.scheme)

        self.run("正在读取权重表", lambda _progress: load_weight_table(path), show)

    @Slot(object)
    def _use_weights(self, path: Path) -> None:
        self.weights.drop_offer()
        self.context.keep_settings(replace(self.context.settings, drg_weights=str(path)))
        self._list_versions()

    @Slot(bool)
    def _noted(self, concerned: bool) -> None:
        """Other dates choose another version or other weights: if cases are judged by them, what is loaded holds no more."""
        if concerned:
            self.context.tables_changed.emit()
        self._list_versions()

    @Slot(object)
    def _delete_scheme(self, path: Path) -> None:
        self._delete(path, remove_scheme)

    @Slot(object)
    def _delete_weights(self, path: Path) -> None:
        self._delete(path, remove_weights)

    def _delete(self, path: Path, remove: Callable[[Path], None]) -> None:
        def gone(_none: None) -> None:
            self._list_versions()
            self.busy.tell(f"已删除“{path.name}”。")

        self.run("正在删除", lambda _progress: remove(path), gone)

    @Slot()
    def _list_versions(self) -> None:
        chosen = self.context.settings.drg_scheme

        def work(progress: Progress) -> tuple[list[KeptScheme], list[KeptWeights]]:
            return known_schemes(chosen, progress), known_weights(progress)

        self.run("正在读取各版本", work, lambda found: self._show_kept(found[0], found[1]))

    @Slot()
    def _go_to_issue(self) -> None:
        row, scheme = self.issues_table.current_row(), self.scheme
        if row is None or scheme is None:
            return
        place = (row.issue.file, row.issue.row)
        for rule in scheme.rules:
            if (rule.file, rule.row) == place:
                self.tabs.setCurrentWidget(self.rules)
                self.rules.go_to(rule.code)
                return
        if row.issue.file == scheme.file("code_lists") and self.lists.go_to_row(row.issue.row):
            self.tabs.setCurrentWidget(self.lists)
        elif self.weights.go_to_row(*place):
            self.tabs.setCurrentWidget(self.weights)

    def _add_import_menu(self) -> None:
        self.import_button = QPushButton("导入")
        self.import_button.setAutoDefault(False)
        menu = QMenu(self.import_button)
        menu.addAction("方案文件夹（CSV）…").triggered.connect(self._choose_folder)
        menu.addAction("方案工作簿（xlsx）…").triggered.connect(self._choose_workbook)
        menu.addAction("当地权重表…").triggered.connect(self._choose_weights)
        self.import_button.setMenu(menu)
        self.head_row.insertWidget(0, self.import_button)

    @Slot()
    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "选择方案文件夹", str(Path.home()))
        if name:
            self.import_scheme(Path(name))

    @Slot()
    def _choose_workbook(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "选择方案工作簿", str(Path.home()), WORKBOOKS)
        if name:
            self.import_scheme(Path(name))

    @Slot()
    def _choose_weights(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "选择权重表", str(Path.home()), TABLES)
        if name:
            self.import_weights(Path(name))

    def _ask_name(self) -> None:
        scheme = self.scheme
        if scheme is None or not self.rules.edits:
            return
        base = scheme.name.split("（")[0]
        name, said = QInputDialog.getText(
            self, "保存为副本", f"新方案的名称（存入 {schemes_dir()}）：", text=f"{base} 改编"
        )
        if said:
            self.save_copy(name)

    @Slot()
    def _enable_save(self) -> None:
        edits = self.rules.edits
        wrong = bool(self.rules.editor.problems)
        self.save_button.setEnabled(bool(edits) and not wrong)
        self.save_button.setText(f"保存为副本…（{len(edits)}）" if edits else "保存为副本…")
