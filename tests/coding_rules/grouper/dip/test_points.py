from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from app.dip.catalogues import load_dip_catalogue, save_dip_catalogue
from coding_rules.grouper.dip.catalogue import DipKind
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.points import (
    HistoryCase,
    Method,
    PointsResult,
    PointsSettings,
    points_from_history,
    trimmed,
    weighted_mean,
)
from coding_rules.grouper.dip.procedure_kinds import ProcedureKinds
from coding_rules.grouper.dip.rules import DipRules
from coding_rules.settlement.profile import load_profile
from tests.coding_rules.grouper.dip.samples import case

SETTINGS = PointsSettings.for_years(2024, threshold=3)


def past(
    year: int, fee: int, principal: str, *procedures: str, level: str = "三级", los: int = 5
) -> HistoryCase:
    return HistoryCase(year, case(principal, *procedures, total_fee=fee * 100, los=los), level)


HISTORY = [
    *(past(year, fee, "K35.300", "47.0100") for year, fee in ((2022, 8000), (2023, 9000), (2024, 10000))),
    *(past(2024, fee, "K35.300", "47.0100", "54.5101") for fee in (14000, 15000, 16000)),
    *(past(2024, fee, "K35.300", "47.0100", "99.2900") for fee in (10000, 10100, 10200)),
    *(past(2024, 3000 + n, "K35.300", level="二级") for n in range(3)),
    *(past(2024, 2000, "K36.x00") for _ in range(2)),
    *(past(2024, 2600, "K36.x01", "99.1800") for _ in range(1)),
    past(2024, 2100, "K36.x02"),
    past(2024, 900, "Z99.900"),
    past(2021, 1, "K35.300"),
    HistoryCase(2024, case("K35.300")),
    HistoryCase(2024, case("", total_fee=100)),
]


@pytest.fixture(scope="module")
def result() -> PointsResult:
    return points_from_history(HISTORY, SETTINGS, DipRules(), ProcedureKinds(), "2024 年测算目录")


def test_groups_form_where_cases_suffice(result: PointsResult) -> None:
    codes = {group.code: group.cases for group in result.catalogue}
    # 99.2900 makes nothing dearer, so its cases stay with the main procedure alone; K36 has too few of any kind but 保守治疗.
    assert codes == {"K35.3": 3, "K35.3:47.0100": 6, "K35.3:47.0100_54.5101": 3, "K36.x": 3}


def test_points_are_mean_fee_over_region_mean(result: PointsResult) -> None:
    assert result.catalogue.verify() == ()
    group = result.catalogue.get("K35.3:47.0100_54.5101")
    assert group is not None
    assert group.mean_fee == 15000
    assert group.points == (Decimal(15000) * 1000 / result.region_mean).quantize(Decimal("0.000001"))


def test_years_weigh_one_two_seven(result: PointsResult) -> None:
    group = result.catalogue.get("K35.3:47.0100")
    assert group is not None
    # 2022: 8000, 2023: 9000, 2024: mean of 10000, 10000, 10100, 10200
    expected = (Decimal(8000) + 2 * Decimal(9000) + 7 * Decimal(10075)) / 10
    assert group.mean_fee == expected
    assert (
        weighted_mean([past(2023, 900, "A"), past(2024, 1800, "A")], SETTINGS)
        == Decimal(900 * 2 + 1800 * 7) / 9
    )


def test_what_was_left_out_is_counted(result: PointsResult) -> None:
    assert dict(result.left_out) == {
        "2021 年不在计算年份内": 1,
        "没有总费用": 1,
        "没有主要诊断": 1,
        "核心与综合均不足 3 例": 2,
    }
    assert result.used == len(HISTORY) - 3 - 2


def test_small_groups_fall_to_mixed() -> None:
    history = [past(2024, 2000 + n, f"K36.{n}00") for n in range(4)]
    found = points_from_history(
        history, SETTINGS, DipRules(), ProcedureKinds(), "目录", name_of=lambda code: f"《{code}》"
    )
    (group,) = found.catalogue.groups
    assert (group.code, group.kind, group.cases, group.name) == (
        "K36:BSZL",
        DipKind.MIXED,
        4,
        "《K36》（保守治疗）",
    )
    assert found.fallen == tuple((f"K36.{n}", 1, "K36:BSZL") for n in range(4))


def test_hospital_levels_have_factors(result: PointsResult) -> None:
    levels = {level.level: level for level in result.levels}
    assert set(levels) == {"三级", "二级"}
    assert levels["二级"].factor < 1 < levels["三级"].factor
    assert levels["二级"].factor == levels["二级"].mean / result.region_mean
    assert result.by_level["K35.3", "二级"] == 3001


def test_outliers_are_trimmed_only_from_enough_cases() -> None:
    few = [past(2024, fee, "A") for fee in range(1, 25)]
    many = [past(2024, fee, "A") for fee in range(1, 41)]
    assert len(trimmed(few, SETTINGS)) == 24
    kept = trimmed(many, SETTINGS)
    assert [each.case.total_fee for each in (kept[0], kept[-1])] == [200, 3900]
    assert len(kept) == 38


def test_benchmark_method() -> None:
    settings = PointsSettings(SETTINGS.year_weights, 3, method=Method.BENCHMARK, benchmark="K35.3:47.0100")
    found = points_from_history(HISTORY, settings, DipRules(), ProcedureKinds(), "目录").catalogue
    base = found.get("K35.3:47.0100")
    assert base is not None
    assert base.points == 1000
    with pytest.raises(ValueError, match="基准病种"):
        points_from_history(
            HISTORY,
            PointsSettings(SETTINGS.year_weights, method=Method.BENCHMARK, benchmark="X"),
            DipRules(),
            ProcedureKinds(),
            "目录",
        )


def test_saved_catalogue_reads_back_and_groups(result: PointsResult, tmp_path: Path) -> None:
    folder = tmp_path / "测算"
    save_dip_catalogue(result.catalogue, folder)
    again = load_dip_catalogue(folder)
    assert again.title == "2024 年测算目录"
    assert again.report.refused == ()
    assert [(g.code, g.points, g.mean_fee, g.cv, g.cases) for g in again] == [
        (g.code, g.points, g.mean_fee, g.cv, g.cases) for g in result.catalogue
    ]
    grouper = DipGrouper(again, load_profile("national_platform"))
    assert grouper.group(case("K35.300", "47.0100", "54.5101")).group == "K35.3:47.0100_54.5101"
    with (folder / "catalogue.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == len(result.catalogue) + 1
