"""The 100-point score: deductions, caps, grades."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from importlib import resources

import pytest

from coding_rules.checks.engine import CheckEngine
from coding_rules.checks.examples import build_case
from coding_rules.checks.pack import Rule, shipped_packs
from coding_rules.finding import Finding, Severity
from coding_rules.scoring import SHIPPED, ScoreTableError, parse_table, score, shipped_table
from icd_tables.terminology import Terminology

RULES = {rule.id: rule for pack in shipped_packs() for rule in pack.rules}


def finding(rule: str) -> Finding:
    return Finding(rule, RULES[rule].severity, "1", "", "")


def test_a_faultless_page_has_full_score() -> None:
    sheet = score([], RULES)
    assert (sheet.score, sheet.grade, sheet.deductions) == (Decimal(100), "优", ())


def test_one_fault() -> None:
    sheet = score([finding("CMP-037")], RULES)
    assert sheet.score == 96
    assert sheet.grade == "中"  # a class A fault keeps it from 良
    assert [(one.item, one.points, one.rules) for one in sheet.deductions] == [
        ("出院主要诊断", Decimal(4), ("CMP-037",))
    ]


def test_a_class_a_fault_keeps_from_the_best_grade_whatever_the_points() -> None:
    sheet = score([finding("DOM-028")], RULES)
    assert sheet.faults["A"] == 1
    assert sheet.score >= 97
    assert sheet.grade == "中"


def test_an_item_is_capped() -> None:
    sheet = score([finding("DOM-028")] * 9, RULES)
    assert sheet.score == 96
    assert sheet.faults["A"] == 9


def test_an_item_is_capped_over_faults_of_all_classes() -> None:
    table = shipped_table()
    of_item: dict[str, list[Rule]] = {}
    for rule in RULES.values():
        item = table.item_of(rule.item)
        if (
            item is not None
            and not item.each
            and rule.points
            and rule.class_ != "-"
            and rule.severity is not Severity.HINT
        ):
            of_item.setdefault(item.title, []).append(rule)
    mixed = next(rules for rules in of_item.values() if len({rule.class_ for rule in rules}) > 1)
    sheet = score([finding(rule.id) for rule in mixed], RULES)
    assert len(sheet.deductions) == 1
    item = table.item_of(mixed[0].item)
    assert item is not None
    assert Decimal(100) - sheet.score <= item.most
    assert sheet.deductions[0].class_ == min(rule.class_ for rule in mixed)
    assert set(sheet.deductions[0].rules) == {rule.id for rule in mixed}


def test_minor_items_are_capped_together() -> None:
    minor = [rule for rule in RULES.values() if rule.pack == "completeness" and rule.class_ == "D"]
    sheet = score([finding(rule.id) for rule in minor], RULES)
    assert set(sheet.faults.values()) > {0}
    assert sheet.faults["D"] == len([rule for rule in minor if rule.points])
    assert Decimal(100) - sheet.score <= 4 + 4 + 3 + 2


def test_a_lesser_fault_of_a_grave_item_costs_little() -> None:
    sheet = score([finding("CMP-061")], RULES)
    assert Decimal(100) - sheet.score == Decimal("0.5")
    assert (sheet.faults["A"], sheet.faults["D"], sheet.grade) == (0, 1, "优")


def test_reminders_cost_nothing() -> None:
    assert score([finding("CMB-002"), finding("SEL-002"), finding("DRG-014")], RULES).score == 100


def test_findings_of_unknown_rules_cost_nothing() -> None:
    assert score([Finding("GONE-1", Severity.ERROR, "1", "", "")], RULES).score == 100


def test_every_scored_rule_has_a_place_in_the_table() -> None:
    table = shipped_table()
    homeless = {
        rule.item
        for rule in RULES.values()
        if rule.class_ != "-" and rule.points > 0 and table.item_of(rule.item) is None
    }
    assert homeless == set()


def test_the_engine_and_the_score_together() -> None:
    engine = CheckEngine(Terminology())
    rules: dict[str, Rule] = {rule.id: rule for rule in engine.rules}
    sheet = score(engine.check(build_case({"XB": "1", "SFZH": "-", "dx": ["C56.x00 卵巢恶性肿瘤"]})), rules)
    assert sheet.score < 100
    assert sheet.faults["A"] >= 1


def test_points_and_grades_can_be_edited() -> None:
    text = (resources.files("coding_rules") / "scoring_tables" / SHIPPED).read_text(encoding="utf-8")
    data = tomllib.loads(text)
    for item in data["item"]:
        if "出院主要诊断" in item["names"]:
            item["points"] = 40
    data["grade"] = [{"name": "甲", "least": 90}, {"name": "乙", "least": 70}, {"name": "丙", "least": 0}]
    sheet = score([finding("CMP-037")], RULES, parse_table(data))
    assert (sheet.score, sheet.grade) == (Decimal(60), "丙")


def test_an_incomplete_table_is_refused() -> None:
    with pytest.raises(ScoreTableError):
        parse_table({"table": {"title": "x", "full": 100}})
