"""The match index of one table: key rows in two forms (surface, canonical), their grams and their marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from icd_tables.crosswalk import Crosswalk
from icd_tables.matching.forms import Former, plain
from icd_tables.matching.grams import GramTable, Ints
from icd_tables.matching.keys import CodeOrder
from icd_tables.matching.rows import KeyRow, Names, key_rows
from icd_tables.matching.texts import Hashes, Texts
from icd_tables.matching.typed import TypedRows
from icd_tables.matching.vocabulary import CodedRows, coded
from icd_tables.normalize import units
from icd_tables.table import CodeEntry

SITES_KEPT = 4
"""Body parts remembered per row."""
ENDING = 3
"""Last units of a name that say what kind of thing it is."""


@dataclass(frozen=True)
class MatchIndex:
    """Arrays over key rows. ``target`` is the name a row leads to; ``opposites`` .. ``residual`` are the bits of its marks.

    ``changes``: the words of a row that another word stands for, as ``word=meaning`` between tabs. ``entry_names``: the name of each
    entry of the table, ``codes`` its codes in order, ``levels``: the ``Level`` of the code of each name.
    """

    target: Ints
    origin: NDArray[np.int8]
    opposites: NDArray[np.uint64]
    unasked: NDArray[np.uint64]
    sides: NDArray[np.uint8]
    residual: NDArray[np.uint8]
    sites: NDArray[np.int16]
    endings: Ints
    entry_names: Ints
    levels: NDArray[np.uint8]
    surfaces: Texts
    canonicals: Texts
    changes: Texts
    surface_grams: GramTable
    canonical_grams: GramTable
    typed: TypedRows
    codes: CodeOrder

    def __len__(self) -> int:
        return len(self.target)

    @classmethod
    def build(
        cls, entries: Sequence[CodeEntry], former: Former, crosswalk: Crosswalk | None = None
    ) -> MatchIndex:
        """Index all wordings of all names; rows without a single letter or character cannot be found by text and are left out."""
        names = Names(entries)
        rows = _Rows(former)
        for row in key_rows(names, crosswalk):
            rows.add(row)
        codes = CodeOrder.of(entry.code for entry in entries)
        levels = names.least(codes.levels(former.lexicon.kind))
        return rows.index(names.of_entry, levels, codes)

    @cached_property
    def exact(self) -> Hashes:
        """Rows by surface."""
        return Hashes(self.surfaces)


class _Rows:
    """Collects key rows; keeps of each only what the index needs, because there are some fifty thousand."""

    def __init__(self, former: Former) -> None:
        self._former = former
        self._surfaces: list[str] = []
        self._canonicals: list[str] = []
        self._changes: list[str] = []
        self._surface_rows = CodedRows()
        self._canonical_rows = CodedRows()
        self._numbers: list[tuple[int, ...]] = []
        self._endings: list[tuple[int, ...]] = []
        self._sites: list[tuple[int, ...]] = []

    def add(self, row: KeyRow) -> None:
        """Take a row in."""
        form = self._former.form(row.text)
        if not form.surface:
            return
        canonical, marks = form.canonical.text, form.marks
        self._surfaces.append(form.surface)
        self._canonicals.append(canonical)
        same = plain(form.surface) == plain(canonical)
        self._changes.append("" if same else "\t".join(map("=".join, form.canonical.changes)))
        self._surface_rows.add(coded(self._surface_rows.numbers(units(form.surface))))
        numbers = self._canonical_rows.numbers(form.canonical.parts)
        self._canonical_rows.add(coded(numbers))
        self._endings.append(_filled(numbers[-ENDING:], ENDING, -1))
        self._sites.append(_filled(form.canonical.sites[:SITES_KEPT], SITES_KEPT, 0))
        self._numbers.append(
            (row.target, row.origin, marks.opposites, marks.unasked, marks.sides, marks.residual)
        )

    def index(self, entry_names: Ints, levels: NDArray[np.uint8], codes: CodeOrder) -> MatchIndex:
        """The index of all rows."""
        target, origin, opposites, unasked, sides, residual = (
            zip(*self._numbers, strict=True) if self._numbers else ((),) * 6
        )
        return MatchIndex(
            target=np.array(target, np.int32),
            origin=np.array(origin, np.int8),
            opposites=np.array(opposites, np.uint64),
            unasked=np.array(unasked, np.uint64),
            sides=np.array(sides, np.uint8),
            residual=np.array(residual, np.uint8),
            sites=np.array(self._sites, np.int16).reshape(-1, SITES_KEPT),
            endings=np.array(self._endings, np.int32).reshape(-1, ENDING),
            entry_names=entry_names,
            levels=levels,
            surfaces=Texts.of(self._surfaces),
            canonicals=Texts.of(self._canonicals),
            changes=Texts.of(self._changes),
            surface_grams=GramTable.of(self._surface_rows),
            canonical_grams=GramTable.of(self._canonical_rows),
            typed=TypedRows.build(self._surfaces, self._former.lexicon),
            codes=codes,
        )


def _filled(numbers: Sequence[int], size: int, nothing: int) -> tuple[int, ...]:
    return (*numbers, *(nothing for _ in range(size - len(numbers))))
