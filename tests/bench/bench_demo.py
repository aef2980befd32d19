"""Demo month: the time to generate it. Baseline: building the same cases from finished rows, the part every reader pays."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence

from app.demo.month import generate
from app.demo.n041 import FILE_NAME
from app.readers.building import CaseBuilder
from app.readers.mapping import ColumnMapping
from app.tables import starter_terminology
from coding_rules.fields import N041_HEADER
from icd_tables.codes import Edition


def main(arguments: Sequence[str]) -> int:
    """Print the median and its ratio to the baseline."""
    small = "--small" in arguments
    count, repeats = (50, 1) if small else (2_000, 5)
    terminology = starter_terminology()
    month = generate(count, terminology=terminology)
    builder = CaseBuilder(ColumnMapping(N041_HEADER, N041_HEADER), FILE_NAME)

    def build() -> None:
        for case in month.cases:
            builder.build(case.fields.cells, 1, case.case_id, Edition.CLINICAL)

    made = _median(lambda: generate(count, terminology=terminology), repeats)
    built = _median(build, repeats)
    print(f"{count:>6} cases: generated in {made:.2f} s ({made / built:.1f} x building them from rows)")
    return 0


def _median(run: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
