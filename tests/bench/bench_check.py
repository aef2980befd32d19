"""The main job over a month: load, read, review, write the list. Baseline: parsing the same bytes with ``csv`` and no more.

With the reference tables at hand the 3,000-case sample is taken, with published tables and schemes; else the demonstration month.
"""

from __future__ import annotations

import csv
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from app.batch import review_cases
from app.demo.month import generate
from app.demo.n041 import write_n041
from app.export.correction_list import write_correction_list
from app.export.correction_rows import ReviewedCase
from app.knowledge import Choices, load_knowledge
from app.readers.reading import read_cases
from app.summary import summarise
from tests.conftest import find_reference

_Result = TypeVar("_Result")


def main(arguments: Sequence[str]) -> int:
    """Print seconds by stage and the ratio to the baseline."""
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["CASECODE_HOME"] = str(Path(scratch) / "home")
        path, choices = _month(Path(scratch), small="--small" in arguments)
        baseline, rows = _timed(lambda: _parse(path))
        load, knowledge = _timed(lambda: load_knowledge(choices))
        read, imported = _timed(lambda: read_cases(path, knowledge.terminology))
        review, results = _timed(lambda: review_cases(imported.cases, knowledge))
        reviewed = [ReviewedCase.untouched(result) for result in results]
        write, _ = _timed(lambda: write_correction_list(Path(scratch) / "l.xlsx", reviewed))
        total = load + read + review + write
        found = sum(summarise(results).whole.findings.values())
        print(f"{len(results)} of {rows - 1} cases, {found} findings; csv alone {baseline * 1e3:.0f} ms")
        for stage, seconds in (("load", load), ("read", read), ("review", review), ("list", write)):
            print(f"  {stage:<7}{seconds:6.2f} s")
        print(
            f"  total  {total:6.2f} s, {total / baseline:.0f} x csv alone; review {len(results) / review:,.0f} cases/s"
        )
    return 0


def _month(scratch: Path, *, small: bool) -> tuple[Path, Choices]:
    reference = find_reference()
    if small or reference is None:
        path = scratch / "month.csv"
        write_n041(path, generate(50 if small else 3000))
        return path, Choices()
    return reference / "frontpage" / "sample_n041_2025q1.csv", Choices(
        tables=str(reference / "codes"),
        drg=str(reference / "drg" / "chs_drg_11"),
        dip=str(next((reference / "dip").glob("平顶山*.xlsx"))),
    )


def _parse(path: Path) -> int:
    return sum(1 for _ in csv.reader(io.StringIO(path.read_bytes().decode("gb18030"), newline="")))


def _timed(work: Callable[[], _Result]) -> tuple[float, _Result]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
