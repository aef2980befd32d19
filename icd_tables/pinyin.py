"""Pinyin of code names: readings corrected for medicine, initials aligned with the characters, typed keys taken apart."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib import resources

_INITIALS = frozenset("bpmfdtnlgkhjqxrzcsyw")
_MAX_READINGS = 12


class Readings:
    """Readings of characters without tones; words from our own list win over the general dictionary."""

    def __init__(self) -> None:
        text = resources.files("icd_tables.lexicon").joinpath("readings.csv").read_text(encoding="utf-8")
        rows = [(row[0], row[1]) for row in csv.reader(text.splitlines()[1:]) if row]
        self._single = {word: tuple(reading.split("|")) for word, reading in rows if len(word) == 1}
        words = {word: tuple(reading.split()) for word, reading in rows if len(word) > 1}
        self._sounds: dict[str, str] = {}
        self._voices: dict[str, str] = {}
        self._words: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for word in sorted(words, key=len, reverse=True):
            self._words.setdefault(word[0], []).append((word, words[word]))

    def of(self, char: str) -> tuple[str, ...]:
        """All readings a coder may type for one character; the character itself when it has none."""
        known = self._single.get(char)
        if known is None:
            known = self._single[char] = (_general(char),)
        return known

    def sound(self, text: str) -> str:
        """A text of the same length in which characters with the same first reading are the same character."""
        return "".join(map(self._sound_of, text))

    def _sound_of(self, char: str) -> str:
        known = self._sounds.get(char)
        if known is None:
            known = self._sounds[char] = self._voices.setdefault(self.of(char)[0], char)
        return known

    def learn(self, known: Mapping[str, tuple[str, ...]]) -> None:
        """Take over readings worked out before, so that the large dictionary need not be loaded."""
        for char, found in known.items():
            self._single.setdefault(char, found)

    def aligned(self, text: str) -> list[tuple[str, ...]]:
        """The readings of each character of ``text``, one tuple per character."""
        found: list[tuple[str, ...]] = []
        at = 0
        while at < len(text):
            for word, syllables in self._words.get(text[at], ()):
                if text.startswith(word, at):
                    found.extend((syllable,) for syllable in syllables)
                    at += len(word)
                    break
            else:
                found.append(self.of(text[at]))
                at += 1
        return found

    def initials(self, text: str) -> tuple[str, ...]:
        """First letters, one per character (digits and letters stay); several strings where readings differ in it."""
        readings = self.aligned(text)
        first = "".join(options[0][0] for options in readings)
        other = "".join(options[-1][0] for options in readings)
        return (first,) if first == other else (first, other)


@cache
def readings() -> Readings:
    """The readings, loaded once."""
    return Readings()


def _general(char: str) -> str:
    if char.isascii():
        return char
    from pypinyin import lazy_pinyin

    found = str(lazy_pinyin(char, v_to_u=False)[0])
    return found if found.isascii() and found else char


@cache
def syllables() -> frozenset[str]:
    """Every toneless syllable of standard Chinese, as typed (``lv``, ``nv``)."""
    text = resources.files("icd_tables.lexicon").joinpath("syllables.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


@lru_cache(maxsize=2048)
def keys(typed: str) -> tuple[tuple[str, ...], ...]:
    """The ways to read typed letters as syllables and initials: ``guanxb`` -> (guan, x, b); at most a dozen."""
    found = []
    for way in _ways(typed, syllables()):
        found.append(way)
        if len(found) == _MAX_READINGS:
            break
    return tuple(found)


def _ways(typed: str, known: frozenset[str]) -> Iterator[tuple[str, ...]]:
    if not typed:
        yield ()
        return
    for length in range(min(6, len(typed)), 0, -1):
        head = typed[:length]
        last = length == len(typed)
        if head in known or (length == 1 and head in _INITIALS) or (last and length > 1 and _starts(head)):
            for rest in _ways(typed[length:], known):
                yield (head, *rest)


@lru_cache(maxsize=2048)
def _starts(head: str) -> bool:
    return any(syllable.startswith(head) for syllable in syllables())
