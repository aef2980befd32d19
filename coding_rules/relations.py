"""Which procedures go with which diagnoses, learned from the tables a hospital loads (a DIP catalogue, a DRG scheme).

A DIP catalogue says it row by row (4-character diagnosis, main procedure, related procedures, mean fee); a DRG scheme says
it by families (an MDC's diagnoses and the procedures of its surgical groups). What neither table mentions is unknown, not
wrong. Codes are those of the edition the tables use (医保版); they are compared in normalised spelling, capital ``X`` folded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from icd_tables.codes import normalize_code, subcategory, without_marks


class Bond(StrEnum):
    """How a procedure and a diagnosis stand to each other."""

    PAIR = "目录中有此组合"
    FAMILY = "同一主要诊断大类"
    NEVER = "从不同现"
    UNKNOWN = "目录未载"


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a catalogue: diagnosis key (``H25.9``), main procedure ("" = treated without), related ones, mean fee in 分.

    ``cases`` is how many cases the row was made from, ``cv`` the coefficient of variation of their fees, ``mean_los`` their
    mean stay in days; ``None``: not published.
    """

    diagnosis: str
    main: str = ""
    related: tuple[str, ...] = ()
    mean_fee: int | None = None
    cases: float | None = None
    cv: float | None = None
    mean_los: float | None = None
    codes: frozenset[str] = field(init=False, default=frozenset())
    """All procedures of the row."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", frozenset((self.main, *self.related)) - {""})


@dataclass(frozen=True, slots=True)
class Families:
    """A coarse relation: the families (MDCs) each diagnosis code and each procedure code belongs to."""

    diagnoses: Mapping[str, frozenset[str]] = field(default_factory=dict)
    procedures: Mapping[str, frozenset[str]] = field(default_factory=dict)


@lru_cache(maxsize=100_000)
def diagnosis_key(code: str) -> str:
    """The key a catalogue files a diagnosis under: the normalised subcategory without marks (``A86.x``)."""
    return subcategory(without_marks(normalize_code(code)))


class Relations:
    """What the loaded tables say; asked with codes in any spelling."""

    def __init__(self, groups: Iterable[Group] = (), families: Families | None = None) -> None:
        self.families = families or Families()
        self._groups: dict[str, list[Group]] = {}
        self._diagnoses_of: dict[str, set[str]] = {}
        for group in groups:
            self._add(group)

    def _add(self, group: Group) -> None:
        key = diagnosis_key(group.diagnosis)
        main, related = normalize_code(group.main), tuple(normalize_code(code) for code in group.related)
        row = replace(group, diagnosis=key, main=main, related=related)
        self._groups.setdefault(key, []).append(row)
        for code in (row.main, *row.related):
            if code:
                self._diagnoses_of.setdefault(code, set()).add(key)

    def __bool__(self) -> bool:
        return bool(self._groups or self.families.procedures)

    @property
    def has_groups(self) -> bool:
        """Whether a catalogue was learned from."""
        return bool(self._groups)

    @property
    def groups(self) -> Sequence[Group]:
        """All rows learned from a catalogue."""
        return [group for rows in self._groups.values() for group in rows]

    def groups_of(self, diagnosis: str) -> Sequence[Group]:
        """Catalogue rows of a diagnosis: those of its subcategory, else those of its category."""
        key = diagnosis_key(diagnosis)
        return self._groups.get(key) or self._groups.get(key[:3]) or ()

    def bond(self, diagnosis: str, procedure: str) -> Bond:
        """How the two stand to each other.

        ``NEVER`` only when both are known, no table brings them together, and the procedure's diagnoses lie in other
        chapters: a catalogue lists common pairs, so that a rare pair within a chapter is unknown, not wrong.
        """
        key, code = diagnosis_key(diagnosis), normalize_code(procedure)
        known = self._diagnoses_of.get(code, set())
        if key in known:
            return Bond.PAIR
        own = self.families_of(diagnosis)
        theirs = self.families.procedures.get(code, frozenset())
        if own & theirs or any(other[:3] == key[:3] for other in known):
            return Bond.FAMILY
        if own and theirs:
            return Bond.NEVER
        apart = bool(known) and all(other[:1] != key[:1] for other in known)
        return Bond.NEVER if apart and (own or self.groups_of(diagnosis)) else Bond.UNKNOWN

    def families_of(self, diagnosis: str) -> frozenset[str]:
        """Families of a diagnosis; a scheme lists a dagger code with or without its asterisk part."""
        known, code = self.families.diagnoses, normalize_code(diagnosis)
        return known.get(code) or known.get(without_marks(code)) or frozenset()

    def operated_only(self, diagnosis: str) -> bool:
        """Whether the catalogue has the diagnosis only with a procedure, never treated without."""
        groups = self.groups_of(diagnosis)
        return bool(groups) and all(group.main for group in groups)

    def main_among(self, diagnosis: str, procedures: Sequence[str]) -> int | None:
        """Position of the procedure the catalogue takes as main when these were all done, or ``None`` if it does not say.

        The row with most related procedures done speaks; where a row exists the other way round too, nothing is said.
        """
        done = [normalize_code(code) for code in procedures]
        best: dict[str, int] = {}
        for group in self.groups_of(diagnosis):
            if group.main in done and set(group.related) <= set(done):
                best[group.main] = max(best.get(group.main, 0), len(group.related))
        if not best:
            return None
        most = max(best.values())
        winners = [code for code, number in best.items() if number == most]
        return done.index(winners[0]) if len(winners) == 1 else None
