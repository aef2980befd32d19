"""Settlement parameters of a region: bands, money, clearing. Plain frozen values, filled from a profile's TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class HighShape(StrEnum):
    """The three shapes of 高倍率 (r ratio, t threshold, k hospital factor, s points of the group)."""

    SCALED = "scaled"
    """(r - t + 1) x s x k"""
    SHARED = "shared"
    """(r - t + k) x s"""
    ADDED = "added"
    """s x k + (r - t) x s; the deducted fees count out of r"""
    NORMAL = "normal"
    """No automatic supplement: s x k, the case may apply for 特例单议."""


class LowShape(StrEnum):
    """What a 低倍率 case gets."""

    RATIO = "ratio"
    """s x r"""
    RATIO_FACTOR = "ratio_factor"
    """s x r x k"""
    ACTUAL = "actual"
    """Paid as charged: the amount is the fee."""


class Standard(StrEnum):
    """What the fee is compared with."""

    GROUP_MEAN = "group_mean"
    """Mean fee of the group."""
    INSTITUTION_MEAN = "institution_mean"
    """Mean fee of the group x hospital factor."""
    PAYMENT = "payment"
    """Payment standard: points x hospital factor x point value."""
    POINTS = "points"
    """Points (auxiliary factor included) x 均费折算系数 of the insurance, as Hubei cities reckon; 基层病种 have their own."""


class FundBasis(StrEnum):
    """How the fund's part of a case follows from its amount."""

    UNSET = "unset"
    DEDUCT = "deduct"
    """医保应付 = amount - (fee - 统筹记账): the hospital bears or keeps the whole difference."""
    SHARE = "share"
    """医保应付 = amount x 基金支付比例."""


class Deposit(StrEnum):
    """How the 质量保证金 is withheld from a month's pre-settlement."""

    APART = "apart"
    """On top: payable x 预拨比例 - deposit."""
    WITHIN = "within"
    """Part of what 预拨比例 leaves unpaid (90 % paid, 10 % deposit): shown, not subtracted again."""


class ReviewPay(StrEnum):
    """How an amount that 特例单议 approved reaches the hospital."""

    POINTS = "points"
    """Folded into points at the point value: 特殊病例 is one of the parts of a year's points (DIP 3.0)."""
    APART = "apart"
    """Paid as it is beside the points, whatever the point value becomes."""


class PriceWay(StrEnum):
    """How the year's point value comes about."""

    FLOATING = "floating"
    """What the fund gives: (fund / share it pays) / all points of the region."""
    FIXED = "fixed"
    """The published point value, whatever the fund."""
    ELASTIC = "elastic"
    """Published point value x 基准份额 + floating one x the rest (8:2, 7:3)."""


class Ungrouped(StrEnum):
    """What an ungrouped case gets."""

    UNKNOWN = "unknown"
    """Decided locally; no amount is shown."""
    FEE_SHARE = "fee_share"
    """Points = fee / mean fee of the region x 1000 x factor."""


@dataclass(frozen=True, slots=True)
class HighStep:
    """A 高倍率 threshold for groups with fewer points than ``below`` (``None``: all others)."""

    ratio: Decimal
    below: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BandRules:
    """Rate bands. Ratios are fee / standard; ``inclusive`` puts the threshold itself into the outer band.

    ``fee_share_days`` and ``fee_share_groups``: longer stays, and cases of groups too unstable for points of their own, get points by
    their share of the region's mean fee (x 1000), without bands and factors.
    """

    standard: Standard = Standard.GROUP_MEAN
    low: Decimal | None = None
    low_inclusive: bool = False
    low_shape: LowShape = LowShape.RATIO_FACTOR
    high: tuple[HighStep, ...] = ()
    high_inclusive: bool = False
    high_shape: HighShape = HighShape.NORMAL
    extreme: Decimal | None = None
    ungrouped: Ungrouped = Ungrouped.UNKNOWN
    ungrouped_factor: Decimal | None = None
    blank_factor: Decimal | None = None
    zero_points_pay_fee: bool = False
    fee_share_days: int | None = None
    fee_share_groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PointPrice:
    """A point value or rate in yuan per point (or per weight 1). Empty ``insurance``, ``month``, ``region``: any.

    ``source`` is the row of the weight table it stands in; empty for one of the profile's own.
    """

    value: Decimal
    insurance: str = ""
    month: str = ""
    region: str = ""
    source: str = ""

    def specificity(self) -> tuple[bool, bool, bool]:
        """How narrowly it is meant; the larger one wins."""
        return bool(self.insurance), bool(self.month), bool(self.region)


DEFAULT_INSURANCE_CODES = {
    "1": "职工",
    "01": "职工",
    "2": "居民",
    "02": "居民",
    "3": "居民",
    "03": "居民",
}
"""医疗付费方式 (RC032) of the front page: 1 城镇职工, 2 城镇居民, 3 新农合 (merged into 城乡居民)."""


@dataclass(frozen=True, slots=True)
class MoneyRules:
    """Points to money. ``hospital_factor`` 机构系数; ``institution_factors`` the same by institution (code or name as filed) or by
    insurance, ``group_factors`` by group: a group's factor goes before an institution's, that before an insurance's, that before
    the general one. 基层病种 take ``basic_factor``.

    ``fee_per_point`` 均费折算系数 and ``basic_fee_per_point`` (基层病种) by insurance ("": all others) turn points into the mean fee a
    case is compared with, where the bands go by it.
    ``price_way`` is how the year's point value comes about, ``base_share`` the part of ``prices`` in an elastic one.
    ``extra_points`` 新药新技术加成 are points added for a procedure (exact code), after bands and factors.
    ``region_mean`` is the mean fee of the region in yuan; ``points_per_weight`` turns DRG weights into points where a region
    pays DRG by points; ``fund_basis`` how the fund's part follows, ``fund_share`` its share of the amount by insurance.
    """

    basis: str = "points"
    points_per_weight: Decimal | None = None
    prices: tuple[PointPrice, ...] = ()
    price_way: PriceWay = PriceWay.FLOATING
    base_share: Decimal | None = None
    insurance_codes: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_INSURANCE_CODES))
    hospital_factor: Decimal | None = None
    institution_factors: Mapping[str, Decimal] = field(default_factory=dict)
    group_factors: Mapping[str, Decimal] = field(default_factory=dict)
    basic_factor: Decimal = Decimal(1)
    fee_per_point: Mapping[str, Decimal] = field(default_factory=dict)
    basic_fee_per_point: Mapping[str, Decimal] = field(default_factory=dict)
    extra_points: Mapping[str, Decimal] = field(default_factory=dict)
    region_mean: Decimal | None = None
    fund_basis: FundBasis = FundBasis.UNSET
    fund_share: Mapping[str, Decimal] = field(default_factory=dict)

    def price(self, insurance: str, month: str = "", region: str = "") -> PointPrice | None:
        """The point value that holds; the most specific one wins: insurance, then month, then 参保地. ``None``: there is none.

        Without a month (a whole year) only point values count that hold whatever the month.
        """
        fitting = (
            price
            for price in self.prices
            if price.insurance in {"", insurance}
            and price.month in {"", month}
            and price.region in {"", region}
        )
        return max(fitting, key=PointPrice.specificity, default=None)

    def mean_per_point(self, insurance: str, *, basic: bool = False) -> Decimal | None:
        """均费折算系数 of an insurance; 基层病种 take theirs where the region has one."""
        tables = (self.basic_fee_per_point, self.fee_per_point) if basic else (self.fee_per_point,)
        found = (table.get(insurance, table.get("")) for table in tables)
        return next((value for value in found if value is not None), None)

    def share_of_fund(self, insurance: str) -> Decimal | None:
        """基金支付比例 of an insurance, or the one for all."""
        return self.fund_share.get(insurance, self.fund_share.get(""))


@dataclass(frozen=True, slots=True)
class ClearingRules:
    """Monthly pre-settlement and annual clearing. Shares between 0 and 1; ``None``: decided locally, not given here.

    ``surplus_kept`` 结余留用 and ``overrun_shared`` 超支分担 are the shares the hospital keeps, or the fund bears, within
    ``surplus_floor`` / ``overrun_cap`` (fund payable / fees and fees / fund payable). Beside 高倍率 and 极高 a case may apply for
    特例单议 from ``special_review_ratio`` (fee / standard) or a stay of more than ``special_review_days``; ``special_review_pay``
    says how an approved amount is paid.
    """

    prepaid_share: Decimal | None = None
    deposit_share: Decimal | None = None
    deposit: Deposit = Deposit.APART
    assessment_factor: Decimal | None = None
    surplus_kept: Decimal | None = None
    surplus_floor: Decimal | None = None
    overrun_shared: Decimal | None = None
    overrun_cap: Decimal | None = None
    special_review_share: Decimal | None = None
    special_review_ratio: Decimal | None = None
    special_review_days: int | None = None
    special_review_pay: ReviewPay = ReviewPay.POINTS


class AuxiliaryScheme(StrEnum):
    """Whose strata and labels a region uses."""

    NATIONAL_3 = "national_3"
    """重度 中度 轻度 死亡; seven kinds for malignant tumours."""
    NATIONAL_1 = "national_1"
    """轻度I-A ... 死亡IV-B, split by stay, as in Hubei 2022-23."""
    SUB_CODES = "sub_codes"
    """Jining: 轻度 中度 重度 死亡 as sub-codes; a stay up to the boundary is 轻度 whatever else."""


@dataclass(frozen=True, slots=True)
class AuxiliaryRules:
    """Auxiliary catalogues: whether used, whose strata, and from how many cases on a stratum counts. Factors are data.

    ``min_days`` is the stay that 中度 and 重度 ask for (at least so many days); ``short_stay`` the boundary of the A and B labels;
    ``high_fee_ratio`` and ``high_fee_share`` define 高费用 of malignant tumours; ``kinds`` are the kinds of groups that have strata
    (as ``Grouping.kind`` says: a 核心 group on the 基层病种 list is 基层); ``icu_relax`` is the share of the triggers that strata of
    监护病房天数 are asked for.
    """

    enabled: bool = False
    scheme: AuxiliaryScheme = AuxiliaryScheme.NATIONAL_3
    group_cases: int | None = None
    stratum_cases: int | None = None
    cv_drop: Decimal | None = None
    cv_screen: Decimal | None = None
    min_days: int = 3
    short_stay: int = 3
    elderly_from: int = 65
    high_fee_ratio: Decimal = Decimal(3)
    high_fee_share: Decimal = Decimal("0.5")
    kinds: tuple[str, ...] = ("核心", "基层")
    icu_relax: Decimal | None = None
