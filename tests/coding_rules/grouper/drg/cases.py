"""Cases with their expected groups, as the reference schemes bring them."""

from __future__ import annotations

import csv
from pathlib import Path

from coding_rules.grouper.drg.outcomes import DrgResult
from coding_rules.grouper.inputs import GrouperInput
from icd_tables.codes import normalize_code

SCHEMES = ("chs_drg_11", "chs_drg_10", "beijing_2022", "suzhou_2023")


def read_expected_cases(path: Path) -> list[tuple[GrouperInput, DrgResult]]:
    """Every case of an ``expected_cases.csv`` with the result it must give."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [(_case(row), DrgResult(row["mdc"], row["adrg"], row["drg"])) for row in csv.DictReader(file)]


def _case(row: dict[str, str]) -> GrouperInput:
    return GrouperInput(
        case_id=row["case_id"],
        sex=_number(row["sex"]) or 0,
        age=_number(row["age"]),
        age_days=_number(row["age_days"]),
        weight=_number(row["weight"]),
        department=row["dept"],
        los=_number(row["los"]),
        discharge=row["discharge"],
        diagnoses=_codes(row["diagnoses"]),
        procedures=_codes(row["procedures"]),
    )


def _number(text: str) -> int | None:
    return int(text) if text else None


def _codes(text: str) -> tuple[str, ...]:
    return tuple(normalize_code(code) for code in text.split("|")) if text else ()
