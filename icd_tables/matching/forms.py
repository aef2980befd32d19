"""Forms: a text prepared for matching, in both spellings, with what the small words in it say and what it means besides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from icd_tables.matching.grams import Floats
from icd_tables.matching.marks import MarkReader, Marks
from icd_tables.synonyms import Canonical, Lexicon

_AGREEMENTS_KEPT, _BROADENED_KEPT = 2_000, 1_000
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


class Former:
    """Prepares texts and names the same way."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.marks = MarkReader(lexicon)
        sites = len(lexicon.anatomy.names)
        self._inside = np.zeros((sites, sites), np.bool_)
        for site in range(1, sites):
            self._inside[site, list(lexicon.anatomy.around(site))] = True
        self.broadened = lru_cache(_BROADENED_KEPT)(lexicon.broadened)
        self._agreements: dict[tuple[int, ...], Floats] = {}

    def form(self, text: str) -> Form:
        """Both spellings and the marks of a text."""
        surface = self.lexicon.spelled(text)
        canonical = self.lexicon.canonical(text)
        return Form(text, surface, canonical, self.marks.read(surface, canonical))

    def on_the_side_of(self, form: Form, text: str) -> Form:
        """Wider words for a text: its canonical units carry no side, but what was said of one side stays on it."""
        wide = self.form(text)
        if not form.canonical.sides:
            return wide
        canonical = replace(wide.canonical, sides=form.canonical.sides)
        return replace(wide, canonical=canonical, marks=replace(wide.marks, sides=form.marks.sides))

    def implied(self, form: Form) -> list[tuple[str, ...]]:
        """Unit sequences that a text does not say but means: what its words are a kind of."""
        wider = self.broadened(form.canonical.parts)
        return [*wider, self.lexicon.other_side] if {"left", "right"} <= form.canonical.sides else wider

    def site_agreement(self, sites: tuple[int, ...]) -> Floats:
        """For every body part: 1 named by the text, less for what it is part of, below 0 for what it does not fit."""
        known = self._agreements.get(sites)
        if known is None:
            if len(self._agreements) >= _AGREEMENTS_KEPT:
                self._agreements.clear()
            known = self._agreements[sites] = self._site_agreement(list(sites))
        return known

    def _site_agreement(self, named: list[int]) -> Floats:
        agreement = np.full(len(self._inside), -1.0 if named else -0.5, np.float32)
        if named:
            agreement[self._inside[:, named].any(axis=1)] = FINER
            agreement[self._inside[named].any(axis=0)] = WIDER
            agreement[named] = 1
        agreement[0] = 0
        return agreement


_LEFT_OUT = str.maketrans("", "", "的性症术了之")


def plain(text: str) -> str:
    """Without the syllables that canonical forms leave out."""
    return text.translate(_LEFT_OUT)
