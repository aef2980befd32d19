from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from app.dip.catalogues import load_dip_catalogue, save_dip_catalogue
from coding_rules.grouper.dip.catalogue import DipKind
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.history import (
    HistoryCase,
    Method,
    PointsSettings,
    trimmed,
    weighted_mean,
)
from coding_rules.grouper.dip.points import PointsResult, points_from_history
from coding_rules.grouper.dip.procedure_kinds import ProcedureKinds
from coding_rules.grouper.dip.rules import DipRules
from coding_rules.settlement.profile import RegionProfile, load_profile
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
        "核心与综合均不足 3 例，未成组": 2,
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


def test_groups_have_factors_by_level_and_inversions_are_marked() -> None:
    history = [
        *(past(2024, 3000, "K35.300", level="三级") for _ in range(3)),
        *(past(2024, 4000, "K35.300", level="二级") for _ in range(3)),
        *(past(2024, 2000, "I10.x00", level="三级") for _ in range(3)),
    ]
    found = points_from_history(history, SETTINGS, DipRules(), ProcedureKinds(), "目录").group_levels
    assert [(each.group, each.level, each.mean, each.inverted) for each in found] == [
        ("K35.3", "三级", Decimal(3000), False),
        ("K35.3", "二级", Decimal(4000), True),
    ]
    assert found[1].factor == Decimal(4000) / 3500


def test_outliers_are_trimmed_only_from_enough_cases() -> None:
    few = [past(2024, fee, "A") for fee in range(1, 25)]
    enough = [past(2024, fee, "A") for fee in range(1, 26)]
    many = [past(2024, fee, "A") for fee in range(1, 42)]
    assert len(trimmed(few, SETTINGS)) == 24
    assert len(trimmed(enough, SETTINGS)) == 23
    kept = trimmed(many, SETTINGS)
    # 41 fees: the percentiles 2.5 and 97.5 fall exactly on the second and the last but one, which stay in.
    assert [each.case.total_fee for each in (kept[0], kept[-1])] == [200, 4000]
    assert len(trimmed([past(2024, 5, "A")] * 100, SETTINGS)) == 100
    assert "第 2.5 或高于第 97.5 百分位数" in SETTINGS.text


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


def year_of_history(region: str) -> tuple[list[HistoryCase], RegionProfile]:
    """Cases whose procedures come in every order and combination, so that they may group elsewhere than where they formed a group."""
    dice = Random(11)
    history = []
    for number in range(1500):
        principal = dice.choice(
            ["K35.300", "K35.301", "K36.x00", "E11.900", "I63.900", f"M{number % 60:02d}.900"]
        )
        procedures = dice.sample(["47.0100", "54.5101", "99.2900", "45.2302"], dice.randrange(4))
        history.append(
            past(dice.choice([2022, 2023, 2024]), dice.randrange(900, 30_000), principal, *procedures)
        )
    return history, load_profile(region)


@pytest.mark.parametrize("region", ["national_platform", "national_default", "hubei", "shandong"])
def test_a_saved_catalogue_groups_its_own_history_into_the_counts_it_shows(
    region: str, tmp_path: Path
) -> None:
    history, profile = year_of_history(region)
    found = points_from_history(
        history, PointsSettings.for_years(2024), profile.grouping, ProcedureKinds(), "目录"
    )
    assert found.moving == 0
    assert all((group.cases or 0) >= 15 for group in found.catalogue)
    save_dip_catalogue(found.catalogue, tmp_path / "目录")
    grouper = DipGrouper(load_dip_catalogue(tmp_path / "目录", profile), profile)
    counted = Counter(light.group for light in grouper.group_batch(each.case for each in history))
    ungrouped = counted.pop("", 0)
    assert counted == {group.code: group.cases for group in found.catalogue}
    assert ungrouped == sum(number for _, number in found.left_out)
    assert found.used + ungrouped == len(history)
    assert sum(number for _, number, target in found.fallen if not target) == ungrouped


def test_points_of_all_cases_come_back_to_the_region_mean() -> None:
    """With one year, no trimming and every case grouped, 1000 points are the mean fee: total points x M / 1000 = total fees."""
    history = [past(2024, fee, "K35.300" if fee % 2 else "E11.900") for fee in range(1000, 1100)]
    settings = PointsSettings({2024: Decimal(1)}, 3, trim=Decimal(0))
    found = points_from_history(history, settings, DipRules(), ProcedureKinds(), "目录")
    points = sum(((group.points or 0) * (group.cases or 0) for group in found.catalogue), Decimal(0))
    fees = sum(range(1000, 1100))
    assert abs(points * found.region_mean / 1000 - fees) < Decimal("0.01")
