"""One row of cells -> one Case. Compiled once per file, because a hundred thousand rows go through it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from app.readers.imported import ImportIssue
from app.readers.mapping import ColumnMapping
from coding_rules.case import Case, Diagnosis, Fees, Fields, Procedure, Source, is_blank
from coding_rules.fields import (
    CONDITION,
    DISCHARGE_WAY,
    FEE_ITEMS,
    FEE_SELF_PAID,
    FEE_TOTAL,
    FIELDS,
    MOST_LINES,
    FieldKind,
    diagnosis_fields,
    outcome_field,
)
from coding_rules.values import parse_day, parse_fen, parse_int, parse_moment, with_hour
from icd_tables.codes import Edition

_T = TypeVar("_T")
_SEX = {"男": "1", "女": "2", "男性": "1", "女性": "2", "1男": "1", "2女": "2", "M": "1", "F": "2"}
_DISCHARGE = {label: code for code, label in DISCHARGE_WAY.items()}
_CONDITION = {label: code for code, label in CONDITION.items()}
_DESTROYED = re.compile(r"\d(?:\.\d+)?[Ee]\+\d+")
_ID_FIELDS = ("BAH", "SFZH", "JKKH")
_LINE_COLUMNS = (
    "SSJCZBM",
    "SSJCZMC",
    "SSJCZRQ",
    "SSJB",
    "SZ",
    "YZ",
    "EZ",
    "QKDJ",
    "QKYHLB",
    "MZFS",
    "MZYS",
    "QKYHDJ",
)
PROCEDURE_ATTRIBUTES = (
    "code", "name", "day", "level", "operator", "first_assistant", "second_assistant",
    "incision", "healing", "anesthesia", "anesthetist",
)  # fmt: skip
"""Attributes of ``Procedure`` in the order of ``CaseBuilder.procedure_columns`` (which end with the combined healing grade)."""


class CaseBuilder:
    """Builds the cases of one file. ``issues`` collects what could not be read in single cells.

    ``diagnosis_columns`` (code, name, 入院病情, 出院情况) and ``procedure_columns`` give the columns of every line the form has, by form
    line; -1 where the file lacks a column.
    """

    def __init__(self, mapping: ColumnMapping, file: str) -> None:
        self._file = file
        self._width = len(mapping.headers)
        self._headers = mapping.headers
        self._index = field_index(mapping)
        self._at = {f: column for column, f in enumerate(mapping.fields) if f}
        self.diagnosis_columns = {
            n: tuple(self._at.get(f, -1) for f in (*diagnosis_fields(n), outcome_field(n)))
            for n in range(MOST_LINES + 1)
            if n == 0 or any(f in self._at for f in diagnosis_fields(n)[:2])
        }
        self.procedure_columns = {
            n: tuple(self._at.get(f"{family}{n}", -1) for family in _LINE_COLUMNS)
            for n in range(1, MOST_LINES + 1)
            if f"SSJCZBM{n}" in self._at or f"SSJCZMC{n}" in self._at
        }
        self._fees = [(f, self._at[f]) for f in FEE_ITEMS if f in self._at]
        self._ids = [(f, self._at[f]) for f in _ID_FIELDS if f in self._at]
        self._texts: dict[str, str] = {}
        self.issues: list[ImportIssue] = []

    @property
    def width(self) -> int:
        """Columns of the header."""
        return self._width

    def is_case(self, cells: Sequence[str]) -> bool:
        """Whether a row is a front page: it has a diagnosis, or a record number with something of a patient beside it."""

        def says(*fields: str) -> bool:
            return any(_said(cells, self._at.get(f, -1)) for f in fields)

        return says("JBDM", "ZYZD") or (
            says("BAH") and says("XM", "SFZH", "XB", "RYSJ", "CYSJ", "JBDM1", "QTZD1")
        )

    def is_plausible(self, cells: Sequence[str]) -> bool:
        """Whether dates, numbers and money stand where the header says; asked of rows that lack cells."""
        parsers: dict[FieldKind, Callable[[str], object]] = {
            FieldKind.DATE: parse_moment,
            FieldKind.MONEY: parse_fen,
            FieldKind.NUMBER: parse_int,
        }
        checked = ((parsers.get(FIELDS[f].kind), _said(cells, column)) for f, column in self._at.items())
        return all(parse is None or not text or parse(text) is not None for parse, text in checked)

    def identity(self, cells: Sequence[str]) -> tuple[str, str]:
        """Record number and 住院次数 of a row."""
        return self._text(cells, "BAH"), self._text(cells, "ZYCS")

    def once(self, cells: Sequence[str]) -> tuple[str, ...]:
        """The cells with equal texts kept once: most cells of a file repeat."""
        seen = self._texts
        if len(seen) > 200_000:
            seen.clear()
        return tuple(map(seen.setdefault, cells, cells))

    def build(self, cells: tuple[str, ...], row: int, case_id: str, edition: Edition) -> Case:
        """The case of a row that has exactly the header's width, with trimmed cells."""
        text = self._text
        self._note_destroyed_ids(cells, row)
        birth = self._read(cells, row, "CSRQ", parse_day, "日期")
        admitted = with_hour(self._read(cells, row, "RYSJ", parse_moment, "日期"), text(cells, "RYSJS"))
        discharged = with_hour(self._read(cells, row, "CYSJ", parse_moment, "日期"), text(cells, "CYSJS"))
        age = self._read(cells, row, "NL", parse_int)
        sex, leaving = text(cells, "XB"), text(cells, "LYFS")
        return Case(
            case_id=case_id,
            record_no=text(cells, "BAH"),
            admission_no=text(cells, "ZYCS"),
            name=text(cells, "XM"),
            sex=_SEX.get(sex, sex),
            id_number=text(cells, "SFZH"),
            birth=birth,
            age=age if age is not None else _years(birth, admitted),
            age_days=self._age_days(cells, row, age, birth, admitted),
            birth_weight=self._read(cells, row, "XSECSTZ", parse_int),
            admission_weight=self._read(cells, row, "XSERYTZ", parse_int),
            admitted=admitted,
            discharged=discharged,
            los=self._read(cells, row, "SJZYTS", parse_int),
            admission_dept=text(cells, "RYKB"),
            department=text(cells, "CYKB"),
            discharge_way=_DISCHARGE.get(leaving, leaving),
            payment=text(cells, "YLFKFS"),
            physician=text(cells, "ZZYS") or text(cells, "ZYYS") or text(cells, "ZRYS"),
            coder=text(cells, "BMY"),
            icu_hours=self._icu_hours(cells),
            diagnoses=self._read_diagnoses(cells),
            procedures=self._read_procedures(cells, row),
            outpatient_diagnosis=Diagnosis(text(cells, "JBBM"), text(cells, "MZZD")),
            external_cause=Diagnosis(text(cells, "H23"), text(cells, "WBYY")),
            pathology=Diagnosis(text(cells, "JBMM"), text(cells, "BLZD")),
            fees=self._read_fees(cells, row),
            edition=edition,
            source=Source(self._file, row),
            fields=Fields(self._index, cells),
        )

    def _text(self, cells: Sequence[str], field_id: str) -> str:
        column = self._at.get(field_id, -1)
        return _said(cells, column)

    def _read(
        self,
        cells: Sequence[str],
        row: int,
        field_id: str,
        parse: Callable[[str], _T | None],
        what: str = "整数",
    ) -> _T | None:
        """A value, or ``None`` with an issue when the cell says something that cannot be read."""
        column = self._at.get(field_id, -1)
        text = _said(cells, column)
        if not text:
            return None
        value = parse(text)
        if value is None:
            self._issue(row, column, text, f"不是可识别的{what}，按空值处理（原文保留）")
        return value

    def _issue(self, row: int, column: int, value: str, reason: str) -> None:
        self.issues.append(ImportIssue(row, self._headers[column], value, reason))

    def _note_destroyed_ids(self, cells: Sequence[str], row: int) -> None:
        for field_id, column in self._ids:
            text = cells[column]
            if "+" in text and _DESTROYED.fullmatch(text):
                self._issue(
                    row, column, text, f"{FIELDS[field_id].label}已被表格软件改成科学计数，原号码无法还原"
                )

    def diagnoses_by_line(self, cells: Sequence[str]) -> dict[int, Diagnosis]:
        """Filled diagnosis lines by form line; the principal line (0) is always there."""
        lines: dict[int, Diagnosis] = {}
        for form_line, (code, name, condition, _) in self.diagnosis_columns.items():
            code_text, name_text = _said(cells, code), _said(cells, name)
            if code_text or name_text or not form_line:
                lines[form_line] = Diagnosis(code_text, name_text, _condition(cells, condition))
        return lines

    def procedures_by_line(self, cells: Sequence[str]) -> dict[int, Procedure]:
        """Filled procedure lines by form line (1-based)."""
        found = ((n, self._procedure(cells, at)) for n, at in self.procedure_columns.items())
        return {n: line for n, line in found if line is not None}

    def _read_diagnoses(self, cells: Sequence[str]) -> tuple[Diagnosis, ...]:
        lines = tuple(self.diagnoses_by_line(cells).values())
        return lines if lines != (Diagnosis(),) else ()

    def _read_procedures(self, cells: Sequence[str], row: int) -> tuple[Procedure, ...]:
        lines = self.procedures_by_line(cells)
        for form_line, line in lines.items():
            column = self.procedure_columns[form_line][2]
            if line.day is None and (text := _said(cells, column)):
                self._issue(row, column, text, "不是可识别的日期，按空值处理（原文保留）")
        return tuple(lines.values())

    def _procedure(self, cells: Sequence[str], at: Sequence[int]) -> Procedure | None:
        if not _said(cells, at[0]) and not _said(cells, at[1]):
            return None
        code, name, day, level, operator, first, second, incision, healing, way, anesthetist, both = (
            _said(cells, column) for column in at
        )
        if both and not incision and not healing:
            incision, _, healing = both.partition("/")
        return Procedure(
            code, name, parse_day(day), level, operator, first, second, incision, healing, way, anesthetist
        )

    def _read_fees(self, cells: Sequence[str], row: int) -> Fees:
        items: dict[str, int] = {}
        for field_id, column in self._fees:
            text = cells[column]
            if text:
                value = parse_fen(text)
                if value is not None:
                    items[field_id] = value
                elif not is_blank(text):
                    self._issue(row, column, text, "不是可识别的金额，按空值处理（原文保留）")
        total = self._read(cells, row, FEE_TOTAL, parse_fen, "金额")
        return Fees(total, self._read(cells, row, FEE_SELF_PAID, parse_fen, "金额"), items)

    def _age_days(
        self, cells: Sequence[str], row: int, age: int | None, birth: date | None, admitted: datetime | None
    ) -> int | None:
        """Days of age of an infant: as filed (HQMS), else between the dates, else months × 30."""
        filed = self._read(cells, row, "A16", parse_int)
        if filed is not None:
            return filed
        if age:
            return None
        days = (admitted.date() - birth).days if birth and admitted else None
        if days is not None:
            return days if 0 <= days < 366 else None
        months = self._read(cells, row, "BZYZSNL", parse_int)
        return months * 30 if months is not None else None

    def _icu_hours(self, cells: Sequence[str]) -> float | None:
        """Hours between entering and leaving, over all ICU stays that have both times."""
        hours = 0.0
        for n in range(1, 6):
            start = parse_moment(self._text(cells, f"C49x0{n}"))
            end = parse_moment(self._text(cells, f"C50x0{n}"))
            if start and end and end > start:
                hours += (end - start).total_seconds() / 3600
        return hours or None


def field_index(mapping: ColumnMapping) -> Mapping[str, int]:
    """Key of every column in ``Case.fields``: its field id, else its header, else its number; always distinct."""
    index: dict[str, int] = {}
    for column, (header, field_id) in enumerate(zip(mapping.headers, mapping.fields, strict=True)):
        key = field_id or header
        if not key or (not field_id and (key in FIELDS or key in index)):
            key = f"{header}（第{column + 1}列）"
        index[key] = column
    return index


def _said(cells: Sequence[str], column: int) -> str:
    """The text of a cell; empty for a placeholder or a column the file does not have."""
    if column < 0:
        return ""
    text = cells[column]
    return "" if not text or is_blank(text) else text


def _condition(cells: Sequence[str], column: int) -> str:
    """入院病情 as its code. Here “无” is an answer (4), in any other column it says that there is none."""
    said = cells[column] if column >= 0 else ""
    return _CONDITION.get(said) or _said(cells, column)


def _years(birth: date | None, admitted: datetime | None) -> int | None:
    if birth is None or admitted is None or admitted.date() < birth:
        return None
    return admitted.year - birth.year - ((admitted.month, admitted.day) < (birth.month, birth.day))
