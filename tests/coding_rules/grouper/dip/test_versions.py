from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from coding_rules.grouper.dip.catalogue import Conditions
from coding_rules.grouper.dip.procedure_kinds import ProcedureKinds
from coding_rules.grouper.dip.versions import Change, compare_catalogues
from tests.coding_rules.grouper.dip.samples import ROWS, catalogue


def test_came_went_and_changed() -> None:
    changed = (*ROWS[0][:8], 1103.0, 3154.0)
    rewritten = (ROWS[2][0], "1", "K35.3", "", "47.9900", "", "", "", ROWS[2][8], ROWS[2][9])
    fresh = ("K36.x", "1", "K36.x", "其他阑尾炎", "", "", "", "", 400, 2000)
    found = compare_catalogues(catalogue(ROWS), catalogue([changed, ROWS[1], rewritten, *ROWS[4:], fresh]))
    assert [(each.code, each.change) for each in found] == [
        ("K35.3", Change.POINTS),
        ("K35.3:47.0100_54.5101", Change.REMOVED),
        ("K35.3:47.0900", Change.RULE),
        ("K36.x", Change.ADDED),
    ]
    assert (found[0].before, found[0].after, found[0].ratio) == ("551.5", "1,103", Decimal(2))
    assert "47.0900" in found[2].before
    assert "47.9900" in found[2].after


def test_what_the_catalogues_say_of_themselves_is_compared() -> None:
    old = replace(catalogue(), region="甲市", version="2024", valid_from=date(2024, 1, 1))
    groups = tuple(replace(group, source=group.source.replace("样例", "新样例")) for group in old)
    new = replace(
        old,
        title="新目录",
        region="乙市",
        version="2025",
        valid_from=date(2025, 1, 1),
        valid_to=date(2025, 12, 31),
        groups=groups,
        excluded_diagnoses=frozenset({"Z51.100"}),
        kinds=ProcedureKinds.of({"47.0100": "手术"}),
    )
    assert [(each.code, each.change, each.before, each.after) for each in compare_catalogues(old, new)] == [
        ("名称", Change.IMPRINT, "样例目录", "新目录"),
        ("统筹地区", Change.IMPRINT, "甲市", "乙市"),
        ("年度或版本", Change.IMPRINT, "2024", "2025"),
        ("依据文件", Change.IMPRINT, "样例.xlsx", "新样例.xlsx"),
        ("执行日期", Change.IMPRINT, "2024-01-01", "2025-01-01"),
        ("失效日期", Change.IMPRINT, "", "2025-12-31"),
        ("手术操作属性表", Change.IMPRINT, "", "1 条"),
        ("不纳入分组的主要诊断", Change.IMPRINT, "", "1 条"),
    ]


def test_a_mean_fee_alone_and_conditions_are_changes_too() -> None:
    old = catalogue()
    first, second, *rest = old.groups
    new = replace(
        old,
        groups=(
            replace(first, mean_fee=Decimal(6308)),
            replace(second, basic=True, level="3", conditions=Conditions(weight=(0, 999))),
            *rest,
        ),
    )
    found = [each for each in compare_catalogues(old, new) if each.change is not Change.IMPRINT]
    assert [(each.code, each.change) for each in found] == [
        (first.code, Change.FEE),
        (second.code, Change.RULE),
    ]
    assert found[0].ratio == 2
    assert "体重 0—999 克" in found[1].after
    assert found[1].after.startswith("基层")


def test_same_catalogue_has_no_changes() -> None:
    assert compare_catalogues(catalogue(), catalogue()) == ()
