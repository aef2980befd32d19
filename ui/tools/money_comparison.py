"""Tool 同病种前后对比: fee-for-service against DIP over two periods, measure by measure, with the test used and its p value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from PySide6.QtCore import QDate, QModelIndex, QSize, Qt, Slot
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLabel, QLineEdit

from app.dip.period_comparison import By, Disease, Period, compare, diseases, likely_periods
from app.progress import Progress
from coding_rules.settlement.comparison import Comparison, Measure, Spread
from coding_rules.settlement.statistics import Significance
from ui import wording
from ui.models.columns import Column
from ui.tools.columns import count, figure, percent, text
from ui.tools.context import ToolContext
from ui.tools.dip_parts import day_field, day_of
from ui.tools.dip_sources import SourceBar
from ui.tools.spec import ToolSpec
from ui.tools.window import NO_CASES, NO_DIP, ToolWindow


def _mean(read: Callable[[Measure], Spread]) -> Callable[[Measure], Decimal | None]:
    return lambda row: read(row).mean if read(row).cases else None


def _deviation(read: Callable[[Measure], Spread]) -> Callable[[Measure], Decimal | None]:
    return lambda row: read(row).deviation if read(row).cases > 1 else None


def _median(read: Callable[[Measure], Spread]) -> Callable[[Measure], Decimal | None]:
    return lambda row: read(row).median if read(row).cases else None


def _spread(key: str, title: str, read: Callable[[Measure], Spread]) -> tuple[Column[Measure], ...]:
    return (
        count(f"{key}_cases", f"{title}例数", lambda row: read(row).cases, 62),
        figure(f"{key}_mean", f"{title}均值", _mean(read), 84),
        figure(f"{key}_deviation", "标准差", _deviation(read), 76),
        figure(f"{key}_median", "中位数", _median(read), 76),
    )


def _p(test: Significance | None) -> str:
    if test is None:
        return wording.MISSING
    return "< 0.001" if test.p < 0.001 else f"{test.p:.3f}"


def _why(row: Measure) -> str:
    return f"{row.why}；{row.disagreement}" if row.disagreement else row.why


def _statistic(test: Significance | None) -> str:
    if test is None:
        return wording.MISSING
    shown = f"U = {test.statistic:,.1f}" if test.degrees is None else f"t = {test.statistic:,.3f}"
    return shown.replace("-", "−")


COLUMNS: tuple[Column[Measure], ...] = (
    text("label", "指标", lambda row: f"{row.label}（{row.unit}）", 130, strong=lambda _row: True),
    *_spread("before", "前期", lambda row: row.before),
    *_spread("after", "后期", lambda row: row.after),
    percent("change", "均值变化", lambda row: float(row.change) if row.change is not None else None, 76),
    text("test", "检验", lambda row: row.test.name if row.test else wording.MISSING, 196),
    text("statistic", "统计量", lambda row: _statistic(row.test), 84, tip=lambda row: str(row.test or "")),
    Column(
        "p",
        "P",
        lambda row: _p(row.test),
        sort=lambda row: row.test.p if row.test else 2.0,
        width=66,
        numeric=True,
        strong=lambda row: row.test is not None and row.test.p < 0.05,
        tip=lambda row: f"另一检验：{row.other_test}" if row.other_test else _p(row.test),
        value=lambda row: row.test.p if row.test else None,
    ),
    text("verdict", "结论", lambda row: row.verdict, 142),
    text("why", "检验的理由", _why, 120, stretch=True, muted=True, tip=_why),
)


class ComparisonWindow(ToolWindow):
    """A disease and two periods at the top, the comparison below."""

    default_size = QSize(1360, 660)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self._diseases: Sequence[Disease] = ()
        self.source = SourceBar(self)
        self.by = QComboBox()
        self.by.setAccessibleName("病种口径")
        self.by.addItems([by.value for by in By])
        self.disease = QComboBox()
        self.disease.setAccessibleName("病种")
        self.days = {name: day_field(name) for name in ("前期自", "前期至", "后期自", "后期至")}
        self.head = QLabel()
        self.head.setWordWrap(True)
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.model, self.table = self.add_table(
            "前后对比",
            COLUMNS,
            lambda row: row.label,
            sortable=False,
            empty="选好病种和两个时期后，这里列出对比。",
        )
        self.detail = QLabel()
        self.detail.setWordWrap(True)
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out()
        self.source.changed.connect(self._list)
        self.by.currentIndexChanged.connect(self._list)
        self.disease.currentIndexChanged.connect(self._compare)
        for day in self.days.values():
            day.dateChanged.connect(self._compare)
        self.table.selectionModel().currentChanged.connect(self._explain)

    def missing(self) -> str:
        """Cases, and a catalogue to tell diseases apart."""
        if self.context.workbench is None:
            return NO_CASES
        return "" if self.context.knowledge and self.context.knowledge.dip else NO_DIP

    @Slot()
    def refresh(self) -> None:
        """The open cases may be others."""
        self.source.say()
        self._list()

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """Disease, periods and how it was tested."""
        return [("对比", self.head.text()), ("说明", self.note.text())]

    @property
    def periods(self) -> tuple[Period, Period]:
        """Before and after, days included."""
        first, last, start, end = (day_of(day) for day in self.days.values())
        return (first, last), (start, end)

    def set_periods(self, before: Period, after: Period) -> None:
        """Show two periods and compare them."""
        for field, day in zip(self.days.values(), (*before, *after), strict=True):
            field.blockSignals(True)
            field.setDate(QDate(day.year, day.month, day.day))
            field.blockSignals(False)
        self._compare()

    # --- inside --------------------------------------------------------------------------------------------

    @Slot()
    def _list(self) -> None:
        cases, knowledge = self.source.cases, self.context.knowledge
        by = list(By)[self.by.currentIndex()]
        if knowledge is None:
            return

        def work(progress: Progress) -> tuple[Disease, ...]:
            return diseases(cases, knowledge, by, progress)

        self.run("正在按病种归类", work, self._take)

    def _take(self, found: Sequence[Disease]) -> None:
        kept = self._chosen.key if self._chosen else ""
        self._diseases = found
        keys = [one.key for one in found]
        self.disease.blockSignals(True)
        self.disease.clear()
        self.disease.addItems([one.label for one in found])
        self.disease.setCurrentIndex(keys.index(kept) if kept in keys else 0)
        self.disease.blockSignals(False)
        likely = likely_periods(case for one in found for case in one.cases)
        if likely is not None:
            self.set_periods(*likely)
        else:
            self._compare()

    @property
    def _chosen(self) -> Disease | None:
        place = self.disease.currentIndex()
        return self._diseases[place] if 0 <= place < len(self._diseases) else None

    @Slot()
    def _compare(self) -> None:
        disease = self._chosen
        if disease is None:
            self.model.set_rows([])
            self.detail.clear()
            self.head.setText("没有可对比的病例。")
            return
        before, after = self.periods
        self.run(
            "正在对比",
            lambda _progress: compare(disease, before, after),
            lambda found: self._show(disease, found),
        )

    def _show(self, disease: Disease, found: Comparison) -> None:
        (first, last), (start, end) = self.periods
        overlap = "　两期有重叠的日期，重叠的病例两边都算。" if start <= last else ""
        self.head.setText(
            f"{disease.key} {disease.name}　前期 {first} 至 {last} 共 {found.before_cases:,} 例，"
            f"后期 {start} 至 {end} 共 {found.after_cases:,} 例。{overlap}".strip()
        )
        self.note.setText(found.note + "。没有填报的项目不计入该指标。")
        self.model.set_rows(found.measures)
        self.table.setCurrentIndex(self.model.index(0, 0))

    @Slot(QModelIndex, QModelIndex)
    def _explain(self, index: QModelIndex, _before: QModelIndex) -> None:
        """The chosen measure in sentences: test, result, why this test."""
        row = self.model.row_at(index.row())
        if row is None:
            self.detail.clear()
            return
        tested = f"{row.test}。{row.verdict}。" if row.test else f"{row.verdict}。"
        self.detail.setText(f"{row.label}：{tested}{_why(row)}。")

    def _lay_out(self) -> None:
        self.disease.setEditable(True)
        self.disease.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.disease.setMinimumContentsLength(32)
        line = QLineEdit()
        line.setAccessibleName("病种")
        self.disease.setLineEdit(line)
        completer = QCompleter(self.disease.model(), self.disease)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.disease.setCompleter(completer)
        what = QHBoxLayout()
        what.addWidget(self.by)
        what.addWidget(self.disease, 1)
        when = QHBoxLayout()
        for name, field in self.days.items():
            label = {"前期自": "前期（按项目付费）", "后期自": "　后期（DIP 付费）"}.get(name, "至")
            when.addWidget(QLabel(label))
            when.addWidget(field)
        when.addStretch(1)
        self.body_layout.addWidget(self.source)
        self.body_layout.addLayout(what)
        self.body_layout.addLayout(when)
        self.body_layout.addWidget(self.head)
        self.body_layout.addWidget(self.table, 1)
        self.body_layout.addWidget(self.detail)
        self.body_layout.addWidget(self.note)
