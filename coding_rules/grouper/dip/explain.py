"""The path of a regional DIP grouping in words: what was read off the case, who won, who fell and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from coding_rules.grouper.dip.catalogue import DipGroup, DipKind
from coding_rules.grouper.dip.expression import codes_of, write_expression
from coding_rules.grouper.dip.facts import Facts
from coding_rules.grouper.dip.match import Candidate, CatalogueIndex, Choice, satisfy
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind, ProcedureKinds
from coding_rules.grouper.dip.rules import DipRules, MainProcedure
from coding_rules.grouper.grouping import Step

_DIAGNOSIS = re.compile(r"^[A-Z]\d[\dA-Z]")
NEAR_MISSES = 8
"""How many unsatisfied groups of the same diagnosis are named before "另有 N 个"."""

_STEPS = {
    "3": "类目",
    "2": "类目前两位",
    "1": "类目首字母",
    "range": "类目区间",
    "chapter": "章节兜底组",
    "letter": "首字母保底组",
    "blank": "空白病种",
}


def facts_steps(facts: Facts, filed: str, kinds: ProcedureKinds) -> Iterator[Step]:
    """The steps that say what the grouper saw."""
    yield Step("主诊断", f"主要诊断 {filed} → {facts.keys[0]}", codes=(filed,))
    if facts.dropped:
        dropped = "、".join(facts.dropped)
        yield Step("排除手术操作", f"{dropped} 不参与分组", codes=facts.dropped)
    if not facts.procedures:
        yield Step("手术操作", "无手术操作，按保守治疗", rule="无手术操作")
        return
    shown = []
    for code, kind in zip(facts.procedures, facts.kinds, strict=True):
        raw = kinds.kind(code)
        counted = f"{raw.value}，本地按{kind.value}计" if raw is not None and raw is not kind else kind.value
        shown.append(f"{code}（{counted}）")
    treatment = "按保守治疗" if facts.conservative else f"操作类别为{facts.kind.value}"
    sources = "；".join(dict.fromkeys(kinds.source(code) for code in facts.procedures))
    yield Step("手术操作", f"{'、'.join(shown)}，{treatment}", codes=facts.procedures, source=sources)


def outcome_steps(
    choice: Choice, facts: Facts, index: CatalogueIndex, kinds: ProcedureKinds
) -> Iterator[Step]:
    """The losers, the near misses, the winner, and a warning about the main procedure."""
    winner = choice.winner
    for candidate, criterion in choice.fallen:
        yield Step(
            "落选",
            f"{candidate.group.code}：{_why(candidate, winner, criterion, facts, index.rules)}",
            held=False,
            rule=_rule(candidate.group),
            codes=candidate.matched,
            source=candidate.group.source,
        )
    yield from _near_misses(choice, facts, index)
    if winner is None:
        return
    if winner.group.kind is DipKind.CATCH_ALL:
        yield Step("未匹配", why_not(facts, index, kinds), held=False)
    yield _won(winner, facts)
    yield from _main_procedure_warning(winner, facts, index)


def why_not(facts: Facts, index: CatalogueIndex, kinds: ProcedureKinds) -> str:
    """Why a case reached no group, as one sentence for the coder."""
    key = facts.keys[0]
    layers = [layer for layer in index.rules.layers if layer != DipKind.MIXED.value]
    rows = [group for layer in layers for group in index.groups(layer, facts.keys)]
    tried = _why_not_mixed(facts, index) if DipKind.MIXED.value in index.rules.layers else ""
    if not _DIAGNOSIS.match(facts.principal):
        return f"主要诊断“{facts.principal}”不像诊断编码"
    if not rows:
        first = f"目录中没有主诊断 {key} 的核心病种"
    elif facts.procedures and not facts.conservative:
        first = f"主诊断 {key} 在目录中，但手术操作 {'、'.join(facts.procedures)} 未匹配任何病种"
    else:
        first = f"主诊断 {key} 在目录中，但没有不带手术操作的病种"
    unknown = [code for code in facts.procedures if kinds.kind(code) is None]
    unsorted_ = (
        f"手术操作 {'、'.join(unknown)} 未归类（手术、治疗性、诊断性），按保守治疗计" if unknown else ""
    )
    return "；".join(part for part in (first, tried, unsorted_) if part)


def _why_not_mixed(facts: Facts, index: CatalogueIndex) -> str:
    """Why no 综合 group took the case: the category has none, none of its kind, or none of its 手术级别."""
    category = facts.principal[:3]
    levels = [group.level for group in index.mixed.get((category, facts.kind), ())]
    if levels:
        listed = "、".join(f"{level} 级" for level in sorted(set(levels)))
        own = f"{facts.level} 级" if facts.level else "不明（手术操作属性表没有写）"
        return f"{category} 的{facts.kind.value}综合病种按手术级别分（{listed}），本例手术级别{own}"
    kinds = [kind.value for kind in ProcedureKind if (category, kind) in index.mixed]
    if kinds:
        return f"{category} 的综合病种只有{'、'.join(kinds)}，没有{facts.kind.value}"
    return f"{category} 也没有{facts.kind.value}的综合病种"


def _won(winner: Candidate, facts: Facts) -> Step:
    group = winner.group
    if group.kind is DipKind.MIXED:
        text = (
            f"综合病种 {group.code}（{_STEPS.get(winner.step, '')} {group.principal} + {facts.kind.value}）"
        )
    elif group.kind is DipKind.CATCH_ALL:
        text = f"目录内无对应病种，落入{_STEPS.get(winner.step, '兜底组')} {group.code}"
    elif winner.matched:
        text = f"{group.kind.value}病种 {group.code}（匹配 {'、'.join(winner.matched)}）"
    else:
        text = f"{group.kind.value}病种 {group.code}（保守治疗）"
    return Step(group.kind.value, text, rule=_rule(group), codes=winner.matched, source=group.source)


def _rule(group: DipGroup) -> str:
    parts = [f"主诊断 {group.principal}"]
    if group.main:
        parts.append(f"主要手术操作 {write_expression(group.main)}")
    if group.related:
        parts.append(f"相关手术操作 {write_expression(group.related)}")
    if group.procedure_kind is not None:
        parts.append(f"操作类别 {group.procedure_kind.value}")
    return " + ".join(parts)


def _why(fallen: Candidate, winner: Candidate | None, criterion: str, facts: Facts, rules: DipRules) -> str:
    if winner is None:
        return ""
    group, best = fallen.group, winner.group
    match criterion:
        case "layer" | "priority":
            return f"{winner.layer}病种优先于{fallen.layer}病种"
        case "matched_count":
            return f"匹配手术操作 {len(fallen.matched)} 项，少于 {best.code} 的 {len(winner.matched)} 项"
        case "plus_count":
            return f"组合的手术操作少于 {best.code}"
        case "full_code":
            return f"{best.code} 的手术编码更细"
        case "exact_first":
            return f"{best.code} 与全部手术操作一致"
        case "first_procedure":
            return f"{best.code} 含有填报的第一项手术操作 {facts.procedures[0]}"
        case "main_first":
            return f"{best.code} 的主要手术就是填报的主要手术 {facts.procedures[0]}"
        case "fee_distance":
            return f"均费 {group.mean_fee} 元离本例费用不如 {best.code} 的 {best.mean_fee} 元近"
        case "surgery_points" if fallen.kind is not ProcedureKind.SURGERY:
            return f"有手术对应的病种（{best.code}）优先"
        case "highest_points" | "surgery_points":
            return f"分值 {group.points} 低于 {best.code} 的 {best.points}"
        case "mixed_surgery_first":
            return "有手术未被核心或基层病种匹配，按综合手术病种"
    return f"与 {best.code} 条件相同，目录中排在后面"


def _near_misses(choice: Choice, facts: Facts, index: CatalogueIndex) -> Iterator[Step]:
    """Groups of the same diagnosis that share a procedure with the case but ask for more, or for another main procedure."""
    known = {candidate.group.code for candidate, _ in choice.fallen}
    if choice.winner:
        known.add(choice.winner.group.code)
    filed = set(facts.procedures)
    missed: list[tuple[DipGroup, str]] = []
    others = 0
    for layer in index.rules.layers:
        for group in index.groups(layer, facts.keys):
            if group.code in known:
                continue
            wanted = codes_of(group.main) | codes_of(group.related)
            if not wanted:
                missed.append((group, "本例有手术操作，不按保守治疗"))
            elif wanted & filed:
                missed.append((group, _lack(group, wanted - filed, facts, index.rules)))
            else:
                others += 1
    for group, lack in missed[:NEAR_MISSES]:
        yield Step("未满足", f"{group.code}：{lack}", held=False, rule=_rule(group), source=group.source)
    rest = others + max(0, len(missed) - NEAR_MISSES)
    if rest:
        yield Step("未满足", f"主诊断 {facts.keys[0]} 下另有 {rest} 个病种的手术操作与本例不符", held=False)


def _lack(group: DipGroup, absent: frozenset[str], facts: Facts, rules: DipRules) -> str:
    if rules.main_procedure is MainProcedure.FIRST and satisfy(group, facts, rules, order_free=True):
        return f"手术操作齐全，但主要手术应为 {write_expression(group.main)}，填报的主要手术是 {facts.procedures[0]}"
    return f"缺手术操作 {'、'.join(sorted(absent)[:6])}"


def _main_procedure_warning(winner: Candidate, facts: Facts, index: CatalogueIndex) -> Iterator[Step]:
    if not facts.procedures:
        return
    first = facts.procedures[0]
    if winner.main and winner.main != first:
        yield Step(
            "主手术提示",
            f"填报的主要手术 {first} 不是 {winner.group.code} 的主要手术 {winner.main}；医保若按主要手术先后分组，结果可能不同",
            held=False,
            codes=(first, winner.main),
            source=winner.group.source,
        )
        return
    better = _order_free_best(winner, facts, index)
    if better is not None:
        yield Step(
            "主手术提示",
            f"若主要手术填为 {better.main}，手术操作可全部对应 {better.group.code}（匹配 {len(better.matched)} 项）；请核对主要手术的选择",
            held=False,
            codes=(first, better.main),
            source=better.group.source,
        )


def _order_free_best(winner: Candidate, facts: Facts, index: CatalogueIndex) -> Candidate | None:
    if index.rules.main_procedure is not MainProcedure.FIRST:
        return None
    rows: Sequence[DipGroup] = [g for layer in index.rules.layers for g in index.groups(layer, facts.keys)]
    found = [c for g in rows if g.has_procedures and (c := satisfy(g, facts, index.rules, order_free=True))]
    best = max(found, key=lambda candidate: len(candidate.matched), default=None)
    return best if best and len(best.matched) > len(winner.matched) else None
