"""Statistics on plain numbers: mean, spread, percentiles, Welch's t test and the Mann-Whitney U test. No outside library.

The tests follow the usual definitions: Welch with Welch-Satterthwaite degrees of freedom; Mann-Whitney exact for small samples without
ties, otherwise by the normal approximation with tie and continuity correction. P values are two-sided.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

EXACT_UP_TO = 20
"""Both samples at most this large and no ties: Mann-Whitney is computed exactly."""


def mean(values: Sequence[Decimal]) -> Decimal:
    """Arithmetic mean; 0 for no values."""
    return sum(values, Decimal(0)) / len(values) if values else Decimal(0)


def deviation(values: Sequence[Decimal]) -> Decimal:
    """Sample standard deviation (n - 1); 0 for fewer than two values."""
    if len(values) < 2:
        return Decimal(0)
    centre = mean(values)
    return (sum(((value - centre) ** 2 for value in values), Decimal(0)) / (len(values) - 1)).sqrt()


def variation(values: Sequence[Decimal]) -> Decimal:
    """Coefficient of variation: standard deviation / mean; 0 when the mean is 0."""
    centre = mean(values)
    return deviation(values) / centre if centre else Decimal(0)


def median(values: Sequence[Decimal]) -> Decimal:
    """The middle value; 0 for no values."""
    return percentile(values, Decimal("0.5"))


def percentile(values: Sequence[Decimal], share: Decimal) -> Decimal:
    """The value below which ``share`` (0..1) lies, interpolated linearly between neighbours; 0 for no values."""
    if not values:
        return Decimal(0)
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


@dataclass(frozen=True, slots=True)
class Significance:
    """One test: its Chinese name, the statistic, the two-sided p value, degrees of freedom (Welch only), whether p is exact (ranks)."""

    name: str
    statistic: float
    p: float
    degrees: float | None = None
    exact: bool = False

    def __str__(self) -> str:
        figure = f"U = {self.statistic:,.1f}" if self.degrees is None else f"t = {self.statistic:.3f}"
        shown = "< 0.001" if self.p < 0.001 else f"= {self.p:.3f}"
        freedom = f"，自由度 {self.degrees:.1f}" if self.degrees is not None else ""
        return f"{self.name}：{figure.replace('-', '−')}{freedom}，P {shown}"


def welch(first: Sequence[float], second: Sequence[float]) -> Significance | None:
    """Welch's t test for two means; ``None`` with fewer than two values on a side or no spread at all."""
    if len(first) < 2 or len(second) < 2:
        return None
    parts = [_variance(sample) / len(sample) for sample in (first, second)]
    total = sum(parts)
    if total <= 0:
        return None
    statistic = (_average(first) - _average(second)) / math.sqrt(total)
    degrees = total**2 / sum(
        part**2 / (len(sample) - 1) for part, sample in zip(parts, (first, second), strict=True)
    )
    return Significance("Welch t 检验", statistic, student_p(statistic, degrees), degrees)


def student_p(statistic: float, degrees: float) -> float:
    """Two-sided p value of Student's t."""
    return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + statistic**2))


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> Significance | None:
    """Mann-Whitney U test (Wilcoxon rank sum); ``None`` when a side is empty or all values are equal."""
    n, m = len(first), len(second)
    if not n or not m:
        return None
    ranks, ties = _ranks([*first, *second])
    u = sum(ranks[:n]) - n * (n + 1) / 2
    low = min(u, n * m - u)
    if not ties and max(n, m) <= EXACT_UP_TO:
        below = sum(_arrangements(n, m, k) for k in range(int(low) + 1))
        p = min(1.0, 2 * below / math.comb(n + m, n))
        return Significance("Mann-Whitney U 检验（精确）", low, p, exact=True)
    size = n + m
    spread = n * m / 12 * (size + 1 - ties / (size * (size - 1)))
    if spread <= 0:
        return None
    z = max(0.0, n * m / 2 - low - 0.5) / math.sqrt(spread)
    return Significance("Mann-Whitney U 检验", low, min(1.0, math.erfc(z / math.sqrt(2))))


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (modified Lentz)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast only on this side
        return 1.0 - incomplete_beta(b, a, 1 - x)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    return front * _beta_fraction(a, b, x) / a


def _beta_fraction(a: float, b: float, x: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1), tiny)
    value = d
    for step in range(1, 500):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        d = 1 / _away(1 + even * d, tiny)
        c = _away(1 + even / c, tiny)
        value *= c * d
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        d = 1 / _away(1 + odd * d, tiny)
        c = _away(1 + odd / c, tiny)
        value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value


def _away(value: float, tiny: float) -> float:
    """The value, kept away from 0."""
    return value if abs(value) > tiny else tiny


def _average(sample: Sequence[float]) -> float:
    return math.fsum(sample) / len(sample)


def _variance(sample: Sequence[float]) -> float:
    if min(sample) == max(sample):
        return 0.0  # not what rounding the mean leaves: a spread of 1e-26 would make any difference certain
    centre = _average(sample)
    return math.fsum((value - centre) ** 2 for value in sample) / (len(sample) - 1)


def _ranks(values: Sequence[float]) -> tuple[list[float], float]:
    """Mid-ranks of the values and the tie term, the sum of t^3 - t over groups of equal values."""
    counts = Counter(values)
    rank_of: dict[float, float] = {}
    below = 0
    for value in sorted(counts):
        rank_of[value] = below + (counts[value] + 1) / 2
        below += counts[value]
    return [rank_of[value] for value in values], float(sum(t**3 - t for t in counts.values()))


@cache
def _arrangements(n: int, m: int, u: int) -> int:
    """How many ways n and m values interleave so that the first sample has exactly u pairs won."""
    if u < 0 or u > n * m:
        return 0
    if n == 0 or m == 0:
        return int(u == 0)
    return _arrangements(n - 1, m, u - m) + _arrangements(n, m - 1, u)
