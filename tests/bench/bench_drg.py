"""How fast DRG schemes load and group, beside the plain interpreter of the tests on the same cases in the same run.

``python -m tests.bench.bench_drg [--small]``. The reference schemes are measured where they are at hand, a made-up scheme with
100,000 list rows always. Medians of interleaved rounds, on one core.
"""

from __future__ import annotations

import csv
import gc
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from app.drg.schemes import load_drg_scheme
from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.inputs import GrouperInput
from tests.coding_rules.grouper.drg.cases import read_expected_cases
from tests.coding_rules.grouper.drg.synthetic import COLUMNS, Tables, make_cases, make_tables
from tests.conftest import find_reference
from tests.reference_interpreter import ReferenceInterpreter


def main(arguments: Sequence[str] = ()) -> int:
    """Print all figures; 0 when the groupers agreed throughout."""
    small = "--small" in arguments
    rounds, repeat = (1, 1) if small else (7, 20)
    agreed = True
    with tempfile.TemporaryDirectory() as scratch:
        size = (4, 40) if small else (26, 1_000)
        folder, cases = _made_up(Path(scratch), *size, count=500 if small else 6_000)
        for path, given in [*_reference(small), (folder, cases)]:
            agreed &= _measure(path, given, rounds, repeat)
        _memory(folder, cases, 20_000 if small else 1_000_000)
    return 0 if agreed else 1


def _reference(small: bool) -> Iterator[tuple[Path, list[GrouperInput]]]:
    root = find_reference()
    names = (
        ()
        if root is None
        else ("chs_drg_11",)
        if small
        else ("chs_drg_11", "chs_drg_10", "beijing_2022", "suzhou_2023")
    )
    for name in names:
        assert root is not None
        path = root / "drg" / name
        yield (
            path,
            [case for case, _ in read_expected_cases(path / "expected_cases.csv")][: 500 if small else None],
        )


def _made_up(folder: Path, mdcs: int, codes: int, count: int) -> tuple[Path, list[GrouperInput]]:
    tables = make_tables(1, mdcs=mdcs, adrgs=15, codes=codes)
    write_tables(folder, tables)
    return folder, list(make_cases(2, count, mdcs * codes))


def write_tables(folder: Path, tables: Tables) -> None:
    """Write a scheme as the folder of CSV files that people have."""
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS[name])
            writer.writeheader()
            writer.writerows(rows)


def _measure(path: Path, cases: list[GrouperInput], rounds: int, repeat: int) -> bool:
    scheme = load_drg_scheme(path)
    list_rows = sum(len(each.codes) for each in scheme.lists)
    print(f"{scheme.name}: {list_rows:,} list rows, {len(scheme.rules):,} rules, {len(cases):,} cases")
    loads = [_seconds(lambda: DrgGrouper(load_drg_scheme(path))) for _ in range(rounds)]
    print(f"  load + compile       {statistics.median(loads) * 1000:10.0f} ms")
    plain, grouper = ReferenceInterpreter.load(path), DrgGrouper(scheme)
    times: dict[str, list[float]] = {"plain": [], "first pass": [], "batch": [], "explained": []}
    for _ in range(rounds):
        times["plain"].append(_seconds(lambda: [plain.group(case) for case in cases]))
        times["first pass"].append(_seconds(_whole(DrgGrouper(scheme).group_batch(cases))))
        times["batch"].append(
            _seconds(lambda: deque(grouper.group_batch(islice(cycle(cases), len(cases) * repeat)), 0))
            / repeat
        )
        times["explained"].append(_seconds(lambda: [grouper.group(case) for case in cases]))
    base = statistics.median(times["plain"])
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(
            f"  {name:<20} {len(cases) / median:10,.0f} cases/s {median / len(cases) * 1e6:8.2f} µs a case"
            f" {base / median:7.1f} x plain"
        )
    results = list(grouper.group_batch(cases))
    agreed = [tuple(result) for result in results] == [plain.group(case) for case in cases]
    print(f"  agrees with the plain interpreter: {agreed}")
    return agreed


def _whole(results: Iterable[object]) -> Callable[[], object]:
    return lambda: deque(results, 0)


def _memory(folder: Path, cases: Sequence[GrouperInput], count: int) -> None:
    """The peak of Python's memory while a long stream of cases is grouped, and the time of its tenths."""
    grouper = DrgGrouper(load_drg_scheme(folder))
    tracemalloc.start()
    tenths = [_seconds(lambda: deque(grouper.group_batch(_stream(cases, count // 10)), 0)) for _ in range(10)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(
        f"stream of {count:,} cases: peak {peak / 1e6:.1f} MB, slowest tenth {max(tenths) / min(tenths):.2f} x the fastest"
    )


def _stream(cases: Iterable[GrouperInput], count: int) -> Iterator[GrouperInput]:
    for number, case in enumerate(islice(cycle(cases), count)):
        yield replace(case, case_id=str(number))


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
