"""DipRules: what a region decides about grouping. A part of the region profile; the groupers only read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Protocol, runtime_checkable

from coding_rules.grouper.dip.expression import Dialect, ProcedureMatch, clean_procedure
from coding_rules.grouper.dip.spec import clean_spec
from icd_tables.codes import normalize_code


class Pipeline(StrEnum):
    """Which grouping procedure a catalogue follows."""

    REGIONAL = "regional"
    """核心 -> 综合 over one catalogue (1.0 and 2.0 style)."""
    NATIONAL_3 = "national_3"
    """先期 -> 并项 -> 诊断辅助细分 -> 基础 -> 综合."""


class MainProcedure(StrEnum):
    """Which filed procedure may be a group's main procedure."""

    FIRST = "first"
    ANY = "any"


class Conservative(StrEnum):
    """When a case counts as 保守治疗."""

    NONE_FILED = "none_filed"
    KIND = "kind"
    """No procedure of a kind above 保守治疗 (codes without a kind do not count)."""
    MINOR = "minor"
    """Every procedure is unknown, or 切口 0 类 below level 3."""


class CaseKind(StrEnum):
    """Which procedure gives the case its kind for 综合病种."""

    HIGHEST = "highest"
    FIRST = "first"


MIXED_STEPS = ("3", "2", "1", "range", "chapter", "letter", "blank")
"""Steps of the 综合 chain: category, its first 2 and 1 characters, code ranges; then, for what is left, catch-alls by ICD chapter
and by first letter (保底组), 空白病种."""

TIE_BREAKS = (
    "layer",
    "priority",
    "plus_count",
    "matched_count",
    "full_code",
    "exact_first",
    "first_procedure",
    "main_first",
    "surgery_points",
    "fee_distance",
    "highest_points",
    "row_order",
)


@dataclass(frozen=True, slots=True)
class DipRules:
    """Grouping parameters of a region. The defaults follow the national specification for 当年病例入组.

    ``principal_length`` characters of the principal diagnosis form the 核心 key (5 = four characters with the dot);
    ``layers`` are tried together, in this order of preference; ``tie_breaks`` choose among the candidates, each step keeping
    the best (names of ``TIE_BREAKS``); ``priority`` lists ``核心·手术`` style labels for the step of that name;
    ``excluded_diagnoses`` and ``excluded_procedures`` are exact codes; ``bare_always`` makes a group without procedures a candidate
    of every case; ``basic_as_mixed`` looks 基层 groups of a category up as 综合 ones are; ``range_by_category`` writes the case's
    category in place of the range in the code of a 综合 group;
    ``resistant_code`` among the other diagnoses means 结核耐药, ``resistant_by_principal`` are the categories where the list of
    resistant principal diagnoses says so too, ``resistant_bare_any`` lets a tuberculosis row without procedures take
    cases with any.
    """

    pipeline: Pipeline = Pipeline.REGIONAL
    code_edition: str = "医保版2.0"
    dialect: Dialect = Dialect.PLATFORM
    principal_length: int = 5
    procedure_match: ProcedureMatch = ProcedureMatch.EXACT
    main_procedure: MainProcedure = MainProcedure.FIRST
    related_match: str = "all"
    conservative: Conservative = Conservative.KIND
    bare_always: bool = False
    intervention_as: str = "手术"
    case_kind: CaseKind = CaseKind.HIGHEST
    infer_kinds: bool = True
    layers: tuple[str, ...] = ("核心", "基层", "中医", "综合")
    mixed_steps: tuple[str, ...] = ("3", "range", "chapter", "blank")
    basic_as_mixed: bool = False
    range_by_category: bool = False
    mixed_by_level: bool = False
    mixed_surgery_first: bool = False
    tie_breaks: tuple[str, ...] = ("layer", "matched_count", "main_first", "highest_points", "row_order")
    priority: tuple[str, ...] = ()
    excluded_diagnoses: frozenset[str] = frozenset()
    excluded_procedures: frozenset[str] = frozenset()
    resistant_code: str = "U84.3"
    resistant_by_principal: tuple[str, ...] = ("A15", "A16", "A19")
    resistant_bare_any: bool = False

    def __post_init__(self) -> None:
        """Codes as people type them (``z51.100``, ``６.3100``) are kept in the spelling they are compared in."""
        object.__setattr__(
            self, "excluded_diagnoses", frozenset(map(normalize_code, self.excluded_diagnoses))
        )
        object.__setattr__(
            self, "excluded_procedures", frozenset(map(clean_procedure, self.excluded_procedures))
        )
        object.__setattr__(self, "resistant_code", clean_spec(self.resistant_code))
        by_principal = tuple(map(clean_spec, self.resistant_by_principal))
        object.__setattr__(self, "resistant_by_principal", by_principal)


_BOTH = frozenset(
    [
        "pipeline",
        "code_edition",
        "dialect",
        "procedure_match",
        "intervention_as",
        "case_kind",
        "infer_kinds",
        "excluded_diagnoses",
        "excluded_procedures",
    ]
)
_NATIONAL_3 = frozenset(each.name for each in fields(DipRules) if each.name.startswith("resistant_"))
USED: Mapping[Pipeline, frozenset[str]] = {
    Pipeline.REGIONAL: frozenset(each.name for each in fields(DipRules)) - _NATIONAL_3,
    Pipeline.NATIONAL_3: _BOTH | _NATIONAL_3,
}
"""The parameters each pipeline goes by; the national 3.0 scheme settles the others itself."""


class HasDipRules(Protocol):
    """A region profile, as far as a grouper cares."""

    @property
    def title(self) -> str:
        """Name of the profile for the path."""
        ...

    @property
    def grouping(self) -> DipRules:
        """The grouping parameters."""
        ...

    @property
    def demo(self) -> bool:
        """Whether the profile is a demonstration."""
        ...


@runtime_checkable
class Dated(Protocol):
    """Something that holds from a day to a day: a catalogue, a region profile."""

    @property
    def title(self) -> str:
        """Its name for the path."""
        ...

    @property
    def valid_from(self) -> date | None:
        """The first day it holds."""
        ...

    @property
    def valid_to(self) -> date | None:
        """The last day it holds."""
        ...

    def in_force(self, day: date | None) -> bool:
        """Whether it covers a day."""
        ...
