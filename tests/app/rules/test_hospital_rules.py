"""What the hospital sets about rules: kept apart, written safely, really used; a rule that stops working is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.demo.month import generate
from app.errors import UserError
from app.knowledge import load_knowledge
from app.paths import data_dir
from app.review import Knowledge, review_all
from app.rules.hospital_rules import FILE_NAME, HospitalRules, load_hospital_rules, save_hospital_rules
from app.rules.rule_catalogue import FACETS, catalogue, examples, message, thresholds
from app.rules.rule_checker import with_hospital_rules
from app.rules.rule_trial import problem_of, reading, try_out
from coding_rules.case import Case
from coding_rules.checks.engine import CheckEngine
from coding_rules.checks.pack import Rule
from coding_rules.finding import Severity

RULE = Rule(
    "OWN-001",
    "高龄住院",
    Severity.HINT,
    "年龄 {age} 岁，主要诊断 {principal}。",
    "本院规定",
    when="age >= 80 and principal is filled",
    pack="own",
)


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASECODE_HOME", str(tmp_path_factory.mktemp("home")))
        return load_knowledge()


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    return tuple(generate(80, 3).cases)


def engine_of(knowledge: Knowledge) -> CheckEngine:
    assert isinstance(knowledge.checker, CheckEngine)
    return knowledge.checker


def findings(knowledge: Knowledge, cases: tuple[Case, ...]) -> list[str]:
    return [one.rule_id for result in review_all(cases, knowledge) for one in result.findings]


def test_nothing_is_set_at_first() -> None:
    assert load_hospital_rules() == HospitalRules()


def test_what_is_set_comes_back() -> None:
    wanted = (
        HospitalRules()
        .switched("COM-001", False)
        .graded(RULE, Severity.ERROR)
        .limited("split_days", 10)
        .with_rule(replace(RULE, each="diagnoses", note="试用", fix=("remove:line",)))
    )
    save_hospital_rules(wanted)
    assert load_hospital_rules() == wanted
    assert wanted.summary == "停用 1 条，改级 1 条，改阈值 1 项，自订 1 条"


def test_setting_back_leaves_nothing_behind() -> None:
    rules = HospitalRules().switched("A", False).graded(RULE, Severity.ERROR).limited("x", 3)
    back = rules.switched("A", True).graded(RULE, RULE.severity).limited("x", None)
    assert back == HospitalRules()


def test_ids_of_deleted_rules_are_not_used_again() -> None:
    rules = HospitalRules().with_rule(RULE).switched(RULE.id, False).without_rule(RULE.id)
    assert rules.rules == ()
    assert rules.off == frozenset()
    assert rules.next_id(["OWN-002"]) == "OWN-003"


@pytest.mark.parametrize("text", ["[pack\n", "[overrides.severity]\nA = 'fatal'\n", "[[rule]]\nid = 'x'\n"])
def test_a_damaged_file_is_told_and_stays(text: str) -> None:
    path = data_dir() / FILE_NAME
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="本院规则"):
        load_hospital_rules()
    assert path.read_text(encoding="utf-8") == text


def test_the_review_uses_what_is_set(knowledge: Knowledge, cases: tuple[Case, ...]) -> None:
    plain = findings(knowledge, cases)
    common = max(set(plain), key=plain.count)
    hospital = HospitalRules().switched(common, False).with_rule(RULE)
    mine = with_hospital_rules(knowledge, hospital)
    told = findings(mine, cases)
    assert common not in told
    assert told.count("OWN-001") == sum((case.age or 0) >= 80 for case in cases) > 0
    assert ("本院规则", "停用 1 条，自订 1 条", FILE_NAME) in mine.versions
    assert with_hospital_rules(mine, HospitalRules()).versions == knowledge.versions


def test_a_fresh_start_reads_them() -> None:
    save_hospital_rules(HospitalRules().switched("DOM-026", False))
    loaded = load_knowledge()
    assert engine_of(loaded).rule("DOM-026") is None
    assert any(line[0] == "本院规则" for line in loaded.versions)


def test_a_rule_that_no_longer_works_is_left_out_and_told(knowledge: Knowledge) -> None:
    bad = replace(RULE, id="OWN-002", when="no_such_function(principal)")
    taken = replace(RULE, id="DOM-026")
    mine = with_hospital_rules(knowledge, HospitalRules(rules=(RULE, bad, taken)))
    assert engine_of(mine).rule("OWN-001") is not None
    told = [version for what, version, _ in mine.versions if what == "本院规则"]
    assert any(text.startswith("OWN-002 未启用") for text in told)
    assert any(text.startswith("DOM-026 未启用") for text in told)


def test_the_library_lists_every_rule_with_state_text_and_examples(
    knowledge: Knowledge, cases: tuple[Case, ...]
) -> None:
    engine = engine_of(knowledge)
    hospital = HospitalRules().switched("DOM-026", False)
    found = [result.findings for result in review_all(cases, knowledge)]
    lines = {line.rule.id: line for line in catalogue(engine.packs, hospital, found)}
    assert len(lines) == sum(len(pack.rules) for pack in engine.packs) > 380
    assert not lines["DOM-026"].on
    assert lines["DOM-026"].hits is None
    assert sum(line.hits or 0 for line in lines.values()) > 0
    for line in lines.values():
        assert line.text
        assert all(facet.values(line) for facet in FACETS)
        assert {one.fires for one in examples(line.rule)} == {True, False}, line.rule.id


def test_a_captured_line_is_no_value_of_the_same_name(knowledge: Knowledge) -> None:
    rule = engine_of(knowledge).rule("ADD-001")
    assert rule is not None
    assert message(rule).startswith("〔所指的编码〕")


def test_what_no_case_can_be_judged_by_is_not_evaluated_and_not_zero(
    knowledge: Knowledge, cases: tuple[Case, ...]
) -> None:
    engine = engine_of(knowledge)
    lacking = {"DOM-026": "SSJB1", "SEL-010": "DIP 目录"}
    found = [result.findings for result in review_all(cases, knowledge)]
    lines = {line.rule.id: line for line in catalogue(engine.packs, HospitalRules(), found, lacking)}
    assert (lines["DOM-026"].hits, lines["DOM-026"].lacking) == (None, "文件缺“手术级别1”（SSJB1）列")
    assert (lines["SEL-010"].hits, lines["SEL-010"].lacking) == (None, "没有载入DIP 目录")
    assert lines["DOM-034"].lacking == ""


def test_messages_name_what_is_filled_in() -> None:
    assert message(RULE) == "年龄 〔年龄（岁）〕 岁，主要诊断 〔主要诊断〕。"
    assert message(replace(RULE, message="{place}{line.code}{ZKRQ}{$days}{x}")) == (
        "〔位置〕〔编码〕〔质控日期〕〔days〕〔x〕"
    )


def test_thresholds_say_who_uses_them(knowledge: Knowledge) -> None:
    lines = thresholds(engine_of(knowledge).packs, HospitalRules().limited("short_stay", 2))
    by_id = {line.threshold.id: line for line in lines}
    assert by_id["short_stay"].value == 2
    assert by_id["short_stay"].changed
    assert by_id["short_stay"].rules == ("DRG-004",)
    assert by_id["split_days"].rules == ("DRG-006", "DRG-030")
    assert by_id["readmission_days"].rules == ("DRG-030",)
    assert all(line.rules for line in lines)


@pytest.mark.parametrize(
    ("change", "part", "position"),
    [
        ({"title": " "}, "title", -1),
        ({"when": "age >= and"}, "when", 7),
        ({"when": "alter > 3"}, "when", 0),
        ({"message": "{nobody}"}, "message", -1),
        ({"each": "nowhere"}, "each", -1),
        ({"at": "nowhere"}, "at", -1),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    knowledge: Knowledge, change: dict[str, str], part: str, position: int
) -> None:
    problem = problem_of(replace(RULE, **change), engine_of(knowledge))  # type: ignore[arg-type]
    assert problem is not None
    assert (problem.part, problem.position) == (part, position)
    assert problem.reason


def test_a_rule_is_tried_on_the_month(knowledge: Knowledge, cases: tuple[Case, ...]) -> None:
    engine = engine_of(knowledge)
    assert problem_of(RULE, engine) is None
    assert reading(RULE)
    trial = try_out(RULE, engine, cases)
    assert len(trial.findings) == sum((case.age or 0) >= 80 for case in cases)
    assert (trial.cases, trial.not_evaluated) == (80, 0)


def test_a_written_file_is_a_pack(tmp_path: Path) -> None:
    path = tmp_path / "规则.toml"
    save_hospital_rules(HospitalRules().with_rule(RULE), path)
    assert "[[rule]]" in path.read_text(encoding="utf-8")
    assert load_hospital_rules(path).rules == (RULE,)
