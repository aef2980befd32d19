"""What the start may not wait for: libraries and data that the window does not need to be shown and used."""

import subprocess
import sys

from tests.conftest import ROOT

HEAVY = (
    "numpy",
    "openpyxl",
    "rapidfuzz",
    "pypinyin",
    "pandas",
    "ssl",
    "app.knowledge",
    "app.demo",
    "coding_rules.checks.engine",
)
LOOK = "import sys, ui.launch; print([name for name in sys.argv[1:] if name in sys.modules])"


def test_the_window_opens_without_what_only_the_work_needs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOK, *HEAVY],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.strip() == "[]"
