"""What does not fit together in a region profile: one sentence each, with the parameter it belongs to."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from coding_rules.grouper.dip.bed_days import BedDayRules
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind
from coding_rules.grouper.dip.rules import MIXED_STEPS, TIE_BREAKS, DipRules
from coding_rules.settlement.figures import show
from coding_rules.settlement.rules import (
    AuxiliaryRules,
    BandRules,
    ClearingRules,
    Deposit,
    FundBasis,
    MoneyRules,
    PriceWay,
    Standard,
    Ungrouped,
)
from icd_tables.codes import normalize_code

if TYPE_CHECKING:
    from coding_rules.settlement.profile import RegionProfile

HEAD = "profile"
"""The part of a profile that says whose it is and when it holds."""
LAYERS = ("核心", "基层", "中医", "综合")
INTERVENTION = ("手术", "治疗性操作")
RELATED = ("all", "partial")
BASES = ("points", "weight")
_KINDS = frozenset(kind.value for kind in ProcedureKind)
_DIAGNOSIS = re.compile(r"^[A-Z]\d[\dA-Z]")
_PROCEDURE = re.compile(r"^\d{1,2}\.\d")


_POSITIVE = (
    "institution_factors",
    "group_factors",
    "fee_per_point",
    "basic_fee_per_point",
    "extra_points",
)


class ProfileProblem(NamedTuple):
    """One inconsistency at the parameter ``section.name``; ``sentence`` can stand beside its field."""

    section: str
    name: str
    sentence: str

    def __str__(self) -> str:
        return f"[{self.section}] {self.name}：{self.sentence}"


def profile_problems(profile: RegionProfile) -> Iterator[ProfileProblem]:
    """Every inconsistency of a profile."""
    if profile.system not in {"DIP", "DRG"}:
        yield ProfileProblem(HEAD, "system", f"{profile.system} 不是 DIP 或 DRG")
    if profile.valid_from and profile.valid_to and profile.valid_from > profile.valid_to:
        yield ProfileProblem(
            HEAD, "valid_to", f"失效日期 {profile.valid_to} 早于执行日期 {profile.valid_from}"
        )
    for section, found in (
        ("grouping", _grouping(profile.grouping)),
        ("bands", _bands(profile.bands)),
        ("money", _money(profile.money, profile.bands)),
        ("clearing", _clearing(profile.clearing)),
        ("auxiliary", _auxiliary(profile.auxiliary)),
        ("bed_days", _bed_days(profile.bed_days)),
    ):
        senseless = list(_senseless(getattr(profile, section)))
        # The other checks reckon with the numbers.
        told = senseless or list(found)
        told += [
            (name, "不能小于 0") for name in _negative(getattr(profile, section)) if name not in dict(told)
        ]
        for name, sentence in told:
            yield ProfileProblem(section, name, sentence)


_Found = Iterator[tuple[str, str]]


LARGEST = Decimal(10) ** 12
"""No parameter comes near: not a point value, not a mean fee in yuan."""


def _senseless(part: object) -> _Found:
    """Numbers that are none, or far too large."""
    for each in dataclasses.fields(part):  # type: ignore[arg-type]  # every section is a dataclass
        if any(not value.is_finite() or abs(value) > LARGEST for value in _numbers(getattr(part, each.name))):
            yield each.name, "数字太大或不是数字"


def _negative(part: object) -> Iterator[str]:
    """Parameters below 0, which none may be."""
    for each in dataclasses.fields(part):  # type: ignore[arg-type]  # every section is a dataclass
        if any(value < 0 for value in _numbers(getattr(part, each.name))):
            yield each.name


def _numbers(value: object) -> Iterator[Decimal]:
    match value:
        case Decimal():
            yield value
        case int():
            yield Decimal(value)
        case Mapping():
            for each in value.values():
                yield from _numbers(each)
        case tuple():
            for each in value:
                yield from _numbers(each)
        case _ if dataclasses.is_dataclass(value):
            for field in dataclasses.fields(value):
                yield from _numbers(getattr(value, field.name))


def _grouping(rules: DipRules) -> _Found:
    if not 3 <= rules.principal_length <= 10:
        yield "principal_length", f"{rules.principal_length} 应在 3 到 10 之间"
    choices: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
        ("intervention_as", (rules.intervention_as,), INTERVENTION),
        ("related_match", (rules.related_match,), RELATED),
        ("tie_breaks", rules.tie_breaks, TIE_BREAKS),
        ("mixed_steps", rules.mixed_steps, MIXED_STEPS),
        ("layers", rules.layers, LAYERS),
    )
    for name, listed, allowed in choices:
        for each in listed:
            if each not in allowed:
                yield name, f"{each} 不认识（可选：{'、'.join(allowed)}）"
        for each, times in Counter(listed).items():
            if times > 1:
                yield name, f"{each} 写了 {times} 次"
    if not rules.layers:
        yield "layers", "一层病种也没有，所有病例都不入组"
    for each in rules.priority:
        layer, dot, kind = each.partition("·")
        if layer not in LAYERS or (dot and kind not in _KINDS):
            yield "priority", f"{each} 不认识（应为“核心·手术”或“基层”的样子）"
    for name, codes, pattern in (
        ("excluded_diagnoses", rules.excluded_diagnoses, _DIAGNOSIS),
        ("excluded_procedures", rules.excluded_procedures, _PROCEDURE),
        ("resistant_code", (rules.resistant_code,), _DIAGNOSIS),
        ("resistant_by_principal", rules.resistant_by_principal, _DIAGNOSIS),
    ):
        strange = [code for code in sorted(codes) if not pattern.match(normalize_code(code))]
        if strange:
            what = "手术操作" if pattern is _PROCEDURE else "诊断"
            yield name, f"{'、'.join(strange[:3])} 不像{what}编码"
    if "priority" in rules.tie_breaks and not rules.priority:
        yield "priority", "取舍次序用了“按优先次序”，但没有写出次序"


def _bands(bands: BandRules) -> _Found:
    ratios = [step.ratio for step in bands.high]
    if bands.low is not None and bands.low <= 0:
        yield "low", f"{show(bands.low)} 应大于 0"
    if bands.low is not None and any(ratio <= bands.low for ratio in ratios):
        yield "high", f"高倍率界值应大于低倍率界值 {show(bands.low)}"
    if bands.extreme is not None and any(bands.extreme <= ratio for ratio in ratios):
        yield "extreme", f"{show(bands.extreme)} 应大于高倍率界值 {show(max(ratios))}"
    if bands.high and bands.high[-1].below is not None:
        yield "high", "最后一档不能再写“分以下”，它用于其余病组"
    if bands.ungrouped is Ungrouped.FEE_SHARE and bands.ungrouped_factor is None:
        yield "ungrouped_factor", "未入组按费用折算时要有折算比例"


def _money(money: MoneyRules, bands: BandRules) -> _Found:
    if money.basis not in BASES:
        yield "basis", f"{money.basis} 不认识（可选：{'、'.join(BASES)}）"
    if any(price.value <= 0 for price in money.prices):
        yield "prices", "点值必须大于 0"
    for (insurance, month, region), times in Counter(
        (price.insurance, price.month, price.region) for price in money.prices
    ).items():
        if times > 1:
            which = " ".join(part for part in (insurance or "其他险种", month, region) if part)
            yield "prices", f"{which} 有 {times} 个点值，不知用哪一个"
    if money.hospital_factor is not None and money.hospital_factor <= 0:
        yield "hospital_factor", "必须大于 0"
    for name in _POSITIVE:
        if any(value <= 0 for value in getattr(money, name).values()):
            yield name, "每个数都必须大于 0"
    if bands.standard is Standard.POINTS and not money.fee_per_point:
        yield "fee_per_point", "倍率按均费折算系数比较时要有系数，如“职工 6.1、居民 5.6”"
    if money.fund_basis is FundBasis.SHARE and not money.fund_share:
        yield "fund_share", "统筹按基金支付比例计算时要有比例"
    if any(not 0 <= share <= 1 for share in money.fund_share.values()):
        yield "fund_share", "比例应在 0 到 1 之间"
    yield from _elastic(money)


def _elastic(money: MoneyRules) -> _Found:
    if money.price_way is PriceWay.ELASTIC and money.base_share is None:
        yield "base_share", "弹性点值要有基准份额，如 0.8（基准：增量 8：2）"
    if money.base_share is not None and not 0 <= money.base_share <= 1:
        yield "base_share", f"{show(money.base_share)} 应在 0 到 1 之间"


def _clearing(rules: ClearingRules) -> _Found:
    for name in ("prepaid_share", "deposit_share", "surplus_kept", "overrun_shared", "special_review_share"):
        value = getattr(rules, name)
        if value is not None and not 0 <= value <= 1:
            yield name, f"{show(value)} 应在 0 到 1 之间"
    prepaid, deposit = rules.prepaid_share, rules.deposit_share
    if prepaid is None or deposit is None:
        return
    if rules.deposit is Deposit.WITHIN and prepaid + deposit > 1:
        yield (
            "deposit_share",
            f"预拨 {show(prepaid)} 与保证金 {show(deposit)} 之和超过 1，保证金不可能含在未预拨部分",
        )
    if rules.deposit is Deposit.APART and deposit > prepaid:
        yield "deposit_share", f"保证金 {show(deposit)} 大于预拨 {show(prepaid)}，预结会成负数"


def _auxiliary(rules: AuxiliaryRules) -> _Found:
    for each in rules.kinds:
        if each not in LAYERS:
            yield "kinds", f"{each} 不认识（可选：{'、'.join(LAYERS)}）"
    for name in ("cv_drop", "high_fee_share", "icu_relax"):
        value = getattr(rules, name)
        if value is not None and not 0 <= value <= 1:
            yield name, f"{show(value)} 应在 0 到 1 之间"
    for name in ("group_cases", "stratum_cases", "min_days", "short_stay"):
        value = getattr(rules, name)
        if value is not None and value < 0:
            yield name, f"{value} 不能小于 0"
    if not 50 <= rules.elderly_from <= 100:
        yield "elderly_from", f"{rules.elderly_from} 岁不像老年的起点（50—100）"
    if rules.high_fee_ratio <= 1:
        yield "high_fee_ratio", f"{show(rules.high_fee_ratio)} 应大于 1"


def _bed_days(rules: BedDayRules) -> _Found:
    if rules.over_days is not None and rules.over_days < 0:
        yield "over_days", f"{rules.over_days} 不能小于 0"
