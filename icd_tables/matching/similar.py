"""Similar names: candidates from the gram index, scored by features; over the whole text and over its pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from icd_tables.matching.features import Query, features
from icd_tables.matching.grams import Floats, Ints
from icd_tables.matching.index import Form, Former, MatchIndex
from icd_tables.matching.recall import Echo, Recall
from icd_tables.matching.scoring import Weights
from icd_tables.matching.segments import search_pieces
from icd_tables.normalize import units

_POOL = 120
"""Key rows that get the full set of features."""
_PIECE_LOSS = 0.15
"""What a match on a piece of the text, or on the text in wider words, gives up against one on the text itself."""
_MOST_PIECES = 6
_WIDER_EACH = 2
_SPREAD = 0.3
"""How much a candidate gains, from the second place on, for saying what those before it leave unsaid."""
_SPREAD_OVER = 40


@dataclass(frozen=True, slots=True)
class Match:
    """A name found by wording: its best key row, score, features, and the remembered text that speaks most for it."""

    row: int
    score: float
    form: Form
    columns: Mapping[str, Floats]
    at: int
    echo: int = -1

    @property
    def found(self) -> dict[str, float]:
        """The features of this candidate by name."""
        return {name: float(column[self.at]) for name, column in self.columns.items()}


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
        best = self._whole(form, recall)
        for piece in self._pieces(form):
            for target, match in self._whole(piece, recall).items():
                score = match.score - _PIECE_LOSS
                if target not in best or score > best[target].score:
                    best[target] = replace(match, score=score)
        ordered = sorted(best.items(), key=lambda item: -item[1].score)
        return self._spread(form, ordered[: max(_SPREAD_OVER, limit)], limit)

    def _pieces(self, form: Form) -> Iterator[Form]:
        """The statements of the text, and the text and its statements in wider words (腺癌 -> 恶性肿瘤)."""
        statements = [self._former.form(piece) for piece in search_pieces(form.text)[:_MOST_PIECES]]
        yield from statements
        for said in (form, *statements):
            for parts in self._former.lexicon.broadened(said.canonical.parts)[:_WIDER_EACH]:
                yield self._former.form("".join(parts))

    def _spread(self, form: Form, ordered: list[tuple[int, Match]], limit: int) -> list[tuple[int, Match]]:
        """Reorder from the second place on, so that what the text says is covered by the first names together."""
        table = self._index.canonical_grams
        worth = {unit: table.worth(unit) for unit in form.canonical.parts}
        total = sum(worth.values()) or 1.0
        said = [worth.keys() & set(units(self._index.canonicals[match.row])) for _, match in ordered]
        left = set(worth)
        rest = list(range(len(ordered)))
        chosen: list[int] = []
        while rest and len(chosen) < limit:
            gains = [sum(worth[unit] for unit in said[at] & left) / total if chosen else 0.0 for at in rest]
            values = [ordered[at][1].score + _SPREAD * gain for at, gain in zip(rest, gains, strict=True)]
            first = rest.pop(values.index(max(values)))
            chosen.append(first)
            left -= said[first]
        return [ordered[at] for at in chosen]

    def _whole(self, form: Form, recall: Recall | None) -> dict[int, Match]:
        if not len(self._index) or not form.surface:
            return {}
        pooled = self.pool(form, recall)
        if pooled is None:
            return {}
        rows, found, echo = pooled
        scores = self._weights.score(found, with_memory=recall is not None)
        return self._best_rows(form, rows, scores, found, echo)

    def pool(
        self, form: Form, recall: Recall | None
    ) -> tuple[NDArray[np.intp], dict[str, Floats], Echo | None] | None:
        """The candidate rows of a text with their features, and what memory says; ``None`` without any."""
        query = Query.of(form, self._index, self._former)
        echo = recall.near(form) if recall else None
        rows = self._pool(query, echo)
        if not len(rows):
            return None
        found = features(query, rows, self._index, self._former.marks.lines)
        if recall:
            targets = self._index.target[rows]
            found |= recall.features(echo, targets, self._index.canonical_grams, self._name_row, rows)
        return rows, found, echo

    def _pool(self, query: Query, echo: Echo | None) -> NDArray[np.intp]:
        first = query.first_score()
        size = min(_POOL, len(first))
        rows = np.argpartition(-first, size - 1)[:size]
        rows = rows[first[rows] > 0]
        if echo is not None:
            rows = np.union1d(rows, self._name_row[echo.targets])
        return rows

    def _best_rows(
        self,
        form: Form,
        rows: NDArray[np.intp],
        scores: Floats,
        found: Mapping[str, Floats],
        echo: Echo | None,
    ) -> dict[int, Match]:
        nearest: dict[int, int] = {}
        if echo is not None:
            for target, row in zip(echo.targets.tolist(), echo.rows.tolist(), strict=True):
                nearest.setdefault(target, row)
        best: dict[int, Match] = {}
        for at in np.argsort(-scores).tolist():
            target = int(self._index.target[rows[at]])
            if target not in best:
                best[target] = Match(
                    int(rows[at]), float(scores[at]), form, found, at, nearest.get(target, -1)
                )
        return best
