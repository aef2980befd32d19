"""Auxiliary catalogues: a factor of a group for cases of one stratum. Factors are data, imported or computed, never invented."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from coding_rules.grouper.dip.catalogue import DipGroup
from coding_rules.grouper.grouping import Grouping
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.figures import show
from coding_rules.settlement.rules import AuxiliaryRules, AuxiliaryScheme
from coding_rules.settlement.strata import (
    AGE,
    CCI,
    ICU,
    LOCAL,
    SECONDARY,
    SEVERITY,
    TUMOUR,
    SeverityTables,
    Strata,
    known_labels,
    strata_of,
)

_SUB_CODE = re.compile(r"^(.*)_([1-4])$")
_SUB_LABELS = {"1": "轻度", "2": "中度", "3": "重度", "4": "死亡"}


@dataclass(frozen=True, slots=True)
class AuxiliaryRow:
    """One published or computed factor of a group's stratum; means in yuan where known."""

    group: str
    kind: str
    label: str
    factor: Decimal
    cases: int | None = None
    stratum_mean: Decimal | None = None
    group_mean: Decimal | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Auxiliary:
    """The factor that applies, the stratum it belongs to, the sentence that says why, and where the factor comes from."""

    factor: Decimal
    stratum: str
    why: str
    source: str = ""


class AuxiliaryCatalogue:
    """Factors by group and stratum, with the tables that decide the strata. Immutable."""

    def __init__(
        self, rows: Iterable[AuxiliaryRow], tables: SeverityTables | None = None, title: str = ""
    ) -> None:
        self.rows = tuple(rows)
        self.tables = tables or SeverityTables()
        self.title = title
        self._by_group: dict[str, dict[tuple[str, str], AuxiliaryRow]] = {}
        for row in self.rows:
            place = stratum_kind(row.kind, row.label), same_label(row.label)
            self._by_group.setdefault(row.group, {})[place] = row

    def __len__(self) -> int:
        return len(self.rows)

    def factors(self, group: str) -> Mapping[tuple[str, str], AuxiliaryRow]:
        """The rows of a group by kind of stratum and label in comparable spelling."""
        return self._by_group.get(group, {})

    def undecidable(self, rules: AuxiliaryRules) -> tuple[AuxiliaryRow, ...]:
        """Factors that can never apply, because the region's rules know no such stratum (a label spelled otherwise?)."""
        known = {(kind, same_label(label)) for kind, label in known_labels(self.tables, rules)}
        return tuple(
            row
            for row in self.rows
            if (stratum_kind(row.kind, row.label), same_label(row.label)) not in known
        )

    def strata(self, grouping: Grouping, case: GrouperInput, rules: AuxiliaryRules) -> Strata:
        """The strata of a case, whatever factors exist."""
        return strata_of(case, grouping.mean_fee, self.tables, rules)

    def undecided(self, grouping: Grouping, case: GrouperInput, rules: AuxiliaryRules) -> tuple[str, ...]:
        """What could not be decided for a case whose group has factors: a table or a value is missing."""
        if grouping.kind not in rules.kinds or grouping.group not in self._by_group:
            return ()
        return self.strata(grouping, case, rules).undecided

    def apply(self, grouping: Grouping, case: GrouperInput, rules: AuxiliaryRules) -> Auxiliary | None:
        """The highest factor whose stratum the case belongs to, or ``None``. Only groups of the region's ``kinds`` have any.

        Of sub-codes the gravest one that the group has applies, whatever its factor.
        """
        rows = self._by_group.get(grouping.group)
        if grouping.kind not in rules.kinds or not rows:
            return None
        strata = self.strata(grouping, case, rules)
        triggered = [
            (row, stratum)
            for stratum in strata.found
            if (row := rows.get((stratum.kind, same_label(stratum.label))))
        ]
        if rules.scheme is AuxiliaryScheme.SUB_CODES:
            gravest = next((row for row, stratum in triggered if stratum.kind == SEVERITY), None)
            triggered = [pair for pair in triggered if pair[1].kind != SEVERITY or pair[0] is gravest]
        if not triggered:
            return None
        best, stratum = max(triggered, key=lambda pair: pair[0].factor)
        others = "；".join(
            f"{row.kind} {row.label} {show(row.factor)}" for row, _ in triggered if row is not best
        )
        why = f"{best.kind} {best.label}：{stratum.why}；系数 {show(best.factor)}"
        if best.stratum_mean is not None and best.group_mean:
            why += f" = {show(best.stratum_mean, 2)} ÷ {show(best.group_mean, 2)}"
        if others:
            why += f"（同时符合 {others}，取最高）"
        return Auxiliary(best.factor, f"{best.kind} {best.label}", why, best.source or self.title)


_KINDS = (
    ("年龄", AGE),
    ("监护", ICU),
    ("ICU", ICU),
    ("CCI", CCI),
    ("地方特征", LOCAL),
    ("次要诊断", SECONDARY),
    ("肿瘤", TUMOUR),
    ("严重程度", SEVERITY),
)


def stratum_kind(written: str, label: str = "") -> str:
    """The kind of stratum a published table means (``疾病严重程度辅助目录``, ``CCI指数``); without one, what its label says."""
    folded = f"{written} {label if not written else ''}".upper()
    return next((kind for word, kind in _KINDS if word in folded), written or SEVERITY)


def same_label(label: str) -> str:
    """A label in comparable spelling: ``０～28天`` is ``0-28天``, ``重度Ⅲ`` is ``重度III``, ``65岁以上`` is ``65岁及以上``."""
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", label)).upper()
    return re.sub(r"[~～—–至]", "-", folded).replace("周岁", "岁").replace("及以上", "以上")


def split_sub_codes(groups: Sequence[DipGroup]) -> tuple[tuple[DipGroup, ...], tuple[AuxiliaryRow, ...]]:
    """Groups published as sub-codes ``X_1`` .. ``X_4`` (轻度 中度 重度 死亡) -> groups ``X`` with factors.

    ``X`` takes the points and fee of ``X_1``; a factor is the points of a sub-code / the points of ``X_1``. Groups
    without an ``X_1``, or without points, stay as they are.
    """
    found = [(group, _SUB_CODE.match(group.code)) for group in groups]
    bases = {m[1]: group for group, m in found if m and m[2] == "1" and group.points}
    kept: list[DipGroup] = []
    rows: list[AuxiliaryRow] = []
    for group, match in found:
        base = bases.get(match[1]) if match else None
        if match is None or base is None or not base.points or group.points is None:
            kept.append(group)
            continue
        if match[2] == "1":
            kept.append(replace(group, code=match[1]))
        factor = group.points / base.points
        rows.append(AuxiliaryRow(match[1], SEVERITY, _SUB_LABELS[match[2]], factor, source=group.source))
    return tuple(kept), tuple(rows)
