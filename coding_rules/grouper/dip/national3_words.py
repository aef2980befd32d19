"""The path of a national 3.0 grouping in words: the stages a case passed, the row that took it, or why none did."""

from __future__ import annotations

from collections.abc import Iterator

from coding_rules.grouper.dip.catalogue import DipGroup, MainUse
from coding_rules.grouper.dip.expression import write_expression
from coding_rules.grouper.dip.national3 import National3, Seen, Verdict
from coding_rules.grouper.dip.national3_candidates import candidate_steps, rule_of
from coding_rules.grouper.dip.national3_rows import STAGES
from coding_rules.grouper.grouping import Step


def steps_of(verdict: Verdict, filed: str, scheme: National3) -> Iterator[Step]:
    """The steps to a verdict; ``filed`` is the principal diagnosis as filed."""
    yield Step("主诊断", f"主要诊断 {filed}", codes=(filed,))
    seen, group = verdict.seen, verdict.group
    if seen is None:
        return
    yield from _main_steps(seen)
    for stage, name in STAGES.items():
        if stage == verdict.stage and group is not None:
            yield from candidate_steps(verdict, stage, scheme)
            yield _won(group, name)
            yield from _later(verdict, stage, scheme)
            break
        yield Step(name, f"{name}：未命中", held=False)
        yield from candidate_steps(verdict, stage, scheme)
    else:
        kind = f"操作类别为{verdict.kind.value}"
        yield Step("操作类别", kind, codes=seen.counting, source=scheme.sources(seen))
        if group is not None:
            yield _won(group, "综合")
    if verdict.basic is not None:
        spec, main = verdict.basic
        yield Step("基层病种", f"{spec} 在基层病种清单中", rule=write_expression(main))


def _later(verdict: Verdict, won: str, scheme: National3) -> Iterator[Step]:
    """Rows of the stages that were not asked any more."""
    for stage in list(STAGES)[list(STAGES).index(won) + 1 :]:
        yield from candidate_steps(verdict, stage, scheme)


def reason_of(verdict: Verdict, filed: str) -> str:
    """Why a case has no group; empty when it has one."""
    if verdict.group is not None:
        return ""
    if verdict.seen is None:
        return f"主要诊断 {filed} 在“不纳入分组的主要诊断”之列"
    category = verdict.seen.principal[:3]
    return f"先期、并项、细分、基础均未命中，综合病种字典中没有 {category} 的{verdict.kind.value}"


def _main_steps(seen: Seen) -> Iterator[Step]:
    stage = "主要手术操作"
    for code, use in seen.uses:
        if use is None:
            yield Step(stage, f"主要手术操作 {code}", codes=(code,))
        elif use is MainUse.NOT_MAIN:
            yield Step(stage, f"{code} 不可作为主要手术操作，顺延下一项", held=False, codes=(code,))
        else:
            yield Step(stage, f"{code} 按保守治疗入组", codes=(code,), rule=use.value)
            return
    if not seen.main:
        yield Step(stage, "无可用的主要手术操作，按保守治疗")


def _won(group: DipGroup, stage: str) -> Step:
    return Step(stage, f"{stage} {group.code} {group.name}", rule=rule_of(group), source=group.source)
