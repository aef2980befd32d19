"""Fees that add up: a total split over the items of the front page, sub-items within their items. Money in 分."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from coding_rules.fields import FEE_ADDENDS, FEE_ITEMS


class Style(StrEnum):
    """What the money of a stay goes to."""

    MEDICAL = "medical"
    SURGICAL = "surgical"
    INTERVENTION = "intervention"
    THERAPY = "therapy"
    REHABILITATION = "rehabilitation"


@dataclass(slots=True)
class FeeSheet:
    """Fees of one stay by field id, sub-items included; items without money are 0."""

    total: int = 0
    self_paid: int = 0
    items: dict[str, int] = field(default_factory=dict)

    def scale(self, factor: float) -> None:
        """Make the whole stay cheaper or dearer; everything still adds up."""
        self.items = {item: int(amount * factor) for item, amount in self.items.items()}
        self.total = sum(self.items[item] for item in FEE_ADDENDS)
        self.self_paid = min(int(self.self_paid * factor), self.total)


_COMMON = {
    "YLFUF": 6,
    "ZLCZF": 7,
    "HLF": 3,
    "QTFY": 1,
    "SYSZDF": 16,
    "YXXZDF": 11,
    "LCZDXMF": 3,
    "XYF": 24,
    "YYCLF": 4,
}
_SHARES: Mapping[Style, Mapping[str, float]] = {
    Style.MEDICAL: {**_COMMON, "XYF": 34, "ZCYF": 4, "ZCYF1": 1, "FSSZLXMF": 6},
    Style.SURGICAL: {
        **_COMMON, "SYSZDF": 9, "YXXZDF": 7, "XYF": 15, "BLZDF": 2, "SSZLF": 24, "YCXYYCLF": 22, "HCYYCLF": 1, "FSSZLXMF": 2,
    },
    Style.INTERVENTION: {
        **_COMMON, "SYSZDF": 8, "YXXZDF": 8, "XYF": 13, "SSZLF": 12, "YCXYYCLF": 42, "HCYYCLF": 2, "FSSZLXMF": 2,
    },
    Style.THERAPY: {**_COMMON, "XYF": 26, "FSSZLXMF": 24, "LCZDXMF": 6, "HCYYCLF": 2},
    Style.REHABILITATION: {**_COMMON, "XYF": 12, "KFF": 38, "ZYZLF": 9, "FSSZLXMF": 6},
}  # fmt: skip
"""Typical shares of a total by item, in parts; only their ratios count."""


def split_fee(random: Random, total: int, style: Style, blood: bool = False) -> FeeSheet:
    """Split ``total`` 分 over the items of a style; western drugs take what rounding leaves."""
    shares = dict(_SHARES[style])
    if blood:
        shares["XF"] = 4
    noisy = {item: share * random.uniform(0.75, 1.25) for item, share in shares.items()}
    whole = sum(noisy.values())
    items = dict.fromkeys(FEE_ITEMS, 0)
    items.update({item: int(total * share / whole) for item, share in noisy.items()})
    items["XYF"] += total - sum(items.values())
    items["KJYWF"] = int(items["XYF"] * random.uniform(0, 0.35))
    items["WLZLF"] = int(items["FSSZLXMF"] * random.uniform(0, 0.2))
    items["MAF"] = int(items["SSZLF"] * random.uniform(0.2, 0.35))
    items["SSF"] = items["SSZLF"] - items["MAF"]
    return FeeSheet(total, int(total * random.uniform(0.12, 0.4)), items)


def yuan(amount: int) -> str:
    """An amount as front pages write it: ``123.45``."""
    return f"{amount // 100}.{amount % 100:02d}"
