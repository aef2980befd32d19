"""Procedure kinds (手术操作属性): 手术, 介入治疗, 治疗性操作, 诊断性操作. DIP's 综合病种 are split by them.

The official kind is the column 类别 of the national clinical procedure table; hospitals import it. Without it the kind is
inferred, and every answer says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from coding_rules.grouper.dip.expression import clean_procedure
from coding_rules.grouper.dip.procedure_chapters import infer_kind


class ProcedureKind(StrEnum):
    """Kinds in the order 保守治疗 < 诊断性操作 < 治疗性操作 < 介入治疗 < 手术."""

    NONE = "保守治疗"
    DIAGNOSTIC = "诊断性操作"
    THERAPEUTIC = "治疗性操作"
    INTERVENTION = "介入治疗"
    SURGERY = "手术"

    @property
    def rank(self) -> int:
        """0 for 保守治疗 up to 4 for 手术."""
        return _ORDER[self]


_ORDER = {kind: rank for rank, kind in enumerate(ProcedureKind)}

_SPELLINGS = (
    ("介入", ProcedureKind.INTERVENTION),
    ("诊断性", ProcedureKind.DIAGNOSTIC),
    ("ZDXCZ", ProcedureKind.DIAGNOSTIC),
    ("治疗性", ProcedureKind.THERAPEUTIC),
    ("ZLXCZ", ProcedureKind.THERAPEUTIC),
    ("手术", ProcedureKind.SURGERY),
    ("保守", ProcedureKind.NONE),
    ("内科", ProcedureKind.NONE),
    ("BSZL", ProcedureKind.NONE),
)


_LEVELS = ((4, ("四", "IV")), (3, ("三", "III")), (2, ("二", "II")), (1, ("一", "I")))


def read_kind(text: str) -> ProcedureKind | None:
    """The kind a published text means (``手术``, ``介入``, ``治疗性操作组``, ``SS``, ``内科诊疗``), or ``None``."""
    wanted = text.strip().upper()
    if wanted == "SS":
        return ProcedureKind.SURGERY
    return next((kind for spelling, kind in _SPELLINGS if spelling in wanted), None)


def read_level(text: str) -> int:
    """手术级别 1..4 as published (``3``, ``三级``, ``Ⅲ级``, ``3级手术``), 0 when it says none."""
    written = unicodedata.normalize("NFKC", text).upper()
    digit = re.search(r"[1-4]", written)
    if digit:
        return int(digit[0])
    return next((level for level, signs in _LEVELS if any(sign in written for sign in signs)), 0)


@dataclass(frozen=True, slots=True)
class ProcedureFact:
    """One row of a kind table. ``level`` 手术级别 1..4 (0 unknown), ``incision`` 切口分类 as published."""

    kind: ProcedureKind
    level: int = 0
    incision: str = ""


@dataclass(frozen=True)
class ProcedureKinds:
    """The kind of every procedure, from the best source at hand.

    ``facts`` is an imported table (by clean code), ``surgical`` an optional set of codes known to be surgery (the valid
    procedures of a DRG scheme), ``infer`` whether anything else is inferred from ICD-9-CM-3 chapters; otherwise it is unknown.
    """

    facts: Mapping[str, ProcedureFact] = field(default_factory=dict)
    surgical: frozenset[str] = frozenset()
    infer: bool = True
    title: str = ""

    @classmethod
    def of(cls, kinds: Mapping[str, str], title: str = "") -> ProcedureKinds:
        """Kinds from plain text; codes whose kind cannot be read are left out."""
        facts = {
            clean_procedure(code): ProcedureFact(kind)
            for code, text in kinds.items()
            if (kind := read_kind(text)) is not None
        }
        return cls(facts, title=title)

    def with_surgical(self, codes: Iterable[str]) -> ProcedureKinds:
        """The same with a set of surgical codes (valid procedures of a DRG scheme) behind the table."""
        surgical = frozenset(clean_procedure(code) for code in codes)
        return ProcedureKinds(self.facts, surgical, self.infer, self.title)

    def kind(self, code: str) -> ProcedureKind | None:
        """The kind of a clean code, or ``None`` when nothing says and inferring is off."""
        known = self._known.get(code)
        if known is None:
            known = self._known[code] = self._find(code)
        return known[0]

    def source(self, code: str) -> str:
        """Where the kind of a code comes from, for the path."""
        self.kind(code)
        return self._known[code][1]

    def level(self, code: str) -> int:
        """手术级别 1..4, or 0 when the table does not say."""
        fact = self.facts.get(code)
        return fact.level if fact else 0

    def minor(self, code: str) -> bool:
        """Whether an operation is minor: unknown to the table, or 切口 0 类 below level 3 (Yichang's 保守治疗 test)."""
        fact = self.facts.get(code)
        return fact is None or (fact.incision.startswith(("0", "０")) and fact.level < 3)

    @cached_property
    def _known(self) -> dict[str, tuple[ProcedureKind | None, str]]:
        return {}

    def _find(self, code: str) -> tuple[ProcedureKind | None, str]:
        fact = self.facts.get(code)
        if fact is not None:
            return fact.kind, self.title or "手术操作属性表"
        if code in self.surgical:
            return ProcedureKind.SURGERY, "DRG 方案的有效手术表"
        if self.infer and (inferred := infer_kind(code)):
            return ProcedureKind(inferred), "手术类别按章节推断"
        return None, "属性表中没有该编码"
