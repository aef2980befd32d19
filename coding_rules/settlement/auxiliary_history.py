"""Factors from history: mean fee of a stratum / mean fee of its group last year, where the triggers of the region hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from coding_rules.grouper.grouping import Grouping
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.auxiliary import AuxiliaryRow
from coding_rules.settlement.rules import AuxiliaryRules
from coding_rules.settlement.statistics import mean, variation
from coding_rules.settlement.strata import ICU, SeverityTables, strata_of


@dataclass(frozen=True, slots=True)
class Refusal:
    """A stratum that did not become a factor, and why."""

    group: str
    kind: str
    label: str
    reason: str


def factors_from_history(
    cases: Iterable[tuple[Grouping, GrouperInput]], tables: SeverityTables, rules: AuxiliaryRules, title: str
) -> tuple[tuple[AuxiliaryRow, ...], tuple[Refusal, ...]]:
    """Factors of every 核心 group that meets the triggers, and the strata that did not with the reason.

    Triggers: more than ``group_cases`` cases in the group, more than ``stratum_cases`` in the stratum, CV of the group above
    ``cv_screen``, and splitting lowers the CV by at least ``cv_drop``. A trigger that is ``None`` does not apply; for 监护病房天数
    the two numbers of cases and the drop are multiplied by ``icu_relax``.
    """
    by_group: dict[str, list[tuple[Decimal, Mapping[str, str]]]] = {}
    for grouping, case in cases:
        if grouping.kind not in rules.kinds or case.total_fee is None:
            continue
        found = strata_of(case, grouping.mean_fee, tables, rules).found
        labels: dict[str, str] = {}
        for stratum in found:  # a case counts in one stratum of each kind, the first
            labels.setdefault(stratum.kind, stratum.label)
        by_group.setdefault(grouping.group, []).append((Decimal(case.total_fee) / 100, labels))
    rows: list[AuxiliaryRow] = []
    refused: list[Refusal] = []
    for group, filed in sorted(by_group.items()):
        for kind in sorted({kind for _, labels in filed for kind in labels}):
            _split(group, kind, filed, _triggers(kind, rules), title, rows, refused)
    return tuple(rows), tuple(refused)


def _triggers(kind: str, rules: AuxiliaryRules) -> AuxiliaryRules:
    """The triggers as they hold for one kind of stratum."""
    share = rules.icu_relax
    if kind != ICU or share is None:
        return rules

    def part(number: int | None) -> int | None:
        return None if number is None else int(number * share)

    drop = None if rules.cv_drop is None else rules.cv_drop * share
    return replace(
        rules, group_cases=part(rules.group_cases), stratum_cases=part(rules.stratum_cases), cv_drop=drop
    )


def _split(
    group: str,
    kind: str,
    filed: Sequence[tuple[Decimal, Mapping[str, str]]],
    rules: AuxiliaryRules,
    title: str,
    rows: list[AuxiliaryRow],
    refused: list[Refusal],
) -> None:
    fees = [fee for fee, _ in filed]
    strata: dict[str, list[Decimal]] = {}
    for fee, labels in filed:
        strata.setdefault(labels.get(kind, ""), []).append(fee)
    whole = _group_refusal(fees, strata, rules)
    overall = mean(fees)
    for label in sorted(strata):
        if not label:
            continue
        few = rules.stratum_cases is not None and len(strata[label]) <= rules.stratum_cases
        reason = whole or (f"该分型 {len(strata[label])} 例，不多于 {rules.stratum_cases} 例" if few else "")
        if reason:
            refused.append(Refusal(group, kind, label, reason))
            continue
        part = mean(strata[label])
        count = len(strata[label])
        rows.append(AuxiliaryRow(group, kind, label, part / overall, count, part, overall, title))


def _group_refusal(
    fees: Sequence[Decimal], strata: Mapping[str, Sequence[Decimal]], rules: AuxiliaryRules
) -> str:
    if rules.group_cases is not None and len(fees) <= rules.group_cases:
        return f"病种 {len(fees)} 例，不多于 {rules.group_cases} 例"
    if not mean(fees):
        return "病种均费为 0"
    before = variation(fees)
    if rules.cv_screen is not None and before <= rules.cv_screen:
        return f"病种 CV {before:.3f}，不大于 {rules.cv_screen}"
    after = _within(strata) / mean(fees)
    if rules.cv_drop is not None and (not before or 1 - after / before < rules.cv_drop):
        return f"分型后 CV 由 {before:.3f} 降至 {after:.3f}，不足 {rules.cv_drop * 100:.0f}%"
    return ""


def _within(strata: Mapping[str, Sequence[Decimal]]) -> Decimal:
    """Pooled standard deviation inside the strata."""
    squares, count = Decimal(0), 0
    for fees in strata.values():
        centre = mean(fees)
        squares += sum(((fee - centre) ** 2 for fee in fees), Decimal(0))
        count += len(fees)
    return (squares / (count - 1)).sqrt() if count > 1 else Decimal(0)
