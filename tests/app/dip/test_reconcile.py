from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.dip.reconcile import BY_DAY_AND_FEE, reconcile
from app.dip.return_file import BureauFile, BureauRow
from app.progress import Cancelled, Progress
from app.review import CaseResult, Scored
from coding_rules.case import Case, Fees, Fields
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.grouping import System
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.amount import Settler
from coding_rules.settlement.profile import load_profile
from tests.coding_rules.grouper.dip.samples import catalogue


def result(
    number: str,
    *codes: str,
    fee: int = 800_000,
    admission: str = "",
    day: datetime | None = None,
    name: str = "",
    columns: Mapping[str, str] | None = None,
) -> CaseResult:
    seen = GrouperInput(diagnoses=codes[:1], procedures=codes[1:], total_fee=fee, insurance="1")
    grouping = DipGrouper(catalogue(), load_profile("demo")).group(seen)
    settled = Settler(load_profile("demo")).settle(grouping, seen)
    case = Case(
        number,
        record_no=number.partition("/")[0],
        admission_no=admission,
        name=name,
        discharged=day,
        fees=Fees(total=fee),
        fields=Fields.of(columns or {}),
    )
    return CaseResult(case, dip=Scored(grouping, settled))


def row(number: str, place: int, group: str = "", **values: Any) -> BureauRow:
    return BureauRow({"record": number}, place, group=group, **values)


def returned(
    *rows: BureauRow, columns: Sequence[str] = ("record", "group", "points", "band", "amount")
) -> BureauFile:
    return BureauFile("反馈.xlsx", rows, frozenset(columns))


def test_agreement_and_what_only_one_side_has() -> None:
    ours = [result("000123", "K35.300", "47.0100"), result("000200", "K35.300")]
    theirs = returned(
        row("123", 2, "K35.3:47.0100", points=Decimal("1484.8"), band="正常", amount=920576),
        row("999", 3, "K35.3"),
    )
    found = reconcile(ours, theirs, System.DIP)
    assert found.agreeing == 1
    assert [each.case.case_id for each in found.only_ours] == ["000200"]
    assert [each.number for each in found.only_theirs] == ["999"]


def test_another_group_names_the_step_that_decided() -> None:
    ours = [result("1", "K35.300", "47.0100", "47.0900")]
    found = reconcile(ours, returned(row("1", 2, "k35.3:47.0900", amount=1)), System.DIP)
    first = found.cases[0].first
    assert first is not None
    assert (first.what, first.ours, first.theirs) == ("分组", "K35.3:47.0100", "k35.3:47.0900")
    assert first.step.startswith("落选：K35.3:47.0900")
    assert found.counts() == {"分组": 1}
    unknown = reconcile(ours, returned(row("1", 2, "Z99")), System.DIP).cases[0].first
    assert unknown is not None
    assert "路径中没有出现 Z99" in unknown.step


def test_points_band_and_amount_differ_with_our_formula() -> None:
    ours = [result("1", "K35.300", "47.0100", fee=2_000_000)]
    other = row("1", 2, "K35.3:47.0100", points=Decimal(900), band="正常", amount=558_000)
    differences = {
        each.what: each for each in reconcile(ours, returned(other), System.DIP).cases[0].differences
    }
    assert list(differences) == ["分值", "倍率区间", "金额"]
    assert "1,484.8" in differences["分值"].step
    assert "高倍率" in differences["倍率区间"].step
    assert "点值" in differences["金额"].step


def test_repeated_numbers_are_told_apart_by_the_fee_or_left_ambiguous() -> None:
    ours = [result("5/1", "K35.300", fee=300_000), result("5/2", "K35.300", fee=310_000)]
    rows = returned(row("5", 2, "K35.3", fee=310_000), row("5", 3, "K35.3"))
    found = reconcile(ours, rows, System.DIP)
    assert [case.case_id for case in found.cases] == ["5/2", "5/1"]
    assert reconcile(ours, returned(row("5", 3, "K35.3")), System.DIP).ambiguous[0].row == 3


def test_exact_number_wins_over_one_that_lost_its_zeros() -> None:
    ours = [result("0012", "K35.300"), result("12", "K35.300")]
    found = reconcile(ours, returned(row("12", 2, "K35.3")), System.DIP)
    assert found.cases[0].case_id == "12"
    assert [each.case.case_id for each in found.only_ours] == ["0012"]


def test_columns_the_file_lacks_are_not_compared() -> None:
    ours = [result("1", "K35.300")]
    found = reconcile(ours, returned(row("1", 2, amount=1), columns=("record", "amount")), System.DIP)
    assert [each.what for each in found.cases[0].differences] == ["金额"]


def test_a_number_may_stand_under_another_name_and_a_visit_in_a_column_of_its_own() -> None:
    ours = [
        result("1", "K35.300", admission="Z0007"),
        result("2", "K35.300", columns={"结算清单流水号": "S88"}),
    ]
    theirs = returned(
        BureauRow({"record": "z7"}, 2, group="K35.3"),  # not the same number
        BureauRow({"record": "Z0007"}, 3, group="K35.3"),
        BureauRow({"visit": "S88", "record": "别的"}, 4, group="K35.3"),
    )
    found = reconcile(ours, theirs, System.DIP)
    assert [(each.case_id, each.matched_by) for each in found.cases] == [("1", "病案号"), ("2", "流水号")]
    assert [each.row for each in found.only_theirs] == [2]


def test_stays_of_one_patient_are_told_apart_by_the_day_of_discharge() -> None:
    first, second = datetime(2025, 3, 2, 9), datetime(2025, 3, 20, 15)
    ours = [result("5/1", "K35.300", day=first), result("5/2", "K35.300", day=second)]
    rows = returned(
        row("5", 2, "K35.3", discharged=date(2025, 3, 20)), row("5", 3, "K35.3", discharged=date(2025, 3, 2))
    )
    assert [each.case_id for each in reconcile(ours, rows, System.DIP).cases] == ["5/2", "5/1"]


def test_without_a_number_in_common_day_fee_and_name_find_the_case() -> None:
    day = datetime(2025, 3, 2, 9)
    ours = [
        result("1", "K35.300", day=day, name="张晓明", fee=500_000),
        result("2", "K35.300", day=day, name="李大为", fee=500_000),
    ]
    rows = returned(
        row("X9", 2, "K35.3", discharged=day.date(), fee=500_000, name="张*明"),
        row("X8", 3, "K35.3", discharged=day.date(), fee=500_001),
    )
    found = reconcile(ours, rows, System.DIP)
    assert [(each.case_id, each.matched_by) for each in found.cases] == [("1", BY_DAY_AND_FEE)]
    assert [each.number for each in found.only_theirs] == ["X8"]


def test_a_second_row_for_a_case_is_told_as_repeated() -> None:
    found = reconcile(
        [result("1", "K35.300")], returned(row("1", 2, "K35.3"), row("1", 3, "K35.3")), System.DIP
    )
    assert (len(found.cases), [each.row for each in found.repeated]) == (1, [3])


def test_ratio_standard_and_fund_are_compared_with_our_formula() -> None:
    ours = [result("1", "K35.300", "47.0100", fee=2_000_000)]
    settled = ours[0].dip.settlement if ours[0].dip else None
    assert settled is not None
    assert settled.standard == 920_576  # 1484.8 x 6.2
    columns = ("record", "ratio", "standard", "amount")
    same = row("1", 2, ratio=Decimal("2.356"), standard=920_576, amount=settled.amount)
    assert not reconcile(ours, returned(same, columns=columns), System.DIP).cases[0].differences
    other = row("1", 2, ratio=Decimal("2.2"), standard=900_000, amount=1)
    found = reconcile(ours, returned(other, columns=columns), System.DIP).cases[0].differences
    assert [each.what for each in found] == ["倍率", "支付标准", "金额"]
    assert "1,484.8 × 1 × 6.2 = 9,205.76 元" in found[1].step


def test_a_bureau_without_a_band_for_extreme_cases_agrees_with_high() -> None:
    ours = [result("1", "K35.300", fee=9_000_000)]
    assert not reconcile(ours, returned(row("1", 2, "K35.3", band="高倍率")), System.DIP).cases[0].differences


def test_comparing_obeys_cancel() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        reconcile([result("1", "K35.300")], returned(row("1", 2)), System.DIP, progress=progress)
