"""Points from history: a region's catalogue computed from its own cases, the way the specification says.

Three years weighted 1:2:7, outliers trimmed, groups below the case threshold fall to 综合; points = 1000 x mean fee of the group / mean
fee of all (平均费用法), or against a benchmark group (基准病种法). Source: DIP 技术规范; every number is a setting.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from coding_rules.grouper.dip.catalogue import DipCatalogue, DipGroup, DipKind
from coding_rules.grouper.dip.expression import all_of, clean_procedure, codes_of
from coding_rules.grouper.dip.facts import case_kind, principal_head, region_kind
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind, ProcedureKinds
from coding_rules.grouper.dip.rules import DipRules
from coding_rules.grouper.inputs import GrouperInput

_SUFFIX = {
    ProcedureKind.SURGERY: "SS",
    ProcedureKind.INTERVENTION: "SS",
    ProcedureKind.THERAPEUTIC: "ZLXCZ",
    ProcedureKind.DIAGNOSTIC: "ZDXCZ",
    ProcedureKind.NONE: "BSZL",
}


class Method(StrEnum):
    """How points follow from mean fees."""

    MEAN_FEE = "平均费用法"
    BENCHMARK = "基准病种法"


@dataclass(frozen=True, slots=True)
class PointsSettings:
    """Parameters of the calculation.

    ``year_weights`` oldest first; ``threshold`` least cases over all years; ``trim`` share cut off at each end of a group's fees, from
    ``trim_from`` cases on; ``related_gain`` how much dearer related procedures must make a case to form a group of their own.
    """

    year_weights: Mapping[int, Decimal]
    threshold: int = 15
    trim: Decimal = Decimal("0.025")
    trim_from: int = 25
    related_gain: Decimal = Decimal("0.1")
    method: Method = Method.MEAN_FEE
    benchmark: str = ""

    @classmethod
    def for_years(cls, last: int, threshold: int = 15) -> PointsSettings:
        """The usual 1:2:7 over the three years up to ``last``."""
        weights = {last - 2: Decimal(1), last - 1: Decimal(2), last: Decimal(7)}
        return cls(weights, threshold)


@dataclass(frozen=True, slots=True)
class HistoryCase:
    """One past case: discharge year, hospital level, and what the grouper sees (total fee in 分)."""

    year: int
    case: GrouperInput
    level: str = ""


@dataclass(frozen=True)
class LevelMean:
    """Mean fee of a hospital level in yuan, its 机构系数 and its cases."""

    level: str
    mean: Decimal
    factor: Decimal
    cases: int


@dataclass(frozen=True)
class PointsResult:
    """The computed catalogue, what was left out and why, and the hospital levels.

    ``by_level`` holds (group, level) -> weighted mean fee in yuan, for 机构系数 by group. ``fallen`` are would-be 核心 groups below
    the threshold: code, cases, and the 综合 group that took them (empty: none did).
    """

    catalogue: DipCatalogue
    region_mean: Decimal
    levels: tuple[LevelMean, ...]
    by_level: Mapping[tuple[str, str], Decimal]
    used: int
    left_out: tuple[tuple[str, int], ...] = ()
    fallen: tuple[tuple[str, int, str], ...] = ()


def points_from_history(
    history: Iterable[HistoryCase],
    settings: PointsSettings,
    rules: DipRules,
    kinds: ProcedureKinds,
    title: str,
    valid_from: date | None = None,
    name_of: Callable[[str], str] = str,
) -> PointsResult:
    """Compute a catalogue from past cases. ``name_of`` names a diagnosis key or procedure code.

    Cases without a fee, without a principal diagnosis or outside the weighted years are left out and counted.
    """
    left_out: dict[str, int] = defaultdict(int)
    cases = [each for each in history if _usable(each, settings, left_out)]
    core, rest = _core_pools(cases, settings, rules)
    mixed, lost = _mixed_pools(rest, settings, rules, kinds)
    if lost:
        left_out[f"核心与综合均不足 {settings.threshold} 例"] = lost
    region = weighted_mean(cases, settings)
    pools = {_core_group(key, name_of): pool for key, pool in sorted(core.items())}
    pools |= {_mixed_group(key, name_of): pool for key, pool in sorted(mixed.items())}
    groups = [_measured(group, pool, settings, region) for group, pool in pools.items()]
    return PointsResult(
        catalogue=DipCatalogue(
            title, tuple(_scaled(groups, settings)), version=title, valid_from=valid_from, kinds=kinds
        ),
        region_mean=region,
        levels=_levels(cases, settings, region),
        by_level=_by_level({group.code: pool for group, pool in pools.items()}, settings),
        used=len(cases) - lost,
        left_out=tuple(sorted(left_out.items())),
        fallen=_fallen(rest, mixed, rules, kinds),
    )


_Pool = list[HistoryCase]
"""Cases that would share a group."""
_Key = tuple[str, tuple[str, ...], tuple[str, ...]]
"""Principal key, main procedure (at most one), related procedures."""
_MixedKey = tuple[str, ProcedureKind]


def _usable(each: HistoryCase, settings: PointsSettings, left_out: dict[str, int]) -> bool:
    if each.year not in settings.year_weights:
        left_out[f"{each.year} 年不在计算年份内"] += 1
    elif not each.case.total_fee or each.case.total_fee < 0:
        left_out["没有总费用"] += 1
    elif not each.case.diagnoses or not each.case.diagnoses[0].strip():
        left_out["没有主要诊断"] += 1
    else:
        return True
    return False


def _core_pools(
    cases: Sequence[HistoryCase], settings: PointsSettings, rules: DipRules
) -> tuple[dict[_Key, _Pool], _Pool]:
    """核心 pools: with related procedures where these are frequent and dear enough, else by main procedure alone."""
    exact: dict[_Key, _Pool] = defaultdict(list)
    plain: dict[_Key, _Pool] = defaultdict(list)
    for each in cases:
        key = _exact_key(each.case, rules)
        exact[key].append(each)
        plain[key[0], key[1], ()].append(each)
    kept: dict[_Key, _Pool] = {}
    folded: dict[_Key, _Pool] = defaultdict(list)
    for key, pool in exact.items():
        base = weighted_mean(plain[key[0], key[1], ()], settings)
        dear = weighted_mean(pool, settings) >= base * (1 + settings.related_gain)
        if key[2] and len(pool) >= settings.threshold and dear:
            kept[key] = pool
        else:
            folded[key[0], key[1], ()].extend(pool)
    rest: _Pool = []
    for key, pool in folded.items():
        if len(pool) >= settings.threshold:
            kept[key] = pool
        else:
            rest.extend(pool)
    return kept, rest


def _exact_key(case: GrouperInput, rules: DipRules) -> _Key:
    filed = tuple(dict.fromkeys(clean_procedure(code) for code in case.procedures if code))
    counted = tuple(code for code in filed if code not in rules.excluded_procedures)
    return (
        principal_head(case.diagnoses[0])[: rules.principal_length],
        counted[:1],
        tuple(sorted(counted[1:])),
    )


def _mixed_key(case: GrouperInput, rules: DipRules, kinds: ProcedureKinds) -> _MixedKey:
    found = [region_kind(kinds.kind(clean_procedure(code)), rules) for code in case.procedures if code]
    return principal_head(case.diagnoses[0])[:3], case_kind(found, rules)


def _mixed_pools(
    rest: _Pool, settings: PointsSettings, rules: DipRules, kinds: ProcedureKinds
) -> tuple[dict[_MixedKey, _Pool], int]:
    """综合 pools of the cases no 核心 group took, and how many cases none of them holds either."""
    pools: dict[_MixedKey, _Pool] = defaultdict(list)
    for each in rest:
        pools[_mixed_key(each.case, rules, kinds)].append(each)
    kept = {key: pool for key, pool in pools.items() if len(pool) >= settings.threshold}
    return kept, sum(len(pool) for key, pool in pools.items() if key not in kept)


def _fallen(
    rest: _Pool, mixed: Mapping[_MixedKey, _Pool], rules: DipRules, kinds: ProcedureKinds
) -> tuple[tuple[str, int, str], ...]:
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for each in rest:
        principal, main, _ = _exact_key(each.case, rules)
        key = _mixed_key(each.case, rules, kinds)
        counts[_code((principal, main, ())), _mixed_code(key) if key in mixed else ""] += 1
    return tuple((code, number, target) for (code, target), number in sorted(counts.items()))


def trimmed(cases: Sequence[HistoryCase], settings: PointsSettings) -> list[HistoryCase]:
    """The cases without the share of dearest and cheapest ones; all of them when they are few."""
    if len(cases) < settings.trim_from:
        return list(cases)
    ordered = sorted(cases, key=lambda each: each.case.total_fee or 0)
    cut = int(len(ordered) * settings.trim)
    return ordered[cut : len(ordered) - cut] if cut else ordered


def weighted_mean(cases: Sequence[HistoryCase], settings: PointsSettings) -> Decimal:
    """Yearly mean fees in yuan, trimmed and weighted; years without cases do not count."""
    by_year: dict[int, list[Decimal]] = defaultdict(list)
    for each in trimmed(cases, settings):
        by_year[each.year].append(Decimal(each.case.total_fee or 0) / 100)
    total = sum((settings.year_weights[year] for year in by_year), Decimal(0))
    if not total:
        return Decimal(0)
    sums = (settings.year_weights[year] * sum(fees) / len(fees) for year, fees in by_year.items())
    return sum(sums, Decimal(0)) / total


_SIX = Decimal("0.000001")


def _core_group(key: _Key, name_of: Callable[[str], str]) -> DipGroup:
    principal, main, related = key
    name = "：".join(
        part for part in (name_of(principal), "＋".join(map(name_of, (*main, *related)))) if part
    )
    return DipGroup(_code(key), name, DipKind.CORE, principal, all_of(main), all_of(related))


def _mixed_group(key: _MixedKey, name_of: Callable[[str], str]) -> DipGroup:
    category, kind = key
    name = f"{name_of(category)}（{kind.value}）"
    return DipGroup(_mixed_code(key), name, DipKind.MIXED, category, procedure_kind=kind)


def _measured(
    group: DipGroup, cases: Sequence[HistoryCase], settings: PointsSettings, region: Decimal
) -> DipGroup:
    mean = weighted_mean(cases, settings)
    fees = [Decimal(each.case.total_fee or 0) / 100 for each in trimmed(cases, settings)]
    stays = [Decimal(each.case.los) for each in cases if each.case.los is not None]
    return replace(
        group,
        mean_fee=mean.quantize(_SIX),
        points=(mean * 1000 / region).quantize(_SIX) if region else None,
        mean_los=(sum(stays, Decimal(0)) / len(stays)).quantize(_SIX) if stays else None,
        cv=_variation(fees).quantize(_SIX),
        cases=len(cases),
        region_mean=region.quantize(_SIX),
    )


def _variation(fees: Sequence[Decimal]) -> Decimal:
    if len(fees) < 2:
        return Decimal(0)
    centre = sum(fees, Decimal(0)) / len(fees)
    squares = sum(((fee - centre) ** 2 for fee in fees), Decimal(0))
    return (squares / (len(fees) - 1)).sqrt() / centre if centre else Decimal(0)


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


def _code(key: _Key) -> str:
    principal, main, related = key
    tail = "".join(main) + ("_" + "+".join(related) if related else "")
    return f"{principal}:{tail}" if tail else principal


def _mixed_code(key: _MixedKey) -> str:
    return f"{key[0]}:{_SUFFIX[key[1]]}"


def _levels(cases: Sequence[HistoryCase], settings: PointsSettings, region: Decimal) -> tuple[LevelMean, ...]:
    """机构系数 by level: weighted mean fee of the level / of the region."""
    by_level: dict[str, list[HistoryCase]] = defaultdict(list)
    for each in cases:
        by_level[each.level].append(each)
    found = []
    for level, listed in sorted(by_level.items()):
        mean = weighted_mean(listed, settings)
        found.append(LevelMean(level, mean, mean / region if region else Decimal(0), len(listed)))
    return tuple(found)


def _by_level(
    pools: Mapping[str, Sequence[HistoryCase]], settings: PointsSettings
) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = {}
    for code, cases in pools.items():
        for level in {each.level for each in cases}:
            found[code, level] = weighted_mean([each for each in cases if each.level == level], settings)
    return found


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
