"""Which groups of a regional catalogue a case satisfies, and which one is chosen. No texts here: see ``dip_explain``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from coding_rules.grouper.dip.catalogue import DipCatalogue, DipGroup, DipKind
from coding_rules.grouper.dip.expression import Expression, fill, hits
from coding_rules.grouper.dip.facts import Facts, chapter
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind
from coding_rules.grouper.dip.rules import DipRules, MainProcedure


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
        kind = group.procedure_kind or ProcedureKind.NONE
        if group.kind is DipKind.CATCH_ALL:
            self.catch_all.setdefault((group.principal, group.procedure_kind), group)
        elif group.kind is not DipKind.MIXED:
            self.layered.setdefault(group.kind.value, {}).setdefault(group.principal, []).append(group)
        elif "-" in group.principal:
            low, _, high = group.principal.partition("-")
            self.ranges.append((low, high, group))
        else:
            self.mixed.setdefault((group.principal, kind), []).append(group)

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
        if not satisfied and facts.conservative:
            satisfied = [Candidate(group) for group in rows if not group.has_procedures]
        found.extend(satisfied)
    if DipKind.MIXED.value in index.rules.layers:
        found.extend(mixed(index, facts))
    return found or list(catch_alls(index, facts))


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
    for step in index.rules.mixed_steps:
        rows = _mixed_rows(index, facts, step)
        if index.rules.mixed_by_level:
            rows = [group for group in rows if group.level in {"", facts.level}]
        if rows:
            return [Candidate(group, kind=facts.kind, step=step) for group in rows]
    return []


def _mixed_rows(index: CatalogueIndex, facts: Facts, step: str) -> Sequence[DipGroup]:
    if step in {"3", "2", "1"}:
        return index.mixed.get((facts.principal[: int(step)], facts.kind), ())
    if step != "range":
        return ()
    category = facts.principal[:3]
    fitting = [
        g for low, high, g in index.ranges if g.procedure_kind is facts.kind and low <= category <= high[:3]
    ]
    return fitting if index.rules.mixed_by_level else fitting[:1]


def catch_alls(index: CatalogueIndex, facts: Facts) -> Iterator[Candidate]:
    """The catch-all group of a case nothing else takes: by chapter and kind, then 空白病种."""
    for step in index.rules.mixed_steps:
        group: DipGroup | None = None
        if step == "chapter":
            name = f"CP{chapter(facts.principal):02d}"
            group = index.catch_all.get((name, facts.kind)) or index.catch_all.get((name, None))
        elif step == "blank":
            group = index.catch_all.get(("KBBZ", None))
        if group is not None:
            yield Candidate(group, kind=facts.kind, step=step)
            return


def choose(found: Sequence[Candidate], facts: Facts, rules: DipRules) -> Choice:
    """Apply the region's tie-break chain; each step keeps the best, the rest fall with that step's name."""
    left = list(found)
    fallen: list[tuple[Candidate, str]] = []
    if rules.mixed_surgery_first and _surgery_left_over(left, facts):
        keep = [c for c in left if c.group.kind is DipKind.MIXED and c.kind is ProcedureKind.SURGERY]
        fallen += [(c, "mixed_surgery_first") for c in left if keep and c not in keep]
        left = keep or left
    for name in rules.tie_breaks:
        if len(left) <= 1:
            break
        keys = [_CRITERIA[name](candidate, facts, rules) for candidate in left]
        best = max(keys)
        fallen += [(c, name) for c, key in zip(left, keys, strict=True) if key != best]
        left = [c for c, key in zip(left, keys, strict=True) if key == best]
    fallen += [(c, "row_order") for c in left[1:]]
    return Choice(left[0] if left else None, tuple(fallen))


def _surgery_left_over(found: Sequence[Candidate], facts: Facts) -> bool:
    """Yichang: every 核心 or 基层 candidate leaves some surgery of the case unmatched."""
    surgery = {
        c for c, kind in zip(facts.procedures, facts.kinds, strict=True) if kind is ProcedureKind.SURGERY
    }
    others = [c for c in found if c.group.kind is not DipKind.MIXED]
    return bool(others) and all(surgery - set(c.matched) for c in others)


Key = Decimal | int
Criterion = Callable[[Candidate, Facts, DipRules], Key]


def _layer(candidate: Candidate, facts: Facts, rules: DipRules) -> Key:
    layers = rules.layers
    return -layers.index(candidate.layer) if candidate.layer in layers else -len(layers)


def _priority(candidate: Candidate, facts: Facts, rules: DipRules) -> Key:
    label = f"{candidate.layer}·{candidate.kind.value}"
    for position, listed in enumerate(rules.priority):
        if listed in {label, candidate.layer}:
            return -position
    return -len(rules.priority)


def _parts(expression: Expression) -> int:
    return max((len(alternative) for alternative in expression), default=0)


def _plus_count(candidate: Candidate, facts: Facts, rules: DipRules) -> Key:
    return max(0, _parts(candidate.group.main) + _parts(candidate.group.related) - 1)


def _matched_count(candidate: Candidate, facts: Facts, rules: DipRules) -> Key:
    return len(candidate.matched)


def _full_code(candidate: Candidate, facts: Facts, rules: DipRules) -> Key:
    """Length of the most specific code that hit: a full code beats 细目 (5), 细目 beats 亚目 (4)."""
    lengths = [
        min(len(token), 7)
        for alternative in candidate.group.main
        for part in alternative
        for token in part
        if any(hits(token, code, rules.procedure_match) for code in candidate.matched)
    ]
    return max(lengths, default=0)


def _exact_first(candidate: Candidate, facts: Facts, rules: DipRules) -> Key:
    return int(set(candidate.matched) == set(facts.procedures))


def _first_procedure(candidate: Candidate, facts: Facts, rules: DipRules) -> Key:
    """Shandong: groups that name the first filed procedure anywhere come first."""
    return int(bool(facts.procedures) and facts.procedures[0] in candidate.matched)


def _main_first(candidate: Candidate, facts: Facts, rules: DipRules) -> Key:
    return int(bool(facts.procedures) and candidate.main == facts.procedures[0])


def _fee_distance(candidate: Candidate, facts: Facts, rules: DipRules) -> Key:
    if facts.fee is None:
        return 0
    mean = candidate.group.mean_fee
    return Decimal("-Infinity") if mean is None else -abs(Decimal(facts.fee) / 100 - mean)


def _highest_points(candidate: Candidate, facts: Facts, rules: DipRules) -> Key:
    return candidate.group.points if candidate.group.points is not None else Decimal(-1)


def _row_order(candidate: Candidate, facts: Facts, rules: DipRules) -> Key:
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
    "fee_distance": _fee_distance,
    "highest_points": _highest_points,
    "row_order": _row_order,
}


def criterion(name: str) -> Criterion:
    """A criterion of ``TIE_BREAKS`` by name; larger keys win."""
    return _CRITERIA[name]
