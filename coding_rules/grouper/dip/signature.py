"""What a case's procedures come down to for one principal diagnosis, as the bits of one integer.

A procedure that some group of the diagnosis asks for has a bit of its own, and a second one that says it was filed first; of every
other procedure only its kind, level and the like count. Cases with the same bits reach the same group, so that a group is
found once for all of them. Layout, from the lowest bit: kind of the case, kind of the first procedure, 手术级别 of the case and of the
first procedure, four flags, then two bits for every procedure that groups ask for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from coding_rules.grouper.dip.facts import procedure_level, region_kind
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind, ProcedureKinds
from coding_rules.grouper.dip.rules import CaseKind, Conservative, DipRules

_KINDS, _LEVELS = 5, 3
_LEAD_KIND = _KINDS
_LEVEL = _LEAD_KIND + _KINDS
_LEAD_LEVEL = _LEVEL + _LEVELS
MAJOR = 1 << (_LEAD_LEVEL + _LEVELS)
"""Some procedure is not minor (only where 保守治疗 is decided by 切口 and level)."""
STRANGER = MAJOR << 1
"""Some procedure is asked for by no group of the diagnosis (only where that matters)."""
STRANGE_SURGERY = MAJOR << 2
"""One of the strangers is a 手术."""
ODD = MAJOR << 3
"""Some procedure is blank, left out of grouping or spelled otherwise: the case has to be read again."""
FIRST_CODE = _LEAD_LEVEL + _LEVELS + 4
"""Place of the bit of the first procedure that groups ask for; its second bit follows it."""
ASKED = FIRST_CODE - 1
"""From here on (``ODD`` and the procedures that groups ask for) stands all that a group's own row looks at."""

CASE = MAJOR - 1
"""The bits that the kind and the level of the case follow from."""

_KIND_OF = tuple(ProcedureKind)
_Value = TypeVar("_Value")


class Memo(dict[str, _Value]):
    """A dictionary that computes what it lacks."""

    __slots__ = ("_compute",)

    def __init__(self, compute: Callable[[str], _Value]) -> None:
        super().__init__()
        self._compute = compute

    def __missing__(self, key: str) -> _Value:
        value = self[key] = self._compute(key)
        return value


class Classes:
    """The bits of procedures as far as they are the same for every diagnosis: what a procedure is, whichever it is.

    ``clean`` spells a filed procedure as the catalogue does, empty when it does not count. ``common`` are its bits wherever it
    stands, ``lead`` those it adds in the first place; ``stranger`` are the bits of one that no group of the diagnosis asks for,
    ``strange_lead`` of such a one in the first place, ``alone`` all that such ones come down to where their kind is all that counts.
    """

    def __init__(self, rules: DipRules, kinds: ProcedureKinds, clean: Callable[[str], str]) -> None:
        self._rules = rules
        self._kinds = kinds
        self._strangers = "exact_first" in rules.tie_breaks
        self.clean = Memo(clean)
        self.common = Memo(self._common)
        self.lead = Memo(self._lead)
        self.stranger = Memo(self._stranger)
        self.strange_lead = Memo(lambda filed: self.stranger[filed] | self.lead[filed])
        self.alone = self._bits_of_kinds()

    def counted(self, code: str) -> ProcedureKind:
        """The kind of a clean code as the region counts it."""
        return region_kind(self._kinds.kind(code), self._rules)

    def _bits_of_kinds(self) -> frozenset[int]:
        """What a procedure that no group asks for comes down to, where that is its kind alone."""
        rules = self._rules
        more = self._strangers or rules.mixed_surgery_first or rules.mixed_by_level
        if more or rules.case_kind is CaseKind.FIRST or rules.conservative is Conservative.MINOR:
            return frozenset()
        return frozenset((2 << region_kind(kind, rules).rank) - 1 for kind in ProcedureKind)

    def _common(self, filed: str) -> int:
        code = self.clean[filed]
        if code != filed or not code:
            return ODD
        # Bits up to the rank, so that those of all procedures together show the highest.
        bits = (2 << self.counted(code).rank) - 1
        if self._rules.mixed_by_level:
            bits |= ((1 << procedure_level(code, self._kinds)) - 1) << _LEVEL
        if self._rules.conservative is Conservative.MINOR and not self._kinds.minor(code):
            bits |= MAJOR
        return bits

    def _lead(self, filed: str) -> int:
        code = self.clean[filed]
        if self._rules.case_kind is not CaseKind.FIRST or code != filed or not code:
            return 0
        level = procedure_level(code, self._kinds) if self._rules.mixed_by_level else 0
        return 1 << (_LEAD_KIND + self.counted(code).rank) | ((1 << level) - 1) << _LEAD_LEVEL

    def _stranger(self, filed: str) -> int:
        bits = self.common[filed]
        if bits & ODD:
            return bits
        surgery = self._rules.mixed_surgery_first and self.counted(filed) is ProcedureKind.SURGERY
        return bits | (STRANGER if self._strangers else 0) | (STRANGE_SURGERY if surgery else 0)


def kind_of(bits: int, rules: DipRules) -> ProcedureKind:
    """The kind of the case."""
    shown = bits >> _LEAD_KIND if rules.case_kind is CaseKind.FIRST else bits
    return _KIND_OF[max(0, (shown & ((1 << _KINDS) - 1)).bit_length() - 1)]


def level_of(bits: int, rules: DipRules) -> str:
    """The 手术级别 that 综合 groups are split by; empty when unknown or not asked for."""
    shown = bits >> (_LEAD_LEVEL if rules.case_kind is CaseKind.FIRST else _LEVEL)
    level = (shown & ((1 << _LEVELS) - 1)).bit_length()
    return str(level) if level else ""


def conservative(bits: int, rules: DipRules) -> bool:
    """Whether the case counts as 保守治疗."""
    if not bits or rules.conservative is Conservative.NONE_FILED:
        return not bits
    if rules.conservative is Conservative.MINOR:
        return not bits & MAJOR
    return bits & ((1 << _KINDS) - 1) == 1
