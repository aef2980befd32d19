"""Paying weight times rate and nothing else, for where no region profile says how a city pays."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from coding_rules.grouper.grouping import Grouping, TableRate
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.figures import show_money, tell, to_fen
from coding_rules.settlement.rules import DEFAULT_INSURANCE_CODES
from coding_rules.settlement.settlement import Figure, Settlement

TITLE = "只按费率"


@dataclass(frozen=True, slots=True)
class PlainRate:
    """Pays weight (or points) times a rate in yuan: no bands, no factor. Without ``rate`` the one that the weight table brings for the
    insurance of the case.
    """

    rate: Decimal | None = None

    def settle(self, grouping: Grouping, case: GrouperInput) -> Settlement:
        """The product; no amount without a weight or a rate."""
        worth = grouping.weight if grouping.weight is not None else grouping.points
        rate = self._rate(grouping, case)
        if worth is None or rate is None:
            return Settlement(TITLE, missing="" if worth is None else "权重表里没有这个组的费率")
        amount = to_fen(worth * rate.value)
        shown = show_money(worth * rate.value)
        formula = f"{tell(worth)} × 费率{f'（{rate.insurance}）' if rate.insurance else ''} {tell(rate.value)} = {shown}"
        told = Figure("金额", shown, f"{formula}；没有地区参数，不计倍率和系数", rate.source)
        profit = None if case.total_fee is None else amount - case.total_fee
        return Settlement(TITLE, amount=amount, fee=case.total_fee, profit=profit, figures=(told,))

    def _rate(self, grouping: Grouping, case: GrouperInput) -> TableRate | None:
        if self.rate is not None:
            return TableRate(self.rate)
        if grouping.weight is None:
            return None
        return grouping.rate_for(DEFAULT_INSURANCE_CODES.get(case.insurance, case.insurance))
