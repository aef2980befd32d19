from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding_rules.grouper.code_index import MISSPELLED, CodeIndex
from coding_rules.grouper.spelling import spell

CODES = (
    "A01.000x005+J17.0*",
    "I21.000",
    "I21.001",
    "X60.x00",
    "13.4100x001",
    "M81600/3",
    "Q" * 23,
    "Q" * 24,
    "Q" * 90,
)
INDEX = CodeIndex(CODES)


def test_codes_are_numbered_in_the_order_given() -> None:
    assert len(INDEX) == len(CODES)
    assert INDEX.numbers(CODES).tolist() == list(range(1, len(CODES) + 1))
    assert INDEX.numbers([]).tolist() == []


@pytest.mark.parametrize(
    "code",
    [
        "",
        "I21.00",
        "I21.0000",
        "I21.000\0",
        "\0",
        "Q" * 22,
        "Q" * 25,
        "Q" * 91,
        "A01.000x005",
        "没有",
        "\ud800",
        "|",
    ],
)
def test_what_only_looks_like_a_code_is_unknown(code: str) -> None:
    assert INDEX.numbers([code, "I21.001"]).tolist() == [0, 3]


@pytest.mark.parametrize(
    "code", ["i21.000", " I21.000", "Ｉ21.000", "I21.000\n", "\ufeffI21.000", "x60.x00", "X60.X00"]
)
def test_what_needs_another_spelling_is_told(code: str) -> None:
    assert INDEX.numbers(["I21.001", code, "I21.000"]).tolist() == [3, MISSPELLED, 2]


def test_every_one_of_many_codes_is_found_whatever_slots_they_share() -> None:
    pick = random.Random(1)
    codes = list(
        dict.fromkeys(f"{chr(65 + pick.randrange(26))}{pick.randrange(10**6):06d}" for _ in range(70_000))
    )
    index = CodeIndex(codes)
    pick.shuffle(codes)
    found = index.numbers(codes)
    assert [index.number_of[code] for code in codes] == found.tolist()
    assert not index.numbers([code + "9" for code in codes]).any()


def test_an_index_of_nothing_knows_nothing() -> None:
    assert CodeIndex(()).numbers(["A00", "a00", ""]).tolist() == [0, MISSPELLED, 0]


@given(known=st.lists(st.text(max_size=30).map(spell), unique=True), asked=st.lists(st.text(max_size=30)))
@settings(max_examples=200, deadline=None)
def test_it_says_what_a_dictionary_says(known: list[str], asked: list[str]) -> None:
    index = CodeIndex(code for code in known if code)
    for code, number in zip(asked + known, index.numbers(asked + known).tolist(), strict=True):
        want = index.number_of.get(code, 0)
        assert number == (want or (0 if spell(code) == code else MISSPELLED))
