from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding_rules.values import parse_fen, parse_int, parse_moment, with_hour


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20250215", datetime(2025, 2, 15)),
        ("202502151630", datetime(2025, 2, 15, 16, 30)),
        ("2025-02-15", datetime(2025, 2, 15)),
        ("2025-02-15 16:30:05", datetime(2025, 2, 15, 16, 30, 5)),
        ("2025-02-15T16:30:05.000", datetime(2025, 2, 15, 16, 30, 5)),
        ("2020/1/2 9:00", datetime(2020, 1, 2, 9)),
        ("2020.1.2", datetime(2020, 1, 2)),
        ("2020年1月2日 9时5分", datetime(2020, 1, 2, 9, 5)),
        ("45680", datetime(2025, 1, 23)),
        ("45680.75", datetime(2025, 1, 23, 18)),
        ("20250230", None),
        ("2025-13-01", None),
        ("昨天", None),
        ("", None),
        ("1", None),
    ],
)
def test_dates_as_files_write_them(text: str, moment: datetime | None) -> None:
    assert parse_moment(text) == moment


@pytest.mark.parametrize(
    ("text", "fen"),
    [("1234.50", 123450), ("0.2", 20), ("12", 1200), ("1,234.56", 123456), ("￥5.00元", 500), ("-3.10", -310),
     ("0.005", 1), ("-", None), ("", None), ("abc", None), ("1.2.3", None), ("²3.00", None)],
)  # fmt: skip
def test_money(text: str, fen: int | None) -> None:
    assert parse_fen(text) == fen


@given(st.integers(-(10**9), 10**9))
def test_money_survives_as_text(fen: int) -> None:
    sign = "-" if fen < 0 else ""
    assert parse_fen(f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02}") == fen


@pytest.mark.parametrize(
    ("text", "number"),
    [("22", 22), ("22岁", 22), ("３", 3), ("3.0", 3), ("3.5", None), ("无", None), ("x", None)],
)
def test_whole_numbers(text: str, number: int | None) -> None:
    assert parse_int(text) == number


def test_hours_join_days_without_a_time() -> None:
    day = datetime(2025, 2, 15)
    assert with_hour(day, "16") == datetime(2025, 2, 15, 16)
    assert with_hour(day, "24") == day
    assert with_hour(day, "") == day
    assert with_hour(datetime(2025, 2, 15, 8, 5), "16") == datetime(2025, 2, 15, 8, 5)
    assert with_hour(None, "16") is None
