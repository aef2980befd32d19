"""Two versions of a catalogue side by side: what they say of themselves, which groups came, went, or changed points, fee or rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sized
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from coding_rules.grouper.dip.catalogue import DipCatalogue, DipGroup
from coding_rules.grouper.dip.expression import write_expression
from icd_tables.codes import normalize_code


class Change(StrEnum):
    """What differs: the catalogues themselves, or what happened to a group."""

    IMPRINT = "目录信息"
    ADDED = "新增"
    REMOVED = "取消"
    RULE = "入组条件变化"
    POINTS = "分值变化"
    FEE = "均费变化"
    """The mean fee alone; with the points it follows from them."""


@dataclass(frozen=True, slots=True)
class GroupChange:
    """One group that differs, or one thing the catalogues say of themselves (``code`` names it). ``ratio`` is new / old."""

    code: str
    name: str
    change: Change
    before: str
    after: str
    ratio: Decimal | None = None


def compare_catalogues(old: DipCatalogue, new: DipCatalogue) -> tuple[GroupChange, ...]:
    """Every difference: of the catalogues themselves, then in code order. A group may appear twice: its rule changed, and its points."""
    before = {normalize_code(group.code): group for group in old}
    after = {normalize_code(group.code): group for group in new}
    changes = [
        GroupChange(label, "", Change.IMPRINT, said, says)
        for (label, said), (_, says) in zip(_imprint(old), _imprint(new), strict=True)
        if said != says
    ]
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was is None and now is not None:
            changes.append(GroupChange(now.code, now.name, Change.ADDED, "", _points(now)))
        elif now is None and was is not None:
            changes.append(GroupChange(was.code, was.name, Change.REMOVED, _points(was), ""))
        elif was is not None and now is not None:
            changes.extend(_changed(was, now))
    return tuple(changes)


def _changed(was: DipGroup, now: DipGroup) -> list[GroupChange]:
    found = []
    if _rule(was) != _rule(now):
        found.append(GroupChange(now.code, now.name, Change.RULE, _rule(was), _rule(now)))
    if was.points != now.points:
        ratio = now.points / was.points if now.points is not None and was.points else None
        found.append(GroupChange(now.code, now.name, Change.POINTS, _points(was), _points(now), ratio))
    elif was.mean_fee != now.mean_fee:
        ratio = now.mean_fee / was.mean_fee if now.mean_fee is not None and was.mean_fee else None
        found.append(
            GroupChange(now.code, now.name, Change.FEE, _text(was.mean_fee), _text(now.mean_fee), ratio)
        )
    return found


def _imprint(catalogue: DipCatalogue) -> list[tuple[str, str]]:
    """What a catalogue says of itself: whose, of which year, from which document and day, how large, with which lists."""
    kinds = Counter(group.kind_label for group in catalogue)
    return [
        ("名称", catalogue.title),
        ("统筹地区", catalogue.region),
        ("年度或版本", catalogue.version),
        ("依据文件", catalogue.document),
        ("执行日期", _text(catalogue.valid_from)),
        ("失效日期", _text(catalogue.valid_to)),
        ("目录形式", _FORMS.get(catalogue.form, catalogue.form)),
        ("全市均费（元）", _text(catalogue.region_mean)),
        (
            "病种数",
            f"{len(catalogue):,}（{'，'.join(f'{kind} {number:,}' for kind, number in sorted(kinds.items()))}）",
        ),
        ("手术操作属性表", _entries(catalogue.kinds.facts)),
        ("基层病种清单", _entries(catalogue.basic)),
        ("不纳入分组的主要诊断", _entries(catalogue.excluded_diagnoses)),
        ("不参与分组的手术操作", _entries(catalogue.excluded_procedures)),
        ("编码转换表", _entries(catalogue.code_map)),
    ]


_FORMS = {"regional": "地方目录", "national_3": "国家 3.0"}


def _entries(listed: Sized) -> str:
    return f"{len(listed):,} 条" if listed else ""


def _text(value: object) -> str:
    """A number with thousands and every digit it has, a date as it is written; empty for none."""
    if isinstance(value, Decimal):
        return f"{value:,f}"
    return "" if value is None else str(value)


def _rule(group: DipGroup) -> str:
    kind = group.procedure_kind.value if group.procedure_kind else ""
    parts = (
        group.kind_label,
        group.principal,
        write_expression(group.main),
        write_expression(group.related),
        kind,
        f"手术级别 {group.level}" if group.level else "",
        group.conditions.text if group.conditions else "",
    )
    return " + ".join(part for part in parts if part)


def _points(group: DipGroup) -> str:
    return _text(group.points)
