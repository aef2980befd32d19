"""How fast DIP catalogues load, compile and group, beside the plain interpreter of the tests on the same cases in the same run.

``python -m tests.bench.bench_dip [--small]``. The published catalogue is measured where it is at hand, a made-up one always.
Medians of interleaved rounds, CPU time on one core.

``plain`` is what one would write down from the rules: it looks up the rows of the principal diagnosis in a dictionary, compares every
row with the procedures of the case and keeps the best; nothing is remembered and nothing slowed down. ``unseen`` is our
grouper, compiled, meeting every case for the first time; ``batch`` the same grouper on cases whose codes it has met (most cases
of a hospital repeat another's); ``first pass`` includes compiling. Below, the same for every regional profile.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from app.dip.catalogues import load_dip_catalogue
from coding_rules.grouper.dip.catalogue import DipCatalogue
from coding_rules.grouper.dip.expression import ProcedureMatch
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.procedure_kinds import ProcedureKinds
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.amount import Settler
from coding_rules.settlement.profile import RegionProfile, load_profile
from tests.coding_rules.grouper.dip.cases import made_up_cases, made_up_catalogue, made_up_national_3
from tests.conftest import find_reference
from tests.dip_interpreter import DipInterpreter

Works = dict[str, tuple[int, Callable[[], object], Callable[[], object]]]
"""By name: how many cases, what to prepare before the clock starts, what to time."""


def main(arguments: Sequence[str] = ()) -> int:
    """Print all figures; 0 when grouper and interpreter agreed throughout."""
    small = "--small" in arguments
    rounds, few, count = (1, 1, 300) if small else (5, 3, 100_000)
    profile = load_profile("national_platform")
    agreed = True
    for catalogue in _catalogues(profile, small):
        cases = made_up_cases(catalogue, count)
        agreed &= _measure(catalogue, profile, cases, rounds)
        _measure_profiles(catalogue, cases, few)
    _measure_national_3(60 if small else 1_600, count, few)
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
    plain = _plain(catalogue)
    warm = DipGrouper(catalogue, profile)
    settler = Settler(load_profile("demo"))
    some = cases[: max(1, len(cases) // 20)]
    works = _plain_work(plain, cases) | _grouper_works("", catalogue, profile, cases)
    works |= {
        "first pass": (len(cases), _nothing, lambda: DipGrouper(catalogue, profile).group_batch(cases)),
        "explained": (len(some), _nothing, lambda: [warm.group(case) for case in some]),
        "explained + money": (
            len(some),
            _nothing,
            lambda: [settler.settle(warm.group(case), case) for case in some],
        ),
    }
    every = [GrouperInput(diagnoses=(key,)) for key in sorted({group.principal for group in catalogue})]
    compiles = [_seconds(lambda: DipGrouper(catalogue, profile).group_batch(every)) for _ in range(rounds)]
    print(f"{catalogue.title}: {len(catalogue):,} groups, {len(cases):,} cases")
    print(f"  compile everything   {statistics.median(compiles) * 1000:10.1f} ms")
    _print(works, rounds)
    results = warm.group_batch(cases)
    agreed = [result.group for result in results] == plain.group_all(cases)
    total = sum((result.points or Decimal(0) for result in results), Decimal(0))
    print(f"  agrees with the plain interpreter: {agreed}; {total:,.0f} points in all")
    return agreed


def _measure_profiles(catalogue: DipCatalogue, cases: list[GrouperInput], rounds: int) -> None:
    """Every regional way of reading the same catalogue; the plain interpreter knows only the national platform's."""
    platform = load_profile("national_platform")
    prefix = replace(platform.grouping, procedure_match=ProcedureMatch.PREFIX)
    profiles = {name: load_profile(name) for name in ("national_default", "hubei", "shandong")}
    profiles["prefix"] = replace(platform, grouping=prefix)
    works = _plain_work(_plain(catalogue), cases)
    for name, profile in profiles.items():
        works |= _grouper_works(f"{name} ", catalogue, profile, cases)
    _print(works, rounds)


def _measure_national_3(diagnoses: int, count: int, rounds: int) -> None:
    """The national 3.0 scheme, whose workbook has no points; compared with nothing, as nothing plain follows it."""
    scheme = made_up_national_3(diagnoses)
    cases = made_up_cases(scheme, count)
    print(f"{scheme.title} (made up): {len(scheme):,} groups")
    works = _grouper_works("national_3_0 ", scheme, load_profile("national_3_0"), cases)
    _print(works, rounds)


def _grouper_works(
    name: str, catalogue: DipCatalogue, profile: RegionProfile, cases: list[GrouperInput]
) -> Works:
    warm = DipGrouper(catalogue, profile)
    every = _every_diagnosis(cases)
    fresh: list[DipGrouper] = []

    def compile_anew() -> None:
        fresh[:] = [DipGrouper(catalogue, profile)]
        fresh[0].group_batch(every)

    return {
        f"{name}unseen": (len(cases), compile_anew, lambda: fresh[0].group_batch(cases)),
        f"{name}batch": (
            len(cases),
            lambda: warm.group_batch(cases),
            lambda: warm.group_batch(cases),
        ),
    }


def _every_diagnosis(cases: Sequence[GrouperInput]) -> list[GrouperInput]:
    """One case without procedures per diagnosis as filed makes the lazy part of compiling happen for all of them."""
    filed = {case.diagnoses[0] for case in cases}
    return [GrouperInput(diagnoses=(code,)) for code in sorted(filed)]


def _plain(catalogue: DipCatalogue) -> DipInterpreter:
    kinds = ProcedureKinds()
    return DipInterpreter(catalogue, lambda code: kinds.kind(code) or "保守治疗")


def _plain_work(plain: DipInterpreter, cases: list[GrouperInput]) -> Works:
    return {"plain": (len(cases), _nothing, lambda: plain.group_all(cases))}


def _nothing() -> None:
    """Nothing to prepare."""


def _print(works: Works, rounds: int) -> None:
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        gc.collect()
        for name, (number, prepare, work) in works.items():
            prepare()
            times[name].append(_seconds(work) / number)
    for name, seconds in times.items():
        each = statistics.median(seconds)
        ratio = f" {statistics.median(times['plain']) / each:7.1f} x plain" if "plain" in times else ""
        print(f"  {name:<24} {1 / each:10,.0f} cases/s {each * 1e6:8.2f} µs a case{ratio}")


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
