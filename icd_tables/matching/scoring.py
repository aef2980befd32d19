"""The score of a candidate: a weighted sum of features, and the tier it stands for. Only orders, is never shown."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from icd_tables.matching.grams import Floats
from icd_tables.search import Tier

WEIGHTS: Mapping[str, float] = {
    "surface_overlap": 0.1,
    "canonical_overlap": 0.2,
    "surface_ratio": 0.15,
    "canonical_ratio": 0.2,
    "name_covered": 0.25,
    "text_covered": 0.10,
    "name_pairs_covered": 0.1,
    "text_pairs_covered": 0.05,
    "ending": 0.05,
    "number_conflict": -0.1,
    "number_extra": -0.05,
    "opposite": -0.1,
    "unasked": -0.1,
    "side_match": 0.05,
    "side_conflict": -0.1,
    "side_extra": -0.05,
    "other": -0.05,
}


def score(found: Mapping[str, Floats]) -> Floats:
    """One score per candidate row."""
    total = np.zeros_like(next(iter(found.values())))
    for name, weight in WEIGHTS.items():
        total += np.float32(weight) * found[name]
    return total


def tier(value: float) -> Tier:
    """The words for a score of a candidate that is only similar."""
    if value >= 0.85:
        return Tier.HIGH
    return Tier.MIDDLE if value >= 0.6 else Tier.LOW
