"""Pipeline B, the national 3.0 scheme: exclusion -> clean procedures -> 先期 -> 并项 -> 诊断辅助细分 -> 基础 -> 综合; first hit wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from coding_rules.grouper.dip.catalogue import DipCatalogue, DipGroup, DipKind, MainUse
from coding_rules.grouper.dip.expression import (
    FULL_CODE,
    Alternative,
    Expression,
    clean_procedure,
    codes_of,
    fill,
    hits,
)
from coding_rules.grouper.dip.facts import case_kind, principal_head, region_kind
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind, ProcedureKinds
from coding_rules.grouper.dip.rules import DipRules
from coding_rules.grouper.dip.signature import Memo
from coding_rules.grouper.dip.spec import meets, meets_any, spec_keys
from coding_rules.grouper.inputs import GrouperInput
from icd_tables.codes import normalize_code

_GROUP_NUMBERS = {
    ProcedureKind.NONE: "1",
    ProcedureKind.DIAGNOSTIC: "2",
    ProcedureKind.THERAPEUTIC: "3",
    ProcedureKind.INTERVENTION: "4",
    ProcedureKind.SURGERY: "4",
}


class Seen(NamedTuple):
    """A case after cleaning: ``filed`` all procedures, ``main`` and ``rest`` those that count ("" when 保守治疗).

    ``uses`` are the procedures looked at for the main place with the rule that decided about each.
    """

    rows: _Rows
    others: tuple[str, ...]
    filed: tuple[str, ...]
    main: str
    rest: tuple[str, ...]
    uses: tuple[tuple[str, MainUse | None], ...]
    age_days: int | None
    weight: int | None

    @property
    def principal(self) -> str:
        """The principal diagnosis in comparable spelling."""
        return self.rows.principal

    @property
    def counting(self) -> tuple[str, ...]:
        """The procedures that count, the main one first."""
        return (self.main, *self.rest) if self.main else ()


class Verdict(NamedTuple):
    """Which group a case reaches, at which stage, and what it was decided by; ``seen`` is ``None`` for an excluded diagnosis.

    ``basic`` is the spec and procedure of the 基层病种 list that flagged the group; ``kind`` that of the case where it came to 综合.
    """

    group: DipGroup | None
    stage: str
    seen: Seen | None
    kind: ProcedureKind = ProcedureKind.NONE
    basic: tuple[str, Expression] | None = None


@dataclass(frozen=True)
class _ByMain:
    """Rows of one stage: those without procedures, and the others by the first characters of every code they name."""

    bare: Sequence[DipGroup]
    named: Mapping[str, Sequence[DipGroup]]


@dataclass(frozen=True)
class _Rows:
    """A principal diagnosis with the rows of every stage that ask for it; ``None`` where a stage has none."""

    principal: str
    marked: str
    excluded: bool
    merged: _ByMain | None
    refined: Sequence[DipGroup]
    plain: _ByMain | None


class National3:
    """Groups under the national 3.0 scheme. The scheme carries no points; a region adds them."""

    def __init__(self, catalogue: DipCatalogue, rules: DipRules, kinds: ProcedureKinds) -> None:
        self._catalogue = catalogue
        self._rules = rules
        self._kinds = kinds
        self._excluded = catalogue.excluded_diagnoses | rules.excluded_diagnoses
        self._dropped = rules.excluded_procedures | catalogue.excluded_procedures
        self.early = [group for group in catalogue if group.stage == "XQ"]
        self._refined = [group for group in catalogue if group.stage == "FZ"]
        early_codes = frozenset(code for group in self.early for code in codes_of(group.main))
        match = self.match = rules.procedure_match
        self._opens_early = Memo(lambda code: any(hits(token, code, match) for token in early_codes))
        self._basic = _basic_index(catalogue.basic)
        conditions = [group.conditions for group in catalogue if group.conditions]
        specs = {spec for each in conditions for spec in each.other} | {rules.resistant_code}
        specs |= {g.principal for g in self.early if g.conditions and g.conditions.any_diagnosis}
        self._decides = Memo(lambda code: bool(meets_any(specs, [principal_head(code)])))
        self._merged = _by_principal(group for group in catalogue if group.stage == "BX")
        self._plain = _by_principal(group for group in catalogue if group.stage == "JC")
        self._mixed = {
            (group.principal, group.procedure_kind): group
            for group in catalogue
            if group.kind is DipKind.MIXED
        }
        # As many characters as the shortest code of a row has: codes that meet one another share these, whatever the rule of matching.
        self._stem = min([FULL_CODE, *(len(code) for group in catalogue for code in codes_of(group.main))])
        self.has_dictionary = bool(self._mixed)
        self._made: dict[tuple[str, ProcedureKind], DipGroup] = {}
        self._cleaned = Memo(clean_procedure)
        self._counted = Memo(lambda code: region_kind(kinds.kind(code), rules))
        self._rows = Memo(self._rows_of)

    def essence(self, case: GrouperInput) -> tuple[object, ...]:
        """What the group of a case follows from: cases with equal essence have the same group."""
        decides = self._decides
        deciding = tuple([code for code in case.diagnoses[1:] if decides[code]])
        weight = case.birth_weight or case.weight
        newborn = (case.age_days, case.age, weight) if weight else None
        return case.diagnoses[0], case.procedures, deciding, newborn

    def decide(self, case: GrouperInput) -> Verdict:
        """The group of a case; the first stage that has one wins."""
        rows = self._rows[case.diagnoses[0]]
        if rows.excluded:
            return Verdict(None, "", None)
        seen = self._clean(case, rows)
        group = self._find_early(seen)
        if group is not None:
            return self._flagged("XQ", group, seen)
        if rows.merged and (group := self._find_merged(rows.merged, seen)) is not None:
            return self._flagged("BX", group, seen)
        if rows.refined and (group := self._find_refined(seen)) is not None:
            return self._flagged("FZ", group, seen)
        if rows.plain and (group := next(iter(self._fitting(rows.plain, seen)), None)) is not None:
            return self._flagged("JC", group, seen)
        kind = case_kind([self._counted[code] for code in seen.counting], self._rules)
        return Verdict(self._find_mixed(seen, kind), "综合", seen, kind)

    def rows_of(self, stage: str, seen: Seen) -> Sequence[DipGroup]:
        """The rows of a stage (XQ, BX, FZ, JC) that the principal diagnosis leads to; of 先期 all."""
        if stage in {"BX", "JC"}:
            return _rows(self._merged if stage == "BX" else self._plain, seen.principal)
        return seen.rows.refined if stage == "FZ" else self.early

    def sources(self, seen: Seen) -> str:
        """Where the kinds of the procedures that count come from."""
        return "；".join(dict.fromkeys(self._kinds.source(code) for code in seen.counting))

    def _rows_of(self, filed: str) -> _Rows:
        principal, marked = principal_head(filed), normalize_code(filed)
        refined = [g for g in self._refined if any(meets(s, principal) for s in g.principal.split("|"))]
        excluded = principal in self._excluded or marked in self._excluded
        merged, plain = (self._by_main(_rows(index, principal)) for index in (self._merged, self._plain))
        return _Rows(principal, marked, excluded, merged, refined, plain)

    def _by_main(self, rows: Sequence[DipGroup]) -> _ByMain | None:
        if not rows:
            return None
        named: dict[str, list[DipGroup]] = {}
        for group in rows:
            for stem in {code[: self._stem] for code in codes_of(group.main)}:
                named.setdefault(stem, []).append(group)
        return _ByMain([group for group in rows if not group.main], named)

    def _clean(self, case: GrouperInput, rows: _Rows) -> Seen:
        cleaned = self._cleaned
        filed = tuple(dict.fromkeys([cleaned[code] for code in case.procedures if code]))
        main, rest, uses = self._main_procedure(filed, rows.principal)
        newborn = case.birth_weight or case.weight or None  # the scheme says 出生体重
        needed = rows.refined or newborn is not None
        return Seen(
            rows=rows,
            others=tuple(principal_head(code) for code in case.diagnoses[1:] if code) if needed else (),
            filed=filed,
            main=main,
            rest=rest,
            uses=uses,
            age_days=case.age_days if case.age_days is not None or not case.age else case.age * 365,
            weight=newborn,
        )

    def _main_procedure(
        self, filed: tuple[str, ...], principal: str
    ) -> tuple[str, tuple[str, ...], tuple[tuple[str, MainUse | None], ...]]:
        """The main procedure after the list 不纳入分组的主要手术操作 (exact codes), and the others that still count."""
        rules = self._catalogue.main_procedure_rules
        left = [code for code in filed if code not in self._dropped] if self._dropped else filed
        uses: list[tuple[str, MainUse | None]] = []
        for code in left:
            rule = rules.get(code)
            if rule is None or (rule.use is MainUse.SCOPED and meets_any(rule.scope, [principal])):
                others = tuple([other for other in left if other != code and not self._simple(other)])
                return code, others, (*uses, (code, None))
            uses.append((code, rule.use))
            if rule.use is not MainUse.NOT_MAIN:
                break
        return "", (), tuple(uses)

    def _simple(self, code: str) -> bool:
        rule = self._catalogue.main_procedure_rules.get(code)
        return rule is not None and rule.use is MainUse.CONSERVATIVE

    def _find_early(self, seen: Seen) -> DipGroup | None:
        newborn = seen.age_days is not None and seen.weight is not None
        opens = self._opens_early
        if not newborn and not any(opens[code] for code in seen.filed):
            return None
        for group in self.early:
            asks = group.conditions
            if asks and asks.any_diagnosis:
                if self.newborn(group, seen):
                    return group
            elif asks and asks.anywhere:
                # 不限定为主要手术操作: looked for among everything filed, whatever the list of main procedures says.
                if fill(group.main, seen.filed, self._rules.procedure_match) is not None:
                    return group
            elif self.main_fills(group.main, seen):
                return group
        return None

    def newborn(self, group: DipGroup, seen: Seen) -> bool:
        """Whether a newborn's diagnoses, age in days and weight are those of a 先期 group."""
        asks = group.conditions
        if asks is None or asks.weight is None or asks.max_age_days is None:
            return False
        if seen.age_days is None or seen.weight is None or not seen.age_days < asks.max_age_days:
            return False
        low, high = asks.weight
        listed = meets_any((group.principal,), (seen.principal, *seen.others))
        return bool(listed) and low <= seen.weight <= high

    def _find_merged(self, rows: _ByMain, seen: Seen) -> DipGroup | None:
        fitting = self._fitting(rows, seen)
        with_related = [
            (len(found), group)
            for group in fitting
            if group.related
            and (found := fill(group.related, seen.rest, self._rules.procedure_match)) is not None
        ]
        if with_related:
            return max(with_related, key=lambda pair: pair[0])[1]
        return next((group for group in fitting if not group.related), None)

    def _fitting(self, rows: _ByMain, seen: Seen) -> Sequence[DipGroup]:
        """Rows whose main procedure is filled, or rows without procedures for a 保守治疗 case."""
        if not seen.main:
            return rows.bare
        near = rows.named.get(seen.main[: self._stem], ())
        return [group for group in near if self.main_fills(group.main, seen)]

    def main_fills(self, expression: Expression, seen: Seen) -> bool:
        """One alternative holds: the main procedure fills one of its parts, the others fill the rest."""
        return bool(seen.main) and any(self._led(alternative, seen) for alternative in expression)

    def _led(self, alternative: Alternative, seen: Seen) -> bool:
        match = self._rules.procedure_match
        if not any(hits(token, seen.main, match) for part in alternative for token in part):
            return False
        return fill((alternative,), seen.counting, match) is not None

    def _find_refined(self, seen: Seen) -> DipGroup | None:
        """The most specific 诊断辅助细分 row: most procedures filled; a row without procedures is the fall-back."""
        best: tuple[int, DipGroup] | None = None
        for group in seen.rows.refined:
            score = self._refined_score(group, seen)
            if score is not None and (best is None or score > best[0]):
                best = (score, group)
        return best[1] if best else None

    def _refined_score(self, group: DipGroup, seen: Seen) -> int | None:
        asks = group.conditions
        if asks is None:
            return None
        if asks.other and not meets_any(asks.other, seen.others):
            return None
        if asks.resistant is not None and asks.resistant is not self.resistant(seen):
            return None
        match = self._rules.procedure_match
        if not group.main:
            return 0 if self.bare_takes_any(group) or not seen.main else None
        if asks.anywhere:
            filled = fill(group.main, seen.counting, match)
            return len(filled) if filled is not None else None
        if not self.main_fills(group.main, seen):
            return None
        related = fill(group.related, seen.rest, match) if group.related else ()
        return 1 + len(related) if related is not None else None

    def bare_takes_any(self, group: DipGroup) -> bool:
        """Burns fall back to the row without procedures; tuberculosis asks for a 保守治疗 case, unless the region says else."""
        asks = group.conditions
        return asks is None or asks.resistant is None or self._rules.resistant_bare_any

    def resistant(self, seen: Seen) -> bool:
        """结核耐药: the code for it among the other diagnoses, or (for some categories) a principal diagnosis of the list."""
        if meets_any((self._rules.resistant_code,), seen.others):
            return True
        return (
            seen.principal[:3] in self._rules.resistant_by_principal
            and seen.principal in self._catalogue.resistant_diagnoses
        )

    def _find_mixed(self, seen: Seen, kind: ProcedureKind) -> DipGroup | None:
        """The 综合 group; where the dictionary was not imported, the one the rule 类目-组编号 makes."""
        category, marked = seen.principal[:3], seen.rows.marked
        if not self.has_dictionary and category:
            made = self._made.get((category, kind))
            if made is None:
                made = self._made[category, kind] = _made_up(category, kind)
            return made
        mark = "*" if marked.endswith("*") and "+" not in marked else ""
        keys = (category + mark, category + "+", category, category + "*")
        return next((group for key in keys if (group := self._mixed.get((key, kind)))), None)

    def _flagged(self, stage: str, group: DipGroup, seen: Seen) -> Verdict:
        """The group, marked where it is on the 基层病种 list for this case."""
        match = self._rules.procedure_match
        for spec in spec_keys(seen.principal) if self._basic else ():
            for main in self._basic.get(spec, ()):
                if fill(main, seen.counting[:1], match) is not None if main else not seen.main:
                    return Verdict(replace(group, basic=True), stage, seen, basic=(spec, main))
        return Verdict(group, stage, seen)


def _made_up(category: str, kind: ProcedureKind) -> DipGroup:
    return DipGroup(
        code=f"{category}-{_GROUP_NUMBERS[kind]}",
        name=f"{category}（{kind.value}）",
        kind=DipKind.MIXED,
        principal=category,
        procedure_kind=kind,
        stage="ZH",
        source="综合病种字典未导入，按“类目-组编号”规则生成",
    )


def _basic_index(listed: Iterable[tuple[str, Expression]]) -> dict[str, list[Expression]]:
    index: dict[str, list[Expression]] = {}
    for spec, main in listed:
        index.setdefault(spec, []).append(main)
    return index


def _by_principal(groups: Iterable[DipGroup]) -> dict[str, list[DipGroup]]:
    index: dict[str, list[DipGroup]] = {}
    for group in groups:
        for spec in group.principal.split("|"):
            index.setdefault(spec, []).append(group)
    return index


def _rows(index: dict[str, list[DipGroup]], principal: str) -> Sequence[DipGroup]:
    """Rows under the first key that has any: full code, subcategory, category."""
    return next((index[key] for key in spec_keys(principal) if key in index), ())
