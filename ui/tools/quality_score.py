"""Tool 首页评分: the 100-point score by case, department, coder and month, and why each point was lost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QSplitter, QVBoxLayout, QWidget

from app.progress import Progress
from app.rules.front_page_score import (
    CLASSES,
    CaseScore,
    ItemLoss,
    ScoreSummary,
    losses,
    reasons,
    score_cases,
    summaries,
    summary,
)
from coding_rules.quality_indicators import DIMENSIONS
from coding_rules.scoring import Deduction, ScoreTable, grade_of, shipped_table
from ui import wording
from ui.models.columns import Column
from ui.tables import DenseTable
from ui.tools.columns import count, figure, text
from ui.tools.context import ToolContext
from ui.tools.quality_table import ScoreTableDialog
from ui.tools.quality_window import QualityWindow
from ui.tools.rows import filter_rows
from ui.tools.spec import ToolSpec

BY_CASE = "病例"
FILTER_MS = 120
Lost = tuple[CaseScore, Deduction]


def _faults(score: CaseScore) -> str:
    return "、".join(f"{one.item} −{_points(one.points)}" for one in score.sheet.deductions)


def _points(points: Decimal) -> str:
    return f"{float(points):g}"


def _case_columns() -> tuple[Column[CaseScore], ...]:
    return (
        text("id", "病案号", lambda row: row.case.record_no or row.case.case_id, 96),
        text("department", "科室", lambda row: row.case.department, 120),
        text("coder", "编码员", lambda row: row.case.coder, 76),
        text("day", "出院日期", lambda row: wording.day(row.case.discharged), 86),
        figure("score", "得分", lambda row: row.sheet.score, 62, places=1),
        text("grade", "等级", lambda row: row.sheet.grade, 48),
        *(_class_count(name) for name in CLASSES),
        text("why", "扣分项目", _faults, 260, stretch=True, tip=lambda row: _faults(row).replace("、", "\n")),
    )


def _class_count(name: str) -> Column[CaseScore]:
    return count(name, f"{name} 类", lambda row: row.sheet.faults.get(name, 0), 46)


def _group_columns(table: ScoreTable) -> tuple[Column[ScoreSummary], ...]:
    return (
        text("name", "范围", lambda row: row.name, 170, stretch=True),
        count("cases", "病例数", lambda row: row.cases),
        figure("mean", "平均分", lambda row: row.mean, 70),
        figure("lowest", "最低分", lambda row: row.lowest, 66, places=1),
        count("flawless", "未扣分", lambda row: row.flawless, 64),
        *(_grade_count(grade.name) for grade in table.grades),
        *(_fault_count(name) for name in CLASSES),
    )


def _grade_count(name: str) -> Column[ScoreSummary]:
    return count(f"grade_{name}", name, lambda row: row.grades.get(name, 0), 56)


def _fault_count(name: str) -> Column[ScoreSummary]:
    return count(f"class_{name}", f"{name} 类差错", lambda row: row.faults.get(name, 0), 72)


REASONS: tuple[Column[Lost], ...] = (
    text("part", "部分", lambda row: row[1].part, 100, muted=True),
    text("item", "项目", lambda row: row[1].item, 160),
    text("class", "类别", lambda row: row[1].class_, 46),
    figure("points", "扣分", lambda row: row[1].points, 56, places=1),
    text(
        "why",
        "为什么",
        lambda row: "；".join(reasons(*row)),
        300,
        stretch=True,
        tip=lambda row: "\n".join(reasons(*row)),
    ),
    text("rules", "规则", lambda row: "、".join(row[1].rules), 110, muted=True),
)
LOSSES: tuple[Column[ItemLoss], ...] = (
    text("part", "部分", lambda row: row.part, 110, muted=True),
    text("item", "项目", lambda row: row.item, 200, stretch=True),
    text("class", "类别", lambda row: row.class_, 46),
    figure("points", "共扣分", lambda row: row.points, 76, places=1),
    count("cases", "涉及病例", lambda row: row.cases, 76),
    text("rules", "规则", lambda row: "、".join(row.rules), 300, muted=True),
)


class ScoreWindow(QualityWindow):
    """Scores of the open month; below them what the chosen case or group lost and why."""

    default_size = QSize(1220, 740)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self.scores: list[CaseScore] = []
        self.view = QComboBox()
        self.view.setAccessibleName("统计口径")
        for name in (BY_CASE, *DIMENSIONS):
            self.view.addItem(f"按{name}", name)
        self.search = QLineEdit()
        self.search.setPlaceholderText("筛选：病案号、科室、编码员、扣分项目…")
        self.search.setAccessibleName("筛选评分")
        self.search.setClearButtonEnabled(True)
        self.summary = QLabel()
        self.summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.cases, self.case_table = self.add_table("评分", _case_columns(), lambda row: row.case.case_id)
        self.groups, self.group_table = self.add_table(
            "评分汇总", _group_columns(self.standard), lambda row: row.name
        )
        self.reasons, self.reason_table = self.add_table(
            "扣分原因", REASONS, lambda row: (row[0].case.case_id, row[1].part, row[1].item, row[1].class_)
        )
        self.losses, self.loss_table = self.add_table(
            "扣分项目", LOSSES, lambda row: (row.part, row.item, row.class_)
        )
        self.below = QLabel()
        self.below.setProperty("role", "title")
        self.edit_button = self.add_head_button(
            "评分标准…", "edit", self.edit_standard, "修改各项扣分、上限和等级"
        )
        self._soon = QTimer(self, singleShot=True, interval=FILTER_MS)
        self._lay_out()
        self._connect()
        self._switch()

    @Slot()
    def refresh(self) -> None:
        """Score the open month from the results there are."""
        month = self.month()
        if month is None:
            return

        def work(progress: Progress) -> tuple[list[CaseScore], str]:
            scores = score_cases(month.results, month.engine, month.standard, progress)
            return scores, _sentence(scores, month.standard) if scores else "正在等待审核结果…"

        self.run("正在评分", work, lambda found: self._show(found[0], found[1], month.cases))

    def edit_standard(self) -> None:
        """Change points and grades; the month is scored anew."""
        dialog = ScoreTableDialog(self.standard, self)
        dialog.accepted.connect(self.refresh)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """The standard and the result as a whole."""
        own = "" if self.standard == shipped_table() else "（本院已修改）"
        return [("评分标准", self.standard.title + own), ("结果", self.summary.text())]

    def _show(self, scores: list[CaseScore], told: str, total: int) -> None:
        self.scores = scores
        self.cases.set_rows(scores)
        self._filter()
        self._group()
        waiting = f"，另有 {total - len(scores):,} 例尚在审核" if len(scores) < total else ""
        self.summary.setText(told)
        self.busy.tell(
            f"按当前编码和审核发现评了 {len(scores):,} 例{waiting}。只评规则查得出的差错；双击病例可转到该病例。"
        )
        self._choose_first()

    def _group(self) -> None:
        dimension = str(self.view.currentData())
        self.group_table.show_columns(_group_columns(self.standard))
        self.groups.set_rows(summaries(self.scores, dimension) if dimension != BY_CASE else [])

    @Slot()
    def _switch(self) -> None:
        by_case = self.view.currentData() == BY_CASE
        for table in (self.case_table, self.reason_table):
            table.setVisible(by_case)
        for table in (self.group_table, self.loss_table):
            table.setVisible(not by_case)
        self.search.setVisible(by_case)
        self._group()
        self._choose_first()

    def _choose_first(self) -> None:
        by_case = self.view.currentData() == BY_CASE
        table: DenseTable = self.case_table if by_case else self.group_table
        rows = self.cases.rows() if by_case else []
        first = next((place for place, row in enumerate(rows) if row.sheet.deductions), 0)
        table.setCurrentIndex(table.columns_model.index(first, 0))
        if not table.columns_model.rowCount():
            self._clear_below()

    def _clear_below(self) -> None:
        self.reasons.set_rows([])
        self.losses.set_rows([])
        self.below.setText("")

    @Slot()
    def _filter(self) -> None:
        words = self.search.text().split()

        def accepts(row: CaseScore) -> bool:
            case = row.case
            told = f"{case.case_id} {case.record_no} {case.department} {case.coder} {row.sheet.grade} {_faults(row)}"
            return all(word in told for word in words)

        filter_rows(self.case_table, accepts if words else None)
        self.case_table.empty_text = "没有符合条件的病例" if words else ""

    @Slot(QModelIndex, QModelIndex)
    def _case_chosen(self, index: QModelIndex, _before: QModelIndex) -> None:
        row = self.cases.row_at(index.row())
        if row is None:
            return
        self.reasons.set_rows((row, one) for one in row.sheet.deductions)
        self.below.setText(
            f"{row.case.record_no or row.case.case_id}　{_points(row.sheet.score)} 分，{row.sheet.grade}"
            f"{_held_back(row, self.standard)}"
        )
        self.reason_table.empty_text = "这份首页没有查出要扣分的差错。"

    @Slot(QModelIndex, QModelIndex)
    def _group_chosen(self, index: QModelIndex, _before: QModelIndex) -> None:
        row = self.groups.row_at(index.row())
        if row is None:
            return
        key = DIMENSIONS[str(self.view.currentData())]
        self.losses.set_rows(losses([one for one in self.scores if key(one.case) == row.name]))
        self.below.setText(f"{row.name}　{row.cases:,} 例，平均 {row.mean:.2f} 分")
        self.loss_table.empty_text = "没有查出要扣分的差错。"

    @Slot()
    def _go(self) -> None:
        row: CaseScore | None = self.case_table.current_row()
        if row is not None:
            self.context.case_wanted.emit(row.case.case_id)

    def _connect(self) -> None:
        self.view.currentIndexChanged.connect(self._switch)
        self._soon.timeout.connect(self._filter)
        self.search.textChanged.connect(self._soon.start)
        self.case_table.selectionModel().currentRowChanged.connect(self._case_chosen)
        self.group_table.selectionModel().currentRowChanged.connect(self._group_chosen)
        self.case_table.doubleClicked.connect(self._go)
        self.context.reviewed.connect(self.renew)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.view)
        row.addWidget(self.search, 1)
        row.addStretch(0)
        self.body_layout.addLayout(row)
        self.body_layout.addWidget(self.summary)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        lower = QWidget()
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 6, 0, 0)
        for part in (self.below, self.reason_table, self.loss_table):
            column.addWidget(part)
        for table in (self.case_table, self.group_table):
            split.addWidget(table)
        split.addWidget(lower)
        split.setSizes([420, 420, 210])
        self.body_layout.addWidget(split, 1)


def _held_back(row: CaseScore, table: ScoreTable) -> str:
    """Why the grade is lower than the points alone would give."""
    by_points = grade_of(row.sheet.score, {}, table)
    if by_points == row.sheet.grade:
        return ""
    barred = next((one.no_class for one in table.grades if one.name == by_points), "")
    return f"（分数够“{by_points}”，但有 {barred or 'A'} 类差错）"


def _sentence(scores: Sequence[CaseScore], table: ScoreTable) -> str:
    whole = summary("全院", scores)
    grades = "，".join(
        f"{grade.name} {whole.grades.get(grade.name, 0):,} 例（{_share(whole.grades.get(grade.name, 0), whole.cases)}）"
        for grade in table.grades
    )
    faults = "，".join(f"{name} 类 {whole.faults.get(name, 0):,}" for name in CLASSES)
    return f"全院 {whole.cases:,} 例，平均 {whole.mean:.2f} 分：{grades}。差错：{faults}。"


def _share(part: int, whole: int) -> str:
    return f"{Decimal(part) / whole:.1%}" if whole else "—"
