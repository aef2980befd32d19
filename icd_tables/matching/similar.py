"""Similar names: candidates from the gram index, scored by features; over the whole text and over its pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from icd_tables.matching.features import Query, features
from icd_tables.matching.grams import Floats, Ints
from icd_tables.matching.index import Form, Former, MatchIndex
from icd_tables.matching.recall import Echo, Recall
from icd_tables.matching.scoring import Weights
from icd_tables.matching.segments import search_pieces

_POOL = 80
"""Key rows that get the full set of features, for the whole text."""
_PIECE_POOL = 36
"""The same for a piece of it."""
_HEARD = 16
"""Remembered texts, nearest first, whose names become candidates."""
_PIECE_LOSS, _PIECE_LOSS_WITH_MEMORY = 0.15, 0.25
"""What a match on a piece of the text, or on the text in wider words, gives up against one on the text itself.

More with a memory: what was confirmed for whole texts is the better guide then.
"""
_MOST_PIECES = 6
_WIDER_EACH = 2
_SPREAD = 0.3
"""How much a candidate gains, from the second place on, for saying what those before it leave unsaid."""
_SPREAD_OVER = 32


TOLD = (
    "name_covered", "text_covered", "number_conflict", "opposite", "unasked", "side_match", "side_conflict", "slip", "echo_best",
)  # fmt: skip
"""Features that the sentence about a candidate speaks of."""


class _Scored(NamedTuple):
    """One part of a text matched: its rows in order of score."""

    form: Form
    rows: NDArray[np.intp]
    columns: Mapping[str, Floats]
    echo: Echo | None


class _Hit(NamedTuple):
    """A name's best place so far: its score, and where in which scored part."""

    score: float
    part: int
    at: int


@dataclass(frozen=True, slots=True)
class Match:
    """A name found by wording: its best key row, score, the features worth telling, the nearest remembered text (or -1)."""

    row: int
    score: float
    form: Form
    found: Mapping[str, float]
    echo: int = -1


class SimilarNames:
    """Scores the names of one index against texts."""

    def __init__(self, index: MatchIndex, former: Former, names: int, weights: Weights) -> None:
        self._index = index
        self._former = former
        self._weights = weights
        self._name_row: Ints = np.zeros(names, np.int32)
        self._name_row[index.target[::-1]] = np.arange(len(index), dtype=np.int32)[::-1]

    def find(self, form: Form, recall: Recall | None = None, limit: int = 10) -> list[tuple[int, Match]]:
        """The names most like a text with their best match; a text with several statements gets names for each."""
        best: dict[int, _Hit] = {}
        parts: list[_Scored] = []
        self._add(form, recall, _POOL, 0.0, parts, best)
        loss = _PIECE_LOSS_WITH_MEMORY if recall else _PIECE_LOSS
        for piece, said in self._pieces(form):
            self._add(piece, recall, _PIECE_POOL, loss, parts, best, heard=said)
        ordered = sorted(best.items(), key=lambda item: -item[1].score)[: max(_SPREAD_OVER, limit)]
        return [
            (target, self._match(target, hit, parts[hit.part]))
            for target, hit in self._spread(form, ordered, parts, limit)
        ]

    def pool(
        self, form: Form, recall: Recall | None, size: int = _POOL, heard: bool = True
    ) -> tuple[NDArray[np.intp], dict[str, Floats], Echo | None] | None:
        """The candidate rows of a text with their features, and what memory says; ``None`` without any.

        ``heard``: somebody wrote the text so, and may have before; wider words are ours alone.
        """
        if not len(self._index) or not form.surface:
            return None
        query = Query.of(form, self._index, self._former)
        echo = recall.near(form) if recall and heard else None
        rows = self._rows(query, echo, size)
        if not len(rows):
            return None
        own = self._index.canonical_grams.gather(rows)
        found = features(query, rows, own, self._index, self._former.marks.lines, whole=size == _POOL)
        if recall:
            targets = self._index.target[rows]
            found |= recall.features(echo, targets, self._index.canonical_grams, self._name_row, own)
        return rows, found, echo

    def _rows(self, query: Query, echo: Echo | None, size: int) -> NDArray[np.intp]:
        rows = self._index.canonical_grams.nearest(query.canonical, size)
        if echo is None:
            return rows
        heard = self._name_row[echo.targets[:_HEARD]]
        return np.concatenate([rows, np.setdiff1d(heard, rows)])

    def _add(
        self,
        form: Form,
        recall: Recall | None,
        size: int,
        loss: float,
        parts: list[_Scored],
        best: dict[int, _Hit],
        heard: bool = True,
    ) -> None:
        """Match one part of the text and note the names it does better for than the parts before."""
        pooled = self.pool(form, recall, size, heard)
        if pooled is None:
            return
        rows, found, echo = pooled
        scores = self._weights.score(found, with_memory=recall is not None) - np.float32(loss)
        part = len(parts)
        parts.append(_Scored(form, rows, found, echo))
        targets = self._index.target[rows]
        for at in np.argsort(-scores, kind="stable")[: 2 * _SPREAD_OVER].tolist():
            target, score = int(targets[at]), float(scores[at])
            if target not in best or score > best[target].score:
                best[target] = _Hit(score, part, at)

    def _pieces(self, form: Form) -> Iterator[tuple[Form, bool]]:
        """The statements of the text (true: as written), then text and statements in wider words (腺癌 -> 恶性肿瘤)."""
        statements = [self._former.form(piece) for piece in search_pieces(form.text)[:_MOST_PIECES]]
        yield from ((statement, True) for statement in statements)
        seen = {form.canonical.text, *(piece.canonical.text for piece in statements)}
        for said in (form, *statements):
            for parts in self._former.lexicon.broadened(said.canonical.parts)[:_WIDER_EACH]:
                wider = "".join(parts)
                if wider not in seen:
                    seen.add(wider)
                    yield self._former.form(wider), False

    def _spread(
        self, form: Form, ordered: list[tuple[int, _Hit]], parts: list[_Scored], limit: int
    ) -> list[tuple[int, _Hit]]:
        """Reorder from the second place on, so that what the text says is covered by the first names together."""
        table = self._index.canonical_grams
        units = list(dict.fromkeys(form.canonical.parts))
        worth = np.array([table.worth(unit) for unit in units], np.float32)
        worth /= max(float(worth.sum()), 1e-6)
        names = [self._index.canonicals[parts[hit.part].rows[hit.at]] for _, hit in ordered]
        says = np.array([[unit in name for unit in units] for name in names], np.float32).reshape(
            len(names), len(units)
        )
        score = np.array([hit.score for _, hit in ordered], np.float32)
        chosen: list[int] = []
        for place in range(min(limit, len(ordered))):
            value = score + _SPREAD * (says @ worth) if place else score
            first = int(np.argmax(value))
            chosen.append(first)
            worth = worth * (1 - says[first])
            score[first] = -np.inf
        return [ordered[at] for at in chosen]

    def _match(self, target: int, hit: _Hit, part: _Scored) -> Match:
        found = {name: float(part.columns[name][hit.at]) for name in TOLD if name in part.columns}
        echo = -1 if part.echo is None else part.echo.nearest(target)
        return Match(int(part.rows[hit.at]), hit.score, part.form, found, echo)
