"""What is met every day in a general hospital: the likelier meaning of a fragment that says little."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from icd_tables.matching.grams import Floats
from icd_tables.matching.index import MatchIndex
from icd_tables.normalize import surface

KIN = 0.5
"""What a name is worth that shares its subcategory with one met every day, against that one."""
SAME = 0.6
"""What a name is worth that says just what the text says, met every day or not."""
_BRIEF, _LONG = 4, 10
"""A text of so few characters says as little as a text can; one of so many says what it means."""
_SUBCATEGORY = 4
"""Characters of a subcategory without the dot, of both kinds: ``I101``, ``5123``."""


def familiar(names: Iterable[str], index: MatchIndex) -> Floats:
    """For every name of an index: 1 met every day, ``KIN`` a neighbour of such a name, 0 any other."""
    known: Floats = np.zeros(len(index.levels), np.float32)
    rows = [row for name in names for row in index.exact.rows(surface(name))]
    everyday = index.target[rows]
    subcategory = [code[:_SUBCATEGORY] for code in index.codes.codes]
    of_code = index.entry_names[index.codes.position]
    wanted = set(everyday.tolist())
    common = {own for own, name in zip(subcategory, of_code.tolist(), strict=True) if name in wanted}
    known[of_code[[own in common for own in subcategory]]] = KIN
    known[everyday] = 1
    return known


def brevity(surface: str) -> float:
    """How far a text leaves what it means to be guessed from what is usual: 1 for a fragment, 0 for a full wording."""
    return min(max(_LONG - len(surface), 0) / (_LONG - _BRIEF), 1.0)
