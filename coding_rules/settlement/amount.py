"""Settler: a grouping and a case's fee -> points, band, amount, profit or loss, every figure with its formula in numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from coding_rules.grouper.dip.bed_days import BED_DAYS
from coding_rules.grouper.grouping import Grouping, System
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.auxiliary import Auxiliary, AuxiliaryCatalogue
from coding_rules.settlement.bands import BandAnswer, PointsAnswer, Ratio, band_points, find_band
from coding_rules.settlement.figures import (
    show_money,
    show_ratio,
    tell,
    tell_yuan,
    to_cents,
    to_fen,
    to_points,
    yuan,
)
from coding_rules.settlement.fund import fund_part
from coding_rules.settlement.profile import RegionProfile
from coding_rules.settlement.ruled import Ruled, SingleCases, Worth
from coding_rules.settlement.rules import PointPrice, Ungrouped
from coding_rules.settlement.rulings import Rulings
from coding_rules.settlement.settlement import Band, Figure, Settlement
from coding_rules.settlement.sheet import Sheet
from coding_rules.settlement.standard import standard_fee
from coding_rules.settlement.unbanded import points_by_fee, points_of_days

NO_PRICE = "点值缺失：只能出分值，不能出金额"
NO_RATE = "费率缺失：只能出权重，不能出金额"
NO_RULINGS = Rulings()
_SHAPES = {Band.LOW: "low_shape"}
"""Which parameter the settled points rest on, where it is not the shape of 高倍率."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a settlement needs beside the case: settlement month (``2025-03``), 参保地, fees judged unreasonable in 分."""

    month: str = ""
    region: str = ""
    unreasonable: int = 0


class Settler:
    """Settles cases under one profile. Immutable; safe to share between threads.

    ``system`` defaults to the profile's. ``auxiliary`` brings the region's auxiliary catalogue, if any; ``rulings`` what the bureau
    decided on single cases.
    """

    def __init__(
        self,
        profile: RegionProfile,
        system: System | None = None,
        auxiliary: AuxiliaryCatalogue | None = None,
        rulings: Rulings = NO_RULINGS,
    ) -> None:
        self.profile = profile
        self.system = system or System(profile.system)
        self.auxiliary = auxiliary
        self.rulings = rulings
        self._source = cache(lambda section, parameter: str(profile.note(section, parameter)))
        special = bool(rulings) or bool(profile.money.extra_points)
        self._ruled = SingleCases(rulings, profile, self.system, self.worth) if special else None

    def with_rulings(self, rulings: Rulings) -> Settler:
        """The same settler with other rulings on single cases."""
        return Settler(self.profile, self.system, self.auxiliary, rulings)

    def settle(
        self, grouping: Grouping, case: GrouperInput, circumstances: Circumstances | None = None
    ) -> Settlement:
        """Points, band, amount, profit or loss of a case. What cannot be had is ``None``, and ``missing`` says why."""
        given = circumstances or Circumstances(unreasonable=case.unreasonable_fee)
        sheet = Sheet(self._source, [], [], unreasonable=given.unreasonable)
        sheet.price = price = self._price(grouping, case, given, sheet)
        if not grouping.grouped:
            return self._ungrouped(grouping, case, sheet)
        if grouping.kind == BED_DAYS:
            return self._bed_days(grouping, case, sheet)
        if reason := self._by_fee(grouping, case):
            return self._fee_share(grouping, case, reason, sheet)
        points = self._points(grouping, sheet)
        if points is None:
            return self._close(sheet, grouping, case, Band.UNKNOWN, None, None, None)
        factor = self._factor(grouping, case, sheet)
        helped = self._auxiliary(grouping, case, sheet)
        boosted = points * helped.factor if helped else points
        if self._blank(grouping):
            return self._blank_group(grouping, case, points, sheet)
        payment = self._payment_standard(boosted, factor, sheet)
        standard = standard_fee(self.profile, grouping, case, (points, boosted, factor), payment, sheet)
        ratio = Ratio.of(case.total_fee, given.unreasonable, standard)
        answer = find_band(ratio.value if ratio else None, points, self.profile.bands)
        self._band_figures(answer, ratio, sheet)
        settled = band_points(answer, points=boosted, factor=factor, ratio=ratio, rules=self.profile.bands)
        charged = settled.points is None or (points == 0 and self.profile.bands.zero_points_pay_fee)
        if charged and case.total_fee is not None:
            settled = self._as_charged(case.total_fee, price)
        shown = tell(settled.points) if settled.points is not None else "—"
        sheet.add(
            f"结算{self.worth}", shown, settled.formula, "bands", _SHAPES.get(answer.band, "high_shape")
        )
        if charged and case.total_fee is not None:
            rule = "zero_points_pay_fee" if points == 0 else "low_shape"
            sheet.add("金额", show_money(yuan(case.total_fee)), "按实际发生费用支付", "bands", rule)
            amount: Decimal | None = yuan(case.total_fee)
        else:
            amount = self._amount(settled.points, sheet)
        closed = self._close(sheet, grouping, case, answer.band, ratio, settled.points, amount)
        return replace(closed, standard=to_fen(payment) if payment is not None else None)

    def _as_charged(self, fee: int, price: PointPrice | None) -> PointsAnswer:
        """Points that are worth the fee, so that points x price still is what is paid; none without a price."""
        if price is None:
            return PointsAnswer(None, "按实际发生费用支付")
        points = to_points(yuan(fee) / price.value)
        formula = f"{tell_yuan(yuan(fee))} ÷ {tell(price.value)} = {tell(points)}"
        return PointsAnswer(points, f"按实际发生费用支付，折合 {formula}")

    @property
    def worth(self) -> str:
        """What the region counts by: 分值 (DIP), 点数 (DRG by points) or 权重 (DRG by rate)."""
        if self.system is System.DIP:
            return "分值"
        return "点数" if self._by_points else "权重"

    @property
    def _by_points(self) -> bool:
        return self.system is System.DIP or self.profile.money.basis == "points"

    def _points(self, grouping: Grouping, sheet: Sheet) -> Decimal | None:
        """What the group is worth in the unit the region pays by; a weight table may carry both weights and points."""
        if grouping.points is not None and self._by_points:
            sheet.figures.append(
                Figure(
                    "病种分值" if self.system is System.DIP else "基准点数",
                    tell(grouping.points),
                    f"{grouping.group} 在{'目录' if self.system is System.DIP else '权重表'}中的{self.worth}",
                    grouping.scheme,
                )
            )
            return grouping.points
        if self.system is System.DIP:
            sheet.missing.append(f"{grouping.group} 在目录中没有分值")
            return None
        if grouping.weight is None:
            sheet.missing.append(f"{grouping.group} 无权重数据")
            return None
        sheet.figures.append(
            Figure("权重", tell(grouping.weight), f"{grouping.group} 在权重表中的权重", grouping.scheme)
        )
        if not self._by_points:
            return grouping.weight
        per = self.profile.money.points_per_weight
        if per is None:
            sheet.missing.append("未设置每 1 权重折合的点数")
            return None
        value = to_points(grouping.weight * per)
        sheet.add(
            "基准点数",
            tell(value),
            f"{tell(grouping.weight)} × {tell(per)} = {tell(value)}",
            "money",
            "points_per_weight",
        )
        return value

    def _factor(self, grouping: Grouping, case: GrouperInput, sheet: Sheet) -> Decimal:
        money = self.profile.money
        if grouping.kind == "基层":
            value, why, parameter = money.basic_factor, "基层病种同城同价，不设机构系数", "basic_factor"
        elif grouping.group in money.group_factors:
            value, why = money.group_factors[grouping.group], f"{grouping.group} 的病种机构系数"
            parameter = "group_factors"
        elif (key := self._institution_key(case)) is not None:
            value, why, parameter = (
                money.institution_factors[key],
                f"“{key}”的机构系数",
                "institution_factors",
            )
        elif money.hospital_factor is not None:
            value, why, parameter = money.hospital_factor, "本院机构系数", "hospital_factor"
        else:
            unset = Figure("机构系数", "1", "未设置机构系数，按 1 计算", "请在地区参数中填写本院系数")
            sheet.figures.append(unset)
            return Decimal(1)
        sheet.add("机构系数", tell(value), why, "money", parameter)
        return value

    def _institution_key(self, case: GrouperInput) -> str | None:
        """Under which name the case's institution, else its insurance, has a factor of its own."""
        names = (*case.institutions, self.profile.money.insurance_codes.get(case.insurance, case.insurance))
        return next((name for name in names if name in self.profile.money.institution_factors), None)

    def _auxiliary(self, grouping: Grouping, case: GrouperInput, sheet: Sheet) -> Auxiliary | None:
        if self.auxiliary is None or not self.profile.auxiliary.enabled:
            return None
        found = self.auxiliary.apply(grouping, case, self.profile.auxiliary)
        if found is not None:
            sheet.figures.append(Figure("辅助分型系数", tell(found.factor), found.why, found.source))
        for reason in self.auxiliary.undecided(grouping, case, self.profile.auxiliary):
            sheet.figures.append(Figure("辅助分型", "未定", reason, self.auxiliary.title))
        return found

    def _price(
        self, grouping: Grouping, case: GrouperInput, given: Circumstances, sheet: Sheet
    ) -> PointPrice | None:
        """The profile's own price; where it has none, or only an invented one, the rate that the weight table brings."""
        money = self.profile.money
        insurance = money.insurance_codes.get(case.insurance, case.insurance)
        month = given.month or (case.discharged.strftime("%Y-%m") if case.discharged else "")
        found = money.price(insurance, month, given.region or case.region)
        brought = None if self._by_points else grouping.rate_for(insurance)
        if brought is not None and (found is None or self.profile.demo):
            return PointPrice(brought.value, brought.insurance, source=brought.source)
        if found is not None:
            return found
        if not money.prices:
            sheet.missing.append(NO_PRICE if self._by_points else NO_RATE)
        else:
            sheet.missing.append(
                f"没有适用于险种“{insurance or '未填'}”{month}的{'点值' if self._by_points else '费率'}"
            )
        return None

    def _payment_standard(self, boosted: Decimal, factor: Decimal, sheet: Sheet) -> Decimal | None:
        """支付标准 in yuan: points x factors x point value, whatever the band; ``None`` without a price."""
        price = sheet.price
        if price is None:
            return None
        value = to_cents(boosted * factor * price.value)
        formula = f"{tell(boosted)} × {tell(factor)} × {tell(price.value)} = {show_money(value)}"
        sheet.add_price("支付标准", show_money(value), formula)
        return value

    def _band_figures(self, answer: BandAnswer, ratio: Ratio | None, sheet: Sheet) -> None:
        if ratio is not None:
            shown = show_ratio(ratio.value)
            sheet.add("倍率", shown, f"{ratio.text} = {shown}", "bands", "standard")
        sheet.add(
            "倍率区间", answer.band.value, answer.text, "bands", "high" if answer.band is Band.HIGH else "low"
        )

    def _amount(self, settled: Decimal | None, sheet: Sheet) -> Decimal | None:
        price = sheet.price
        if settled is None or price is None:
            return None
        value = settled * price.value
        unit = "点值" if self._by_points else "费率"
        who = "、".join(part for part in (price.insurance, price.month, price.region) if part)
        formula = (
            f"{tell(settled)} × {unit}{f'（{who}）' if who else ''} {tell(price.value)} = {show_money(value)}"
        )
        sheet.add_price("金额", show_money(value), formula)
        return value

    def _blank(self, grouping: Grouping) -> bool:
        return grouping.group == "KBBZ" and self.profile.bands.blank_factor is not None

    def _blank_group(
        self, grouping: Grouping, case: GrouperInput, points: Decimal, sheet: Sheet
    ) -> Settlement:
        """空白病种: points x ratio x the region's blank factor, no hospital or auxiliary factor."""
        factor = self.profile.bands.blank_factor or Decimal(1)
        mean = yuan(grouping.mean_fee) if grouping.mean_fee is not None else None
        ratio = Ratio.of(case.total_fee, 0, mean)
        settled = to_points(points * ratio.value * factor) if ratio is not None else None
        if settled is not None and ratio is not None:
            formula = f"{tell(points)} × {ratio.text} × {tell(factor)} = {tell(settled)}"
            sheet.add("结算分值", tell(settled), formula, "bands", "blank_factor")
        amount = self._amount(settled, sheet)
        return self._close(sheet, grouping, case, Band.UNGROUPED, ratio, settled, amount)

    def _bed_days(self, grouping: Grouping, case: GrouperInput, sheet: Sheet) -> Settlement:
        """床日病种: points of a day x days; no band, no auxiliary factor, the hospital factor only where the region says so."""
        factor = self._factor(grouping, case, sheet) if self.profile.bed_days.hospital_factor else None
        points = points_of_days(grouping, case.los, factor, sheet)
        amount = self._amount(points, sheet)
        return self._close(sheet, grouping, case, Band.NORMAL, None, points, amount)

    def _by_fee(self, grouping: Grouping, case: GrouperInput) -> str:
        """Why a grouped case gets points by its fee, empty when it does not."""
        bands = self.profile.bands
        if grouping.group in bands.fee_share_groups:
            return f"{grouping.group} 按费用折分"
        days = bands.fee_share_days
        if days is not None and case.los is not None and case.los > days:
            return f"住院 {case.los} 天，超过 {days} 天，按费用折分"
        return ""

    def _fee_share(
        self,
        grouping: Grouping,
        case: GrouperInput,
        reason: str,
        sheet: Sheet,
    ) -> Settlement:
        """Points by the share of the region's mean fee: no band, no factor."""
        sheet.add("倍率区间", Band.NORMAL.value, f"{reason}，不分倍率", "bands", "fee_share_days")
        label = f"结算{self.worth}"
        points = points_by_fee(
            self.profile.money.region_mean, case, Decimal(1), label, "fee_share_days", sheet
        )
        amount = self._amount(points, sheet)
        return self._close(sheet, grouping, case, Band.NORMAL, None, points, amount)

    def _ungrouped(self, grouping: Grouping, case: GrouperInput, sheet: Sheet) -> Settlement:
        bands = self.profile.bands
        points: Decimal | None = None
        if bands.ungrouped is Ungrouped.FEE_SHARE and bands.ungrouped_factor:
            factor, label = bands.ungrouped_factor, f"未入组{self.worth}"
            points = points_by_fee(self.profile.money.region_mean, case, factor, label, "ungrouped", sheet)
        else:
            sheet.missing.append("未入组病例的结算办法由本地规定，地区参数中未设置")
        amount = self._amount(points, sheet)
        return self._close(sheet, grouping, case, Band.UNGROUPED, None, points, amount)

    def _close(
        self,
        sheet: Sheet,
        grouping: Grouping,
        case: GrouperInput,
        band: Band,
        ratio: Ratio | None,
        points: Decimal | None,
        amount: Decimal | None,
    ) -> Settlement:
        regular = Worth(points, amount)
        ruled = self._ruled(regular, case, sheet) if self._ruled else Ruled(regular, regular)
        points, fen, fee = ruled.worth.points, ruled.worth.fen, case.total_fee
        if fee is None:
            sheet.missing.append("病例没有总费用，无法计算倍率与盈亏")
        profit = fen - fee if fen is not None and fee is not None else None
        if profit is not None and fen is not None and fee is not None:
            value = show_money(yuan(profit))
            formula = f"{tell_yuan(yuan(fen))} − 总费用 {tell_yuan(yuan(fee))} = {value}"
            sheet.figures.append(Figure("盈亏", value, formula))
        fund, fund_profit = fund_part(self.profile.money, fen, case, sheet)
        return Settlement(
            profile=self.profile.title,
            band=band,
            ratio=ratio.value if ratio else None,
            points=points,
            amount=fen,
            fee=fee,
            profit=profit,
            figures=tuple(sheet.figures),
            missing="；".join(dict.fromkeys(sheet.missing)),
            demo=grouping.demo or self.profile.demo,
            fund=fund,
            fund_profit=fund_profit,
            worth=self.worth,
            ruling=ruled.ruling,
            regular=fen if ruled.worth is ruled.regular else ruled.regular.fen,
            apart=ruled.worth.apart,
            extra=ruled.extra,
        )
