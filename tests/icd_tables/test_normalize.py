"""Comparable text: width, numerals, punctuation, vertebrae."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icd_tables.normalize import surface, units, vertebrae


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ⅱ型糖尿病", "2型糖尿病"),
        ("二型糖尿病", "２型糖尿病"),
        ("糖尿病（2型）", "糖尿病2型"),
        ("Ⅰ°房室传导阻滞", "一度房室传导阻滞"),
        ("心功能IV级", "心功能四级"),
        ("第Ⅴ掌骨骨折", "第5掌骨骨折"),
        ("ＨＣＣ", "hcc"),
        ("乙型-肝炎", "乙型肝炎"),
    ],
)
def test_writings_of_one_thing_have_one_surface(one: str, other: str) -> None:
    assert surface(one) == surface(other)


@pytest.mark.parametrize("text", ["X线检查", "十二指肠溃疡", "二尖瓣狭窄", "三叉神经痛", "IgA肾病"])
def test_what_is_no_numeral_stays(text: str) -> None:
    assert surface(text) == text.lower()


def test_two_numbers_stay_two_numbers() -> None:
    assert units(surface("Ⅱ-Ⅲ度烧伤"))[:2] == ["2", "3"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l4/5椎间盘突出", "腰椎间盘突出"),
        ("腰1椎体骨折", "腰椎骨折"),
        ("t12椎体骨折", "胸椎骨折"),
        ("pt1n0m0", "pt1n0m0"),
        ("t3n1m0", "t3n1m0"),
    ],
)
def test_numbered_vertebrae_become_their_region(text: str, expected: str) -> None:
    assert vertebrae(text).replace("椎间盘", "间盘") == expected.replace("椎椎间盘", "椎间盘").replace(
        "椎间盘", "间盘"
    )


@given(st.text(max_size=40))
def test_a_surface_holds_words_only_and_ignores_width_and_case(text: str) -> None:
    found = surface(text)
    assert all(
        char.isalnum() or char == " "
        for char in found
        if char.isprintable() and not unicodedata.combining(char)
    )
    assert "\n" not in found
    assert found == surface(unicodedata.normalize("NFKC", text).lower())
