"""Queries: the grams of one or many texts against a gram table, kept end to end so that numpy answers for all texts at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from icd_tables.matching.grams import NORM_POWER, Floats, Gathered, GramTable, Ints, Places, Rows
from icd_tables.matching.vocabulary import is_unit

_SAID = np.float32(1)
_UNKNOWN_SHARE = 0.5
"""What a gram that no row has counts, as a share of the rarest that one has."""

Said = tuple[Sequence[int], Mapping[int, float]]
"""The distinct coded grams of a text, and the grams it does not say but means, with their strength below 1."""


@dataclass(frozen=True)
class GramQueries:
    """The grams of some texts that a table knows (``ids``, of the text numbered ``text``) and how strongly each is meant.

    ``starts``: where each text begins among them. ``total`` and ``total_pairs``: what a text says in units and in pairs, known or not.
    """

    table: GramTable
    ids: Ints
    text: Ints
    strength: Floats
    starts: Ints
    total: Floats
    total_pairs: Floats

    @classmethod
    def of(cls, table: GramTable, texts: Sequence[Said]) -> GramQueries:
        """Look up the grams of texts."""
        codes, text, strength = _strengths(texts)
        ids, known = table.vocabulary.numbers(codes)
        single = is_unit(codes)
        said = strength >= _SAID
        idf = np.where(known, table.idf[ids], np.float32(_UNKNOWN_SHARE * table.rarest)) * said

        def per_text(chosen: NDArray[np.bool_]) -> Floats:
            return np.bincount(text[chosen], idf[chosen], len(texts)).astype(np.float32)

        starts = np.searchsorted(text[known], np.arange(len(texts) + 1)).astype(np.int32)
        return cls(
            table, ids[known], text[known], strength[known], starts, per_text(single), per_text(~single)
        )

    def __len__(self) -> int:
        return len(self.starts) - 1

    def nearest(self, size: Sequence[int]) -> Iterator[NDArray[np.intp]]:
        """For each text the rows that share most with it, best first, at most ``size`` of that text."""
        starts = self.starts.tolist()
        for start, end, most in zip(starts, starts[1:], size, strict=False):
            yield self.table.nearest(self.ids[start:end], self.strength[start:end], most)

    @cached_property
    def _places(self) -> Places:
        return Places(len(self), len(self.table.vocabulary), self.text, self.ids)

    @cached_property
    def _strengths(self) -> Floats:
        return self._places.sums(self.strength)

    def said(self, text: Rows, gram: Rows) -> Floats:
        """How strongly texts mean grams, pair by pair; 0 for a gram a text does not have."""
        found: Floats = self._strengths[self._places.at(text, gram)]
        return found

    def cosine(self, text: Rows, rows: Rows) -> Floats:
        """How much texts share with rows, pair by pair, between 0 and 1: 1 for the same grams."""
        own = self.table.gather(rows)
        return self.normed(self.shared(text, own), text, rows)

    def shared(self, text: Rows, own: Gathered) -> Floats:
        """The weight of what texts share with rows, pair by pair."""
        weights = self.table.weight[own.ids] * self.said(text[own.asked], own.ids)
        return np.add.reduceat(weights, own.offsets) if len(own.offsets) else weights

    def normed(self, shared: Floats, text: Rows, rows: Rows) -> Floats:
        """Shared weight divided by the norms of texts and rows."""
        own = np.bincount(self.text, self.table.weight[self.ids] * self.strength, len(self))
        norm = self.table.scale[rows] ** np.float32(1 / NORM_POWER)
        return np.asarray(shared * norm / np.sqrt(np.maximum(own, 1e-6)).astype(np.float32)[text], np.float32)


@dataclass(frozen=True)
class Candidates:
    """Pairs of text and key row; those of one text stand together, between two neighbouring ``bounds``."""

    text: Ints
    rows: NDArray[np.intp]
    bounds: Sequence[int]

    @classmethod
    def of(cls, rows: Sequence[NDArray[np.intp]]) -> Candidates:
        """The candidate rows of each text."""
        lengths = [len(found) for found in rows]
        bounds = [0, *np.cumsum(lengths).tolist()]
        return cls(np.repeat(np.arange(len(rows), dtype=np.int32), lengths), np.concatenate(rows), bounds)

    def of_texts(self, texts: Sequence[int]) -> NDArray[np.intp]:
        """The places of the candidates of some texts, text after text."""
        places = [np.arange(self.bounds[text], self.bounds[text + 1]) for text in texts]
        return np.concatenate(places) if places else np.zeros(0, np.intp)

    def per_text(self, measure: Callable[[int, slice], Floats]) -> Floats:
        """What ``measure`` says for each text that has candidates, end to end."""
        places = enumerate(zip(self.bounds, self.bounds[1:], strict=False))
        return np.concatenate([measure(text, slice(a, b)) for text, (a, b) in places if a < b])


def _strengths(texts: Sequence[Said]) -> tuple[NDArray[np.int64], Ints, Floats]:
    """All grams of all texts end to end: code, number of the text, strength."""
    codes: list[int] = []
    strengths: list[float] = []
    lengths: list[int] = []
    for said, implied in texts:
        if implied:
            found = {**implied, **dict.fromkeys(said, 1.0)}
            codes.extend(found)
            strengths.extend(found.values())
            lengths.append(len(found))
        else:
            codes.extend(said)
            strengths.extend([1.0] * len(said))
            lengths.append(len(said))
    text = np.repeat(np.arange(len(texts), dtype=np.int32), lengths)
    return np.array(codes, np.int64), text, np.array(strengths, np.float32)


def said_by(table: GramTable, texts: Iterable[Sequence[str]]) -> list[Said]:
    """Texts given as unit sequences that mean no more than they say."""
    return [(table.vocabulary.coded(parts), {}) for parts in texts]
