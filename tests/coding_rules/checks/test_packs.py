"""The shipped packs: complete, consistent, every example behaves, and the faultless page raises nothing."""

from __future__ import annotations

from coding_rules.checks.engine import CheckEngine
from coding_rules.checks.examples import build_case
from coding_rules.checks.pack import shipped_packs, verify_all
from icd_tables.terminology import Terminology


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
