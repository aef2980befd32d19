"""Marks: the small words of a text that decide between near names (急性/慢性, 左/右, 妊娠, 其他), as bits."""

from __future__ import annotations

from dataclasses import dataclass

from icd_tables.synonyms import Canonical, Lexicon
from icd_tables.words import WordFinder

LEFT, RIGHT, BOTH, ONE = 1, 2, 4, 8
OTHER, UNSPECIFIED = 1, 2
_SIDE_BITS = {"left": LEFT, "right": RIGHT, "both": BOTH, "one": ONE}
_RESIDUAL_BITS = {"other": OTHER, "unspecified": UNSPECIFIED}


@dataclass(frozen=True, slots=True)
class Marks:
    """Bit sets: words of exclusive lines, circumstances, sides and residual wording that a text contains."""

    opposites: int
    unasked: int
    sides: int
    residual: int


class MarkReader:
    """Reads marks off a text. Bits are given in the order of the lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        words = [word for line in lexicon.opposites for word in line]
        self._opposite_bit = {word: 1 << i for i, word in enumerate(dict.fromkeys(words))}
        self._unasked_bit = {word: 1 << i for i, word in enumerate(lexicon.unasked)}
        self._finder = WordFinder({word: word for word in self._opposite_bit})
        self.lines: tuple[int, ...] = tuple(
            sum(self._opposite_bit[word] for word in set(line)) for line in lexicon.opposites
        )
        self.unasked_words = lexicon.unasked

    def read(self, surface: str, canonical: Canonical) -> Marks:
        """The marks of one text."""
        _, found = self._finder.cut(canonical.parts)
        unasked = sum(bit for word, bit in self._unasked_bit.items() if word in surface)
        return Marks(
            opposites=sum(self._opposite_bit[word] for word in set(found)),
            unasked=unasked,
            sides=sum(_SIDE_BITS[side] for side in canonical.sides),
            residual=sum(_RESIDUAL_BITS[label] for label in canonical.residual),
        )

    def unasked_in(self, bits: int) -> list[str]:
        """The circumstance words of a bit set."""
        return [word for word, bit in self._unasked_bit.items() if bits & bit]
