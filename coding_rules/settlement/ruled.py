"""A settlement after the bureau's ruling: extra points, then the outcome of 特例单议, each with its formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from coding_rules.grouper.grouping import System
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.figures import show_money, tell, tell_yuan, to_cents, to_fen, to_points, yuan
from coding_rules.settlement.profile import RegionProfile
from coding_rules.settlement.rules import MoneyRules, ReviewPay
from coding_rules.settlement.rulings import Outcome, Ruling, Rulings
from coding_rules.settlement.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Worth:
    """What a case comes to: settled points, amount in yuan; ``apart``: paid beside the points, which then do not count."""

    points: Decimal | None
    amount: Decimal | None
    apart: bool = False

    @property
    def fen(self) -> int | None:
        """The amount in 分."""
        return None if self.amount is None else to_fen(self.amount)


@dataclass(frozen=True, slots=True)
class Ruled:
    """A case before (extra points included) and after 特例单议; ``extra`` are the points that were added."""

    worth: Worth
    regular: Worth
    ruling: Ruling | None = None
    extra: Decimal = Decimal(0)


class SingleCases:
    """What is decided case by case under one profile: extra points first, then the outcome of 特例单议."""

    def __init__(self, rulings: Rulings, profile: RegionProfile, system: System, worth: str) -> None:
        self._rulings, self._profile, self._system, self._worth = rulings, profile, system.value, worth

    def __call__(self, settled: Worth, case: GrouperInput, sheet: Sheet) -> Ruled:
        """The case after both, its figures put down."""
        ruling = self._of(case)
        regular = self._with_extra(settled, case, ruling, sheet)
        pay = self._profile.clearing.special_review_pay
        after = after_ruling(regular, ruling, case, pay, self._worth, sheet)
        extra = Decimal(0)
        if regular.points is not None and settled.points is not None:
            extra = regular.points - settled.points
        return Ruled(after, regular, ruling, extra)

    def _of(self, case: GrouperInput) -> Ruling | None:
        numbers = filter(None, (case.case_id, case.record_no))
        return self._rulings.of(self._system, numbers, case.discharged)

    def _with_extra(self, before: Worth, case: GrouperInput, ruling: Ruling | None, sheet: Sheet) -> Worth:
        granted = ruling is not None and bool(ruling.extra)
        source = _source(ruling) if granted else str(self._profile.note("money", "extra_points"))
        return with_extra(before, extra_parts(case, self._profile.money, ruling), self._worth, source, sheet)


def _source(ruling: Ruling | None) -> str:
    return (ruling.source if ruling else "") or "手工录入"


def extra_parts(case: GrouperInput, money: MoneyRules, ruling: Ruling | None) -> list[tuple[str, Decimal]]:
    """What a case gets extra points for: procedures on the region's list, each once, and what was granted to the case itself."""
    listed = dict.fromkeys(case.procedures)
    parts = [(code, money.extra_points[code]) for code in listed if code in money.extra_points]
    if ruling is not None and ruling.extra:
        parts.append((ruling.extra_for or "本例核定", ruling.extra))
    return parts


def with_extra(
    before: Worth,
    parts: Sequence[tuple[str, Decimal]],
    worth: str,
    source: str,
    sheet: Sheet,
) -> Worth:
    """The case with extra points (新药新技术加成): added to what is settled, after bands and factors."""
    if not parts or before.points is None:
        return before
    points = before.points + sum((value for _, value in parts), Decimal(0))
    added = " + ".join(f"{tell(value)}（{what}）" for what, value in parts)
    sheet.say(
        f"加成后{worth}", tell(points), f"{tell(before.points)} + 加成 {added} = {tell(points)}", source
    )
    return Worth(points, _priced(points, "加成后金额", sheet))


def after_ruling(
    before: Worth,
    ruling: Ruling | None,
    case: GrouperInput,
    pay: ReviewPay,
    worth: str,
    sheet: Sheet,
) -> Worth:
    """The case as the outcome of 特例单议 has it; refused and pending ones stay as they are and say so."""
    if ruling is None or ruling.outcome is None:
        return before
    outcome, source = ruling.outcome, _source(ruling)
    if not outcome.approved:
        waits = "，暂按正常结算" if outcome is Outcome.PENDING else ""
        sheet.say("特例单议", outcome.value, f"{outcome.value}{waits}，分值和金额不变", source)
        return before
    if ruling.problem:
        sheet.missing.append(f"特例单议：{ruling.problem}，暂按正常结算")
        return before
    sheet.say("特例单议", outcome.value, "由医保部门核定，代替上面的正常结算", source)
    if outcome is Outcome.POINTS and ruling.points is not None:
        sheet.say(f"核定{worth}", tell(ruling.points), f"医保部门核定的{worth}", source)
        return Worth(ruling.points, _priced(ruling.points, "核定后金额", sheet))
    amount = _approved_amount(ruling, case, source, sheet)
    return before if amount is None else _folded(amount, pay, worth, sheet)


def _priced(points: Decimal, label: str, sheet: Sheet) -> Decimal | None:
    """Points in yuan; ``None`` without a point value."""
    if sheet.price is None:
        return None
    amount = to_cents(points * sheet.price.value)
    formula = f"{tell(points)} × {tell(sheet.price.value)} = {show_money(amount)}"
    sheet.add_price(label, show_money(amount), formula)
    return amount


def _approved_amount(ruling: Ruling, case: GrouperInput, source: str, sheet: Sheet) -> Decimal | None:
    """What is paid in yuan: the amount that was set, or the fee without what was judged unreasonable."""
    if ruling.outcome is Outcome.AMOUNT and ruling.amount is not None:
        amount = yuan(ruling.amount)
        sheet.say("核定后金额", show_money(amount), "医保部门核定的金额", source)
        return amount
    if case.total_fee is None:
        sheet.missing.append("特例单议按项目付费，但病例没有总费用，暂按正常结算")
        return None
    amount = yuan(case.total_fee - sheet.unreasonable)
    less = f" − 不合理 {tell_yuan(yuan(sheet.unreasonable))}" if sheet.unreasonable else ""
    formula = f"按项目付费：总费用 {tell_yuan(yuan(case.total_fee))}{less} = {show_money(amount)}"
    sheet.say("核定后金额", show_money(amount), formula, source)
    return amount


def _folded(amount: Decimal, pay: ReviewPay, worth: str, sheet: Sheet) -> Worth:
    """The amount as points, so that points x price still is what is paid; or beside the points where the region pays it so."""
    label = f"核定{worth}"
    if pay is ReviewPay.APART:
        why = f"核定的金额另付，不计入总{worth}"
        sheet.add(label, "—", why, "clearing", "special_review_pay")
        return Worth(None, amount, apart=True)
    if sheet.price is None:
        return Worth(None, amount)
    points = to_points(amount / sheet.price.value)
    formula = f"核定金额折合{worth}：{tell_yuan(amount)} ÷ {tell(sheet.price.value)} = {tell(points)}"
    sheet.add(label, tell(points), formula, "clearing", "special_review_pay")
    return Worth(points, amount)
