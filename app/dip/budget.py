"""A budget tried out: the year's point value by the region's way, what the hospital would be paid, and the forecast from past years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.dip.clearing import NIL, Pool
from coding_rules.settlement.figures import apportion, show_money, tell_yuan, to_cents, to_fen, yuan
from coding_rules.settlement.point_price import (
    Budget,
    Price,
    Simulation,
    budget_price,
    settlement_price,
    simulate_budget,
)
from coding_rules.settlement.profile import RegionProfile
from coding_rules.settlement.settlement import Figure

STEPS = tuple(Decimal(each) / 100 for each in (90, 95, 98, 100, 102, 105, 110))
"""Budgets that are tried beside the given one, as shares of it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What one budget would mean; ``parts`` splits the hospital's amount by pool to the 分 (name, 分)."""

    share: Decimal
    fund: Decimal
    outcome: Simulation
    parts: tuple[tuple[str, int], ...]

    @property
    def price(self) -> Price:
        """The year's point value."""
        return self.outcome.price

    @property
    def split(self) -> Figure:
        """The parts as a sum."""
        added = " + ".join(f"{name} {tell_yuan(yuan(fen))}" for name, fen in self.parts)
        value = show_money(yuan(self.outcome.amount))
        return Figure("按险种分", value, f"{added} = {value}")


@dataclass(frozen=True, slots=True)
class Trials:
    """Budgets tried, and why there are none."""

    rows: tuple[Trial, ...] = ()
    problem: str = ""


def counted_sums(pools: Iterable[Pool]) -> tuple[Decimal, Decimal]:
    """Points and fees of the counted pools."""
    counted = [pool for pool in pools if pool.counted]
    return sum((pool.points for pool in counted), NIL), sum((pool.fees for pool in counted), NIL)


def base_price(pools: Iterable[Pool], profile: RegionProfile) -> Decimal | None:
    """The published point value of the counted pools; ``None`` where they have none or not the same."""
    prices = {
        price.value if (price := profile.money.price(pool.insurance, "", pool.region)) else None
        for pool in pools
        if pool.counted
    }
    return prices.pop() if len(prices) == 1 else None


def try_budgets(budget: Budget, pools: Sequence[Pool], profile: RegionProfile) -> Trials:
    """The given budget and some above and below it, by the region's way to a point value."""
    counted = [pool for pool in pools if pool.counted]
    points, fees = counted_sums(counted)
    apart = sum((pool.apart for pool in counted), NIL)
    base = base_price(counted, profile)
    found: list[Trial] = []
    for step in STEPS:
        tried = replace(budget, fund=to_cents(budget.fund * step))
        price, problem = settlement_price(profile.money, tried, base)
        if price is None:
            return Trials(problem=problem)
        outcome = simulate_budget(price, points, fees, apart)
        shares = apportion(outcome.amount - to_fen(apart), [pool.points for pool in counted])
        parts = tuple(
            (pool.name, fen + to_fen(pool.apart)) for pool, fen in zip(counted, shares, strict=True)
        )
        found.append(Trial(step, tried.fund, outcome, parts))
    return Trials(tuple(found))


def with_price(pools: Iterable[Pool], keys: Iterable[tuple[str, str]], price: Price) -> tuple[Pool, ...]:
    """The pools with a year's point value that was reckoned, in those of these keys that count; its formula goes along."""
    wanted = set(keys)
    return tuple(
        replace(pool, price=price.rounded, price_from=price.figure(f"{pool.name}结算点值"))
        if pool.counted and pool.key in wanted
        else pool
        for pool in pools
    )


def budget_line(years: Sequence[tuple[Decimal, Decimal]]) -> Figure:
    """预算点值 from (fees in yuan, points) of one to three years, oldest first."""
    if not years:
        return Figure("预算点值", "—", "填写一至三年的住院总费用与总分值后计算")
    _, figure = budget_price([fees for fees, _ in years], [points for _, points in years])
    return figure
