"""Differences line by line, as a department reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.history import CodedLines
from app.line_changes import line_changes
from coding_rules.case import Diagnosis, Procedure
from icd_tables.codes import Kind


def lines(codes: str, procedures: str = "") -> CodedLines:
    return CodedLines(tuple(map(Diagnosis, codes)), tuple(map(Procedure, procedures)))


def told(before: CodedLines, after: CodedLines) -> list[tuple[str, str, str, str]]:
    return [
        (
            change.place,
            change.what,
            change.old.code if change.old else "",
            change.new.code if change.new else "",
        )
        for change in line_changes(before, after)
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("ABC", "ABC", []),
        ("ABC", "XBC", [("主要诊断", "改码", "A", "X")]),
        ("ABC", "AXC", [("其他诊断 1", "改码", "B", "X")]),
        ("ABC", "ABXC", [("其他诊断 2", "新增", "", "X")]),
        ("ABCD", "ACD", [("其他诊断 1", "删除", "B", "")]),
        ("ABC", "BAC", [("主要诊断", "改码", "A", "B")]),
        ("ABC", "BC", [("主要诊断", "改码", "A", "B")]),
        ("ABCD", "ACDB", [("其他诊断 1 → 其他诊断 3", "调整顺序", "B", "B")]),
        ("", "A", [("主要诊断", "新增", "", "A")]),
        ("A", "", [("主要诊断", "删除", "A", "")]),
        ("ABC", "AXYC", [("其他诊断 1", "改码", "B", "X"), ("其他诊断 2", "新增", "", "Y")]),
        ("ABB", "AB", [("其他诊断 2", "删除", "B", "")]),
    ],
)
def test_diagnoses(before: str, after: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert told(lines(before), lines(after)) == expected


def test_procedures_come_after_diagnoses_and_have_their_own_places() -> None:
    assert told(lines("A", "PQ"), lines("B", "PR")) == [
        ("主要诊断", "改码", "A", "B"),
        ("其他手术 1", "改码", "Q", "R"),
    ]


def test_what_else_may_change_on_a_line() -> None:
    before = CodedLines((Diagnosis("A", "甲", "1"), Diagnosis("B", "乙", "1")), (Procedure("P", "丙"),))
    after = CodedLines(
        (Diagnosis("A", "甲二", "1"), Diagnosis("B", "乙", "4")), (Procedure("P", "丙", level="3"),)
    )
    assert [change.what for change in line_changes(before, after)] == ["改名称", "改入院病情", "改手术信息"]


@given(st.text("ABCD", max_size=6), st.text("ABCD", max_size=6))
def test_every_line_is_accounted_for(before: str, after: str) -> None:
    changes = [
        change for change in line_changes(lines(before), lines(after)) if change.kind is Kind.DIAGNOSIS
    ]
    assert bool(changes) == (before != after)
    gained = [change.new.code for change in changes if change.new]
    lost = [change.old.code for change in changes if change.old]
    for code in "ABCD":
        surplus = (after.count(code) - before.count(code)) - (gained.count(code) - lost.count(code))
        assert abs(surplus) <= 1, "only the principal line may tell of a second one"
    for change in changes:
        assert change.old_at is None or before[change.old_at] == (change.old.code if change.old else "")
        assert change.new_at is None or after[change.new_at] == (change.new.code if change.new else "")
