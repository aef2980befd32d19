"""The shipped packs: complete, consistent, every example behaves, and the faultless page raises nothing."""

from __future__ import annotations

from coding_rules.checks.engine import CheckEngine
from coding_rules.checks.examples import build_case
from coding_rules.checks.fixes import FIX_NAMES, check_fix
from coding_rules.checks.guide import guide
from coding_rules.checks.pack import parse_pack, shipped_packs, verify_all
from icd_tables.terminology import Terminology
from tests.coding_rules.checks.accept_prose import GUIDE


def test_shipped_packs_verify() -> None:
    assert [f"{issue.pack} {issue.rule} {issue.reason}" for issue in verify_all()] == []


def test_faultless_page_raises_nothing() -> None:
    engine = CheckEngine(Terminology())
    assert [finding.message for finding in engine.check(build_case({}))] == []


def test_every_rule_names_its_authority_without_clause_numbers() -> None:
    for pack in shipped_packs():
        for rule in pack.rules:
            assert rule.authority, rule.id
            assert "条第" not in rule.authority, rule.id
            assert not any(mark in rule.authority for mark in "§"), rule.id


def test_the_guide_is_current_and_its_example_is_a_rule() -> None:
    assert GUIDE.read_text(encoding="utf-8") == guide()
    example = guide().split("```toml")[1].split("```")[0]
    pack = parse_pack('[pack]\nid = "own"\n' + example, "own")
    assert CheckEngine(Terminology(), [pack]).check(build_case({"dx": ["I10.x00 高血压"]}))


def test_every_fix_of_the_guide_is_one() -> None:
    for spec in FIX_NAMES:
        assert check_fix(spec)
