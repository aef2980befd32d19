"""Groups with alternatives, combined parts or short codes, met by the bits of whichever filed procedures fill their parts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_

from coding_rules.grouper.dip.compiled_rules import Compiled
from coding_rules.grouper.dip.expression import Alternative, Expression, Part, hits


class OrderMattersError(Exception):
    """Several filed procedures fill the same part of a group."""


class Filling:
    """What fills the groups of one principal diagnosis. ``bits`` are its procedures' own; more may come while cases are met."""

    def __init__(self, shared: Compiled, bits: Mapping[str, int]) -> None:
        self._shared = shared
        self._bits = bits
        self._parts: dict[Part, tuple[int, int]] = {}

    def meet(self, main: Expression, related: Expression, present: int, lead: int) -> tuple[int, int] | None:
        """Bits of the procedures that fill a group, and of the one in the main place; ``None`` when it is not filled.

        ``present`` are the bits of the filed procedures, ``lead`` the one filed first. Raises ``OrderMattersError``.
        """
        filled = self._fill(main, present, lead=lead if self._shared.strict else None)
        if main and filled is None:
            return None
        used, first = filled or (0, 0)
        more = self._fill(related, present & ~used, partial=self._shared.partial) if related else (0, 0)
        return None if more is None else (used | more[0], first)

    def _fill(
        self, expression: Expression, present: int, *, lead: int | None = None, partial: bool = False
    ) -> tuple[int, int] | None:
        """Bits of all fillers of the fullest alternative, and of its first part's; ``None``: none holds.

        ``lead`` is the bit of the first filed procedure where that one must fill the first part.
        """
        best: tuple[int, int] | None = None
        most = 0
        for alternative in expression:
            met = [bit for bit in self._fillers(alternative, present, lead) if bit]
            if len(met) < (1 if partial else len(alternative)) or (best is not None and len(met) <= most):
                continue
            used = reduce(or_, met)
            best, most = (used, met[0]), used.bit_count()
        return best

    def _fillers(self, alternative: Alternative, present: int, lead: int | None) -> list[int]:
        fillers: list[int] = []
        for place, part in enumerate(alternative):
            hit = self._hit(part) & present
            if lead is not None:
                hit &= ~lead if place else lead
            if hit & (hit - 1):
                raise OrderMattersError
            fillers.append(hit)
        return fillers

    def _hit(self, part: Part) -> int:
        """Bits of the procedures seen so far that fill a part."""
        seen, bits = self._parts.get(part, (0, 0))
        if seen < len(self._bits):
            match = self._shared.rules.procedure_match
            for code, bit in list(self._bits.items())[seen:]:
                if any(hits(token, code, match) for token in part):
                    bits |= bit
            self._parts[part] = len(self._bits), bits
        return bits
