"""Case: the front page (病案首页) as far as coding QA needs it. Frozen; an edit makes a new value.

Every source column is kept as text in ``Case.fields`` under its field id. Field ids are the N041 (卫统4-1) column names
(``JBDM``, ``XB``, ...); columns that only newer interfaces have keep their HQMS id (``A16``, ``C47``). A key that is
absent means the file has no such column ("not evaluated"), an empty text means the cell was empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from icd_tables.codes import Edition

PLACEHOLDERS = frozenset({"", "-", "—", "－", "--", "无", "/", "NULL", "null", "0000-00-00", "1900-01-01"})
"""Texts that mean "no content" on a front page. Source: official filling notes and files seen in hospitals."""


def is_blank(text: str | None) -> bool:
    """Whether a cell says nothing."""
    return text is None or text.strip() in PLACEHOLDERS


class Fields(Mapping[str, str]):
    """The source row by field id; all rows of a file share one header, so a case costs one tuple."""

    __slots__ = ("_index", "_values")

    def __init__(self, index: Mapping[str, int], values: tuple[str, ...]) -> None:
        self._index = index
        self._values = values

    @classmethod
    def of(cls, mapping: Mapping[str, str]) -> Fields:
        """Fields of a single row from a plain mapping (tests, demo data)."""
        return cls({key: i for i, key in enumerate(mapping)}, tuple(mapping.values()))

    def __getitem__(self, key: str) -> str:
        return self._values[self._index[key]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)

    def __contains__(self, key: object) -> bool:
        return key in self._index

    @property
    def header(self) -> Mapping[str, int]:
        """Column positions by field id; the same object for all rows of a file."""
        return self._index

    def as_dict(self) -> dict[str, str]:
        """The row as a plain dictionary, for code that reads many cells."""
        index = self._index
        return dict(zip(index, map(self._values.__getitem__, index.values()), strict=True))

    @property
    def cells(self) -> tuple[str, ...]:
        """The cell texts in the order of the columns."""
        return self._values

    def with_value(self, key: str, value: str) -> Fields:
        """A copy with one cell changed (or one column more)."""
        if key in self._index:
            values = list(self._values)
            values[self._index[key]] = value
            return Fields(self._index, tuple(values))
        return Fields({**self._index, key: len(self._values)}, (*self._values, value))

    def __reduce__(self) -> tuple[type[Fields], tuple[dict[str, int], tuple[str, ...]]]:
        return Fields, (dict(self._index), self._values)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a case came from: file name (not path) and 1-based row as a spreadsheet shows it."""

    file: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One diagnosis line: code and name as filed, 入院病情 (1 有, 2 临床未确定, 3 情况不明, 4 无, or empty)."""

    code: str = ""
    name: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure line as filed. ``day`` is ``None`` when missing or unreadable (the text stays in ``Case.fields``)."""

    code: str = ""
    name: str = ""
    day: date | None = None
    level: str = ""
    operator: str = ""
    first_assistant: str = ""
    second_assistant: str = ""
    incision: str = ""
    healing: str = ""
    anesthesia: str = ""
    anesthetist: str = ""


@dataclass(frozen=True, slots=True)
class Fees:
    """Money in 分 (integers). ``items`` by field id (``XYF``...), sub-items included as their own ids.

    ``None`` / a missing id: the cell is empty or no number (its text is in ``Case.fields``).
    """

    total: int | None = None
    self_paid: int | None = None
    items: Mapping[str, int] = field(default_factory=dict)

    def item(self, field_id: str) -> int:
        """An item in 分; 0 when it was not filed."""
        return self.items.get(field_id, 0)


@dataclass(frozen=True, slots=True)
class Case:
    """One discharge.

    ``case_id`` is unique in a session: the record number (病案号), with ``/住院次数`` (and ``#row``) appended only where
    the number repeats in the file. ``sex`` is ``1`` male, ``2`` female, else as filed. ``age`` in whole years,
    ``age_days`` for infants (from dates, else from months x 30), weights in grams, ``los`` in days as filed.
    ``diagnoses[0]`` is the principal diagnosis (主要诊断), ``procedures[0]`` the principal procedure (主要手术操作).
    """

    case_id: str
    record_no: str = ""
    admission_no: str = ""
    name: str = ""
    sex: str = ""
    id_number: str = ""
    birth: date | None = None
    age: int | None = None
    age_days: int | None = None
    birth_weight: int | None = None
    admission_weight: int | None = None
    admitted: datetime | None = None
    discharged: datetime | None = None
    los: int | None = None
    admission_dept: str = ""
    department: str = ""
    discharge_way: str = ""
    payment: str = ""
    physician: str = ""
    coder: str = ""
    icu_hours: float | None = None
    diagnoses: tuple[Diagnosis, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    outpatient_diagnosis: Diagnosis = Diagnosis()
    external_cause: Diagnosis = Diagnosis()
    pathology: Diagnosis = Diagnosis()
    fees: Fees = Fees()
    edition: Edition = Edition.CLINICAL
    source: Source = Source()
    fields: Fields = field(default_factory=lambda: Fields({}, ()))

    @property
    def principal_diagnosis(self) -> Diagnosis | None:
        """The principal diagnosis line, or ``None`` when there is none."""
        return self.diagnoses[0] if self.diagnoses and self.diagnoses[0].code else None
