"""Pipeline B, the national 3.0 scheme: exclusion -> clean procedures -> 先期 -> 并项 -> 诊断辅助细分 -> 基础 -> 综合; first hit wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from coding_rules.grouper.dip.catalogue import DipCatalogue, DipGroup, DipKind, MainUse
from coding_rules.grouper.dip.expression import (
    Alternative,
    Expression,
    clean_procedure,
    codes_of,
    fill,
    hits,
    write_expression,
)
from coding_rules.grouper.dip.facts import case_kind, principal_head, region_kind
from coding_rules.grouper.dip.national3_rows import STAGES
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind, ProcedureKinds
from coding_rules.grouper.dip.rules import DipRules
from coding_rules.grouper.dip.spec import meets, meets_any, spec_keys
from coding_rules.grouper.grouping import Step
from coding_rules.grouper.inputs import GrouperInput
from icd_tables.codes import normalize_code

_GROUP_NUMBERS = {
    ProcedureKind.NONE: "1",
    ProcedureKind.DIAGNOSTIC: "2",
    ProcedureKind.THERAPEUTIC: "3",
    ProcedureKind.INTERVENTION: "4",
    ProcedureKind.SURGERY: "4",
}


@dataclass(frozen=True)
class Outcome:
    """Group or the reason why there is none, and the steps."""

    group: DipGroup | None
    reason: str
    path: tuple[Step, ...]


@dataclass(frozen=True)
class _Seen:
    """A case after cleaning: ``filed`` all procedures, ``main`` and ``rest`` those that count ("" when 保守治疗)."""

    principal: str
    marked: str
    others: tuple[str, ...]
    filed: tuple[str, ...]
    main: str
    rest: tuple[str, ...]
    age_days: int | None
    weight: int | None

    @property
    def counting(self) -> tuple[str, ...]:
        return (self.main, *self.rest) if self.main else ()


class National3:
    """Groups under the national 3.0 scheme. The scheme carries no points; a region adds them."""

    def __init__(self, catalogue: DipCatalogue, rules: DipRules, kinds: ProcedureKinds) -> None:
        self._catalogue = catalogue
        self._rules = rules
        self._kinds = kinds
        self._excluded = catalogue.excluded_diagnoses | rules.excluded_diagnoses
        self._early = [group for group in catalogue if group.stage == "XQ"]
        self._refined = [group for group in catalogue if group.stage == "FZ"]
        self._refined_of: dict[str, list[DipGroup]] = {}
        self._early_codes = frozenset(code for group in self._early for code in codes_of(group.main))
        self._early_hit: dict[str, bool] = {}
        self._basic = _basic_index(catalogue.basic)
        conditions = [group.conditions for group in catalogue if group.conditions]
        self._other_specs = {spec for each in conditions for spec in each.other} | {rules.resistant_code}
        self._other_specs |= {g.principal for g in self._early if g.conditions and g.conditions.any_diagnosis}
        self._deciding: dict[str, bool] = {}
        self._merged = _by_principal(group for group in catalogue if group.stage == "BX")
        self._plain = _by_principal(group for group in catalogue if group.stage == "JC")
        self._mixed = {
            (group.principal, group.procedure_kind): group
            for group in catalogue
            if group.kind is DipKind.MIXED
        }
        self._has_dictionary = bool(self._mixed)

    def essence(self, case: GrouperInput) -> tuple[object, ...]:
        """What the group of a case follows from: cases with equal essence have the same group."""
        deciding = tuple(code for code in case.diagnoses[1:] if self._decides(code))
        newborn = (case.age_days, case.age, case.weight) if case.weight else None
        return case.diagnoses[:1], case.procedures, deciding, newborn

    def _decides(self, code: str) -> bool:
        """Whether an other diagnosis may decide a group: it stands in some condition of the scheme."""
        known = self._deciding.get(code)
        if known is None:
            head = principal_head(code)
            known = self._deciding[code] = any(meets(spec, head) for spec in self._other_specs)
        return known

    def light(self, case: GrouperInput) -> tuple[DipGroup | None, str]:
        """Group and reason of a case without the stages."""
        outcome = self.group(case)
        return outcome.group, outcome.reason

    def group(self, case: GrouperInput) -> Outcome:
        """The group of a case with the stages it passed."""
        principal = principal_head(case.diagnoses[0])
        steps = [Step("主诊断", f"主要诊断 {case.diagnoses[0]}", codes=(case.diagnoses[0],))]
        if principal in self._excluded or normalize_code(case.diagnoses[0]) in self._excluded:
            reason = f"主要诊断 {case.diagnoses[0]} 在“不纳入分组的主要诊断”之列"
            return Outcome(None, reason, tuple(steps))
        seen = self._clean(case, principal, steps)
        for stage, find in (
            ("XQ", self._find_early),
            ("BX", self._find_merged),
            ("FZ", self._find_refined),
            ("JC", self._find_plain),
        ):
            group = find(seen)
            if group is not None:
                steps.append(_won(group, STAGES[stage]))
                return Outcome(self._flag_basic(group, seen, steps), "", tuple(steps))
            steps.append(Step(STAGES[stage], f"{STAGES[stage]}：未命中", held=False))
        return self._find_mixed(seen, steps)

    def _clean(self, case: GrouperInput, principal: str, steps: list[Step]) -> _Seen:
        filed = tuple(dict.fromkeys(clean_procedure(code) for code in case.procedures if code))
        main, rest = self._main_procedure(filed, principal, steps)
        return _Seen(
            principal=principal,
            marked=normalize_code(case.diagnoses[0]),
            others=tuple(principal_head(code) for code in case.diagnoses[1:] if code),
            filed=filed,
            main=main,
            rest=rest,
            age_days=case.age_days if case.age_days is not None or not case.age else case.age * 365,
            weight=case.weight or None,
        )

    def _main_procedure(
        self, filed: tuple[str, ...], principal: str, steps: list[Step]
    ) -> tuple[str, tuple[str, ...]]:
        """The main procedure after the list 不纳入分组的主要手术操作 (exact codes), and the others that still count."""
        rules = self._catalogue.main_procedure_rules
        excluded = self._rules.excluded_procedures | self._catalogue.excluded_procedures
        left = [code for code in filed if code not in excluded]
        for code in left:
            rule = rules.get(code)
            if rule is None or (rule.use is MainUse.SCOPED and meets_any(rule.scope, [principal])):
                others = tuple(other for other in left if other != code and not self._simple(other))
                steps.append(Step("主要手术操作", f"主要手术操作 {code}", codes=(code,)))
                return code, others
            if rule.use is MainUse.NOT_MAIN:
                steps.append(
                    Step(
                        "主要手术操作", f"{code} 不可作为主要手术操作，顺延下一项", held=False, codes=(code,)
                    )
                )
                continue
            steps.append(Step("主要手术操作", f"{code} 按保守治疗入组", codes=(code,), rule=rule.use.value))
            return "", ()
        steps.append(Step("主要手术操作", "无可用的主要手术操作，按保守治疗"))
        return "", ()

    def _simple(self, code: str) -> bool:
        rule = self._catalogue.main_procedure_rules.get(code)
        return rule is not None and rule.use is MainUse.CONSERVATIVE

    def _find_early(self, seen: _Seen) -> DipGroup | None:
        newborn = seen.age_days is not None and seen.weight is not None
        if not newborn and not any(map(self._opens_early, seen.filed)):
            return None
        for group in self._early:
            asks = group.conditions
            if asks and asks.any_diagnosis:
                if self._newborn(group, seen):
                    return group
            elif asks and asks.anywhere:
                # 不限定为主要手术操作: looked for among everything filed, whatever the list of main procedures says.
                if fill(group.main, seen.filed, self._rules.procedure_match) is not None:
                    return group
            elif self._main_fills(group.main, seen):
                return group
        return None

    def _opens_early(self, code: str) -> bool:
        """Whether any 先期 group asks for this procedure; remembered, since most procedures stand in none."""
        known = self._early_hit.get(code)
        if known is None:
            match = self._rules.procedure_match
            known = self._early_hit[code] = any(hits(token, code, match) for token in self._early_codes)
        return known

    def _newborn(self, group: DipGroup, seen: _Seen) -> bool:
        asks = group.conditions
        if asks is None or asks.weight is None or asks.max_age_days is None:
            return False
        if seen.age_days is None or seen.weight is None or not seen.age_days < asks.max_age_days:
            return False
        low, high = asks.weight
        listed = meets_any((group.principal,), (seen.principal, *seen.others))
        return bool(listed) and low <= seen.weight <= high

    def _find_merged(self, seen: _Seen) -> DipGroup | None:
        fitting = [g for g in _rows(self._merged, seen.principal) if self._main_or_none(g, seen)]
        with_related = [
            (len(found), group)
            for group in fitting
            if group.related
            and (found := fill(group.related, seen.rest, self._rules.procedure_match)) is not None
        ]
        if with_related:
            return max(with_related, key=lambda pair: pair[0])[1]
        return next((group for group in fitting if not group.related), None)

    def _find_plain(self, seen: _Seen) -> DipGroup | None:
        return next((g for g in _rows(self._plain, seen.principal) if self._main_or_none(g, seen)), None)

    def _main_or_none(self, group: DipGroup, seen: _Seen) -> bool:
        """Main procedure filled, or a group without procedures for a 保守治疗 case."""
        return self._main_fills(group.main, seen) if group.main else not seen.main

    def _main_fills(self, expression: Expression, seen: _Seen) -> bool:
        """One alternative holds: the main procedure fills one of its parts, the others fill the rest."""
        return bool(seen.main) and any(self._led(alternative, seen) for alternative in expression)

    def _led(self, alternative: Alternative, seen: _Seen) -> bool:
        match = self._rules.procedure_match
        if not any(hits(token, seen.main, match) for part in alternative for token in part):
            return False
        return fill((alternative,), seen.counting, match) is not None

    def _find_refined(self, seen: _Seen) -> DipGroup | None:
        """The most specific 诊断辅助细分 row: most procedures filled; a row without procedures is the fall-back."""
        best: tuple[int, DipGroup] | None = None
        rows = self._refined_of.get(seen.principal)
        if rows is None:
            rows = self._refined_of[seen.principal] = [
                group
                for group in self._refined
                if any(meets(s, seen.principal) for s in group.principal.split("|"))
            ]
        for group in rows:
            score = self._refined_score(group, seen)
            if score is not None and (best is None or score > best[0]):
                best = (score, group)
        return best[1] if best else None

    def _refined_score(self, group: DipGroup, seen: _Seen) -> int | None:
        asks = group.conditions
        if asks is None:
            return None
        if asks.other and not meets_any(asks.other, seen.others):
            return None
        if asks.resistant is not None and asks.resistant is not self._resistant(seen):
            return None
        match = self._rules.procedure_match
        if not group.main:
            # Burns fall back to the row without procedures; tuberculosis asks for a 保守治疗 case, unless the region says else.
            any_case = asks.resistant is None or self._rules.resistant_bare_any
            return 0 if any_case or not seen.main else None
        if asks.anywhere:
            filled = fill(group.main, seen.counting, match)
            return len(filled) if filled is not None else None
        if not self._main_fills(group.main, seen):
            return None
        related = fill(group.related, seen.rest, match) if group.related else ()
        return 1 + len(related) if related is not None else None

    def _resistant(self, seen: _Seen) -> bool:
        """结核耐药: the code for it among the other diagnoses, or (for some categories) a principal diagnosis of the list."""
        if meets_any((self._rules.resistant_code,), seen.others):
            return True
        return (
            seen.principal[:3] in self._rules.resistant_by_principal
            and seen.principal in self._catalogue.resistant_diagnoses
        )

    def _find_mixed(self, seen: _Seen, steps: list[Step]) -> Outcome:
        kinds = [region_kind(self._kinds.kind(code), self._rules) for code in seen.counting]
        kind = case_kind(kinds, self._rules)
        sources = "；".join(dict.fromkeys(self._kinds.source(code) for code in seen.counting))
        steps.append(Step("操作类别", f"操作类别为{kind.value}", codes=seen.counting, source=sources))
        category = seen.principal[:3]
        mark = "*" if seen.marked.endswith("*") and "+" not in seen.marked else ""
        for key in dict.fromkeys((category + mark, category + "+", category, category + "*")):
            group = self._mixed.get((key, kind))
            if group is not None:
                steps.append(_won(group, "综合"))
                return Outcome(group, "", tuple(steps))
        if self._has_dictionary or not category:
            reason = f"先期、并项、细分、基础均未命中，综合病种字典中没有 {category} 的{kind.value}"
            return Outcome(None, reason, tuple(steps))
        made = self._made_up(category, kind)
        steps.append(_won(made, "综合"))
        return Outcome(made, "", tuple(steps))

    def _made_up(self, category: str, kind: ProcedureKind) -> DipGroup:
        """The 综合 group by the rule 类目-组编号, where the dictionary was not imported."""
        return DipGroup(
            code=f"{category}-{_GROUP_NUMBERS[kind]}",
            name=f"{category}（{kind.value}）",
            kind=DipKind.MIXED,
            principal=category,
            procedure_kind=kind,
            stage="ZH",
            source="综合病种字典未导入，按“类目-组编号”规则生成",
        )

    def _flag_basic(self, group: DipGroup, seen: _Seen, steps: list[Step]) -> DipGroup:
        match = self._rules.procedure_match
        for spec in spec_keys(seen.principal):
            for main in self._basic.get(spec, ()):
                if fill(main, seen.counting[:1], match) is not None if main else not seen.main:
                    steps.append(Step("基层病种", f"{spec} 在基层病种清单中", rule=write_expression(main)))
                    return replace(group, basic=True)
        return group


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


def _won(group: DipGroup, stage: str) -> Step:
    rule = "；".join(
        part
        for part in (
            f"主诊断 {group.principal}" if group.principal else "所有诊断",
            f"主要手术操作 {write_expression(group.main)}" if group.main else "",
            f"相关手术操作 {write_expression(group.related)}" if group.related else "",
        )
        if part
    )
    return Step(stage, f"{stage} {group.code} {group.name}", rule=rule, source=group.source)
