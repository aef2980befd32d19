from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from app.drg.scheme_comparison import Side, compare_schemes
from app.drg.scheme_store import save_adapted
from app.drg.schemes import load_drg_scheme
from app.errors import UserError
from app.knowledge import DEMO_DRG, demo_folder
from coding_rules.case import Case, Diagnosis, Fees
from coding_rules.grouper.drg.scheme import Stage
from coding_rules.grouper.grouping import Grouping
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.settlement import Settlement
from icd_tables.codes import Edition
from icd_tables.terminology import Terminology


class PerWeight:
    def settle(self, grouping: Grouping, case: GrouperInput) -> Settlement:
        return Settlement("试", amount=None if grouping.weight is None else int(grouping.weight * 10_000))


def cases() -> list[Case]:
    one = Case(
        case_id="1",
        department="心内科",
        age=60,
        sex="1",
        diagnoses=(Diagnosis("I21.001"),),
        fees=Fees(total=1),
        edition=Edition.INSURANCE,
    )
    other = replace(one, case_id="2", department="", diagnoses=(Diagnosis("I10.x00"),))
    return [one, other]


def test_a_scheme_against_itself_changes_nothing() -> None:
    demo = Side(demo_folder(DEMO_DRG))
    found = compare_schemes(cases(), Terminology(), (demo, demo), PerWeight())
    assert (found.whole.cases, found.whole.changed, found.whole.amount_delta) == (2, 0, 0)
    assert [change.key for change in found.departments] == ["心内科", ""]
    assert [row.department for row in found.rows] == ["心内科", "未填科室"]
    assert found.pairs == ()


def test_who_moves_and_by_how_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path))
    scheme = load_drg_scheme(demo_folder(DEMO_DRG))
    rule = next(one for one in scheme.adrgs if one.code == "D04-M1")
    other = save_adapted(scheme, {(Stage.ADRG, rule.row): "false"}, "改编")
    found = compare_schemes(cases(), Terminology(), (Side(demo_folder(DEMO_DRG)), Side(other)), PerWeight())
    assert found.whole.changed == 1
    (pair,) = found.pairs
    assert pair.key.startswith("D04-M1")
    moved = found.rows[0].comparison
    assert moved.changed
    assert moved.weight_delta == found.whole.weight_delta
    assert moved.amount_delta == found.whole.amount_delta


def test_one_scheme_with_two_weight_tables(tmp_path: Path) -> None:
    table = tmp_path / "去年.csv"
    table.write_text("DRG编码,权重\nD04-M1-9,9\n", encoding="utf-8")
    demo = demo_folder(DEMO_DRG)
    found = compare_schemes(cases()[:1], Terminology(), (Side(demo), Side(demo, table)))
    assert found.whole.changed == 0
    assert found.whole.priced == 0
    assert found.second.weights is not None
    assert found.second.weights.name == "去年.csv"


def test_each_side_is_paid_by_its_own_parameters(tmp_path: Path) -> None:
    demo = demo_folder(DEMO_DRG)
    sides = (Side(demo, rate=Decimal(7000)), Side(demo, rate=Decimal(8000)))
    found = compare_schemes(cases()[:1], Terminology(), sides)
    (row,) = found.rows
    weight = row.comparison.first_weight
    assert weight is not None
    assert row.comparison.amount_delta == weight * 1000 * 100
    assert (found.whole.risen, found.whole.fallen) == (1, 0)
    mixed = (Side(demo), Side(demo, profile="demo_drg", rate=Decimal(8000)))
    found = compare_schemes(cases()[:1], Terminology(), mixed, PerWeight())
    assert found.rows[0].comparison.first_amount == int(weight * 10_000)
    assert found.rows[0].comparison.second_amount is not None
    with pytest.raises(UserError, match="结算参数"):
        compare_schemes(cases(), Terminology(), (Side(demo, profile="没有"), Side(demo)))


def test_points_are_compared_with_points_and_never_with_weights(tmp_path: Path) -> None:
    demo = demo_folder(DEMO_DRG)
    group = compare_schemes(cases()[:1], Terminology(), (Side(demo), Side(demo))).rows[0].comparison.first.drg
    points, later = tmp_path / "点数.csv", tmp_path / "新点数.csv"
    points.write_text(f"DRG编码,基准点数\n{group},120\n", encoding="utf-8")
    later.write_text(f"DRG编码,基准点数\n{group},110\n", encoding="utf-8")
    found = compare_schemes(cases()[:1], Terminology(), (Side(demo, points), Side(demo, later)))
    assert (found.whole.points_delta, found.whole.pointed, found.whole.weighed) == (Decimal(-10), 1, 0)
    assert (found.whole.risen, found.whole.fallen) == (0, 1)
    found = compare_schemes(cases()[:1], Terminology(), (Side(demo), Side(demo, later)))
    assert (found.whole.weighed, found.whole.pointed) == (0, 0)


def test_summaries_by_diagnosis_and_by_procedure() -> None:
    demo = Side(demo_folder(DEMO_DRG))
    found = compare_schemes(cases(), Terminology(), (demo, demo))
    assert [change.key for change in found.diagnoses] == ["I21.001", "I10.x00"]
    assert [(change.key, change.cases) for change in found.procedures] == [("", 2)]
