"""How fast DIP catalogues load, compile and group, beside the plain interpreter of the tests on the same cases in the same run.

``python -m tests.bench.bench_dip [--small]``. The published catalogue is measured where it is at hand, a made-up one always.
Medians of interleaved rounds, on one core. ``first pass`` compiles every diagnosis and meets every combination of codes for the
first time; ``batch`` is the same grouper on cases whose codes it has met.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from app.dip.catalogues import load_dip_catalogue
from coding_rules.grouper.dip.catalogue import DipCatalogue
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.procedure_kinds import ProcedureKinds
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.amount import Settler
from coding_rules.settlement.profile import RegionProfile, load_profile
from tests.coding_rules.grouper.dip.cases import made_up_cases, made_up_catalogue
from tests.conftest import find_reference
from tests.dip_interpreter import DipInterpreter


def main(arguments: Sequence[str] = ()) -> int:
    """Print all figures; 0 when grouper and interpreter agreed throughout."""
    small = "--small" in arguments
    rounds, count = (1, 300) if small else (7, 100_000)
    profile = load_profile("national_platform")
    agreed = True
    for catalogue in _catalogues(profile, small):
        agreed &= _measure(catalogue, profile, made_up_cases(catalogue, count), rounds)
    return 0 if agreed else 1


def _catalogues(profile: RegionProfile, small: bool) -> Iterator[DipCatalogue]:
    root = find_reference()
    path = next((root / "dip").glob("平顶山*.xlsx"), None) if root else None
    if path is not None:
        start = time.perf_counter()
        catalogue = load_dip_catalogue(path, profile)
        print(f"{catalogue.title}: read from xlsx in {(time.perf_counter() - start) * 1000:.0f} ms")
        yield catalogue
    yield made_up_catalogue(60 if small else 1_600)


def _measure(catalogue: DipCatalogue, profile: RegionProfile, cases: list[GrouperInput], rounds: int) -> bool:
    kinds = ProcedureKinds()
    plain = DipInterpreter(catalogue, lambda code: kinds.kind(code) or "保守治疗")
    warm = DipGrouper(catalogue, profile)
    settler = Settler(load_profile("demo"))
    some = cases[: max(1, len(cases) // 20)]
    works: dict[str, tuple[int, Callable[[], object]]] = {
        "plain": (len(cases), lambda: plain.group_all(cases)),
        "first pass": (len(cases), lambda: DipGrouper(catalogue, profile).group_batch(cases)),
        "batch": (len(cases), lambda: warm.group_batch(cases)),
        "explained": (len(some), lambda: [warm.group(case) for case in some]),
        "explained + money": (len(some), lambda: [settler.settle(warm.group(case), case) for case in some]),
    }
    # One case per principal diagnosis makes the lazy part of compiling happen for all of them.
    every = [GrouperInput(diagnoses=(key,)) for key in sorted({group.principal for group in catalogue})]
    compiles: list[float] = []
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        compiles.append(_seconds(lambda: DipGrouper(catalogue, profile).group_batch(every)))
        for name, (number, work) in works.items():
            times[name].append(_seconds(work) / number)
    print(f"{catalogue.title}: {len(catalogue):,} groups, {len(cases):,} cases")
    print(f"  compile everything   {statistics.median(compiles) * 1000:10.1f} ms")
    base = statistics.median(times["plain"])
    for name, seconds in times.items():
        each = statistics.median(seconds)
        print(
            f"  {name:<20} {1 / each:10,.0f} cases/s {each * 1e6:8.2f} µs a case {base / each:7.1f} x plain"
        )
    results = warm.group_batch(cases)
    agreed = [result.group for result in results] == plain.group_all(cases)
    total = sum((result.points or Decimal(0) for result in results), Decimal(0))
    print(f"  agrees with the plain interpreter: {agreed}; {total:,.0f} points in all")
    return agreed


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
