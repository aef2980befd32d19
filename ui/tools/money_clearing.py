"""Tool 结算测算: month pre-settlement, annual clearing and budget simulation for the open cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton

from app.dip.clearing import NIL, Month, Pool, annual_lines, month_of, monthly_lines, months_of
from coding_rules.grouper.grouping import System
from coding_rules.settlement.clearing import special_review_limit
from coding_rules.settlement.figures import to_fen
from coding_rules.settlement.profile import RegionProfile
from ui import wording
from ui.models.columns import Column
from ui.tools.columns import count, figure
from ui.tools.context import ToolContext
from ui.tools.dip_choices import ChoiceDelegate
from ui.tools.dip_parts import tabbed
from ui.tools.money_fields import NumberField, number
from ui.tools.money_pages import BudgetPage, CasesPage, LinesPage
from ui.tools.money_tables import insurance_name, shown
from ui.tools.spec import ToolSpec
from ui.tools.window import ToolWindow

_YES, _NO = "是", "否"


class ClearingWindow(ToolWindow):
    """Sums by insurance at the top, to be completed by the user; below what follows from them, each figure with its formula."""

    default_size = QSize(1260, 760)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self._month = Month((), ())
        self._pools: tuple[Pool, ...] = ()
        self.system = QComboBox()
        self.system.setAccessibleName("支付体系")
        for system in System:
            self.system.addItem(f"按 {system.value} 计", system)
        bench = context.workbench
        self.system.setCurrentIndex(list(System).index(bench.system if bench else System.DIP))
        self.month = QComboBox()
        self.month.setAccessibleName("出院月份")
        self.profile_name = QLabel()
        self.profile_name.setProperty("role", "muted")
        self.again = QPushButton("恢复参数")
        self.again.setToolTip("点值、支付比例改回地区参数里的数，扣款与已预结清零")
        self.model, self.table = self.add_table(
            "险种汇总",
            self._columns(),
            lambda pool: pool.insurance,
            sortable=False,
            empty="正在等待审核结果…",
        )
        self.working_capital = NumberField("周转金（元）", "0")
        self.deposit_returned = NumberField("退还保证金（元）", "0")
        self.monthly = LinesPage(
            self,
            "月度预结",
            "月度预结 = (月总分值 × 点值 − 个人自付) × 预拨比例 − 审核扣款，质量保证金另列。",
        )
        self.annual = LinesPage(
            self,
            "年度清算",
            "以所选病例作全年计：总结算 → 结余留用或超支分担 → 减已预结。",
            (self.working_capital, self.deposit_returned),
        )
        self.budget = BudgetPage(self)
        self.cases = CasesPage(self)
        self._lay_out()
        self.system.currentIndexChanged.connect(self.refresh)
        self.month.currentIndexChanged.connect(self._sum)
        self.annual.changed.connect(self._reckon)
        self.again.clicked.connect(self._start_over)
        context.reviewed.connect(self.renew)

    @property
    def chosen_system(self) -> System:
        """DRG or DIP."""
        return list(System)[self.system.currentIndex()]

    @property
    def profile(self) -> RegionProfile | None:
        """The parameters the review settles by, or ``None`` without any."""
        knowledge = self.context.knowledge
        if knowledge is None:
            return None
        settler = knowledge.dip_settler if self.chosen_system is System.DIP else knowledge.drg_settler
        profile = getattr(settler, "profile", None)
        return profile if isinstance(profile, RegionProfile) else None

    @Slot()
    def refresh(self) -> None:
        """List the months there are and sum the chosen one up."""
        bench = self.context.workbench
        months = months_of(bench.results()) if bench else {}
        kept = self.month.currentData()
        self.month.blockSignals(True)
        self.month.clear()
        self.month.addItem("全部月份", "")
        for month, cases in months.items():
            self.month.addItem(f"{month} 出院（{cases:,} 例）", month)
        most = max(months, key=lambda month: months[month], default="")
        place = self.month.findData(most if kept is None else kept)
        self.month.setCurrentIndex(max(place, 0))
        self.month.blockSignals(False)
        self._sum()

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """What was reckoned and by whose parameters."""
        return [
            ("范围", f"{self.system.currentText()}，{self.month.currentText()}"),
            ("参数", self.profile_name.text()),
        ]

    # --- inside --------------------------------------------------------------------------------------------

    @Slot()
    def _sum(self) -> None:
        bench, profile, system = self.context.workbench, self.profile, self.chosen_system
        if bench is None:
            return
        if profile is None:
            self._take(Month((), ()))
            self.profile_name.setText(
                f"没有 {system.value} 结算参数，无法测算。请在“设置”或“地区参数”中选择。"
            )
            return
        results, month = bench.results(), str(self.month.currentData() or "")
        waiting = len(bench.case_ids) - len(results)
        demo = "，演示参数，点值为虚构" if profile.demo and "虚构" not in profile.title else ""
        more = f"；另有 {waiting:,} 例尚在审核" if waiting else ""
        self.profile_name.setText(f"{profile.title}{demo}{more}")
        self.run(
            "正在汇总病例",
            lambda progress: month_of(results, profile, system, month, progress),
            self._take,
        )

    def _take(self, month: Month) -> None:
        self._month, self._pools = month, month.pools
        self.model.set_rows(self._pools)
        limit = special_review_limit(len(month.cases), self.profile.clearing) if self.profile else None
        self.cases.show_cases(month.cases, limit)
        self._reckon()

    @Slot()
    def _start_over(self) -> None:
        self._take(self._month)

    @Slot()
    def _reckon(self) -> None:
        profile = self.profile
        if profile is None:
            self.monthly.show_lines(())
            self.annual.show_lines(())
            self.budget.show_pools(())
            return
        self.monthly.show_lines(monthly_lines(self._pools, profile))
        capital, returned = self.working_capital.value or NIL, self.deposit_returned.value or NIL
        self.annual.show_lines(annual_lines(self._pools, profile, capital, returned))
        self.budget.show_pools(self._pools)

    def _put(self, pool: Pool) -> bool:
        self._pools = tuple(pool if each.insurance == pool.insurance else each for each in self._pools)
        self.model.update_rows([pool])
        self._reckon()
        return True

    def _set_price(self, pool: Pool, written: str) -> bool:
        return self._put(replace(pool, price=number(written))) if _fits(written) else self._refuse(written)

    def _set_share(self, pool: Pool, written: str) -> bool:
        share = number(written)
        if not _fits(written) or (share is not None and share > 1):
            return self._refuse(written)
        return self._put(replace(pool, share=share))

    def _set_deductions(self, pool: Pool, written: str) -> bool:
        fits = _fits(written)
        return self._put(replace(pool, deductions=number(written) or NIL)) if fits else self._refuse(written)

    def _set_prepaid(self, pool: Pool, written: str) -> bool:
        fits = _fits(written)
        return self._put(replace(pool, prepaid=number(written) or NIL)) if fits else self._refuse(written)

    def _set_counted(self, pool: Pool, written: str) -> bool:
        return self._put(replace(pool, counted=written == _YES))

    def _refuse(self, written: str) -> bool:
        self.busy.tell(f"“{written}”不合要求：应为 0 以上的数字，支付比例在 0 到 1 之间。")
        return False

    def _columns(self) -> tuple[Column[Pool], ...]:
        return (
            Column("insurance", "险种", lambda pool: insurance_name(pool.insurance), width=104),
            Column(
                "counted",
                "计入",
                lambda pool: _YES if pool.counted else _NO,
                width=50,
                commit=self._set_counted,
            ),
            count("cases", "病例数", lambda pool: pool.cases, 64),
            count("without", "无分值", lambda pool: pool.without_points, 56),
            figure("points", "总分值", lambda pool: pool.points, 104),
            _yuan("fees", "总费用（元）", lambda pool: pool.fees),
            _yuan("self_paid", "个人自付（元）", lambda pool: pool.self_paid),
            _yuan("charged", "统筹记账（元）", lambda pool: pool.charged),
            _typed("price", "点值（元）✎", lambda pool: pool.price, self._set_price, 84),
            _typed("share", "基金支付比例 ✎", lambda pool: pool.share, self._set_share, 104),
            _typed("deductions", "审核扣款 ✎", lambda pool: pool.deductions, self._set_deductions, 96),
            _typed("prepaid", "已预结 ✎", lambda pool: pool.prepaid, self._set_prepaid, 110),
        )

    def _lay_out(self) -> None:
        self.table.setItemDelegateForColumn(1, ChoiceDelegate(lambda _pool: (_YES, _NO), self.table))
        self.table.setFixedHeight(self.fontMetrics().height() * 9)
        top = QHBoxLayout()
        for part in (self.system, self.month):
            top.addWidget(part)
        top.addWidget(self.profile_name, 1)
        top.addWidget(self.again)
        self.tabs = tabbed(
            (
                (self.monthly, "月度预结"),
                (self.annual, "年度清算"),
                (self.budget, "预算与点值"),
                (self.cases, "逐例算式"),
            )
        )
        self.body_layout.addLayout(top)
        self.body_layout.addWidget(self.table)
        self.body_layout.addWidget(self.tabs, 1)


def _yuan(key: str, title: str, read: Callable[[Pool], Decimal]) -> Column[Pool]:
    return Column(
        key,
        title,
        lambda pool: wording.money(to_fen(read(pool))),
        sort=read,
        width=116,
        numeric=True,
        value=read,
    )


def _typed(
    key: str,
    title: str,
    read: Callable[[Pool], Decimal | None],
    commit: Callable[[Pool, str], bool],
    width: int,
) -> Column[Pool]:
    return Column(
        key,
        title,
        lambda pool: shown(read(pool)),
        sort=lambda pool: read(pool) or NIL,
        width=width,
        numeric=True,
        tone=lambda _pool: "accent",
        tip=lambda pool: f"{shown(read(pool)) or '未填'}\n双击修改",
        commit=commit,
        value=read,
    )


def _fits(written: str) -> bool:
    return not written.strip() or number(written) is not None
