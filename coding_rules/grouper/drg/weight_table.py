"""WeightTable: what a group is worth under one scheme, as a dated table with the row each figure came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from coding_rules.grouper.grouping import TableRate


@dataclass(frozen=True, slots=True)
class GroupWeight:
    """One row: ``weight`` 权重, ``points`` 基准点数, ``mean_fee`` 例均费用 in 分, ``mean_los`` 平均住院日, ``rate`` 费率 in 元 for a
    weight of 1, ``rate_employee`` and ``rate_resident`` the same for 职工 and 居民 alone.

    ``None`` means the table has no such figure. ``row`` is the 1-based row of ``sheet`` (a file or sheet name).
    """

    code: str
    name: str = ""
    weight: Decimal | None = None
    points: Decimal | None = None
    mean_fee: int | None = None
    mean_los: Decimal | None = None
    rate: Decimal | None = None
    year: str = ""
    sheet: str = ""
    row: int = 0
    rate_employee: Decimal | None = None
    rate_resident: Decimal | None = None

    @property
    def source(self) -> str:
        """Where the row stands, in words."""
        return f"{self.sheet} 第 {self.row} 行" if self.row else self.sheet

    @property
    def rates(self) -> tuple[TableRate, ...]:
        """What it pays for a weight of 1, by insurance."""
        filed = (("", self.rate), ("职工", self.rate_employee), ("居民", self.rate_resident))
        return tuple(TableRate(value, insurance, self.source) for insurance, value in filed if value)


@dataclass(frozen=True, slots=True)
class WeightIssue:
    """A row of a weight table that was not taken as it stands, and why."""

    sheet: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return (
            f"{self.sheet} 第 {self.row} 行{' ' + self.column + ' 列' if self.column else ''}：{self.message}"
        )


@dataclass(frozen=True, slots=True)
class WeightReport:
    """How a weight table was read: which header serves as which column on each sheet, note rows passed over, issues; ``rivals`` are
    the headers among which one was taken as a column (``weight``: 三级权重, 二级权重).
    """

    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[tuple[str, int, str], ...] = ()
    issues: tuple[WeightIssue, ...] = ()
    rivals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class WeightTable:
    """Weights by group code, from one file, in force from ``valid_from`` to ``valid_to`` (open where ``None``)."""

    name: str
    rows: Mapping[str, GroupWeight] = field(default_factory=dict)
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""
    demo: bool = False
    report: WeightReport = field(default_factory=WeightReport)

    def get(self, group: str) -> GroupWeight | None:
        """The row of a group, or ``None``."""
        return self.rows.get(group)

    def __len__(self) -> int:
        return len(self.rows)
