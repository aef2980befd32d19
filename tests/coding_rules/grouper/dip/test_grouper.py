from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.dip.catalogues import load_dip_catalogue
from coding_rules.grouper.dip.catalogue import DipCatalogue, DipGroup, DipKind
from coding_rules.grouper.dip.expression import Expression
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.procedure_kinds import ProcedureFact, ProcedureKind, ProcedureKinds
from coding_rules.grouper.dip.rules import MainProcedure
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.profile import RegionProfile, load_profile
from tests.coding_rules.grouper.dip.samples import ROWS, case, catalogue


@pytest.fixture(scope="module")
def platform() -> RegionProfile:
    return load_profile("national_platform")


@pytest.fixture(scope="module")
def grouper(platform: RegionProfile) -> DipGrouper:
    return DipGrouper(catalogue(), platform)


@pytest.mark.parametrize(
    ("filed", "expected"),
    [
        (case("K35.300", "47.0100"), "K35.3:47.0100"),
        (case("K35.300", "47.0900"), "K35.3:47.0900"),
        (case("K35.300", "47.0100", "54.5101"), "K35.3:47.0100_54.5101"),
        (case("K35.300", "54.5101", "47.0100"), "K35.3:47.0100_54.5101"),
        (case("K35.300"), "K35.3"),
        (case("K35.900"), "K35:BSZL"),
        (case("K35.900", "47.0100"), "K35:SS"),
        (case("A86.x00"), "A86.X"),
        (case("A86.X00"), "A86.X"),
        (case("a86.x00"), "A86.X"),
        (case("C34.900", "99.2800x005"), "C34.9:99.2800x005"),
        (case("C34.900", "99.2800x006"), "C34.9:99.2800x006"),
        (case("K30.x00", "89.5200"), "KBBZ"),
        (case("J18.900", "93.9000"), "CP10:ZLXCZ"),
    ],
)
def test_groups_of_the_sample(grouper: DipGrouper, filed: GrouperInput, expected: str) -> None:
    assert grouper.group(filed).group == expected


def test_compound_principal_diagnosis_groups_by_its_dagger_code(platform: RegionProfile) -> None:
    rows = [("M47.0+", "1", "M47.0+", "脊椎动脉压迫综合征", "", "", "", "", 800, 4574)]
    found = DipGrouper(catalogue(rows), platform).group(case("M47.001+G99.2*"))
    assert found.group == "M47.0+"


def test_path_names_winner_losers_and_near_misses(grouper: DipGrouper) -> None:
    found = grouper.group(case("K35.300", "47.0100", "47.0900"))
    texts = {step.stage: step.text for step in found.path}
    assert found.group == "K35.3:47.0100"
    assert "匹配 47.0100" in texts["核心"]
    assert any("K35.3:47.0900" in s.text and "主要手术" in s.text for s in found.path if s.stage == "落选")
    assert any(
        "K35:SS" in s.text and "核心病种优先于综合病种" in s.text for s in found.path if s.stage == "落选"
    )
    assert any("缺手术操作 54.5101" in s.text for s in found.path if s.stage == "未满足")
    assert "第 3 行" in next(s.source for s in found.path if s.stage == "核心")
    assert "推断" in next(s.source for s in found.path if s.stage == "手术操作")


def test_warns_when_the_filed_main_procedure_is_not_the_groups(grouper: DipGrouper) -> None:
    found = grouper.group(case("K35.300", "54.5101", "47.0100"))
    warning = next(step for step in found.path if step.stage == "主手术提示")
    assert not warning.held
    assert "54.5101" in warning.text
    assert "47.0100" in warning.text


def test_strict_order_takes_the_filed_main_procedure_and_says_what_the_other_order_would_give(
    platform: RegionProfile,
) -> None:
    strict = replace(platform, grouping=replace(platform.grouping, main_procedure=MainProcedure.FIRST))
    found = DipGrouper(catalogue(), strict).group(case("K35.300", "54.5101", "47.0100"))
    assert found.group == "K35:SS"
    warning = next(step for step in found.path if step.stage == "主手术提示")
    assert "K35.3:47.0100_54.5101" in warning.text


def test_ungrouped_says_why(platform: RegionProfile) -> None:
    rows = catalogue().groups
    core_only = replace(catalogue(), groups=tuple(g for g in rows if g.kind is DipKind.CORE))
    grouper = DipGrouper(core_only, platform)
    assert "目录中没有主诊断 Z99.9" in grouper.group(case("Z99.900")).reason
    assert "未匹配任何病种" in grouper.group(case("K35.300", "86.0400")).reason
    assert grouper.group(case("")).reason == "主要诊断编码缺失"
    assert grouper.group(GrouperInput()).reason == "主要诊断编码缺失"


LEVELLED = [
    ("K35:SS3", "0", "K35", "", "", "", "", "", 1000, 5000),
    ("K35:SS1", "0", "K35", "", "", "", "", "", 500, 3000),
    ("K35:ZDXCZ", "0", "K35", "", "", "", "", "", 500, 3000),
    ("K36.x", "1", "K36.x", "", "47.0100", "", "", "", 500, 3000),
]


@pytest.mark.parametrize(
    ("filed", "levels", "said"),
    [
        (case(""), False, "主要诊断编码缺失"),
        (case("乱码", "47.0100"), False, "主要诊断“乱码”不像诊断编码"),
        (case("Z99.900"), False, "目录中没有主诊断 Z99.9 的核心病种；Z99 也没有保守治疗的综合病种"),
        (case("K36.x00"), False, "主诊断 K36.x 在目录中，但没有不带手术操作的病种"),
        (case("K36.x00", "86.0400"), False, "主诊断 K36.x 在目录中，但手术操作 86.0400 未匹配任何病种"),
        (case("K35.300", "38.9300"), False, "K35 的综合病种只有诊断性操作、手术，没有治疗性操作"),
        (case("K35.300", "47.0900"), True, "本例手术级别不明（手术操作属性表没有写）"),
        (case("K35.300", "47.0100"), True, "按手术级别分（1 级、3 级），本例手术级别2 级"),
        (case("K36.x00", "无编码"), False, "手术操作 无编码 未归类"),
        (case("K37.900"), False, "主要诊断 K37.900 在“不纳入分组的主要诊断”之列"),
    ],
)
def test_every_reason_for_no_group_is_reached_and_told(
    platform: RegionProfile, filed: GrouperInput, levels: bool, said: str
) -> None:
    rules = replace(platform.grouping, mixed_by_level=levels, excluded_diagnoses=frozenset({"K37.900"}))
    kinds = ProcedureKinds({"47.0100": ProcedureFact(ProcedureKind.SURGERY, 2)})
    grouper = DipGrouper(catalogue(LEVELLED, kinds=kinds), replace(platform, grouping=rules))
    found = grouper.group(filed)
    assert found.group == ""
    assert said in found.reason
    assert found.path[-1].stage == "未入组"
    assert grouper.group_batch([filed])[0].reason == found.reason


def test_catch_all_says_what_it_is(grouper: DipGrouper) -> None:
    found = grouper.group(case("J18.900", "93.9000"))
    assert (found.group, found.kind) == ("CP10:ZLXCZ", "兜底")
    assert "未入组病例的分组" in found.reason
    assert any("目录中没有主诊断 J18.9" in step.text for step in found.path if step.stage == "未匹配")


def test_excluded_principal_diagnosis_is_exact(platform: RegionProfile) -> None:
    excluding = replace(catalogue(), excluded_diagnoses=frozenset({"A86.x00"}))
    grouper = DipGrouper(excluding, platform)
    assert "不纳入分组" in grouper.group(case("A86.x00")).reason
    assert grouper.group(case("A86.x00x001")).group == "A86.X"


def _flat(expression: Expression) -> list[str]:
    return [part[0] for alternative in expression for part in alternative]


def _codes(group: DipGroup) -> list[str]:
    return _flat(group.main) + _flat(group.related)


@pytest.fixture(scope="module")
def published(reference: Path) -> DipCatalogue:
    return load_dip_catalogue(
        reference / "dip" / "平顶山2025年DIP2.0分组目录库.xlsx", load_profile("national_platform")
    )


@pytest.fixture(scope="module")
def published_grouper(published: DipCatalogue) -> DipGrouper:
    return DipGrouper(published, load_profile("national_platform"))


@pytest.fixture(scope="module")
def core(published: DipCatalogue) -> list[DipGroup]:
    groups = [group for group in published if group.kind is DipKind.CORE]
    assert len(groups) == 3877
    return groups


@pytest.mark.reference
def test_every_core_row_groups_to_itself(published_grouper: DipGrouper, core: list[DipGroup]) -> None:
    astray = [
        g.code for g in core if published_grouper.group(case(g.principal + "00", *_codes(g))).group != g.code
    ]
    assert astray == []


@pytest.mark.reference
def test_also_shuffled_and_with_unrelated_procedures(
    published_grouper: DipGrouper, core: list[DipGroup]
) -> None:
    dice = random.Random(20250101)
    astray = []
    for group in core:
        codes = _codes(group)
        if not codes:
            continue
        dice.shuffle(codes)
        for unrelated in ("99.9999", "89.0000x099"):
            codes.insert(dice.randint(0, len(codes)), unrelated)
        if published_grouper.group(case(group.principal + "00", *codes)).group != group.code:
            astray.append(group.code)
    assert astray == []


@pytest.mark.reference
def test_strict_order_still_gives_every_core_row_itself(
    published: DipCatalogue, core: list[DipGroup]
) -> None:
    profile = load_profile("national_platform")
    strict = replace(profile, grouping=replace(profile.grouping, main_procedure=MainProcedure.FIRST))
    grouper = DipGrouper(published, strict)
    assert [g.code for g in core if grouper.group(case(g.principal + "00", *_codes(g))).group != g.code] == []


@pytest.mark.reference
@pytest.mark.parametrize(
    ("filed", "group", "points"),
    [
        (case("K35.300", "47.0100"), "K35.3:47.0100", "1484.833425"),
        (case("K35.300"), "K35.3", "551.485545"),
        (case("I63.900"), "I63.9", "670.049325"),
        (case("E11.900", "99.1701"), "E11:ZLXCZ", "2331.893426"),
        (case("C34.900", "33.2600x002", "99.2503"), "C34.9:33.2600x002_99.2503", "2649.132102"),
    ],
)
def test_known_points(published_grouper: DipGrouper, filed: GrouperInput, group: str, points: str) -> None:
    found = published_grouper.group(filed)
    assert (found.group, str(found.points)) == (group, points)


@pytest.mark.reference
def test_points_follow_from_the_mean_fee(published: DipCatalogue) -> None:
    assert published.region_mean is not None
    assert str(published.region_mean) == "5718.153489"
    assert published.verify() == ()
    assert sum(group.mean_fee is not None for group in published) == 4536


def test_partly_matched_related_procedures_where_the_region_accepts_them(platform: RegionProfile) -> None:
    row = (
        "K35.3:47.0100_17.1100+54.2100",
        "1",
        "K35.3",
        "",
        "47.0100",
        "",
        "17.1100,54.2100",
        "",
        1900,
        11000,
    )
    listed = catalogue([*ROWS, row])
    partial = DipGrouper(listed, load_profile("national_default"))
    strict = DipGrouper(listed, platform)
    filed = case("K35.300", "47.0100", "17.1100")
    assert partial.group(filed).group == "K35.3:47.0100_17.1100+54.2100"
    assert strict.group(filed).group == "K35.3:47.0100"
    assert partial.group(case("K35.300", "47.0100")).group == "K35.3:47.0100"
    both = case(
        "K35.300", "47.0100", "54.5101", "17.1100"
    )  # one related procedure each: the higher points decide
    assert partial.group(both).group == "K35.3:47.0100_17.1100+54.2100"


def test_intervention_counts_as_the_region_says(platform: RegionProfile) -> None:
    rows = [
        ("I21:SS", "0", "I21", "急性心梗", "", "", "", "", 9000, 51000),
        ("I21:ZLXCZ", "0", "I21", "急性心梗", "", "", "", "", 3000, 17000),
    ]
    therapeutic = replace(platform, grouping=replace(platform.grouping, intervention_as="治疗性操作"))
    filed = case("I21.900", "36.0700")
    assert DipGrouper(catalogue(rows), platform).group(filed).group == "I21:SS"
    found = DipGrouper(catalogue(rows), therapeutic).group(filed)
    assert found.group == "I21:ZLXCZ"
    assert any("介入治疗，本地按治疗性操作计" in step.text for step in found.path)


def test_unknown_kinds_count_as_conservative_and_are_named(platform: RegionProfile) -> None:
    blunt = replace(platform, grouping=replace(platform.grouping, infer_kinds=False))
    grouper = DipGrouper(catalogue(ROWS[:2]), blunt)
    assert grouper.group(case("K35.300", "86.0400")).group == "K35.3"
    assert "未归类" in grouper.group(case("Z99.900", "86.0400")).reason


def test_yichang_prefers_mixed_surgery_when_core_leaves_surgery_over(platform: RegionProfile) -> None:
    yichang = replace(platform, grouping=replace(platform.grouping, mixed_surgery_first=True))
    grouper = DipGrouper(catalogue(), yichang)
    assert grouper.group(case("K35.300", "47.0100")).group == "K35.3:47.0100"
    found = grouper.group(case("K35.300", "47.0100", "68.4100"))
    assert found.group == "K35:SS"
    assert any("按综合手术病种" in step.text for step in found.path)


def test_a_discharge_outside_the_dates_in_force_is_said() -> None:
    made = replace(catalogue(), title="某市 2025", valid_from=date(2025, 1, 1))
    profile = replace(load_profile("national_platform"), valid_from=None, valid_to=date(2025, 6, 30))
    grouper = DipGrouper(made, profile)

    def said(day: date | None) -> list[str]:
        path = grouper.group(case("K35.300", discharged=day)).path
        return [step.text for step in path if step.stage == "执行日期"]

    assert said(date(2025, 3, 1)) == []
    assert said(None) == []
    assert said(date(2024, 12, 31)) == [
        "出院日期 2024-12-31 不在目录“某市 2025”的执行期内（2025-01-01 起执行），结果仅供参考"
    ]
    assert "2025-06-30 后失效" in said(date(2025, 7, 1))[0]
