"""Where the figures of one case are put down while it is settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from coding_rules.settlement.rules import PointPrice
from coding_rules.settlement.settlement import Figure


@dataclass
class Sheet:
    """Collects figures while a case is settled; ``source(section, parameter)`` says where a parameter comes from.

    ``price`` is the point value that holds for the case, ``unreasonable`` the fees in 分 that were judged so.
    """

    source: Callable[[str, str], str]
    figures: list[Figure]
    missing: list[str]
    price: PointPrice | None = None
    unreasonable: int = 0

    def add(self, label: str, value: str, formula: str, section: str, parameter: str) -> None:
        """Put a figure down that rests on a parameter of the region."""
        self.figures.append(Figure(label, value, formula, self.source(section, parameter)))

    def add_price(self, label: str, value: str, formula: str) -> None:
        """Put a figure down that rests on the price: a parameter of the region, or a row of the weight table."""
        if self.price is not None and self.price.source:
            self.say(label, value, formula, self.price.source)
        else:
            self.add(label, value, formula, "money", "prices")

    def say(self, label: str, value: str, formula: str, source: str) -> None:
        """Put a figure down that rests on something else than a parameter."""
        self.figures.append(Figure(label, value, formula, source))
