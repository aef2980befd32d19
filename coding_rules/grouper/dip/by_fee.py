"""Which of several groups has the mean fee nearest to a case's fee: the criterion 均费接近, made ready for many cases."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Generic, TypeVar

_Item = TypeVar("_Item")
Key = tuple[Decimal | int, ...]


class NearestFee(Generic[_Item]):
    """Groups that only the fee tells apart, as intervals of fees in 分.

    ``contenders`` are (mean fee in yuan or ``None``, key of the criteria that follow, item) in the order of the catalogue; equally
    near ones are told apart by the key, then by the order. A group without a mean fee is farther than any other.
    """

    __slots__ = ("_bounds", "_unknown", "_winners")

    def __init__(self, contenders: Sequence[tuple[Decimal | None, Key, _Item]]) -> None:
        def best(places: Sequence[int]) -> _Item:
            return contenders[max(places, key=lambda place: (contenders[place][1], -place))][2]

        everyone = range(len(contenders))
        self._unknown = best(everyone)
        by_mean: dict[Decimal, list[int]] = {}
        for place in everyone:
            mean = contenders[place][0]
            if mean is not None:
                by_mean.setdefault(mean, []).append(place)
        means = sorted(by_mean)
        self._bounds: list[int] = []
        self._winners = [best(by_mean[means[0]])] if means else [self._unknown]
        for low, high in pairwise(means):
            middle = (
                low + high
            ) * 50  # in 分; exact, since published means have far fewer digits than a Decimal
            below = int(middle)
            if below == middle:  # exactly between the two, both are as near
                self._add(below, best([*by_mean[low], *by_mean[high]]))
            self._add(below + 1, best(by_mean[high]))

    def _add(self, bound: int, winner: _Item) -> None:
        self._bounds.append(bound)
        self._winners.append(winner)

    def pick(self, fee: int | None) -> _Item:
        """The winner for a fee in 分; ``None``: the fee is not known and decides nothing."""
        return self._unknown if fee is None else self._winners[bisect_right(self._bounds, fee)]


def split_chain(tie_breaks: Sequence[str]) -> tuple[tuple[str, ...], bool, tuple[str, ...]]:
    """The criteria before the distance of fees, whether it is asked at all, and those after it."""
    chain = tuple(tie_breaks)
    if "fee_distance" not in chain:
        return chain, False, ()
    place = chain.index("fee_distance")
    return chain[:place], True, tuple(name for name in chain[place + 1 :] if name != "fee_distance")
