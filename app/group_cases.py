"""Lines of a case file (``case_id, sex, age, ...``) <-> what the groupers see. For grouping without front pages."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

from app.errors import UserError
from app.readers.opening import detect_encoding, sniff
from coding_rules.grouper.inputs import GrouperInput, in_places
from coding_rules.values import parse_day
from icd_tables.codes import normalize_code

REQUIRED = ("case_id", "diagnoses")
SEPARATOR = "|"
_Number = TypeVar("_Number")


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line: the case, or why it cannot be read. ``row`` is 1-based, the header being row 1."""

    row: int
    case_id: str
    case: GrouperInput | None = None
    problem: str = ""


def read_case_lines(path: Path) -> Iterator[CaseLine]:
    """Stream the lines of a case file (CSV, UTF-8 or GB18030). Columns other than ours are passed over.

    Raises:
        UserError: the file cannot be opened, or lacks the columns ``case_id`` and ``diagnoses``.
    """
    sniff(path)  # says in words what is no text file
    encoding, _ = detect_encoding(path)
    codec = "utf-8-sig" if encoding.codec == "utf-8" else encoding.codec
    with path.open(encoding=codec, errors="replace", newline="") as file:
        rows = csv.reader(file)
        try:
            columns = {name.strip().lower(): at for at, name in enumerate(next(rows, []))}
            _require(columns, path)
            for cells in rows:
                if cells:
                    yield _line(cells, columns, rows.line_num)
        except csv.Error as error:
            raise UserError(
                f"“{path.name}”第 {rows.line_num} 行不是 CSV（{error}）", "请核对文件格式。"
            ) from error


def _require(columns: Mapping[str, int], path: Path) -> None:
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise UserError(
            f"“{path.name}”缺少列：{'、'.join(missing)}",
            "第一行须为列名：case_id, sex, age, age_days, weight, dept, los, discharge, diagnoses, procedures。",
        )


def _line(cells: Sequence[str], columns: Mapping[str, int], row: int) -> CaseLine:
    def cell(name: str) -> str:
        at = columns.get(name)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    def number(name: str, convert: Callable[[str], _Number]) -> _Number | None:
        text = cell(name)
        try:
            return convert(text) if text else None
        except (ValueError, InvalidOperation):
            wanted = "整数" if text.replace(".", "", 1).isdigit() else "数字"
            raise _BadCellError(name, text, wanted) from None

    def day(name: str) -> date | None:
        text = cell(name)
        found = parse_day(text) if text else None
        if text and found is None:
            raise _BadCellError(name, text, "日期")
        return found

    case_id = cell("case_id")
    if len(cells) < len(columns):
        return CaseLine(row, case_id, problem=f"只有 {len(cells)} 列，应有 {len(columns)} 列")
    try:
        return CaseLine(
            row,
            case_id,
            GrouperInput(
                case_id=case_id,
                sex={"1": 1, "2": 2}.get(cell("sex"), 0),
                age=number("age", _whole),
                age_days=number("age_days", _whole),
                weight=number("weight", _whole),
                department=cell("dept"),
                los=number("los", _whole),
                discharge=cell("discharge"),
                diagnoses=_codes(cell("diagnoses")),
                procedures=_codes(cell("procedures")),
                icu_hours=number("icu_hours", float),
                total_fee=number("total_fee", _cents),
                drug_fee=number("drug_fee", _cents),
                treatment_fee=number("treatment_fee", _cents),
                insurance=cell("insurance"),
                discharged=day("discharged"),
            ),
        )
    except _BadCellError as error:
        return CaseLine(row, case_id, problem=str(error))


class _BadCellError(Exception):
    def __init__(self, column: str, text: str, wanted: str) -> None:
        super().__init__(f"{column} 列的“{text[:20]}”不是{wanted}")


def _codes(cell: str) -> tuple[str, ...]:
    return in_places(map(normalize_code, cell.split(SEPARATOR)))


def _whole(text: str) -> int:
    """A whole number, also as spreadsheets write it (``3.0``)."""
    whole, point, rest = text.partition(".")
    if rest.strip("0"):
        raise ValueError(text)
    return int(whole if point else text)


def _cents(text: str) -> int:
    return int((Decimal(text) * 100).to_integral_value())
