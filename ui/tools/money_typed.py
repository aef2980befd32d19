"""What was typed into the pools of 结算测算, kept by period: looking at another month and back loses nothing."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from typing import Any

from app.dip.clearing import Pool

TYPED = ("counted", "price", "share", "deductions", "prepaid", "price_from")
"""What can be other than the profile and the cases say."""


class TypedPools:
    """By period (any hashable) and pool: the values that differ from where they started."""

    def __init__(self) -> None:
        self._values: dict[tuple[Hashable, Hashable], dict[str, Any]] = {}

    def on(self, period: Hashable, pools: Iterable[Pool]) -> tuple[Pool, ...]:
        """The pools with what was typed for them in a period."""
        return tuple(replace(pool, **self._values.get((period, pool.key), {})) for pool in pools)

    def keep(self, period: Hashable, pool: Pool, started: Pool) -> None:
        """Remember how a pool differs from how it started."""
        self._values[period, pool.key] = {
            name: value for name in TYPED if (value := getattr(pool, name)) != getattr(started, name)
        }

    def forget(self, period: Hashable) -> None:
        """What was typed in a period does not hold any more."""
        self._values = {place: value for place, value in self._values.items() if place[0] != period}
