"""Spread: which names are shown in which order, so that the first ones together cover what a text says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace

_SPREAD = 0.5
"""How much a candidate gains, from the second place on, for saying what those before it leave unsaid."""
_COVERED = 0.6
"""The share of that worth which a word loses each time a chosen name says it."""
_CROWDED = 0.03
"""What the other names of a piece lose each time one of them is chosen."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Names, best first: the score of each, the piece of the text it was found for, the words of the text it says; and the worth of
    each word as a share of the text.
    """

    scores: Sequence[float]
    parts: Sequence[int]
    says: Sequence[Sequence[int]]
    worth: Sequence[float]

    def order(self, implied: Sequence[bool], limit: int) -> list[int]:
        """The places of at most ``limit`` names; one ``implied`` (found for what the text does not say itself) never comes first.

        What is covered once still counts a little, and every name of a piece makes the next of that piece worth less: so each of
        several statements gets its share of the places. What a name is worth only shrinks as others are chosen, so that only those
        that could still be the next are reckoned again.
        """
        if not self.scores:
            return []
        left = [_SPREAD * one for one in self.worth]

        def worst(place: int) -> tuple[float, int]:
            return -self.scores[place] - sum([left[word] for word in self.says[place]]), place

        def choose(place: int) -> None:
            chosen.append(place)
            crowd[self.parts[place]] += _CROWDED
            for word in self.says[place]:
                left[word] *= 1 - _COVERED

        chosen: list[int] = []
        crowd = dict.fromkeys(self.parts, 0.0)
        places = range(len(self.scores))
        choose(max(places, key=lambda place: self.scores[place] - implied[place]))
        waiting: dict[int, list[tuple[float, int]]] = {part: [] for part in crowd}
        for place in places:
            if place != chosen[0]:
                waiting[self.parts[place]].append(worst(place))
        for heap in waiting.values():
            heapify(heap)
        while len(chosen) < min(limit, len(places)):
            best = min(
                (_refreshed(heap, worst) + crowd[part], heap[0][1], part)
                for part, heap in waiting.items()
                if heap
            )
            heappop(waiting[best[2]])
            choose(best[1])
        return chosen


def _refreshed(heap: list[tuple[float, int]], worst: Callable[[int], tuple[float, int]]) -> float:
    """Brings what should be chosen first to the front of names whose worth has shrunk, and says how it stands."""
    while True:
        now = worst(heap[0][1])
        if now <= min(heap[1:3], default=now):
            heap[0] = now
            return now[0]
        heapreplace(heap, now)
