"""What the keyboard search needs of an index: every row's initials, other readings and short forms, and readings of its characters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from icd_tables.matching.grams import Ints
from icd_tables.matching.shorts import ShortForms
from icd_tables.matching.texts import Texts
from icd_tables.pinyin import readings
from icd_tables.synonyms import Lexicon


@dataclass(frozen=True)
class TypedRows:
    """Texts a typed key is compared with (``texts``), their initials letter by letter, and the key row each leads to."""

    rows: Ints
    texts: Texts
    initials: Texts
    readings: Mapping[str, tuple[str, ...]]

    @classmethod
    def build(cls, surfaces: Sequence[str], lexicon: Lexicon) -> TypedRows:
        """All surfaces with their readings, then their short forms."""
        shorts = ShortForms(lexicon)
        known = readings()
        texts = [(row, surface) for row, surface in enumerate(surfaces)]
        texts += [(row, short) for row, surface in enumerate(surfaces) for short in shorts.of(surface)]
        found = [(row, text, initials) for row, text in texts for initials in known.initials(text)]
        chars = {char for _, text in texts for char in text}
        return cls(
            np.array([row for row, _, _ in found], np.int32),
            Texts.of(text for _, text, _ in found),
            Texts.of(initials for _, _, initials in found),
            {char: known.of(char) for char in sorted(chars)},
        )
