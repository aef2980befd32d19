"""Text stays text, and sheet names are such as Excel takes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from app.export.cells import CELL_LIMIT, Sheet, Style, clean_text, sheet_names, starts_a_formula

DANGEROUS = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    '=HYPERLINK("http://x")',
]


def written(
    path: Path, *values: str | int | Decimal | datetime | None, style: Style = Style.TEXT
) -> list[object]:
    book = Workbook(write_only=True)
    Sheet(book, "表", [10]).write([(value, style) for value in values])
    book.save(path)
    return list(load_workbook(path).active[1])


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_formula_in_a_name_is_stored_as_a_text(tmp_path: Path, text: str) -> None:
    (cell,) = written(tmp_path / "a.xlsx", text)
    assert (cell.data_type, cell.value.strip(), cell.quotePrefix) == ("s", text.strip(), True)  # type: ignore[attr-defined]
    assert starts_a_formula(text)


@pytest.mark.parametrize(
    "text", ["00123", "410400194912310027", "1e5", "#N/A", "47.0100", "2025-01-02", "TRUE"]
)
def test_codes_and_ids_stay_as_they_are(tmp_path: Path, text: str) -> None:
    (cell,) = written(tmp_path / "a.xlsx", text)
    assert (cell.data_type, cell.value, cell.number_format) == ("s", text, "@")  # type: ignore[attr-defined]
    assert not cell.quotePrefix  # type: ignore[attr-defined]


def test_numbers_money_and_times_are_numbers(tmp_path: Path) -> None:
    moment = datetime(2025, 1, 2, 3, 4)
    money, empty = written(tmp_path / "a.xlsx", Decimal("-12.50"), None, style=Style.MONEY)[:1], None
    (time,) = written(tmp_path / "b.xlsx", moment, style=Style.TIME)
    assert (money[0].value, money[0].number_format) == (-12.5, "#,##0.00;[Red]-#,##0.00")  # type: ignore[attr-defined]
    assert (time.value, time.number_format) == (moment, "yyyy-mm-dd hh:mm")  # type: ignore[attr-defined]
    assert empty is None


@pytest.mark.parametrize("text", ["a\x00b\x07", "半\ud800字", "x" * (CELL_LIMIT + 5), "\U00020bb7"])
def test_what_a_workbook_cannot_hold_does_not_break_it(tmp_path: Path, text: str) -> None:
    (cell,) = written(tmp_path / "a.xlsx", text)
    assert cell.value == clean_text(text)  # type: ignore[attr-defined]


def test_sheet_names_are_cleaned_and_told_apart() -> None:
    assert sheet_names(
        ["内科/一", "内科_一", "'外科'", "", "History", "汇总", "a" * 40, "A" * 40], taken=("汇总",)
    ) == [
        "内科_一",
        "内科_一(2)",
        "外科",
        "未命名",
        "History(2)",
        "汇总(2)",
        "a" * 31,
        "A" * 28 + "(2)",
    ]


@given(st.lists(st.text(max_size=40), max_size=30))
def test_any_names_give_a_workbook_that_opens(names: list[str]) -> None:
    safe = sheet_names(names)
    assert len({name.casefold() for name in safe}) == len(safe) == len(names)
    for name in safe:
        assert 1 <= len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name.strip("'") == name
