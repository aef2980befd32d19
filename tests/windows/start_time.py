"""How long the frozen program takes to a window that can be used, against the smallest Qt window frozen the same way.

    python -m tests.windows.start_time [--wine] [--program FOLDER] [--times N]

Both programs are started in turn, warm, and end by themselves when their window is exposed and painted (``ui.first_sight``).
Medians are of wall-clock seconds of the whole process; under Wine they contain what Wine takes to start a process. The program is given a
private data folder with a month of work, so that a second figure can say when that work is on the screen.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.frozen import build as build_program
from tests.windows.lab import LAB, ROOT, prepare

SMALLEST = ROOT / "tests" / "windows" / "smallest.py"
LIMIT = 2.0
"""The program may take at most twice the smallest window."""
EXCLUDED = ("PySide6.QtNetwork", "PySide6.QtQml", "tkinter", "unittest", "numpy", "ssl")
_HOME = "CASECODE_HOME"


@dataclass(frozen=True)
class Bench:
    """How to start a frozen program here: ``start(command, home)`` returns when it has ended, or raises."""

    name: str
    start: Callable[[Sequence[str], Path], None]
    program: Sequence[str]
    smallest: Sequence[str]


def main() -> int:
    """Print the medians; 1 when the limit is passed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--wine", action="store_true", help="the Windows programs under Wine")
    parser.add_argument("--program", type=Path, help="a built CaseCodeQA folder (otherwise it is built)")
    parser.add_argument("--times", type=int, default=9, help="starts of each")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="casecode-start-") as scratch:
        bench = _wine(options.program) if options.wine else _linux(Path(scratch), options.program)
        home = Path(scratch) / "home"
        shown, opened, smallest = _measure(bench, home, options.times)
    ratio = statistics.median(shown) / statistics.median(smallest)
    for what, times in (
        ("smallest Qt window", smallest),
        ("window usable", shown),
        ("work on the screen", opened),
    ):
        spread = f"{min(times):.2f}-{max(times):.2f}"
        print(
            f"{bench.name}: {what:20} median {statistics.median(times):.2f} s ({spread}, {len(times)} starts)"
        )
    print(f"{bench.name}: window usable / smallest window = {ratio:.2f} (limit {LIMIT})")
    return int(ratio > LIMIT)


def _measure(bench: Bench, home: Path, times: int) -> tuple[list[float], list[float], list[float]]:
    """Starts in turn, so that a change of the machine's mood meets all three alike; the first round only warms."""
    shown: list[float] = []
    opened: list[float] = []
    smallest: list[float] = []
    for number in range(times + 1):
        figures = [
            _timed(bench, [*bench.smallest], home),
            _timed(bench, [*bench.program, "--leave-when", "shown"], home),
            _timed(bench, [*bench.program, "--leave-when", "open"], home),
        ]
        if number:
            for series, figure in zip((smallest, shown, opened), figures, strict=True):
                series.append(figure)
    return shown, opened, smallest


def _timed(bench: Bench, command: Sequence[str], home: Path) -> float:
    began = time.perf_counter()
    bench.start(command, home)
    return time.perf_counter() - began


def _linux(scratch: Path, program: Path | None) -> Bench:
    if program is None:
        build_program(scratch, scratch / "dist")
        program = scratch / "dist" / "CaseCodeQA"
    freezer = [sys.executable, "-m", "PyInstaller"]
    subprocess.run(
        [*freezer, *_options(scratch / "smallest", scratch / "work", SMALLEST)], cwd=scratch, check=True
    )

    def start(command: Sequence[str], home: Path) -> None:
        environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", **{_HOME: str(home)})
        subprocess.run(command, env=environment, capture_output=True, check=True, timeout=120)

    return Bench("Linux", start, [str(program / "CaseCodeQA")], [str(scratch / "smallest/smallest/smallest")])


def _wine(program: Path | None) -> Bench:
    lab = prepare()
    program = program or LAB / "first" / "CaseCodeQA"
    place = lab.drive / "start"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(program, place / "CaseCodeQA")
    shutil.copyfile(SMALLEST, lab.drive / "smallest.py")
    options = _options(r"C:\start", r"C:\build\smallest", r"C:\smallest.py")
    lab.python("-m", "PyInstaller", *options, timeout=900, cwd=lab.drive)

    # One server for all starts, as one Windows serves all programs; it ends ten seconds after the last.
    subprocess.run(["wineserver", "-p10"], env=lab.environment(), check=True)

    def start(command: Sequence[str], home: Path) -> None:
        process = lab.start(command, extra={_HOME: rf"C:\start\{home.name}"})
        if process.wait(timeout=120):
            raise RuntimeError(f"{command[0]} ended with {process.returncode}")

    return Bench("Wine", start, [r"C:\start\CaseCodeQA\CaseCodeQA.exe"], [r"C:\start\smallest\smallest.exe"])


def _options(dist: Path | str, work: Path | str, script: Path | str) -> list[str]:
    """PyInstaller's options for the smallest program: one folder, windowed, optimised, as ours is."""
    places = ["--distpath", str(dist), "--workpath", str(work), "--specpath", str(work)]
    excluded = [word for name in EXCLUDED for word in ("--exclude-module", name)]
    return [
        "--noconfirm",
        "--log-level",
        "ERROR",
        "--windowed",
        "--optimize",
        "1",
        *places,
        *excluded,
        str(script),
    ]


if __name__ == "__main__":
    sys.exit(main())
