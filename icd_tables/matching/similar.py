"""Similar names: candidates from the gram index, scored by features; over the whole text and over its pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice, zip_longest

import numpy as np
from numpy.typing import NDArray

from icd_tables.matching.everyday import SAME, brevity, familiar
from icd_tables.matching.features import Queries, features
from icd_tables.matching.forms import Form, Former
from icd_tables.matching.grams import Floats, Ints
from icd_tables.matching.index import MatchIndex
from icd_tables.matching.keys import Level
from icd_tables.matching.pieces import Pieces
from icd_tables.matching.queries import Candidates
from icd_tables.matching.recall import Echo, Recall
from icd_tables.matching.scoring import Weights
from icd_tables.matching.spread import Spread
from icd_tables.normalize import units

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
ALL = 0.999
"""Of a text: it is said whole."""
_MOST_PIECES = 12
_WIDER_EACH = 2
_LEARNED_EACH = 2
_LEARNED_LOSS = 0.3
"""What a match in words learned here gives up, as a share of what one on a piece does."""
_SPREAD_OVER = 48


TOLD = (
    "name_covered", "text_covered", "number_conflict", "opposite", "unasked", "side_match", "side_conflict", "echo_best",
)  # fmt: skip
"""Features that the sentence about a candidate speaks of."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A text or a piece of one that is looked up; once, however many of the texts at hand say it.

    ``loss``: 0 for the text itself, the share of the loss of a piece; ``said``: written so, not our wider words; ``learned``: the
    remembered pair a word of it is taken from (or -1), and that word.
    """

    form: Form
    loss: float
    said: bool
    learned: tuple[int, str] = (-1, "")

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


@dataclass(frozen=True, slots=True)
class Match:
    """A name found by wording: its best key row, score, the features worth telling, the nearest remembered text (or -1)."""

    row: int
    score: float
    form: Form
    found: Mapping[str, float]
    echo: int = -1
    learned: tuple[int, str] = (-1, "")

    @property
    def same_words(self) -> bool:
        """Whether name and text say the same, synonyms counted."""
        return self.found["name_covered"] > ALL and self.found["text_covered"] > ALL

    @property
    def speaks_against(self) -> bool:
        """Whether a number, a side or an opposite word says that it is another thing."""
        return any(self.found[name] > 0 for name in ("number_conflict", "side_conflict", "opposite"))


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

    @cached_property
    def familiar(self) -> Floats:
        """How far each name is met every day."""
        return familiar(self._former.lexicon.everyday, self._index)

    def teach(self, recall: Recall) -> None:
        """Let the remembered pairs be compared with the names they led to."""
        recall.learn(self._index.canonicals.at(self._name_row[recall.targets]))

    def find(
        self, forms: Sequence[Form], recall: Recall | None = None, limit: int = 10
    ) -> list[list[tuple[int, Match]]]:
        """For each text the names most like it with their best match; a text with several statements gets names for each."""
        number: dict[_Part, int] = {}
        parts_of = [
            [
                number.setdefault(part, len(number))
                for part in (self._parts(form, recall) if form.surface else ())
            ]
            for form in forms
        ]
        parts = list(number)
        pool = self._pool(parts, recall)
        if pool is None:
            return [[] for _ in forms]
        scores = self._scores(pool, parts, recall)
        chosen = [
            self._chosen(form, pool.candidates.of_texts(own), parts, pool, scores, limit)
            for form, own in zip(forms, parts_of, strict=True)
        ]
        matches = self._matches(list(chain.from_iterable(chosen)), parts, pool, scores)
        return [list(islice(matches, len(one))) for one in chosen]

    def pool(self, form: Form, recall: Recall | None) -> Pool | None:
        """The candidates of a whole text; ``None`` without any."""
        return self._pool([_Part(form, 0.0, True)] if form.surface else [], recall)

    def _parts(self, form: Form, recall: Recall | None) -> Iterator[_Part]:
        """The text, its statements as written, the text in words learned here, then text and statements in wider words (腺癌 ->
        恶性肿瘤).
        """
        pieces = [
            (self._former.form(piece.text), piece.said) for piece in self._pieces.of(form.text)[:_MOST_PIECES]
        ]
        yield _Part(form, 0.0, True)
        for piece, said in pieces:
            if piece.surface:
                yield _Part(piece, 1.0 if said else _IMPLIED_LOSS, True)
        for meant, known in recall.rewritings.of(form.canonical.parts)[:_LEARNED_EACH] if recall else ():
            learned = (known.row, "".join(known.word))
            yield _Part(self._former.on_the_side_of(form, "".join(meant)), _LEARNED_LOSS, False, learned)
        seen = {(one.canonical.text, one.canonical.sides) for one in (form, *(piece for piece, _ in pieces))}
        for wide in (form, *(piece for piece, said in pieces if said)):
            for parts in self._former.broadened(wide.canonical.parts)[:_WIDER_EACH]:
                wider = "".join(parts)
                if (wider, wide.canonical.sides) not in seen:
                    seen.add((wider, wide.canonical.sides))
                    yield _Part(self._former.on_the_side_of(wide, wider), 1.0, False)

    def _pool(self, parts: Sequence[_Part], recall: Recall | None) -> Pool | None:
        if not len(self._index) or not parts:
            return None
        queries = Queries.of(
            [one.form for one in parts], [one.whole for one in parts], self._index, self._former
        )
        echoes = recall.near([one.form if one.said else None for one in parts]) if recall else []
        sizes = [_POOL if one.whole else _PIECE_POOL for one in parts]
        nearest = map(self._with_usual, queries.canonical.nearest(sizes), parts)
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
        found["familiar"] = self._usual(parts, candidates.text, targets, found)
        if recall:
            found |= recall.features(echoes, candidates, targets, own, table, self._name_row)
        return Pool(candidates, targets, found, echoes)

    def _usual(
        self, parts: Sequence[_Part], text: Ints, targets: Ints, found: Mapping[str, Floats]
    ) -> Floats:
        """How far a name that says all of a brief text is what is usually meant by it."""
        brief = np.array([brevity(one.form.surface) if one.whole else 0 for one in parts], np.float32)
        usual = np.zeros(len(text), np.float32)
        at = np.flatnonzero((brief[text] > 0) & (found["text_covered"] > ALL))
        no_more = found["name_covered"][at] > ALL
        usual[at] = np.maximum(self.familiar[targets[at]], SAME * no_more) * brief[text[at]]
        return usual

    def _with_heard(self, rows: NDArray[np.intp], echo: Echo | None) -> NDArray[np.intp]:
        """Candidate rows and the names that near remembered texts led to."""
        if echo is None or not len(echo):
            return rows
        return _joined(rows, self._name_row[echo.targets[:_HEARD]].tolist())

    def _with_usual(self, rows: NDArray[np.intp], part: _Part) -> NDArray[np.intp]:
        """Candidate rows and, for a brief text, the names met every day that say all of it: they may be long."""
        if not part.whole or not brevity(part.form.surface):
            return rows
        said = set(part.form.canonical.parts)
        return _joined(rows, [row for row, words in self._everyday if said <= words])

    @cached_property
    def _everyday(self) -> list[tuple[int, frozenset[str]]]:
        """The rows of the names met every day, and the units of each."""
        rows = self._name_row[np.flatnonzero(self.familiar >= 1)]
        names = map(units, self._index.canonicals.at(rows))
        return list(zip(rows.tolist(), map(frozenset, names), strict=True))

    def _scores(self, pool: Pool, parts: Sequence[_Part], recall: Recall | None) -> Floats:
        loss = _PIECE_LOSS_WITH_MEMORY if recall else _PIECE_LOSS
        losses = np.array([one.loss * loss for one in parts], np.float32)
        return (
            self._weights.score(pool.columns, with_memory=recall is not None) - losses[pool.candidates.text]
        )

    def _chosen(
        self,
        form: Form,
        own: NDArray[np.intp],
        parts: Sequence[_Part],
        pool: Pool,
        scores: Floats,
        limit: int,
    ) -> list[int]:
        """The candidates shown for one text (``own``: all of its candidates): each name where it does best, then spread."""
        order = own[(-scores[own]).argsort(kind="stable")]
        best: dict[int, int] = {}
        for target, at in zip(pool.targets[order].tolist(), order.tolist(), strict=True):
            best.setdefault(target, at)
            if len(best) == max(_SPREAD_OVER, limit):
                break
        ordered = list(best.values())
        names = self._index.canonicals.at(pool.candidates.rows[ordered])
        said = list(dict.fromkeys(form.canonical.parts))
        worth = [self._index.canonical_grams.worth(unit) for unit in said]
        total = max(sum(worth), 1e-6)
        spread = Spread(
            scores[ordered].tolist(),
            pool.candidates.text[ordered].tolist(),
            [[at for at, unit in enumerate(said) if unit in name] for name in names],
            [one / total for one in worth],
        )
        implied = [parts[part].loss > 1 for part in spread.parts]
        return [ordered[place] for place in spread.order(implied, limit)]

    def _matches(
        self, chosen: Sequence[int], parts: Sequence[_Part], pool: Pool, scores: Floats
    ) -> Iterator[tuple[int, Match]]:
        """The names and matches of candidates."""
        places = np.array(chosen, np.intp)
        told = [name for name in TOLD if name in pool.columns]
        facts = zip(
            pool.targets[places].tolist(),
            pool.candidates.rows[places].tolist(),
            scores[places].tolist(),
            pool.candidates.text[places].tolist(),
            zip(*(pool.columns[name][places].tolist() for name in told), strict=True),
            strict=True,
        )
        for target, row, score, part, values in facts:
            echo = pool.echoes[part].nearest(target) if pool.echoes else -1
            one = parts[part]
            yield (
                target,
                Match(row, score, one.form, dict(zip(told, values, strict=True)), echo, one.learned),
            )


def _joined(rows: NDArray[np.intp], more: Iterable[int]) -> NDArray[np.intp]:
    """Rows and those of some more that are not among them."""
    new = sorted(set(more).difference(rows.tolist()))
    return np.concatenate([rows, np.array(new, np.intp)]) if new else rows
