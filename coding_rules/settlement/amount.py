"""Settler: a grouping and a case's fee -> points, band, amount, profit or loss, every figure with its formula in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from coding_rules.grouper.grouping import Grouping, System
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.auxiliary import Auxiliary, AuxiliaryCatalogue
from coding_rules.settlement.bands import BandAnswer, band_points, find_band
from coding_rules.settlement.figures import show, show_money, show_ratio, to_fen, yuan
from coding_rules.settlement.profile import RegionProfile
from coding_rules.settlement.rules import FundBasis, PointPrice, Standard, Ungrouped
from coding_rules.settlement.settlement import Band, Figure, Settlement

NO_PRICE = "点值缺失：只能出分值，不能出金额"
NO_RATE = "费率缺失：只能出权重，不能出金额"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a settlement needs beside the case: settlement month (``2025-03``), 参保地, fees judged unreasonable in 分."""

    month: str = ""
    region: str = ""
    unreasonable: int = 0


@dataclass
class _Sheet:
    """Collects figures while a case is settled."""

    profile: RegionProfile
    figures: list[Figure]
    missing: list[str]

    def add(self, label: str, value: str, formula: str, section: str, parameter: str) -> None:
        self.figures.append(Figure(label, value, formula, str(self.profile.note(section, parameter))))


class Settler:
    """Settles cases under one profile. Immutable; safe to share between threads.

    ``system`` defaults to the profile's. ``auxiliary`` brings the region's auxiliary catalogue, if any.
    """

    def __init__(
        self,
        profile: RegionProfile,
        system: System | None = None,
        auxiliary: AuxiliaryCatalogue | None = None,
    ) -> None:
        self.profile = profile
        self.system = system or System(profile.system)
        self.auxiliary = auxiliary

    def settle(
        self, grouping: Grouping, case: GrouperInput, circumstances: Circumstances | None = None
    ) -> Settlement:
        """Points, band, amount, profit or loss of a case. What cannot be had is ``None``, and ``missing`` says why."""
        given = circumstances or Circumstances()
        sheet = _Sheet(self.profile, [], [])
        price = self._price(case, given, sheet)
        if not grouping.grouped:
            return self._ungrouped(grouping, case, price, sheet)
        points = self._points(grouping, sheet)
        if points is None:
            return self._close(sheet, grouping, case, Band.UNKNOWN, None, None, None)
        factor = self._factor(grouping, sheet)
        helped = self._auxiliary(grouping, case, sheet)
        boosted = points * helped.factor if helped else points
        if self._blank(grouping):
            return self._blank_group(grouping, case, points, price, sheet)
        standard = self._standard(grouping, boosted, points, factor, price, sheet)
        ratio, net = _ratios(case.total_fee, given.unreasonable, standard)
        answer = find_band(ratio, points, self.profile.bands)
        self._band_figures(answer, ratio, case, standard, sheet)
        settled = band_points(
            answer, points=boosted, factor=factor, ratio=ratio, net_ratio=net, rules=self.profile.bands
        )
        label = "结算分值" if self._by_points else "结算权重"
        sheet.add(
            label,
            show(settled.points) if settled.points is not None else "—",
            settled.formula,
            "bands",
            "high_shape",
        )
        amount = self._amount(settled.points, price, case, points, sheet)
        return self._close(sheet, grouping, case, answer.band, ratio, settled.points, amount)

    @property
    def _by_points(self) -> bool:
        return self.system is System.DIP or self.profile.money.basis == "points"

    def _points(self, grouping: Grouping, sheet: _Sheet) -> Decimal | None:
        if grouping.points is not None:
            sheet.figures.append(
                Figure(
                    "病种分值" if self.system is System.DIP else "基准点数",
                    show(grouping.points),
                    grouping.group,
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
        sheet.figures.append(Figure("权重", show(grouping.weight), grouping.group, grouping.scheme))
        if not self._by_points:
            return grouping.weight
        per = self.profile.money.points_per_weight
        if per is None:
            sheet.missing.append("未设置每 1 权重折合的点数")
            return None
        value = grouping.weight * per
        sheet.add(
            "基准点数",
            show(value),
            f"{show(grouping.weight)} × {show(per)} = {show(value)}",
            "money",
            "points_per_weight",
        )
        return value

    def _factor(self, grouping: Grouping, sheet: _Sheet) -> Decimal:
        money = self.profile.money
        if grouping.kind == "基层":
            sheet.add(
                "机构系数",
                show(money.basic_factor),
                "基层病种同城同价，不设机构系数",
                "money",
                "basic_factor",
            )
            return money.basic_factor
        if grouping.group in money.group_factors:
            value = money.group_factors[grouping.group]
            sheet.add("机构系数", show(value), f"{grouping.group} 的病种机构系数", "money", "group_factors")
            return value
        if money.hospital_factor is None:
            sheet.figures.append(
                Figure("机构系数", "1", "未设置机构系数，按 1 计算", "请在地区参数中填写本院系数")
            )
            return Decimal(1)
        sheet.add("机构系数", show(money.hospital_factor), "本院机构系数", "money", "hospital_factor")
        return money.hospital_factor

    def _auxiliary(self, grouping: Grouping, case: GrouperInput, sheet: _Sheet) -> Auxiliary | None:
        if self.auxiliary is None or not self.profile.auxiliary.enabled:
            return None
        found = self.auxiliary.apply(grouping, case, self.profile.auxiliary)
        if found is not None:
            sheet.figures.append(Figure("辅助分型系数", show(found.factor), found.why, found.source))
        for reason in self.auxiliary.undecided(grouping, case, self.profile.auxiliary):
            sheet.figures.append(Figure("辅助分型", "未定", reason, self.auxiliary.title))
        return found

    def _price(self, case: GrouperInput, given: Circumstances, sheet: _Sheet) -> PointPrice | None:
        money = self.profile.money
        insurance = money.insurance_codes.get(case.insurance, case.insurance)
        month = given.month or (case.discharged.strftime("%Y-%m") if case.discharged else "")
        fitting = [
            price
            for price in money.prices
            if price.insurance in {"", insurance}
            and price.month in {"", month}
            and price.region in {"", given.region}
        ]
        if fitting:
            # The most specific price wins: a month's or a region's own value over the general one.
            return max(fitting, key=lambda p: (bool(p.insurance), bool(p.month), bool(p.region)))
        if not money.prices:
            sheet.missing.append(NO_PRICE if self._by_points else NO_RATE)
        else:
            sheet.missing.append(
                f"没有适用于险种“{insurance or '未填'}”{month}的{'点值' if self._by_points else '费率'}"
            )
        return None

    def _standard(
        self,
        grouping: Grouping,
        boosted: Decimal,
        points: Decimal,
        factor: Decimal,
        price: PointPrice | None,
        sheet: _Sheet,
    ) -> Decimal | None:
        """The yuan a fee is compared with, or ``None``."""
        kind = self.profile.bands.standard
        if kind is Standard.PAYMENT:
            if price is None:
                return None
            value = boosted * factor * price.value
            formula = f"{show(boosted)} × {show(factor)} × {show(price.value)} = {show(value, 2)}"
            sheet.add("支付标准", show_money(value), formula, "bands", "standard")
            return value
        if grouping.mean_fee is None:
            sheet.missing.append(f"{grouping.group} 没有均费，无法判断倍率")
            return None
        mean = yuan(grouping.mean_fee) * (boosted / points if points else 1)
        if kind is Standard.INSTITUTION_MEAN:
            value = mean * factor
            sheet.add(
                "费用标准",
                show_money(value),
                f"均费 {show(mean, 2)} × 机构系数 {show(factor)}",
                "bands",
                "standard",
            )
            return value
        sheet.add("费用标准", show_money(mean), f"{grouping.group} 的均费", "bands", "standard")
        return mean

    def _band_figures(
        self,
        answer: BandAnswer,
        ratio: Decimal | None,
        case: GrouperInput,
        standard: Decimal | None,
        sheet: _Sheet,
    ) -> None:
        if ratio is not None and case.total_fee is not None and standard is not None:
            formula = f"{show(yuan(case.total_fee), 2)} ÷ {show(standard, 2)} = {show_ratio(ratio)}"
            sheet.add("倍率", show_ratio(ratio), formula, "bands", "standard")
        sheet.add(
            "倍率区间", answer.band.value, answer.text, "bands", "high" if answer.band is Band.HIGH else "low"
        )

    def _amount(
        self,
        settled: Decimal | None,
        price: PointPrice | None,
        case: GrouperInput,
        points: Decimal,
        sheet: _Sheet,
    ) -> Decimal | None:
        if case.total_fee is not None and (
            settled is None or (points == 0 and self.profile.bands.zero_points_pay_fee)
        ):
            sheet.add("金额", show_money(yuan(case.total_fee)), "按实际发生费用支付", "bands", "low_shape")
            return yuan(case.total_fee)
        if settled is None or price is None:
            return None
        value = settled * price.value
        unit = "点值" if self._by_points else "费率"
        who = "、".join(part for part in (price.insurance, price.month, price.region) if part)
        formula = (
            f"{show(settled)} × {unit}{f'（{who}）' if who else ''} {show(price.value)} = {show_money(value)}"
        )
        sheet.add("金额", show_money(value), formula, "money", "prices")
        return value

    def _blank(self, grouping: Grouping) -> bool:
        return grouping.group == "KBBZ" and self.profile.bands.blank_factor is not None

    def _blank_group(
        self, grouping: Grouping, case: GrouperInput, points: Decimal, price: PointPrice | None, sheet: _Sheet
    ) -> Settlement:
        """空白病种: points x ratio x the region's blank factor, no hospital or auxiliary factor."""
        factor = self.profile.bands.blank_factor or Decimal(1)
        mean = yuan(grouping.mean_fee) if grouping.mean_fee is not None else None
        ratio, _ = _ratios(case.total_fee, 0, mean)
        settled = points * ratio * factor if ratio is not None else None
        if settled is not None and ratio is not None:
            formula = f"{show(points)} × {show_ratio(ratio)} × {show(factor)} = {show(settled)}"
            sheet.add("结算分值", show(settled), formula, "bands", "blank_factor")
        amount = self._amount(settled, price, case, points, sheet) if settled is not None else None
        return self._close(sheet, grouping, case, Band.UNGROUPED, ratio, settled, amount)

    def _ungrouped(
        self, grouping: Grouping, case: GrouperInput, price: PointPrice | None, sheet: _Sheet
    ) -> Settlement:
        bands, mean = self.profile.bands, self.profile.money.region_mean
        points: Decimal | None = None
        if (
            bands.ungrouped is Ungrouped.FEE_SHARE
            and mean
            and bands.ungrouped_factor
            and case.total_fee is not None
        ):
            points = yuan(case.total_fee) / mean * 1000 * bands.ungrouped_factor
            formula = (
                f"{show(yuan(case.total_fee), 2)} ÷ 全部病例均费 {show(mean)} × 1000 × {show(bands.ungrouped_factor)}"
                f" = {show(points)}"
            )
            sheet.add("未入组分值", show(points), formula, "bands", "ungrouped")
        else:
            sheet.missing.append("未入组病例的结算办法由本地规定，地区参数中未设置")
        amount = self._amount(points, price, case, points, sheet) if points is not None else None
        return self._close(sheet, grouping, case, Band.UNGROUPED, None, points, amount)

    def _close(
        self,
        sheet: _Sheet,
        grouping: Grouping,
        case: GrouperInput,
        band: Band,
        ratio: Decimal | None,
        points: Decimal | None,
        amount: Decimal | None,
    ) -> Settlement:
        fen = to_fen(amount) if amount is not None else None
        fee = case.total_fee
        if fee is None:
            sheet.missing.append("病例没有总费用，无法计算倍率与盈亏")
        profit = fen - fee if fen is not None and fee is not None else None
        if profit is not None and fen is not None and fee is not None:
            value = show_money(yuan(profit))
            formula = f"{show_money(yuan(fen))} − 总费用 {show_money(yuan(fee))} = {value}"
            sheet.figures.append(Figure("盈亏", value, formula))
        fund, fund_profit = self._fund(fen, case, sheet)
        return Settlement(
            profile=self.profile.title,
            band=band,
            ratio=ratio,
            points=points,
            amount=fen,
            fee=fee,
            profit=profit,
            figures=tuple(sheet.figures),
            missing="；".join(dict.fromkeys(sheet.missing)),
            demo=grouping.demo or self.profile.demo,
            fund=fund,
            fund_profit=fund_profit,
        )

    def _fund(self, fen: int | None, case: GrouperInput, sheet: _Sheet) -> tuple[int | None, int | None]:
        """What the fund owes and the hospital's gain or loss against what the fund was charged, in 分."""
        money = self.profile.money
        if fen is None or money.fund_basis is FundBasis.UNSET:
            return None, None
        if case.total_fee is None or case.self_paid_fee is None:
            sheet.missing.append("病例没有自付金额，无法计算统筹盈亏")
            return None, None
        charged = case.total_fee - case.self_paid_fee
        shown = show(yuan(fen), 2)
        if money.fund_basis is FundBasis.DEDUCT:
            fund = fen - case.self_paid_fee
            formula = f"{shown} − 自付 {show(yuan(case.self_paid_fee), 2)} = {show_money(yuan(fund))}"
        else:
            insurance = money.insurance_codes.get(case.insurance, case.insurance)
            share = money.fund_share.get(insurance, money.fund_share.get(""))
            if share is None:
                sheet.missing.append(f"没有险种“{insurance or '未填'}”的基金支付比例")
                return None, None
            fund = to_fen(yuan(fen) * share)
            formula = f"{shown} × 基金支付比例 {show(share)} = {show_money(yuan(fund))}"
        sheet.add("医保应付", show_money(yuan(fund)), formula, "money", "fund_basis")
        profit = fund - charged
        gain = f"{show(yuan(fund), 2)} − 统筹记账 {show(yuan(charged), 2)} = {show_money(yuan(profit))}"
        sheet.add("统筹盈亏", show_money(yuan(profit)), gain, "money", "fund_basis")
        return fund, profit


def _ratios(
    fee: int | None, unreasonable: int, standard: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """Fee / standard, and the same after fees judged unreasonable."""
    if fee is None or not standard:
        return None, None
    return yuan(fee) / standard, yuan(fee - unreasonable) / standard
