from app.review import Scored
from app.what_if import WhatIf
from coding_rules.edit import SetDiagnosis
from coding_rules.grouper.grouping import Grouping, System
from coding_rules.settlement.settlement import Settlement
from tests.ui.samples import make_cases, sample_knowledge, sample_workbench
from ui.effects import effect_line, effect_lines, points_name, score_lines


def test_an_effect_names_groups_points_and_money() -> None:
    bench = sample_workbench(3)
    case_id = bench.case_ids[0]
    letter = bench.current(case_id).diagnoses[0].code[0]
    up = effect_line(
        bench.what_if(case_id, [SetDiagnosis(0, f"{chr(ord(letter) + 1)}01.000", "x")]), System.DRG
    )
    down = effect_line(
        bench.what_if(case_id, [SetDiagnosis(0, f"{chr(ord(letter) - 1)}01.000", "x")]), System.DRG
    )
    assert "→" in up
    assert up.count("▲") == 2
    assert down.count("▼") == 2
    same = bench.result(case_id)
    assert effect_lines(same) == ("DRG、DIP 不变",)


def test_both_systems_stand_in_one_table() -> None:
    bench = sample_workbench(2)
    lines = score_lines(bench.result(bench.case_ids[0]))
    assert [line.label.split(" ")[0] for line in lines if line.heading] == ["DRG", "DIP"]
    assert "演示方案" in lines[0].label
    labels = [line.label for line in lines]
    assert {"分组", "权重", "点数", "分值", "费用倍率", "支付金额", "盈亏"} <= set(labels)
    assert len({line.key for line in lines}) == len(lines)


def test_a_missing_scheme_is_said() -> None:
    from dataclasses import replace

    from app.review import review

    knowledge = replace(sample_knowledge(), drg=None)
    result = review(make_cases(1)[0], knowledge)
    both = WhatIf(result, result)
    assert effect_line(both, System.DRG) == ""
    assert "未载入 DRG 方案" in [line.label for line in score_lines(both)]


def test_points_are_called_what_the_region_pays_by() -> None:
    drg, dip = (Grouping(system, "方案", "A") for system in System)
    assert [points_name(Scored(each)) for each in (drg, dip)] == ["点数", "分值"]
    named = [points_name(Scored(drg, Settlement("参数", worth=worth))) for worth in ("权重", "点数")]
    assert named == ["结算权重", "点数"]
