from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from coding_rules.grouper.drg.dated_weights import DatedGrouper, drg_grouper, worth_of
from coding_rules.grouper.drg.weight_dates import in_force, overlapping, said_dates
from coding_rules.grouper.drg.weight_table import GroupWeight, WeightReport, WeightTable
from coding_rules.grouper.grouping import WORTH
from coding_rules.grouper.inputs import GrouperInput
from tests.coding_rules.grouper.drg.small import small_scheme


def table(name: str, weight: int, start: date | None, end: date | None) -> WeightTable:
    rows = {"FR25": GroupWeight("FR25", weight=Decimal(weight), sheet=name, row=2)}
    return WeightTable(name, rows, start, end)


OLD = table("去年", 1, date(2024, 1, 1), date(2024, 12, 31))
NEW = table("今年", 2, date(2025, 1, 1), None)


def weight_on(day: date | None, code: str = "I21.000") -> tuple[Decimal | None, str, str]:
    grouper = drg_grouper(small_scheme(weights=NEW), [NEW, OLD])
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
    dated = drg_grouper(small_scheme(weights=NEW), [NEW, OLD])
    worth = [worth_of(dated, "FR25", day) for day in (date(2025, 1, 1), date(2024, 1, 1), date(2023, 1, 1))]
    assert [row.weight if row else None for row in worth] == [Decimal(2), Decimal(1), None]
    plain = drg_grouper(small_scheme(weights=WeightTable("权重", OLD.rows)))
    row = worth_of(plain, "FR25", None)
    assert row is not None
    assert row.weight == Decimal(1)
    assert worth_of(plain, "", None) is None


def test_a_day_no_table_covers_has_no_weight_and_says_so() -> None:
    weight, text, _ = weight_on(date(2023, 12, 31))
    assert weight is None
    assert text == "出院日期 2023-12-31 不在任何一份权重表的有效期内，没有权重"
    weight, text, _ = weight_on(date(2025, 5, 1), "I25.100")
    assert weight is None
    assert text.endswith("其中没有 FZ19")


def test_undated_tables_need_no_choice_and_ungrouped_cases_no_weight() -> None:
    plain = WeightTable("权重", OLD.rows)
    assert not isinstance(drg_grouper(small_scheme(weights=plain), [plain]), DatedGrouper)
    found = drg_grouper(small_scheme(weights=NEW), [NEW]).group(GrouperInput(diagnoses=("Z00.000",)))
    assert not found.grouped
    assert all(step.stage != WORTH for step in found.path)


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
