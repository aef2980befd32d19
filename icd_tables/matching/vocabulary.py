"""Vocabulary: the numbers of units (characters, Latin words, numbers) and of neighbouring pairs of them.

A gram is coded as one integer: a unit by its number, a pair by the numbers of both. Known codes stand sorted in one array; the
place of a code there is the number of the gram. Units come first, so that gram numbers below ``len(units)`` are units.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_SHIFT = 32
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Vocabulary:
    """``units``: numbers of units in the order of first appearance; ``codes``: all grams."""

    units: Mapping[str, int]
    codes: Codes

    def __len__(self) -> int:
        return len(self.codes)

    def numbers(self, codes: Codes) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """The numbers of grams, and which of them are known at all."""
        at = np.searchsorted(self.codes, codes)
        if not len(self.codes):
            return at.astype(np.int32), np.zeros(len(codes), np.bool_)
        np.minimum(at, len(self.codes) - 1, out=at)
        return at.astype(np.int32), self.codes[at] == codes

    def coded(self, parts: Sequence[str]) -> list[int]:
        """The distinct grams of a unit sequence, units first, in order; units not known get codes that no gram has."""
        get = self.units.get
        numbers = [get(part, -1) for part in parts]
        if -1 in numbers:
            more: dict[str, int] = {}
            known = len(self.units)
            numbers = [
                number if number >= 0 else more.setdefault(part, known + len(more))
                for part, number in zip(parts, numbers, strict=True)
            ]
        return coded(numbers)


def coded(numbers: Sequence[int]) -> list[int]:
    """The distinct units and neighbouring pairs of a sequence of unit numbers, in order."""
    if len(numbers) < 2:
        return list(numbers)
    pairs = [(a + 1 << _SHIFT) + b for a, b in pairwise(numbers)]
    return [*dict.fromkeys(numbers), *dict.fromkeys(pairs)]


def is_unit(codes: Codes) -> NDArray[np.bool_]:
    """Which coded grams are single units."""
    return codes < (1 << _SHIFT)


class CodedRows:
    """Rows of coded grams end to end, as they come in; units not met before get the next number."""

    def __init__(self, units: Iterable[str] = ()) -> None:
        self.units: dict[str, int] = {unit: number for number, unit in enumerate(units)}
        self.codes = array("q")
        self.lengths = array("i")

    def numbers(self, parts: Sequence[str]) -> list[int]:
        """The numbers of units."""
        units = self.units
        return [units.setdefault(part, len(units)) for part in parts]

    def add(self, codes: Sequence[int]) -> None:
        """Append a row of distinct coded grams."""
        self.codes.extend(codes)
        self.lengths.append(len(codes))
