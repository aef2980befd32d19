"""Past front pages: read, grouped, their years; computed points and factors kept; diseases and periods."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from app.demo.month import generate
from app.demo.n041 import write_n041
from app.dip.auxiliary import compute_factors, keep_auxiliary, open_auxiliary, strata_of_case
from app.dip.catalogues import load_dip_catalogue
from app.dip.history_points import PointsWish, compute_points, keep_points, namer
from app.dip.period_comparison import By, compare, diseases, likely_periods
from app.errors import UserError
from app.knowledge import Choices, load_groupers
from app.past_cases import group_past, not_yet_there, read_past, score_past, years_of
from app.progress import Cancelled, Progress
from app.review import Knowledge
from app.sessions.session import Session
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.history import Method
from coding_rules.settlement.auxiliary import AuxiliaryCatalogue, AuxiliaryRow
from coding_rules.settlement.rules import AuxiliaryRules
from coding_rules.settlement.strata import AGE, SEVERITY, SeverityTables
from icd_tables.codes import Edition, Kind
from icd_tables.table import CodeEntry, CodeTable, TableInfo
from icd_tables.terminology import Terminology
from tests.ui.tools.dip_work import dip_case, dip_cases, dip_knowledge

YEAR = 2025
RULES = AuxiliaryRules(enabled=True)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "home"))


def grouper() -> DipGrouper:
    found = dip_knowledge().dip
    assert isinstance(found, DipGrouper)
    return found


def test_files_are_read_as_on_opening(tmp_path: Path) -> None:
    path = tmp_path / "去年.csv"
    write_n041(path, generate(20))
    (file,) = read_past([path], Terminology())
    assert (file.name, len(file.cases), file.refused) == ("去年.csv", 20, 0)
    assert years_of(file.cases) == (2025,)


def test_grouping_obeys_cancel_and_needs_a_catalogue() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        list(group_past(dip_cases(2), dip_knowledge(), progress))
    assert not list(group_past(dip_cases(2), Knowledge()))


def test_points_with_groups_below_the_threshold_falling_to_mixed(tmp_path: Path) -> None:
    wish = PointsWish(YEAR, threshold=10, level="三级")
    found = compute_points(dip_cases(48), wish, grouper(), Terminology())
    points = {group.code: group for group in found.catalogue}
    assert set(points) == {"C34.1", "C20.x:48.6302", "A16.2", "Z99.9"}
    assert found.levels[0].level == "三级"
    mean = points["A16.2"].mean_fee
    assert mean is not None
    assert points["A16.2"].points == (mean * 1000 / found.region_mean).quantize(Decimal("0.000001"))
    folder = keep_points(found, "本院 2026", date(2026, 1, 1))
    kept = load_dip_catalogue(folder)
    assert (kept.title, kept.valid_from, len(kept)) == ("本院 2026", date(2026, 1, 1), 4)
    assert kept.get("A16.2").points == points["A16.2"].points  # type: ignore[union-attr]
    strict = compute_points(
        [
            *dip_cases(48),
            *(dip_case(100 + n, ("A16.300",), 500_000, datetime(YEAR, 3, 5), "1") for n in range(4)),
        ],
        wish,
        grouper(),
        Terminology(),
    )
    assert ("A16.3", 4, "") in strict.fallen


def test_points_that_cannot_be_had_are_refused() -> None:
    with pytest.raises(UserError, match="没有可用的病例"):
        compute_points(dip_cases(8), PointsWish(2001), grouper(), Terminology())
    wish = PointsWish(YEAR, threshold=5, method=Method.BENCHMARK, benchmark="X99")
    with pytest.raises(UserError, match="X99"):
        compute_points(dip_cases(48), wish, grouper(), Terminology())
    found = compute_points(dip_cases(48), PointsWish(YEAR, threshold=5), grouper(), Terminology())
    with pytest.raises(UserError, match="名称"):
        keep_points(found, " ", date(2026, 1, 1))


def test_names_come_from_the_code_table() -> None:
    info = TableInfo("t", Kind.DIAGNOSIS, Edition.INSURANCE, "1", "诊断表", "测试")
    entries = [CodeEntry("A16.200", "肺结核"), CodeEntry("A16.201", "肺结核瘤")]
    name_of = namer(Terminology({(Kind.DIAGNOSIS, Edition.INSURANCE): CodeTable(info, entries)}))
    assert name_of("A16.2") == "肺结核"
    assert name_of("B99") == "B99"
    assert name_of("47.0100") == "47.0100"


def test_factors_from_history_are_kept_and_settled_by() -> None:
    tables = SeverityTables(
        frozenset({"J96.000"}),
        frozenset({"I10.x00"}),
        {"J96.000": frozenset({"J96"})},
        cci={"N18.000": (2, "肾病")},
    )
    rows, refused = compute_factors(dip_cases(48), dip_knowledge(), tables, RULES)
    assert rows
    assert not refused
    assert all(row.stratum_mean and row.group_mean for row in rows)
    folder = keep_auxiliary(AuxiliaryCatalogue(rows, tables), "本院辅助", date(2026, 1, 1))
    again = open_auxiliary(folder)
    assert {(row.group, row.label, row.factor) for row in again.rows} == {
        (row.group, row.label, row.factor) for row in rows
    }
    assert (again.tables.severe, again.tables.moderate) == (tables.severe, tables.moderate)
    assert (again.tables.exclusions, again.tables.cci) == (tables.exclusions, tables.cci)
    groupers = load_groupers(Choices(dip_auxiliary=str(folder)))
    assert groupers.dip_settler is not None
    assert groupers.dip_settler.auxiliary is not None
    assert ("DIP 辅助目录", f"{len(rows)} 个分型系数", folder.name) in groupers.versions
    with pytest.raises(UserError, match="没有可以保存"):
        keep_auxiliary(AuxiliaryCatalogue(()), "空", date(2026, 1, 1))


def test_strata_that_do_not_meet_the_triggers_are_told() -> None:
    rows, refused = compute_factors(
        dip_cases(48), dip_knowledge(), SeverityTables(), AuxiliaryRules(enabled=True, group_cases=100)
    )
    assert not rows
    assert all("不多于 100 例" in each.reason for each in refused)


def test_the_strata_of_a_case_and_the_factor_that_applies() -> None:
    case = dip_case(7, ("A16.200",), 500_000, datetime(YEAR, 3, 9), "1")
    tables = SeverityTables(severe=frozenset({"J96.000"}))
    rows = (
        AuxiliaryRow("A16.2", SEVERITY, "轻度", Decimal("0.9")),
        AuxiliaryRow("A16.2", AGE, "65岁及以上·轻度", Decimal("1.2")),
    )
    found = strata_of_case(case, dip_knowledge(), AuxiliaryCatalogue(rows, tables), RULES)
    assert found is not None
    assert [(row.stratum.label, row.applies) for row in found.rows if row.factor] == [("轻度", True)]
    assert found.verdict.startswith("适用 疾病严重程度 轻度")
    bare = strata_of_case(case, dip_knowledge(), AuxiliaryCatalogue(()), RULES)
    assert bare is not None
    assert "没有" in bare.verdict
    assert bare.undecided


def test_diseases_by_group_category_and_in_all() -> None:
    cases = dip_cases(48)
    by_group = diseases(cases, dip_knowledge(), By.GROUP)
    assert sum(len(one.cases) for one in by_group) == 48
    assert by_group[0].label.endswith("例）")
    assert {one.key for one in diseases(cases, dip_knowledge(), By.CATEGORY)} == {"C34", "C20", "A16", "Z99"}
    (whole,) = diseases(cases, dip_knowledge(), By.ALL)
    periods = likely_periods(cases)
    assert periods is not None
    found = compare(whole, *periods)
    assert found.before_cases + found.after_cases == 48
    assert [measure.label for measure in found.measures] == [
        "次均总费用", "药品费", "手术治疗费", "耗材费", "住院天数", "自付比例",
    ]  # fmt: skip
    assert found.measures[0].test is not None
    assert not diseases((), dip_knowledge(), By.ALL)


def test_periods_are_years_where_there_are_several() -> None:
    days = [datetime(2023, 5, 1), datetime(2024, 3, 1), datetime(2025, 2, 1)]
    cases = [dip_case(place, ("A16.200",), 1, day, "1") for place, day in enumerate(days)]
    assert likely_periods(cases) == (
        (date(2023, 5, 1), date(2024, 12, 31)),
        (date(2025, 1, 1), date(2025, 2, 1)),
    )
    assert likely_periods(cases[:1]) is None


def test_sessions_are_read_as_they_were_left(tmp_path: Path) -> None:
    path = tmp_path / "三月.ccqa"
    cases = dip_cases(6)
    with Session.create_from(path, cases) as session:
        assert len(session.cases) == 6
        # open for writing here: reading beside it works
        (found,) = read_past([path], Terminology())
    assert [case.case_id for case in found.cases] == [case.case_id for case in cases]
    assert found.name == "三月.ccqa"


def test_past_cases_are_settled_without_checks() -> None:
    found = score_past(dip_cases(4), dip_knowledge())
    assert all(one.dip is not None and one.dip.settlement is not None for one in found)
    assert not any(one.findings for one in found)


def test_the_same_discharge_counts_once() -> None:
    first, second, third = dip_cases(3)
    fresh, doubled = not_yet_there([second, third, third], [first, second])
    assert (fresh, doubled) == ((third,), (second, third))
    dearer = replace(second, fees=replace(second.fees, total=1))
    assert not_yet_there([dearer], [second])[0] == (dearer,)
