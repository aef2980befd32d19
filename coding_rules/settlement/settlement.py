"""Settlement: what a grouping means in money, each figure with the formula that gave it. Money in 分."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from coding_rules.settlement.rulings import Ruling


class Band(StrEnum):
    """费用倍率区间 of a case against the standard of its group."""

    LOW = "低倍率"
    NORMAL = "正常"
    HIGH = "高倍率"
    EXTREME = "极高"
    UNGROUPED = "未入组"
    UNKNOWN = "无法判断"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure on screen: label, value as text, the formula with the numbers in it, and where the parameters come from."""

    label: str
    value: str
    formula: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """Money of one case under one regional profile.

    ``points`` are the case's settled points after band and factors; ``amount``, ``fee`` and ``profit`` (amount - fee) in 分;
    ``ratio`` is fee / standard (倍率). ``None``: cannot be had, and ``missing`` says which parameter is absent.
    ``fund`` is what the fund owes (医保应付) and ``fund_profit`` that minus what the fund was charged (统筹记账), where the
    region's way of reckoning is set. ``standard`` is the 支付标准: what the group pays without any band, in 分.
    ``ruling`` is the bureau's ruling on the case (特例单议, extra points), ``regular`` the amount it would have had without 特例单议;
    ``extra`` are the points added for new drugs and techniques, a part of ``points`` unless 特例单议 set those;
    ``apart``: the amount is paid beside the points, ``points`` then are ``None``.
    ``worth`` is what ``points`` are called here: 分值, 点数, or 权重 where a region pays by rate.
    """

    profile: str
    band: Band = Band.UNKNOWN
    ratio: Decimal | None = None
    points: Decimal | None = None
    amount: int | None = None
    fee: int | None = None
    profit: int | None = None
    figures: tuple[Figure, ...] = ()
    missing: str = ""
    demo: bool = False
    fund: int | None = None
    fund_profit: int | None = None
    standard: int | None = None
    worth: str = ""
    ruling: Ruling | None = None
    regular: int | None = None
    apart: bool = False
    extra: Decimal = Decimal(0)
