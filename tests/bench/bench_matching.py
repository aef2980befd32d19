"""Speed of the matcher: ``python -m tests.bench.bench_matching [--small]``.

Baseline in the same run: ``rapidfuzz.process.extract`` with ``ratio`` over the same names. Names: the published tables when the
reference folder is there, the starter tables otherwise. As-you-type cuts names letter by letter, in Chinese and as initials.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rapidfuzz import fuzz, process

import icd_tables
from icd_tables.codes import Kind
from icd_tables.matcher import Matcher
from icd_tables.matching.cache import IndexCache
from icd_tables.matching.memory import Confirmed, SessionMemory
from icd_tables.pinyin import readings
from icd_tables.table import CodeEntry
from tests.bench.pairs import entries_from
from tests.conftest import find_reference

_SEED = 11
_PUBLISHED = {Kind.DIAGNOSIS: "医保版2.0疾病诊断.csv", Kind.PROCEDURE: "医保版2.0手术操作.csv"}
_STARTERS = {Kind.DIAGNOSIS: "starter_dx_insurance", Kind.PROCEDURE: "starter_px_insurance"}


def main(arguments: Sequence[str] = ()) -> int:
    """Print the figures."""
    small = "--small" in arguments
    entries = {kind: _entries(kind) for kind in Kind}
    both = [entry for kind in Kind for entry in entries[kind]]
    names = [entry.name for entry in both]
    print(f"names: {len(names)}")
    with tempfile.TemporaryDirectory() as folder:
        _measure_start(entries, IndexCache(Path(folder)))
    matcher = Matcher(both, kind=Kind.DIAGNOSIS)
    chance = random.Random(_SEED)
    wordings = _wordings(names, 40 if small else 600, chance)
    scan = _times(
        lambda text: process.extract(text, names, scorer=fuzz.ratio, limit=10),
        wordings[: 10 if small else 150],
    )
    _line("rapidfuzz ratio scan", scan, scan)
    _line("free text", _times(matcher.find, wordings), scan)
    _line("as you type, Chinese", _times(matcher.find, _typed(wordings[:60], chance)), scan)
    keys = [readings().initials(text)[0] for text in wordings[:60]]
    _line("as you type, initials", _times(matcher.find, _typed(keys, chance)), scan)
    _batches(entries[Kind.DIAGNOSIS], 200 if small else 10_000, chance)
    return 0


def _entries(kind: Kind) -> list[CodeEntry]:
    reference = find_reference()
    if reference is not None:
        return entries_from(reference / "codes" / _PUBLISHED[kind])
    starter = Path(icd_tables.__file__).parent / "data" / _STARTERS[kind] / "codes.csv"
    return entries_from(starter)[1:]


def _measure_start(entries: dict[Kind, list[CodeEntry]], cache: IndexCache) -> None:
    for title in ("built", "from cache"):
        started = time.perf_counter()
        made = [Matcher(found, kind=kind, cache=cache) for kind, found in entries.items()]
        print(f"both tables ready, {title:<12} {time.perf_counter() - started:8.2f} s")
        assert all(matcher.find("高血压") is not None for matcher in made)


def _wordings(names: Sequence[str], count: int, chance: random.Random) -> list[str]:
    """Names as somebody might write them: a side in front, a word left out, a doubt behind."""
    found = []
    for name in chance.sample(list(names), count):
        text = name[:24]
        at = chance.randrange(max(len(text), 1))
        found.append(
            chance.choice((text, "左侧" + text, text + "待查", text[:at] + text[at + 1 :], text + "；高血压"))
        )
    return found


def _typed(texts: Iterable[str], chance: random.Random) -> list[str]:
    """What stands in the box after each key stroke."""
    strokes = [text[:length] for text in texts for length in range(1, min(len(text), 8) + 1)]
    chance.shuffle(strokes)
    return strokes


def _times(ask: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    spent = []
    for text in texts:
        started = time.perf_counter()
        ask(text)
        spent.append(1000 * (time.perf_counter() - started))
    return spent


def _line(title: str, spent: Sequence[float], baseline: Sequence[float]) -> None:
    ordered = sorted(spent)
    median = statistics.median(ordered)
    ratio = median / statistics.median(baseline)
    print(
        f"{title:<24} median {median:7.2f} ms  p95 {ordered[int(0.95 * (len(ordered) - 1))]:7.2f} ms  "
        f"of the ratio scan {ratio:5.2f}"
    )


def _batches(entries: Sequence[CodeEntry], count: int, chance: random.Random) -> None:
    """Distinct texts in one go, without and with as many remembered pairs."""
    names = [entry.name for entry in entries]
    texts = list(
        dict.fromkeys(f"{text}{chance.randrange(10)}" for text in _wordings(names * 2, count, chance))
    )
    known = _wordings(names, min(count, len(names)), chance)
    memory = SessionMemory(Confirmed(text, entry.code) for text, entry in zip(known, entries, strict=False))
    for title, own in (("no memory", None), (f"{len(memory)} remembered pairs", memory)):
        matcher = Matcher(entries, own, kind=Kind.DIAGNOSIS)
        matcher.find("高血压")
        started = time.perf_counter()
        matcher.find_many(texts)
        print(f"{len(texts)} distinct texts, {title:<24} {time.perf_counter() - started:8.2f} s")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
