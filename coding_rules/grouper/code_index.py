"""CodeIndex: numbers for codes, found for thousands of codes at once.

Looking a code up in a dictionary waits for memory several times, one code after the other. Here the codes are laid side by side as
machine words and looked up together, so that memory is asked for many at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from coding_rules.grouper.spelling import spell

MISSPELLED = -1
"""Stands for a code that the index does not know and that is not in normalised spelling."""

Numbers = NDArray[np.intp]
_Word = NDArray[np.uint64]
_Words = tuple[_Word, _Word, _Word]
"""Codes as three words each: the bytes, zeros, and in the last byte the length."""

_LONGEST = 23
"""Codes of more bytes are looked up one by one."""

_UP_TO = np.array([(1 << 8 * count) - 1 for count in range(9)], dtype=np.uint64)
"""Masks that keep the first 0 to 8 bytes of a word."""

_NO_CODE = ~np.uint64(0)
_MIXERS = tuple(map(np.uint64, (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)))
_ROUNDS = 2
"""A code whose slot is taken gets another in a second table; the few that are left are looked up one by one."""


class CodeIndex:
    """The codes numbered from 1 in the order given; 0 is any other code. Codes are distinct and in normalised spelling."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.number_of = {code: number for number, code in enumerate(codes, start=1)}
        self._slot_bits = max(10, (2 * len(self.number_of)).bit_length())
        first, second, third = _as_words(["", *self.number_of])
        # Long codes are found by none of the tables, not even by their like.
        third[third == _NO_CODE] -= np.uint64(1)
        self._words: _Words = first, second, third
        self._tables = self._filled_tables()

    def __len__(self) -> int:
        return len(self.number_of)

    def numbers(self, codes: Sequence[str]) -> Numbers:
        """The number of each code: 0 where it is unknown, ``MISSPELLED`` where it also needs another spelling."""
        words = _as_words(codes)
        mixed = _mixed(words)
        found = np.zeros(len(codes), np.intp)
        pending = np.arange(len(codes))
        for number, table in enumerate(self._tables):
            guessed = table.take(self._slots(mixed, number)).astype(np.intp)
            wrong = self._differ(guessed, words)
            guessed[wrong] = 0
            found[pending] = guessed
            pending, mixed = pending[wrong], mixed[wrong]
            words = words[0][wrong], words[1][wrong], words[2][wrong]
        for at in pending.tolist():
            found[at] = self._number(codes[at])
        return found

    def _number(self, code: str) -> int:
        number = self.number_of.get(code, 0)
        return number or (0 if spell(code) == code else MISSPELLED)

    def _differ(self, numbers: Numbers, words: _Words) -> NDArray[np.bool]:
        """Whether a code is another than the one of that number."""
        first, second, third = (
            mine.take(numbers) ^ asked for mine, asked in zip(self._words, words, strict=True)
        )
        differ: NDArray[np.bool] = (first | second | third) != 0
        return differ

    def _slots(self, mixed: _Word, table: int) -> Numbers:
        """The slot of each code in a table."""
        shifted = mixed >> np.uint64(64 - self._slot_bits * (table + 1))
        return shifted.astype(np.intp) & ((1 << self._slot_bits) - 1)

    def _filled_tables(self) -> list[Numbers]:
        tables = []
        mixed = _mixed(self._words)
        left = np.arange(1, len(self.number_of) + 1)
        for number in range(_ROUNDS):
            table = np.zeros(1 << self._slot_bits, np.min_scalar_type(len(self.number_of)))
            slots = self._slots(mixed[left], number)
            table[slots] = left
            left = left[table[slots] != left]
            tables.append(table)
        return tables


def _as_words(codes: Sequence[str]) -> _Words:
    """The words of every code; one that does not fit becomes words that no code has."""
    text = "\n".join(codes).encode("utf-8", "surrogatepass") + b"\n" + bytes(24)
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n"))
    if len(ends) != len(codes):  # some code holds a line end: none of these is found here
        nothing = np.full(len(codes), _NO_CODE)
        return nothing, nothing, nothing
    starts = np.zeros_like(ends)
    starts[1:] = ends[:-1] + 1
    lengths = ends - starts
    at_any_byte = np.ndarray((len(text) - 7,), "<u8", buffer=text, strides=(1,))
    first, second, third = (
        at_any_byte[starts + at] & _UP_TO.take(lengths - at, mode="clip") for at in (0, 8, 16)
    )
    third |= lengths.astype(np.uint64) << np.uint64(56)
    third[lengths > _LONGEST] = _NO_CODE
    return first, second, third


def _mixed(words: _Words) -> _Word:
    """A well-mixed word for each code; its upper bits choose the slots."""
    first, second, third = (word * mixer for word, mixer in zip(words, _MIXERS, strict=True))
    mixed: _Word = first ^ second ^ third
    mixed ^= mixed >> np.uint64(29)
    mixed *= _MIXERS[0]
    return mixed
