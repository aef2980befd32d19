"""Recall: what this hospital confirmed for similar texts, and what that says for the names at hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from icd_tables.codes import normalize_code
from icd_tables.matching.grams import Floats, Gathered, GramQuery, GramTable, Ints, grams
from icd_tables.matching.index import Form, Former
from icd_tables.matching.memory import Confirmed, Memory
from icd_tables.matching.rows import Names

_NEAREST = 32
_STALE = 25
"""Confirmations after which the index of similar texts is built anew; equal texts are answered at once in any case."""
_TELLING = 16
"""Nearest texts whose names' words count."""
_SHARPNESS = (8, 20, 50)
_ECHOES = ("echo_best", "echo_best4", "echo_gap", "echo_name", "echo_all", *(f"echo_{k}" for k in _SHARPNESS))


@dataclass(frozen=True)
class Echo:
    """The nearest confirmed texts: which they are, the names they led to, how alike (0..1), alike-est first."""

    rows: NDArray[np.intp]
    targets: Ints
    alike: Floats

    def __len__(self) -> int:
        return len(self.rows)

    def nearest(self, target: int) -> int:
        """The row of the text most alike that led to this name, or -1."""
        found = np.flatnonzero(self.targets == target)
        return int(self.rows[found[0]]) if len(found) else -1


class Recall:
    """An index over the remembered texts of one table's names."""

    def __init__(self, memory: Memory, names: Names, former: Former) -> None:
        self.version = memory.version
        known = [(pair, target) for pair in memory if (target := target_of(pair, names)) is not None]
        forms = [former.form(pair.text) for pair, _ in known]
        self._pairs = [pair for pair, _ in known]
        self._bare = ["".join(form.bare) for form in forms]
        self._canonicals = [form.canonical.text for form in forms]
        self._targets: Ints = np.array([target for _, target in known], np.int32)
        self._table = GramTable.of_grams(both_grams(form) for form in forms)
        used = np.zeros(len(names), np.float32)
        np.add.at(used, self._targets, [pair.count for pair, _ in known])
        self.habit: Floats = np.log1p(used)

    def __len__(self) -> int:
        return len(self._pairs)

    def stale(self, memory: Memory) -> bool:
        """Whether so much was confirmed since that the index should be built anew."""
        return not 0 <= memory.version - self.version < _STALE

    def pair(self, row: int) -> Confirmed:
        """The remembered pair of a row."""
        return self._pairs[row]

    def near(self, form: Form) -> Echo | None:
        """The remembered texts most like this one; ``None`` when nothing is like it."""
        if not len(self._targets):
            return None
        query = GramQuery.of(self._table, both_grams(form))
        rows = self._table.nearest(query, _NEAREST)
        if not len(rows):
            return None
        alike = self._similarity(form, query, rows)
        order = np.argsort(-alike, kind="stable")
        return Echo(rows[order], self._targets[rows[order]], alike[order])

    def _similarity(self, form: Form, query: GramQuery, rows: NDArray[np.intp]) -> Floats:
        bare = [self._bare[i] for i in rows.tolist()]
        canonicals = [self._canonicals[i] for i in rows.tolist()]
        ratio = process.cdist(["".join(form.bare)], bare, scorer=fuzz.ratio, dtype=np.float32)[0]
        other = process.cdist([form.canonical.text], canonicals, scorer=fuzz.ratio, dtype=np.float32)[0]
        cosine = query.cosine(self._table, rows)
        return np.asarray(0.5 * cosine + 0.0025 * ratio + 0.0025 * other, np.float32)

    def features(
        self, echo: Echo | None, targets: Ints, table: GramTable, name_row: Ints, own: Gathered
    ) -> dict[str, Floats]:
        """For each candidate (its name, the grams of its row): habit, votes of near texts, words their names share."""
        habit = self.habit[targets]
        found = {"habit": habit, "habit_known": (habit > 0).astype(np.float32)}
        if echo is None:
            zero = np.zeros(len(targets), np.float32)
            return found | dict.fromkeys(_ECHOES, zero)
        return found | _votes(echo, targets) | _words(echo, table, name_row, own)


def _votes(echo: Echo, targets: Ints) -> dict[str, Floats]:
    """How alike the best text of each candidate is, and its share of the votes of all near texts, soft to sharp."""
    top = echo.alike[0]
    names, voter = np.unique(echo.targets, return_inverse=True)
    best = np.zeros(len(names), np.float32)
    np.maximum.at(best, voter, echo.alike)
    place = np.minimum(np.searchsorted(names, targets), len(names) - 1)
    heard = names[place] == targets
    own = np.where(heard, best[place], np.float32(0))
    found = {
        "echo_best": own,
        "echo_best4": own**4,
        "echo_gap": np.where(own > 0, own - top, np.float32(-1)) * top,
    }
    for k in _SHARPNESS:
        weight = np.exp(k * (echo.alike - top))
        votes = np.bincount(voter, weights=weight / weight.sum(), minlength=len(names))
        found[f"echo_{k}"] = np.where(heard, votes[place], 0).astype(np.float32)
    return found


def _words(echo: Echo, table: GramTable, name_row: Ints, own: Gathered) -> dict[str, Floats]:
    """How far a name uses the words of the names that near texts led to."""
    weight = echo.alike[:_TELLING] ** 4
    ids, offsets = table.gather(name_row[echo.targets[:_TELLING]])
    lengths = np.diff(np.append(offsets, len(ids)))
    share = np.repeat(weight / (weight.sum() + np.float32(0.1)), lengths)
    expected = np.bincount(ids, weights=share * table.idf[ids], minlength=len(table.idf))
    total = max(float((share * table.idf[ids]).sum()), 1e-6)
    grams_of, offsets = own
    shared = np.add.reduceat(expected[grams_of], offsets)
    size = np.add.reduceat(table.idf[grams_of], offsets)
    return {
        "echo_name": np.asarray(shared / size, np.float32),
        "echo_all": np.asarray(shared / total, np.float32),
    }


def both_grams(form: Form) -> list[str]:
    """Grams of the text without sides and noise, and of its canonical form, each once."""
    return list(dict.fromkeys([*grams(form.bare), *form.canonical_grams]))


def target_of(pair: Confirmed, names: Names) -> int | None:
    """The name a confirmed pair means in this table, if it has it."""
    target = names.position.get(pair.name) if pair.name else None
    return target if target is not None else names.by_code.get(normalize_code(pair.code))
