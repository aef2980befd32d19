"""Many cases at once: what each code decides as arrays by the number of the code, so that a thousand cases are one operation.

Every ADRG row is a bit. What the principal diagnosis and the principal procedure leave over, and what any diagnosis or procedure hits, are
masks; their intersection holds the rows that can still win, in order. Only rows that ask for more than codes are tested case by case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coding_rules.expression.tree import Scope
from coding_rules.grouper.code_index import MISSPELLED, CodeIndex, Numbers
from coding_rules.grouper.drg.candidates import Candidates
from coding_rules.grouper.drg.complications import ComplicationIndex
from coding_rules.grouper.inputs import GrouperInput

_Masks = NDArray[np.uint64]
"""A mask of rows for each case: one line of words a case, the first row the lowest bit of the first word."""


class Decided(NamedTuple):
    """For each case: the rows left over, the first of them (-1 when there is none), and the level of complications. ``misspelled``
    are the places of cases about which this says nothing, for a code of theirs needs another spelling.
    """

    rows: _Masks
    first: Numbers
    level: Numbers
    misspelled: Numbers


class Columns:
    """The arrays of one scheme; they never change, so threads may share them."""

    def __init__(
        self, left: Mapping[Scope, Candidates], complications: ComplicationIndex, row_count: int
    ) -> None:
        lists = (each.by_code for each in left.values())
        self._index = CodeIndex(set().union(*lists, complications.marks, complications.levels))
        words = row_count // 64 + 1
        self._left = {scope: _LeftOver(self._index, each, words) for scope, each in left.items()}
        self._mark = _by_number(self._index, complications.marks, complications.marks.values())
        levels = {complications.levels_under(""): 0}
        beside = (levels.setdefault(each, len(levels)) for each in complications.levels.values())
        self._beside = _by_number(self._index, complications.levels, beside)
        self._levels = np.frombuffer(b"".join(levels), np.uint8).reshape(len(levels), -1)

    def decide(self, cases: Sequence[GrouperInput]) -> Decided:
        """What the codes of the cases decide."""
        diagnoses = _Flat([case.diagnoses for case in cases])
        procedures = _Flat([case.procedures for case in cases])
        numbers = self._index.numbers(diagnoses.codes + procedures.codes)
        diagnoses.numbers, procedures.numbers = np.split(numbers, [len(diagnoses.codes)])
        misspelled = np.unique(np.concatenate((diagnoses.take_misspelled(), procedures.take_misspelled())))
        principal = diagnoses.principal()
        rows = self._left[Scope.PRINCIPAL_DIAGNOSIS].of(principal)
        rows &= self._left[Scope.PRINCIPAL_PROCEDURE].of(procedures.principal())
        self._left[Scope.ANY_DIAGNOSIS].narrow(rows, diagnoses)
        self._left[Scope.ANY_PROCEDURE].narrow(rows, procedures)
        return Decided(rows, _lowest(rows), self._level(diagnoses, principal), misspelled)

    def _level(self, diagnoses: _Flat, principal: Numbers) -> Numbers:
        """What the secondary diagnoses of each case reach together."""
        beside = self._beside.take(principal).take(diagnoses.case)
        levels = self._levels[beside, self._mark.take(diagnoses.numbers)]
        levels[diagnoses.first] = 0
        found = np.zeros(len(principal), np.intp)
        if len(levels):
            found[diagnoses.filled] = np.bitwise_or.reduceat(levels, diagnoses.first)
        return found


class _Flat:
    """The codes of many cases one behind the other: which case each belongs to, and where the first of each case stands."""

    def __init__(self, codes_of: Sequence[tuple[str, ...]]) -> None:
        counts = np.fromiter(map(len, codes_of), np.intp, len(codes_of))
        self.codes = list(chain.from_iterable(codes_of))
        self.case = np.repeat(np.arange(len(codes_of)), counts)
        self.filled = np.flatnonzero(counts)
        self.first = (np.cumsum(counts) - counts)[self.filled]
        self.numbers: Numbers = np.zeros(0, np.intp)
        self._cases = len(codes_of)

    def principal(self) -> Numbers:
        """The number of the first code of each case, 0 where it has none."""
        found = np.zeros(self._cases, np.intp)
        found[self.filled] = self.numbers[self.first]
        return found

    def take_misspelled(self) -> Numbers:
        """The cases with a misspelled code, which is from now on an unknown one."""
        at = np.flatnonzero(self.numbers == MISSPELLED)
        self.numbers[at] = 0
        return self.case[at]


class _LeftOver:
    """Which rows each code leaves over, by its number. Equal masks are kept once."""

    def __init__(self, index: CodeIndex, candidates: Candidates, words: int) -> None:
        kinds = {candidates.otherwise: 0}
        found = (kinds.setdefault(rows, len(kinds)) for rows in candidates.by_code.values())
        self._kind = _by_number(index, candidates.by_code, found)
        masks = b"".join(rows.to_bytes(8 * words, "little") for rows in kinds)
        self._rows = np.frombuffer(masks, "<u8").reshape(len(kinds), words)

    def of(self, numbers: Numbers) -> _Masks:
        """The rows that one code a case leaves over."""
        return self._rows.take(self._kind.take(numbers), axis=0)

    def narrow(self, rows: _Masks, flat: _Flat) -> None:
        """Keep the rows that some code of the case leaves over."""
        if len(self._rows) == 1:
            return
        left = np.broadcast_to(self._rows[0], rows.shape).copy()
        kinds = self._kind.take(flat.numbers)
        hitting = np.flatnonzero(kinds)
        if len(hitting):
            case = flat.case[hitting]
            first = np.flatnonzero(np.diff(case, prepend=-1))
            left[case[first]] |= np.bitwise_or.reduceat(self._rows.take(kinds[hitting], axis=0), first)
        rows &= left


def _by_number(index: CodeIndex, codes: Collection[str], values: Iterable[int]) -> Numbers:
    """The value of each code by its number; 0 for all other codes."""
    found = np.zeros(len(index) + 1, np.intp)
    found[index.numbers(list(codes))] = np.fromiter(values, np.intp, len(codes))
    return found


def _lowest(rows: _Masks) -> Numbers:
    """The lowest row of each case, -1 where none is left."""
    word = (rows != 0).argmax(axis=1)
    chosen = rows[np.arange(len(rows)), word]
    _, bit_length = np.frexp((chosen & (~chosen + np.uint64(1))).astype(np.float64))
    return np.where(chosen == 0, -1, 64 * word + bit_length - 1)
