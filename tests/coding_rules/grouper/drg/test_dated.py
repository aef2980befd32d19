from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from coding_rules.grouper.drg.dated import DatedGrouper, drg_grouper
from coding_rules.grouper.drg.dates import in_force, overlapping
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.drg.weight_dates import said_dates
from coding_rules.grouper.drg.weight_table import GroupWeight, WeightReport, WeightTable
from coding_rules.grouper.grouping import VERSION, WORTH
from coding_rules.grouper.inputs import GrouperInput
from tests.coding_rules.grouper.drg.small import Rows, copy_tables, small_scheme


def table(name: str, weight: int, start: date | None, end: date | None) -> WeightTable:
    rows = {"FR25": GroupWeight("FR25", weight=Decimal(weight), sheet=name, row=2)}
    return WeightTable(name, rows, start, end)


OLD = table("去年", 1, date(2024, 1, 1), date(2024, 12, 31))
NEW = table("今年", 2, date(2025, 1, 1), None)


ADRG_HEADER = ["order", "mdc", "adrg", "name", "rule"]
FR2_ANYWAY = ["1", "MDCF", "FR2", "急性心肌梗死", "pdx in FR2.DX"]


def undated(weights: WeightTable) -> Scheme:
    scheme = small_scheme(weights=weights)
    return replace(scheme, info=replace(scheme.info, valid_from=None, valid_to=None))


def weight_on(day: date | None, code: str = "I21.000") -> tuple[Decimal | None, str, str]:
    grouper = drg_grouper([small_scheme(weights=NEW)], [NEW, OLD])
    found = grouper.group(GrouperInput(diagnoses=(code,), discharged=day))
    (step,) = [step for step in found.path if step.stage == WORTH]
    assert step.text not in found.chain
    return found.weight, step.text, step.source


def test_the_day_of_discharge_chooses_the_table() -> None:
    assert weight_on(date(2025, 1, 1)) == (
        Decimal(2),
        "按出院日期 2025-01-01 用“今年”（2025-01-01 至 不限）",
        "今年 第 2 行",
    )
    assert weight_on(date(2024, 12, 31))[0] == Decimal(1)
    assert weight_on(None)[0] == Decimal(2)


def test_the_fast_path_weighs_by_the_day_too() -> None:
    dated = drg_grouper([small_scheme(weights=NEW)], [NEW, OLD])
    worth = [dated.worth("FR25", day) for day in (date(2025, 1, 1), date(2024, 1, 1), date(2023, 1, 1))]
    assert [row.weight if row else None for row in worth] == [Decimal(2), Decimal(1), None]
    plain = drg_grouper([undated(weights=WeightTable("权重", OLD.rows))])
    row = plain.worth("FR25")
    assert row is not None
    assert row.weight == Decimal(1)
    assert plain.worth("") is None


def test_a_day_no_table_covers_has_no_weight_and_says_so() -> None:
    weight, text, _ = weight_on(date(2023, 12, 31))
    assert weight is None
    assert text == "出院日期 2023-12-31 不在任何一份权重表的有效期内，没有权重"
    weight, text, _ = weight_on(date(2025, 5, 1), "I25.100")
    assert weight is None
    assert text.endswith("其中没有 FZ19")


def test_undated_tables_need_no_choice_and_ungrouped_cases_no_weight() -> None:
    plain = WeightTable("权重", OLD.rows)
    assert not isinstance(drg_grouper([undated(weights=plain)], [plain]), DatedGrouper)
    found = drg_grouper([small_scheme(weights=NEW)], [NEW]).group(GrouperInput(diagnoses=("Z00.000",)))
    assert not found.grouped
    assert all(step.stage != WORTH for step in found.path)


def version(name: str, start: date | None, end: date | None, **tables: Rows) -> Scheme:
    """A version of the small scheme with other tables, and weights of its own."""
    scheme = small_scheme(copy_tables() | tables, weights=WeightTable(name, {"FR25": ROW_OF[name]}))
    return replace(scheme, info=replace(scheme.info, version=name, valid_from=start, valid_to=end))


ROW_OF = {name: GroupWeight("FR25", weight=Decimal(name)) for name in ("1", "2", "3")}
FIRST = version("1", date(2023, 1, 1), date(2023, 12, 31))
SECOND = version("2", date(2024, 1, 1), date(2024, 12, 31), adrg=[ADRG_HEADER, FR2_ANYWAY])
THIRD = version("3", date(2024, 7, 1), None)
INFARCTION = ("I21.000",)


def day_of(year: int, month: int = 3) -> GrouperInput:
    return GrouperInput(diagnoses=INFARCTION, procedures=("36.0601",), discharged=date(year, month, 1))


def test_the_day_of_discharge_chooses_the_version() -> None:
    grouper = drg_grouper([THIRD, FIRST, SECOND])
    assert [each.info.version for each in grouper.versions] == ["3", "1", "2"]
    cases = [
        *(day_of(year) for year in (2022, 2023, 2024, 2025)),
        day_of(2024, 8),
        GrouperInput(diagnoses=INFARCTION),
    ]
    found = [grouper.group(case) for case in cases]
    assert [each.group for each in found] == ["FM15", "FM15", "FR25", "FM15", "FM15", "FR25"]
    told = [next(step for step in each.path if step.stage == VERSION) for each in found]
    assert [step.held for step in told] == [False, True, True, True, True, True]
    assert told[2].text == "按出院日期 2024-03-01 用“小方案 2”（2024-01-01 至 2024-12-31）分组"
    assert told[0].text.startswith("出院日期 2022-03-01 没有有效的方案版本，仍按“小方案 3”")
    assert told[5].text.startswith("未填出院日期，用“小方案 3”")
    assert all(step.text not in each.chain for step, each in zip(told, found, strict=True))
    batch = [result.drg for result in grouper.group_batch(cases)]
    assert batch == [each.group for each in found] == [grouper.codes(case).drg for case in cases]


def test_each_version_weighs_by_its_own_table_unless_one_was_brought() -> None:
    grouper = drg_grouper([THIRD, FIRST, SECOND])
    assert grouper.group(day_of(2024)).weight == Decimal(2)
    worth = [grouper.worth("FR25", date(year, 3, 1)) for year in (2022, 2023, 2024, 2025)]
    assert [row.weight if row else None for row in worth] == [Decimal(3), Decimal(1), Decimal(2), Decimal(3)]
    brought = drg_grouper([THIRD, SECOND], [NEW, OLD]).group(day_of(2024))
    assert (brought.group, brought.weight) == ("FR25", Decimal(1))
    assert [step.stage for step in brought.path if step.stage in (VERSION, WORTH)] == [VERSION, WORTH]


def test_one_version_is_told_only_where_it_is_not_in_force() -> None:
    grouper = drg_grouper([FIRST])
    assert all(step.stage != VERSION for step in grouper.group(day_of(2023)).path)
    first = grouper.group(day_of(2024)).path[0]
    assert (first.stage, first.held) == (VERSION, False)


def test_many_cases_of_several_versions_come_back_in_order() -> None:
    grouper = drg_grouper([THIRD, SECOND])
    cases = [day_of(2024, 1 + number % 12) for number in range(50_000)]
    found = grouper.group_batch(iter(cases))
    assert all(
        result.drg == ("FM15" if case.discharged and case.discharged.month > 6 else "FR25")
        for result, case in zip(found, cases, strict=True)
    )


def test_overlaps_are_found_and_the_later_table_holds() -> None:
    late = table("年中", 3, date(2025, 7, 1), date(2025, 12, 31))
    assert in_force([NEW, late], date(2025, 8, 1)) is late
    assert in_force([NEW, late], date(2026, 1, 1)) is NEW
    assert in_force([], None) is None
    assert [
        (one.name, other.name, first, last) for one, other, first, last in overlapping([OLD, NEW, late])
    ] == [("今年", "年中", date(2025, 7, 1), date(2025, 12, 31))]


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("自2025年1月1日起施行", (date(2025, 1, 1), None)),
        ("适用于2025年7月1日(含)出院病例起", (date(2025, 7, 1), None)),
        ("有效期2025-01-01至2025-12-31", (date(2025, 1, 1), date(2025, 12, 31))),
        ("本表2025年12月31日废止", (None, date(2025, 12, 31))),
        ("自2025年2月30日起施行", (None, None)),
        ("说明", (None, None)),
    ],
)
def test_dates_a_table_says_of_itself(note: str, expected: tuple[date | None, date | None]) -> None:
    assert said_dates(WeightTable("表", report=WeightReport(notes=(("说明", 1, note),)))) == expected
