"""Two schemes on the same cases: who changes group, weight and money, by department and by code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import tee

from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.drg.outcomes import DrgResult
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.drg.weight_table import GroupWeight
from coding_rules.grouper.inputs import GrouperInput

Pay = Callable[[GrouperInput, DrgResult, GroupWeight | None], int | None]
"""What a region pays for a case in 分 given its group and weight row; ``None`` where it cannot be had."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One case under both schemes: its weight rows and amounts (分), ``None`` where a scheme carries none; deltas are second minus
    first, ``None`` where either lacks the figure.
    """

    case: GrouperInput
    first: DrgResult
    second: DrgResult
    first_row: GroupWeight | None = None
    second_row: GroupWeight | None = None
    first_amount: int | None = None
    second_amount: int | None = None

    @property
    def changed(self) -> bool:
        """Whether the DRG code differs."""
        return self.first.drg != self.second.drg

    @property
    def first_weight(self) -> Decimal | None:
        """Weight under the first scheme."""
        return self.first_row.weight if self.first_row else None

    @property
    def second_weight(self) -> Decimal | None:
        """Weight under the second scheme."""
        return self.second_row.weight if self.second_row else None

    @property
    def first_points(self) -> Decimal | None:
        """Points under the first scheme."""
        return self.first_row.points if self.first_row else None

    @property
    def second_points(self) -> Decimal | None:
        """Points under the second scheme."""
        return self.second_row.points if self.second_row else None

    @property
    def weight_delta(self) -> Decimal | None:
        """Change of weight."""
        return _difference(self.first_weight, self.second_weight)

    @property
    def points_delta(self) -> Decimal | None:
        """Change of points."""
        return _difference(self.first_points, self.second_points)

    @property
    def amount_delta(self) -> int | None:
        """Change of money in 分."""
        if self.first_amount is None or self.second_amount is None:
            return None
        return self.second_amount - self.first_amount


@dataclass(slots=True)
class Change:
    """A line of the summary: how many cases, how many changed group, gained or lost a group, and the sums of the deltas that
    could be had (``weighed``, ``pointed`` and ``priced`` say for how many cases).
    """

    key: str
    cases: int = 0
    changed: int = 0
    gained_group: int = 0
    lost_group: int = 0
    weight_delta: Decimal = Decimal(0)
    weighed: int = 0
    points_delta: Decimal = Decimal(0)
    pointed: int = 0
    amount_delta: int = 0
    priced: int = 0
    risen: int = 0
    fallen: int = 0

    def add(self, comparison: Comparison) -> None:
        """Count one case; ``risen`` and ``fallen`` go by money, else by weight, else by points."""
        self.cases += 1
        self.changed += comparison.changed
        self.gained_group += bool(comparison.second.drg and not comparison.first.drg)
        self.lost_group += bool(comparison.first.drg and not comparison.second.drg)
        weight, points, amount = comparison.weight_delta, comparison.points_delta, comparison.amount_delta
        if weight is not None:
            self.weight_delta += weight
            self.weighed += 1
        if points is not None:
            self.points_delta += points
            self.pointed += 1
        if amount is not None:
            self.amount_delta += amount
            self.priced += 1
        moved = next((delta for delta in (amount, weight, points) if delta is not None), 0)
        self.risen += moved > 0
        self.fallen += moved < 0


def compare(
    first: DrgGrouper,
    second: DrgGrouper,
    cases: Iterable[GrouperInput],
    pay_first: Pay | None = None,
    pay_second: Pay | None = None,
) -> Iterator[Comparison]:
    """Every case under both schemes, in order, as a stream."""
    given, one, other = tee(cases, 3)
    results = zip(given, first.group_batch(one), second.group_batch(other), strict=True)
    for case, old, new in results:
        old_row, new_row = _weight_row(first.scheme, old), _weight_row(second.scheme, new)
        yield Comparison(
            case,
            old,
            new,
            old_row,
            new_row,
            pay_first(case, old, old_row) if pay_first else None,
            pay_second(case, new, new_row) if pay_second else None,
        )


def by_department(comparisons: Iterable[Comparison]) -> dict[str, Change]:
    """The summary by department, in the order in which departments appear."""
    return _summary(comparisons, lambda comparison: comparison.case.department)


def by_principal_diagnosis(comparisons: Iterable[Comparison]) -> dict[str, Change]:
    """The summary by principal diagnosis code ("" for none)."""
    return _summary(
        comparisons, lambda comparison: comparison.case.diagnoses[0] if comparison.case.diagnoses else ""
    )


def by_main_procedure(comparisons: Iterable[Comparison]) -> dict[str, Change]:
    """The summary by main procedure code ("" for none)."""
    return _summary(comparisons, lambda each: each.case.procedures[0] if each.case.procedures else "")


def by_group_pair(comparisons: Iterable[Comparison]) -> dict[str, Change]:
    """The summary by "old group → new group"."""
    return _summary(comparisons, lambda each: f"{each.first.drg or '未入组'} → {each.second.drg or '未入组'}")


def _summary(comparisons: Iterable[Comparison], key: Callable[[Comparison], str]) -> dict[str, Change]:
    found: dict[str, Change] = {}
    for comparison in comparisons:
        name = key(comparison)
        found.setdefault(name, Change(name)).add(comparison)
    return found


def _weight_row(scheme: Scheme, result: DrgResult) -> GroupWeight | None:
    return scheme.weights.get(result.drg) if scheme.weights and result.drg else None


def _difference(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    return None if first is None or second is None else second - first
