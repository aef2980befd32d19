"""Tool 院内词表映射: a hospital's term list matched to the national codes and approved term by term, most used first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer, Slot
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
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.errors import UserError
from app.finder import Finder
from app.memory_exchange import RowIssue
from app.progress import Progress
from app.term_map import Decision, Equivalence, Term, TermMap, coverage
from app.term_mapping import (
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
from icd_tables.codes import Edition, Kind
from icd_tables.search import Candidate
from ui.dialogs.messages import tell_user
from ui.icons import icon
from ui.jobs import Job
from ui.models.columns import Column, ColumnsModel
from ui.panels.candidates import CandidatesPanel
from ui.tools.columns import count, text
from ui.tools.context import ToolContext
from ui.tools.dictionary_window import ISSUES
from ui.tools.matching_import import ImportDialog
from ui.tools.matching_keys import HINT, TermTable
from ui.tools.rows import filter_rows, go_to, replace_rows
from ui.tools.spec import ToolSpec
from ui.tools.window import LOADING, ToolWindow

EMPTY = "还没有导入词表。\n点“导入词表…”，选择一份写有院内名称（最好还有院内编码、使用次数）的 xlsx 或 csv。"
TABLES = "词表 (*.xlsx *.xls *.csv)"
FILTER_MS = 120
MEANINGS = {
    Equivalence.EQUAL: "院内词与标准名称同义（Enter 或 =）",
    Equivalence.WIDER: "院内词比标准名称宽（>）",
    Equivalence.NARROWER: "院内词比标准名称窄（<）",
    Equivalence.NEAR: "意思相近，谈不上宽窄（~）",
    Equivalence.NONE: "编码表中没有对应的编码（0）",
}


def _state(row: Term) -> str:
    return row.equivalence.value if row.equivalence else "未核"


COLUMNS: tuple[Column[Term], ...] = (
    count("count", "使用次数", lambda row: row.count, 66),
    text("kind", "类别", lambda row: row.kind.label, 66, muted=True),
    text("text", "院内名称", lambda row: row.text, 190, stretch=True),
    text("local_code", "院内编码", lambda row: row.local_code, 76),
    Column(
        "state",
        "等价关系",
        _state,
        width=64,
        tone=lambda row: "ok" if row.decided else "muted",
        strong=lambda row: row.decided,
    ),
    Column(
        "code", "标准编码", lambda row: row.code, width=112, tone=lambda row: "" if row.decided else "muted"
    ),
    Column(
        "name", "标准名称", lambda row: row.name, width=170, tone=lambda row: "" if row.decided else "muted"
    ),
    text("tier", "匹配", lambda row: row.tier, 82, muted=True, tip=lambda row: row.why),
    text("who", "核对人", lambda row: row.who, 66, muted=True),
)


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
        self.model: ColumnsModel[Term] = ColumnsModel(COLUMNS, lambda row: row.row, self)
        self.table = TermTable(self.model, "院内词表")
        self.table.empty_text = EMPTY
        self.table.sort_by_header()
        self.candidates = CandidatesPanel()
        self.issues, self.issue_table = self.add_table(
            "未读入的行", ISSUES, lambda row: (row.row, row.column)
        )
        self.issue_table.setMaximumHeight(130)
        self.issue_table.hide()
        self.buttons = {one: QPushButton(one.value) for one in Equivalence}
        self.sure_button = QPushButton(icon("accept"), "批量确认有把握的…")
        self.teach_button = QPushButton(icon("session"), "写入本院词典")
        self.teach_button.setToolTip("把核为“等于”的词写入本院词典，检索时排在最前")
        self.match_button = self.add_head_button("继续匹配", "redo", self._prepare, "把还没有匹配的词匹配完")
        self.add_head_button("导入词表…", "import", self.choose, "xlsx 或 csv，导入后自动匹配")
        self.export_button.setText("导出映射…")
        self.export_button.setToolTip("写成 xlsx：原词、标准编码、等价关系、核对人与时间")
        self._shown: list[Candidate] = []
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
        self._show_terms()
        go_to(self.table, self._next_open(-1))
        self._prepare()

    def _prepare(self) -> None:
        """Matchers ready; a list that was not matched to its end is matched on."""
        mapping, finder = self.mapping, self.finder
        if mapping is None:
            return

        def work(progress: Progress) -> int:
            finder.prepare([mapping.edition], progress)
            return 0 if mapping.matched else match_terms(mapping, finder, progress)

        job = self.run("正在匹配词表", work, self._matched)
        job.cancelled.connect(self._halted)
        self._matching = job
        self.candidates.clear("正在匹配，稍候即可核对…")

    @Slot()
    def _halted(self) -> None:
        if self.sender() is self._matching:
            self._matching = None
            self._show_terms()
            self.busy.tell("已取消匹配，匹配到的都已保存；未匹配的词在选中时现查。点“继续匹配”可接着做。")

    def _matched(self, number: int) -> None:
        self._matching = None
        self._show_terms()
        left = f"{len(self.issues):,} 行没有读入，原因见下表。" if len(self.issues) else ""
        said = f"匹配了 {number:,} 个词。" if number else ""
        self.busy.tell(f"{said}{left}{HINT}")
        self._moved(self.table.currentIndex(), QModelIndex())
        self.table.setFocus()

    # --- deciding ------------------------------------------------------------------------------------------

    @Slot(object)
    def decide(self, equivalence: Equivalence) -> None:
        """Keep a decision on the term at hand with the candidate under the cursor, and go to the next open one."""
        term: Term | None = self.table.current_row()
        row = self.candidates.current()
        if self.mapping is None or term is None:
            return
        if equivalence is Equivalence.NONE:
            decision = Decision(term.row, equivalence)
        elif row is None:
            self.busy.tell("没有候选编码。没有对应的编码请按 0。")
            return
        else:
            one = row.candidate
            decision = Decision(
                term.row, equivalence, one.entry.code, one.entry.name, one.tier.value, one.why
            )
        try:
            self.mapping.decide([decision], self.author, datetime.now())
        except UserError as error:
            tell_user(self, error)
            return
        self._renewed(term.row)
        self._go_next()

    @Slot()
    def reopen(self) -> None:
        """Take the decision on the term at hand back."""
        term: Term | None = self.table.current_row()
        if self.mapping is not None and term is not None and term.decided:
            try:
                self.mapping.reopen([term.row])
            except UserError as error:
                tell_user(self, error)
                return
            self._renewed(term.row)
            self._moved(self.table.currentIndex(), QModelIndex())

    @Slot()
    def approve_sure(self) -> None:
        """Approve what is exact, an alias or confirmed before, all at once."""
        mapping, author = self.mapping, self.author
        if mapping is None:
            return
        terms = mapping.terms()
        self.run(
            "正在确认",
            lambda _progress: approve_sure(mapping, terms, author, datetime.now()),
            lambda number: self._done(f"已把 {number:,} 个精确、别名或本院确认过的词核为“等于”。"),
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
        self._moved(self.table.currentIndex(), QModelIndex())
        self.busy.tell(sentence)

    def _renewed(self, row: int) -> None:
        if self.mapping is not None:
            self.model.update_rows([self.mapping.term(row)])
            self._tell_progress()

    def _show_terms(self) -> None:
        here: Term | None = self.table.current_row()
        terms = self.mapping.terms() if self.mapping else []
        replace_rows(self.table, terms, here.row if here else None)
        self._tell_progress()
        self._enable()

    def _tell_progress(self) -> None:
        terms = self.model.everything()
        done = coverage(terms)
        self.bar.setValue(round(done.share * 1000))
        self.progress.setText(done.sentence if terms else "")
        sure = len(sure_terms(terms))
        self.sure_button.setText(f"批量确认有把握的 {sure:,} 个" if sure else "批量确认有把握的")
        self.sure_button.setToolTip("把匹配为精确、别名、本院确认过的未核词一次核为“等于”；核后仍可逐条撤回")
        self.sure_button.setEnabled(bool(sure))

    def _enable(self) -> None:
        there = self.mapping is not None
        for part in (*self.buttons.values(), self.teach_button, self.export_button):
            part.setEnabled(there)
        unmatched = self.mapping is not None and not self.mapping.matched
        self.match_button.setVisible(unmatched and self._matching is None)
        if not there:
            self.sure_button.setEnabled(False)
            self.candidates.clear("导入词表后，这里列出每个词的候选编码")

    def _next_open(self, place: int) -> int:
        """The next undecided term after a place, from the start again at the end; -1 when all are decided."""
        rows = self.model.rows()
        order = [*range(place + 1, len(rows)), *range(place + 1)]
        return next((at for at in order if not rows[at].decided), -1)

    def _go_next(self) -> None:
        place = self.table.currentIndex().row()
        following = self._next_open(place)
        if following < 0:
            self.busy.tell("所列的词都核过了。" + HINT)
            following = min(place + 1, self.model.rowCount() - 1)
        go_to(self.table, following)

    @Slot()
    def _filter(self) -> None:
        words, waiting = self.search.text().casefold().split(), self.waiting.isChecked()

        def accepts(row: Term) -> bool:
            told = f"{row.text} {row.local_code} {row.code} {row.name}".casefold()
            return not (waiting and row.decided) and all(word in told for word in words)

        filter_rows(self.table, accepts)
        self.table.empty_text = "没有符合条件的词" if len(self.model) else EMPTY

    @Slot(QModelIndex, QModelIndex)
    def _moved(self, index: QModelIndex, _before: QModelIndex) -> None:
        term = self.model.row_at(index.row())
        if term is None or self.mapping is None or self._matching is not None:
            self._shown = []
            self.candidates.clear("正在匹配，稍候即可核对…" if self._matching else "")
            return
        self._shown = candidates_of(term, self.finder.matcher(term.kind, self.mapping.edition))
        title = f"{term.text}　{term.local_code}".strip()
        note = HINT if self._shown else "没有相近的编码；没有对应的请按 0"
        self.candidates.show_candidates(title, self._shown, term.code if term.decided else "", note)
        chosen = next((at for at, one in enumerate(self._shown) if one.entry.code == term.code), 0)
        if self._shown:
            self.candidates.list.select(chosen)

    @Slot(int)
    def _pick(self, number: int) -> None:
        if 1 <= number <= len(self._shown):
            self.candidates.list.select(number - 1)

    @Slot(object)
    def _take_candidate(self, candidate: Candidate) -> None:
        place = next((at for at, one in enumerate(self._shown) if one is candidate), -1)
        if place >= 0:
            self.candidates.list.select(place)
            self.decide(Equivalence.EQUAL)
            self.table.setFocus()

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
        self.table.selectionModel().currentRowChanged.connect(self._moved)
        self.table.decided.connect(self.decide)
        self.table.number_pressed.connect(self._pick)
        self.table.reopened.connect(self.reopen)
        self.candidates.taken.connect(self._take_candidate)
        self.sure_button.clicked.connect(self.approve_sure)
        self.teach_button.clicked.connect(self.teach)
        for one, button in self.buttons.items():
            button.setToolTip(MEANINGS[one])
            button.clicked.connect(lambda _checked, chosen=one: self.decide(chosen))

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
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.candidates, 1)
        row = QHBoxLayout()
        for button in self.buttons.values():
            row.addWidget(button)
        column.addLayout(row)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(right)
        split.setStretchFactor(0, 1)
        split.setSizes([920, 400])
        self.body_layout.addLayout(top)
        self.body_layout.addLayout(progress)
        self.body_layout.addWidget(split, 1)
        self.body_layout.addWidget(self.issue_table)
