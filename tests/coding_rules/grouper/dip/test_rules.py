"""Every grouping parameter is obeyed: for each, a case whose group changes when nothing but that parameter does."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from coding_rules.grouper.dip.catalogue import DipCatalogue
from coding_rules.grouper.dip.columns import Sheet
from coding_rules.grouper.dip.expression import Dialect, ProcedureMatch
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.national3_rows import read_national_3
from coding_rules.grouper.dip.procedure_kinds import ProcedureFact, ProcedureKind, ProcedureKinds
from coding_rules.grouper.dip.rules import (
    USED,
    CaseKind,
    Conservative,
    DipRules,
    MainProcedure,
    Pipeline,
)
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.profile import RegionProfile
from tests.coding_rules.grouper.dip.samples import case, catalogue

HEADER = (
    "病种编码",
    "病种类型",
    "主诊断代码",
    "主要操作代码",
    "其他操作代码",
    "病种分值",
    "均费",
    "手术级别",
)
KINDS = ProcedureKinds(
    {
        "36.0600": ProcedureFact(ProcedureKind.INTERVENTION, 3, "1类"),
        "47.0100": ProcedureFact(ProcedureKind.SURGERY, 2, "1类"),
        "47.0900": ProcedureFact(ProcedureKind.SURGERY, 4, "1类"),
        "38.9300": ProcedureFact(ProcedureKind.THERAPEUTIC, 1, "0类"),
    }
)
PLAIN = (
    ("K35.3", "核心", "K35.3", "", "", 500, 3000, ""),
    ("K35.3:47.0100", "核心", "K35.3", "47.0100", "", 1500, 8000, ""),
    ("K35.3:36.0600", "核心", "K35.3", "36.0600", "", 1200, 6000, ""),
    ("K35.3:54.5101_47.0900+36.0600", "核心", "K35.3", "54.5101", "47.0900,36.0600", 1900, 9500, ""),
    ("B:K35.3:47.0100", "基层", "K35.3", "47.0100", "", 1600, 8500, ""),
    ("K35:SS", "综合", "K35", "", "", 1300, 7000, ""),
    ("K35:ZLXCZ", "综合", "K35", "", "", 900, 5000, ""),
    ("K35:BSZL", "综合", "K35", "", "", 450, 2500, ""),
    ("JC35:SS", "基层", "K35", "", "", 1400, 7100, ""),
    ("K80:SS2", "综合", "K80", "", "", 2000, 9000, "2"),
    ("K80:SS3", "综合", "K80", "", "", 1000, 7000, "3"),
    ("A00-B99:SS", "综合", "A00-B99", "", "", 800, 4000, ""),
    ("K4:SS", "综合", "K4", "", "", 800, 4000, ""),
)


@dataclass(frozen=True)
class Flip:
    """One parameter, the value that changes the group of ``case``, and both groups; ``base`` are the rules before."""

    name: str
    value: Any
    case: GrouperInput
    before: str
    after: str
    base: DipRules = field(default_factory=lambda: DipRules(layers=("核心", "综合")))
    source: DipCatalogue = field(default_factory=lambda: catalogue(PLAIN, HEADER, kinds=KINDS))


BASIC_FIRST = DipRules(
    layers=("核心", "综合"),
    tie_breaks=("exact_first", "highest_points"),
    conservative=Conservative.NONE_FILED,
)
ANY = DipRules(layers=("核心", "综合"), main_procedure=MainProcedure.ANY)
TUBERCULOSIS = read_national_3(
    [
        Sheet(
            "DIP3.xlsx",
            "三、诊断辅助细分-结核类病种",
            [
                ("",),
                ("",),
                ("分类", "序号"),
                ("FZ", "1", "A15-A16", "肺结核", "", "", "是", ""),
                ("", "2", "A15-A16", "肺结核", "", "", "否", ""),
                ("", "3", "A17", "神经结核", "", "", "是", ""),
                ("", "4", "A17", "神经结核", "", "", "否", ""),
            ],
        ),
        Sheet("DIP3.xlsx", "附表—结核耐药诊断", [("编码", "名称"), ("A17.001", "耐药"), ("A15.001", "耐药")]),
    ]
)
NATIONAL = DipRules(pipeline=Pipeline.NATIONAL_3)

FLIPS = (
    Flip("pipeline", Pipeline.NATIONAL_3, case("K35.300", "47.0100"), "K35.3:47.0100", "K35:SS"),
    Flip("principal_length", 3, case("K35.300", "47.0100"), "K35.3:47.0100", "K35:SS"),
    Flip(
        "procedure_match",
        ProcedureMatch.EXTENSION,
        case("K35.300", "47.0100x001"),
        "K35:SS",
        "K35.3:47.0100",
    ),
    Flip(
        "main_procedure", MainProcedure.ANY, case("K35.300", "38.9300", "47.0100"), "K35:SS", "K35.3:47.0100"
    ),
    Flip(
        "related_match",
        "partial",
        case("K35.300", "54.5101", "47.0900"),
        "K35:SS",
        "K35.3:54.5101_47.0900+36.0600",
    ),
    Flip("conservative", Conservative.MINOR, case("K35.300", "38.9300"), "K35:ZLXCZ", "K35.3"),
    Flip("bare_always", True, case("K35.300", "47.0900"), "K35:SS", "K35.3"),
    Flip("intervention_as", "治疗性操作", case("K35.100", "36.0600"), "K35:SS", "K35:ZLXCZ"),
    Flip("case_kind", CaseKind.FIRST, case("K35.100", "38.9300", "47.0900"), "K35:SS", "K35:ZLXCZ"),
    Flip("infer_kinds", False, case("K35.100", "54.9100"), "K35:ZLXCZ", "K35:BSZL"),
    Flip("layers", ("基层", "核心", "综合"), case("K35.300", "47.0100"), "K35.3:47.0100", "B:K35.3:47.0100"),
    Flip("mixed_steps", ("3", "2"), case("K40.900", "47.0900"), "", "K4:SS"),
    Flip("basic_as_mixed", True, case("K35.900", "47.0900"), "K35:SS", "JC35:SS", base=BASIC_FIRST),
    Flip("range_by_category", True, case("A09.900", "47.0900"), "A00-B99:SS", "A09:SS"),
    Flip("mixed_by_level", True, case("K80.100", "47.0900"), "K80:SS2", "K80:SS3"),
    Flip(
        "mixed_surgery_first",
        True,
        case("K35.300", "47.0100", "47.0900"),
        "K35.3:47.0100",
        "K35:SS",
        base=ANY,
    ),
    Flip(
        "tie_breaks",
        ("fee_distance",),
        case("K35.300", "47.0100", "36.0600", total_fee=600_000),
        "K35.3:47.0100",
        "K35.3:36.0600",
        base=ANY,
    ),
    Flip(
        "priority",
        ("综合·手术", "核心·手术"),
        case("K35.300", "47.0100"),
        "K35.3:47.0100",
        "K35:SS",
        base=replace(ANY, tie_breaks=("priority",), priority=("核心·手术", "综合·手术")),
    ),
    Flip("excluded_diagnoses", frozenset({"K35.300"}), case("K35.300", "47.0100"), "K35.3:47.0100", ""),
    Flip("excluded_procedures", frozenset({"47.0100"}), case("K35.300", "47.0100"), "K35.3:47.0100", "K35.3"),
    Flip(
        "resistant_code",
        "U84.9",
        case("A15.900", other=("U84.300",)),
        "FZ-1",
        "FZ-2",
        base=NATIONAL,
        source=TUBERCULOSIS,
    ),
    Flip(
        "resistant_by_principal",
        ("A17",),
        case("A17.001"),
        "FZ-4",
        "FZ-3",
        base=NATIONAL,
        source=TUBERCULOSIS,
    ),
    Flip(
        "resistant_bare_any",
        True,
        case("A15.001", "33.2600"),
        "A15-2",
        "FZ-1",
        base=NATIONAL,
        source=TUBERCULOSIS,
    ),
)


@pytest.mark.parametrize("flip", FLIPS, ids=lambda flip: flip.name)
def test_a_parameter_changes_the_group(flip: Flip) -> None:
    changed = replace(flip.base, **{flip.name: flip.value})
    for rules, wanted in ((flip.base, flip.before), (changed, flip.after)):
        grouper = DipGrouper(flip.source, RegionProfile("x", "某市", grouping=rules))
        assert grouper.group(flip.case).group == wanted
        assert grouper.group_batch([flip.case])[0].group == wanted


def test_the_dialect_says_what_a_separator_means() -> None:
    rows = (("K35.3:1", "核心", "K35.3", "47.0100/47.0900", "", 1500, 8000, ""),)
    found = {
        dialect: DipGrouper(catalogue(rows, HEADER, dialect, KINDS)).group(case("K35.300", "47.0900")).group
        for dialect in (Dialect.SLASH_PLUS, Dialect.COMMA_ALL)
    }
    assert found == {Dialect.SLASH_PLUS: "K35.3:1", Dialect.COMMA_ALL: ""}


def test_another_edition_without_a_conversion_is_said() -> None:
    rules = DipRules(code_edition="医保版1.0")
    grouper = DipGrouper(catalogue(PLAIN, HEADER), RegionProfile("x", "某市", grouping=rules))
    step = grouper.group(case("K35.300")).path[0]
    assert (step.stage, step.held) == ("编码版本", False)
    converted = replace(catalogue(PLAIN, HEADER), code_map={"Z99.900": "K35.300"})
    assert DipGrouper(converted).group(case("Z99.900")).group == "K35.3"


def test_no_parameter_is_left_out() -> None:
    flipped = {flip.name for flip in FLIPS} | {"dialect", "code_edition"}
    assert flipped == {each.name for each in dataclasses.fields(DipRules)}


def test_what_a_pipeline_does_not_use_is_known() -> None:
    names = {each.name for each in dataclasses.fields(DipRules)}
    assert set(USED) == set(Pipeline)
    assert set().union(*USED.values()) == names
    for flip in FLIPS:
        if flip.name != "pipeline":
            assert flip.name in USED[flip.base.pipeline]
