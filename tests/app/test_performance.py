from decimal import Decimal
from pathlib import Path

import pytest

from app.errors import UserError
from app.performance import (
    Dimension,
    forget_low_risk,
    formulas,
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


def test_the_whole_comes_first_then_each_key() -> None:
    whole, *parts = performance(RESULTS, System.DRG, Dimension.DEPARTMENT)
    assert [part.name for part in parts] == ["内科", "外科"]
    figures = whole.figures
    assert (figures.cases, figures.grouped, figures.groups) == (4, 3, 2)
    assert figures.cmi == Decimal("1.1667")
    assert (figures.fee_index, figures.time_index) == (2.0, 2.0)
    assert figures.low_risk_mortality is None
    assert worked_out("cmi", figures) == "3.5000 ÷ 3 = 1.1667"
    assert "75.00%" in worked_out("grouped_rate", figures)


def test_points_of_a_thousand_are_a_weight_of_one() -> None:
    whole, *_ = performance(RESULTS, System.DIP, Dimension.GROUP)
    assert whole.figures.cmi == Decimal("0.8000")
    assert "1000" in formulas(System.DIP)["cmi"]
    assert "1000" not in formulas(System.DRG)["cmi"]


def test_low_risk_mortality_needs_a_list() -> None:
    whole, *_ = performance(RESULTS, System.DRG, Dimension.MONTH, frozenset({"A"}))
    assert whole.figures.low_risk_mortality == 0.5
    assert worked_out("low_risk_mortality", whole.figures).startswith("1 ÷ 2")


def test_the_list_is_taken_from_any_table_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "home"))
    path = tmp_path / "名单.csv"
    path.write_text("序号,组\n1,A\n2,ZZ\n", encoding="utf-8")
    assert load_low_risk(System.DRG) is None
    assert import_low_risk(path, System.DRG, ["A", "B"]) == (frozenset({"A"}), 2)
    assert load_low_risk(System.DRG) == frozenset({"A"})
    assert load_low_risk(System.DIP) is None
    with pytest.raises(UserError, match="没有本方案的组编码"):
        import_low_risk(path, System.DIP, ["C"])
    forget_low_risk(System.DRG)
    assert load_low_risk(System.DRG) is None


def test_no_results_no_lines_and_cancel_is_obeyed() -> None:
    assert performance([], System.DRG, Dimension.MONTH) == []
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        performance(RESULTS * 200, System.DRG, Dimension.MONTH, progress=progress)
