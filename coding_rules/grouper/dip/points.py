"""Points from history: a region's catalogue computed from its own cases, the way the specification says.

Groups form where cases suffice, the rest falls to 综合; then all cases are grouped by the new catalogue under the region's own rules, as
they will be in use, and every group is measured by the cases it then has. Points = 1000 x mean fee of the group / mean fee of all
(平均费用法), or against a benchmark group (基准病种法).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from coding_rules.grouper.dip.catalogue import DipCatalogue, DipGroup
from coding_rules.grouper.dip.expression import codes_of
from coding_rules.grouper.dip.facts import principal_head
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.history import (
    GroupLevel,
    HistoryCase,
    LevelMean,
    Method,
    PointsSettings,
    group_levels,
    level_means,
    trimmed,
    variation,
    weighted_mean,
)
from coding_rules.grouper.dip.history_pools import (
    Pool,
    code_of,
    core_group,
    core_key,
    core_pools,
    mixed_group,
    mixed_pools,
)
from coding_rules.grouper.dip.procedure_kinds import ProcedureKinds
from coding_rules.grouper.dip.rules import DipRules

_SIX = Decimal("0.000001")
_MOST_PASSES = 8
"""Groups lose and gain cases when all are grouped anew; after so many passes what is left moving is told, not chased."""


@dataclass(frozen=True)
class PointsResult:
    """The computed catalogue, what was left out and why, and the hospital levels.

    ``fallen`` are would-be 核心 groups below the threshold: code, cases, and the group that took them (empty: none did).
    ``trimmed`` counts the cases of a group that its mean leaves out; ``moving`` the cases that still changed group in the last pass.
    """

    catalogue: DipCatalogue
    region_mean: Decimal
    levels: tuple[LevelMean, ...]
    used: int
    group_levels: tuple[GroupLevel, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    fallen: tuple[tuple[str, int, str], ...] = ()
    trimmed: Mapping[str, int] = field(default_factory=dict)
    rules_text: str = ""
    moving: int = 0


def points_from_history(
    history: Iterable[HistoryCase],
    settings: PointsSettings,
    rules: DipRules,
    kinds: ProcedureKinds,
    title: str,
    valid_from: date | None = None,
    name_of: Callable[[str], str] = str,
    passed: Callable[[int, int], None] = lambda _done, _most: None,
) -> PointsResult:
    """Compute a catalogue from past cases. ``name_of`` names a diagnosis key or procedure code.

    ``passed`` is told after every pass over the cases (done, at most); what it raises ends the calculation.

    Cases without a fee, without a principal diagnosis or outside the weighted years are left out and counted.

    Raises:
        ValueError: the benchmark group does not exist or has too few cases; the text is for the user.
    """
    left_out: dict[str, int] = defaultdict(int)
    cases = [each for each in history if _usable(each, settings, rules.excluded_diagnoses, left_out)]
    core, rest = core_pools(cases, settings, rules)
    mixed = mixed_pools(rest, settings, rules, kinds)
    shapes = {group.code: group for key in sorted(core) if (group := core_group(key, name_of))}
    shapes |= {group.code: group for key in sorted(mixed) if (group := mixed_group(key, name_of))}
    pools = {core_group(key, str).code: pool for key, pool in core.items()}
    pools |= {mixed_group(key, str).code: pool for key, pool in mixed.items()}
    region = weighted_mean(cases, settings).quantize(_SIX)
    bench = _Bench(shapes, settings, rules, kinds, region, title, valid_from)
    catalogue, assigned, moving = bench.settle(cases, pools, passed)
    lost = assigned.count("")
    if lost:
        left_out[f"核心与综合均不足 {settings.threshold} 例，未成组"] = lost
    pools = _pooled(cases, assigned)
    return PointsResult(
        catalogue=catalogue,
        region_mean=region,
        levels=level_means(cases, settings, region),
        used=len(cases) - lost,
        group_levels=group_levels(pools, settings),
        left_out=tuple(sorted(left_out.items())),
        fallen=_fallen(cases, assigned, {code_of(key) for key in core}, rules),
        trimmed={code: len(pool) - len(trimmed(pool, settings)) for code, pool in pools.items()},
        rules_text=settings.text,
        moving=moving,
    )


def _usable(
    each: HistoryCase, settings: PointsSettings, excluded: frozenset[str], left_out: dict[str, int]
) -> bool:
    if each.year not in settings.year_weights:
        left_out[f"{each.year} 年不在计算年份内" if each.year else "没有出院日期"] += 1
    elif not each.case.total_fee or each.case.total_fee < 0:
        left_out["没有总费用"] += 1
    elif not each.case.diagnoses or not each.case.diagnoses[0].strip():
        left_out["没有主要诊断"] += 1
    elif principal_head(each.case.diagnoses[0]) in excluded:
        left_out["主要诊断不纳入分组"] += 1
    else:
        return True
    return False


@dataclass(frozen=True)
class _RuleHolder:
    """The region's rules as a grouper takes them."""

    grouping: DipRules
    title: str
    demo: bool = False


@dataclass(frozen=True)
class _Bench:
    """Measures groups and groups the cases by them, in turn."""

    shapes: Mapping[str, DipGroup]
    settings: PointsSettings
    rules: DipRules
    kinds: ProcedureKinds
    region: Decimal
    title: str
    valid_from: date | None

    def settle(
        self, cases: Sequence[HistoryCase], pools: Mapping[str, Pool], passed: Callable[[int, int], None]
    ) -> tuple[DipCatalogue, list[str], int]:
        """The catalogue, the group of every case under it ("" none), and how many cases were still moving at the end."""
        catalogue = self._measured(pools)
        assigned = self._grouped(catalogue, cases)
        for number in range(1, _MOST_PASSES + 1):
            passed(number, _MOST_PASSES)
            counted = _pooled(cases, assigned)
            kept = {code: pool for code, pool in counted.items() if len(pool) >= self.settings.threshold}
            catalogue = self._measured(kept)
            again = self._grouped(catalogue, cases)
            moving = sum(old != new for old, new in zip(assigned, again, strict=True))
            assigned = again
            if not moving:
                break
        # What is shown is measured by the cases as the catalogue in hand groups them, so that counts are true of it.
        return self._measured(_pooled(cases, assigned)), assigned, moving

    def _grouped(self, catalogue: DipCatalogue, cases: Sequence[HistoryCase]) -> list[str]:
        grouper = DipGrouper(catalogue, _RuleHolder(self.rules, self.title))
        return [light.group for light in grouper.group_batch(each.case for each in cases)]

    def _measured(self, pools: Mapping[str, Pool]) -> DipCatalogue:
        groups = [self._figures(shape, pools[code]) for code, shape in self.shapes.items() if code in pools]
        return DipCatalogue(
            self.title,
            tuple(_scaled(groups, self.settings)),
            version=self.title,
            valid_from=self.valid_from,
            kinds=self.kinds,
        )

    def _figures(self, group: DipGroup, cases: Pool) -> DipGroup:
        mean = weighted_mean(cases, self.settings).quantize(_SIX)  # points follow from the figures as shown
        fees = [Decimal(each.case.total_fee or 0) / 100 for each in trimmed(cases, self.settings)]
        stays = [Decimal(each.case.los) for each in cases if each.case.los is not None]
        region = self.region
        return replace(
            group,
            mean_fee=mean,
            points=(mean * 1000 / region).quantize(_SIX) if region else None,
            mean_los=(sum(stays, Decimal(0)) / len(stays)).quantize(_SIX) if stays else None,
            cv=variation(fees).quantize(_SIX),
            cases=len(cases),
            region_mean=region,
        )


def _pooled(cases: Sequence[HistoryCase], assigned: Sequence[str]) -> dict[str, Pool]:
    pools: dict[str, Pool] = defaultdict(list)
    for each, code in zip(cases, assigned, strict=True):
        if code:
            pools[code].append(each)
    return dict(pools)


def _fallen(
    cases: Sequence[HistoryCase], assigned: Sequence[str], formed: set[str], rules: DipRules
) -> tuple[tuple[str, int, str], ...]:
    """Combinations that make no 核心 group of their own, and where their cases went."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for each, target in zip(cases, assigned, strict=True):
        principal, main, _ = core_key(each.case, rules)
        code = code_of((principal, main, ()))
        if code != target and code not in formed:
            counts[code, target] += 1
    return tuple((code, number, target) for (code, target), number in sorted(counts.items()))


def _scaled(groups: list[DipGroup], settings: PointsSettings) -> list[DipGroup]:
    """Points against the benchmark group, where that method is asked for and the group exists."""
    if settings.method is Method.MEAN_FEE:
        return groups
    base = next((group.mean_fee for group in groups if group.code == settings.benchmark), None)
    if not base:
        raise ValueError(f"基准病种 {settings.benchmark} 没有达到例数的历史病例")
    return [
        replace(group, points=(group.mean_fee * 1000 / base).quantize(_SIX), region_mean=None)
        if group.mean_fee is not None
        else group
        for group in groups
    ]


def catalogue_rows(catalogue: DipCatalogue) -> list[tuple[str, ...]]:
    """A catalogue as rows of the folder form (header first), the way ``catalogue.csv`` is read back."""
    header = (
        "code", "kind", "principal", "principal_name", "main_procedure", "main_name", "related", "related_name",
        "points", "mean_fee", "mean_los", "cv", "cases", "region_mean",
    )  # fmt: skip

    def text(value: object) -> str:
        return "" if value is None else str(value)

    return [
        header,
        *(
            (
                group.code, group.kind.value, group.principal, group.name, "+".join(sorted(codes_of(group.main))), "",
                ",".join(sorted(codes_of(group.related))), "", text(group.points), text(group.mean_fee),
                text(group.mean_los), text(group.cv), text(group.cases), text(group.region_mean),
            )
            for group in catalogue.groups
        ),
    ]  # fmt: skip
