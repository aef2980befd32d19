"""What selection weighs: a case with its codes ready, and the reasons (signals) it gives for or against a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from coding_rules.case import Case, Diagnosis, Procedure
from coding_rules.course import Course, Support, support
from coding_rules.insurance_codes import CodeMapper
from coding_rules.relations import Relations
from icd_tables.codes import Kind, normalize_code, without_marks


@dataclass(frozen=True, slots=True)
class Signal:
    """One reason for or against a line: its 0-based index, weight (positive: for) and the sentence that says so."""

    index: int
    weight: float
    reason: str


@dataclass(frozen=True)
class Setting:
    """A case with its codes ready: bare filed codes for the lists, 医保版 codes for the relations (none where nobody asks)."""

    case: Case
    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    insured_diagnoses: tuple[str, ...]
    insured_procedures: tuple[str, ...]
    relations: Relations
    supports: tuple[Support, ...] = ()
    """What the catalogue has for each diagnosis as principal; empty without a catalogue, and where nothing is to be chosen."""

    @property
    def main(self) -> str:
        """The main procedure in the spelling of the relations, or ""."""
        return self.insured_procedures[0] if self.insured_procedures else ""


@lru_cache(maxsize=100_000)
def bare(code: str) -> str:
    """A filed code as the lists spell it."""
    return without_marks(normalize_code(code))


def make_setting(case: Case, relations: Relations | None, terminology: CodeMapper | None) -> Setting:
    """A case with its codes ready."""
    return Setting(
        case,
        tuple(bare(line.code) for line in case.diagnoses),
        tuple(bare(line.code) for line in case.procedures),
        _insured(case, case.diagnoses, Kind.DIAGNOSIS, terminology) if relations or case.procedures else (),
        _insured(case, case.procedures, Kind.PROCEDURE, terminology),
        relations or Relations(),
    )


def with_supports(setting: Setting) -> Setting:
    """The same with the catalogue's cases for every line; as it is where the catalogue knows none of them."""
    rows = [setting.relations.groups_of(code) for code in setting.insured_diagnoses]
    if len(rows) < 2 or not any(rows):
        return setting
    done = frozenset(code for code in map(normalize_code, setting.insured_procedures) if code)
    course = Course.of(setting.case)
    return replace(setting, supports=tuple(support(groups, done, course) for groups in rows))


def _insured(
    case: Case, lines: Sequence[Diagnosis | Procedure], kind: Kind, terminology: CodeMapper | None
) -> tuple[str, ...]:
    if terminology is None:
        return tuple(normalize_code(line.code) for line in lines)
    return tuple(terminology.to_insurance(kind, case.edition, line.code).code for line in lines)
