"""Grouping a file of cases: every line in, every line out."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from app.errors import UserError
from app.group_cases import read_case_lines
from app.group_file import COLUMNS, group_file
from app.knowledge import Choices, Groupers, load_groupers
from app.progress import Cancelled, Progress
from coding_rules.grouper.dip.bed_days import BedDayGroup, BedDayRules
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.settlement.amount import NO_RULINGS, Settler
from coding_rules.settlement.profile import RegionProfile
from coding_rules.settlement.rules import BandRules, Ungrouped
from coding_rules.settlement.rulings import Outcome, Ruling, Rulings

HEADER = "case_id,sex,age,age_days,weight,dept,los,discharge,diagnoses,procedures,total_fee,mdc"


@pytest.fixture(scope="module")
def dip_only() -> Groupers:
    return load_groupers(Choices(drg="none"))


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\r\n".join([HEADER, *lines, ""]).encode(encoding))
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_line_becomes_what_groupers_see(tmp_path: Path) -> None:
    path = write(
        tmp_path / "c.csv", "0012,2,,5,3100,儿科,3,1,p07.300| a41.9X0,47.0100,12.345,X", encoding="gb18030"
    )
    (line,) = read_case_lines(path)
    case = line.case
    assert case is not None
    assert (line.row, case.case_id, case.sex, case.age, case.age_days, case.weight) == (
        2,
        "0012",
        2,
        None,
        5,
        3100,
    )
    assert (case.department, case.los, case.discharge, case.total_fee) == ("儿科", 3, "1", 1234)
    assert (case.diagnoses, case.procedures) == (("P07.300", "A41.9x0"), ("47.0100",))


def test_unreadable_lines_get_a_line_with_the_reason(tmp_path: Path, dip_only: Groupers) -> None:
    path = write(
        tmp_path / "c.csv",
        "1,1,四十,,,内科,3,1,I10.x00,,,",
        "2,1,40",
        "3,1,40,,,内科,3,1,I10.x00,,100.00,",
        "",
        "4,1,40,,,内科,3,1,I10.x00,,一百,",
    )
    out = tmp_path / "o.csv"
    outcome = group_file(path, out, dip_only)
    assert (outcome.cases, outcome.refused) == (1, 3)
    rows = read(out)
    assert [row["case_id"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["reason"] for row in rows if row["case_id"] != "3"] == [
        "第 2 行：age 列的“四十”不是数字",
        "第 3 行：只有 3 列，应有 12 列",
        "第 6 行：total_fee 列的“一百”不是数字",
    ]
    assert outcome.problems[0] == (2, "age 列的“四十”不是数字")


@pytest.mark.parametrize(
    ("filed", "seen"),
    [("|I10.x00", ("", "I10.x00")), (" | |I10.x00", ("", "I10.x00")), ("I10.x00||", ("I10.x00",)), ("|", ())],
)
def test_only_the_first_place_is_the_principal_diagnosis(
    tmp_path: Path, filed: str, seen: tuple[str, ...]
) -> None:
    (line,) = read_case_lines(write(tmp_path / "c.csv", f"1,1,40,,,内科,3,1,{filed},{filed},,"))
    assert line.case is not None
    assert (line.case.diagnoses, line.case.procedures) == (seen, seen)


def test_a_case_without_a_principal_diagnosis_is_not_grouped_by_another(tmp_path: Path) -> None:
    both = load_groupers(Choices())
    out = tmp_path / "o.csv"
    outcome = group_file(
        write(tmp_path / "c.csv", "1,1,40,,,内科,3,1,I21.001,,,", "2,1,40,,,内科,3,1,|I21.001,,,"), out, both
    )
    assert (outcome.drg_grouped, outcome.dip_grouped) == (1, 1)
    grouped, refused = read(out)
    assert grouped["drg"]
    assert grouped["dip"]
    assert (refused["mdc"], refused["drg"], refused["dip"]) == ("", "", "")
    assert refused["reason"] == "DRG 缺少主要诊断，不能入组；DIP 主要诊断编码缺失"


def test_whole_numbers_as_spreadsheets_write_them(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", "1,1,40.0,,,内科,3.00,1,I10.x00,,,", "2,1,40,,,内科,3.5,1,I10.x00,,,")
    good, bad = read_case_lines(path)
    assert good.case is not None
    assert (good.case.age, good.case.los) == (40, 3)
    assert bad.problem == "los 列的“3.5”不是整数"


def test_groups_points_and_money_of_the_demonstration_catalogue(tmp_path: Path, dip_only: Groupers) -> None:
    assert dip_only.dip is not None
    groups = [group for group in dip_only.dip.catalogue if not group.main and len(group.principal) == 5][:5]
    lines = [f"{at},1,40,,,内科,5,1,{group.principal}00,,5000.00," for at, group in enumerate(groups)]
    out = tmp_path / "o.csv"
    group_file(write(tmp_path / "c.csv", *lines), out, dip_only)
    rows = read(out)
    assert tuple(rows[0]) == COLUMNS
    for row, group in zip(rows, groups, strict=True):
        assert row["dip"] == group.code
        assert row["dip_kind"] == group.kind.value
        assert float(row["points"]) > 0
        assert float(row["amount"]) > 0
        assert (row["drg"], row["weight"], row["reason"]) == ("", "", "")


def test_a_case_without_a_group_says_why(tmp_path: Path, dip_only: Groupers) -> None:
    out = tmp_path / "o.csv"
    group_file(write(tmp_path / "c.csv", "1,1,40,,,内科,5,1,,,,"), out, dip_only)
    (row,) = read(out)
    assert row["dip"] == ""
    assert row["reason"].startswith("DIP ")


def with_rules(groupers: Groupers, bands: BandRules, rulings: Rulings = NO_RULINGS) -> Groupers:
    assert groupers.dip_settler is not None
    shipped = groupers.dip_settler.profile
    profile = replace(shipped, bands=bands, money=replace(shipped.money, region_mean=Decimal(5000)))
    return replace(groupers, dip_settler=Settler(profile, rulings=rulings))


def test_an_ungrouped_case_is_paid_where_the_region_says_how(tmp_path: Path, dip_only: Groupers) -> None:
    path = write(tmp_path / "c.csv", "1,1,40,,,内科,3,1,,,4000,", "2,1,40,,,内科,3,1,,,4000,")
    bands = BandRules(ungrouped=Ungrouped.FEE_SHARE, ungrouped_factor=Decimal("0.6"))
    approved = Rulings([Ruling("DIP", "2", outcome=Outcome.AMOUNT, amount=350_000)])
    out = tmp_path / "o.csv"
    group_file(path, out, with_rules(dip_only, bands, approved))
    rows = read(out)
    assert [(row["dip"], row["amount"]) for row in rows] == [("", "2784"), ("", "3500")]
    assert rows[0]["points"] == "480"  # 4000 ÷ 5000 × 1000 × 0.6
    assert all("DIP" in row["reason"] for row in rows)


def test_points_of_a_day_are_never_shown_as_a_cases(tmp_path: Path, dip_only: Groupers) -> None:
    assert dip_only.dip is not None
    days = BedDayGroup("CR01", "床日", ("Z99",), Decimal("12.5"))
    profile = RegionProfile("p", "本地", bed_days=BedDayRules(enabled=True))
    grouper = DipGrouper(replace(dip_only.dip.catalogue, bed_days=(days,)), profile)
    path = write(tmp_path / "c.csv", "1,1,40,,,精神科,90,1,Z99.900,,,", "2,1,40,,,精神科,,1,Z99.900,,4000,")
    out = tmp_path / "o.csv"
    group_file(path, out, Groupers(dip=grouper, dip_settler=Settler(profile)))
    assert [(row["dip"], row["dip_kind"], row["points"]) for row in read(out)] == [
        ("CR01", "床日", "1125"),
        ("CR01", "床日", ""),
    ]
    group_file(path, out, Groupers(dip=grouper))
    assert [row["points"] for row in read(out)] == ["", ""]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "c.csv"),
        (b"a,b\r\n1,2\r\n", "缺少列：case_id、diagnoses"),
        (b"PK\x03\x04", "c.csv"),
    ],
)
def test_a_file_that_is_no_case_file_is_told(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes(content)
    with pytest.raises(UserError, match=what):
        list(read_case_lines(path))


def test_a_cell_without_end_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes(b'case_id,diagnoses\r\n1,"' + b"x" * 2_000)
    former = csv.field_size_limit(1_000)
    try:
        with pytest.raises(UserError, match="第 2 行不是 CSV"):
            list(read_case_lines(path))
    finally:
        csv.field_size_limit(former)


def test_cancelling_leaves_the_old_output(tmp_path: Path, dip_only: Groupers) -> None:
    out = tmp_path / "o.csv"
    out.write_text("old")
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        group_file(write(tmp_path / "c.csv", "1,1,40,,,内科,5,1,I10,,,"), out, dip_only, progress)
    assert out.read_text() == "old"


@pytest.mark.reference
def test_the_reference_cases_come_out_as_expected(tmp_path: Path, reference: Path) -> None:
    folder = reference / "drg" / "chs_drg_11"
    out = tmp_path / "o.csv"
    outcome = group_file(
        folder / "expected_cases.csv", out, load_groupers(Choices(drg=str(folder), dip="none"))
    )
    with (folder / "expected_cases.csv").open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    assert outcome.refused == 0
    for row, wanted in zip(read(out), expected, strict=True):
        assert {key: row[key] for key in ("case_id", "mdc", "adrg", "drg")} == {
            key: wanted[key] for key in ("case_id", "mdc", "adrg", "drg")
        }
        assert bool(row["reason"]) == (not row["drg"])
