"""Accuracy of the matcher on the published pairs: ``python -m tests.bench.measure_matching [--reference DIR] [--part held_out]``.

s@k: texts with one right name, right among the first k. m@k: texts with several, share of the right names found.
"code" lines: against the 医保 tables, right 4-character diagnosis code / right xx.xx procedure code. Weights and word lists were tuned
on the tuning parts only; the figures are for the parts held out (and for another folder with the same files, if given).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from icd_tables.codes import Kind
from icd_tables.matcher import Matcher
from icd_tables.table import CodeEntry
from tests.bench.pairs import Pair, Pairs, entries_from, load_sets, memory_of
from tests.conftest import find_reference

CUTS = (1, 5, 10)
_TABLES = {Kind.DIAGNOSIS: "医保版2.0疾病诊断.csv", Kind.PROCEDURE: "医保版2.0手术操作.csv"}


@dataclass
class Tally:
    """Hits of single- and multi-answer texts."""

    single: int = 0
    several: int = 0
    single_hits: dict[int, int] = field(default_factory=lambda: dict.fromkeys(CUTS, 0))
    several_hits: dict[int, int] = field(default_factory=lambda: dict.fromkeys(CUTS, 0))
    seconds: float = 0.0

    def add(self, right: Sequence[str], answers: Sequence[str]) -> None:
        """Count one text."""
        if len(right) == 1:
            self.single += 1
        else:
            self.several += len(right)
        hits = self.single_hits if len(right) == 1 else self.several_hits
        for cut in CUTS:
            hits[cut] += sum(one in answers[:cut] for one in right)

    def line(self, title: str) -> str:
        """One row of the table."""
        cells = [f"{100 * self.single_hits[cut] / max(self.single, 1):6.1f}" for cut in CUTS]
        cells += [f"{100 * self.several_hits[cut] / max(self.several, 1):6.1f}" for cut in CUTS]
        texts = self.single + self.several
        return f"{title:<44}{' '.join(cells)}   {self.single:>5}/{self.several:<5} {1000 * self.seconds / max(texts, 1):5.2f} ms"


def tally(
    matcher: Matcher,
    pairs: Sequence[Pair],
    key: Callable[[CodeEntry], str],
    right: Callable[[str], str | None],
) -> Tally:
    """Match every text; ``key`` turns a candidate, ``right`` a gold name into what is compared (``None``: not askable)."""
    found = Tally()
    started = time.perf_counter()
    for text, gold in pairs:
        wanted = [answer for name in gold if (answer := right(name)) is not None]
        if len(wanted) != len(gold):
            continue
        found.add(wanted, list(dict.fromkeys(key(candidate.entry) for candidate in matcher.find(text, 10))))
    found.seconds = time.perf_counter() - started
    return found


def measure(pairs: Pairs, reference: Path) -> list[str]:
    """The lines of one set."""
    matcher = Matcher(pairs.entries, kind=pairs.kind)
    lines = [_by_name(matcher, pairs).line(f"{pairs.title}, no memory")]
    matcher.memory = memory_of(pairs.tune, matcher.names.position)
    matcher.forget()
    lines.append(_by_name(matcher, pairs).line(f"{pairs.title}, {len(pairs.tune)} texts as memory"))
    lines.append(
        _by_code(pairs, reference / "codes" / _TABLES[pairs.kind]).line(
            f"{pairs.title} -> 医保 code, no memory"
        )
    )
    return lines


def _by_name(matcher: Matcher, pairs: Pairs) -> Tally:
    return tally(matcher, pairs.held_out, lambda entry: entry.name, lambda name: name)


def _by_code(pairs: Pairs, table: Path) -> Tally:
    entries = entries_from(table)
    codes = {entry.code[:5] for entry in entries}
    own = {entry.name: entry.code[:5] for entry in pairs.entries if len(entry.code) >= 5}

    def right(name: str) -> str | None:
        code = own.get(name)
        return code if code in codes else None

    return tally(Matcher(entries, kind=pairs.kind), pairs.held_out, lambda entry: entry.code[:5], right)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path)
    options = parser.parse_args(arguments)
    reference = options.reference or find_reference()
    if reference is None:
        raise SystemExit("reference folder not found: set CASECODE_REFERENCE or use --reference")
    print(f"{'':<44}{' '.join(f'{head:>6}' for head in ('s@1', 's@5', 's@10', 'm@1', 'm@5', 'm@10'))}")
    for pairs in load_sets(reference):
        for line in measure(pairs, reference):
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
