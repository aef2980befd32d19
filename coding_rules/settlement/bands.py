"""Rate bands (费用倍率区间): which band a case falls into and the points it then gets."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from coding_rules.settlement.figures import show, show_ratio, tell, tell_yuan, to_points
from coding_rules.settlement.rules import BandRules, HighShape, LowShape
from coding_rules.settlement.settlement import Band


@dataclass(frozen=True, slots=True)
class BandAnswer:
    """The band, the threshold that decided it, and the sentence that says so with the numbers."""

    band: Band
    threshold: Decimal | None
    text: str


def find_band(ratio: Decimal | None, points: Decimal | None, rules: BandRules) -> BandAnswer:
    """The band of a fee ratio. ``points`` choose the 高倍率 threshold where a region grades it by points."""
    if ratio is None:
        return BandAnswer(Band.UNKNOWN, None, "没有可比的费用标准")
    high = high_threshold(points, rules)
    if rules.low is not None and _beyond(rules.low, ratio, rules.low_inclusive):
        sign = "≤" if rules.low_inclusive else "<"
        return BandAnswer(Band.LOW, rules.low, f"{show_ratio(ratio)} {sign} 低倍率界值 {show(rules.low)}")
    if rules.extreme is not None and ratio > rules.extreme:
        return BandAnswer(
            Band.EXTREME, high, f"{show_ratio(ratio)} > 极高界值 {show(rules.extreme)}，可申请特例单议"
        )
    if high is not None and _beyond(ratio, high, rules.high_inclusive):
        sign = "≥" if rules.high_inclusive else ">"
        return BandAnswer(Band.HIGH, high, f"{show_ratio(ratio)} {sign} 高倍率界值 {show(high)}")
    limits = [f"低倍率界值 {show(rules.low)}"] if rules.low is not None else []
    limits += [f"高倍率界值 {show(high)}"] if high is not None else []
    if not limits:
        return BandAnswer(Band.UNKNOWN, None, f"{show_ratio(ratio)}，本地未设置倍率界值")
    return BandAnswer(Band.NORMAL, None, f"{show_ratio(ratio)} 在{' 与'.join(limits)} 以内")


def high_threshold(points: Decimal | None, rules: BandRules) -> Decimal | None:
    """The 高倍率 threshold for a group with these points, or ``None`` when there is none (or points are unknown but needed)."""
    for step in rules.high:
        if step.below is None:
            return step.ratio
        if points is None:
            return None
        if points < step.below:
            return step.ratio
    return None


def _beyond(larger: Decimal, smaller: Decimal, inclusive: bool) -> bool:
    return larger > smaller or (inclusive and larger == smaller)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A fee against its standard, both in yuan; ``net`` is the fee without what was judged unreasonable."""

    fee: Decimal
    standard: Decimal
    net: Decimal

    @classmethod
    def of(cls, fee: int | None, unreasonable: int, standard: Decimal | None) -> Ratio | None:
        """From fees in 分; ``None`` without a fee or a standard."""
        if fee is None or not standard:
            return None
        return cls(Decimal(fee) / 100, standard, Decimal(fee - unreasonable) / 100)

    @property
    def value(self) -> Decimal:
        """倍率: fee / standard."""
        return self.fee / self.standard

    @property
    def net_value(self) -> Decimal:
        """The same after the deduction."""
        return self.net / self.standard

    @property
    def text(self) -> str:
        """The fraction as formulas have it."""
        return f"{tell_yuan(self.fee)} ÷ {tell_yuan(self.standard)}"

    @property
    def net_text(self) -> str:
        """The fraction of the net fee; says what was deducted."""
        if self.net == self.fee:
            return self.text
        return (
            f"({tell_yuan(self.fee)} − 不合理 {tell_yuan(self.fee - self.net)}) ÷ {tell_yuan(self.standard)}"
        )


@dataclass(frozen=True, slots=True)
class PointsAnswer:
    """Settled points, to six decimals, with the formula in numbers. ``None`` points: paid as charged."""

    points: Decimal | None
    formula: str


def band_points(
    answer: BandAnswer, *, points: Decimal, factor: Decimal, ratio: Ratio | None, rules: BandRules
) -> PointsAnswer:
    """Points of a case after its band. ``points`` s (auxiliary factor included), ``factor`` k, ``ratio`` r."""
    s, k = points, factor
    if answer.band is Band.LOW and ratio is not None:
        return _low(s, k, ratio, rules.low_shape)
    if answer.band is not Band.HIGH or ratio is None or answer.threshold is None:
        # EXTREME too: paid as normal until 特例单议 decides otherwise
        return _answer(s * k, f"{tell(s)} × {tell(k)}")
    over = ratio.net_value - answer.threshold
    r, t = ratio.net_text, tell(answer.threshold)
    match rules.high_shape:
        case HighShape.SCALED:
            return _answer((over + 1) * s * k, f"({r} − {t} + 1) × {tell(s)} × {tell(k)}")
        case HighShape.SHARED:
            return _answer((over + k) * s, f"({r} − {t} + {tell(k)}) × {tell(s)}")
        case HighShape.ADDED if over > 0:
            return _answer(s * k + over * s, f"{tell(s)} × {tell(k)} + ({r} − {t}) × {tell(s)}")
        case HighShape.ADDED:
            return _answer(s * k, f"{tell(s)} × {tell(k)} + 0（{r} 不高于 {t}，不追加）")
    return _answer(s * k, f"{tell(s)} × {tell(k)}")


def _low(s: Decimal, k: Decimal, ratio: Ratio, shape: LowShape) -> PointsAnswer:
    if shape is LowShape.RATIO:
        return _answer(s * ratio.value, f"{tell(s)} × {ratio.text}")
    if shape is LowShape.RATIO_FACTOR:
        return _answer(s * ratio.value * k, f"{tell(s)} × {ratio.text} × {tell(k)}")
    return PointsAnswer(None, "费用超低，按实际发生费用支付")


def _answer(value: Decimal, formula: str) -> PointsAnswer:
    rounded = to_points(value)
    return PointsAnswer(rounded, f"{formula} = {tell(rounded)}")
