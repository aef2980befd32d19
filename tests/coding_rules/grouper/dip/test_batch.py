"""The batch path, the explaining path and an independent plain interpreter give the same groups."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.dip.catalogues import load_dip_catalogue
from coding_rules.grouper.dip.batch import LightGrouping
from coding_rules.grouper.dip.catalogue import DipCatalogue
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.procedure_kinds import ProcedureKinds
from coding_rules.grouper.dip.rules import Conservative, MainProcedure
from coding_rules.grouper.grouping import Grouping
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.profile import RegionProfile, load_profile
from tests.coding_rules.grouper.dip.cases import made_up_cases, made_up_catalogue
from tests.coding_rules.grouper.dip.samples import case
from tests.dip_interpreter import DipInterpreter

NAMES = ("national_platform", "national_default", "hubei", "shandong", "demo")


def light(found: Grouping) -> LightGrouping:
    return LightGrouping(
        found.group, found.name, found.kind, found.points, found.mean_fee, found.mean_los, found.reason
    )


def assert_same(catalogue: DipCatalogue, profile: RegionProfile, cases: list[GrouperInput]) -> None:
    grouper = DipGrouper(catalogue, profile)
    batch = grouper.group_batch(cases)
    assert batch == [light(grouper.group(each)) for each in cases]
    assert grouper.group_batch(cases) == batch


@pytest.fixture(scope="module")
def made_up() -> DipCatalogue:
    return made_up_catalogue(300)


@pytest.mark.parametrize("name", NAMES)
def test_batch_equals_explaining_path(made_up: DipCatalogue, name: str) -> None:
    assert_same(made_up, load_profile(name), made_up_cases(made_up, 1500))


@pytest.mark.parametrize("main", MainProcedure)
@pytest.mark.parametrize("conservative", Conservative)
@pytest.mark.parametrize("infer", [True, False])
def test_batch_equals_explaining_path_under_other_rules(
    made_up: DipCatalogue, main: MainProcedure, conservative: Conservative, infer: bool
) -> None:
    profile = load_profile("national_platform")
    rules = replace(profile.grouping, main_procedure=main, conservative=conservative, infer_kinds=infer)
    assert_same(made_up, replace(profile, grouping=rules), made_up_cases(made_up, 500, seed=5))


@pytest.mark.parametrize(
    "chain",
    [
        ("matched_count", "layer"),
        ("plus_count", "highest_points", "layer"),
        ("first_procedure", "matched_count", "fee_distance"),
        ("exact_first", "layer", "full_code", "highest_points"),
        ("priority", "main_first"),
        (),
    ],
)
def test_batch_equals_explaining_path_for_any_chain(made_up: DipCatalogue, chain: tuple[str, ...]) -> None:
    profile = load_profile("hubei")
    rules = replace(
        load_profile("national_platform").grouping, tie_breaks=chain, priority=profile.grouping.priority
    )
    assert_same(made_up, replace(profile, grouping=rules), made_up_cases(made_up, 800, seed=9))


def test_the_plain_interpreter_agrees(made_up: DipCatalogue) -> None:
    cases = made_up_cases(made_up, 3000, seed=3)
    grouper = DipGrouper(made_up, load_profile("national_platform"))
    kinds = ProcedureKinds()
    plain = DipInterpreter(made_up, lambda code: kinds.kind(code) or "保守治疗")
    assert [each.group for each in grouper.group_batch(cases)] == plain.group_all(cases)


@pytest.mark.parametrize(
    "odd",
    [
        GrouperInput(),
        case(""),
        case("  "),
        case("A00.000", ""),
        case("A00.000", "", "47.1100"),
        case("乱码", "??"),
        case("K35.300", "6.3100"),
        case("ａ００．０００"),
    ],
)
def test_odd_input_never_breaks_and_agrees(made_up: DipCatalogue, odd: GrouperInput) -> None:
    assert_same(made_up, load_profile("national_platform"), [odd])


@pytest.mark.reference
def test_agreement_on_the_published_catalogue(reference: Path) -> None:
    profile = load_profile("national_platform")
    catalogue = load_dip_catalogue(reference / "dip" / "平顶山2025年DIP2.0分组目录库.xlsx", profile)
    cases = made_up_cases(catalogue, 4000)
    assert_same(catalogue, profile, cases)
    kinds = ProcedureKinds()
    plain = DipInterpreter(catalogue, lambda code: kinds.kind(code) or "保守治疗")
    assert [g.group for g in DipGrouper(catalogue, profile).group_batch(cases)] == plain.group_all(cases)
