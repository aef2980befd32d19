"""Which groups a region's past cases form: 核心 by principal diagnosis and procedures, 综合 by category and kind of procedure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from coding_rules.grouper.dip.catalogue import DipGroup, DipKind
from coding_rules.grouper.dip.expression import all_of, clean_procedure
from coding_rules.grouper.dip.facts import case_kind, principal_head, region_kind
from coding_rules.grouper.dip.history import HistoryCase, PointsSettings, weighted_mean
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
Pool = list[HistoryCase]
"""Cases that would share a group."""
CoreKey = tuple[str, tuple[str, ...], tuple[str, ...]]
"""Principal key, main procedure (at most one), related procedures."""
MixedKey = tuple[str, ProcedureKind]


def core_pools(
    cases: Sequence[HistoryCase], settings: PointsSettings, rules: DipRules
) -> tuple[dict[CoreKey, Pool], Pool]:
    """核心 pools: with related procedures where these are frequent and dear enough, else by main procedure alone; and the rest."""
    exact: dict[CoreKey, Pool] = defaultdict(list)
    plain: dict[CoreKey, Pool] = defaultdict(list)
    for each in cases:
        key = core_key(each.case, rules)
        exact[key].append(each)
        plain[key[0], key[1], ()].append(each)
    kept: dict[CoreKey, Pool] = {}
    folded: dict[CoreKey, Pool] = defaultdict(list)
    for key, pool in exact.items():
        base = weighted_mean(plain[key[0], key[1], ()], settings)
        dear = weighted_mean(pool, settings) >= base * (1 + settings.related_gain)
        if key[2] and len(pool) >= settings.threshold and dear:
            kept[key] = pool
        else:
            folded[key[0], key[1], ()].extend(pool)
    rest: Pool = []
    for key, pool in folded.items():
        if len(pool) >= settings.threshold:
            kept[key] = pool
        else:
            rest.extend(pool)
    return kept, rest


def core_key(case: GrouperInput, rules: DipRules) -> CoreKey:
    """Under which 核心 group a case would count, had that enough cases."""
    filed = tuple(dict.fromkeys(clean_procedure(code) for code in case.procedures if code))
    counted = tuple(code for code in filed if code not in rules.excluded_procedures)
    return (
        principal_head(case.diagnoses[0])[: rules.principal_length],
        counted[:1],
        tuple(sorted(counted[1:])),
    )


def mixed_pools(
    rest: Pool, settings: PointsSettings, rules: DipRules, kinds: ProcedureKinds
) -> dict[MixedKey, Pool]:
    """综合 pools of the cases that no 核心 group took, where there are enough of them."""
    pools: dict[MixedKey, Pool] = defaultdict(list)
    for each in rest:
        pools[_mixed_key(each.case, rules, kinds)].append(each)
    return {key: pool for key, pool in pools.items() if len(pool) >= settings.threshold}


def _mixed_key(case: GrouperInput, rules: DipRules, kinds: ProcedureKinds) -> MixedKey:
    found = [region_kind(kinds.kind(clean_procedure(code)), rules) for code in case.procedures if code]
    return principal_head(case.diagnoses[0])[:3], case_kind(found, rules)


def core_group(key: CoreKey, name_of: Callable[[str], str]) -> DipGroup:
    """A 核心 group without figures. ``name_of`` names a diagnosis key or procedure code."""
    principal, main, related = key
    parts = (name_of(principal), "＋".join(map(name_of, (*main, *related))))
    name = "：".join(part for part in parts if part)
    return DipGroup(code_of(key), name, DipKind.CORE, principal, all_of(main), all_of(related))


def mixed_group(key: MixedKey, name_of: Callable[[str], str]) -> DipGroup:
    """A 综合 group without figures."""
    category, kind = key
    name = f"{name_of(category)}（{kind.value}）"
    return DipGroup(f"{category}:{_SUFFIX[kind]}", name, DipKind.MIXED, category, procedure_kind=kind)


def code_of(key: CoreKey) -> str:
    """The code of a 核心 group in the spelling of the national platform."""
    principal, main, related = key
    tail = "".join(main) + ("_" + "+".join(related) if related else "")
    return f"{principal}:{tail}" if tail else principal
