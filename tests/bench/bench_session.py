"""Session file: making, opening, and the time from a correction to its being on the disk.

Baseline of opening: parsing the same cases as plain JSON, the least any text format could cost. Baseline of recording: an
fsync'ed append of the same bytes to a plain file.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from app.history import Change
from app.sessions.case_codec import dump_lines
from app.sessions.session import Session
from coding_rules.case import Case, Fields
from tests.app.sessions.session_files import make_cases, principal

COLUMNS = 240  # an N041 row


def main(arguments: Sequence[str]) -> int:
    """Print medians and ratios."""
    small = "--small" in arguments
    with tempfile.TemporaryDirectory() as folder:
        for count in (50,) if small else (3_000, 50_000):
            _opening(Path(folder) / f"{count}.ccqa", count, repeats=1 if small else 3)
        _recording(Path(folder) / "record.ccqa", 5 if small else 500)
    return 0


def _opening(path: Path, count: int, repeats: int) -> None:
    cases = _wide_cases(count)
    made = _seconds(lambda: Session.create_from(path, cases).close())
    opened = statistics.median(_seconds(lambda: Session.open(path).close()) for _ in range(repeats))
    text = json.dumps([case.fields.cells for case in cases], ensure_ascii=False)
    plain = statistics.median(_seconds(lambda: json.loads(text)) for _ in range(repeats))
    print(
        f"{count:>6} cases: made in {made:.2f} s, opened in {opened:.2f} s"
        f" ({opened / plain:.1f} x parsing their cells as JSON), {path.stat().st_size / 1e6:.1f} MB"
    )


def _recording(path: Path, count: int) -> None:
    times: list[float] = []
    with Session.create_from(path, make_cases(3)) as session:
        for number in range(count):
            change = principal(session.current("1000"), f"I{number}", "急性前壁心肌梗死")
            times.append(_seconds(lambda change=change: session.record(change)))  # type: ignore[misc]
    plain = _appends(path.with_suffix(".txt"), change, count)
    ordered = sorted(times)
    median, late = statistics.median(times), ordered[int(len(ordered) * 0.95)]
    print(
        f"a correction is on the disk after {median * 1e3:.2f} ms (median), {late * 1e3:.2f} ms (95 %);"
        f" {median / plain:.1f} x an fsync'ed append ({plain * 1e3:.2f} ms)"
    )


def _appends(path: Path, change: Change, count: int) -> float:
    line = f"{dump_lines(change.before)}{dump_lines(change.after)}\n".encode()

    def append() -> None:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())

    with path.open("ab") as file:
        return statistics.median(_seconds(append) for _ in range(count))


def _wide_cases(count: int) -> list[Case]:
    header = {f"F{number}": number for number in range(COLUMNS)}
    return [
        replace(
            case,
            fields=Fields(header, tuple(f"{case.case_id}" if n % 3 == 0 else "" for n in range(COLUMNS))),
        )
        for case in make_cases(count)
    ]


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
