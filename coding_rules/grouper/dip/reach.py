"""Groups that no case can ever reach under a region's rules: told on import, because they would lose money in silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from coding_rules.grouper.dip.catalogue import CatalogueIssue, DipGroup, DipKind
from coding_rules.grouper.dip.expression import FULL_CODE, ProcedureMatch, codes_of
from coding_rules.grouper.dip.rules import DipRules

_NAMED = 3


def unreachable(groups: Iterable[DipGroup], rules: DipRules) -> Iterator[CatalogueIssue]:
    """One doubt for every reason why groups of a regional catalogue are out of reach, naming some of them."""
    found: dict[str, list[DipGroup]] = {}
    for group in groups:
        if reason := _reason(group, rules):
            found.setdefault(reason, []).append(group)
    for reason, listed in found.items():
        names = "、".join(group.code for group in listed[:_NAMED]) + ("等" if len(listed) > _NAMED else "")
        file, _, row = listed[0].source.rpartition(" 第 ")
        number = row.removesuffix(" 行")
        text = f"{len(listed):,} 个病种按所选地区参数永远不会入组（{names}）：{reason}"
        yield CatalogueIssue(file, int(number) if number.isdigit() else 0, "", text, "doubt")


def _reason(group: DipGroup, rules: DipRules) -> str:
    keys = group.principal.split("|")
    if group.kind is DipKind.CATCH_ALL:
        steps = {_catch_all_step(key) for key in keys}
        return "" if steps & set(rules.mixed_steps) else "综合病种查找链里没有这一类兜底组"
    as_mixed = rules.basic_as_mixed and group.kind is DipKind.BASIC and group.by_category
    if group.kind is not DipKind.MIXED and not as_mixed:
        return _core_reason(group, keys, rules)
    if "综合" not in rules.layers:
        return "病种层次里没有“综合”"
    if all(len(key) > 3 and "-" not in key for key in keys):
        return "综合病种的主诊断应是类目、类目的前一两位或区段"
    steps = {"range" if "-" in key else str(len(key)) for key in keys}
    return "" if steps & set(rules.mixed_steps) else "综合病种查找链里没有这一步"


def _core_reason(group: DipGroup, keys: list[str], rules: DipRules) -> str:
    if group.kind.value not in rules.layers:
        return f"病种层次里没有“{group.kind.value}”"
    if all(len(key) not in {3, rules.principal_length} for key in keys):
        return f"主诊断取 {rules.principal_length} 位比对（含小数点），目录写的不是这个位数"
    short = any(len(code) < FULL_CODE for code in codes_of(group.main) | codes_of(group.related))
    if short and rules.procedure_match is not ProcedureMatch.PREFIX:
        return "手术编码不足 7 位，只有“短码按开头一致”的地区（如荆门、襄阳）才能匹配"
    return ""


def _catch_all_step(key: str) -> str:
    return "blank" if key == "KBBZ" else "letter" if len(key) == 1 else "chapter"
