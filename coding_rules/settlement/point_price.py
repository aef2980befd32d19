"""What a point is worth: forecast from past years, from this year's fund, and by the region's way (固定, 浮动, 弹性).

The forecast and the floating value are formulas of DIP 3.0 技术规范（征求意见稿）. Of 固定 and 弹性 only the names and the usual shares
(8:2, 7:3) are published; how the two parts are put together is the region's to say. Money in yuan as Decimal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from coding_rules.settlement.figures import POINT, show_money, tell, tell_yuan, to_cents, to_fen
from coding_rules.settlement.rules import MoneyRules, PriceWay
from coding_rules.settlement.settlement import Figure

NIL = Decimal(0)
YEAR_WEIGHTS = (Decimal(1), Decimal(2), Decimal(7))
"""Three years back, two years back, last year."""


def budget_price(
    fees: Sequence[Decimal], points: Sequence[Decimal], weights: Sequence[Decimal] = YEAR_WEIGHTS
) -> tuple[Decimal | None, Figure]:
    """年初（预算）点值 = 加权年住院总费用 / 加权总分值, oldest year first. ``None`` when there are no points."""
    used = weights[-len(fees) :]
    money = sum((w * fee for w, fee in zip(used, fees, strict=True)), Decimal(0))
    weight = sum((w * each for w, each in zip(used, points, strict=True)), Decimal(0))
    if not weight:
        return None, Figure("预算点值", "—", "总分值为 0，无法计算")
    value = money / weight
    above = " + ".join(f"{tell(w)} × {tell_yuan(fee)}" for w, fee in zip(used, fees, strict=True))
    below = " + ".join(f"{tell(w)} × {tell(each)}" for w, each in zip(used, points, strict=True))
    return value, Figure("预算点值", f"{tell(value, 4)} 元", f"({above}) ÷ ({below}) = {tell(value, 4)}")


@dataclass(frozen=True, slots=True)
class Budget:
    """A year's fund: ``fund`` 基金总额, the ``share`` of the bills it pays; ``points`` are the region's, the hospital's included."""

    fund: Decimal
    share: Decimal
    points: Decimal

    @property
    def floating(self) -> Decimal | None:
        """结算点值 = (当年 DIP 基金总额 / 医保支付比例) / 当年总分值. ``None`` when share or points are 0."""
        return self.fund / self.share / self.points if self.share and self.points else None

    @property
    def text(self) -> str:
        """The same as formulas have it."""
        return f"{tell_yuan(self.fund)} ÷ {tell(self.share)} ÷ {tell(self.points)}"


@dataclass(frozen=True, slots=True)
class Price:
    """A point value in yuan as exactly as it was reckoned, and the expression that gives it."""

    value: Decimal
    text: str

    @property
    def rounded(self) -> Decimal:
        """To six decimals: as it is put into a table and reckoned with."""
        return self.value.quantize(POINT)

    def figure(self, label: str) -> Figure:
        """The value with its formula."""
        return Figure(label, f"{tell(self.rounded)} 元", f"{self.text} = {tell(self.rounded)}")


def settlement_price(money: MoneyRules, budget: Budget, base: Decimal | None) -> tuple[Price | None, str]:
    """The year's point value by the region's way, or why there is none; ``base`` is the published (基准) point value.

    固定: the base, whatever the fund. 浮动: what the fund gives. 弹性: base x 基准份额 + floating x (1 - 基准份额).
    """
    if money.price_way is not PriceWay.FLOATING and base is None:
        return None, "没有基准点值：请选一个险种，并在“地区参数”里填它的点值"
    if money.price_way is PriceWay.FIXED and base is not None:
        return Price(base, f"固定点值 {tell(base)}"), ""
    floating = budget.floating
    if floating is None:
        return None, "基金总额、支付比例或总分值还没有填"
    if money.price_way is PriceWay.FLOATING or base is None:
        return Price(floating, budget.text), ""
    share = money.base_share
    if share is None:
        return None, "弹性点值的基准份额缺失，请在“地区参数”里填写"
    value = base * share + floating * (1 - share)
    text = f"基准 {tell(base)} × {tell(share)} + 增量 {budget.text} × {tell(1 - share)}"
    return Price(value, text), ""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a budget would mean: point value, our amount and profit in 分, with the formula."""

    price: Price
    amount: int
    profit: int
    figures: tuple[Figure, ...]


def simulate_budget(price: Price, own_points: Decimal, own_fees: Decimal, apart: Decimal = NIL) -> Simulation:
    """What the hospital would be paid and gain or lose at a point value; ``apart`` is paid beside the points.

    The amount is reckoned from the price's own expression, not from the value as shown: by a floating value the parts of all
    hospitals add up to budget / share.
    """
    amount = to_cents(own_points * price.value + apart)
    profit = amount - own_fees
    term = f"({price.text})" if "+" in price.text else price.text
    beside = f" + 特例单议另付 {tell_yuan(apart)}" if apart else ""
    figures = (
        price.figure("结算点值"),
        Figure("本院金额", show_money(amount), f"{tell(own_points)} × {term}{beside} = {show_money(amount)}"),
        Figure(
            "本院盈亏",
            show_money(profit),
            f"{tell_yuan(amount)} − 总费用 {tell_yuan(own_fees)} = {show_money(profit)}",
        ),
    )
    return Simulation(price, to_fen(amount), to_fen(profit), figures)
