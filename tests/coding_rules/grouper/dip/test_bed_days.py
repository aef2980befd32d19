"""床日病种: read from tables, grouped by the region's conditions only, paid by days, the fast path like the explaining one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from coding_rules.grouper.dip.bed_day_rows import bed_day_table, days_of, read_bed_days
from coding_rules.grouper.dip.bed_days import BedDayGroup, BedDayRules, BedDays, diagnosis_keys
from coding_rules.grouper.dip.catalogue import DipCatalogue
from coding_rules.grouper.dip.columns import Sheet
from coding_rules.grouper.dip.expression import Dialect
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.rows import read_sheets
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.amount import Settler
from coding_rules.settlement.auxiliary import AuxiliaryCatalogue, AuxiliaryRow
from coding_rules.settlement.profile import RegionProfile
from coding_rules.settlement.rules import MoneyRules, PointPrice
from tests.coding_rules.grouper.dip.samples import catalogue
from tests.formulas import check

SCHIZOPHRENIA = BedDayGroup("CR01", "精神病床日", ("F20-F29", "F31"), Decimal("12.5"), least=61)
REHABILITATION = BedDayGroup("CR02", "康复床日", ("I69",), Decimal(18), departments=("康复医学科",))
HOSPICE = BedDayGroup("CR03", "安宁疗护床日", (), Decimal(20), departments=("安宁疗护科",))
GROUPS = (SCHIZOPHRENIA, REHABILITATION, HOSPICE)


def by_days(**rules: object) -> RegionProfile:
    return RegionProfile(
        "p",
        "本地",
        bed_days=BedDayRules(enabled=True, **rules),  # type: ignore[arg-type]
        money=MoneyRules(prices=(PointPrice(Decimal(6)),), hospital_factor=Decimal("1.2")),
    )


def with_days(*groups: BedDayGroup) -> DipCatalogue:
    return replace(catalogue(), bed_days=groups)


def case(principal: str, los: int | None, department: str = "") -> GrouperInput:
    return GrouperInput("1", diagnoses=(principal,), los=los, department=department, total_fee=3_000_000)


@pytest.mark.parametrize(
    ("principal", "los", "department", "group"),
    [
        ("F20.900", 75, "精神科", "CR01"),
        ("F29.x00", 61, "", "CR01"),
        ("F31.100", 90, "", "CR01"),
        ("F20.900", 60, "", ""),
        ("F20.900", None, "", ""),
        ("F32.100", 90, "", ""),
        ("I69.300", 5, "康复医学科", "CR02"),
        ("I69.300", 5, "神经内科", ""),
        ("C34.900", 3, "安宁疗护科", "CR03"),
    ],
)
def test_a_row_takes_what_its_conditions_say(principal: str, los: int, department: str, group: str) -> None:
    found = BedDays(GROUPS, BedDayRules(enabled=True)).find(case(principal, los, department))
    assert (found.group.code if found else "") == group


def test_conditions_of_the_region_hold_where_a_row_has_none() -> None:
    plain = replace(SCHIZOPHRENIA, least=None)
    days = BedDays([plain], BedDayRules(enabled=True, over_days=30, departments=frozenset(["精神科"])))
    assert days.find(case("F20.900", 31, "精神科"))
    assert not days.find(case("F20.900", 30, "精神科"))
    assert not days.find(case("F20.900", 31, "内科"))
    assert not BedDays([plain], BedDayRules()).find(case("F20.900", 31))
    assert not days.find(GrouperInput("1"))


def test_nothing_is_grouped_by_days_before_the_region_says_so() -> None:
    grouper = DipGrouper(with_days(replace(SCHIZOPHRENIA, diagnoses=("K35",), least=None)))
    assert grouper.group(case("K35.300", 90)).kind == "核心"


def test_the_fast_path_gives_the_same() -> None:
    grouper = DipGrouper(with_days(replace(SCHIZOPHRENIA, diagnoses=("K35",), least=20)), by_days())
    cases = [case("K35.300", los) for los in (3, 25, 19, 20)] + [case("Z99.900", 90), GrouperInput("2")]
    slow, fast = [grouper.group(each) for each in cases], grouper.group_batch(cases)
    assert [each.group for each in fast] == [each.group for each in slow]
    assert [each.kind for each in slow[:4]] == ["核心", "床日", "核心", "床日"]
    assert [(each.kind, each.points) for each in fast] == [(each.kind, each.points) for each in slow]
    step = slow[1].path[-1]
    assert step.text == "主要诊断 K35.300 属于 K35，住院 25 天（≥ 20 天） → CR01，按床日付费"


def test_a_diagnosis_outside_grouping_is_not_paid_by_days_either() -> None:
    profile = by_days()
    profile = replace(profile, grouping=replace(profile.grouping, excluded_diagnoses=frozenset(["F20.900"])))
    assert DipGrouper(with_days(SCHIZOPHRENIA), profile).group(case("F20.900", 90)).group == ""


@pytest.mark.parametrize(
    ("factor", "points", "amount", "formula"),
    [
        (False, "1125", 675_000, "每床日 12.5 × 90 天 = 1,125"),
        (True, "1350", 810_000, "每床日 12.5 × 90 天 × 1.2 = 1,350"),
    ],
)
def test_points_of_a_day_times_days(factor: bool, points: str, amount: int, formula: str) -> None:
    profile = by_days(hospital_factor=factor)
    seen = case("F20.900", 90)
    grouping = DipGrouper(with_days(SCHIZOPHRENIA), profile).group(seen)
    auxiliary = AuxiliaryCatalogue([AuxiliaryRow("CR01", "疾病严重程度", "轻度", Decimal(2))])
    found = Settler(profile, auxiliary=auxiliary).settle(grouping, seen)
    assert (found.points, found.amount, found.profit) == (Decimal(points), amount, amount - 3_000_000)
    figures = {each.label: each.formula for each in found.figures}
    assert figures["结算分值"] == formula
    assert "不分倍率" in figures["倍率区间"]
    assert "辅助分型系数" not in figures
    assert check(found.figures) == 3
    unknown = Settler(profile).settle(grouping, replace(seen, los=None))
    assert (unknown.points, "没有住院天数" in unknown.missing) == (None, True)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("", (None, None)),
        (">60", (61, None)),
        ("超过 60 天", (61, None)),
        ("≥60天", (60, None)),
        ("60天以上", (60, None)),
        ("61-180天", (61, 180)),
        ("＞60 且 ≤180", (61, 180)),
        ("少于30天", (None, 29)),
        ("90 天及以内", (None, 90)),
        ("不超过90天", (None, 90)),
    ],
)
def test_days_as_cells_say_them(written: str, days: tuple[int | None, int | None]) -> None:
    assert days_of(written) == days


def test_days_that_say_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="看不明白"):
        days_of("长期")


def test_keys_as_cells_list_them() -> None:
    assert diagnosis_keys("F20～F29、f31；I69.3") == ("F20-F29", "F31", "I69.3")
    assert diagnosis_keys(" ") == ()


TABLE = Sheet(
    "床日.xlsx",
    "床日",
    [
        ["某市 2025 年床日病种"],
        ["病种编码", "病种名称", "主要诊断编码", "每床日分值（分）", "住院天数", "科室"],
        ["CR01", "精神病床日", "F20-F29、F31", 12.5, ">60", None],
        ["CR02", "康复床日", "I69", "18", None, "康复医学科"],
        ["CR03", "安宁疗护床日", None, 20, None, "安宁疗护科"],
        ["CR04", "无条件", None, 20, None, None],
        ["CR05", "分值不对", "F32", "面议", None, None],
        ["CR06", "天数不对", "F32", 9, "长期", None],
        ["CR07", "诊断不对", "精神病", 9, None, None],
        [None, None, None, None, None, None],
    ],
)


def test_a_table_of_points_of_a_day() -> None:
    found = read_bed_days([TABLE])
    assert [replace(group, source="") for group in found.groups] == list(GROUPS)
    assert found.groups[0].source == "床日.xlsx 床日 第 3 行"
    assert [(issue.row, issue.action) for issue in found.issues] == [(row, "refused") for row in (6, 7, 8, 9)]
    again = read_bed_days([Sheet("bed_days.csv", "", bed_day_table(found.groups))])
    assert [replace(group, source="") for group in again.groups] == list(GROUPS)


def test_rows_of_a_catalogue_marked_as_such() -> None:
    sheet = Sheet(
        "目录.xlsx",
        "目录",
        [
            ["病种编码", "病种类型", "主诊断代码", "主要操作代码", "病种分值"],
            ["K35.3", "核心", "K35.3", None, 551.4],
            ["F20.9", "床日病种", "F20.9", None, 12.5],
        ],
    )
    rows, days = read_sheets([sheet], Dialect.PLATFORM), read_bed_days([sheet])
    assert [group.code for group in rows.groups] == ["K35.3"]
    assert not rows.issues
    (group,) = days.groups
    assert (group.code, group.diagnoses, group.points) == ("F20.9", ("F20.9",), Decimal("12.5"))
    (doubt,) = days.issues
    assert (doubt.action, "按每床日分值理解，请核对" in doubt.reason) == ("doubt", True)


def test_a_catalogue_without_any_gives_none() -> None:
    plain = Sheet("a.csv", "", [["病种编码", "主诊断代码", "病种分值"], ["K35.3", "K35.3", 551.4]])
    assert read_bed_days([plain]) == read_bed_days([])
