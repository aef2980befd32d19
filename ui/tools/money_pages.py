"""Pages of the tool 结算测算 that follow from the pools: figures of a settlement, months, a budget tried out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.dip.budget import Trial, Trials, budget_line, counted_sums, try_budgets
from app.dip.clearing import Line, MonthRow, Pool
from app.dip.profile_text import show_value
from coding_rules.settlement.figures import tell, tell_yuan
from coding_rules.settlement.point_price import Budget
from coding_rules.settlement.profile import RegionProfile
from coding_rules.settlement.rules import PriceWay
from ui.tools.money_fields import FormulaTable, NumberField, wrap_rows
from ui.tools.money_tables import LINE_COLUMNS, LineRow, Words, month_columns, pool_name, trial_columns
from ui.tools.window import ToolWindow


class LinesPage(QWidget):
    """Figures with their formulas; ``fields`` are what only this page asks for."""

    changed = Signal()

    def __init__(self, tool: ToolWindow, name: str, fields: Sequence[NumberField] = ()) -> None:
        super().__init__()
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.model, self.table = tool.add_table(
            name, LINE_COLUMNS, lambda row: row.number, sortable=False, empty="没有计入的病例。"
        )
        FormulaTable(self.table, "source")
        row = QHBoxLayout()
        row.addWidget(self.note, 1)
        for field in fields:
            row.addWidget(QLabel(field.accessibleName()))
            row.addWidget(field)
            field.editingFinished.connect(self.changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(row)
        column.addWidget(self.table, 1)

    def show_lines(self, lines: Sequence[Line], note: str, empty: str = "没有计入的病例。") -> None:
        """The figures in the order they are reckoned, and how; ``empty`` says why there are none."""
        self.note.setText(note)
        self.table.empty_text = empty
        self.model.set_rows(LineRow(number, line) for number, line in enumerate(lines))


class MonthsPage(QWidget):
    """What each month would have been pre-settled at; ``wanted`` asks to take the sums as 已预结."""

    wanted = Signal()

    def __init__(self, tool: ToolWindow) -> None:
        super().__init__()
        self.model, self.table = tool.add_table(
            "逐月预结",
            month_columns(Words.of("分值")),
            lambda row: (row.month, row.insurance),
            sortable=False,
            empty="没有计入的病例。",
        )
        note = QLabel("各月按当月点值测算，不含审核扣款；实际拨付与此不同的，请在上表“已预结”里填实际数。")
        note.setProperty("role", "muted")
        note.setWordWrap(True)
        self.take = QPushButton("作为已预结")
        self.take.setToolTip("把各险种逐月预结的合计填入上表的“已预结”")
        self.take.clicked.connect(self.wanted)
        row = QHBoxLayout()
        row.addWidget(note, 1)
        row.addWidget(self.take)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(row)
        column.addWidget(self.table, 1)

    def show_months(self, rows: Sequence[MonthRow], words: Words) -> None:
        """The months of the period."""
        self.table.show_columns(month_columns(words))
        self.model.set_rows(rows)
        self.take.setEnabled(any(row.prepaid is not None for row in rows))


TO_FILL = "填写基金总额、支付比例和全市总分值后，列出预算上下浮动时的点值与本院盈亏。"
YEARS = ("三年前", "两年前", "上一年")


class BudgetPage(QWidget):
    """Budget to point value: this year's by the region's way, the forecast by past years. ``price_wanted`` hands the chosen trial's
    point value and the keys of its pools over to the year's clearing."""

    price_wanted = Signal(object, object)

    def __init__(self, tool: ToolWindow) -> None:
        super().__init__()
        self._pools: Sequence[Pool] = ()
        self._profile: RegionProfile | None = None
        self._words = Words.of("分值")
        self.whose = QComboBox()
        self.whose.setAccessibleName("哪个险种的基金")
        self.whose.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.fund = NumberField("基金总额（元）", "当年住院基金总额", 150)
        self.share = NumberField("基金支付比例", "0—1", 80)
        self.region = NumberField("全市总分值", "含本院", 130)
        self.own = QLabel()
        self.own.setProperty("role", "muted")
        self.own.setWordWrap(True)
        self.own.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.way = QLabel()
        self.way.setProperty("role", "muted")
        self.way.setWordWrap(True)
        self.take = QPushButton()
        self.take.clicked.connect(self._hand_over)
        self.model, self.table = tool.add_table(
            "预算测算",
            trial_columns(self._words),
            lambda row: row.share,
            sortable=False,
            empty=TO_FILL,
        )
        wrap_rows(self.table)
        self.years = [
            (NumberField(f"{name}总费用", "元", 140), NumberField(f"{name}总分值", "分", 120))
            for name in YEARS
        ]
        self._labels = {
            field: QLabel(field.accessibleName())
            for field in (
                self.fund,
                self.share,
                self.region,
                *(field for pair in self.years for field in pair),
            )
        }
        self._title = QLabel()
        self._title.setProperty("role", "title")
        self.forecast = QLabel()
        self.forecast.setWordWrap(True)
        self.forecast.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._arrange()
        self._name()
        self.whose.currentIndexChanged.connect(self._try)
        for field in (self.fund, self.share, self.region):
            field.textChanged.connect(self._try)
        for pair in self.years:
            for field in pair:
                field.textChanged.connect(self._forecast)

    def show_pools(self, pools: Sequence[Pool], words: Words, profile: RegionProfile | None) -> None:
        """The hospital's own part; 职工 and 居民 often have a fund and a point value each."""
        self._pools, self._profile = pools, profile
        if words != self._words:
            self._words = words
            self._name()
        self.way.setText(words.of_region(_way_told(profile)) if profile else "")
        kept = self.whose.currentText()
        self.whose.blockSignals(True)
        self.whose.clear()
        self.whose.addItem("各险种合并", None)
        for pool in pools:
            if pool.counted:
                self.whose.addItem(pool_name(pool), pool.key)
        self.whose.setCurrentIndex(max(self.whose.findText(kept), 0))
        self.whose.blockSignals(False)
        self._try()

    @property
    def _chosen(self) -> Sequence[Pool]:
        key = self.whose.currentData()
        return [pool for pool in self._pools if key is None or pool.key == tuple(key)]

    @Slot()
    def _try(self) -> None:
        points, fees = counted_sums(self._chosen)
        self.own.setText(f"本院计入总{self._words.worth} {tell(points, 2)}，总费用 {tell_yuan(fees)} 元")
        given = (self.fund.value, self.share.value, self.region.value)
        fund, share, region = (value or Decimal(0) for value in given)
        problem = ""
        if share > 1:
            problem = "基金支付比例应在 0 到 1 之间，例如 0.75。"
        elif region and region < points:
            problem = f"全市总分值应不小于本院的 {tell(points, 2)}：它包含本院。"
        self.table.empty_text = self._words.of_region(problem or TO_FILL)
        trials = Trials()
        if self._profile is not None and fund and share and region and not problem:
            trials = try_budgets(Budget(fund, share, region), self._chosen, self._profile)
            self.table.empty_text = self._words.of_region(trials.problem) or self.table.empty_text
        self.model.set_rows(trials.rows)
        self.take.setEnabled(bool(trials.rows))
        if self.model.rowCount():
            self.table.selectRow(self.model.place_of(Decimal(1)))
        self.table.viewport().update()

    @Slot()
    def _hand_over(self) -> None:
        trial = self.table.current_row()
        if isinstance(trial, Trial):
            self.price_wanted.emit(trial.price, [pool.key for pool in self._chosen])

    @Slot()
    def _forecast(self) -> None:
        years = [
            (fees, points)
            for fees, points in ((pair[0].value, pair[1].value) for pair in self.years)
            if fees is not None and points is not None
        ]
        figure = budget_line(years)
        self.forecast.setText(self._words.of_region(f"{figure.label} {figure.value}\n{figure.formula}"))

    def _name(self) -> None:
        """Say everything in the region's words: 分值 and 点值, or 权重 and 费率."""
        words = self._words
        self.take.setText(f"用作年度{words.price}")
        self.take.setToolTip(
            f"把所选一行的结算{words.price}填入上表，年度清算按它计算；换年度或“恢复参数”后还原"
        )
        self._title.setText(f"年初预算{words.price}（三年按 1：2：7 加权）")
        named = [(self.region, f"全市总{words.worth}")]
        named += [(pair[1], f"{name}总{words.worth}") for name, pair in zip(YEARS, self.years, strict=True)]
        for field, name in named:
            field.setAccessibleName(name)
            self._labels[field].setText(name)
        for _fees, worth in self.years:
            worth.setPlaceholderText("" if words.worth == "权重" else "分")
        self.table.show_columns(trial_columns(words))
        self._forecast()

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.whose)
        for field in (self.fund, self.share, self.region):
            row.addWidget(self._labels[field])
            row.addWidget(field)
        row.addWidget(self.own, 1)
        told = QHBoxLayout()
        told.addWidget(self.way, 1)
        told.addWidget(self.take)
        past = QGridLayout()
        past.setHorizontalSpacing(8)
        past.setVerticalSpacing(3)
        past.addWidget(self._title, 0, 0, 1, 8)
        for place, (fees, points) in enumerate(self.years):
            past.addWidget(self._labels[fees], place + 1, 0)
            past.addWidget(fees, place + 1, 1)
            past.addWidget(self._labels[points], place + 1, 2)
            past.addWidget(points, place + 1, 3)
        past.addWidget(self.forecast, 1, 4, 3, 1)
        past.setColumnStretch(4, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(row)
        column.addLayout(told)
        column.addWidget(self.table, 1)
        column.addLayout(past)


def _way_told(profile: RegionProfile) -> str:
    """How the year's point value comes about here, with its source."""
    way, share = show_value(profile, "money", "price_way"), profile.money.base_share
    shares = ""
    if profile.money.price_way is PriceWay.ELASTIC and share is not None:
        shares = f"，基准份额 {tell(share)}，增量 {tell(1 - share)}"
    return f"年度点值：{way}{shares}。依据：{profile.note('money', 'price_way')}"
