"""How fast DRG schemes load and group, beside the plain interpreter of the tests on the same cases in the same run.

``python -m tests.bench.bench_drg [--small]``. The reference schemes are measured where they are at hand, a made-up scheme with over
100,000 list rows always. Best of interleaved rounds in CPU time, on one core. ``unseen`` are cases drawn anew from the codes of the
scheme for every round, ``first pass`` the given cases by a grouper just made, ``again`` the same cases once more.
"""

from __future__ import annotations

import csv
import gc
import sys
import tempfile
import time
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import cycle, islice
from math import inf
from pathlib import Path

from app.drg.schemes import load_drg_scheme
from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.inputs import GrouperInput
from tests.coding_rules.grouper.drg.cases import read_expected_cases
from tests.coding_rules.grouper.drg.drawn import draw_cases
from tests.coding_rules.grouper.drg.synthetic import COLUMNS, Tables, make_cases, make_tables
from tests.conftest import find_reference
from tests.reference_interpreter import ReferenceInterpreter


def main(arguments: Sequence[str] = ()) -> int:
    """Print all figures; 0 when the groupers agreed throughout."""
    small = "--small" in arguments
    rounds, drawn = (1, 500) if small else (5, 10_000)
    agreed = True
    with tempfile.TemporaryDirectory() as scratch:
        size = (4, 40) if small else (26, 1_000)
        folder, cases = _made_up(Path(scratch) / "made up", *size, count=500 if small else 6_000)
        for path, given in [*_reference(small), (folder, cases)]:
            agreed &= _measure(path, given, rounds, drawn)
        _stream(folder, 20_000 if small else 1_000_000)
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
    folder.mkdir()
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


def _measure(path: Path, cases: list[GrouperInput], rounds: int, drawn: int) -> bool:
    scheme = load_drg_scheme(path)
    list_rows = sum(len(each.codes) for each in scheme.lists)
    print(f"{scheme.name}: {list_rows:,} list rows, {len(scheme.rules):,} rules, {len(cases):,} cases")
    _loading(path, scheme, rounds)
    plain, used = ReferenceInterpreter.load(path), DrgGrouper(scheme)
    deque(used.group_batch(cases), 0)
    best: dict[str, float] = {}
    agreed = True
    for number in range(rounds):
        unseen = list(draw_cases(scheme, number, drawn))
        for name, given, work in (
            ("plain, unseen", unseen, _each(plain.group)),
            ("unseen", unseen, _batch(used)),
            ("plain", cases, _each(plain.group)),
            ("first pass", cases, _batch(DrgGrouper(scheme))),
            ("again", cases, _batch(used)),
            ("one by one", cases, _each(used.codes)),
            ("explained", cases[:1_000], _each(used.group)),
        ):
            best[name] = min(best.get(name, inf), _seconds(partial(work, given)) / len(given))
        agreed &= [plain.group(case) for case in unseen] == list(used.group_batch(unseen))
    for name, seconds in best.items():
        base = best["plain, unseen" if "unseen" in name else "plain"]
        print(
            f"  {name:<20} {1 / seconds:10,.0f} cases/s {seconds * 1e6:8.2f} µs a case {base / seconds:7.1f} x plain"
        )
    agreed &= [plain.group(case) for case in cases] == list(used.group_batch(cases))
    print(f"  agrees with the plain interpreter: {agreed}")
    return agreed


def _batch(grouper: DrgGrouper) -> Callable[[Iterable[GrouperInput]], object]:
    return lambda given: deque(grouper.group_batch(given), 0)


def _each(group: Callable[[GrouperInput], object]) -> Callable[[Iterable[GrouperInput]], object]:
    return lambda given: deque(map(group, given), 0)


def _loading(path: Path, scheme: Scheme, rounds: int) -> None:
    load = min(_seconds(lambda: load_drg_scheme(path)) for _ in range(rounds))
    make = min(_seconds(lambda: DrgGrouper(scheme)) for _ in range(rounds))
    both = min(_seconds(lambda: DrgGrouper(load_drg_scheme(path))) for _ in range(rounds))
    print(
        f"  load + compile       {both * 1000:10.0f} ms (load {load * 1000:.0f}, compile {make * 1000:.0f})"
    )


def _stream(folder: Path, count: int) -> None:
    """The time of each tenth of a long stream of cases, and the peak of Python's memory in another one.

    Memory is measured apart: tracing it costs more than grouping.
    """
    scheme = load_drg_scheme(folder)
    grouper = DrgGrouper(scheme)
    cases = list(draw_cases(scheme, 0, 20_000))
    tenths = [
        _seconds(lambda: deque(grouper.group_batch(_renamed(cases, count // 10)), 0)) for _ in range(10)
    ]
    tracemalloc.start()
    deque(grouper.group_batch(_renamed(cases, count // 10)), 0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(
        f"stream of {count:,} cases: peak {peak / 1e6:.1f} MB, tenths from {min(tenths):.2f} to {max(tenths):.2f} s, "
        f"last half {sum(tenths[5:]) / sum(tenths[:5]):.2f} x the first"
    )


def _renamed(cases: Iterable[GrouperInput], count: int) -> Iterator[GrouperInput]:
    """Each case is a new object, as from a file."""
    for number, case in enumerate(islice(cycle(cases), count)):
        yield replace(case, case_id=str(number))


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
