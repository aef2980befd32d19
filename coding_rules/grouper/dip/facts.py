"""What a DIP grouper reads off a case before it looks at the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coding_rules.grouper.dip.expression import clean_procedure
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind, ProcedureKinds
from coding_rules.grouper.dip.rules import CaseKind, Conservative, DipRules
from coding_rules.grouper.inputs import GrouperInput
from icd_tables.codes import normalize_code, without_marks

# First category of each ICD-10 chapter, in the order of the book; chapter 22 (U) is kept apart from 21 (Z).
_CHAPTER_STARTS = (
    ("A00", 1),
    ("C00", 2),
    ("D50", 3),
    ("E00", 4),
    ("F00", 5),
    ("G00", 6),
    ("H00", 7),
    ("H60", 8),
    ("I00", 9),
    ("J00", 10),
    ("K00", 11),
    ("L00", 12),
    ("M00", 13),
    ("N00", 14),
    ("O00", 15),
    ("P00", 16),
    ("Q00", 17),
    ("R00", 18),
    ("S00", 19),
    ("U00", 22),
    ("V00", 20),
    ("Z00", 21),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """A case in the catalogue's spelling. ``dropped`` are procedures the region leaves out of grouping.

    ``kinds`` run parallel to ``procedures`` (介入 already counted as the region says, unknown as 保守治疗). ``level`` is the
    手术级别 as 综合 groups are split by it: levels 4 and 3 make 3, then 2 and 1; empty when unknown.
    """

    principal: str
    keys: tuple[str, ...]
    procedures: tuple[str, ...]
    kinds: tuple[ProcedureKind, ...]
    kind: ProcedureKind
    conservative: bool
    fee: int | None = None
    dropped: tuple[str, ...] = ()
    level: str = ""


def principal_head(code: str) -> str:
    """The dagger part of a principal diagnosis in comparable spelling: ``M47.001+G99.2*`` -> ``M47.001``."""
    return without_marks(normalize_code(code))


def principal_keys(head: str, length: int) -> tuple[str, ...]:
    """Keys a principal diagnosis is looked up by, the most specific first; catalogues write some 核心 groups by category (``I10``)."""
    return tuple(dict.fromkeys((head[:length], head[:3])))


def chapter(head: str) -> int:
    """The ICD-10 chapter (1..22) of a diagnosis, or 0 for something that is no ICD-10 code."""
    if len(head) < 3 or not head[0].isalpha() or not head[1:3].isdigit():
        return 0
    return next((number for start, number in reversed(_CHAPTER_STARTS) if start <= head), 0)


def region_kind(kind: ProcedureKind | None, rules: DipRules) -> ProcedureKind:
    """The kind as the region counts it: 介入 as 手术 or 治疗性操作, unknown as 保守治疗."""
    if kind is None:
        return ProcedureKind.NONE
    return ProcedureKind(rules.intervention_as) if kind is ProcedureKind.INTERVENTION else kind


def case_kind(kinds: Iterable[ProcedureKind], rules: DipRules) -> ProcedureKind:
    """The kind of a case from the kinds of its procedures."""
    listed = tuple(kinds)
    if not listed:
        return ProcedureKind.NONE
    return listed[0] if rules.case_kind is CaseKind.FIRST else max(listed, key=lambda kind: kind.rank)


def read_facts(case: GrouperInput, rules: DipRules, kinds: ProcedureKinds, excluded: frozenset[str]) -> Facts:
    """The facts of a case under a region's rules."""
    head = principal_head(case.diagnoses[0]) if case.diagnoses else ""
    filed = tuple(dict.fromkeys(clean for code in case.procedures if (clean := clean_procedure(code))))
    procedures = tuple(code for code in filed if code not in excluded) if excluded else filed
    found = tuple(region_kind(kinds.kind(code), rules) for code in procedures)
    kind = case_kind(found, rules)
    return Facts(
        principal=head,
        keys=principal_keys(head, rules.principal_length),
        procedures=procedures,
        kinds=found,
        kind=kind,
        conservative=_conservative(procedures, found, rules, kinds),
        fee=case.total_fee,
        dropped=tuple(code for code in filed if code in excluded),
        level=_level(procedures, rules, kinds) if rules.mixed_by_level else "",
    )


def _level(procedures: tuple[str, ...], rules: DipRules, kinds: ProcedureKinds) -> str:
    counted = procedures[:1] if rules.case_kind is CaseKind.FIRST else procedures
    level = max((procedure_level(code, kinds) for code in counted), default=0)
    return str(level) if level else ""


def procedure_level(code: str, kinds: ProcedureKinds) -> int:
    """The 手术级别 of a procedure as 综合 groups are split by it (levels 4 and 3 make 3), 0 when unknown."""
    return min(kinds.level(code), 3)


def _conservative(
    procedures: tuple[str, ...], found: tuple[ProcedureKind, ...], rules: DipRules, kinds: ProcedureKinds
) -> bool:
    if not procedures or rules.conservative is Conservative.NONE_FILED:
        return not procedures
    if rules.conservative is Conservative.MINOR:
        return all(kinds.minor(code) for code in procedures)
    return all(kind is ProcedureKind.NONE for kind in found)
