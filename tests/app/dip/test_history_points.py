"""A catalogue computed from history carries on what it was computed with: kinds, lists and the edition of the one in use."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from app.dip.catalogues import load_dip_catalogue
from app.dip.history_points import PointsWish, compute_points, keep_points
from app.errors import UserError
from coding_rules.case import Case
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.procedure_kinds import ProcedureFact, ProcedureKind, ProcedureKinds
from coding_rules.settlement.profile import load_profile
from icd_tables.terminology import Terminology
from tests.coding_rules.grouper.dip.samples import case, catalogue
from tests.ui.tools.dip_work import dip_case

YEAR = 2025
KINDS = ProcedureKinds({"47.0900": ProcedureFact(ProcedureKind.DIAGNOSTIC, 2, "0类")}, title="属性表.csv")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path))


def history() -> list[Case]:
    """Twelve cases of one disease and procedure, three of many diagnoses with another, five that are outside grouping."""
    codes = [("K35.300", "47.0100", "99.9901")] * 12 + [(f"K35.{n}00", "47.0900") for n in (1, 2, 8)] * 4
    codes += [("Z51.100", "47.0100")] * 5
    return [
        dip_case(number, each, 500_000 + 1000 * number, datetime(YEAR, 3, 5), "1")
        for number, each in enumerate(codes)
    ]


def test_what_it_was_computed_with_is_kept(tmp_path: Path) -> None:
    used = replace(
        catalogue(kinds=KINDS),
        region="某市",
        excluded_diagnoses=frozenset({"Z51.100"}),
        excluded_procedures=frozenset({"99.9901"}),
        code_map={"47.0100": "47.01001"},
    )
    grouper = DipGrouper(used, load_profile("national_platform"))
    found = compute_points(history(), PointsWish(YEAR, threshold=10), grouper, Terminology())
    assert {group.code: group.cases for group in found.catalogue} == {"K35.3:47.01001": 12, "K35:ZDXCZ": 12}
    assert found.left_out == (("主要诊断不纳入分组", 5),)
    folder = keep_points(found, "某市 2026", date(2026, 1, 1))
    kept = load_dip_catalogue(folder, load_profile("national_platform"))
    assert kept.kinds.facts == KINDS.facts
    assert (kept.region, kept.code_map) == ("某市", {"47.0100": "47.01001"})
    assert kept.excluded_diagnoses == {"Z51.100"}
    assert kept.excluded_procedures == {"99.9901"}
    again = DipGrouper(kept, load_profile("national_platform"))
    assert again.group(case("K35.300", "47.0100", "99.9901")).group == "K35.3:47.01001"
    assert again.group(case("K35.800", "47.0900")).group == "K35:ZDXCZ"  # by the kept kinds, not by inference
    assert "不纳入分组" in again.group(case("Z51.100")).reason


def test_groups_of_the_national_scheme_are_not_formed_anew() -> None:
    grouper = DipGrouper(catalogue(), load_profile("national_3_0"))
    with pytest.raises(UserError, match=r"国家 3\.0") as refusal:
        compute_points(history(), PointsWish(YEAR), grouper, Terminology())
    assert "分值表" in refusal.value.todo
