from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from app.demo.month import generate
from app.demo.n041 import write_n041
from app.drg.scheme_store import save_adapted
from app.drg.schemes import load_drg_scheme
from app.drg.weight_history import (
    Earlier,
    default_year_weights,
    load_earlier,
    read_source,
    save_weights,
    source_of,
    work_out,
)
from app.drg.weight_tables import known_weights, load_weight_table
from app.errors import UserError
from app.knowledge import DEMO_DRG, demo_folder
from app.review import Knowledge
from app.work import import_files, start_work
from coding_rules.case import Case, Diagnosis, Fees
from coding_rules.grouper.drg.scheme import Scheme, Stage
from coding_rules.grouper.drg.weights import HistoryWeights
from coding_rules.grouper.trimming import TrimMethod, TrimRule
from icd_tables.codes import Edition
from icd_tables.terminology import Terminology

WHOLE = TrimRule(TrimMethod.NONE)


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return load_drg_scheme(demo_folder(DEMO_DRG))


def case(number: int, year: int | None, fee: int, code: str = "I21.001") -> Case:
    return Case(
        case_id=str(number),
        age=60,
        sex="1",
        discharged=datetime(year, 5, 1) if year else None,
        los=7,
        diagnoses=(Diagnosis(code),),
        fees=Fees(total=fee),
        edition=Edition.INSURANCE,
    )


def test_the_latest_three_years_count_1_2_7() -> None:
    cases = [case(at, year, 100) for at, year in enumerate((2021, 2022, 2023, 2024, None))]
    source = source_of("甲", cases)
    assert (source.years, source.undated) == ({2021: 1, 2022: 1, 2023: 1, 2024: 1}, 1)
    assert default_year_weights([source]) == {2021: 0, 2022: 1, 2023: 2, 2024: 7}
    assert default_year_weights([]) == {}


def test_weights_by_year_and_a_dated_table(
    scheme: Scheme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "home"))
    old, new = source_of("旧", [case(1, 2023, 1_000)]), source_of("新", [case(2, 2024, 3_000)])
    found = work_out(scheme, Terminology(), [old, new], {2023: 1, 2024: 3}, WHOLE)
    (group,) = found.groups
    assert group.mean_fee == 2_500
    assert group.cases_by_year == {2023: 1, 2024: 1}
    path = save_weights(found, "本院", date(2025, 1, 1), date(2025, 12, 31))
    assert path.name == "本院（2025-01-01至2025-12-31）.csv"
    row = load_weight_table(path).get(group.code)
    assert row is not None
    assert (row.weight, row.mean_fee, row.year) == (Decimal(1), 2_500, "2025")
    assert save_weights(found, "本院", date(2025, 1, 1), date(2025, 12, 31)) != path
    with pytest.raises(UserError):
        save_weights(found, "a/b", date(2025, 1, 1))


def test_nothing_to_count_is_said(scheme: Scheme) -> None:
    with pytest.raises(UserError, match="没有可用于计算的病例"):
        work_out(scheme, Terminology(), [source_of("甲", [case(1, None, 5)])], {}, WHOLE)


def test_sources_are_files_of_front_pages_and_sessions(tmp_path: Path) -> None:
    pages = tmp_path / "month.csv"
    write_n041(pages, generate(12))
    terminology = Terminology()
    from_pages = read_source(pages, terminology)
    assert sum(from_pages.years.values()) + from_pages.undated == 12
    imported = import_files([pages], terminology)
    work = start_work(imported, tmp_path / "month.ccqa", Knowledge())
    work.session.close()
    from_session = read_source(tmp_path / "month.ccqa", terminology)
    assert from_session.years == from_pages.years
    assert [case.case_id for case in from_session.cases] == [case.case_id for case in from_pages.cases]


def test_cases_without_a_weight_before_and_with_one_now(
    scheme: Scheme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty infarctions: the earlier scheme could not group them, the earlier weight table lacked their group."""
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "home"))
    source = source_of("今年", [case(at, 2025, 1_000 + at) for at in range(30)])

    def newly(earlier: Earlier | None) -> HistoryWeights:
        return work_out(scheme, Terminology(), [source], {2025: 1}, WHOLE, earlier=earlier)

    assert newly(None).newly_grouped == ()
    assert newly(load_earlier(demo_folder(DEMO_DRG), None)).newly_grouped == ()
    empty = tmp_path / "旧权重.csv"
    empty.write_text("DRG编码,权重\nD99-M9-9,1\n", encoding="utf-8")
    found = newly(load_earlier(demo_folder(DEMO_DRG), empty)).newly_grouped
    assert len(found) == 30
    assert found[0].before == f"{found[0].group} 没有权重"
    rule = next(one for one in scheme.adrgs if one.code == "D04-M1")
    old = save_adapted(scheme, {(Stage.MDC, one.row): "false" for one in scheme.mdcs}, "旧方案")
    assert rule.parent in {one.code for one in scheme.mdcs}
    found = newly(load_earlier(old, None)).newly_grouped
    assert {(each.before, each.diagnosis) for each in found} == {("未入组", "I21.001")}


def test_an_ambiguous_group_had_no_weight(scheme: Scheme) -> None:
    assert Earlier(scheme).unmet("FQY") == "歧义组 FQY"
    assert Earlier(scheme).unmet("FR25") == ""


def test_points_can_be_written_beside_the_weights(
    scheme: Scheme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "home"))
    found = work_out(scheme, Terminology(), [source_of("新", [case(2, 2024, 3_000)])], {2024: 1}, WHOLE)
    path = save_weights(found, "本院", date(2025, 1, 1), None, Decimal(100))
    (row,) = load_weight_table(path).rows.values()
    assert (row.weight, row.points) == (Decimal(1), Decimal(100))
    (kept,) = known_weights()
    assert (kept.scheme, kept.valid_from, kept.unit) == (DEMO_DRG, date(2025, 1, 1), "权重、点数")
