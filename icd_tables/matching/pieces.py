"""Pieces: what is worth looking up on its own besides the whole text, where one string says several things.

Cuts at separators; where one statement ends and the next begins with a body part (泌尿系感染左肾肿大); before what was done about it
(肺癌术后化疗). Gives what statements share to each of them (颈、腰椎间盘突出), names the tissue of a tumour beside its place, because a
tumour is coded twice, and what abbreviated findings mean (a stage N1: lymph nodes).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from icd_tables.matching.segments import BRACKETS, STRONG, WEAK, trim
from icd_tables.normalize import fold, units
from icd_tables.synonyms import Lexicon
from icd_tables.words import WordFinder

_LEAST_STATEMENT = 2
_LONGEST_REST = 6
"""Characters of a statement without a body part that is taken to speak of the part named before it (骨折伴脱位)."""

_WHERE = frozenset("左右双两侧单前后上下内外中部处叶段区第一二三四五12345")
"""Say where at a body part, not what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is looked up besides the whole text. ``said``: it stands so in the text; otherwise it is only implied."""

    text: str
    said: bool


class Pieces:
    """Takes texts of one kind apart."""

    def __init__(self, lexicon: Lexicon) -> None:
        words = lexicon.pieces
        sites = [word for word in lexicon.anatomy.words if len(word) > 1]
        start = any_of([*sites, *words["starts"]])
        self._sites = WordFinder(
            {word: word for word in lexicon.anatomy.words} | dict.fromkeys(words["no_sites"], "")
        )
        self._tissue = lexicon.tissue
        self._treatments: Mapping[str, Sequence[str]] = words["treatments"]
        self._treated = re.compile(any_of(self._treatments)) if self._treatments else None
        self._whole, self._implied = (
            [(re.compile(row["pattern"]), tuple(row["means"])) for row in words[name]]
            for name in ("whole", "implied")
        )
        self._end = re.compile(f"(?<=..)(?:{any_of(words['endings'])})(?=(?:{start}))")

    def of(self, text: str) -> tuple[Piece, ...]:
        """The pieces of a text in order of their worth; empty when it says one thing only."""
        folded = fold(text)
        statements = list(self._statements(folded))
        found = [Piece(one, True) for one in (*_meant(self._whole, folded), *statements)]
        derived = list(self._completed(statements))
        derived += [one for statement in statements for one in self._treated_things(statement)]
        derived += _meant(self._implied, folded)
        found += [Piece(one, False) for one in derived if len(one) >= _LEAST_STATEMENT]
        found += [Piece(one, False) for statement in statements for one in self._tissue(statement)]
        distinct = {piece.text: piece for piece in reversed(found)}
        return tuple(reversed(distinct.values())) if len(distinct) > 1 else ()

    def _statements(self, folded: str) -> Iterator[str]:
        for part in STRONG.split(BRACKETS.sub(";", folded)):
            for raw in WEAK.split(part):
                yield from (one for cut in self._cut(raw) if len(one := trim(cut)) >= _LEAST_STATEMENT)

    def _cut(self, statement: str) -> Iterator[str]:
        """A run of statements without separators between them."""
        at = 0
        for end in (found.end() for found in self._end.finditer(statement)):
            yield statement[at:end]
            at = end
        yield statement[at:]

    def _completed(self, statements: Sequence[str]) -> Iterator[str]:
        """Statements that lack what their neighbours say: only a body part, or only what is wrong with it."""
        taken = [self._apart(one) for one in statements]
        for (site, rest), one, (next_site, next_rest), after in zip(
            taken, statements, taken[1:], statements[1:], strict=False
        ):
            if site and not rest and next_rest:
                yield one + next_rest
            if site and rest and not next_site and len(after) <= _LONGEST_REST:
                yield site + after

    def _apart(self, statement: str) -> tuple[str, str]:
        """The body parts of a statement, and what it says of them."""
        kept, sites = self._sites.cut(units(statement))
        rest = [unit for unit in kept if unit not in _WHERE]
        return "".join(sites), "".join(rest) if sites else statement

    def _treated_things(self, statement: str) -> Iterator[str]:
        """What is treated, and each treatment; after an operation (术后) the body part operated on."""
        done = list(self._treated.finditer(statement)) if self._treated else []
        if not done or not done[0].start():
            return
        thing = statement[: done[0].start()]
        yield thing
        site, _ = self._apart(thing)
        for one in done:
            for word in self._treatments[one.group(0)]:
                yield site + word if word.startswith("术") else word


def _meant(patterns: Sequence[tuple[re.Pattern[str], tuple[str, ...]]], folded: str) -> list[str]:
    return [one for pattern, means in patterns if pattern.search(folded) for one in means]


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of some words, the longest that fits."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))
