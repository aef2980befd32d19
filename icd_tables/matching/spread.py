"""Spread: which names are shown in which order, so that the first ones together cover what a text says."""

from __future__ import annotations

from collections.abc import Sequence
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
        crowd = dict.fromkeys(self.parts, 0.0)
        chosen: list[int] = []

        def loss(place: int) -> float:
            gain = sum([left[word] for word in self.says[place]])
            return crowd[self.parts[place]] - gain - self.scores[place]

        def choose(place: int) -> None:
            chosen.append(place)
            crowd[self.parts[place]] += _CROWDED
            for word in self.says[place]:
                left[word] *= 1 - _COVERED

        places = range(len(self.scores))
        first = max(places, key=lambda place: self.scores[place] - implied[place])
        choose(first)
        waiting = [(loss(place), place) for place in places if place != first]
        heapify(waiting)
        while waiting and len(chosen) < limit:
            _, place = waiting[0]
            now = (loss(place), place)
            if len(waiting) > 1 and now > min(waiting[1:3]):
                heapreplace(waiting, now)
            else:
                heappop(waiting)
                choose(place)
        return chosen
