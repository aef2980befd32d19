"""Names against codes over many cases."""

from __future__ import annotations

import pytest

from app.matching.batch import Confidence, disagreements
from app.progress import Cancelled, Progress
from coding_rules.case import Case, Diagnosis
from icd_tables.codes import Edition, Kind
from icd_tables.matcher import Matcher
from icd_tables.table import CodeEntry

MATCHER = Matcher(
    [
        CodeEntry("K35.900", "急性阑尾炎"),
        CodeEntry("K36.x00", "慢性阑尾炎"),
        CodeEntry("I10.x00", "高血压"),
        CodeEntry("I48.x00", "心房颤动"),
        CodeEntry("I21.900", "急性心肌梗死"),
    ]
)


def matcher(kind: Kind, _: Edition) -> Matcher | None:
    return MATCHER if kind is Kind.DIAGNOSIS else None


def case(case_id: str, *lines: tuple[str, str]) -> Case:
    return Case(case_id, diagnoses=tuple(Diagnosis(code, name) for code, name in lines))


def test_agreeing_lines_are_silent() -> None:
    cases = [case("1", ("K35.900", "急性阑尾炎"), ("I48.x00", "房颤"), ("i10.X00", "高血压"))]
    assert disagreements(cases, matcher) == []


def test_disagreements_come_surest_first_with_all_their_lines() -> None:
    cases = [
        case("1", ("I10.x00", "急性阑尾炎"), ("Z99.999", "高血压")),
        case("2", ("I10.x00", "急性阑尾炎")),
    ]
    first, second = disagreements(cases, matcher)
    assert (first.code, first.name, first.confidence, len(first.lines)) == (
        "I10.x00",
        "急性阑尾炎",
        Confidence.HIGH,
        2,
    )
    assert first.candidates[0].entry.code == "K35.900"
    assert "高血压" in first.reason
    assert second.code == "Z99.999"
    assert "不在编码表中" in second.reason


def test_it_can_be_cancelled() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        disagreements([case("1", ("I10.x00", "急性阑尾炎"))], matcher, progress)
