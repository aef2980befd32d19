"""Where the figures of one case are put down while it is settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from coding_rules.settlement.settlement import Figure


@dataclass
class Sheet:
    """Collects figures while a case is settled; ``source(section, parameter)`` says where a parameter comes from."""

    source: Callable[[str, str], str]
    figures: list[Figure]
    missing: list[str]

    def add(self, label: str, value: str, formula: str, section: str, parameter: str) -> None:
        """Put a figure down that rests on a parameter of the region."""
        self.figures.append(Figure(label, value, formula, self.source(section, parameter)))
