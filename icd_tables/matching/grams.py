"""Gram table: which rows contain which units and pairs of units, with weights; the inverted index of the matcher."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from icd_tables.matching.vocabulary import CodedRows, Vocabulary, is_unit

_POSTINGS = 20_000
"""Entries of the inverted index that one look-up reads, more or less."""
_LEAST_GRAMS = 3
_WORTH_A_LOOK = 0.25
"""Rows that share less than this part of the best are not candidates while there are enough others."""
SINGLE_WEIGHT = 3.0
"""How much a single unit counts against a pair: short Chinese words share units more often than pairs."""
NORM_POWER = 1.3
"""Above 1: long names pay more for what the text does not say. Measured, see the matcher's decision note."""

_UNKNOWN_WORTH = 4.0

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]
Rows = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True)
class Gathered:
    """The grams of some rows end to end (``ids``), where each row begins (``offsets``), and each gram's place in the rows asked for."""

    ids: Ints
    offsets: Ints
    asked: Ints


@dataclass(frozen=True)
class GramTable:
    """Rows by gram and grams by row, in compressed form (``*_start`` are offsets), and the weight of every gram.

    ``scale`` is 1 / norm of each row; ``number`` marks units that are a number.
    """

    vocabulary: Vocabulary
    idf: Floats
    weight: Floats
    number: NDArray[np.bool_]
    row_start: Ints
    row_grams: Ints
    gram_start: Ints
    gram_rows: Ints
    scale: Floats

    @classmethod
    def of(cls, rows: CodedRows) -> GramTable:
        """Index rows."""
        units = np.arange(len(rows.units), dtype=np.int64)
        every = np.concatenate([units, np.frombuffer(rows.codes, np.int64)])
        codes, number = np.unique(every, return_inverse=True)
        row_start = np.concatenate([[0], np.cumsum(rows.lengths)]).astype(np.int32)
        return cls.from_rows(Vocabulary(rows.units, codes), row_start, number[len(units) :].astype(np.int32))

    @classmethod
    def from_rows(cls, vocabulary: Vocabulary, row_start: Ints, row_grams: Ints) -> GramTable:
        """The table from its forward half; everything else follows from it."""
        size, rows = len(vocabulary), len(row_start) - 1
        count = np.bincount(row_grams, minlength=size)
        number = np.zeros(size, np.bool_)
        number[: len(vocabulary.units)] = [unit.isdigit() for unit in vocabulary.units]
        idf = (np.log((rows + 1) / (count + 1)) + 0.3).astype(np.float32)
        single = is_unit(vocabulary.codes)
        weight = (idf * idf * np.where(single, SINGLE_WEIGHT, 1.0)).astype(np.float32)
        owner = np.repeat(np.arange(rows, dtype=np.int32), np.diff(row_start))
        order = np.argsort(row_grams, kind="stable")
        gram_start = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
        total = np.bincount(owner, weights=weight[row_grams], minlength=rows)
        scale = (1.0 / np.maximum(total, 1e-6) ** (NORM_POWER / 2)).astype(np.float32)
        return cls(vocabulary, idf, weight, number, row_start, row_grams, gram_start, owner[order], scale)

    def __len__(self) -> int:
        return len(self.row_start) - 1

    @cached_property
    def rarest(self) -> float:
        """The largest idf of the table: what an unknown gram is worth."""
        return float(self.idf.max()) if len(self.idf) else 1.0

    @cached_property
    def _fine_scale(self) -> NDArray[np.float64]:
        """``scale`` in the precision sums are made in, so that it need not be converted for every text."""
        return self.scale.astype(np.float64)

    def worth(self, unit: str) -> float:
        """How telling a unit is; one the table does not know is as rare as can be."""
        at = self.vocabulary.units.get(unit)
        return float(self.idf[at]) if at is not None else _UNKNOWN_WORTH

    def nearest(self, ids: Ints, strength: Floats, size: int) -> NDArray[np.intp]:
        """The rows that share most with some grams, longer rows paying for what they have besides; best first.

        The commonest grams are left out once the rarer ones name enough rows: they cost most and decide least.
        """
        if not len(ids):
            return np.zeros(0, np.intp)
        starts = self.gram_start[ids]
        counts = self.gram_start[ids + 1] - starts
        order = counts.argsort(kind="stable")
        enough = int(counts[order].cumsum().searchsorted(_POSTINGS)) + 1
        used = order[: max(enough, _LEAST_GRAMS)]
        starts, counts = starts[used], counts[used]
        bounds = zip(starts.tolist(), (starts + counts).tolist(), strict=True)
        places = np.concatenate([self.gram_rows[a:b] for a, b in bounds], dtype=np.intp)
        gains = (self.weight[ids] * strength)[used].astype(np.float64)
        shared = np.bincount(places, gains.repeat(counts), len(self)) * self._fine_scale
        rows: NDArray[np.intp] = (shared >= _WORTH_A_LOOK * shared.max()).nonzero()[0]
        if len(rows) < size:
            rows = (shared > 0).nonzero()[0]
        if len(rows) > size:
            rows = rows[(-shared[rows]).argpartition(size - 1)[:size]]
            rows.sort()
        return rows[(-shared[rows]).argsort(kind="stable")]

    def gather(self, rows: Rows) -> Gathered:
        """The grams of some rows, end to end (no row is empty)."""
        starts = self.row_start[rows]
        lengths = self.row_start[rows + 1] - starts
        offsets = np.cumsum(lengths) - lengths
        asked = np.repeat(np.arange(len(rows), dtype=np.int32), lengths)
        where = np.arange(len(asked), dtype=np.int32) + np.repeat(starts - offsets, lengths).astype(np.int32)
        return Gathered(self.row_grams[where], offsets.astype(np.int32), asked)


class Places:
    """Places for some pairs of a text and a number (of a gram, of a name), packed close; any other pair has a place with value 0."""

    def __init__(self, texts: int, numbers: int, text: Rows, number: Rows) -> None:
        """``text``, ``number``: the pairs; one may come several times."""
        distinct = np.unique(number)
        self._column = np.zeros(numbers, np.int32)
        self._column[distinct] = np.arange(1, len(distinct) + 1)
        self._width = len(distinct) + 1
        self._size = texts * self._width
        self._given = self.at(text, number)

    def at(self, text: Rows, number: Rows) -> NDArray[np.intp]:
        """The places of pairs."""
        found: NDArray[np.intp] = text.astype(np.intp) * self._width + self._column[number]
        return found

    def sums(self, value: NDArray[np.floating[Any]]) -> Floats:
        """By place, the sum of the values of the pairs given."""
        return np.bincount(self._given, value, self._size).astype(np.float32)

    def greatest(self, value: Floats) -> Floats:
        """By place, the greatest of the values (not below 0) of the pairs given."""
        found = np.zeros(self._size, np.float32)
        np.maximum.at(found, self._given, value)
        return found
