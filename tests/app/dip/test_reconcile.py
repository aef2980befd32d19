from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from app.dip.reconcile import BureauFile, BureauRow, read_return_file, reconcile
from app.errors import UserError
from app.review import CaseResult, Scored
from coding_rules.case import Case, Fees
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.grouping import System
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.amount import Settler
from coding_rules.settlement.profile import load_profile
from tests.coding_rules.grouper.dip.samples import catalogue


def result(number: str, *codes: str, fee: int = 800_000, admission: str = "") -> CaseResult:
    seen = GrouperInput(diagnoses=codes[:1], procedures=codes[1:], total_fee=fee, insurance="1")
    grouping = DipGrouper(catalogue(), load_profile("demo")).group(seen)
    settled = Settler(load_profile("demo")).settle(grouping, seen)
    case = Case(number, record_no=number.partition("/")[0], admission_no=admission, fees=Fees(total=fee))
    return CaseResult(case, dip=Scored(grouping, settled))


def returned(
    *rows: BureauRow, columns: Sequence[str] = ("case", "group", "points", "band", "amount")
) -> BureauFile:
    return BureauFile("反馈.xlsx", rows, frozenset(columns))


def test_reads_headers_below_a_title_and_refuses_rows_by_number(tmp_path: Path) -> None:
    path = tmp_path / "反馈.csv"
    path.write_text(
        "2025年3月DIP入组反馈\n\n序号,病案号,总费用（元）,DIP编码,分值,偏差类型,DIP金额\n"
        '1,000123,"8,000.00",K35.3:47.0100,1484.8,正常病例,9205.76\n'
        "2,,1,X,1,正常,1\n3,000124,五千,K35.3,551.5,正常,1\n",
        encoding="gb18030",
    )
    found = read_return_file(path)
    assert found.rows == (
        BureauRow("000123", 4, "K35.3:47.0100", "", Decimal("1484.8"), "正常病例", 920576, 800000),
    )
    assert [row for row, _ in found.refused] == [5, 6]
    assert "五千" in found.refused[1][1]


def test_a_file_without_case_numbers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "别的.csv"
    path.write_text("姓名,金额\n甲,1\n", encoding="utf-8")
    with pytest.raises(UserError, match="没有找到"):
        read_return_file(path)


def test_agreement_and_what_only_one_side_has() -> None:
    ours = [result("000123", "K35.300", "47.0100"), result("000200", "K35.300")]
    theirs = returned(
        BureauRow("123", 2, "K35.3:47.0100", points=Decimal("1484.8"), band="正常", amount=920576),
        BureauRow("999", 3, "K35.3"),
    )
    found = reconcile(ours, theirs, System.DIP)
    assert found.agreeing == 1
    assert found.only_ours == ("000200",)
    assert [row.case for row in found.only_theirs] == ["999"]


def test_another_group_names_the_step_that_decided() -> None:
    ours = [result("1", "K35.300", "47.0100", "47.0900")]
    found = reconcile(ours, returned(BureauRow("1", 2, "k35.3:47.0900", amount=1)), System.DIP)
    first = found.cases[0].first
    assert first is not None
    assert (first.what, first.ours, first.theirs) == ("分组", "K35.3:47.0100", "k35.3:47.0900")
    assert first.step.startswith("落选：K35.3:47.0900")
    assert found.counts() == {"分组": 1}
    unknown = reconcile(ours, returned(BureauRow("1", 2, "Z99")), System.DIP).cases[0].first
    assert unknown is not None
    assert "路径中没有出现 Z99" in unknown.step


def test_points_band_and_amount_differ_with_our_formula() -> None:
    ours = [result("1", "K35.300", "47.0100", fee=2_000_000)]
    row = BureauRow("1", 2, "K35.3:47.0100", Decimal(1).to_eng_string(), Decimal(900), "正常", 558_000)
    differences = {
        each.what: each for each in reconcile(ours, returned(row), System.DIP).cases[0].differences
    }
    assert list(differences) == ["分值", "倍率区间", "金额"]
    assert "1,484.8" in differences["分值"].step
    assert "高倍率" in differences["倍率区间"].step
    assert "点值" in differences["金额"].step


def test_repeated_numbers_are_told_apart_by_the_fee_or_left_ambiguous() -> None:
    ours = [result("5/1", "K35.300", fee=300_000), result("5/2", "K35.300", fee=310_000)]
    rows = returned(BureauRow("5", 2, "K35.3", fee=310_000), BureauRow("5", 3, "K35.3"))
    found = reconcile(ours, rows, System.DIP)
    assert [case.case_id for case in found.cases] == ["5/2", "5/1"]
    assert reconcile(ours, returned(BureauRow("5", 3, "K35.3")), System.DIP).ambiguous[0].row == 3


def test_exact_number_wins_over_one_that_lost_its_zeros() -> None:
    ours = [result("0012", "K35.300"), result("12", "K35.300")]
    found = reconcile(ours, returned(BureauRow("12", 2, "K35.3")), System.DIP)
    assert found.cases[0].case_id == "12"
    assert found.only_ours == ("0012",)


def test_columns_the_file_lacks_are_not_compared() -> None:
    ours = [result("1", "K35.300")]
    found = reconcile(ours, returned(BureauRow("1", 2, amount=1), columns=("case", "amount")), System.DIP)
    assert [each.what for each in found.cases[0].differences] == ["金额"]
