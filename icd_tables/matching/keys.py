"""Keys typed on the keyboard: code prefixes, pinyin in any mixture with Chinese, wubi and Latin keys of the table."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from icd_tables.codes import Kind, normalize_code
from icd_tables.matching.typed import TypedRows
from icd_tables.pinyin import keys, readings

_DIAGNOSIS_CODE = re.compile(r"[a-z]\d[\dx.+*/]*", re.IGNORECASE)
_PROCEDURE_CODE = re.compile(r"\d{2}[\dx.]*", re.IGNORECASE)
_RUNS = re.compile(r"[a-z]+|[^a-z]", re.IGNORECASE)
_MOST_HITS = 1200
"""Occurrences looked at for one key; more of them say that the key is too short to mean anything."""
_ENOUGH_STARTS = 60
_MOST_RUNS = 10
"""A text with more characters and letter groups than this was written, not typed as a key."""


class Place(IntEnum):
    """Where in a wording a key was found; lower is better."""

    WHOLE = 0
    START = 1
    INSIDE = 2


@dataclass(frozen=True, slots=True)
class KeyHit:
    """A row that a typed key leads to."""

    row: int
    place: Place
    length: int


class CodeKeys:
    """Codes without dots in order, for prefixes with or without the dot."""

    def __init__(self, codes: Iterable[str], kind: Kind) -> None:
        self._pattern = _DIAGNOSIS_CODE if kind is Kind.DIAGNOSIS else _PROCEDURE_CODE
        self._sorted = sorted((_bare(code), at) for at, code in enumerate(codes))

    def find(self, text: str, most: int) -> Sequence[int]:
        """Positions (in the order given) of codes that start with ``text``; empty when it is no code."""
        if not self._pattern.fullmatch(text):
            return ()
        wanted = _bare(text)
        start = bisect_left(self._sorted, (wanted, -1))
        found: list[int] = []
        for code, at in self._sorted[start:]:
            if not code.startswith(wanted) or len(found) == most:
                break
            found.append(at)
        return found


def _bare(code: str) -> str:
    return normalize_code(code).replace(".", "")


class Blob:
    """Many short texts as one long one, so that a substring of all of them is one scan in C."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.text = "\n" + "\n".join(texts) + "\n"
        lengths = np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts))
        self._starts: NDArray[np.int64] = np.cumsum(lengths) - lengths + 1

    def hits(self, wanted: str) -> list[tuple[int, int]]:
        """(row, position in the long text) of occurrences: at the start of rows, then inside while few start so."""
        found = self._positions("\n" + wanted, 1)
        if len(found) < _ENOUGH_STARTS and len(wanted) > 1:
            found += [at for at in self._positions(wanted, 0) if self.text[at - 1] != "\n"]
        rows = np.searchsorted(self._starts, found, side="right") - 1
        return list(zip(rows.tolist(), found, strict=True))

    def start(self, row: int) -> int:
        """Where a row begins in the long text."""
        return int(self._starts[row])

    def _positions(self, wanted: str, skip: int) -> list[int]:
        found: list[int] = []
        at = self.text.find(wanted)
        while at >= 0 and len(found) < _MOST_HITS:
            found.append(at + skip)
            at = self.text.find(wanted, at + 1)
        return found

    def place(self, at: int, length: int) -> Place:
        """Whether ``length`` characters at ``at`` are a whole row, its start, or inside."""
        if self.text[at - 1] != "\n":
            return Place.INSIDE
        return Place.WHOLE if self.text[at + length] == "\n" else Place.START


class TypedKeys:
    """Rows by pinyin: full, initials, or mixed with Chinese and with each other (``guanxb``, ``急xjgs``)."""

    def __init__(self, typed: TypedRows) -> None:
        self._rows = typed.rows
        self._texts = Blob(typed.texts)
        self._initials = Blob(typed.initials)
        readings().learn(typed.readings)

    def find(self, typed: str, most: int) -> Sequence[KeyHit]:
        """Rows found by a key that contains letters, best first; empty when it has none."""
        best: dict[int, KeyHit] = {}
        seen: dict[str, list[tuple[int, int]]] = {}
        for way in _alternatives(typed):
            for hit in self._aligned(way, seen):
                old = best.get(hit.row)
                if old is None or (hit.place, hit.length) < (old.place, old.length):
                    best[hit.row] = hit
        ordered = sorted(best.values(), key=lambda hit: (hit.place, hit.length, hit.row))
        return ordered[:most]

    def containing(self, fragment: str, most: int) -> Sequence[KeyHit]:
        """Rows whose text starts with the fragment, then rows that contain it, shorter ones first."""
        found = []
        for row, at in self._texts.hits(fragment):
            length = self._texts.text.find("\n", at) - self._texts.start(row)
            found.append(KeyHit(self._rows[row], self._texts.place(at, len(fragment)), length))
        return sorted(found, key=lambda hit: (hit.place, hit.length, hit.row))[:most]

    def _aligned(self, tokens: tuple[str, ...], seen: dict[str, list[tuple[int, int]]]) -> Iterator[KeyHit]:
        """Rows in which consecutive characters answer to consecutive tokens; ``seen`` keeps what was scanned for."""
        letters = "".join(token[0] if token.isascii() else "\0" for token in tokens)
        anchor = max(letters.split("\0"), key=len)
        offset = letters.index(anchor)
        size = len(tokens)
        if anchor not in seen:
            seen[anchor] = self._initials.hits(anchor)
        for row, at in seen[anchor]:
            first = at - offset
            if (
                first < 1
                or "\n" in self._initials.text[first : first + size]
                or not self._fits(first, tokens)
            ):
                continue
            text = self._texts.text
            end = text.find("\n", first)
            length = end - self._texts.start(row)
            yield KeyHit(self._rows[row], self._initials.place(first, size), length)

    def _fits(self, first: int, tokens: tuple[str, ...]) -> bool:
        for at, token in enumerate(tokens, start=first):
            char = self._texts.text[at]
            if not token.isascii():
                if char != token:
                    return False
            elif len(token) > 1 and not any(reading.startswith(token) for reading in readings().of(char)):
                return False
        return True


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
        self._blob = Blob([text for _, text in brought]) if brought else None

    def find(self, typed: str, most: int) -> Sequence[KeyHit]:
        """Positions handed in at building whose key starts with or contains ``typed``."""
        if self._blob is None or not typed:
            return ()
        found = []
        for row, at in self._blob.hits(typed.lower()):
            place = self._blob.place(at, len(typed))
            if place is not Place.INSIDE or len(typed) > 2:
                found.append(KeyHit(self._rows[row], place, len(typed)))
        return sorted(found, key=lambda hit: (hit.place, hit.row))[:most]
