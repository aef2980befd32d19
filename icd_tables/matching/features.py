"""Features of candidate rows against texts, all between 0 and 1, computed for all candidates of all texts at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from icd_tables.matching.forms import Form, Former
from icd_tables.matching.grams import Floats, Gathered, Ints
from icd_tables.matching.index import MatchIndex
from icd_tables.matching.marks import BOTH, LEFT, ONE, OTHER, RIGHT, UNSPECIFIED
from icd_tables.matching.queries import Candidates, GramQueries, Said, said_by
from icd_tables.matching.rows import Origin
from icd_tables.normalize import units
from icd_tables.pinyin import readings

IMPLIED = 0.6
"""How much an implied gram counts against one that is said."""
_SHORTEST_SLIP = 4
"""Shorter texts are too near to too many names for a slip to mean anything."""


@dataclass(frozen=True)
class Queries:
    """Texts against an index: their forms, their grams in both tables, how well each body part fits each text.

    ``whole``: texts as they were written, where slips may show (false for pieces of them).
    """

    forms: Sequence[Form]
    whole: Sequence[bool]
    surface: GramQueries
    canonical: GramQueries
    sites: Floats

    @classmethod
    def of(cls, forms: Sequence[Form], whole: Sequence[bool], index: MatchIndex, former: Former) -> Queries:
        """Prepare texts for one index."""
        said = [_said(form, index, former) for form in forms]
        return cls(
            forms,
            whole,
            GramQueries.of(
                index.surface_grams, said_by(index.surface_grams, (units(form.surface) for form in forms))
            ),
            GramQueries.of(index.canonical_grams, said),
            np.array([former.site_agreement(form.canonical.sites) for form in forms]),
        )


def _said(form: Form, index: MatchIndex, former: Former) -> Said:
    coded = index.canonical_grams.vocabulary.coded
    implied = {code: IMPLIED for parts in former.implied(form) for code in coded(parts)}
    return coded(form.canonical.parts), implied


def features(
    queries: Queries, candidates: Candidates, own: Gathered, index: MatchIndex, lines: Sequence[int]
) -> dict[str, Floats]:
    """The features by name, one value per candidate; ``own`` are the canonical grams of their rows. There must be candidates."""
    rows = candidates.rows
    surfaces, canonicals = index.surfaces.at(rows), index.canonicals.at(rows)
    forms = queries.forms
    found = {
        "surface_ratio": candidates.per_text(lambda text, at: _ratio(forms[text].surface, surfaces[at])),
        "canonical_ratio": candidates.per_text(
            lambda text, at: _ratio(forms[text].canonical.text, canonicals[at])
        ),
        "surface_overlap": queries.surface.cosine(candidates.text, rows),
        "within": candidates.per_text(lambda text, at: _within(forms[text].canonical.text, canonicals[at])),
        "alias": (index.origin[rows] >= Origin.BRACKET).astype(np.float32),
    }
    found |= _coverage(index, queries.canonical, candidates, own)
    found |= _mark_features(forms, candidates, index, lines)
    found |= _sites(queries.sites, candidates.text, index.sites[rows])
    same_thing = 1 - np.maximum(found["opposite"] > 0, found["number_conflict"])
    found["slip"] = same_thing * candidates.per_text(
        lambda text, at: _slips("".join(forms[text].bare) if queries.whole[text] else "", surfaces[at])
    )
    return found


def _ratio(text: str, names: Sequence[str]) -> Floats:
    ratios = process.cdist([text], names, scorer=fuzz.ratio, dtype=np.float32)[0]
    return np.asarray(ratios, np.float32) / np.float32(100)


def _within(text: str, names: Sequence[str]) -> Floats:
    return np.array([name in text for name in names], np.float32)


def _slips(text: str, names: Sequence[str]) -> Floats:
    """Whether a name is the text but for one slip of the hand: a character left out, two swapped, or one read alike.

    Another character in its place is no slip: 肾切除 and 脾切除 are two things.
    """
    if len(text) < _SHORTEST_SLIP or text in names:
        return np.zeros(len(names), np.float32)
    near = process.cdist([text], names, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8)[0] == 1
    slips = np.zeros(len(names), np.float32)
    for at in np.flatnonzero(near).tolist():
        slips[at] = _is_slip(text, names[at])
    return slips


def _is_slip(text: str, name: str) -> bool:
    if len(name) != len(text):
        return len(name) == len(text) + 1
    return sorted(name) == sorted(text) or readings().sound(name) == readings().sound(text)


def _coverage(
    index: MatchIndex, queries: GramQueries, candidates: Candidates, own: Gathered
) -> dict[str, Floats]:
    """How much of the name the text says, and how much of the text the name says; units and pairs apart.

    ``ending``: the share of the last units of the name that the text has: they say what kind of thing it is.
    """
    table, text, rows = index.canonical_grams, candidates.text, candidates.rows
    ids, offsets = own.ids, own.offsets
    idf, said = table.idf[ids], queries.said(text[own.asked], ids)
    exact = said >= 1.0
    zero, least = np.float32(0), np.float32(1e-6)

    def per_row(values: Floats) -> Floats:
        return np.add.reduceat(values, offsets)

    single_idf = np.where(ids < len(table.vocabulary.units), idf, zero)
    pair_idf = idf - single_idf
    strangest = np.maximum.reduceat(single_idf * (1 - said), offsets)
    endings = index.endings[rows]
    there = endings >= 0
    ending_said = (queries.said(text[:, None], endings) > 0) & there
    return {
        "canonical_overlap": queries.normed(per_row(table.weight[ids] * said), text, rows),
        "name_covered": per_row(single_idf * said) / np.maximum(per_row(single_idf), least),
        "name_pairs_covered": per_row(pair_idf * said) / np.maximum(per_row(pair_idf), least),
        "text_covered": per_row(np.where(exact, single_idf, zero)) / np.maximum(queries.total, least)[text],
        "text_pairs_covered": per_row(np.where(exact, pair_idf, zero))
        / np.maximum(queries.total_pairs, least)[text],
        "ending": ending_said.sum(axis=1, dtype=np.float32) / there.sum(axis=1, dtype=np.float32),
        "name_strangest": strangest / np.float32(10),
        "number_conflict": _number_conflicts(queries, text, own, exact),
    }


def _number_conflicts(queries: GramQueries, text: Ints, own: Gathered, exact: NDArray[np.bool_]) -> Floats:
    """Whether the name has a number that a text with numbers does not say."""
    number = queries.table.number
    asked = np.bincount(queries.text, number[queries.ids], len(queries)) > 0
    if not asked.any():
        return np.zeros(len(text), np.float32)
    strange = number[own.ids] & ~exact
    return (np.logical_or.reduceat(strange, own.offsets) & asked[text]).astype(np.float32)


def _mark_features(
    forms: Sequence[Form], candidates: Candidates, index: MatchIndex, lines: Sequence[int]
) -> dict[str, Floats]:
    rows, text = candidates.rows, candidates.text
    ours = np.array([form.marks.opposites for form in forms], np.uint64)
    theirs, asked = index.opposites[rows], ours[text]
    opposite = np.zeros(len(rows), np.float32)
    for line in map(np.uint64, lines):
        if (ours & line).any():
            near, wanted = theirs & line, asked & line
            opposite += (wanted != 0) & (near != 0) & ((near & wanted) == 0)
    unasked = np.array([form.marks.unasked for form in forms], np.uint64)
    residual = np.array([form.marks.residual for form in forms], np.uint8)
    sides = np.array([form.marks.sides for form in forms], np.uint8)
    extra = np.bitwise_count(index.unasked[rows] & ~unasked[text]).astype(np.float32)
    left_over = index.residual[rows] & ~residual[text]
    return {
        "opposite": np.minimum(opposite, 2) / np.float32(2),
        "unasked": np.minimum(extra, 3) / np.float32(3),
        **_sides(sides[text], index.sides[rows]),
        "other": ((left_over & OTHER) != 0).astype(np.float32),
        "unspecified": ((left_over & UNSPECIFIED) != 0).astype(np.float32),
    }


def _sites(agreement: Floats, text: Ints, theirs: NDArray[np.int16]) -> dict[str, Floats]:
    """Whether the body parts of the name are those of the text: the best and the worst of them."""
    values = agreement[text[:, None], theirs]
    return {
        "site_fits": np.maximum(values.max(axis=1), np.float32(0)),
        "site_strange": -np.minimum(values.min(axis=1), np.float32(0)),
    }


def _fitting(sides: int) -> int:
    """The sides of a name that go with the sides of a text. One side (单侧) goes with left and with right."""
    both = bool(sides & BOTH) or (sides & (LEFT | RIGHT)) == (LEFT | RIGHT)
    return BOTH if both else sides | ONE | (LEFT | RIGHT if sides & ONE else 0)


_FITTING = np.array([_fitting(sides) for sides in range(16)], np.uint8)


def _sides(ours: NDArray[np.uint8], theirs: NDArray[np.uint8]) -> dict[str, Floats]:
    """Sides agree, contradict, or are only in the name."""
    asked, has = ours != 0, theirs != 0
    match = (theirs & _FITTING[ours]) != 0
    return {
        "side_match": (asked & match).astype(np.float32),
        "side_conflict": (asked & has & ~match).astype(np.float32),
        "side_extra": (~asked & has).astype(np.float32),
    }
