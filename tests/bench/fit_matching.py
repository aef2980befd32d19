"""Fits the matcher's weights on confirmed pairs: ``python -m tests.bench.fit_matching [--write]``.

Maximises the likelihood of the right name among the candidates (softmax over the pool, a plain linear score). Only the tuning
part of the pairs is used (see ``pairs.py``); ``measure_matching`` reports on the other part. Memory weights are fitted by letting each
quarter of the tuning part be matched with the other three quarters as memory.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import icd_tables
from icd_tables.matcher import Matcher
from icd_tables.matching.scoring import BY_HAND
from tests.bench.pairs import Pairs, load_sets, memory_of

_FOLDS = 4
_STEPS = 300


@dataclass(frozen=True)
class Pool:
    """The candidate rows of one text: features by column, and which rows lead to a right name."""

    columns: NDArray[np.float32]
    right: NDArray[np.bool_]


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path)
    parser.add_argument("--write", action="store_true", help="write lexicon/weights.toml")
    options = parser.parse_args(arguments)
    lines = [
        "# Weights of the features (see icd_tables/matching/features.py and recall.py). Written by tests.bench.fit_matching."
    ]
    for found in load_sets(options.reference):
        plain = fit(*collect(found, with_memory=False))
        memory = fit(*collect(found, with_memory=True))
        for part, weights in (("plain", plain), ("memory", memory)):
            lines += ["", f"[{found.kind.value}.{part}]"]
            lines += [f"{name} = {value:.2f}" for name, value in weights.items()]
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if options.write:
        target = Path(icd_tables.__file__).parent / "lexicon" / "weights.toml"
        target.write_text(text, encoding="utf-8")


def collect(pairs: Pairs, with_memory: bool) -> tuple[list[str], list[Pool]]:
    """Pools of the tuning texts; in folds when every fold is matched against the memory of the others."""
    names: list[str] = []
    pools: list[Pool] = []
    matcher = Matcher(pairs.entries, kind=pairs.kind)
    for asked, known in _folds(pairs, with_memory):
        matcher.memory = memory_of(known, matcher.names.position) if with_memory else None
        matcher.forget()
        for text, gold in asked:
            right = {matcher.names.position[name] for name in gold if name in matcher.names.position}
            pool = matcher.pool(text)
            if not right or pool is None:
                continue
            targets, found = pool
            names = [name for name in found if name not in BY_HAND]
            hit = np.isin(targets, list(right))
            if hit.any():
                pools.append(Pool(np.stack([found[name] for name in names], axis=1), hit))
    return names, pools


def _folds(
    pairs: Pairs, with_memory: bool
) -> Iterator[tuple[Sequence[tuple[str, list[str]]], Sequence[tuple[str, list[str]]]]]:
    if not with_memory:
        yield pairs.tune, ()
        return
    for fold in range(_FOLDS):
        asked = pairs.tune[fold::_FOLDS]
        yield asked, [pair for at, pair in enumerate(pairs.tune) if at % _FOLDS != fold]


def fit(
    names: Sequence[str], pools: Sequence[Pool], decay: float = 1e-3, rate: float = 0.05
) -> dict[str, float]:
    """Weights that make the right names likely (Adam on the mean log likelihood)."""
    starts = np.cumsum([0, *(len(pool.right) for pool in pools)])[:-1]
    columns = np.concatenate([pool.columns for pool in pools])
    right = np.concatenate([pool.right for pool in pools])
    lengths = np.array([len(pool.right) for pool in pools])
    weights = np.zeros(len(names))
    momentum, spread = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, _STEPS + 1):
        score = columns @ weights
        likely = np.exp(score - np.repeat(np.maximum.reduceat(score, starts), lengths))
        share = likely / np.repeat(np.add.reduceat(likely, starts), lengths)
        wanted = share * right
        wanted /= np.repeat(np.maximum(np.add.reduceat(wanted, starts), 1e-12), lengths)
        gradient = columns.T @ (share - wanted) / len(pools) + decay * weights
        momentum = 0.9 * momentum + 0.1 * gradient
        spread = 0.99 * spread + 0.01 * gradient**2
        weights -= rate * (momentum / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.99**step)) + 1e-8)
    return dict(zip(names, weights.tolist(), strict=True))


if __name__ == "__main__":
    main(sys.argv[1:])
