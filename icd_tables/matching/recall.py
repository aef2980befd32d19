"""Recall: what this hospital confirmed for similar texts, and what that says for the names at hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from icd_tables.codes import normalize_code
from icd_tables.matching.forms import Form, Former
from icd_tables.matching.grams import Floats, Gathered, GramTable, Ints, Places
from icd_tables.matching.memory import Confirmed, Memory
from icd_tables.matching.queries import Candidates, GramQueries, Said
from icd_tables.matching.rewritings import Rewriting, Rewritings, signs
from icd_tables.matching.rows import Names
from icd_tables.matching.vocabulary import CodedRows, Vocabulary, coded
from icd_tables.normalize import units

_NEAREST = 32
_STALE = 25
"""Confirmations after which the index of similar texts is built anew; equal texts are answered at once in any case."""
_TELLING = 16
"""Nearest texts whose names' words count."""
_SHARPNESS = (8, 20, 50)
_NOBODY = -1


@dataclass(frozen=True)
class Echo:
    """The nearest confirmed texts of one text: which they are, the names they led to, how alike (0..1), alike-est first."""

    rows: NDArray[np.intp]
    targets: Ints
    alike: Floats

    def __len__(self) -> int:
        return len(self.rows)

    def nearest(self, target: int) -> int:
        """The row of the text most alike that led to this name, or -1."""
        targets = self.targets.tolist()
        return int(self.rows[targets.index(target)]) if target in targets else _NOBODY


_SILENCE = Echo(np.zeros(0, np.intp), np.zeros(0, np.int32), np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True)
class _Known:
    """A remembered text, prepared: its wording without sides and noise, its canonical form, the grams of both."""

    bare: str
    canonical: str
    parts: tuple[str, ...]
    grams: NDArray[np.int64]


class Recall:
    """An index over the remembered texts of one table's names."""

    def __init__(self, memory: Memory, names: Names, former: Former, before: Recall | None = None) -> None:
        """``before``: an older index over the same memory, whose work on texts is taken over."""
        self.version = memory.version
        known = [(pair, target) for pair in memory if (target := target_of(pair, names)) is not None]
        rows = CodedRows(before._units if before else ())
        self._former = former
        self._units: dict[str, int] = rows.units
        earlier: dict[str, _Known] = before._known if before else {}
        self._known: dict[str, _Known] = {
            pair.text: earlier.get(pair.text) or self._prepare(pair.text, rows) for pair, _ in known
        }
        self._pairs = [pair for pair, _ in known]
        self._signs: dict[tuple[str, str], tuple[Rewriting, ...]] = before._signs if before else {}
        self.rewritings = Rewritings((), ())
        texts = [self._known[pair.text] for pair in self._pairs]
        for text in texts:
            rows.add(text.grams.tolist())
        self._bare = [text.bare for text in texts]
        self._canonicals = [text.canonical for text in texts]
        self.targets: Ints = np.array([target for _, target in known], np.int32)
        self._table = GramTable.of(rows)
        used = np.zeros(len(names), np.float32)
        np.add.at(used, self.targets, [pair.count for pair, _ in known])
        self.habit: Floats = np.log1p(used)

    def _prepare(self, text: str, rows: CodedRows) -> _Known:
        form = self._former.form(text)
        grams = both(coded(rows.numbers(form.bare)), coded(rows.numbers(form.canonical.parts)))
        return _Known(
            "".join(form.bare), form.canonical.text, form.canonical.parts, np.array(grams, np.int64)
        )

    def __len__(self) -> int:
        return len(self._pairs)

    def learn(self, canonicals: Sequence[str]) -> None:
        """Learn rewritings; ``canonicals``: the canonical text of each pair's name. Pairs of an older index were compared there."""
        answers = Counter(pair.text for pair in self._pairs)
        said: list[Rewriting] = []
        for row, (pair, name) in enumerate(zip(self._pairs, canonicals, strict=True)):
            if answers[pair.text] == 1:
                key = (pair.text, name)
                if key not in self._signs:
                    self._signs[key] = signs(self._known[pair.text].parts, tuple(units(name)), row)
                said += [replace(one, row=row) for one in self._signs[key]]
        self.rewritings = Rewritings([known.parts for known in self._known.values()], said)

    def stale(self, memory: Memory) -> bool:
        """Whether so much was confirmed since that the index should be built anew."""
        return not 0 <= memory.version - self.version < _STALE

    def pair(self, row: int) -> Confirmed:
        """The remembered pair of a row."""
        return self._pairs[row]

    def near(self, forms: Sequence[Form | None]) -> list[Echo]:
        """The remembered texts most like each text; an empty echo for ``None`` and where nothing is like it."""
        if not len(self.targets):
            return [_SILENCE] * len(forms)
        said: list[Said] = [(_coded(self._table.vocabulary, form) if form else (), {}) for form in forms]
        queries = GramQueries.of(self._table, said)
        found = Candidates.of(list(queries.nearest([_NEAREST] * len(forms))))
        if not len(found.rows):
            return [_SILENCE] * len(forms)
        alike = np.float32(0.5) * queries.cosine(found.text, found.rows)
        alike += np.float32(0.0025) * found.per_text(
            lambda text, at: self._ratios(forms[text], found.rows[at])
        )
        return [
            self._echo(found.rows[a:b], alike[a:b])
            for a, b in zip(found.bounds, found.bounds[1:], strict=False)
        ]

    def _echo(self, rows: NDArray[np.intp], alike: Floats) -> Echo:
        order = np.argsort(-alike, kind="stable")
        return Echo(rows[order], self.targets[rows[order]], alike[order])

    def _ratios(self, form: Form | None, rows: NDArray[np.intp]) -> Floats:
        assert form is not None, "only texts that were asked about have candidates"
        at = rows.tolist()
        bare, canonicals = [self._bare[i] for i in at], [self._canonicals[i] for i in at]
        ratio = process.cdist(["".join(form.bare)], bare, scorer=fuzz.ratio, dtype=np.float32)[0]
        other = process.cdist([form.canonical.text], canonicals, scorer=fuzz.ratio, dtype=np.float32)[0]
        return np.asarray(ratio + other, np.float32)

    def features(
        self,
        echoes: Sequence[Echo],
        candidates: Candidates,
        targets: Ints,
        own: Gathered,
        table: GramTable,
        name_row: Ints,
    ) -> dict[str, Floats]:
        """For each candidate (its name, the grams of its row): habit, votes of near texts, words their names share."""
        habit = self.habit[targets]
        return {
            "habit": habit,
            "habit_known": (habit > 0).astype(np.float32),
            **_votes(echoes, len(self.habit), candidates.text, targets),
            **_words(echoes, candidates.text, own, table, name_row),
        }


def _votes(echoes: Sequence[Echo], names: int, text: Ints, targets: Ints) -> dict[str, Floats]:
    """How alike the best text of each candidate is, and its share of the votes of all near texts, soft to sharp."""
    speaker = np.repeat(np.arange(len(echoes), dtype=np.int32), [len(echo) for echo in echoes])
    alike = np.concatenate([echo.alike for echo in echoes])
    heard = Places(len(echoes), names, speaker, np.concatenate([echo.targets for echo in echoes]))
    top = np.zeros(len(echoes), np.float32)
    np.maximum.at(top, speaker, alike)
    at, there = heard.at(text, targets), top[text]
    best = heard.greatest(alike)[at]
    found = {
        "echo_best": best,
        "echo_best4": best**4,
        "echo_gap": np.where(best > 0, best - there, np.float32(-1)) * there,
    }
    for k in _SHARPNESS:
        weight = np.exp(k * (alike - top[speaker]))
        share = weight / np.bincount(speaker, weight, len(echoes)).astype(np.float32)[speaker]
        found[f"echo_{k}"] = heard.sums(share)[at]
    return found


def _words(
    echoes: Sequence[Echo], text: Ints, own: Gathered, table: GramTable, name_row: Ints
) -> dict[str, Floats]:
    """How far a name uses the words of the names that near texts led to."""
    telling = [len(echo.targets[:_TELLING]) for echo in echoes]
    speaker = np.repeat(np.arange(len(echoes), dtype=np.int32), telling)
    if not len(speaker):
        none = np.zeros(len(text), np.float32)
        return {"echo_name": none, "echo_all": none}
    weight = np.concatenate([echo.alike[:_TELLING] for echo in echoes]) ** 4
    total = np.bincount(speaker, weight, len(echoes)).astype(np.float32) + np.float32(0.1)
    names = table.gather(name_row[np.concatenate([echo.targets[:_TELLING] for echo in echoes])])
    owner = speaker[names.asked]
    expected = (weight / total[speaker])[names.asked] * table.idf[names.ids]
    places = Places(len(echoes), len(table.idf), owner, names.ids)
    heard = places.sums(expected)[places.at(text[own.asked], own.ids)]
    shared: Floats = np.add.reduceat(heard, own.offsets)
    said: Floats = np.maximum(np.bincount(owner, expected, len(echoes)), 1e-6).astype(np.float32)
    size: Floats = np.add.reduceat(table.idf[own.ids], own.offsets)
    return {"echo_name": shared / size, "echo_all": shared / said[text]}


def _coded(vocabulary: Vocabulary, form: Form) -> list[int]:
    return both(vocabulary.coded(form.bare), vocabulary.coded(form.canonical.parts))


def both(bare: Sequence[int], canonical: Sequence[int]) -> list[int]:
    """Grams of the text without sides and noise, and of its canonical form, each once."""
    return list(dict.fromkeys([*bare, *canonical]))


def target_of(pair: Confirmed, names: Names) -> int | None:
    """The name a confirmed pair means in this table, if it has it."""
    target = names.position.get(pair.name) if pair.name else None
    return target if target is not None else names.by_code.get(normalize_code(pair.code))
