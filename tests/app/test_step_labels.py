from app.step_labels import describe_step, name_step
from coding_rules.case import Case, Diagnosis, Procedure
from coding_rules.edit import (
    InsertProcedure,
    MoveDiagnosis,
    RemoveDiagnosis,
    SetCondition,
    SetDiagnosis,
    SetProcedure,
)

CASE = Case("1", diagnoses=(Diagnosis("I20.000"), Diagnosis("E11.900")), procedures=(Procedure("88.5500"),))


def test_steps_are_named_as_a_coder_would_say_them() -> None:
    named = [
        name_step(CASE, [edit])
        for edit in (
            SetDiagnosis(0, "I21.000", "x"),
            SetProcedure(0, "36.0601", "x"),
            SetCondition(1, "4"),
            InsertProcedure(1, Procedure("47.0100")),
            RemoveDiagnosis(1),
            MoveDiagnosis(1, 0),
        )
    ]
    assert named == [
        "主要诊断 I20.000 → I21.000",
        "主要手术 88.5500 → 36.0601",
        "其他诊断 1 入院病情改为 4",
        "增加其他手术 1 47.0100",
        "删除其他诊断 1 E11.900",
        "E11.900 移为主要诊断",
    ]


def test_several_edits_are_counted() -> None:
    assert name_step(CASE, [RemoveDiagnosis(1), SetDiagnosis(0, "I21.000", "x")]).endswith("等 2 处")
    assert name_step(CASE, []) == ""


def test_a_question_about_a_step_brings_the_names_too() -> None:
    case = Case("1", diagnoses=(Diagnosis("P59.900", "新生儿黄疸"), Diagnosis("", "血小板少")))
    assert describe_step(case, [SetDiagnosis(0, "D69.600", "血小板减少")]) == (
        "主要诊断 P59.900 新生儿黄疸 → D69.600 血小板减少"
    )
    assert describe_step(case, [MoveDiagnosis(1, 0)]) == "（空） 血小板少 移为主要诊断"
    assert describe_step(case, [SetDiagnosis(0, "", "待编"), RemoveDiagnosis(1)]) == (
        "主要诊断 P59.900 新生儿黄疸 → 待编 等 2 处"
    )
    assert describe_step(case, []) == ""
