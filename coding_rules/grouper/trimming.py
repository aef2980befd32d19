"""Which cases are outliers of their group when weights are worked out; the rule in words goes with every result."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean, pstdev, quantiles


class TrimMethod(StrEnum):
    """How the limits of a group's fees are found."""

    NONE = "不裁剪"
    LOG_SD = "对数均值加减标准差"
    IQR = "四分位距"
    RATIO = "均值倍数"


@dataclass(frozen=True, slots=True)
class TrimRule:
    """A trim rule. ``low`` and ``high`` are the numbers of the method: standard deviations, quartile distances or multiples of the
    mean. Groups with fewer than ``least`` cases are left whole: limits from a handful of cases mean nothing.
    """

    method: TrimMethod = TrimMethod.LOG_SD
    low: float = 3.0
    high: float = 3.0
    least: int = 5

    @property
    def text(self) -> str:
        """The rule as it is shown and printed."""
        if self.method is TrimMethod.NONE:
            return "不裁剪"
        limits = {
            TrimMethod.LOG_SD: f"费用取对数后低于均值 {self.low:g} 个标准差或高于均值 {self.high:g} 个标准差",
            TrimMethod.IQR: f"费用低于下四分位数 {self.low:g} 倍四分位距或高于上四分位数 {self.high:g} 倍四分位距",
            TrimMethod.RATIO: f"费用低于本组均值的 {self.low:g} 倍或高于本组均值的 {self.high:g} 倍",
        }[self.method]
        return f"{limits}的病例不参与计算（病例数不足 {self.least} 例的组不裁剪）"

    def limits(self, fees: Sequence[float]) -> tuple[float, float]:
        """The lowest and the highest fee that stay in."""
        if self.method is TrimMethod.NONE or len(fees) < self.least:
            return -math.inf, math.inf
        if self.method is TrimMethod.RATIO:
            mean = fmean(fees)
            return mean * self.low, mean * self.high
        if self.method is TrimMethod.IQR:
            lower, _, upper = quantiles(fees, n=4, method="inclusive")
            return lower - self.low * (upper - lower), upper + self.high * (upper - lower)
        logs = [math.log(fee) for fee in fees]
        mean, spread = fmean(logs), pstdev(logs)
        margin = 1e-9  # equal fees must not fall out by rounding
        return math.exp(mean - self.low * spread - margin), math.exp(mean + self.high * spread + margin)
