"""How fast code tables and front pages are read and written back, beside the csv module on the same bytes in the same run.

``python -m tests.bench.bench_import [--small]``. Tables and the sample month are the reference ones where they are at hand,
else made-up ones of the same shape. Medians of interleaved rounds; the csv module splits cells and does nothing else, so
the ratio says what understanding them costs.
"""

from __future__ import annotations

import csv
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from app.export.corrected import write_corrected
from app.readers.reading import read_cases
from app.tables import load_folder
from icd_tables.terminology import Terminology
from tests.app.readers.samples import n041_bytes, n041_row
from tests.conftest import find_reference


def main(arguments: Sequence[str] = ()) -> int:
    """Print all figures; 0 when every row arrived and came back."""
    small = "--small" in arguments
    rounds = 1 if small else 7
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["CASECODE_HOME"] = str(Path(scratch) / "home")
        folder = Path(scratch)
        reference = None if small else find_reference()
        tables = reference / "codes" if reference else _made_up_tables(folder)
        month = (
            reference / "frontpage" / "sample_n041_2025q1.csv" if reference else _made_up_month(folder, 50)
        )
        terminology = _measure_tables(tables, rounds)
        fine = _measure_month(month, terminology, folder, rounds)
        if not small:
            fine &= _measure_month(_made_up_month(folder, 100_000), terminology, folder, 1)
    return 0 if fine else 1


def _measure_tables(folder: Path, rounds: int) -> Terminology:
    cold = _seconds(lambda: load_folder(folder))
    times: dict[str, list[float]] = {"cached": [], "csv module": []}
    files = [file for file in folder.iterdir() if file.suffix == ".csv"]
    for _ in range(rounds):
        times["cached"].append(_seconds(lambda: load_folder(folder)))
        times["csv module"].append(_seconds(lambda: [_split(file, "utf-8-sig") for file in files]))
    terminology = load_folder(folder)
    names = sum(len(table) for table in terminology.tables.values())
    print(f"{names:,} names and their crosswalks: first reading {cold:.2f} s")
    _print(times, names)
    return terminology


def _measure_month(path: Path, terminology: Terminology, folder: Path, rounds: int) -> bool:
    times: dict[str, list[float]] = {"read": [], "write back": [], "csv module": []}
    imported = read_cases(path, terminology)
    target = folder / "back.csv"
    for _ in range(rounds):
        times["read"].append(_seconds(lambda: read_cases(path, terminology)))
        times["write back"].append(_seconds(lambda: write_corrected(imported.layout, imported.cases, target)))
        times["csv module"].append(_seconds(lambda: _split(path, "gb18030")))
    print(f"{len(imported.cases):,} front pages, {path.stat().st_size >> 20} MB")
    _print(times, len(imported.cases))
    return imported.report.refused == 0 and target.read_bytes() == path.read_bytes()


def _print(times: dict[str, list[float]], count: int) -> None:
    base = statistics.median(times["csv module"])
    for what, seconds in times.items():
        median = statistics.median(seconds)
        print(
            f"  {what:12} {median * 1e3:9.1f} ms  {median / count * 1e6:7.1f} µs each  {median / base:6.1f} x csv module"
        )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _split(path: Path, encoding: str) -> int:
    with path.open(encoding=encoding, newline="") as file:
        return sum(1 for _ in csv.reader(file))


def _made_up_tables(folder: Path) -> Path:
    made = folder / "tables"
    made.mkdir()
    rows = [f"A{n // 100:02}.{n % 100:02}0,病{n}" for n in range(2_000)]
    (made / "医保版.csv").write_text("\n".join(["编码,名称", *rows]), encoding="utf-8-sig")
    return made


def _made_up_month(folder: Path, count: int) -> Path:
    path = folder / f"month{count}.csv"
    path.write_bytes(n041_bytes(n041_row(BAH=f"{n:08}") for n in range(count)))
    return path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
