"""Speed and memory of the matcher: ``python -m tests.bench.bench_matching [--small]``. Every figure stands beside its bar.

Baseline in the same run: ``rapidfuzz.process.extract`` with ``ratio`` over the same names. Names: the published tables when the
reference folder is there, the starter tables otherwise. As-you-type cuts names letter by letter, in Chinese and as initials.
Times are processor time, because a neighbour's work is not ours; memory is measured in processes of their own.
"""

from __future__ import annotations

import random
import statistics
import subprocess
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
_READY_SECONDS, _TYPED_MS, _BATCH_SECONDS, _MEGABYTES = 0.3, 5.0, 15.0, 150.0
_RESIDENT = Path("/proc/self/statm")


def main(arguments: Sequence[str] = ()) -> int:
    """Print the figures."""
    if "--memory" in arguments:
        return _print_memory(Path(arguments[-1]))
    small = "--small" in arguments
    entries = {kind: _entries(kind) for kind in Kind}
    both = [entry for kind in Kind for entry in entries[kind]]
    names = [entry.name for entry in both]
    print(f"names: {len(names)}")
    with tempfile.TemporaryDirectory() as folder:
        _measure_memory(Path(folder))
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
    _line("as you type, Chinese", _times(matcher.find, _typed(wordings[:60], chance)), scan, _TYPED_MS)
    keys = [readings().initials(text)[0] for text in wordings[:60]]
    _line("as you type, initials", _times(matcher.find, _typed(keys, chance)), scan, _TYPED_MS)
    _batches(entries[Kind.DIAGNOSIS], 200 if small else 10_000, chance)
    return 0


def _entries(kind: Kind) -> list[CodeEntry]:
    reference = find_reference()
    if reference is not None:
        return entries_from(reference / "codes" / _PUBLISHED[kind])
    starter = Path(icd_tables.__file__).parent / "data" / _STARTERS[kind] / "codes.csv"
    return entries_from(starter)[1:]


def _measure_start(entries: dict[Kind, list[CodeEntry]], cache: IndexCache) -> None:
    """Both tables ready from the cache: the matchers are there and have answered a text, a key and a code."""
    spent = []
    for _ in range(3):
        started = time.process_time()
        made = [Matcher(found, kind=kind, cache=cache) for kind, found in entries.items()]
        ready = time.process_time() - started
        assert all(
            matcher.find(text) is not None for matcher in made for text in ("高血压待查", "gxb", "I10")
        )
        spent.append((ready, time.process_time() - started))
    _figure("both tables ready, from the cache", min(ready for ready, _ in spent), "s", _READY_SECONDS)
    _figure("... and first answers given", min(answered for _, answered in spent), "s", _READY_SECONDS)


def _measure_memory(cache: Path) -> None:
    """Growth of a process by the matchers of both tables, first built, then from the cache the first one left."""
    if not _RESIDENT.exists():
        print("memory: cannot be read on this system")
        return
    command = [sys.executable, "-m", "tests.bench.bench_matching", "--memory", str(cache)]
    for title in ("built", "from the cache"):
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        growth, whole, seconds = map(float, told)
        _figure(f"memory of both tables, {title}", growth, "MB", _MEGABYTES)
        print(f"{'':<48} the whole process {whole:.0f} MB, {seconds:.2f} s")


def _print_memory(cache: Path) -> int:
    entries = {kind: _entries(kind) for kind in Kind}
    before, started = _resident(), time.process_time()
    made = [Matcher(found, kind=kind, cache=IndexCache(cache)) for kind, found in entries.items()]
    seconds = time.process_time() - started
    for matcher, found in zip(made, entries.values(), strict=True):
        matcher.find_many([entry.name[:-1] for entry in found[:500]])
        matcher.find("gxb")
    print(_resident() - before, _resident(), seconds)
    return 0


def _resident() -> float:
    """Memory of this process that is in use, in MB."""
    return int(_RESIDENT.read_text(encoding="ascii").split()[1]) * 4096 / 1e6


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
        started = time.process_time()
        ask(text)
        spent.append(1000 * (time.process_time() - started))
    return spent


def _line(title: str, spent: Sequence[float], baseline: Sequence[float], bar: float | None = None) -> None:
    ordered = sorted(spent)
    median, late = statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))]
    print(
        f"{title:<48} {late:8.2f} ms p95 {_verdict(late, bar, 'ms')}; median {median:.2f} ms, "
        f"{median / statistics.median(baseline):.2f} of the ratio scan"
    )


def _figure(title: str, value: float, unit: str, bar: float) -> None:
    print(f"{title:<48} {value:8.2f} {unit} {_verdict(value, bar, unit)}")


def _verdict(value: float, bar: float | None, unit: str) -> str:
    if bar is None:
        return "(no bar)"
    return f"(bar {bar:g} {unit}: {'kept' if value < bar else 'MISSED'})"


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
        started = time.process_time()
        matcher.find_many(texts)
        _figure(f"{len(texts)} distinct texts, {title}", time.process_time() - started, "s", _BATCH_SECONDS)
    for text, entry in zip(texts[:100], entries, strict=False):
        memory.add(Confirmed(text, entry.code))
    started = time.process_time()
    matcher.recall()
    print(
        f"{'... taken in again after a hundred confirmations':<48} {time.process_time() - started:8.2f} s (no bar)"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
