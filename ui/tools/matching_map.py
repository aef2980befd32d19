"""Tool 院内词表映射: a hospital's term list matched to the national codes and approved term by term, most used first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QSize, QTimer, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
)

from app.errors import UserError
from app.matching.finder import Finder
from app.matching.memory_exchange import RowIssue
from app.matching.term_map import Term, TermMap, coverage
from app.matching.term_mapping import (
    CANDIDATES,
    approve_sure,
    candidates_of,
    export_map,
    known_maps,
    map_path,
    match_terms,
    read_terms,
    sure_terms,
    teach,
)
from app.progress import Progress
from icd_tables.codes import Edition, Kind
from icd_tables.search import Candidate
from ui.dialogs.messages import tell_user
from ui.icons import icon
from ui.jobs import Job
from ui.tools.context import ToolContext
from ui.tools.dictionary_window import ISSUES
from ui.tools.matching_approve import ApprovalPane
from ui.tools.matching_import import ImportDialog
from ui.tools.matching_keys import HINT
from ui.tools.spec import ToolSpec
from ui.tools.window import LOADING, ToolWindow

TABLES = "词表 (*.xlsx *.xls *.csv)"
FILTER_MS = 120


class MapWindow(ToolWindow):
    """Approve and next: every key press is on the disk before the next term shows."""

    default_size = QSize(1340, 780)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self.mapping: TermMap | None = None
        self._matching: Job | None = None
        self.source = QComboBox()
        self.source.setAccessibleName("词表")
        self.source.setMinimumWidth(240)
        self.waiting = QCheckBox("只看未核")
        self.search = QLineEdit()
        self.search.setPlaceholderText("查找：院内名称、编码…")
        self.search.setAccessibleName("查找词条")
        self.search.setClearButtonEnabled(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("按使用次数计的进度")
        self.bar.setRange(0, 1000)
        self.progress = QLabel()
        self.pane = ApprovalPane(self._find, lambda: self.author)
        self.model, self.table = self.pane.model, self.pane.table
        self.candidates, self.buttons = self.pane.candidates, self.pane.buttons
        self.issues, self.issue_table = self.add_table(
            "未读入的行", ISSUES, lambda row: (row.row, row.column)
        )
        self.issue_table.setMaximumHeight(130)
        self.issue_table.hide()
        self.sure_button = QPushButton(icon("accept"), "批量确认有把握的…")
        self.teach_button = QPushButton(icon("session"), "写入本院词典")
        self.teach_button.setToolTip("把核为“等于”的词写入本院词典，检索时排在最前")
        self.match_button = self.add_head_button("继续匹配", "redo", self._prepare, "把还没有匹配的词匹配完")
        self.add_head_button("导入词表…", "import", self.choose, "xlsx 或 csv，导入后自动匹配")
        self.export_button.setText("导出映射…")
        self.export_button.setToolTip("写成 xlsx：原词、标准编码、等价关系、核对人与时间")
        self._soon = QTimer(self, singleShot=True, interval=FILTER_MS)
        self._lay_out()
        self._connect()

    def missing(self) -> str:
        """The code tables; no cases."""
        if self.context.knowledge is None:
            self.context.load_knowledge()
            return LOADING
        return ""

    @property
    def finder(self) -> Finder:
        """The matchers."""
        finder = self.context.finder()
        if finder is None:
            raise TypeError("shown only with tables")
        return finder

    @property
    def author(self) -> str:
        """Who decides."""
        bench = self.context.workbench
        return self.context.settings.author or (bench.author if bench else "")

    def refresh(self) -> None:
        """Go on with the list worked on last."""
        if self.mapping is None:
            try:
                known = known_maps()
            except UserError as error:
                tell_user(self, error)
                return
            self._list_sources(known)
            if known:
                self.open_map(known[0])
        else:
            self._prepare()
        self._enable()

    # --- lists ---------------------------------------------------------------------------------------------

    def choose(self) -> None:
        """Ask for a list and how to take it."""
        name, _ = QFileDialog.getOpenFileName(self, "导入词表", str(Path.home()), TABLES)
        if not name:
            return
        dialog = ImportDialog(Path(name).name, self)
        dialog.accepted.connect(lambda: self.take(Path(name), dialog.edition, dialog.kind))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def take(self, path: Path, edition: Edition, kind: Kind | None = None) -> None:
        """Read a list, keep it and match it; a list taken before is gone on with."""

        def work(_progress: Progress) -> tuple[TermMap, tuple[RowIssue, ...]]:
            target = map_path(path, edition)
            if target.exists():
                return TermMap(target), ()
            found = read_terms(path, kind)
            return TermMap.create(target, path.name, edition, found.terms), found.issues

        self.run("正在读入词表", work, lambda made: self._taken(made[0], made[1]))

    def open_map(self, path: Path) -> None:
        """Go on with a mapping."""
        self.run("正在打开词表", lambda _progress: TermMap(path), lambda made: self._taken(made, ()))

    def close_map(self) -> None:
        """Let go of the open mapping; everything is on the disk already. A match under way ends first."""
        mapping, job = self.mapping, self._matching
        self.mapping = self._matching = None
        if mapping is not None and job is not None:
            job.cancel()
            job.finished.connect(mapping.close)
        elif mapping is not None:
            mapping.close()

    def _taken(self, mapping: TermMap, issues: Sequence[RowIssue]) -> None:
        self.close_map()
        self.mapping = mapping
        self.issues.set_rows(issues)
        self.issue_table.setVisible(bool(issues))
        try:
            self._list_sources(known_maps())
        except UserError as error:
            tell_user(self, error)
        self._prepare()
        self._show_terms()

    def _prepare(self) -> None:
        """Matchers ready; a list that was not matched to its end is matched on."""
        mapping, finder = self.mapping, self.finder
        if mapping is None:
            return

        def work(progress: Progress) -> int:
            finder.prepare([mapping.edition], progress)
            return 0 if mapping.matched else match_terms(mapping, finder, progress)

        job = self.run("正在匹配词表", work, self._matched)
        job.finished.connect(self._halted)
        self._matching = job
        self._enable()

    @Slot()
    def _halted(self) -> None:
        """Cancelled or refused: what was matched is kept."""
        if self.sender() is self._matching:
            self._matching = None
            self._show_terms()
            self.busy.tell("匹配没有做完，匹配到的都已保存；其余的词选中时现查。点“继续匹配”可接着做。")

    def _matched(self, number: int) -> None:
        self._matching = None
        self._show_terms()
        left = f"{len(self.issues):,} 行没有读入，原因见下表。" if len(self.issues) else ""
        said = f"匹配了 {number:,} 个词。" if number else ""
        self.busy.tell(f"{said}{left}{HINT}")
        self.table.setFocus()

    # --- all at once ---------------------------------------------------------------------------------------

    @Slot()
    def approve_sure(self) -> None:
        """Approve what is exact, or was confirmed before without contradiction, all at once."""
        mapping, author = self.mapping, self.author
        if mapping is None:
            return
        terms = sure_terms(mapping.terms())
        self.run(
            "正在确认",
            lambda _progress: approve_sure(mapping, terms, author, datetime.now()),
            lambda _number: self._approved(terms),
        )

    @Slot()
    def teach(self) -> None:
        """Give what was approved as 等于 to the hospital's dictionary."""
        mapping, dictionary = self.mapping, self.context.open_dictionary()
        if mapping is None or dictionary is None:
            return
        self.run(
            "正在写入本院词典",
            lambda _progress: teach(mapping, dictionary),
            lambda number: self._done(f"已把 {number:,} 个核为“等于”的词写入本院词典。"),
        )

    def write(self, path: Path) -> None:
        """Write the mapped list in the order of the source, whatever is filtered."""
        mapping = self.mapping
        if mapping is None:
            self.busy.tell("还没有导入词表。")
            return
        self.run(
            "正在导出",
            lambda progress: export_map(mapping, path, progress),
            lambda number: self.busy.tell(f"已导出 {number:,} 个词：{path}"),
        )

    def export(self) -> None:
        """Ask for a file and write the mapped list."""
        start = str(
            Path.home() / (f"{Path(self.mapping.source).stem}-映射.xlsx" if self.mapping else "映射.xlsx")
        )
        name, _ = QFileDialog.getSaveFileName(self, "导出映射", start, "Excel 工作簿 (*.xlsx)")
        if name:
            path = Path(name)
            self.write(path if path.suffix.lower() == ".xlsx" else path.with_name(f"{path.name}.xlsx"))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the work, then let go of the file."""
        super().closeEvent(event)
        self.close_map()

    # --- showing -------------------------------------------------------------------------------------------

    def _done(self, sentence: str) -> None:
        self._show_terms()
        self.busy.tell(sentence)

    def _approved(self, terms: Sequence[Term]) -> None:
        if terms:
            self.pane.note(terms)
        self._done(f"已把 {len(terms):,} 个精确或本院确认过的词核为“等于”；可按 Ctrl+Z 撤销。")

    def _show_terms(self) -> None:
        self.pane.show_terms(self.mapping, ready=self._matching is None)
        self._tell_progress()
        self._enable()

    @Slot()
    def _tell_progress(self) -> None:
        terms = self.model.everything()
        done = coverage(terms)
        self.bar.setValue(round(done.share * 1000))
        self.progress.setText(done.sentence if terms else "")
        sure = len(sure_terms(terms))
        self.sure_button.setText(f"批量确认有把握的 {sure:,} 个" if sure else "批量确认有把握的")
        self.sure_button.setToolTip(
            "把匹配为精确、本院确认过且前后一致的未核词一次核为“等于”；核后仍可逐条撤回"
        )
        self.sure_button.setEnabled(bool(sure))

    def _enable(self) -> None:
        there = self.mapping is not None
        for part in (self.teach_button, self.export_button):
            part.setEnabled(there)
        unmatched = self.mapping is not None and not self.mapping.matched
        self.match_button.setVisible(unmatched and self._matching is None)
        if not there:
            self.sure_button.setEnabled(False)
            self.candidates.clear("导入词表后，这里列出每个词的候选编码")

    @Slot()
    def _filter(self) -> None:
        self.pane.filter(self.search.text().casefold().split(), waiting=self.waiting.isChecked())

    def _find(self, term: Term, typed: str) -> Sequence[Candidate]:
        matcher = self.finder.matcher(term.kind, self.mapping.edition) if self.mapping else None
        if matcher is None:
            return ()
        return matcher.find(typed, CANDIDATES) if typed else candidates_of(term, matcher)

    def _list_sources(self, known: Sequence[Path]) -> None:
        self.source.blockSignals(True)
        self.source.clear()
        for path in known:
            self.source.addItem(path.stem, str(path))
        if self.mapping is not None:
            self.source.setCurrentIndex(self.source.findData(str(self.mapping.path)))
        self.source.blockSignals(False)
        self.source.setEnabled(len(known) > 0)

    @Slot(int)
    def _source_chosen(self, place: int) -> None:
        path = Path(str(self.source.itemData(place)))
        if self.mapping is None or path != self.mapping.path:
            self.open_map(path)

    def _connect(self) -> None:
        self.source.activated.connect(self._source_chosen)
        self._soon.timeout.connect(self._filter)
        self.search.textChanged.connect(self._soon.start)
        self.waiting.toggled.connect(self._filter)
        self.pane.changed.connect(self._tell_progress)
        self.pane.told.connect(self.busy.tell)
        self.sure_button.clicked.connect(self.approve_sure)
        self.teach_button.clicked.connect(self.teach)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.source)
        top.addWidget(self.search, 1)
        top.addWidget(self.waiting)
        progress = QHBoxLayout()
        progress.addWidget(self.progress)
        progress.addWidget(self.bar, 1)
        progress.addWidget(self.sure_button)
        progress.addWidget(self.teach_button)
        self.body_layout.addLayout(top)
        self.body_layout.addLayout(progress)
        self.body_layout.addWidget(self.pane, 1)
        self.body_layout.addWidget(self.issue_table)
