"""Cases survive the way to JSON and back, and blocks of other versions stay readable."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.history import CodedLines
from app.sessions.case_codec import dump_cases, dump_lines, load_cases, load_lines
from coding_rules.case import Case, Diagnosis, Fees, Fields, Procedure, Source

FULL = Case(
    case_id="0012/2",
    record_no="0012",
    name="测试甲",
    id_number="410400194912310027",
    birth=date(1949, 12, 31),
    age=75,
    admitted=datetime(2025, 1, 2, 13),
    discharged=datetime(2025, 1, 9, 8, 30),
    icu_hours=12.5,
    diagnoses=(Diagnosis("I21.000", "急性前壁心肌梗死", "1"), Diagnosis()),
    procedures=(
        Procedure("36.0600", "支架", date(2025, 1, 3), "3", operator="医生甲", anesthetist="医生乙"),
        Procedure("88.5500"),
    ),
    external_cause=Diagnosis("W19", "跌倒"),
    fees=Fees(1234567, None, {"XYF": 100, "QTF": -5}),
    source=Source("一月.csv", 2),
    fields=Fields.of({"BAH": "0012", "空": ""}),
)


def test_a_full_case_comes_back_equal() -> None:
    bare = Case("2")
    loaded = load_cases(dump_cases([FULL, bare, FULL]))
    assert loaded == [FULL, bare, FULL]
    assert type(loaded[0].edition) is type(FULL.edition)


def test_cases_of_a_file_share_one_header() -> None:
    first, second = load_cases(dump_cases([FULL, FULL]))
    assert first.fields.header is second.fields.header


def test_a_block_of_another_version_is_readable() -> None:
    block = json.loads(dump_cases([FULL]))
    at = block["columns"].index("coder")
    block["columns"][at] = "future"
    assert load_cases(json.dumps(block).encode()) == [FULL]


@pytest.mark.parametrize("damage", [b"", b"{}", b"[1]", b'{"columns":["birth"],"headers":[],"rows":[[1]]}'])
def test_damage_is_an_exception_of_the_documented_kind(damage: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, IndexError)):
        load_cases(damage)


_text = st.text(max_size=8)
_days = st.none() | st.dates()
_diagnoses = st.lists(st.builds(Diagnosis, _text, _text, _text), max_size=4).map(tuple)
_procedures = st.lists(st.builds(Procedure, _text, _text, _days, _text, _text, healing=_text), max_size=4)


@given(st.builds(CodedLines, _diagnoses, _procedures.map(tuple)))
def test_lines_come_back_equal(lines: CodedLines) -> None:
    assert load_lines(dump_lines(lines)) == lines
