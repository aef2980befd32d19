"""Resident identity numbers (GB 11643): check character, and the birth date and sex they carry."""

from __future__ import annotations

import re
from datetime import date

_SHAPE = re.compile(r"[1-9]\d{16}[\dX]\Z")
_OLD_SHAPE = re.compile(r"[1-9]\d{14}\Z")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def checksum_holds(number: str) -> bool:
    """Whether an 18-character number is well formed and its check character right."""
    number = number.strip().upper()
    if not _SHAPE.match(number):
        return False
    return check_character(number[:17]) == number[17]


def check_character(digits: str) -> str:
    """The check character (0-9 or X) that belongs to the first 17 digits of a number."""
    return _CHECKS[sum(int(c) * w for c, w in zip(digits, _WEIGHTS, strict=True)) % 11]


def birth_of(number: str) -> date | None:
    """The birth date in an 18- or 15-character number, ``None`` where there is none."""
    number = number.strip().upper()
    if _SHAPE.match(number):
        digits = number[6:14]
    elif _OLD_SHAPE.match(number):
        digits = "19" + number[6:12]
    else:
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def sex_of(number: str) -> str | None:
    """``1`` male, ``2`` female from an 18- or 15-character number, ``None`` where there is none."""
    number = number.strip().upper()
    if _SHAPE.match(number):
        digit = number[16]
    elif _OLD_SHAPE.match(number):
        digit = number[14]
    else:
        return None
    return "1" if int(digit) % 2 else "2"
