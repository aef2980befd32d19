"""Tool 整月名称核对: every name of the month against its code; where they part, how surely, why, and the way to the case."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QSplitter, QVBoxLayout, QWidget

from app.export.tables import Table
from app.facets import Facet, accepts
from app.facets import count as count_facets
from app.matching.batch import Confidence, Disagreement, Line, disagreements
from app.matching.finder import Finder
from app.progress import Progress
from coding_rules.case import Case
from icd_tables.codes import Kind
from icd_tables.search import Candidate
from ui import wording
from ui.icons import icon
from ui.models.columns import Column, cell_value
from ui.panels.facets import FacetPanel
from ui.tools.columns import count, text
from ui.tools.context import ToolContext
from ui.tools.rows import filter_rows, go_to
from ui.tools.spec import ToolSpec
from ui.tools.window import LOADING, ToolWindow

NO_TABLES = "没有载入编码表，无法核对。请用“工具”→“编码表”导入。"
FILTER_MS = 120
_TONE = {Confidence.HIGH: "error", Confidence.MIDDLE: "warning", Confidence.LOW: "hint"}


def _tier(row: Disagreement) -> str:
    return row.candidates[0].tier.value if row.candidates else ""


def _best(row: Disagreement) -> str:
    best = row.candidates[0].entry if row.candidates else None
    return f"{best.code} {best.name}" if best else ""


FACETS: tuple[Facet[Disagreement], ...] = (
    Facet("confidence", "把握", lambda row: (row.confidence.value,), tuple(one.value for one in Confidence)),
    Facet("kind", "类别", lambda row: (row.kind.label,)),
    Facet("tier", "名称与首选编码", lambda row: (_tier(row),)),
    Facet("known", "所填编码", lambda row: ("在编码表中",) if row.filed_name else ("不在编码表中",)),
)
COLUMNS: tuple[Column[Disagreement], ...] = (
    Column(
        "confidence",
        "把握",
        lambda row: row.confidence.value,
        sort=lambda row: row.confidence.rank,
        width=46,
        tone=lambda row: _TONE[row.confidence],
    ),
    count("lines", "处数", lambda row: len(row.lines), 50),
    text("kind", "类别", lambda row: row.kind.label, 70, muted=True),
    text("name", "病案中的名称", lambda row: row.name, 190, stretch=True),
    text("code", "所填编码", lambda row: row.code, 112),
    text("filed_name", "该编码的名称", lambda row: row.filed_name or "（不在编码表中）", 180),
    text("best", "名称更像", _best, 210),
    text("tier", "相近程度", _tier, 70),
    text("reason", "理由", lambda row: row.reason, 220, tip=lambda row: row.reason),
)


PLACES: tuple[Column[tuple[Line, Case]], ...] = (
    text("record", "病案号", lambda row: row[1].record_no or row[1].case_id, 104),
    text("department", "科室", lambda row: row[1].department, 130, stretch=True),
    text("day", "出院日期", lambda row: wording.day(row[1].discharged), 90),
    text("place", "位置", lambda row: place_of(row[0]), 100),
)
CANDIDATES: tuple[Column[Candidate], ...] = (
    text("code", "编码", lambda row: row.entry.code, 112),
    text("name", "名称", lambda row: row.entry.name, 200, stretch=True),
    text("tier", "相近程度", lambda row: row.tier.value, 74),
    text("why", "理由", lambda row: row.why, 220, tip=lambda row: row.why),
)


def place_of(line: Line) -> str:
    """What coders call a line."""
    if line.kind is Kind.DIAGNOSIS:
        return "主要诊断" if line.index == 0 else f"其他诊断 {line.index}"
    return "主要手术操作" if line.index == 0 else f"手术操作 {line.index + 1}"


class NamesWindow(ToolWindow):
    """Disagreements of the open month, surest first; below, the lines concerned and what the name suggests."""

    default_size = QSize(1320, 760)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self._found: list[Disagreement] = []
        self._cases: dict[str, Case] = {}
        self.facets = FacetPanel(unit="种")
        self.search = QLineEdit()
        self.search.setPlaceholderText("筛选：名称、编码、理由…")
        self.search.setAccessibleName("筛选不一致")
        self.search.setClearButtonEnabled(True)
        self.tally = QLabel()
        self.tally.setProperty("role", "muted")
        self.model, self.table = self.add_table(
            "名称与编码不一致", COLUMNS, lambda row: (row.kind, row.code, row.name)
        )
        self.places, self.place_table = self.add_table(
            "所在病例", PLACES, lambda row: (row[0].case_id, row[0].kind, row[0].index)
        )
        self.candidates, self.candidate_table = self.add_table(
            "候选编码", CANDIDATES, lambda row: (row.entry.code, row.entry.name)
        )
        self.go_button = QPushButton(icon("next"), "转到病例")
        self.go_button.setToolTip("在主窗口打开所选的病例（也可双击）")
        self.again_button = self.add_head_button("重新核对", "redo", self.refresh, "按当前编码再核对一遍")
        self._soon = QTimer(self, singleShot=True, interval=FILTER_MS)
        self._lay_out()
        self._connect()

    def missing(self) -> str:
        """Cases and a table."""
        knowledge = self.context.knowledge
        if self.context.workbench is not None:
            if knowledge is None:
                return LOADING
            return "" if knowledge.terminology.tables else NO_TABLES
        return super().missing()

    def first_control(self) -> QWidget | None:
        """The list of what does not agree."""
        return self.table

    @Slot()
    def refresh(self) -> None:
        """Match every distinct name of the month once and compare."""
        finder, cases = self.context.finder(), self.context.cases
        if finder is None:
            return
        self._cases = {case.case_id: case for case in cases}

        def work(progress: Progress) -> list[Disagreement]:
            return _compare(cases, finder, progress)

        self.table.empty_text = "正在核对…"
        self.run("正在核对名称与编码", work, self._show)

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """What was compared."""
        return [
            ("范围", f"{len(self._cases):,} 例的全部诊断与手术操作名称"),
            ("注意", "不一致只是线索：名称可能是临床习惯写法，请对照病历判断是名称还是编码有误。"),
        ]

    def tables(self) -> list[Table]:
        """A line for every place of the disagreements shown, so that the list can be worked off without the program."""
        rows = [
            (
                case.record_no or case.case_id,
                case.department,
                wording.day(case.discharged),
                place_of(line),
                *(cell_value(column, row) for column in COLUMNS),
            )
            for row in self.model.rows()
            for line in row.lines
            for case in (self._cases[line.case_id],)
        ]
        headings = ["病案号", "科室", "出院日期", "位置", *(column.title for column in COLUMNS)]
        return [("名称与编码不一致", headings, rows)] if rows else []

    def _show(self, found: list[Disagreement]) -> None:
        self._found = found
        self.model.set_rows(found)
        self._filter()
        go_to(self.table, 0)
        counts = {one: sum(row.confidence is one for row in found) for one in Confidence}
        graded = "，".join(f"把握{one.value} {number:,} 种" for one, number in counts.items())
        lines = sum(len(row.lines) for row in found)
        self.busy.tell(
            f"核对 {len(self._cases):,} 例：{len(found):,} 种、{lines:,} 处名称与编码不一致（{graded}）。"
            "不一致只是线索，请对照病历判断。"
        )

    @Slot()
    def _filter(self) -> None:
        words = self.search.text().casefold().split()
        found = [row for row in self._found if all(word in _told(row) for word in words)]
        wanted = {id(row) for row in found}
        passes = accepts(FACETS, self.facets.chosen)
        self.table.empty_text = "没有名称与编码不一致的" if not self._found else "没有符合条件的"
        filter_rows(self.table, lambda row: id(row) in wanted and passes(row))
        self.facets.show_counts(FACETS, count_facets(FACETS, found, self.facets.chosen))
        shown, total = self.model.rowCount(), len(self._found)
        self.tally.setText(f"{shown:,} / {total:,} 种" if shown != total else f"共 {total:,} 种")
        if not shown:
            self._look(None)

    @Slot(QModelIndex, QModelIndex)
    def _moved(self, index: QModelIndex, _before: QModelIndex) -> None:
        self._look(self.model.row_at(index.row()))

    def _look(self, row: Disagreement | None) -> None:
        lines = row.lines if row else ()
        self.places.set_rows((line, self._cases[line.case_id]) for line in lines)
        self.candidates.set_rows(row.candidates if row else ())
        go_to(self.place_table, 0)
        self.go_button.setEnabled(bool(lines))

    @Slot()
    def go(self) -> None:
        """Open the case of the chosen line in the main window."""
        row: tuple[Line, Case] | None = self.place_table.current_row()
        if row is not None:
            self.context.case_wanted.emit(row[0].case_id)

    def _connect(self) -> None:
        self._soon.timeout.connect(self._filter)
        self.search.textChanged.connect(self._soon.start)
        self.facets.changed.connect(self._filter)
        self.table.selectionModel().currentRowChanged.connect(self._moved)
        self.table.doubleClicked.connect(self.go)
        self.place_table.doubleClicked.connect(self.go)
        self.go_button.clicked.connect(self.go)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addWidget(self.tally)
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        lower = QSplitter(Qt.Orientation.Horizontal)
        lower.addWidget(_titled("所在病例", self.place_table, self.go_button))
        lower.addWidget(_titled("名称的候选编码", self.candidate_table))
        lower.setSizes([460, 620])
        right = QSplitter(Qt.Orientation.Vertical)
        right.addWidget(upper)
        right.addWidget(lower)
        right.setSizes([460, 220])
        whole = QSplitter(Qt.Orientation.Horizontal)
        whole.addWidget(self.facets)
        whole.addWidget(right)
        whole.setStretchFactor(1, 1)
        whole.setSizes([180, 1100])
        for split in (lower, right, whole):
            split.setChildrenCollapsible(False)
        self.body_layout.addWidget(whole, 1)


def _titled(title: str, table: QWidget, button: QWidget | None = None) -> QWidget:
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 4, 0, 0)
    row = QHBoxLayout()
    label = QLabel(title)
    label.setProperty("role", "title")
    row.addWidget(label)
    row.addStretch(1)
    if button is not None:
        row.addWidget(button)
    column.addLayout(row)
    column.addWidget(table, 1)
    return part


def _told(row: Disagreement) -> str:
    return f"{row.name} {row.code} {row.filed_name} {row.reason}".casefold()


def _compare(cases: Sequence[Case], finder: Finder, progress: Progress) -> list[Disagreement]:
    """In the worker: the matchers first, then the month."""
    finder.prepare(sorted({case.edition for case in cases}), progress)
    return disagreements(cases, finder.matcher, progress)
