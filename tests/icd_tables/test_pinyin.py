"""Readings: corrected for medicine, aligned with the characters; typed keys taken apart."""

from __future__ import annotations

import pytest

from icd_tables.pinyin import keys, readings


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("长骨", [("chang",), ("gu",)]),
        ("生长", [("sheng",), ("zhang",)]),
        ("卒中", [("cu",), ("zhong",)]),
        ("重叠", [("chong",), ("die",)]),
        ("重度", [("zhong",), ("du",)]),
        ("腰椎", [("yao",), ("zhui",)]),
        ("出血", [("chu",), ("xue",)]),
        ("膀胱", [("pang",), ("guang",)]),
        ("还纳", [("huan",), ("na",)]),
        ("便秘", [("bian",), ("mi",)]),
    ],
)
def test_medical_readings(word: str, expected: list[tuple[str, ...]]) -> None:
    assert readings().aligned(word) == expected


def test_both_readings_of_nian_zhan_are_keys() -> None:
    assert set(readings().initials("肠粘连")) == {"cnl", "czl"}


def test_initials_stand_under_their_characters() -> None:
    (initials,) = readings().initials("2型糖尿病")
    assert initials == "2xtnb"


def test_typed_letters_are_taken_apart_every_way() -> None:
    assert ("guan", "x", "b") in keys("guanxb")
    assert ("g", "x", "b") in keys("gxb")
    assert ("xi", "an") in keys("xian")
    assert ("xian",) in keys("xian")
    assert ("guan", "xin", "bi") in keys("guanxinbi")
    assert keys("qqqq1") == ()
