"""The score of a candidate: a weighted sum of features, and the tier it stands for. Only orders, is never shown.

The weights are in ``icd_tables/lexicon/weights.toml``; ``python -m tests.bench.fit_matching`` writes them from confirmed pairs.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

import numpy as np

from icd_tables.codes import Kind
from icd_tables.matching.grams import Floats
from icd_tables.search import Tier

_SLIP = np.float32(0.12)
"""What a name gains that is the text but for one slip. Set by hand: the pairs the weights are fitted on hold few typing errors."""
_FAMILIAR = np.float32(0.12)
"""What a name met every day gains for the briefest texts. Set by hand: fitted on full wordings, which say what they mean, it would be
nothing."""
BY_HAND = frozenset({"slip", "familiar"})
"""Features whose worth is set here and not fitted."""
_PLAIN, _MEMORY = "plain", "memory"


class Weights:
    """The weights of one kind of table: without a memory, and with one."""

    def __init__(self, plain: Mapping[str, float], memory: Mapping[str, float]) -> None:
        self._sets = {False: _scaled(plain), True: _scaled(memory)}

    def score(self, found: Mapping[str, Floats], with_memory: bool) -> Floats:
        """One score per candidate row; about 1 for the same words, 0 or less for nothing in common."""
        names, weights = self._sets[with_memory]
        total = sum(
            (weight * found[name] for name, weight in zip(names, weights, strict=True)),
            _SLIP * found["slip"] + _FAMILIAR * found["familiar"],
        )
        return np.asarray(total, np.float32)


def _scaled(weights: Mapping[str, float]) -> tuple[tuple[str, ...], Floats]:
    """Names and weights, scaled so that a perfect match without any habit makes about 1."""
    most = sum(weight for name, weight in weights.items() if weight > 0 and not name.startswith("habit"))
    return tuple(weights), np.array(list(weights.values()), np.float32) / np.float32(most or 1)


@cache
def weights(kind: Kind) -> Weights:
    """The weights the program comes with."""
    text = resources.files("icd_tables.lexicon").joinpath("weights.toml").read_text(encoding="utf-8")
    own = tomllib.loads(text)[kind.value]
    return Weights(own[_PLAIN], own[_MEMORY])


_SAME, _HIGH, _MIDDLE = 0.5, 0.65, 0.5


def tier(value: float, same_words: bool) -> Tier:
    """The words for a score of a candidate that is only similar; ``same_words``: name and text say the same, synonyms counted.

    On the tuning pairs the first candidate is right for about 3 in 4 at 高, 1 in 2 at 中, 1 in 4 at 低.
    """
    if value >= _HIGH or (same_words and value >= _SAME):
        return Tier.HIGH
    return Tier.MIDDLE if value >= _MIDDLE else Tier.LOW
