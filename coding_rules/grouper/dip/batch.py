"""The fast path: a regional catalogue compiled to dictionaries, and results shared by every case of a group.

Every candidate of a principal diagnosis gets one number that orders it by the region's tie-break chain, so that a case costs a
few dictionary look-ups and integer comparisons, and one whose codes were seen before a single look-up. What cannot be
ordered beforehand (the distance of fees, partial or prefix matches) and every ungrouped case goes through the explaining
path's own decisions instead; so both give the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from coding_rules.grouper.dip.catalogue import DipGroup, DipKind
from coding_rules.grouper.dip.expression import Alternative, Expression, ProcedureMatch, clean_procedure
from coding_rules.grouper.dip.facts import Facts, principal_head, principal_keys, region_kind
from coding_rules.grouper.dip.match import (
    Candidate,
    CatalogueIndex,
    Key,
    catch_alls,
    criterion,
    mixed,
)
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind, ProcedureKinds
from coding_rules.grouper.dip.rules import CaseKind, Conservative, DipRules, MainProcedure, Pipeline
from coding_rules.grouper.inputs import GrouperInput

_BY_CASE = frozenset({"fee_distance", "exact_first"})
"""Criteria that depend on more of the case than its principal diagnosis and the procedures of one group."""


@dataclass(frozen=True, slots=True)
class LightGrouping:
    """A grouping without path: what tables and statistics need. ``mean_fee`` in 分, ``mean_los`` in days."""

    group: str
    name: str = ""
    kind: str = ""
    points: Decimal | None = None
    mean_fee: int | None = None
    mean_los: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Option:
    """One group under its main procedure.

    ``need`` are the other procedures it asks for. ``ranks`` order it when the first filed procedure is none of its own, one of
    its others, or its main one.
    """

    need: frozenset[str]
    ranks: tuple[int, int, int]
    result: LightGrouping


@dataclass(slots=True)
class _Entry:
    """All candidates of one principal diagnosis; 综合 and catch-alls by the rank of the case's kind.

    ``slow``: decide case by case; ``floor``: best rank of a group that needs none of the filed procedures; ``bare``: the
    result without procedures, if it is always the same.
    """

    slow: bool = False
    by_procedure: dict[str, list[_Option]] = field(default_factory=dict)
    mixed: dict[int, tuple[int, LightGrouping]] = field(default_factory=dict)
    catch_all: dict[int, LightGrouping] = field(default_factory=dict)
    floor: int = -1
    bare: LightGrouping | None = None


_Coded = tuple[str, tuple[str, ...]]
"""What a group follows from: the principal diagnosis and the procedures, as filed."""
_REMEMBERED = 200_000
"""Answers kept, some 60 MB at most: most cases of a hospital repeat the codes of another."""
_Value = TypeVar("_Value")


class _Memo(dict[str, _Value]):
    """A dictionary that computes what it lacks."""

    def __init__(self, compute: Callable[[str], _Value]) -> None:
        super().__init__()
        self._compute = compute

    def __missing__(self, key: str) -> _Value:
        value = self[key] = self._compute(key)
        return value


Slow = Callable[[GrouperInput], tuple[DipGroup | None, str]]


class BatchGrouper:
    """Groups many cases under a compiled catalogue; ``slow`` decides single cases the way the explaining path does.

    ``excluded`` are principal diagnoses outside grouping, ``dropping`` says that some procedures are left out before matching.
    ``essence`` tells what the group of a case follows from where the catalogue is not compiled (national 3.0): equal essence,
    equal answer.
    """

    def __init__(
        self,
        index: CatalogueIndex,
        kinds: ProcedureKinds,
        excluded: frozenset[str],
        dropping: bool,
        slow: Slow,
        essence: Callable[[GrouperInput], tuple[object, ...]] | None = None,
    ) -> None:
        self._essence = essence
        self._index = index
        self._rules = index.rules
        self._kinds = kinds
        self._excluded = excluded
        self._slow = slow
        self._results: dict[tuple[str, str, str], LightGrouping] = {}
        self._compiled = _compilable(self._rules) and not index.levelled and not dropping
        self._strict = self._rules.main_procedure is MainProcedure.FIRST
        self._by_case = bool(_BY_CASE & set(self._rules.tie_breaks))
        self._answers: dict[tuple[object, ...], LightGrouping] = {}
        self._minor = self._rules.conservative is Conservative.MINOR
        self._first_kind = self._rules.case_kind is CaseKind.FIRST
        self._entries = _Memo(self._entry)
        self._codes = _Memo(clean_procedure)
        self._ranks = _Memo(lambda code: region_kind(kinds.kind(code), self._rules).rank)

    def group_all(self, cases: Iterable[GrouperInput]) -> list[LightGrouping]:
        """Light results in the order of the cases."""
        if self._essence is not None:
            return [self._remember(self._essence(case), case) for case in cases]
        if not self._compiled:
            return [self._decide(case) for case in cases]
        answers, answer = self._answers, self._answer
        found: list[LightGrouping] = []
        for case in cases:
            diagnoses = case.diagnoses
            coded = (diagnoses[0] if diagnoses else "", case.procedures)
            try:
                found.append(answers[coded])
            except KeyError:
                found.append(answer(case, coded))
        return found

    def _remember(self, essence: tuple[object, ...], case: GrouperInput) -> LightGrouping:
        """The answer of a case with the same essence, or this one's own."""
        known = self._answers.get(essence)
        return known or self._keep(essence, self._decide(case))

    def _keep(self, essence: tuple[object, ...], result: LightGrouping) -> LightGrouping:
        if len(self._answers) >= _REMEMBERED:
            self._answers.clear()
        self._answers[essence] = result
        return result

    def _answer(self, case: GrouperInput, coded: _Coded) -> LightGrouping:
        """Group one case, and remember the answer where it depends on nothing but the codes."""
        principal, procedures = coded
        entry = self._entries[principal]
        if entry.slow:
            result = None
        elif procedures:
            result = self._pick(entry, [self._codes[code] for code in procedures])
        else:
            result = entry.bare
        if result is None:
            result = self._decide(case)
            if self._by_case:
                return result
        return self._keep(coded, result)

    def _pick(self, entry: _Entry, filed: Sequence[str]) -> LightGrouping | None:
        """The result for these procedures, or ``None`` when the case needs the other path."""
        first = filed[0]
        all_filed = set(filed)
        best, tied = -1, False
        result: LightGrouping | None = None
        options = entry.by_procedure
        for code in (first,) if self._strict else all_filed:
            for option in options.get(code, ()):
                if option.need <= all_filed:
                    rank = option.ranks[2 if code == first else 1 if first in option.need else 0]
                    if rank > best:
                        best, tied, result = rank, False, option.result
                    elif rank == best and option.result is not result:
                        tied = True
        if best > entry.floor:
            return None if tied else result
        ranks = [self._ranks[code] for code in filed]
        if not any(ranks) or self._minor or "" in all_filed:
            return None  # possibly 保守治疗: the other path knows
        kind = ranks[0] if self._first_kind else max(ranks)
        other = entry.mixed.get(kind)
        if other is None:
            return (None if tied else result) if best >= 0 else entry.catch_all.get(kind)
        if other[0] > best:
            return other[1]
        return None if tied or other[0] == best else result

    def _decide(self, case: GrouperInput) -> LightGrouping:
        if not case.diagnoses or not case.diagnoses[0].strip():
            return LightGrouping("", reason="主要诊断编码缺失")
        group, reason = self._slow(case)
        return self._result(group) if group else LightGrouping("", reason=reason)

    def _result(self, group: DipGroup) -> LightGrouping:
        """The one result object of a group. Keyed by its row, not its identity: the 3.0 pipeline makes groups as it goes."""
        row = (group.code, group.kind_label, group.source)
        light = self._results.get(row)
        if light is None:
            light = self._results[row] = LightGrouping(
                group.code,
                group.name,
                group.kind_label,
                group.points,
                group.mean_fen,
                group.mean_los,
                group.remark,
            )
        return light

    def _entry(self, filed: str) -> _Entry:
        """Compile the candidates of one principal diagnosis as filed."""
        head = principal_head(filed)
        if not head or head in self._excluded:
            return _Entry(slow=True)
        keys = principal_keys(head, self._rules.principal_length)
        layers = [layer for layer in self._rules.layers if layer != DipKind.MIXED.value]
        groups = [group for layer in layers for group in self._index.groups(layer, keys)]
        asking = [group for group in groups if group.has_procedures]
        if not all(_simple(group) for group in asking):
            return _Entry(slow=True)
        builder = _EntryBuilder(self._index, self._kinds, self._result, Principal(head, keys))
        entry = builder.build(asking, [group for group in groups if not group.has_procedures])
        if not self._by_case:
            entry.bare = self._decide(GrouperInput(diagnoses=(filed,)))
        return entry


@dataclass(frozen=True, slots=True)
class Principal:
    """A principal diagnosis in comparable spelling and the keys it is looked up by."""

    head: str
    keys: tuple[str, ...]

    def facts(self, procedures: Sequence[str], kinds: Sequence[ProcedureKind], kind: ProcedureKind) -> Facts:
        """Facts of a made-up case with this diagnosis, for asking the criteria."""
        return Facts(self.head, self.keys, tuple(procedures), tuple(kinds), kind, conservative=not procedures)


_OTHER = "-"
"""Stands for a filed procedure that no group asks for."""


class _EntryBuilder:
    """Orders all candidates of one principal diagnosis by the region's chain."""

    def __init__(
        self,
        index: CatalogueIndex,
        kinds: ProcedureKinds,
        result: Callable[[DipGroup], LightGrouping],
        principal: Principal,
    ) -> None:
        self._index = index
        self._kinds = kinds
        self._result = result
        self._principal = principal
        self._chain = _static_chain(index.rules)

    def build(self, asking: Sequence[DipGroup], bare: Sequence[DipGroup]) -> _Entry:
        """The entry of groups that ask for procedures and groups that ask for none."""
        nothing = self._principal.facts((), (), ProcedureKind.NONE)
        options = [(group, *self._option(group)) for group in asking]
        without = [self._key(Candidate(group), nothing) for group in bare]
        rows = {kind: self._mixed(kind) for kind in ProcedureKind}
        if any(len(found) > 1 for found, _ in rows.values()):
            return _Entry(slow=True)
        mixed_keys = {kind: self._key(found[0], facts) for kind, (found, facts) in rows.items() if found}
        all_keys = {*without, *mixed_keys.values(), *(key for _, _, keys in options for key in keys)}
        order = {key: rank for rank, key in enumerate(sorted(all_keys))}
        entry = _Entry()
        for group, codes, keys in options:
            ranks = (order[keys[0]], order[keys[1]], order[keys[2]])
            option = _Option(frozenset(codes[1:]), ranks, self._result(group))
            entry.by_procedure.setdefault(codes[0], []).append(option)
        for kind, (found, facts) in rows.items():
            if found:
                entry.mixed[kind.rank] = (order[mixed_keys[kind]], self._result(found[0].group))
            elif last := next(catch_alls(self._index, facts), None):
                entry.catch_all[kind.rank] = self._result(last.group)
        entry.floor = max((order[key] for key in (*without, *mixed_keys.values())), default=-1)
        return entry

    def _option(self, group: DipGroup) -> tuple[tuple[str, ...], tuple[tuple[Key, ...], ...]]:
        """The group's codes (main first) and its keys for the three places the first filed procedure may have."""
        codes = _codes(group)
        kinds = [region_kind(self._kinds.kind(code), self._index.rules) for code in codes]
        kind = max(kinds, key=lambda each: each.rank)
        candidate = Candidate(group, codes, codes[0], kind)
        firsts = (_OTHER, codes[-1] if len(codes) > 1 else _OTHER, codes[0])
        return codes, tuple(
            self._key(candidate, self._principal.facts((first, *codes), (kind, *kinds), kind))
            for first in firsts
        )

    def _mixed(self, kind: ProcedureKind) -> tuple[list[Candidate], Facts]:
        """The 综合 candidates of a case of this kind with procedures."""
        facts = self._principal.facts((_OTHER,), (kind,), kind)
        wanted = DipKind.MIXED.value in self._index.rules.layers
        return (mixed(self._index, facts) if wanted else []), facts

    def _key(self, candidate: Candidate, facts: Facts) -> tuple[Key, ...]:
        return tuple(criterion(name)(candidate, facts, self._index.rules) for name in self._chain)


def _compilable(rules: DipRules) -> bool:
    return (
        rules.pipeline is Pipeline.REGIONAL
        and rules.procedure_match is ProcedureMatch.EXACT
        and rules.related_match == "all"
        and not rules.mixed_surgery_first
    )


def _static_chain(rules: DipRules) -> tuple[str, ...]:
    """The chain up to the first criterion that needs the case; ties beyond it are decided case by case."""
    chain: list[str] = []
    for name in rules.tie_breaks:
        if name in _BY_CASE:
            break
        chain.append(name)
    return tuple(chain)


def _codes(group: DipGroup) -> tuple[str, ...]:
    """Every code of the group, main procedure first."""
    return tuple(
        code for expression in (group.main, group.related) for part in _only(expression) for code in part
    )


def _only(expression: Expression) -> Alternative:
    return expression[0] if expression else ()


def _simple(group: DipGroup) -> bool:
    """A main procedure, at most one alternative each, single codes, all different: what the compiled form can hold."""
    expressions = (group.main, group.related)
    codes = _codes(group)
    return (
        bool(group.main)
        and all(len(expression) <= 1 for expression in expressions)
        and all(len(part) == 1 for expression in expressions for part in _only(expression))
        and len(set(codes)) == len(codes)
    )
