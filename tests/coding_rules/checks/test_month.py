"""Rules across the cases of a file: who is the same person, which stays belong together, what lies between them."""

from __future__ import annotations

from typing import Any

import pytest

from coding_rules.case import Case
from coding_rules.checks.engine import CheckEngine
from coding_rules.checks.examples import build_case
from coding_rules.checks.month import MONTH_CHECKS
from coding_rules.checks.pack import PackError, parse_pack
from icd_tables.terminology import Terminology

ENGINE = CheckEngine(Terminology())
SPLIT, AGAIN, OVERLAP, DEAD, TWICE = "DRG-006", "DRG-030", "DRG-007", "DRG-031", "DRG-032"
OTHER_DISEASE = ["J18.900 肺炎"]


def stay(case_id: str, first: str, last: str, **change: Any) -> Case:
    return build_case({"case_id": case_id, "BAH": case_id, "RYSJ": first, "CYSJ": last, **change})


def said(*cases: Case) -> dict[str, list[str]]:
    """The rules that spoke of stays, by case."""
    found = ENGINE.check_across(cases)
    return {case_id: [one.rule_id for one in findings] for case_id, findings in found.items()}


def message(rule: str, case_id: str, *cases: Case) -> str:
    return next(one.message for one in ENGINE.check_across(cases)[case_id] if one.rule_id == rule)


@pytest.mark.parametrize(
    ("gap_ends", "same", "rules"),
    [
        ("20250306", True, [SPLIT]),
        ("20250321", True, [SPLIT]),
        ("20250322", True, [AGAIN]),
        ("20250310", False, [AGAIN]),
        ("20250406", True, [AGAIN]),
        ("20250407", True, []),
    ],
)
def test_days_between_decide_what_a_return_is_called(gap_ends: str, same: bool, rules: list[str]) -> None:
    again = stay("2", gap_ends, "20250430", RYSJS="11", **({} if same else {"dx": OTHER_DISEASE}))
    assert said(stay("1", "20250301", "20250306"), again).get("2", []) == rules


def test_only_the_former_stay_can_announce_a_return() -> None:
    announced = stay("1", "20250301", "20250306", SFZZYJH="2")
    plain = stay("1", "20250301", "20250306")
    assert said(announced, stay("2", "20250310", "20250312")) == {}
    assert said(plain, stay("2", "20250310", "20250312", SFZZYJH="2")) == {"2": [SPLIT]}


def test_series_by_nature_are_left_out_on_either_side() -> None:
    therapy = ["Z51.100 化学治疗"]
    plain = stay("1", "20250301", "20250306")
    assert said(plain, stay("2", "20250310", "20250312", dx=therapy)) == {}
    assert said(stay("1", "20250301", "20250306", dx=therapy), stay("2", "20250310", "20250312")) == {}


def test_a_return_after_leaving_against_advice_is_no_split_stay() -> None:
    left = stay("1", "20250301", "20250306", LYFS="4")
    assert said(left, stay("2", "20250310", "20250312")) == {}
    assert said(left, stay("2", "20250310", "20250312", dx=OTHER_DISEASE)) == {"2": [AGAIN]}


def test_a_long_stay_overlaps_all_that_begin_within_it() -> None:
    cases = [
        stay("1", "20250301", "20250330"),
        stay("2", "20250305", "20250306"),
        stay("3", "20250310", "20250412"),
        stay("4", "20250415", "20250416", dx=OTHER_DISEASE),
    ]
    found = said(*cases)
    assert OVERLAP in found["2"]
    assert OVERLAP in found["3"]
    assert OVERLAP not in found.get("4", [])
    assert "与 1 的住院期间重叠（前次 2025-03-30 出院）" in message(OVERLAP, "3", *cases)


def test_every_stay_after_a_death_is_told_with_that_death() -> None:
    cases = [
        stay("1", "20250301", "20250306", LYFS="5"),
        stay("2", "20250310", "20250312"),
        stay("3", "20250601", "20250602"),
    ]
    assert DEAD in said(*cases)["2"]
    assert DEAD in said(*cases)["3"]
    assert "1" not in said(*cases)
    assert message(DEAD, "3", *cases).startswith("1 已于 2025-03-06 死亡")


def test_a_stay_of_no_time_counts_one_that_ends_before_it_begins_does_not() -> None:
    first = stay("1", "20250301", "20250306")
    assert said(first, stay("2", "20250310", "20250310", RYSJS="9", CYSJS="9")) == {"2": [SPLIT]}
    assert said(first, stay("2", "20250310", "20250309")) == {}


def test_one_stay_in_two_rows() -> None:
    one, other = stay("1", "20250301", "20250306"), stay("2", "20250301", "20250306")
    assert TWICE in said(one, other)["2"]
    assert TWICE not in said(one, stay("2", "20250301", "20250307"))["2"]


def test_people_are_told_apart_by_identity_number_else_by_record_number() -> None:
    first = stay("1", "20250301", "20250306")
    someone_else = stay("2", "20250310", "20250312", SFZH="110101198001050039")
    assert said(first, someone_else) == {}
    nameless = {"SFZH": "-", "BAH": "77"}
    assert said(
        stay("1", "20250301", "20250306", **nameless), stay("2", "20250310", "20250312", **nameless)
    ) == {"2": [SPLIT]}
    unknown = {"SFZH": "-", "BAH": "-"}
    assert (
        said(stay("1", "20250301", "20250306", **unknown), stay("2", "20250310", "20250312", **unknown)) == {}
    )


def test_one_record_number_for_two_people() -> None:
    first = stay("1", "20250301", "20250306", BAH="77")
    differs = stay("2", "20250310", "20250312", BAH="77", XB="1", SFZH="110101198001050039")
    assert said(first, differs) == {"2": ["DRG-033"]}


def test_a_rule_names_a_check_that_exists_and_what_it_finds() -> None:
    def engine(check: str, words: str) -> CheckEngine:
        rule = f'id = "OWN-1"\ntitle = "示例"\nseverity = "hint"\nauthority = "本院"\nscope = "month"\ncheck = "{check}"\n'
        return CheckEngine(Terminology(), [parse_pack(f'[[rule]]\n{rule}message = "{words}"\n', "own")])

    assert engine("duplicate_case", "与 {before} 重复")
    with pytest.raises(PackError, match="没有“nothing”"):
        engine("nothing", "与 {before} 重复")
    with pytest.raises(PackError, match=r"\{sex\}"):
        engine("duplicate_case", "与 {before} 重复，{sex}")


def test_every_check_reads_in_chinese_and_names_thresholds_that_exist() -> None:
    for check in MONTH_CHECKS.values():
        assert check.reading.endswith("。")
        assert set(check.thresholds) <= set(ENGINE.env.thresholds)
        assert all(f"${name}" in check.reading for name in check.thresholds[:1])
