"""The rows of the national 3.0 scheme that a case could have reached and did not: what each asks for that the case lacks, or who won."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coding_rules.grouper.dip.catalogue import DipGroup
from coding_rules.grouper.dip.expression import codes_of, fill, hits, write_expression
from coding_rules.grouper.dip.national3 import National3, Seen, Verdict
from coding_rules.grouper.dip.national3_rows import STAGES
from coding_rules.grouper.dip.spec import meets_any
from coding_rules.grouper.grouping import Step

NAMED = 8
"""How many rows of a stage are named before "另有 N 个"."""


def candidate_steps(verdict: Verdict, stage: str, scheme: National3) -> Iterator[Step]:
    """Every row of a stage for this diagnosis but the winner, with why it lost or what the case lacks."""
    seen = verdict.seen
    if seen is None:
        return
    rows = [group for group in _rows(stage, seen, scheme) if not _is(group, verdict.group)]
    lost: list[tuple[DipGroup, str]] = []
    missed: list[tuple[DipGroup, str]] = []
    for group in rows:
        lack = _lack(group, seen, scheme)
        (missed if lack else lost).append((group, lack or _lost_to(group, verdict, seen, scheme)))
    for group, why in lost[:NAMED]:
        yield Step("落选", f"{group.code}：{why}", held=False, rule=rule_of(group), source=group.source)
    missed.sort(
        key=lambda pair: not _shares(pair[0], seen)
    )  # stable: what shares a procedure with the case first
    for group, why in missed[:NAMED]:
        yield Step("未满足", f"{group.code}：{why}", held=False, rule=rule_of(group), source=group.source)
    rest = max(0, len(lost) - NAMED) + max(0, len(missed) - NAMED)
    if rest:
        yield Step("未满足", f"{STAGES[stage]}下另有 {rest} 个病种与本例不符", held=False)


def rule_of(group: DipGroup) -> str:
    """What a row asks for."""
    parts = (
        f"主诊断 {group.principal}" if group.principal else "所有诊断",
        f"主要手术操作 {write_expression(group.main)}" if group.main else "",
        f"相关手术操作 {write_expression(group.related)}" if group.related else "",
        group.conditions.text if group.conditions else "",
    )
    return "；".join(part for part in parts if part)


def _rows(stage: str, seen: Seen, scheme: National3) -> Sequence[DipGroup]:
    rows = scheme.rows_of(stage, seen)
    return [group for group in rows if _near(group, seen, scheme)] if stage == "XQ" else rows


def _is(group: DipGroup, winner: DipGroup | None) -> bool:
    return winner is not None and (group.code, group.source) == (winner.code, winner.source)


def _shares(group: DipGroup, seen: Seen) -> bool:
    return bool((codes_of(group.main) | codes_of(group.related)) & set(seen.filed))


def _near(group: DipGroup, seen: Seen, scheme: National3) -> bool:
    """Whether a 先期 row has anything to do with the case: a procedure, or the diagnosis of newborns."""
    if group.conditions and group.conditions.any_diagnosis:
        return bool(meets_any((group.principal,), (seen.principal, *seen.others)))
    return any(hits(token, code, scheme.match) for token in codes_of(group.main) for code in seen.filed)


def _lack(group: DipGroup, seen: Seen, scheme: National3) -> str:
    """What the case lacks for a row; empty when it satisfies it."""
    asks = group.conditions
    if asks and asks.any_diagnosis:
        return "" if scheme.newborn(group, seen) else f"天龄或出生体重不符（{asks.text}）"
    if asks and asks.other and not meets_any(asks.other, seen.others):
        return f"其他诊断中没有 {'、'.join(asks.other)}"
    if asks and asks.resistant is not None and asks.resistant is not scheme.resistant(seen):
        return "须为耐药" if asks.resistant else "须为非耐药"
    wanted = write_expression(group.main)
    if not group.main:
        bare = not seen.main or (group.stage == "FZ" and scheme.bare_takes_any(group))
        return "" if bare else "本例有手术操作，不按保守治疗"
    if asks and asks.anywhere:
        filed = seen.filed if group.stage == "XQ" else seen.counting
        return "" if fill(group.main, filed, scheme.match) is not None else f"手术操作 {wanted} 不齐"
    if not seen.main:
        return f"须有主要手术操作 {wanted}，本例按保守治疗"
    if not scheme.main_fills(group.main, seen):
        return f"主要手术操作须为 {wanted}，本例为 {seen.main}"
    if group.related and fill(group.related, seen.rest, scheme.match) is None:
        return f"缺相关手术操作 {write_expression(group.related)}"
    return ""


def _lost_to(group: DipGroup, verdict: Verdict, seen: Seen, scheme: National3) -> str:
    """Why a row that the case satisfies was not taken."""
    winner = verdict.group
    if winner is None:
        return "条件符合"
    if winner.stage != group.stage:
        return f"{STAGES.get(winner.stage, '综合')}先于{STAGES[group.stage]}"
    own, best = (_filled(each, seen, scheme) for each in (group, winner))
    if own < best:
        return f"符合手术操作 {own} 项，少于 {winner.code} 的 {best} 项"
    return f"与 {winner.code} 条件同样符合，方案中排在后面"


def _filled(group: DipGroup, seen: Seen, scheme: National3) -> int:
    main = fill(group.main, seen.filed, scheme.match) or ()
    return len(main) + len(fill(group.related, seen.rest, scheme.match) or ())
