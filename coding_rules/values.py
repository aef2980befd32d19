"""Texts of a front page as values: dates, whole numbers, money. ``None`` for what cannot be read; the text is kept elsewhere.

Readers and rules ask the same functions: what the one has read, the other does not call unreadable.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from coding_rules.case import is_blank

_EPOCH = datetime(1899, 12, 30)
_DATE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(\d{1,2})(?:[:时](\d{1,2})?)?(?:[:分](\d{1,2})?)?(?:\.\d+)?秒?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?")


def parse_moment(text: str) -> datetime | None:
    """A date with or without time: ``20250215``, ``2025-02-15 16:30:00``, ``2020/1/2 9:00``, ``2020年1月2日``, Excel serials."""
    text = text.strip()
    found = _COMPACT.fullmatch(text) or _DATE.fullmatch(text)
    if found:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        try:
            return datetime(year, month, day, hour, minute, second)
        except ValueError:
            return None
    if _SERIAL.fullmatch(text) and 10_000 <= float(text) < 80_000:
        return _EPOCH + timedelta(seconds=round(float(text) * 86_400))
    return None


def parse_day(text: str) -> date | None:
    """The day of a date, see ``parse_moment``."""
    moment = parse_moment(text)
    return moment.date() if moment else None


def with_hour(moment: datetime | None, hour: str) -> datetime | None:
    """A day with its separate hour column (``RYSJS``); an hour that is none (or a time already given) changes nothing."""
    number = parse_int(hour)
    if moment is None or number is None or not 0 <= number <= 23 or moment.time() != time():
        return moment
    return moment.replace(hour=number)


def parse_int(text: str) -> int | None:
    """A whole number; ``22岁``, ``5天``, ``3.0`` and full-width digits are read, ``3.5`` is not."""
    number = parse_number(text)
    return int(number) if number is not None and number == number.to_integral_value() else None


def parse_number(text: str) -> Decimal | None:
    """A decimal number with at most a unit behind it and thousands separators in it."""
    if is_blank(text):
        return None
    plain = text.strip().translate(_HALF_WIDTH).rstrip("岁天月克日时元小")
    if not _NUMBER.fullmatch(plain):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def parse_fen(text: str) -> int | None:
    """Money in yuan as 分; half a 分 rounds up."""
    if text[-3:-2] == "." and text.isascii() and text[:-3].isdigit() and text[-2:].isdigit():
        return int(text[:-3] + text[-2:])  # nearly every cell; a quarter of the reading time otherwise
    number = parse_number(text)
    return None if number is None else int((number * 100).quantize(Decimal(1), ROUND_HALF_UP))


_HALF_WIDTH = {0xFF10 + n: str(n) for n in range(10)} | {
    0xFF0E: ".",
    ord(","): None,
    ord("，"): None,
    ord("￥"): None,
}
