"""Auxiliary catalogues: a factor of a group for cases of one stratum. Factors are data, imported or computed, never invented."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from coding_rules.grouper.grouping import Grouping
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.rules import AuxiliaryRules


@dataclass(frozen=True, slots=True)
class Auxiliary:
    """The factor that applies, with the sentence that says why and the row it comes from."""

    factor: Decimal
    why: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class AuxiliaryRow:
    """One published or computed factor: group, kind of stratum, label of the stratum, factor."""

    group: str
    kind: str
    label: str
    factor: Decimal
    source: str = ""


class AuxiliaryCatalogue:
    """Factors by group."""

    def __init__(self, rows: Iterable[AuxiliaryRow]) -> None:
        self.rows = tuple(rows)

    def apply(self, grouping: Grouping, case: GrouperInput, rules: AuxiliaryRules) -> Auxiliary | None:
        """The highest factor whose stratum the case belongs to, or ``None``."""
        return None
