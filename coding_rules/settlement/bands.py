"""Rate bands (费用倍率区间): which band a case falls into and the points it then gets."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from coding_rules.settlement.figures import show, show_ratio
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
    return BandAnswer(Band.NORMAL, None, f"{show_ratio(ratio)} 在{'与'.join(limits)}以内")


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
class PointsAnswer:
    """Settled points with the formula in numbers. ``None`` points: paid as charged."""

    points: Decimal | None
    formula: str


def band_points(
    answer: BandAnswer,
    *,
    points: Decimal,
    factor: Decimal,
    ratio: Decimal | None,
    net_ratio: Decimal | None,
    rules: BandRules,
) -> PointsAnswer:
    """Points of a case after its band.

    ``points`` s (auxiliary factor included), ``factor`` k, ``ratio`` r, ``net_ratio`` r after deducted fees.
    """
    s, k = points, factor
    plain = PointsAnswer(s * k, f"{show(s)} × {show(k)} = {show(s * k)}")
    if answer.band is Band.LOW and ratio is not None:
        return _low(s, k, ratio, rules.low_shape)
    if answer.band is not Band.HIGH or net_ratio is None or answer.threshold is None:
        return plain  # EXTREME too: paid as normal until 特例单议 decides otherwise
    over = net_ratio - answer.threshold
    r, t = show_ratio(net_ratio), show(answer.threshold)
    match rules.high_shape:
        case HighShape.SCALED:
            value = (over + 1) * s * k
            return PointsAnswer(value, f"({r} − {t} + 1) × {show(s)} × {show(k)} = {show(value)}")
        case HighShape.SHARED:
            value = (over + k) * s
            return PointsAnswer(value, f"({r} − {t} + {show(k)}) × {show(s)} = {show(value)}")
        case HighShape.ADDED:
            value = s * k + max(over, Decimal(0)) * s
            return PointsAnswer(value, f"{show(s)} × {show(k)} + ({r} − {t}) × {show(s)} = {show(value)}")
    return plain


def _low(s: Decimal, k: Decimal, ratio: Decimal, shape: LowShape) -> PointsAnswer:
    r = show_ratio(ratio)
    if shape is LowShape.RATIO:
        return PointsAnswer(s * ratio, f"{show(s)} × {r} = {show(s * ratio)}")
    if shape is LowShape.RATIO_FACTOR:
        return PointsAnswer(s * ratio * k, f"{show(s)} × {r} × {show(k)} = {show(s * ratio * k)}")
    return PointsAnswer(None, "费用超低，按实际发生费用支付")
