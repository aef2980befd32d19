"""What the bureau ruled on single cases: the outcome of 特例单议, and extra points for new drugs and techniques."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Outcome(StrEnum):
    """What became of an application for 特例单议."""

    BY_FEE = "批准：按项目付费"
    POINTS = "批准：调整分值"
    AMOUNT = "批准：调整金额"
    REFUSED = "未通过：按正常结算"
    PENDING = "待定"

    @property
    def approved(self) -> bool:
        """Whether it changes what the case is paid."""
        return self in {Outcome.BY_FEE, Outcome.POINTS, Outcome.AMOUNT}


Key = tuple[str, str, date | None]


@dataclass(frozen=True, slots=True)
class Ruling:
    """One case's ruling under one payment system (``DIP``, ``DRG``).

    ``number`` is the 病案号 (or the id the case is listed under); without ``discharged`` it holds for every stay of that number.
    ``outcome`` is ``None`` where nothing was applied for and only ``extra`` points (新药新技术加成, ``extra_for`` says for what) are
    given. ``points`` belong to 调整分值, ``amount`` in 分 to 调整金额. ``source`` is the file and row it was read from.
    """

    system: str
    number: str
    discharged: date | None = None
    outcome: Outcome | None = None
    points: Decimal | None = None
    amount: int | None = None
    extra: Decimal | None = None
    extra_for: str = ""
    source: str = ""

    @property
    def key(self) -> Key:
        """What tells it from the others."""
        return self.system, self.number, self.discharged

    @property
    def problem(self) -> str:
        """Why it cannot be settled by, empty when it can."""
        if not self.number:
            return "没有病案号"
        if self.outcome is None and self.extra is None:
            return "没有结论，也没有加成分值"
        if self.outcome is Outcome.POINTS and self.points is None:
            return "结论是调整分值，但没有填核定分值"
        if self.outcome is Outcome.AMOUNT and self.amount is None:
            return "结论是调整金额，但没有填核定金额"
        if any(value is not None and value < 0 for value in (self.points, self.amount, self.extra)):
            return "核定的分值、金额和加成不能是负数"
        return ""


class Rulings:
    """All rulings that are known. Immutable; the last one of equal key holds."""

    def __init__(self, rows: Iterable[Ruling] = ()) -> None:
        self._rows = {row.key: row for row in rows}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Ruling]:
        return iter(self._rows.values())

    def of(self, system: str, numbers: Iterable[str], discharged: date | None) -> Ruling | None:
        """The ruling on a stay, looked for under each of its numbers; one of that day goes before one without a day."""
        for number in numbers:
            for day in (discharged, None):
                found = self._rows.get((system, number, day))
                if found is not None:
                    return found
        return None

    def put(self, rows: Iterable[Ruling]) -> Rulings:
        """With these as well; they stand in place of those of the same key."""
        return Rulings((*self, *rows))

    def without(self, keys: Iterable[Key]) -> Rulings:
        """Without those of these keys."""
        gone = set(keys)
        return Rulings(row for row in self if row.key not in gone)

    def differ(self, other: Rulings) -> frozenset[str]:
        """The numbers on which two sets of rulings do not say the same."""
        mine, theirs = self._rows, other._rows
        return frozenset(key[1] for key in mine.keys() | theirs.keys() if mine.get(key) != theirs.get(key))
