from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from app.errors import UserError
from app.performance import (
    Dimension,
    Reckoning,
    forget_low_risk,
    import_low_risk,
    load_low_risk,
    performance,
    worked_out,
)
from app.progress import Cancelled, Progress
from app.review import CaseResult, Scored
from coding_rules.case import Case, Fees
from coding_rules.grouper.grouping import Grouping, System


def result(
    case_id: str, group: str, weight: str | None = "1.5", dept: str = "内科", way: str = "1"
) -> CaseResult:
    case = Case(case_id=case_id, department=dept, discharge_way=way, los=6, fees=Fees(total=20_000))
    held = Decimal(weight) if weight else None
    drg = Grouping(System.DRG, "方案", group, weight=held, mean_fee=10_000, mean_los=Decimal(3))
    dip = Grouping(System.DIP, "目录", group, points=Decimal(800))
    return CaseResult(case, drg=Scored(drg), dip=Scored(dip))


RESULTS = [
    result("1", "A"),
    result("2", "A", dept="外科", way="5"),
    result("3", "B", "0.5"),
    result("4", "", None),
]


DRG, DIP = (Reckoning.of(RESULTS, system) for system in System)


def in_points(result: CaseResult) -> CaseResult:
    """The same case in a city that publishes 基准点数 only."""
    assert result.drg is not None
    grouping = replace(result.drg.grouping, weight=None, points=Decimal(150), mean_fee=None, mean_los=None)
    return replace(result, drg=Scored(grouping))


def test_a_city_of_points_sees_points_and_cmi_only_where_it_can_be_had() -> None:
    results = [in_points(result) for result in RESULTS[:3]]
    plain = Reckoning.of(results, System.DRG)
    figures = performance(results, plain, Dimension.MONTH)[0].figures
    assert (figures.total_points, figures.mean_points, figures.cmi) == (
        Decimal(450),
        Decimal("150.0000"),
        None,
    )
    assert "“每 1 权重折合点数”" in plain.why_missing("cmi", figures)
    assert worked_out("mean_points", figures) == "450.0000 ÷ 3 = 150.0000"
    told = Reckoning.of(results, System.DRG, Decimal(100))
    figures = performance(results, told, Dimension.MONTH)[0].figures
    assert figures.cmi == Decimal("1.5000")
    assert "每 1 权重折合点数 100" in told.formulas()["cmi"]


def test_what_a_figure_leaves_out_is_told() -> None:
    unweighted = result("9", "C", None)
    figures = performance([*RESULTS, unweighted], DRG, Dimension.MONTH)[0].figures
    assert worked_out("cmi", figures) == "3.5000 ÷ 3 = 1.1667；另有 1 例入组病例所在的组没有权重，未计入"
    silent = result("9", "A", way="")
    figures = performance([*RESULTS, silent], DRG, Dimension.MONTH, frozenset({"A"}))[0].figures
    assert worked_out("low_risk_mortality", figures).endswith("；另有 1 例入组病例没有填离院方式，未计入")
    assert worked_out("grouped_rate", figures) == "4 ÷ 5 × 100% = 80.00%"


def test_what_is_not_rated_says_why() -> None:
    figures = performance([in_points(RESULTS[0])], DRG, Dimension.MONTH, frozenset())[0].figures
    assert "标杆" in DRG.why_missing("fee_index", figures)
    assert "低风险组" in DRG.why_missing("low_risk_mortality", figures)
    silent = result("9", "A", way="-")
    figures = performance([silent], DRG, Dimension.MONTH, frozenset({"A"}))[0].figures
    assert figures.low_risk_mortality is None
    assert "1 例都没有填离院方式" in DRG.why_missing("low_risk_mortality", figures)


def test_the_whole_comes_first_then_each_key() -> None:
    whole, *parts = performance(RESULTS, DRG, Dimension.DEPARTMENT)
    assert [part.name for part in parts] == ["内科", "外科"]
    figures = whole.figures
    assert (figures.cases, figures.grouped, figures.groups) == (4, 3, 2)
    assert figures.cmi == Decimal("1.1667")
    assert (figures.fee_index, figures.time_index) == (2.0, 2.0)
    assert figures.low_risk_mortality is None
    assert worked_out("cmi", figures) == "3.5000 ÷ 3 = 1.1667"
    assert "75.00%" in worked_out("grouped_rate", figures)


def test_points_of_a_thousand_are_a_weight_of_one() -> None:
    whole, *_ = performance(RESULTS, DIP, Dimension.GROUP)
    assert whole.figures.cmi == Decimal("0.8000")
    assert "1000" in DIP.formulas()["cmi"]
    assert "1000" not in DRG.formulas()["cmi"]
    assert whole.figures.total_points == 2400


def test_low_risk_mortality_needs_a_list() -> None:
    whole, *_ = performance(RESULTS, DRG, Dimension.MONTH, frozenset({"A"}))
    assert whole.figures.low_risk_mortality == 0.5
    assert worked_out("low_risk_mortality", whole.figures).startswith("1 ÷ 2")


def test_the_list_is_taken_from_any_table_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "home"))
    path = tmp_path / "名单.csv"
    path.write_text("序号,组\n1,ａ \n2,ZZ\n", encoding="utf-8")
    assert load_low_risk(System.DRG) is None
    assert import_low_risk(path, System.DRG, ["A", "B"]) == (frozenset({"A"}), 2)
    assert load_low_risk(System.DRG) == frozenset({"A"})
    assert load_low_risk(System.DIP) is None
    with pytest.raises(UserError, match="没有本方案的组编码"):
        import_low_risk(path, System.DIP, ["C"])
    (tmp_path / "home" / "low_risk_drg.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="读不出来"):
        load_low_risk(System.DRG)
    forget_low_risk(System.DRG)
    assert load_low_risk(System.DRG) is None


def test_no_results_no_lines_and_cancel_is_obeyed() -> None:
    assert performance([], DRG, Dimension.MONTH) == []
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        performance(RESULTS * 200, DRG, Dimension.MONTH, progress=progress)
