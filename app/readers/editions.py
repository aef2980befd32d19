"""Which edition a file's codes are written in: the share of filed codes, with agreeing names, in each loaded table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from icd_tables.codes import Edition, Kind
from icd_tables.terminology import Terminology

_ENOUGH = 20_000
"""Distinct (code, name) pairs looked at; more change no verdict."""


@dataclass
class FiledCodes:
    """Codes and names as filed, counted while the rows are read."""

    pairs: Counter[tuple[Kind, str, str]] = field(default_factory=Counter)

    def add(self, kind: Kind, code: str, name: str) -> None:
        """Count one line."""
        key = (kind, code, name)
        if code and (len(self.pairs) < _ENOUGH or key in self.pairs):
            self.pairs[key] += 1


def detect_edition(
    filed: FiledCodes, terminology: Terminology, usual: Edition = Edition.CLINICAL
) -> tuple[Edition, str]:
    """The edition whose tables know more of the filed codes under their filed names, and a sentence with the evidence.

    A tie, or no tables to ask, means the ``usual`` one: front pages are to be filled in with 国临版, settlement lists with 医保版.
    """
    total = filed.pairs.total()
    if not total:
        return usual, f"文件中没有编码，按{usual.value}处理"
    asked = [
        e
        for e in sorted(Edition, key=lambda each: each is not usual)
        if any(terminology.table(k, e) for k in Kind)
    ]
    if not asked:
        return usual, f"{total:,} 个编码；未载入编码表，按{usual.value}处理"
    counts = {edition: _count(filed.pairs.items(), terminology, edition) for edition in asked}
    shares = "，".join(
        f"{edition.value}命中 {known / total:.1%}（名称相符 {agreeing / total:.1%}）"
        for edition, (known, agreeing) in counts.items()
    )
    best = max(asked, key=lambda edition: (counts[edition][1], counts[edition][0]))
    known, agreeing = counts[best]
    doubt = ""
    if known < total / 2:
        best, doubt = usual, f"；多数编码不在已载入的编码表中，暂按{usual.value}处理，请核对"
    elif agreeing < known / 2:
        doubt = "；编码与名称大多不符，请核对文字编码和列对应关系"
    return best, f"{total:,} 个编码：{shares}{doubt}"


def _count(
    pairs: Iterable[tuple[tuple[Kind, str, str], int]], terminology: Terminology, edition: Edition
) -> tuple[int, int]:
    """Lines whose code the edition knows, and those whose name agrees as well."""
    known = agreeing = 0
    for (kind, code, name), times in pairs:
        entry = terminology.lookup(kind, edition, code)
        if entry is not None:
            known += times
            if not name or name == entry.name or name in entry.aliases:
                agreeing += times
    return known, agreeing
