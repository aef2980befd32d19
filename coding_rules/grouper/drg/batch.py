"""The fast path of the DRG grouper: every ADRG row is a bit, and each code of a case says at once which rows it leaves over.

What the principal diagnosis and the principal procedure leave over, and what any diagnosis or procedure hits, are masks made for every
code when the scheme is compiled. Their intersection holds the rows that can still win, in order; nearly always the lowest is the
answer. What masks cannot say (age, ``or``, ``not``, ...) is tested on the rows that remain. Nothing is learned from cases: the first
costs what the millionth does. One case is grouped by dictionaries, many by columns; the masks are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from coding_rules.expression.compiler import Environment, Test, compile_rule
from coding_rules.expression.tree import Node, Scope, all_of
from coding_rules.grouper.drg.candidates import candidates
from coding_rules.grouper.drg.columns import Columns
from coding_rules.grouper.drg.complications import ComplicationIndex
from coding_rules.grouper.drg.outcomes import LEVELS, UNGROUPED, DrgResult, Outcome, Outcomes
from coding_rules.grouper.drg.rows import MASKED, Row, rows_of
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.grouper.spelling import spell_case

_AT_ONCE = 2_000
"""Cases taken together: enough to spread the cost of each array operation, few enough to stay in the processor's cache."""

_WORTH_COLUMNS = 50
"""Fewer cases than this are grouped one by one."""

_Asked = tuple[Test | None, int, Test | None]
"""What remains to be tested of a row: of its MDC, with the mask of the rows left when that fails, and of its own."""


class FastPath:
    """Groups cases of one scheme without explaining; it never changes, so threads may share it."""

    def __init__(self, scheme: Scheme, environment: Environment, complications: ComplicationIndex) -> None:
        rows = tuple(rows_of(scheme))
        self._left = {scope: candidates([row.masked[scope] for row in rows], environment) for scope in MASKED}
        self._complications = complications
        self._columns = Columns(self._left, complications, len(rows))
        self._tests = _tests(rows, environment)
        make = Outcomes(scheme, environment)
        self._outcomes = [make.of(row.mdc, row.adrg) for row in rows]
        # row -1, no row at all, stands last in all of these
        nowhere = Outcome((UNGROUPED,) * len(LEVELS))
        self._results = [result for outcome in (*self._outcomes, nowhere) for result in outcome.results]
        self._tested = np.array([bool(row.above or row.rest) for row in rows] + [False])
        self._choosing = np.array([bool(outcome.choices) for outcome in (*self._outcomes, nowhere)])

    def group_all(self, cases: Iterable[GrouperInput]) -> Iterator[DrgResult]:
        """Where each case goes, in order, a bundle at a time: the stream may be endless."""
        stream = iter(cases)
        while bundle := list(islice(stream, _AT_ONCE)):
            yield from self._group_bundle(bundle)

    def group(self, filed: GrouperInput) -> DrgResult:
        """Where one case goes."""
        case = spell_case(filed)
        rows = self._left_over(Scope.PRINCIPAL_DIAGNOSIS, case.diagnoses[:1])
        rows &= self._left_over(Scope.PRINCIPAL_PROCEDURE, case.procedures[:1])
        rows &= self._left_over(Scope.ANY_DIAGNOSIS, case.diagnoses)
        rows &= self._left_over(Scope.ANY_PROCEDURE, case.procedures)
        row = self._first_that_holds(rows, case)
        if row < 0:
            return UNGROUPED
        return self._outcomes[row].at(self._complications.level(case.diagnoses), case)

    def _left_over(self, scope: Scope, codes: Iterable[str]) -> int:
        rows, by_code = self._left[scope]
        for code in codes:
            rows |= by_code.get(code, 0)
        return rows

    def _first_that_holds(self, rows: int, case: GrouperInput) -> int:
        """The first of the rows that passes its test; -1 when none does."""
        tests = self._tests
        while rows:
            lowest = rows & -rows
            row = lowest.bit_length() - 1
            above, other_mdcs, test = tests[row]
            if above is not None and not above(case):
                rows &= other_mdcs
            elif test is None or test(case):
                return row
            else:
                rows ^= lowest
        return -1

    def _group_bundle(self, cases: Sequence[GrouperInput]) -> Iterable[DrgResult]:
        if len(cases) < _WORTH_COLUMNS:
            return map(self.group, cases)
        results, misspelled = self._by_columns(cases)
        respelled = [spell_case(cases[at]) for at in misspelled]
        if len(respelled) < _WORTH_COLUMNS:
            answers: Iterable[DrgResult] = map(self.group, respelled)
        else:
            answers, _ = self._by_columns(respelled)
        for at, answer in zip(misspelled, answers, strict=True):
            results[at] = answer
        return results

    def _by_columns(self, cases: Sequence[GrouperInput]) -> tuple[list[DrgResult], list[int]]:
        """Where the cases go, and the places of those that first need another spelling."""
        rows, first, level, misspelled = self._columns.decide(cases)
        tested = np.flatnonzero(self._tested[first])
        left = rows[tested].astype("<u8").tobytes()
        width = rows.itemsize * rows.shape[1]
        first[tested] = [
            self._first_that_holds(int.from_bytes(left[start : start + width], "little"), cases[at])
            for start, at in zip(range(0, len(left), width), tested.tolist(), strict=True)
        ]
        results = list(map(self._results.__getitem__, (first * len(LEVELS) + level).tolist()))
        for at in np.flatnonzero(self._choosing[first]).tolist():
            results[at] = self._outcomes[first[at]].at(level[at], cases[at])
        return results, misspelled.tolist()


def _tests(rows: Sequence[Row], environment: Environment) -> list[_Asked]:
    of_place: dict[int, int] = {}
    for number, row in enumerate(rows):
        of_place[row.place] = of_place.get(row.place, 0) | 1 << number

    def compiled(parts: tuple[Node, ...]) -> Test | None:
        return compile_rule(all_of(parts), environment) if parts else None

    above = {place: compiled(parts) for place, parts in {row.place: row.above for row in rows}.items()}
    return [(above[row.place], ~of_place[row.place], compiled(row.rest)) for row in rows]
