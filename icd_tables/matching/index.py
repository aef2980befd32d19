"""The match index of one table: key rows in two forms (surface, canonical), their grams and their marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from icd_tables.matching.grams import GramTable, Ints, grams
from icd_tables.matching.marks import MarkReader, Marks
from icd_tables.matching.rows import KeyRow
from icd_tables.normalize import units
from icd_tables.synonyms import Canonical, Lexicon


@dataclass(frozen=True)
class Form:
    """A text prepared for matching: both spellings and what the small words in it say."""

    text: str
    surface: str
    canonical: Canonical
    marks: Marks

    @property
    def surface_grams(self) -> list[str]:
        """Grams of the surface."""
        return grams(units(self.surface))

    @property
    def canonical_grams(self) -> list[str]:
        """Grams of the canonical form."""
        return grams(self.canonical.parts)


class Former:
    """Prepares texts and names the same way."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.marks = MarkReader(lexicon)

    def form(self, text: str) -> Form:
        """Both spellings and the marks of a text."""
        surface = self.lexicon.spelled(text)
        canonical = self.lexicon.canonical(text)
        return Form(text, surface, canonical, self.marks.read(surface, canonical))


@dataclass(frozen=True)
class MatchIndex:
    """Arrays over key rows. ``target`` is the name a row leads to; ``marks`` has one column per mark word."""

    target: Ints
    origin: NDArray[np.int8]
    surfaces: Sequence[str]
    canonicals: Sequence[str]
    surface_grams: GramTable
    canonical_grams: GramTable
    opposites: NDArray[np.uint64]
    unasked: NDArray[np.uint64]
    sides: NDArray[np.uint8]
    residual: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.target)

    @classmethod
    def build(cls, rows: Sequence[KeyRow], former: Former) -> MatchIndex:
        """Index key rows; rows without a single letter or character cannot be found by text and are left out."""
        kept = [(row, form) for row in rows if (form := former.form(row.text)).surface]
        forms = [form for _, form in kept]
        return cls(
            target=np.array([row.target for row, _ in kept], np.int32),
            origin=np.array([row.origin for row, _ in kept], np.int8),
            surfaces=[form.surface for form in forms],
            canonicals=[form.canonical.text for form in forms],
            surface_grams=GramTable.build(units(form.surface) for form in forms),
            canonical_grams=GramTable.build(form.canonical.parts for form in forms),
            opposites=np.array([form.marks.opposites for form in forms], np.uint64),
            unasked=np.array([form.marks.unasked for form in forms], np.uint64),
            sides=np.array([form.marks.sides for form in forms], np.uint8),
            residual=np.array([form.marks.residual for form in forms], np.uint8),
        )
