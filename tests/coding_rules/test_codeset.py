"""Code ranges as coders write them."""

from __future__ import annotations

import pytest

from coding_rules.codeset import CodeSet, CodeSetError


@pytest.mark.parametrize(
    ("parts", "inside", "outside"),
    [
        (["C50-C58"], ["C50.900", "C58.x00"], ["C49.900", "C59.000"]),
        (["D07.0-D07.3"], ["D07.000", "D07.300x001"], ["D07.400", "D06.900"]),
        (["K40.907"], ["K40.907", "K40.907x001"], ["K40.900", "K40.9"]),
        (["V01-Y98"], ["V01.000", "W19.x00", "Y98.x00"], ["Y99.000", "U99.000"]),
        (["65-71", "87.8"], ["65.4100", "71.9x00", "87.8300"], ["72.0x00", "87.9100"]),
        (["00.40-00.43"], ["00.4000", "00.4300"], ["00.4400"]),
        (["96.7"], ["96.7101", "96.7201"], ["96.0400"]),
    ],
)
def test_membership(parts: list[str], inside: list[str], outside: list[str]) -> None:
    codes = CodeSet(parts)
    assert all(code in codes for code in inside)
    assert not any(code in codes for code in outside)


@pytest.mark.parametrize("part", ["C58-C50", "C5-C58", "HELLO", "k35", "47.0-48", "K35.x-K35.9"])
def test_unreadable_ranges_are_refused(part: str) -> None:
    with pytest.raises(CodeSetError):
        CodeSet([part])
