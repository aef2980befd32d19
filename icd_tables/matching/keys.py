"""Keys typed on the keyboard: code prefixes, pinyin in any mixture with Chinese, wubi and Latin keys of the table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from icd_tables.codes import Kind, category, normalize_code
from icd_tables.matching.texts import Texts
from icd_tables.matching.typed import TypedRows
from icd_tables.pinyin import keys, readings

_DIAGNOSIS_CODE = re.compile(r"[a-z]\d[\dx.+*/]*", re.IGNORECASE)
_PROCEDURE_CODE = re.compile(r"\d{2}[\dx.]*", re.IGNORECASE)
_RUNS = re.compile(r"[a-z]+|[^a-z]", re.IGNORECASE)
_MOST_HITS = 1200
"""Occurrences looked at for one key; more of them say that the key is too short to mean anything."""
_ENOUGH_STARTS = 60
_HEADING = 4
"""Longest heading, without the dot; finer codes with codes below them can be filed all the same."""
_PLAIN = 6
_MOST_RUNS = 10
"""A text with more characters and letter groups than this was written, not typed as a key."""


Worth = Callable[[int], float]
"""How likely the name of a row is meant, whatever was typed: used here before, or met every day."""


class Place(IntEnum):
    """Where in a wording a key was found; lower is better."""

    WHOLE = 0
    START = 1
    INSIDE = 2


class Level(IntEnum):
    """What a code is among those around it; the lower, the likelier meant."""

    PLAIN = 0
    """The subcategory itself, ending in 00."""
    FINER = 1
    SUBCATEGORY = 2
    """A heading: finer codes stand below it, and only those can be filed."""
    CATEGORY = 3


@dataclass(frozen=True, slots=True)
class KeyHit:
    """A row that a typed key leads to."""

    row: int
    place: Place
    length: int


@dataclass(frozen=True)
class CodeOrder:
    """Codes without dots in order (``codes``) and the position of each in the table."""

    codes: Texts
    position: NDArray[np.int32]

    @classmethod
    def of(cls, codes: Iterable[str]) -> CodeOrder:
        """Put codes in order."""
        ordered = sorted((_bare(code), at) for at, code in enumerate(codes))
        return cls(Texts.of(code for code, _ in ordered), np.array([at for _, at in ordered], np.int32))

    def levels(self, kind: Kind) -> NDArray[np.uint8]:
        """The level of every code, by its position in the table: may it be filed, and is it the plain case of its subcategory."""
        found = np.full(len(self.codes), Level.FINER, np.uint8)
        codes = [*self.codes, ""]
        for at, code, finer in zip(self.position.tolist(), codes, codes[1:], strict=False):
            if len(code) <= _HEADING and len(finer) > len(code) and finer.startswith(code):
                found[at] = Level.CATEGORY if len(code) <= len(category(code, kind)) else Level.SUBCATEGORY
            elif len(code) == _PLAIN and code.endswith("00"):
                found[at] = Level.PLAIN
        return found


class CodeKeys:
    """Entries by the beginning of their code, with or without the dot."""

    def __init__(self, order: CodeOrder, kind: Kind) -> None:
        self._pattern = _DIAGNOSIS_CODE if kind is Kind.DIAGNOSIS else _PROCEDURE_CODE
        self._order = order

    def find(self, text: str, most: int) -> Sequence[int]:
        """Positions (in the table) of codes that start with ``text``; empty when it is no code."""
        if not self._pattern.fullmatch(text):
            return ()
        wanted, codes = _bare(text), self._order.codes
        start = codes.first_not_before(wanted)
        near = codes[start : start + most]
        count = sum(code.startswith(wanted) for code in near)
        found: list[int] = self._order.position[start : start + count].tolist()
        return found


def _bare(code: str) -> str:
    return normalize_code(code).replace(".", "")


def _hits(texts: Texts, wanted: str) -> list[tuple[int, int]]:
    """(row, place) of occurrences: at the start of rows, then inside while few start so."""
    found = _places(texts.joined, "\n" + wanted, 1)
    if len(found) < _ENOUGH_STARTS and len(wanted) > 1:
        found += [at for at in _places(texts.joined, wanted, 0) if texts.joined[at - 1] != "\n"]
    return list(zip(texts.rows_at(found), found, strict=True))


def _places(joined: str, wanted: str, skip: int) -> list[int]:
    found: list[int] = []
    at = joined.find(wanted)
    while at >= 0 and len(found) < _MOST_HITS:
        found.append(at + skip)
        at = joined.find(wanted, at + 1)
    return found


def _place(texts: Texts, at: int, length: int) -> Place:
    """Whether ``length`` characters at ``at`` are a whole row, its start, or inside."""
    if texts.joined[at - 1] != "\n":
        return Place.INSIDE
    return Place.WHOLE if texts.joined[at + length] == "\n" else Place.START


class TypedKeys:
    """Rows by pinyin: full, initials, or mixed with Chinese and with each other (``guanxb``, ``急xjgs``)."""

    def __init__(self, typed: TypedRows) -> None:
        self._rows = typed.rows
        self._texts = typed.texts
        self._initials = typed.initials
        readings().learn(typed.readings)

    def find(self, typed: str, most: int, worth: Worth) -> Sequence[KeyHit]:
        """Rows found by a key that contains letters, best first; empty when it has none. ``worth``: of two at the same place, the
        row with the greater worth comes first."""
        best: dict[int, KeyHit] = {}
        seen: dict[str, list[tuple[int, int]]] = {}
        for way in _alternatives(typed):
            for hit in self._aligned(way, seen):
                old = best.get(hit.row)
                if old is None or (hit.place, hit.length) < (old.place, old.length):
                    best[hit.row] = hit
        return _ordered(best.values(), worth)[:most]

    def containing(self, fragment: str, most: int, worth: Worth) -> Sequence[KeyHit]:
        """Rows whose text starts with the fragment, then rows that contain it; those of more worth first, then shorter ones."""
        found = []
        for row, at in _hits(self._texts, fragment):
            place = _place(self._texts, at, len(fragment))
            found.append(KeyHit(int(self._rows[row]), place, self._texts.length(row)))
        return _ordered(found, worth)[:most]

    def _aligned(self, tokens: tuple[str, ...], seen: dict[str, list[tuple[int, int]]]) -> Iterator[KeyHit]:
        """Rows in which consecutive characters answer to consecutive tokens; ``seen`` keeps what was scanned for."""
        letters = "".join(token[0] if token.isascii() else "\0" for token in tokens)
        anchor = max(letters.split("\0"), key=len)
        offset = letters.index(anchor)
        size = len(tokens)
        if anchor not in seen:
            seen[anchor] = _hits(self._initials, anchor)
        for row, at in seen[anchor]:
            first = at - offset
            if (
                first < 1
                or "\n" in self._initials.joined[first : first + size]
                or not self._fits(first, tokens)
            ):
                continue
            yield KeyHit(int(self._rows[row]), _place(self._initials, first, size), self._texts.length(row))

    def _fits(self, first: int, tokens: tuple[str, ...]) -> bool:
        for at, token in enumerate(tokens, start=first):
            char = self._texts.joined[at]
            if not token.isascii():
                if char != token:
                    return False
            elif len(token) > 1 and not any(reading.startswith(token) for reading in readings().of(char)):
                return False
        return True


def _ordered(hits: Iterable[KeyHit], worth: Worth) -> list[KeyHit]:
    """Whole wordings, then what is used here or met every day wherever the key stands in it, then starts, then the rest."""

    def order(hit: KeyHit) -> tuple[bool, float, Place, float, int, int]:
        worthy = worth(hit.row)
        return hit.place is not Place.WHOLE, -max(worthy, 0.0), hit.place, -worthy, hit.length, hit.row

    return sorted(hits, key=order)


def _alternatives(typed: str) -> Iterator[tuple[str, ...]]:
    """The ways to take a typed text apart into characters, syllables and initials."""
    runs = _RUNS.findall(typed.lower())
    if len(runs) > _MOST_RUNS or not any(run[0].isascii() and run[0].isalpha() for run in runs):
        return
    ways: list[tuple[str, ...]] = [()]
    for run in runs:
        options = keys(run) if run.isascii() and run.isalpha() else ((run,),)
        ways = [(*way, *option) for way in ways for option in options][:24]
    plain = tuple("".join(runs))
    yield plain
    yield from (way for way in ways if way != plain)


class BroughtKeys:
    """Keys the table itself brings (五笔, English names): start of a key, or inside it from three letters on."""

    def __init__(self, brought: Sequence[tuple[int, str]]) -> None:
        self._rows = [row for row, _ in brought]
        self._keys = Texts.of(text for _, text in brought)

    def find(self, typed: str, most: int) -> Sequence[KeyHit]:
        """Positions handed in at building whose key starts with or contains ``typed``."""
        if not self._rows or not typed:
            return ()
        found = []
        for row, at in _hits(self._keys, typed.lower()):
            place = _place(self._keys, at, len(typed))
            if place is not Place.INSIDE or len(typed) > 2:
                found.append(KeyHit(self._rows[row], place, len(typed)))
        return sorted(found, key=lambda hit: (hit.place, hit.row))[:most]
