"""Cases and coded lines as compact JSON: what a session file holds.

A block of cases names its columns once and holds a row of values per case. Columns that this version does not know are
skipped and columns that a block does not have take the default of the type, so that older files stay readable.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from app.history import CodedLines
from coding_rules.case import Case, Diagnosis, Fees, Fields, Procedure, Source
from icd_tables.codes import Edition

_Json = Any  # a value of the json module
_DIAGNOSIS = attrgetter("code", "name", "condition")
_PROCEDURE_COLUMNS = tuple(one.name for one in fields(Procedure))
_PROCEDURE = attrgetter(*_PROCEDURE_COLUMNS)
_DAY = _PROCEDURE_COLUMNS.index("day")
_CASE_COLUMNS = tuple(one.name for one in fields(Case) if one.name != "fields")


def dump_cases(cases: Iterable[Case]) -> bytes:
    """A block of cases as UTF-8 JSON."""
    headers: dict[tuple[str, ...], int] = {}
    rows = []
    for case in cases:
        header = headers.setdefault(tuple(case.fields.header), len(headers))
        rows.append(
            [*(_WRITERS[name](getattr(case, name)) for name in _CASE_COLUMNS), header, case.fields.cells]
        )
    return _compact({"columns": _CASE_COLUMNS, "headers": list(headers), "rows": rows}).encode()


def load_cases(block: bytes) -> list[Case]:
    """The cases of a block. Cases of one file share one header, as they do when a file is read.

    Raises:
        ValueError, KeyError, TypeError, IndexError: the block is damaged.
    """
    document = json.loads(block)
    readers = [(name, _READERS.get(name, _plain)) for name in document["columns"]]
    known = [(at, name, read) for at, (name, read) in enumerate(readers) if name in _WRITERS]
    indexes = [{field_id: at for at, field_id in enumerate(header)} for header in document["headers"]]
    return [
        Case(
            **{name: read(row[at]) for at, name, read in known},
            fields=Fields(indexes[row[-2]], tuple(row[-1])),
        )
        for row in document["rows"]
    ]


def dump_lines(lines: CodedLines) -> str:
    """Diagnosis and procedure lines of one case as JSON text."""
    return _compact([_write_diagnoses(lines.diagnoses), _write_procedures(lines.procedures)])


def load_lines(text: str) -> CodedLines:
    """Lines written by ``dump_lines``.

    Raises:
        ValueError, TypeError: the text is damaged.
    """
    diagnoses, procedures = json.loads(text)
    return CodedLines(_read_diagnoses(diagnoses), _read_procedures(procedures))


def _compact(value: _Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _plain(value: _Json) -> _Json:
    return value


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _write_diagnosis(line: Diagnosis) -> _Json:
    return _DIAGNOSIS(line)


def _write_diagnoses(lines: Sequence[Diagnosis]) -> _Json:
    return [_DIAGNOSIS(line) for line in lines]


def _write_procedures(lines: Sequence[Procedure]) -> _Json:
    rows = []
    for line in lines:
        row = list(_PROCEDURE(line))
        row[_DAY] = _iso(line.day)
        while row and row[-1] == "":  # the usual line fills the first few columns only
            row.pop()
        rows.append(row)
    return rows


def _read_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _read_moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _read_diagnosis(row: list[str]) -> Diagnosis:
    return Diagnosis(*row)


def _read_diagnoses(rows: list[list[str]]) -> tuple[Diagnosis, ...]:
    return tuple(Diagnosis(*row) for row in rows)


def _read_procedures(rows: list[list[_Json]]) -> tuple[Procedure, ...]:
    return tuple(
        Procedure(*row[:_DAY], *(_read_date(day) for day in row[_DAY : _DAY + 1]), *row[_DAY + 1 :])
        for row in rows
    )


def _read_fees(row: _Json) -> Fees:
    total, self_paid, items = row
    return Fees(total, self_paid, items)


_WRITERS: dict[str, Callable[[_Json], _Json]] = dict.fromkeys(_CASE_COLUMNS, _plain) | {
    "birth": _iso,
    "admitted": _iso,
    "discharged": _iso,
    "diagnoses": _write_diagnoses,
    "procedures": _write_procedures,
    "outpatient_diagnosis": _write_diagnosis,
    "external_cause": _write_diagnosis,
    "pathology": _write_diagnosis,
    "fees": lambda fees: [fees.total, fees.self_paid, dict(fees.items)],
    "source": lambda source: [source.file, source.row],
}

_READERS: dict[str, Callable[[_Json], _Json]] = {
    "birth": _read_date,
    "admitted": _read_moment,
    "discharged": _read_moment,
    "diagnoses": _read_diagnoses,
    "procedures": _read_procedures,
    "outpatient_diagnosis": _read_diagnosis,
    "external_cause": _read_diagnosis,
    "pathology": _read_diagnosis,
    "fees": _read_fees,
    "edition": Edition,
    "source": lambda row: Source(*row),
}
