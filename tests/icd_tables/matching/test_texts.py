"""Joined texts: the same as a list of them, found by row, by whole text and in order."""

from __future__ import annotations

import numpy as np
import pytest

from icd_tables.matching.texts import Hashes, Texts

ROWS = ["急性阑尾炎", "", "𠮷氏病", "copd", "急性阑尾炎"]


def test_rows_come_back_as_they_went_in() -> None:
    texts = Texts.of(ROWS)
    assert list(texts) == ROWS
    assert [texts[row] for row in range(len(texts))] == ROWS
    assert texts[1:3] == ROWS[1:3]
    assert texts.at(np.array([4, 2, 0])) == [ROWS[4], ROWS[2], ROWS[0]]
    assert [texts.length(row) for row in range(len(texts))] == list(map(len, ROWS))
    assert texts.rows_at([texts.joined.index("𠮷"), texts.joined.index("copd") + 2]) == [2, 3]
    with pytest.raises(IndexError):
        texts[len(ROWS)]


def test_nothing_is_no_row() -> None:
    assert list(Texts.of([])) == []


def test_rows_are_found_by_their_whole_text() -> None:
    found = Hashes(Texts.of(ROWS))
    assert found.rows("急性阑尾炎") == [0, 4]
    assert found.rows("") == [1]
    assert found.rows("阑尾炎") == []


def test_a_place_is_found_in_sorted_rows() -> None:
    codes = Texts.of(["A01", "A010", "B02"])
    assert [codes.first_not_before(wanted) for wanted in ("A", "A010", "A011", "C")] == [0, 1, 2, 3]
