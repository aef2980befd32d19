"""Terminology: the tables and crosswalks in use, as one value that the rest of the program asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from icd_tables.codes import Edition, Kind, normalize_code
from icd_tables.crosswalk import CodeMapping, Crosswalk, MappingStatus
from icd_tables.table import CodeEntry, CodeTable


@dataclass(frozen=True)
class Terminology:
    """Tables by kind and edition, crosswalks 国临版 -> 医保版 by kind. Any of them may be missing."""

    tables: Mapping[tuple[Kind, Edition], CodeTable] = field(default_factory=dict)
    crosswalks: Mapping[Kind, Crosswalk] = field(default_factory=dict)

    def table(self, kind: Kind, edition: Edition) -> CodeTable | None:
        """The table of this kind and edition, if one is loaded."""
        return self.tables.get((kind, edition))

    def lookup(self, kind: Kind, edition: Edition, code: str) -> CodeEntry | None:
        """The entry of ``code`` in the given edition, or ``None``."""
        table = self.table(kind, edition)
        return table.get(code) if table else None

    def to_insurance(self, kind: Kind, edition: Edition, code: str) -> CodeMapping:
        """Map a filed code to the 医保版 code that groupers take.

        A code of the insurance edition stays itself. A clinical code goes through the crosswalk; without a
        crosswalk row it is used as it is when the insurance table knows it, and is ``UNMAPPED`` otherwise.
        The code to group with is spelled as the insurance table publishes it.
        """
        insurance = self.table(kind, Edition.INSURANCE)
        if edition is Edition.CLINICAL and kind in self.crosswalks:
            mapping = self.crosswalks[kind].map(code)
            if mapping.status is not MappingStatus.UNMAPPED:
                return mapping
        known = insurance.get(code) if insurance else None
        if known is not None:
            return CodeMapping(code, known.code, MappingStatus.SAME)
        return CodeMapping(code, normalize_code(code), MappingStatus.UNMAPPED)
