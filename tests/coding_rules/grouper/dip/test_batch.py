"""The batch path, the explaining path and an independent plain interpreter give the same groups."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from app.dip.catalogues import load_dip_catalogue
from coding_rules.grouper.dip import batch
from coding_rules.grouper.dip.catalogue import DipCatalogue, DipKind
from coding_rules.grouper.dip.expression import Dialect, ProcedureMatch
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.light import LightGrouping
from coding_rules.grouper.dip.procedure_kinds import ProcedureKinds
from coding_rules.grouper.dip.rules import TIE_BREAKS, CaseKind, Conservative, DipRules, MainProcedure
from coding_rules.grouper.grouping import Grouping
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.profile import RegionProfile, load_profile
from tests.coding_rules.grouper.dip.cases import (
    made_up_cases,
    made_up_catalogue,
    made_up_national_3,
    odd_cases,
    odd_catalogue,
)
from tests.coding_rules.grouper.dip.samples import HEADER, case, catalogue
from tests.dip_interpreter import DipInterpreter

NAMES = ("national_platform", "national_default", "hubei", "shandong", "demo")


def light(found: Grouping) -> LightGrouping:
    return LightGrouping(
        found.group, found.name, found.kind, found.points, found.mean_fee, found.mean_los, found.reason
    )


def assert_same(catalogue: DipCatalogue, profile: RegionProfile, cases: list[GrouperInput]) -> None:
    grouper = DipGrouper(catalogue, profile)
    found = grouper.group_batch(cases)
    assert found == [light(grouper.group(each)) for each in cases]
    assert grouper.group_batch(cases) == found


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


def test_batch_equals_explaining_path_under_the_national_scheme() -> None:
    scheme = made_up_national_3(120)
    assert_same(scheme, load_profile("national_3_0"), made_up_cases(scheme, 1000, seed=31))


@pytest.fixture(scope="module")
def odd() -> DipCatalogue:
    return odd_catalogue(40)


def any_rules(number: int) -> DipRules:
    """Some of all the rules a region may set, each combination another."""
    dice = random.Random(number)
    chain = dice.sample(TIE_BREAKS, dice.randint(0, len(TIE_BREAKS)))
    layers = dice.sample(("核心", "基层", "中医", "综合"), dice.randint(2, 4))
    return DipRules(
        dialect=Dialect.SLASH_PLUS,
        procedure_match=dice.choice(list(ProcedureMatch)),
        main_procedure=dice.choice(list(MainProcedure)),
        related_match=dice.choice(("all", "partial")),
        conservative=dice.choice(list(Conservative)),
        intervention_as=dice.choice(("手术", "治疗性操作")),
        case_kind=dice.choice(list(CaseKind)),
        infer_kinds=dice.random() < 0.7,
        layers=tuple(layers),
        mixed_steps=(*dice.sample(("3", "2", "1", "range"), 3), *(("letter",) if number % 3 == 1 else ())),
        basic_as_mixed=number % 5 < 2,
        bare_always=dice.random() < 0.3,
        range_by_category=dice.random() < 0.3,
        mixed_by_level=dice.random() < 0.5,
        mixed_surgery_first=dice.random() < 0.3,
        tie_breaks=tuple(chain),
        priority=("核心·手术", "综合·手术", "基层", "核心·治疗性操作", "综合") if number % 3 else (),
        excluded_diagnoses=frozenset({"A00.000", "K03.700"}) if number % 2 else frozenset(),
        excluded_procedures=frozenset({"47.1100", "93.9000"}) if number % 4 == 1 else frozenset(),
    )


@pytest.mark.parametrize("number", range(40))
def test_batch_equals_explaining_path_under_any_rules(odd: DipCatalogue, number: int) -> None:
    profile = replace(load_profile("hubei"), grouping=any_rules(number))
    assert_same(odd, profile, odd_cases(odd, 80, seed=number))


def test_a_tie_of_groups_made_for_one_case_is_not_taken_for_that_of_another() -> None:
    header = (*HEADER, "手术操作类型")
    rows: list[tuple[object, ...]] = [
        (f"A{n:02d}.0#", "核心", f"A{n:02d}.0", "病", "36.0+47.0", "", "", "", 100, 1000, "")
        for n in range(1, 20)
    ]
    rows += [
        (f"A00-A{last}:SS{last}", "综合", f"A00-A{last}", "病", "", "", "", "", 300, fee, "手术")
        for last, fee in ((40, 4000), (50, 8000))
    ]
    rules = DipRules(
        dialect=Dialect.SLASH_PLUS,
        procedure_match=ProcedureMatch.PREFIX,
        main_procedure=MainProcedure.ANY,
        mixed_steps=("range",),
        range_by_category=True,
        mixed_by_level=True,
        tie_breaks=("fee_distance",),
    )
    cases = [
        replace(case(f"A{n:02d}.000", "36.0601", "36.0701"), total_fee=fee)
        for n in range(1, 20)
        for fee in (100_000, 900_000)
    ]
    profile = replace(load_profile("hubei"), grouping=rules)
    assert_same(catalogue(rows, header, Dialect.SLASH_PLUS), profile, cases)


def test_a_diagnosis_outside_grouping_is_outside_in_the_batch_too(made_up: DipCatalogue) -> None:
    core = next(group for group in made_up if group.kind is DipKind.CORE)
    filed = core.principal + "00"
    grouper = DipGrouper(replace(made_up, excluded_diagnoses=frozenset({filed})))
    [found] = grouper.group_batch([case(filed)])
    assert (found.group, found.reason) == ("", f"主要诊断 {filed} 在“不纳入分组的主要诊断”之列")
    assert DipGrouper(made_up).group_batch([case(filed)])[0].group


def test_a_converted_catalogue_groups_alike_in_the_batch(made_up: DipCatalogue) -> None:
    converted = replace(made_up, code_map={"A00.000": "B00.000", "47.1100": "31.1100"})
    assert_same(converted, load_profile("national_platform"), made_up_cases(made_up, 300, seed=21))


def test_the_memory_starts_anew_and_answers_stay(
    made_up: DipCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "_REMEMBERED", 7)
    assert_same(made_up, load_profile("hubei"), made_up_cases(made_up, 200, seed=23))


def test_threads_share_a_grouper_while_it_starts_anew(
    made_up: DipCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "_REMEMBERED", 50)
    grouper = DipGrouper(made_up, load_profile("hubei"))
    parts = [made_up_cases(made_up, 150, seed=seed) for seed in range(60, 84)]
    want = [DipGrouper(made_up, load_profile("hubei")).group_batch(part) for part in parts]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(grouper.group_batch, parts)) == want


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


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("odd", ["47.0100X001", " ", "６.３１００", "31.1100*", "31.11０0"])
def test_a_misspelled_procedure_beside_those_of_a_group_is_read_again(
    made_up: DipCatalogue, name: str, odd: str
) -> None:
    known = made_up_cases(made_up, 60, seed=41)
    beside = [
        replace(each, procedures=(*each.procedures[:place], odd, *each.procedures[place:]))
        for each in known
        for place in (0, len(each.procedures))
    ]
    upper = [
        replace(each, procedures=tuple(code.replace("x", "X").replace("1", "１") for code in each.procedures))
        for each in known
    ]
    assert_same(made_up, load_profile(name), [*known, *beside, *upper])


@pytest.mark.reference
def test_agreement_on_the_published_catalogue(reference: Path) -> None:
    profile = load_profile("national_platform")
    catalogue = load_dip_catalogue(reference / "dip" / "平顶山2025年DIP2.0分组目录库.xlsx", profile)
    cases = made_up_cases(catalogue, 4000)
    assert_same(catalogue, profile, cases)
    kinds = ProcedureKinds()
    plain = DipInterpreter(catalogue, lambda code: kinds.kind(code) or "保守治疗")
    assert [g.group for g in DipGrouper(catalogue, profile).group_batch(cases)] == plain.group_all(cases)
