"""Gram table: which rows contain which units and pairs of units, with weights; the inverted index of the matcher."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
Gathered = tuple[Ints, Ints]
"""The grams of some rows end to end, and where each row begins."""


def grams(parts: Sequence[str]) -> list[str]:
    """The distinct units and neighbouring pairs of a unit sequence, in order."""
    singles = dict.fromkeys(parts)
    pairs = dict.fromkeys(a + "\0" + b for a, b in pairwise(parts))
    return [*singles, *pairs]


@dataclass(frozen=True)
class GramTable:
    """Rows by gram and grams by row, in compressed form (``*_start`` are offsets), and the weight of every gram.

    ``scale`` is 1 / norm of each row; ``single`` marks single units, ``number`` grams that are a number.
    """

    vocabulary: dict[str, int]
    idf: Floats
    weight: Floats
    single: NDArray[np.bool_]
    number: NDArray[np.bool_]
    row_start: Ints
    row_grams: Ints
    gram_start: Ints
    gram_rows: Ints
    scale: Floats

    @classmethod
    def build(cls, rows: Iterable[Sequence[str]]) -> GramTable:
        """Index rows given as unit sequences."""
        return cls.of_grams(grams(parts) for parts in rows)

    @classmethod
    def of_grams(cls, rows: Iterable[Sequence[str]]) -> GramTable:
        """Index rows given as their distinct grams."""
        vocabulary: dict[str, int] = {}
        found: list[int] = []
        starts = [0]
        for row in rows:
            found.extend(vocabulary.setdefault(gram, len(vocabulary)) for gram in row)
            starts.append(len(found))
        return cls.from_rows(vocabulary, np.array(starts, np.int32), np.array(found, np.int32))

    @classmethod
    def from_rows(cls, vocabulary: dict[str, int], row_start: Ints, row_grams: Ints) -> GramTable:
        """The table from its forward half; everything else follows from it."""
        size, rows = len(vocabulary), len(row_start) - 1
        count = np.bincount(row_grams, minlength=size)
        single = np.fromiter(("\0" not in gram for gram in vocabulary), np.bool_, size)
        number = np.fromiter((gram.isdigit() for gram in vocabulary), np.bool_, size)
        idf = (np.log((rows + 1) / (count + 1)) + 0.3).astype(np.float32)
        weight = (idf * idf * np.where(single, SINGLE_WEIGHT, 1.0)).astype(np.float32)
        owner = np.repeat(np.arange(rows, dtype=np.int32), np.diff(row_start))
        order = np.argsort(row_grams, kind="stable")
        gram_start = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
        total = np.bincount(owner, weights=weight[row_grams], minlength=rows)
        scale = (1.0 / np.maximum(total, 1e-6) ** (NORM_POWER / 2)).astype(np.float32)
        return cls(
            vocabulary, idf, weight, single, number, row_start, row_grams, gram_start, owner[order], scale
        )

    def __len__(self) -> int:
        return len(self.row_start) - 1

    @cached_property
    def rarest(self) -> float:
        """The largest idf of the table: what an unknown gram is worth."""
        return float(self.idf.max()) if len(self.idf) else 1.0

    def worth(self, gram: str) -> float:
        """How telling a gram is; one the table does not know is as rare as can be."""
        at = self.vocabulary.get(gram)
        return float(self.idf[at]) if at is not None else _UNKNOWN_WORTH

    def nearest(self, query: GramQuery, size: int) -> NDArray[np.intp]:
        """The rows that share most with a query, longer rows paying for what they have besides; best first.

        The commonest grams are left out once the rarer ones name enough rows: they cost most and decide least.
        """
        if not len(query.ids):
            return np.zeros(0, np.intp)
        starts, ends = self.gram_start[query.ids], self.gram_start[query.ids + 1]
        order = np.argsort(ends - starts, kind="stable")
        enough = int(np.searchsorted(np.cumsum((ends - starts)[order]), _POSTINGS)) + 1
        used = order[: max(enough, _LEAST_GRAMS)]
        places = [
            self.gram_rows[a:b] for a, b in zip(starts[used].tolist(), ends[used].tolist(), strict=True)
        ]
        gains = (self.weight[query.ids] * query.strength)[used]
        weights = np.repeat(gains, [len(one) for one in places])
        total = np.asarray(np.bincount(np.concatenate(places), weights, len(self)), np.float64)
        shared = total * self.scale
        rows = np.flatnonzero(shared >= _WORTH_A_LOOK * shared.max())
        if len(rows) < size:
            rows = np.flatnonzero(shared > 0)
        if len(rows) > size:
            rows = rows[np.argpartition(-shared[rows], size - 1)[:size]]
        rows = np.sort(rows)
        return rows[np.argsort(-shared[rows], kind="stable")]

    def gather(self, rows: NDArray[np.signedinteger[Any]]) -> Gathered:
        """The grams of some rows, end to end, and the offset at which each row starts (no row is empty)."""
        starts = self.row_start[rows]
        lengths = self.row_start[rows + 1] - starts
        offsets = np.cumsum(lengths) - lengths
        where = np.arange(int(lengths.sum()), dtype=np.int32) + np.repeat(starts - offsets, lengths)
        return self.row_grams[where], offsets.astype(np.int32)


@dataclass(frozen=True)
class GramQuery:
    """The grams of a text that a table knows, how strongly each is meant (1 said, less implied), and what is unknown."""

    ids: Ints
    strength: Floats
    total: float
    total_pairs: float

    @classmethod
    def of(
        cls, table: GramTable, said: Sequence[str], implied: Iterable[tuple[str, float]] = ()
    ) -> GramQuery:
        """Look up the grams of a text; ``implied`` grams count only as far as their strength."""
        strengths = dict(implied) | dict.fromkeys(said, 1.0)
        known = [(i, s) for gram, s in strengths.items() if (i := table.vocabulary.get(gram)) is not None]
        ids = np.array([i for i, _ in known], np.int32)
        strength = np.array([s for _, s in known], np.float32)
        unknown = [gram for gram in said if gram not in table.vocabulary]
        singles = sum("\0" not in gram for gram in unknown)
        idf, single = table.idf[ids], table.single[ids]
        said_mask = strength >= 1.0
        return cls(
            ids,
            strength,
            float(idf[single & said_mask].sum()) + 0.5 * table.rarest * singles,
            float(idf[~single & said_mask].sum()) + 0.5 * table.rarest * (len(unknown) - singles),
        )

    def spread_over(self, table: GramTable) -> Floats:
        """The strength of every gram of the table."""
        strength = np.zeros(len(table.idf), np.float32)
        strength[self.ids] = self.strength
        return strength

    def cosine(self, table: GramTable, rows: NDArray[np.signedinteger[Any]]) -> Floats:
        """How much a text shares with some rows, between 0 and 1: 1 for the same grams."""
        ids, offsets = table.gather(rows)
        shared = np.add.reduceat(table.weight[ids] * self.spread_over(table)[ids], offsets)
        return self.normed(shared, table, rows)

    def normed(self, shared: Floats, table: GramTable, rows: NDArray[np.signedinteger[Any]]) -> Floats:
        """Shared weight divided by the norms of text and rows."""
        own = float((table.weight[self.ids] * self.strength).sum())
        norm = table.scale[rows] ** np.float32(1 / NORM_POWER)
        return np.asarray(shared * norm / np.float32(max(own, 1e-6) ** 0.5), np.float32)
