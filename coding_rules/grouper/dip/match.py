"""Which groups of a regional catalogue a case satisfies, and which one is chosen. No texts here: see ``explain``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from coding_rules.grouper.dip.catalogue import DipCatalogue, DipGroup, DipKind
from coding_rules.grouper.dip.expression import FULL_CODE, Expression, fill, hits
from coding_rules.grouper.dip.facts import Facts, chapter
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind
from coding_rules.grouper.dip.rules import DipRules, MainProcedure

_RANGED = re.compile(r"^[A-Z]\d{2}[-~～—–][A-Z]\d{2}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A group the case satisfies, with the filed procedures that satisfied it; ``main`` is the one in the main place."""

    group: DipGroup
    matched: tuple[str, ...] = ()
    main: str = ""
    kind: ProcedureKind = ProcedureKind.NONE
    step: str = ""

    @property
    def layer(self) -> str:
        """核心, 基层, 中医, 综合 or 兜底."""
        return self.group.kind.value


@dataclass(frozen=True, slots=True)
class Choice:
    """The winner and, for every other candidate, the criterion at which it fell."""

    winner: Candidate | None
    fallen: tuple[tuple[Candidate, str], ...] = ()


class CatalogueIndex:
    """A regional catalogue compiled for lookup by principal key."""

    def __init__(self, catalogue: DipCatalogue, rules: DipRules) -> None:
        self.rules = rules
        self.layered: dict[str, dict[str, list[DipGroup]]] = {}
        self.mixed: dict[tuple[str, ProcedureKind], list[DipGroup]] = {}
        self.ranges: list[tuple[str, str, DipGroup]] = []
        self.catch_all: dict[tuple[str, ProcedureKind | None], DipGroup] = {}
        self.levelled = rules.mixed_by_level and any(g.level and g.kind is DipKind.MIXED for g in catalogue)
        for group in catalogue.groups:
            self._place(group)

    def _place(self, group: DipGroup) -> None:
        if self.rules.basic_as_mixed and group.kind is DipKind.BASIC and group.by_category:
            group = replace(group, kind=DipKind.MIXED, basic=True)
        kind = group.procedure_kind or ProcedureKind.NONE
        for principal in group.principal.split("|"):
            if group.kind is DipKind.CATCH_ALL:
                # 空白病种 takes whatever is left, of any kind.
                place = principal, None if principal == "KBBZ" else group.procedure_kind
                self.catch_all.setdefault(place, group)
            elif group.kind is not DipKind.MIXED:
                self.layered.setdefault(group.kind.value, {}).setdefault(principal, []).append(group)
            elif "-" in principal:
                low, _, high = principal.partition("-")
                self.ranges.append((low, high, group))
            else:
                self.mixed.setdefault((principal, kind), []).append(group)

    def groups(self, layer: str, keys: Sequence[str]) -> Sequence[DipGroup]:
        """The groups of a layer under the first key that has any."""
        found = self.layered.get(layer)
        if not found:
            return ()
        return next((found[key] for key in keys if key in found), ())


def candidates(index: CatalogueIndex, facts: Facts) -> list[Candidate]:
    """Every group the case satisfies; catch-alls only when there is nothing else."""
    found: list[Candidate] = []
    for layer in index.rules.layers:
        if layer == DipKind.MIXED.value:
            continue
        rows = index.groups(layer, facts.keys)
        satisfied = [
            c for group in rows if group.has_procedures and (c := satisfy(group, facts, index.rules))
        ]
        if index.rules.bare_always or (not satisfied and facts.conservative):
            satisfied += [Candidate(group) for group in rows if not group.has_procedures]
        found.extend(satisfied)
    if DipKind.MIXED.value in index.rules.layers:
        found.extend(mixed(index, facts))
    if not found and (last := catch_all(index, facts.principal, facts.kind)):
        step, group = last
        found.append(Candidate(group, kind=facts.kind, step=step))
    return found


def satisfy(group: DipGroup, facts: Facts, rules: DipRules, order_free: bool = False) -> Candidate | None:
    """The group as a candidate when the filed procedures fill it."""
    filed = facts.procedures
    if not filed:
        return None
    any_main = order_free or rules.main_procedure is MainProcedure.ANY
    main = (
        fill(group.main, filed, rules.procedure_match) if any_main else _fill_first(group.main, filed, rules)
    )
    if main is None and group.main:
        return None
    rest = [code for code in filed if code not in (main or ())]
    enough = 1 if rules.related_match == "partial" else None
    related = fill(group.related, rest, rules.procedure_match, enough) if group.related else ()
    if related is None:
        return None
    matched = (*(main or ()), *related)
    ranks = [facts.kinds[filed.index(code)] for code in matched]
    kind = max(ranks, key=lambda each: each.rank, default=ProcedureKind.NONE)
    return Candidate(group, matched, main[0] if main else "", kind)


def _fill_first(expression: Expression, filed: Sequence[str], rules: DipRules) -> tuple[str, ...] | None:
    """Like ``fill``, but the first part must be filled by the first filed procedure."""
    led = tuple(a for a in expression if any(hits(token, filed[0], rules.procedure_match) for token in a[0]))
    best: tuple[str, ...] | None = None
    for alternative in led:
        rest = fill((alternative[1:],), filed[1:], rules.procedure_match) if len(alternative) > 1 else ()
        if rest is not None and (best is None or len(rest) + 1 > len(best)):
            best = (filed[0], *rest)
    return best


def mixed(index: CatalogueIndex, facts: Facts) -> list[Candidate]:
    """The 综合 group of the case's kind, by the first step of the region's chain that has one."""
    step, groups = mixed_groups(index, facts.principal, facts.kind, facts.level)
    return [Candidate(group, kind=facts.kind, step=step) for group in groups]


def mixed_groups(
    index: CatalogueIndex, principal: str, kind: ProcedureKind, level: str
) -> tuple[str, Sequence[DipGroup]]:
    """The first step of the region's 综合 chain that has groups for a principal diagnosis, and those groups."""
    for step in index.rules.mixed_steps:
        rows = _mixed_rows(index, principal, kind, step)
        if index.rules.mixed_by_level:
            rows = [group for group in rows if group.level in {"", level}]
        if rows:
            return step, rows
    return "", ()


def _mixed_rows(index: CatalogueIndex, principal: str, kind: ProcedureKind, step: str) -> Sequence[DipGroup]:
    if step in {"3", "2", "1"}:
        return index.mixed.get((principal[: int(step)], kind), ())
    if step != "range":
        return ()
    category = principal[:3]
    fitting = [g for low, high, g in index.ranges if g.procedure_kind is kind and low <= category <= high[:3]]
    if index.rules.range_by_category:
        fitting = [_in_category(group, category) for group in fitting]
    return fitting if index.rules.mixed_by_level else fitting[:1]


def _in_category(group: DipGroup, category: str) -> DipGroup:
    """Jingzhou: ``A00-B99:SS`` is called ``A09:SS`` for a case of category A09."""
    ranged = _RANGED.match(group.code)
    return replace(group, code=category + group.code[ranged.end() :]) if ranged else group


def catch_all(index: CatalogueIndex, principal: str, kind: ProcedureKind) -> tuple[str, DipGroup] | None:
    """The step and the catch-all group of a case nothing else takes: by chapter or first letter and kind, then 空白病种."""
    name = {"chapter": f"CP{chapter(principal):02d}", "letter": principal[:1], "blank": "KBBZ"}
    for step in index.rules.mixed_steps:
        if step not in name:
            continue
        group = index.catch_all.get((name[step], kind)) or index.catch_all.get((name[step], None))
        if group is not None:
            return step, group
    return None


def choose(found: Sequence[Candidate], facts: Facts, rules: DipRules) -> Choice:
    """Apply the region's tie-break chain; each step keeps the best, the rest fall with that step's name."""
    left = preferred(found, facts, rules)
    fallen = [(each, "mixed_surgery_first") for each in found if each not in left]
    for name in rules.tie_breaks:
        if len(left) <= 1:
            break
        keys = [_standing(name, way_of(candidate, facts), facts, rules) for candidate in left]
        best = max(keys)
        fallen += [(c, name) for c, key in zip(left, keys, strict=True) if key != best]
        left = [c for c, key in zip(left, keys, strict=True) if key == best]
    fallen += [(c, "row_order") for c in left[1:]]
    return Choice(left[0] if left else None, tuple(fallen))


def _standing(name: str, way: Way, facts: Facts, rules: DipRules) -> Key:
    return fee_distance(way.group, facts.fee) if name == "fee_distance" else _CRITERIA[name](way, rules)


def preferred(found: Sequence[Candidate], facts: Facts, rules: DipRules) -> list[Candidate]:
    """The candidates that are compared at all: where the region puts 综合手术 first, those alone."""
    if rules.mixed_surgery_first and _surgery_left_over(found, facts):
        keep = [c for c in found if c.group.kind is DipKind.MIXED and c.kind is ProcedureKind.SURGERY]
        return keep or list(found)
    return list(found)


def _surgery_left_over(found: Sequence[Candidate], facts: Facts) -> bool:
    """Yichang: every 核心 or 基层 candidate leaves some surgery of the case unmatched."""
    surgery = {
        c for c, kind in zip(facts.procedures, facts.kinds, strict=True) if kind is ProcedureKind.SURGERY
    }
    others = [c for c in found if c.group.kind is not DipKind.MIXED]
    return bool(others) and all(surgery - set(c.matched) for c in others)


class Way(NamedTuple):
    """How a candidate is met, as far as the criteria care.

    ``kind`` is that of the procedures that satisfied it (of the case, for 综合), ``matched`` their number, ``codes`` they themselves.
    ``exact``: nothing else was filed; ``led``: the first filed procedure is among them; ``main_led``: it is in the main place.
    """

    group: DipGroup
    kind: ProcedureKind
    matched: int
    exact: bool
    led: bool
    main_led: bool
    codes: tuple[str, ...]


def way_of(candidate: Candidate, facts: Facts) -> Way:
    """The way a case meets a candidate."""
    first = facts.procedures[0] if facts.procedures else None
    return Way(
        group=candidate.group,
        kind=candidate.kind,
        matched=len(candidate.matched),
        exact=set(candidate.matched) == set(facts.procedures),
        led=first in candidate.matched,
        main_led=first is not None and candidate.main == first,
        codes=candidate.matched,
    )


Key = Decimal | int
Criterion = Callable[[Way, DipRules], Key]


def _layer(way: Way, rules: DipRules) -> Key:
    layer = way.group.kind.value
    return -rules.layers.index(layer) if layer in rules.layers else -len(rules.layers)


def _priority(way: Way, rules: DipRules) -> Key:
    layer = way.group.kind.value
    label = f"{layer}·{way.kind.value}"
    for position, listed in enumerate(rules.priority):
        if listed in {label, layer}:
            return -position
    return -len(rules.priority)


def _parts(expression: Expression) -> int:
    return max((len(alternative) for alternative in expression), default=0)


def _plus_count(way: Way, rules: DipRules) -> Key:
    return max(0, _parts(way.group.main) + _parts(way.group.related) - 1)


def _matched_count(way: Way, rules: DipRules) -> Key:
    return way.matched


def _full_code(way: Way, rules: DipRules) -> Key:
    """Length of the most specific code that hit: a full code beats 细目 (5), 细目 beats 亚目 (4)."""
    lengths = [
        min(len(token), FULL_CODE)
        for alternative in way.group.main
        for part in alternative
        for token in part
        if any(hits(token, code, rules.procedure_match) for code in way.codes)
    ]
    return max(lengths, default=0)


def _exact_first(way: Way, rules: DipRules) -> Key:
    return int(way.exact)


def _first_procedure(way: Way, rules: DipRules) -> Key:
    """Shandong: groups that name the first filed procedure anywhere come first."""
    return int(way.led)


def _main_first(way: Way, rules: DipRules) -> Key:
    return int(way.main_led)


def _highest_points(way: Way, rules: DipRules) -> Key:
    return way.group.points if way.group.points is not None else Decimal(-1)


def _surgery_points(way: Way, rules: DipRules) -> Key:
    """Jingmen: where surgery met a group, the one with the most points among those; other groups do not compare."""
    return _highest_points(way, rules) if way.kind is ProcedureKind.SURGERY else Decimal(-2)


def _row_order(way: Way, rules: DipRules) -> Key:
    return 0


_CRITERIA: dict[str, Criterion] = {
    "layer": _layer,
    "priority": _priority,
    "plus_count": _plus_count,
    "matched_count": _matched_count,
    "full_code": _full_code,
    "exact_first": _exact_first,
    "first_procedure": _first_procedure,
    "main_first": _main_first,
    "surgery_points": _surgery_points,
    "highest_points": _highest_points,
    "row_order": _row_order,
}


def criterion(name: str) -> Criterion:
    """A criterion of ``TIE_BREAKS`` by name, but for the distance of fees; larger keys win."""
    return _CRITERIA[name]


def fee_distance(group: DipGroup, fee: int | None) -> Key:
    """How near the group's mean fee is to a fee in 分; nothing is nearer than another when the fee is not known."""
    if fee is None:
        return 0
    return Decimal("-Infinity") if group.mean_fee is None else -abs(Decimal(fee) / 100 - group.mean_fee)
