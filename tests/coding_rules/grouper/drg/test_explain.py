from __future__ import annotations

from decimal import Decimal

from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.drg.weight_table import GroupWeight, WeightTable
from coding_rules.grouper.grouping import Grouping, Step
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.grouper.path_tree import path_text, path_tree
from tests.coding_rules.grouper.drg.small import small_scheme


def group(*diagnoses: str, procedures: tuple[str, ...] = (), age: int | None = None) -> Grouping:
    return DrgGrouper(small_scheme()).group(GrouperInput(diagnoses=diagnoses, procedures=procedures, age=age))


def steps(grouping: Grouping, stage: str) -> list[Step]:
    return [step for step in grouping.path if step.stage == stage]


def test_the_chain_reads_from_diagnosis_to_group() -> None:
    grouping = group("I21.000", "J96.000", "E87.600")
    assert grouping.chain == (
        "主诊断 I21.000 → MDCF 循环系统 → FR2 急性心肌梗死 → 伴 MCC J96.000 → FR21 急性心肌梗死，伴严重并发症或合并症"
    )
    assert (grouping.mdc, grouping.adrg, grouping.group) == ("MDCF", "FR2", "FR21")


def test_every_step_names_rule_codes_and_row() -> None:
    adrg = next(step for step in group("I21.000").path if step.stage == "ADRG" and step.held)
    assert (adrg.rule, adrg.codes, adrg.source) == ("pdx in FR2.DX", ("I21.000",), "adrg.csv 第 4 行")


def test_an_excluded_complication_is_told_with_its_table() -> None:
    decisive, excluded = steps(group("I21.000", "I50.900"), "MCC/CC")
    assert (decisive.text, decisive.held) == ("不伴 MCC/CC", True)
    assert excluded.text == "I50.900 是 MCC，但主诊断 I21.000 的排除表 1 将其排除，不计"
    assert excluded.source == "exclusions.csv 第 2 行，complications.csv 第 3 行"


def test_a_cc_beside_an_mcc_is_told_but_does_not_decide() -> None:
    decisive, other = steps(group("I21.000", "E87.600", "J96.000"), "MCC/CC")
    assert decisive.codes == ("J96.000",)
    assert (other.codes, other.held) == (("E87.600",), False)


def test_complications_are_left_out_where_no_rule_asks_for_them() -> None:
    assert steps(group("I25.100", "J96.000"), "MCC/CC") == []


def test_a_rule_that_nearly_held_says_what_was_missing() -> None:
    (failed,) = [step for step in group("P07.000", age=1).path if step.stage == "MDC"]
    assert failed.text == "MDCP 新生儿 不成立：主要诊断 P07.000 在 P.DX；年龄 1 岁，要求等于 0 岁"
    assert not failed.held


def test_near_groups_say_why_they_lost() -> None:
    grouping = group("I21.000", procedures=("36.0601",))
    assert grouping.adrg == "FM1"
    near = [step.text for step in steps(grouping, "邻近组")]
    assert "也满足 FR2 急性心肌梗死，但排在 FM1 之后" in near
    assert any(text.startswith("同一 ADRG 的其他组：FM11（mcc）") for text in near)


def test_a_procedure_that_is_not_the_principal_one_shows_up_as_near() -> None:
    grouping = group("I21.000", procedures=("47.0100", "36.0601"))
    assert grouping.adrg == "FR2"
    failed = [step.text for step in grouping.path if step.rule == "ppx in FM1.PX"]
    assert failed == ["FM1 经皮冠状动脉支架植入 不成立：主要手术操作 47.0100 不在 FM1.PX"]


def test_reasons_of_ungrouped_cases() -> None:
    assert group().reason == "缺少主要诊断，不能入组"
    assert group("Z00.000").reason == "主要诊断 Z00.000 没有满足任何 MDC 的规则"
    assert group("I25.100", procedures=("47.0100",)).reason == (
        "进入 MDCA 先期分组、MDCF 循环系统 后没有 ADRG 成立（主要诊断 I25.100，主要手术操作 47.0100）"
    )


def test_a_scheme_without_weights_gives_none_never_zero() -> None:
    grouping = group("I21.000")
    assert (grouping.weight, grouping.points, grouping.mean_fee, grouping.mean_los) == (
        None,
        None,
        None,
        None,
    )


def test_weights_come_with_the_group() -> None:
    row = GroupWeight("FR25", weight=Decimal("0.85"), mean_fee=1_234_500, mean_los=Decimal("8.1"))
    grouper = DrgGrouper(small_scheme(weights=WeightTable("w", {"FR25": row})))
    grouping = grouper.group(GrouperInput(diagnoses=("I21.000",)))
    assert (grouping.weight, grouping.mean_fee, grouping.mean_los) == (
        Decimal("0.85"),
        1_234_500,
        Decimal("8.1"),
    )
    assert grouper.group(GrouperInput(diagnoses=("I21.000", "J96.000"))).weight is None


def test_the_tree_keeps_every_step_and_the_text_can_be_read() -> None:
    grouping = group("I21.000", "I50.900", procedures=("47.0100",))
    nodes = path_tree(grouping)
    assert [node.stage for node in nodes] == ["主诊断", "MDC", "ADRG", "MCC/CC", "DRG", "邻近组"]
    assert sum(len(node.steps) for node in nodes) == len(grouping.path)
    assert nodes[1].title == "MDC：MDCF 循环系统"
    text = path_text(grouping)
    assert text.startswith("小方案：FR25 急性心肌梗死，不伴并发症或合并症\n主诊断 I21.000 → MDCF")
    assert (
        "  ✗ MDCA 先期分组：规则成立，但没有 ADRG 成立，继续往下试（ppx in VALID.PX；mdc.csv 第 2 行）"
        in text
    )
    assert path_text(group("Z00.000")).startswith("小方案：未入组：主要诊断 Z00.000")


def test_without_a_principal_diagnosis_no_other_one_takes_its_place() -> None:
    grouping = group("", "I21.000", "J96.000")
    assert (grouping.group, grouping.reason) == ("", "缺少主要诊断，不能入组")
    assert (grouping.path[0].text, grouping.path[0].held) == ("没有主要诊断", False)
