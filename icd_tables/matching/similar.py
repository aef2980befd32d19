"""Similar names: candidates from the gram index, scored by features; over the whole text and over its pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from icd_tables.matching.features import Queries, features
from icd_tables.matching.forms import Form, Former
from icd_tables.matching.grams import Floats, Ints
from icd_tables.matching.index import MatchIndex
from icd_tables.matching.keys import Level
from icd_tables.matching.pieces import Pieces
from icd_tables.matching.queries import Candidates
from icd_tables.matching.recall import Echo, Recall
from icd_tables.matching.scoring import Weights

_POOL = 80
"""Key rows that get the full set of features, for the whole text."""
_PIECE_POOL = 36
"""The same for a piece of it."""
_HEARD = 16
"""Remembered texts, nearest first, whose names become candidates."""
_PIECE_LOSS, _PIECE_LOSS_WITH_MEMORY = 0.17, 0.25
"""What a match on a piece of the text, or on the text in wider words, gives up against one on the text itself.

More with a memory: what was confirmed for whole texts is the better guide then.
"""
_IMPLIED_LOSS = 2.5
"""How often a piece that the text only implies (the tissue of a tumour, the part operated on) gives that up."""
_MOST_PIECES = 12
_WIDER_EACH = 2
_SPREAD = 0.5
"""How much a candidate gains, from the second place on, for saying what those before it leave unsaid."""
_COVERED = 0.6
"""The share of that worth which a word loses each time a chosen name says it."""
_CROWDED = 0.03
"""What the other names of a piece lose each time one of them is chosen."""
_SPREAD_OVER = 48


TOLD = (
    "name_covered", "text_covered", "number_conflict", "opposite", "unasked", "side_match", "side_conflict", "echo_best",
)  # fmt: skip
"""Features that the sentence about a candidate speaks of."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A text or a piece of one that is looked up. ``of``: the number of the text; ``loss``: 0 for the text itself, the share of the
    loss of a piece; ``said``: written so, not our wider words."""

    of: int
    form: Form
    loss: float
    said: bool

    @property
    def whole(self) -> bool:
        """Whether this is the text itself."""
        return not self.loss


@dataclass(frozen=True)
class Pool:
    """The candidate rows of some parts, the name each leads to, their features, and what memory says of each part."""

    candidates: Candidates
    targets: Ints
    columns: Mapping[str, Floats]
    echoes: Sequence[Echo]


class _Hit(NamedTuple):
    """A name's best place so far: its score, and which candidate of which part."""

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

    def __init__(self, index: MatchIndex, former: Former, weights: Weights) -> None:
        self._index = index
        self._former = former
        self._weights = weights
        self._pieces = Pieces(former.lexicon)
        levels = index.levels
        self._levels = {
            "plain_code": (levels == Level.PLAIN).astype(np.float32),
            "heading": (levels >= Level.SUBCATEGORY).astype(np.float32),
            "category": (levels == Level.CATEGORY).astype(np.float32),
        }
        self._name_row: Ints = np.zeros(len(levels), np.int32)
        self._name_row[index.target[::-1]] = np.arange(len(index), dtype=np.int32)[::-1]

    def find(
        self, forms: Sequence[Form], recall: Recall | None = None, limit: int = 10
    ) -> list[list[tuple[int, Match]]]:
        """For each text the names most like it with their best match; a text with several statements gets names for each."""
        parts = [part for at, form in enumerate(forms) if form.surface for part in self._parts(at, form)]
        pool = self._pool(parts, recall)
        best: list[dict[int, _Hit]] = [{} for _ in forms]
        if pool is not None:
            self._score(pool, parts, recall, best)
        return [
            [
                (target, self._match(target, hit, pool, parts[hit.part]))
                for target, hit in self._spread(form, found, parts, pool, limit)
            ]
            if pool is not None and found
            else []
            for form, found in zip(forms, best, strict=True)
        ]

    def pool(self, form: Form, recall: Recall | None) -> Pool | None:
        """The candidates of a whole text; ``None`` without any."""
        return self._pool([_Part(0, form, 0.0, True)] if form.surface else [], recall)

    def _parts(self, at: int, form: Form) -> Iterator[_Part]:
        """The text, its statements as written, then text and statements in wider words (腺癌 -> 恶性肿瘤)."""
        pieces = [
            (self._former.form(piece.text), piece.said) for piece in self._pieces.of(form.text)[:_MOST_PIECES]
        ]
        yield _Part(at, form, 0.0, True)
        for piece, said in pieces:
            if piece.surface:
                yield _Part(at, piece, 1.0 if said else _IMPLIED_LOSS, True)
        seen = {form.canonical.text, *(piece.canonical.text for piece, _ in pieces)}
        for wide in (form, *(piece for piece, said in pieces if said)):
            for parts in self._former.lexicon.broadened(wide.canonical.parts)[:_WIDER_EACH]:
                wider = "".join(parts)
                if wider not in seen:
                    seen.add(wider)
                    yield _Part(at, self._former.form(wider), 1.0, False)

    def _pool(self, parts: Sequence[_Part], recall: Recall | None) -> Pool | None:
        if not len(self._index) or not parts:
            return None
        queries = Queries.of(
            [one.form for one in parts], [one.whole for one in parts], self._index, self._former
        )
        echoes = recall.near([one.form if one.said else None for one in parts]) if recall else []
        sizes = [_POOL if one.whole else _PIECE_POOL for one in parts]
        nearest = queries.canonical.nearest(sizes)
        candidates = Candidates.of(
            [self._with_heard(rows, echo) for rows, echo in zip_longest(nearest, echoes)]
        )
        if not len(candidates.rows):
            return None
        table = self._index.canonical_grams
        own = table.gather(candidates.rows)
        targets = self._index.target[candidates.rows]
        found = features(queries, candidates, own, self._index, self._former.marks.lines)
        found |= {name: of_name[targets] for name, of_name in self._levels.items()}
        if recall:
            found |= recall.features(echoes, candidates, targets, own, table, self._name_row)
        return Pool(candidates, targets, found, echoes)

    def _with_heard(self, rows: NDArray[np.intp], echo: Echo | None) -> NDArray[np.intp]:
        """Candidate rows and the names that near remembered texts led to."""
        if echo is None or not len(echo):
            return rows
        heard = set(self._name_row[echo.targets[:_HEARD]].tolist())
        more = sorted(heard.difference(rows.tolist()))
        return np.concatenate([rows, np.array(more, np.intp)]) if more else rows

    def _score(
        self, pool: Pool, parts: Sequence[_Part], recall: Recall | None, best: Sequence[dict[int, _Hit]]
    ) -> None:
        """Note for each name of each text where it does best; a later part must do better than those before."""
        loss = _PIECE_LOSS_WITH_MEMORY if recall else _PIECE_LOSS
        losses = np.array([one.loss * loss for one in parts], np.float32)
        scores = (
            self._weights.score(pool.columns, with_memory=recall is not None) - losses[pool.candidates.text]
        )
        bounds = pool.candidates.bounds
        for number, part in enumerate(parts):
            start, end = bounds[number], bounds[number + 1]
            order = start + np.argsort(-scores[start:end], kind="stable")[: 2 * _SPREAD_OVER]
            found = best[part.of]
            ranked = zip(order.tolist(), pool.targets[order].tolist(), scores[order].tolist(), strict=True)
            for at, target, score in ranked:
                if target not in found or score > found[target].score:
                    found[target] = _Hit(score, number, at)

    def _spread(
        self, form: Form, found: Mapping[int, _Hit], parts: Sequence[_Part], pool: Pool, limit: int
    ) -> list[tuple[int, _Hit]]:
        """The best names; from the second place on so that the first names together cover what the text says.

        What is covered once still counts a little, and every name of a piece makes the next of that piece worth less: so each of
        several statements gets its share of the places.
        """
        ordered = sorted(found.items(), key=lambda item: -item[1].score)[: max(_SPREAD_OVER, limit)]
        table = self._index.canonical_grams
        units = list(dict.fromkeys(form.canonical.parts))
        worth = np.array([table.worth(unit) for unit in units], np.float32)
        worth /= max(float(worth.sum()), 1e-6)
        names = self._index.canonicals.at(pool.candidates.rows[[hit.at for _, hit in ordered]])
        says = np.array([[unit in name for unit in units] for name in names], np.float32)
        score = np.array([hit.score for _, hit in ordered], np.float32)
        part = np.array([hit.part for _, hit in ordered])
        implied = np.array([parts[hit.part].loss > 1 for _, hit in ordered], np.float32)
        chosen: list[int] = []
        for place in range(min(limit, len(ordered))):
            value = score + _SPREAD * (says @ worth) if place else score - implied
            first = int(np.argmax(value))
            chosen.append(first)
            worth = worth * (1 - _COVERED * says[first])
            score[part == part[first]] -= _CROWDED
            score[first] = -np.inf
        return [ordered[at] for at in chosen]

    def _match(self, target: int, hit: _Hit, pool: Pool, part: _Part) -> Match:
        told = {name: float(pool.columns[name][hit.at]) for name in TOLD if name in pool.columns}
        echo = pool.echoes[hit.part].nearest(target) if pool.echoes else -1
        return Match(int(pool.candidates.rows[hit.at]), hit.score, part.form, told, echo)
