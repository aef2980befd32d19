"""The match index of one table: key rows in two forms (surface, canonical), their grams and their marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from icd_tables.matching.grams import GramTable, Ints, grams
from icd_tables.matching.marks import MarkReader, Marks
from icd_tables.matching.rows import KeyRow
from icd_tables.matching.typed import TypedRows
from icd_tables.normalize import units
from icd_tables.synonyms import Canonical, Lexicon

SITES_KEPT = 4
"""Body parts remembered per row."""
ENDING = 3
"""Last units of a name that say what kind of thing it is."""
IMPLIED = 0.6
"""How much an implied gram counts against one that is said."""
WIDER, FINER = 0.8, -0.3
"""Agreement with a body part that contains, or is contained in, one the text names."""


@dataclass(frozen=True)
class Form:
    """A text prepared for matching: both spellings and what the small words in it say."""

    text: str
    surface: str
    canonical: Canonical
    marks: Marks

    @property
    def bare(self) -> tuple[str, ...]:
        """The units as written, without sides, noise and residual wording."""
        return self.canonical.bare or self.canonical.parts

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
        sites = len(lexicon.anatomy.names)
        self._inside = np.zeros((sites, sites), np.bool_)
        for site in range(1, sites):
            self._inside[site, list(lexicon.anatomy.around(site))] = True

    def form(self, text: str) -> Form:
        """Both spellings and the marks of a text."""
        surface = self.lexicon.spelled(text)
        canonical = self.lexicon.canonical(text)
        return Form(text, surface, canonical, self.marks.read(surface, canonical))

    def implied(self, form: Form) -> dict[str, float]:
        """Grams that a text does not say but means: what its words are a kind of."""
        wider = {
            gram: IMPLIED for parts in self.lexicon.broadened(form.canonical.parts) for gram in grams(parts)
        }
        if {"left", "right"} <= form.canonical.sides:
            wider |= dict.fromkeys(grams(self.lexicon.other_side), IMPLIED)
        return wider

    def site_agreement(self, form: Form) -> NDArray[np.float32]:
        """For every body part: 1 named by the text, less for what it is part of, below 0 for what it does not fit."""
        named = list(form.canonical.sites)
        agreement = np.full(len(self._inside), -1.0 if named else -0.5, np.float32)
        if named:
            agreement[self._inside[:, named].any(axis=1)] = FINER
            agreement[self._inside[named].any(axis=0)] = WIDER
            agreement[named] = 1
        agreement[0] = 0
        return agreement


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
    sites: NDArray[np.int16]
    endings: Ints
    typed: TypedRows

    def __len__(self) -> int:
        return len(self.target)

    @classmethod
    def build(cls, rows: Sequence[KeyRow], former: Former) -> MatchIndex:
        """Index key rows; rows without a single letter or character cannot be found by text and are left out."""
        kept = [(row, form) for row in rows if (form := former.form(row.text)).surface]
        forms = [form for _, form in kept]
        canonical_grams = GramTable.build(form.canonical.parts for form in forms)
        return cls(
            target=np.array([row.target for row, _ in kept], np.int32),
            origin=np.array([row.origin for row, _ in kept], np.int8),
            surfaces=[form.surface for form in forms],
            canonicals=[form.canonical.text for form in forms],
            surface_grams=GramTable.build(units(form.surface) for form in forms),
            canonical_grams=canonical_grams,
            opposites=np.array([form.marks.opposites for form in forms], np.uint64),
            unasked=np.array([form.marks.unasked for form in forms], np.uint64),
            sides=np.array([form.marks.sides for form in forms], np.uint8),
            residual=np.array([form.marks.residual for form in forms], np.uint8),
            endings=np.array([_ending(form.canonical.parts, canonical_grams) for form in forms], np.int32),
            typed=TypedRows.build([form.surface for form in forms], former.lexicon),
            sites=np.array([_first_sites(form.canonical.sites) for form in forms], np.int16),
        )


def _ending(parts: Sequence[str], table: GramTable) -> tuple[int, ...]:
    """Gram numbers of the last units, -1 where a name is shorter."""
    last = [table.vocabulary[unit] for unit in parts[-ENDING:]]
    return (*last, *(-1 for _ in range(ENDING - len(last))))


def _first_sites(sites: tuple[int, ...]) -> tuple[int, ...]:
    return (*sites[:SITES_KEPT], *(0 for _ in range(SITES_KEPT - len(sites))))
