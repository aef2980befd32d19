"""Which rows of rules a code leaves over, worked out for all codes of a scheme at once: one bit mask a code.

A row may ask several tests of one code (``pdx in F.DX`` of its MDC and ``pdx in FR2.DX`` of its own). Each is asked at a depth; a
code leaves a row over when at every depth it passes the test there, or none is asked. Codes that pass the same tests share one mask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from coding_rules.expression.compiler import Environment
from coding_rules.expression.tree import In, Is

Membership = In | Is
"""A test of one code: in a list, or equal to a code."""


class Candidates(NamedTuple):
    """The rows that each code leaves over; ``otherwise`` those of a code that passes no test at all."""

    otherwise: int
    by_code: dict[str, int]


def candidates(asked: Sequence[Sequence[Membership]], environment: Environment) -> Candidates:
    """What every code leaves over of rows that each ask these tests of it; row ``n`` is bit ``n``."""
    bits: dict[Membership, int] = {}
    depths = [_Depth() for _ in range(max(map(len, asked), default=0))]
    every = 0
    for number, tests in enumerate(asked):
        row = 1 << number
        every |= row
        for depth, test in zip(depths, tests, strict=False):
            bit = bits.setdefault(test, 1 << len(bits))
            depth.asking[bit] = depth.asking.get(bit, 0) | row
        for depth in depths[len(tests) :]:
            depth.open |= row
    shared = {0: _left_over(every, depths, ())}
    by_code: dict[str, int] = {}
    for code, passed in _passed(bits.items(), environment).items():
        rows = shared.get(passed)
        if rows is None:
            rows = shared[passed] = _left_over(every, depths, tuple(_single_bits(passed)))
        by_code[code] = rows
    return Candidates(shared[0], by_code)


class _Depth:
    """The rows that ask each test (by its bit) at one depth, and those that ask none there."""

    def __init__(self) -> None:
        self.open = 0
        self.asking: dict[int, int] = {}


def _left_over(every: int, depths: Iterable[_Depth], passed: Sequence[int]) -> int:
    rows = every
    for depth in depths:
        open_here = depth.open
        for bit in passed:
            open_here |= depth.asking.get(bit, 0)
        rows &= open_here
    return rows


def _passed(bits: Iterable[tuple[Membership, int]], environment: Environment) -> dict[str, int]:
    """The bits of the tests that each code passes, for the codes that pass any."""
    passed: dict[str, int] = {}
    before = passed.get
    for test, bit in bits:
        for code in environment.matching(test):
            passed[code] = before(code, 0) | bit
    return passed


def _single_bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest
        mask ^= lowest
