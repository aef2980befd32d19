"""Features of candidate rows against a text, all between 0 and 1, computed for all candidates at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from icd_tables.matching.grams import Floats, Gathered, GramQuery
from icd_tables.matching.index import Form, Former, MatchIndex
from icd_tables.matching.marks import BOTH, LEFT, ONE, OTHER, RIGHT, UNSPECIFIED
from icd_tables.matching.rows import Origin
from icd_tables.pinyin import readings

Rows = NDArray[np.intp]

_SHORTEST_SLIP = 4
"""Shorter texts are too near to too many names for a slip to mean anything."""


@dataclass(frozen=True)
class Query:
    """A text against an index: its form and its grams in both tables."""

    form: Form
    surface: GramQuery
    canonical: GramQuery
    sites: Floats

    @classmethod
    def of(cls, form: Form, index: MatchIndex, former: Former) -> Query:
        """Prepare a text for one index."""
        return cls(
            form,
            GramQuery.of(index.surface_grams, form.surface_grams),
            GramQuery.of(index.canonical_grams, form.canonical_grams, former.implied(form).items()),
            former.site_agreement(form),
        )


def features(
    query: Query, rows: Rows, own: Gathered, index: MatchIndex, lines: Sequence[int], whole: bool
) -> dict[str, Floats]:
    """The features of some rows by name, one value per row.

    ``own`` are the canonical grams of the rows; ``whole``: the text as it was written, where slips may show.
    """
    form = query.form
    at = rows.tolist()
    surfaces = [index.surfaces[i] for i in at]
    canonicals = [index.canonicals[i] for i in at]
    text = form.canonical.text
    found = {
        "surface_ratio": _ratio(form.surface, surfaces),
        "canonical_ratio": _ratio(text, canonicals),
        "surface_overlap": query.surface.cosine(index.surface_grams, rows),
        "within": np.array([name in text for name in canonicals], np.float32),
        "alias": (index.origin[rows] >= Origin.BRACKET).astype(np.float32),
    }
    found |= _coverage(index, query.canonical, rows, own)
    found |= _mark_features(form, rows, index, lines)
    found |= _sites(query.sites, index.sites[rows])
    if whole:
        same_thing = 1 - np.maximum(found["opposite"] > 0, found["number_conflict"])
        found["slip"] = _slips("".join(form.bare), surfaces) * same_thing
    return found


def _ratio(text: str, names: Sequence[str]) -> Floats:
    ratios = process.cdist([text], names, scorer=fuzz.ratio, dtype=np.float32)[0]
    return np.asarray(ratios, np.float32) / np.float32(100)


def _slips(text: str, names: Sequence[str]) -> Floats:
    """Whether a name is the text but for one slip of the hand: a character left out, two swapped, or one read alike.

    Another character in its place is no slip: 肾切除 and 脾切除 are two things.
    """
    if len(text) < _SHORTEST_SLIP or text in names:
        return np.zeros(len(names), np.float32)
    near = process.cdist([text], names, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8)[0] == 1
    return np.array(
        [at_one and _is_slip(text, name) for at_one, name in zip(near.tolist(), names, strict=True)],
        np.float32,
    )


def _is_slip(text: str, name: str) -> bool:
    if len(name) != len(text):
        return len(name) == len(text) + 1
    return sorted(name) == sorted(text) or readings().sound(name) == readings().sound(text)


def _coverage(index: MatchIndex, query: GramQuery, rows: Rows, own: Gathered) -> dict[str, Floats]:
    """How much of the name the text says, and how much of the text the name says; units and pairs apart.

    ``ending``: the share of the last units of the name that the text has: they say what kind of thing it is.
    """
    table = index.canonical_grams
    strength = query.spread_over(table)
    endings = index.endings[rows]
    ids, offsets = own
    idf, said, single, number = table.idf[ids], strength[ids], table.single[ids], table.number[ids]
    exact = said >= 1.0
    zero = np.float32(0)

    def per_row(values: Floats) -> Floats:
        return np.add.reduceat(values, offsets)

    single_idf = np.where(single, idf, zero)
    pair_idf = idf - single_idf
    missing = np.where(single, idf * (1 - said), zero)
    strangest = np.maximum.reduceat(missing, offsets)
    numbers = per_row(number.astype(np.float32))
    numbers_said = per_row((number & exact).astype(np.float32))
    query_numbers = bool(table.number[query.ids].any())
    shared = per_row(table.weight[ids] * said)
    return {
        "canonical_overlap": query.normed(shared, table, rows),
        "name_covered": per_row(single_idf * said) / np.maximum(per_row(single_idf), np.float32(1e-6)),
        "name_pairs_covered": per_row(pair_idf * said) / np.maximum(per_row(pair_idf), np.float32(1e-6)),
        "text_covered": per_row(np.where(exact, single_idf, zero)) / np.float32(max(query.total, 1e-6)),
        "text_pairs_covered": per_row(np.where(exact, pair_idf, zero))
        / np.float32(max(query.total_pairs, 1e-6)),
        "ending": ((strength[endings] > 0) & (endings >= 0)).sum(axis=1, dtype=np.float32)
        / (endings >= 0).sum(axis=1, dtype=np.float32),
        "name_strangest": strangest / np.float32(10),
        "number_conflict": ((numbers > numbers_said) & query_numbers).astype(np.float32),
    }


def _within(text: str, texts: Sequence[str], rows: Rows) -> Floats:
    """Whether the name stands in the text as it is."""
    return np.array([texts[i] in text for i in rows.tolist()], np.float32)


def _mark_features(form: Form, rows: Rows, index: MatchIndex, lines: Sequence[int]) -> dict[str, Floats]:
    marks = form.marks
    theirs = index.opposites[rows]
    opposite = np.zeros(len(rows), np.float32)
    for line in lines:
        ours = marks.opposites & line
        if ours:
            near = theirs & np.uint64(line)
            opposite += (near != 0) & ((near & np.uint64(ours)) == 0)
    unasked = np.bitwise_count(index.unasked[rows] & ~np.uint64(marks.unasked)).astype(np.float32)
    residual = index.residual[rows] & ~np.uint8(marks.residual)
    return {
        "opposite": np.minimum(opposite, 2) / np.float32(2),
        "unasked": np.minimum(unasked, 3) / np.float32(3),
        **_sides(marks.sides, index.sides[rows]),
        "other": ((residual & OTHER) != 0).astype(np.float32),
        "unspecified": ((residual & UNSPECIFIED) != 0).astype(np.float32),
    }


def _sites(agreement: Floats, theirs: NDArray[np.int16]) -> dict[str, Floats]:
    """Whether the body parts of the name are those of the text: the best and the worst of them."""
    values = agreement[theirs]
    return {
        "site_fits": np.maximum(values.max(axis=1), np.float32(0)),
        "site_strange": -np.minimum(values.min(axis=1), np.float32(0)),
    }


def _sides(ours: int, theirs: NDArray[np.uint8]) -> dict[str, Floats]:
    """Sides agree, contradict, or are only in the name. One side (单侧) goes with left and with right."""
    has = theirs != 0
    if not ours:
        none = np.zeros(len(theirs), np.float32)
        return {"side_match": none, "side_conflict": none, "side_extra": has.astype(np.float32)}
    both = bool(ours & BOTH) or (ours & (LEFT | RIGHT)) == (LEFT | RIGHT)
    fitting = BOTH if both else ours | ONE | (LEFT | RIGHT if ours & ONE else 0)
    match = (theirs & np.uint8(fitting)) != 0
    return {
        "side_match": match.astype(np.float32),
        "side_conflict": (has & ~match).astype(np.float32),
        "side_extra": np.zeros(len(theirs), np.float32),
    }
