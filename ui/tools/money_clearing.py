"""Tool 结算测算: month pre-settlement, annual clearing and budget simulation; other months of the year can be brought along."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton

from app.dip.budget import with_price
from app.dip.clearing import (
    NIL,
    Pool,
    annual_lines,
    counted_cases,
    monthly_lines,
)
from app.dip.period_sums import PeriodSums, sum_period
from app.dip.settled_cases import (
    InstitutionRow,
    by_institution,
    coverage,
    months_of,
    years_in,
)
from app.dip.special_review import ReviewCandidate, limit_text, review_candidates
from app.past_cases import not_yet_there, resettle_past, score_past
from app.review import CaseResult, Knowledge
from coding_rules.grouper.grouping import System
from coding_rules.settlement.amount import Settler
from coding_rules.settlement.figures import tell
from coding_rules.settlement.point_price import Price
from coding_rules.settlement.profile import RegionProfile
from coding_rules.settlement.rules import FundBasis
from ui.tools.context import ToolContext
from ui.tools.dip_choices import ChoiceDelegate
from ui.tools.dip_parts import tabbed
from ui.tools.dip_sources import SourceBar
from ui.tools.money_case_pages import CasesPage, InstitutionsPage
from ui.tools.money_fields import NumberField, SystemBox, number
from ui.tools.money_pages import BudgetPage, LinesPage, MonthsPage
from ui.tools.money_review import ReviewPage
from ui.tools.money_tables import NO, YES, PoolEdits, Words, pool_columns
from ui.tools.money_typed import TypedPools
from ui.tools.spec import ToolSpec
from ui.tools.window import ToolWindow


class ClearingWindow(ToolWindow):
    """Cases and period at the top, sums by insurance to be completed by the user; below what follows, each figure with its formula."""

    default_size = QSize(1300, 780)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self._sums = PeriodSums()
        self._pools: tuple[Pool, ...] = ()
        self._past: tuple[CaseResult, ...] = ()
        self._past_by: Knowledge | None = None
        self._typed_pools = TypedPools()
        self._typed_for: RegionProfile | None = None
        self._doubled = 0
        self._months: dict[str, int] = {}
        self.source = SourceBar(self, "加入其他月份…")
        self.system = SystemBox(context, "计")
        self.month = QComboBox()
        self.month.setAccessibleName("出院月份或年度")
        self.profile_name = QLabel()
        self.profile_name.setProperty("role", "muted")
        self.again = QPushButton("恢复参数")
        self.again.setToolTip("点值、支付比例改回地区参数里的数，扣款与已预结清零")
        self._edits = PoolEdits(
            self._set_counted, self._set_price, self._set_share, self._set_deductions, self._set_prepaid
        )
        self.model, self.table = self.add_table(
            "险种汇总",
            pool_columns(self.words, self._edits),
            lambda pool: pool.key,
            sortable=False,
            empty="正在等待审核结果…",
        )
        self.working_capital = NumberField("周转金（元）", "0")
        self.deposit_kept = NumberField("不退的保证金（元）", "0")
        self.monthly = LinesPage(self, "月度预结")
        self.by_month = MonthsPage(self)
        self.annual = LinesPage(self, "年度清算", (self.working_capital, self.deposit_kept))
        self.institutions = InstitutionsPage(self)
        self.budget = BudgetPage(self)
        self.review = ReviewPage(self)
        self.cases = CasesPage(self)
        self._lay_out()
        self.source.changed.connect(self._score_past)
        self.system.currentIndexChanged.connect(self.refresh)
        self.month.currentIndexChanged.connect(self._sum)
        self.annual.changed.connect(self._reckon)
        self.by_month.wanted.connect(self._take_months)
        self.budget.price_wanted.connect(self._take_price)
        self.again.clicked.connect(self._start_over)
        context.reviewed.connect(self._renew_after_work)

    @property
    def chosen_system(self) -> System:
        """DRG or DIP."""
        return self.system.chosen

    @property
    def settler(self) -> Settler | None:
        """What the review settles by, or ``None`` without any."""
        knowledge = self.context.knowledge
        if knowledge is None:
            return None
        settler = knowledge.dip_settler if self.chosen_system is System.DIP else knowledge.drg_settler
        return settler if isinstance(settler, Settler) else None

    @property
    def profile(self) -> RegionProfile | None:
        """Its parameters."""
        return self.settler.profile if self.settler else None

    @property
    def words(self) -> Words:
        """What the region's points and price are called."""
        return Words.of(self.settler.worth if self.settler else "分值")

    @property
    def results(self) -> list[CaseResult]:
        """The open cases as they stand and those that were brought along."""
        bench = self.context.workbench
        open_cases = bench.results() if bench and self.source.open_cases.isChecked() else []
        return [*open_cases, *self._past]

    @Slot()
    def refresh(self) -> None:
        """List the periods there are and sum the chosen one up."""
        self.source.say()
        if self.profile is not self._typed_for:
            self._typed_pools, self._typed_for = TypedPools(), self.profile
        if not self._renew_past():
            return
        self._months = months_of(self.results)
        kept = self.month.currentData()
        self.month.blockSignals(True)
        self.month.clear()
        for year, cases in years_in(self._months).items():
            known = sum(month.startswith(year) for month in self._months)
            self.month.addItem(f"{year} 年度（{known} 个月，{cases:,} 例）", year)
        for month, cases in self._months.items():
            self.month.addItem(f"{month} 出院（{cases:,} 例）", month)
        self.month.addItem(f"全部病例（{len(self.results):,} 例）", "")
        most = max(self._months, key=lambda month: self._months[month], default="")
        place = self.month.findData(most if kept is None else kept)
        self.month.setCurrentIndex(max(place, 0))
        self.month.blockSignals(False)
        self._sum()

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """What was reckoned and by whose parameters."""
        return [
            ("范围", f"{self.system.currentText()}，{self.month.currentText()}"),
            ("参数", self.profile_name.text()),
            ("年度清算", self.annual.note.text()),
        ]

    # --- inside --------------------------------------------------------------------------------------------

    @Slot()
    def _renew_after_work(self) -> None:
        """The review has ended: sum anew, but let a file that is being read come in first."""
        if self._job is not None:
            self._job.finished.connect(self._renew_after_work)
        else:
            self.renew()

    @Slot()
    def _score_past(self) -> None:
        """Group and settle the cases of the added files, each discharge once."""
        knowledge, past = self.context.knowledge, self.source.past
        if knowledge is None:
            return
        there = self.context.cases if self.source.open_cases.isChecked() else ()
        fresh, doubled = not_yet_there(past, there)
        self._doubled = len(doubled)
        if not fresh:
            self._take_past(())
            return
        self.run("正在分组和结算", lambda progress: score_past(fresh, knowledge, progress), self._take_past)

    def _renew_past(self) -> bool:
        """See that the added cases are settled by what holds now; ``False`` while they are being grouped and settled anew."""
        knowledge, before = self.context.knowledge, self._past_by
        if knowledge is None or before is None or not self._past or knowledge is before:
            return True
        if (knowledge.dip, knowledge.drg, knowledge.terminology) != (
            before.dip,
            before.drg,
            before.terminology,
        ):
            self._score_past()
            return False
        self._past, self._past_by = resettle_past(self._past, before, knowledge), knowledge
        return True

    def _take_past(self, past: tuple[CaseResult, ...]) -> None:
        self._past, self._past_by = past, self.context.knowledge
        self.refresh()

    @Slot()
    def _sum(self) -> None:
        bench, profile, system = self.context.workbench, self.profile, self.chosen_system
        if bench is None:
            return
        self.table.show_columns(pool_columns(self.words, self._edits))
        self._delegate()
        if profile is None:
            self.profile_name.setText(f"没有 {system.value} 结算参数，无法测算。请在“设置”中选择结算参数。")
            self._take(PeriodSums())
            return
        results, period = self.results, str(self.month.currentData() or "")
        self.profile_name.setText(self._told(profile))
        self.run(
            "正在汇总病例",
            lambda progress: sum_period(results, profile, system, period, progress),
            self._take,
        )

    def _told(self, profile: RegionProfile) -> str:
        bench = self.context.workbench
        waiting = len(bench.case_ids) - len(bench.results()) if bench else 0
        parts = [
            profile.title + ("，演示参数，点值为虚构" if profile.demo and "虚构" not in profile.title else "")
        ]
        if waiting:
            parts.append(f"另有 {waiting:,} 例尚在审核")
        if self._doubled:
            parts.append(f"加入的文件里有 {self._doubled:,} 例与已有的重复，只计一次")
        return "；".join(parts)

    def _take(self, sums: PeriodSums) -> None:
        self._sums = sums
        self._pools = self._typed_pools.on(self._period, sums.pools)
        self.table.empty_text = "没有病例。" if self.profile else self.profile_name.text()
        self.model.set_rows(self._pools)
        words = self.words
        self.cases.show_cases(sums.cases, words)
        self.by_month.show_months(sums.months, words)
        if [pool.counted for pool in self._pools] == [pool.counted for pool in sums.pools]:
            self._show_counted(sums.institutions, sums.candidates)
        else:
            self._count_again()
        self.tabs.setTabText(self.tabs.indexOf(self.cases), f"逐例算式（{len(sums.cases):,}）")
        self._reckon()

    def _show_counted(
        self, institutions: Sequence[InstitutionRow], candidates: Sequence[ReviewCandidate]
    ) -> None:
        """What depends on which pools count."""
        counted = counted_cases(self._sums.cases, self._pools)
        told = limit_text(counted, self.profile.clearing) if self.profile else "没有结算参数"
        self.review.show_candidates(candidates, told, counted, self.chosen_system, self.words)
        self.institutions.show_rows(institutions, self.words)
        self.tabs.setTabText(self.tabs.indexOf(self.review), f"特例单议（{len(candidates):,}）")

    @Slot()
    def _start_over(self) -> None:
        self._typed_pools.forget(self._period)
        self._take(self._sums)

    @property
    def _period(self) -> tuple[System, str]:
        return self.chosen_system, str(self.month.currentData() or "")

    def _remember(self, pool: Pool) -> None:
        started = next(each for each in self._sums.pools if each.key == pool.key)
        self._typed_pools.keep(self._period, pool, started)

    @Slot()
    def _take_months(self) -> None:
        """The months' pre-settlements as what was paid during the year."""
        paid: dict[str, Decimal] = {}
        for row in self._sums.months:
            if row.month and row.prepaid is not None:
                paid[row.insurance] = paid.get(row.insurance, NIL) + Decimal(row.prepaid) / 100
        self._pools = tuple(replace(pool, prepaid=paid.get(pool.name, NIL)) for pool in self._pools)
        for pool in self._pools:
            self._remember(pool)
        self.model.set_rows(self._pools)
        self._reckon()
        self.busy.tell("已把逐月预结的合计填入“已预结”。")

    @Slot(object, object)
    def _take_price(self, price: Price, keys: list[tuple[str, str]]) -> None:
        """A year's point value that was reckoned goes into the pools with its formula."""
        if len(self._period[1]) == len("2025-03"):
            self.busy.tell(f"结算{self.words.price}是全年的：请先在上面选一个年度。")
            return
        self._pools = with_price(self._pools, keys, price)
        for pool in self._pools:
            self._remember(pool)
        self.model.set_rows(self._pools)
        self._reckon()
        self.busy.tell(f"已把结算{self.words.price} {tell(price.rounded)} 元填入上表，年度清算按它计算。")

    @Slot()
    def _reckon(self) -> None:
        profile = self.profile
        if profile is None:
            for page in (self.monthly, self.annual):
                page.show_lines((), "", self.profile_name.text())
            self.budget.show_pools((), self.words, None)
            return
        one_month = len(str(self.month.currentData() or "")) == len("2025-03")
        self.monthly.show_lines(
            monthly_lines(self._pools, profile) if one_month else (),
            self._monthly_note(profile),
            "没有计入的病例。" if one_month else "月度预结按月算：请在上面选一个月，或看“逐月”一页。",
        )
        capital, kept = self.working_capital.value or NIL, self.deposit_kept.value or NIL
        self.annual.show_lines(annual_lines(self._pools, profile, capital, kept), self._annual_note())
        self.budget.show_pools(self._pools, self.words, profile)

    def _monthly_note(self, profile: RegionProfile) -> str:
        words = self.words
        less = "× 基金支付比例" if profile.money.fund_basis is FundBasis.SHARE else "− 个人自付"
        return (
            f"统筹应付 = 总{words.worth} × {words.price} {less}；月度预结 = 统筹应付 × 预拨比例 − 质量保证金 − 审核扣款。"
            "每个列出的金额四舍五入到分，后面的算式用它。"
        )

    def _annual_note(self) -> str:
        period = str(self.month.currentData() or "")
        if len(period) == len("2025"):
            return f"{coverage(self._months, period)}总结算 → 结余留用或超支分担 → 减已预结。"
        if not period:
            return "现在选的是全部病例；年度清算请在上面选一个年度。"
        return f"现在只选了 {period} 一个月；年度清算请在上面选“{period[:4]} 年度”，缺的月份用“加入其他月份…”补上。"

    def _put(self, pool: Pool) -> bool:
        self._pools = tuple(pool if each.key == pool.key else each for each in self._pools)
        self._remember(pool)
        self.model.update_rows([pool])
        self.busy.tell("")  # what was refused before has been set right
        self._reckon()
        return True

    def _set_price(self, pool: Pool, written: str) -> bool:
        return self._typed(written, lambda value: replace(pool, price=value, price_from=None))

    def _set_share(self, pool: Pool, written: str) -> bool:
        value = number(written)
        if value is not None and value > 1:
            return self._refuse(written)
        return self._typed(written, lambda value: replace(pool, share=value))

    def _set_deductions(self, pool: Pool, written: str) -> bool:
        return self._typed(written, lambda value: replace(pool, deductions=value or NIL))

    def _set_prepaid(self, pool: Pool, written: str) -> bool:
        return self._typed(written, lambda value: replace(pool, prepaid=value or NIL))

    def _set_counted(self, pool: Pool, written: str) -> bool:
        done = self._put(replace(pool, counted=written == YES))
        self._count_again()
        return done

    def _count_again(self) -> None:
        """Other pools count than at first."""
        if self.profile is not None:
            counted = counted_cases(self._sums.cases, self._pools)
            self._show_counted(
                by_institution(counted, self.profile), review_candidates(counted, self.profile.clearing)
            )

    def _typed(self, written: str, put: Callable[[Decimal | None], Pool]) -> bool:
        value = number(written)
        if written.strip() and value is None:
            return self._refuse(written)
        return self._put(put(value))

    def _refuse(self, written: str) -> bool:
        self.busy.tell(f"“{written}”不合要求：应为 0 以上的数字，支付比例在 0 到 1 之间。")
        return False

    def _delegate(self) -> None:
        self.table.setItemDelegateForColumn(1, ChoiceDelegate(lambda _pool: (YES, NO), self.table))

    def _lay_out(self) -> None:
        self._delegate()
        line = self.fontMetrics().height()
        self.table.setMinimumHeight(line * 6)  # a low window gives its room to the pages
        self.table.setMaximumHeight(line * 8)
        top = QHBoxLayout()
        for part in (self.system, self.month):
            top.addWidget(part)
        top.addWidget(self.profile_name, 1)
        top.addWidget(self.again)
        self.tabs = tabbed(
            (
                (self.monthly, "月度预结"),
                (self.by_month, "逐月"),
                (self.annual, "年度清算"),
                (self.institutions, "按机构"),
                (self.budget, "预算与点值"),
                (self.review, "特例单议"),
                (self.cases, "逐例算式"),
            )
        )
        self.body_layout.addWidget(self.source)
        self.body_layout.addLayout(top)
        self.body_layout.addWidget(self.table)
        self.body_layout.addWidget(self.tabs, 1)
