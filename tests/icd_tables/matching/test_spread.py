"""The order of names: the best first, then what says the rest of the text, each piece in its turn."""

from __future__ import annotations

import random

from icd_tables.matching import spread
from icd_tables.matching.spread import Spread


def plainly(names: Spread, implied: list[bool], limit: int) -> list[int]:
    """The same order reckoned in the plain way: every name anew at every place."""
    left = [spread._SPREAD * one for one in names.worth]
    score, chosen = list(names.scores), []
    for place in range(min(limit, len(score))):
        worth = [
            one - implied[at] if not place else one + sum(left[word] for word in names.says[at])
            for at, one in enumerate(score)
        ]
        first = max(range(len(worth)), key=lambda at: (worth[at], -at))
        chosen.append(first)
        for word in names.says[first]:
            left[word] *= 1 - spread._COVERED
        score = [
            one - spread._CROWDED * (names.parts[at] == names.parts[first]) for at, one in enumerate(score)
        ]
        score[first] = float("-inf")
    return chosen


def test_what_is_left_unsaid_comes_next() -> None:
    names = Spread([0.9, 0.8, 0.7], [0, 0, 0], [[0], [0], [1]], [0.5, 0.5])
    assert names.order([False] * 3, 3) == [0, 2, 1]
    assert names.order([True, False, False], 1) == [1]
    assert Spread([], [], [], []).order([], 5) == []


def test_it_is_the_plain_order_however_many_pieces() -> None:
    chance = random.Random(5)
    for _ in range(200):
        size, words = chance.randrange(1, 30), chance.randrange(1, 8)
        scores = sorted((chance.random() for _ in range(size)), reverse=True)
        parts = [chance.randrange(3) for _ in range(size)]
        says = [sorted(chance.sample(range(words), chance.randrange(words + 1))) for _ in range(size)]
        names = Spread(scores, parts, says, [1 / words] * words)
        implied = [chance.random() < 0.2 for _ in range(size)]
        assert names.order(implied, 10) == plainly(names, implied, 10)
