"""GrouperInput: what a DRG or DIP grouper sees of a case. Codes are those of the scheme's edition (医保版)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class GrouperInput:
    """One case for a grouper.

    ``diagnoses[0]`` is the principal diagnosis, ``procedures[0]`` the principal procedure, blank where others are filed but that
    is not; codes in normalised spelling.
    ``sex`` 1 male, 2 female, 0 unknown; ``age`` years; ``age_days`` days (under one year); ``weight`` grams at birth or
    admission (0 counts as missing); ``los`` days; ``icu_hours`` hours; ``discharge`` 离院方式 (5 died); fees in 分;
    ``unreasonable_fee`` what the bureau judged unreasonable of it; ``discharged`` the day of discharge, which decides the
    month's point value; ``region`` 参保地 and ``institutions`` (code and name of the hospital or campus as filed), which
    decide point value and 机构系数; ``record_no`` 病案号 where ``case_id`` is another name of the stay; ``birth_weight`` grams
    at birth, for schemes that ask for it and not for the weight at admission (without it ``weight`` stands for it).
    ``None`` means missing and makes every comparison with it false.
    """

    case_id: str = ""
    sex: int = 0
    age: int | None = None
    age_days: int | None = None
    weight: int | None = None
    department: str = ""
    los: int | None = None
    discharge: str = ""
    diagnoses: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    icu_hours: float | None = None
    total_fee: int | None = None
    drug_fee: int | None = None
    treatment_fee: int | None = None
    insurance: str = ""
    self_paid_fee: int | None = None
    discharged: date | None = None
    unreasonable_fee: int = 0
    region: str = ""
    institutions: tuple[str, ...] = ()
    record_no: str = ""
    birth_weight: int | None = None


def in_places(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes of one list without its blanks, but for the first place: that is the principal one's, and no other moves up into it."""
    places = tuple(codes)
    filled = tuple(filter(None, places))
    return ("", *filled) if filled and not places[0] else filled
