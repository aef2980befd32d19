"""A quarter of synthetic front pages under a published catalogue: the money tools on data of real size and shape."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.dip.catalogues import load_dip_catalogue
from app.dip.clearing import month_rows, pools_of
from app.dip.history_points import PointsWish, compute_points, history_cases, keep_points
from app.dip.reconcile_rows import AGREES, reconcile_rows
from app.dip.return_file import read_return_file
from app.dip.settled_cases import by_institution, settled_cases, sums_of
from app.knowledge import load_terminology
from app.past_cases import PastFile, read_past, score_past
from app.review import CaseResult, Knowledge
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.grouping import System
from coding_rules.settlement.amount import Settler
from coding_rules.settlement.profile import RegionProfile, load_profile
from coding_rules.settlement.rules import FundBasis, PointPrice
from icd_tables.terminology import Terminology
from tests.formulas import check

pytestmark = pytest.mark.reference
PRICES = (PointPrice(Decimal("5.8"), "职工"), PointPrice(Decimal("5.2"), "居民"))


@pytest.fixture(scope="module")
def terminology(reference: Path) -> Terminology:
    return load_terminology(str(reference / "codes"))


@pytest.fixture(scope="module")
def quarter(reference: Path, terminology: Terminology) -> PastFile:
    (found,) = read_past([reference / "frontpage" / "sample_n041_2025q1.csv"], terminology)
    return found


@pytest.fixture(scope="module")
def profile() -> RegionProfile:
    shipped = load_profile("national_platform")
    money = replace(
        shipped.money,
        prices=PRICES,
        hospital_factor=Decimal("1.05"),
        fund_basis=FundBasis.SHARE,
        fund_share={"职工": Decimal("0.78"), "居民": Decimal("0.62")},
    )
    clearing = replace(shipped.clearing, prepaid_share=Decimal("0.9"), deposit_share=Decimal("0.05"))
    return replace(shipped, money=money, clearing=clearing)


@pytest.fixture(scope="module")
def grouper(reference: Path, profile: RegionProfile) -> DipGrouper:
    (workbook,) = (reference / "dip").glob("*DIP2.0*.xlsx")
    return DipGrouper(load_dip_catalogue(workbook, profile), profile)


@pytest.fixture(scope="module")
def results(
    quarter: PastFile, terminology: Terminology, profile: RegionProfile, grouper: DipGrouper
) -> tuple[CaseResult, ...]:
    return score_past(quarter.cases, Knowledge(terminology, dip=grouper, dip_settler=Settler(profile)))


def test_every_formula_of_every_case_can_be_reckoned(results: tuple[CaseResult, ...]) -> None:
    checked = sum(check(each.dip.settlement.figures) for each in results if each.dip and each.dip.settlement)
    assert checked > 7 * len(results)


def test_cases_pools_months_and_institutions_are_the_same_money(
    results: tuple[CaseResult, ...], profile: RegionProfile
) -> None:
    cases = settled_cases(results, profile, System.DIP)
    whole = sums_of(cases)
    assert whole.cases == len(results) == 3000
    *rows, last = by_institution(cases, profile)
    assert sum(row.sums.amount for row in rows) == last.sums.amount == whole.amount
    assert sum((pool.amount for pool in pools_of(cases, profile)), Decimal(0)) * 100 == whole.amount
    *months, total = month_rows(cases, profile)
    assert sum(row.prepaid or 0 for row in months) == total.prepaid
    for pool in pools_of(cases, profile):
        assert pool.price is not None
        assert abs(pool.amount - pool.points * pool.price) <= Decimal(pool.cases) / 200


def test_our_own_results_as_a_return_file_agree_throughout(
    results: tuple[CaseResult, ...], tmp_path: Path
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["2025年一季度DIP预结算反馈"])
    sheet.append(["病例信息", None, None, "分组结果", None, None, "结算", None])
    sheet.append(["住院号", "出院日期", "总费用", "病种编码", "分值", "倍率", "支付标准", "DIP支付金额"])
    for each in results:
        assert each.dip is not None
        settled = each.dip.settlement
        assert settled is not None
        day = each.case.discharged
        sheet.append(
            [
                each.case.record_no.lstrip("0"),
                day.strftime("%Y/%m/%d") if day else "",
                f"{(each.case.fees.total or 0) / 100:,.2f}",
                each.dip.grouping.group or "未入组",
                f"{settled.points:f}" if settled.points is not None else None,
                round(float(settled.ratio), 4) if settled.ratio is not None else None,
                f"{(settled.standard or 0) / 100:.2f}" if settled.standard is not None else None,
                (settled.amount or 0) / 100 if settled.amount is not None else None,
            ]
        )
    path = tmp_path / "反馈.xlsx"
    book.save(path)
    found = reconcile_rows(results, read_return_file(path), System.DIP)
    assert found.counts == {AGREES: 3000}
    assert found.sums[-1].apart == 0


def test_points_of_the_quarter_group_it_again_once_kept(
    quarter: PastFile,
    terminology: Terminology,
    grouper: DipGrouper,
    profile: RegionProfile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path))
    wish = PointsWish(2025, level="三级")
    found = compute_points(quarter.cases, wish, grouper, terminology)
    folder = keep_points(found, "本市 2026", date(2026, 1, 1))
    again = DipGrouper(load_dip_catalogue(folder, profile), profile)
    history = history_cases(quarter.cases, terminology, wish)
    counted = Counter(light.group for light in again.group_batch(each.case for each in history))
    del counted[""]
    shown = {group.code: group.cases or 0 for group in found.catalogue}
    apart = sum(abs(counted[code] - shown.get(code, 0)) for code in {*counted, *shown})
    assert apart <= 2 * found.moving
    assert sum(counted.values()) == found.used
