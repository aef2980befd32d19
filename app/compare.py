"""What an edit does to a case's score: the differences, and the first step at which the two paths part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import TypeVar

from app.review import CaseResult, Scored
from coding_rules.grouper.grouping import Grouping, Step, System
from coding_rules.settlement.settlement import Band

_Number = TypeVar("_Number", int, Decimal)
_ENDED = "到此为止"


@dataclass(frozen=True, slots=True)
class Parting:
    """The first decisions that differ, one of each path; ``None`` where that path had already ended."""

    before: Step | None
    after: Step | None

    def __str__(self) -> str:
        old = self.before.text if self.before else _ENDED
        new = self.after.text if self.after else _ENDED
        step = self.after or self.before
        return f"从“{step.stage if step else ''}”一步起不同：原 {old}；现 {new}"


@dataclass(frozen=True, slots=True)
class ScoreDelta:
    """One payment system's answer before and after an edit. Rises and falls are told in the same words.

    Differences are after minus before, money in 分; ``None`` where either side has no such figure (a scheme without
    weights gives "无权重数据", which is not 0). ``points`` are the settled points where a region's rules give them, else
    those of the group.
    """

    before: Scored
    after: Scored
    weight: Decimal | None = None
    points: Decimal | None = None
    amount: int | None = None
    profit: int | None = None
    parting: Parting | None = None

    @property
    def system(self) -> System:
        """DRG or DIP."""
        return self.after.grouping.system

    @property
    def group_changed(self) -> bool:
        """Whether the case lands in another group."""
        return self.before.grouping.group != self.after.grouping.group

    @property
    def band_changed(self) -> bool:
        """Whether the case lands in another 倍率 band."""
        return band_of(self.before) is not band_of(self.after)

    @property
    def changed(self) -> bool:
        """Whether group, band or any figure differs."""
        return (
            self.group_changed
            or self.band_changed
            or any((self.weight, self.points, self.amount, self.profit))
        )

    def describe(self) -> str:
        """The difference in plain text, one line a statement, as for copying."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        old, new = self.before.grouping, self.after.grouping
        if self.group_changed:
            yield f"{self.system.value}：{_group_text(old)} → {_group_text(new)}"
        else:
            yield f"{self.system.value}：仍为 {_group_text(new)}"
        if self.band_changed:
            yield f"费用倍率：{band_of(self.before).value} → {band_of(self.after).value}"
        yield from _figure("权重", old.weight, new.weight, self.weight)
        yield from _figure("分值", points_of(self.before), points_of(self.after), self.points)
        yield from _figure(
            "支付标准（元）", _yuan(amount_of(self.before)), _yuan(amount_of(self.after)), _yuan(self.amount)
        )
        yield from _figure(
            "盈亏（元）", _yuan(profit_of(self.before)), _yuan(profit_of(self.after)), _yuan(self.profit)
        )
        if self.parting is not None:
            yield str(self.parting)


def compare(before: Scored, after: Scored) -> ScoreDelta:
    """Compare two answers of one payment system.

    Raises:
        ValueError: they are of different systems.
    """
    if before.grouping.system is not after.grouping.system:
        raise ValueError("only groupings of one system can be compared")
    return ScoreDelta(
        before,
        after,
        weight=_minus(after.grouping.weight, before.grouping.weight),
        points=_minus(points_of(after), points_of(before)),
        amount=_minus(amount_of(after), amount_of(before)),
        profit=_minus(profit_of(after), profit_of(before)),
        parting=part(before.grouping, after.grouping),
    )


def compare_results(before: CaseResult, after: CaseResult) -> tuple[ScoreDelta, ...]:
    """DRG and DIP differences of a case, for the systems that answered both times."""
    pairs = ((before.drg, after.drg), (before.dip, after.dip))
    return tuple(compare(old, new) for old, new in pairs if old is not None and new is not None)


def part(before: Grouping, after: Grouping) -> Parting | None:
    """The first decisions at which two paths differ; ``None`` when they do not."""
    for old, new in zip_longest(_decisions(before), _decisions(after)):
        if old is None or new is None or (old.stage, old.text) != (new.stage, new.text):
            return Parting(old, new)
    return None


def points_of(scored: Scored) -> Decimal | None:
    """Settled points, else the points of the group, else ``None``."""
    settled = scored.settlement.points if scored.settlement else None
    return settled if settled is not None else scored.grouping.points


def amount_of(scored: Scored) -> int | None:
    """Payment in 分, or ``None``."""
    return scored.settlement.amount if scored.settlement else None


def profit_of(scored: Scored) -> int | None:
    """Profit or loss in 分, or ``None``."""
    return scored.settlement.profit if scored.settlement else None


def band_of(scored: Scored) -> Band:
    """The 倍率 band; without a settlement only whether the case is grouped at all is known."""
    if scored.settlement is not None:
        return scored.settlement.band
    return Band.UNKNOWN if scored.grouping.grouped else Band.UNGROUPED


def _decisions(grouping: Grouping) -> list[Step]:
    """The steps that held, and why the path ended where it led to no group. Near misses are no decisions."""
    held = [step for step in grouping.path if step.held]
    return held if grouping.grouped else [*held, Step(Band.UNGROUPED.value, grouping.reason, held=False)]


def _group_text(grouping: Grouping) -> str:
    if not grouping.grouped:
        return f"未入组（{grouping.reason}）" if grouping.reason else "未入组"
    return f"{grouping.group} {grouping.name}".strip()


def _figure(
    label: str, old: Decimal | None, new: Decimal | None, difference: Decimal | None
) -> Iterator[str]:
    if old is None and new is None:
        return
    sides = f"{label}：{_plain(old)} → {_plain(new)}"
    yield sides if difference is None else f"{sides}（{_signed(difference)}）"


def _plain(value: Decimal | None) -> str:
    return "无数据" if value is None else f"{value:f}"


def _signed(difference: Decimal) -> str:
    return "不变" if difference == 0 else f"{difference:+f}"


def _yuan(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents).scaleb(-2)


def _minus(new: _Number | None, old: _Number | None) -> _Number | None:
    return None if new is None or old is None else new - old
