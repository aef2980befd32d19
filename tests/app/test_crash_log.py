"""A crash of the whole process leaves source positions for the next start; an orderly end leaves nothing."""

import faulthandler
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import crash_log
from app.crash_log import CrashLog
from tests.conftest import ROOT

CRASH = """
import faulthandler, sys
from pathlib import Path
from app.crash_log import CrashLog
log = CrashLog.start(Path(sys.argv[1]))
def step_that_crashes():
    faulthandler._sigabrt()
step_that_crashes()
"""


@pytest.fixture
def faults_as_before() -> Iterator[None]:
    enabled = faulthandler.is_enabled()
    yield
    if enabled:
        faulthandler.enable(2)


def test_a_crash_is_told_once(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CRASH, str(tmp_path)], cwd=ROOT, check=False, timeout=60)
    assert done.returncode != 0
    told = "\n".join(crash_log.take_former(tmp_path))
    assert "step_that_crashes" in told
    assert crash_log.take_former(tmp_path) == ()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("faults_as_before")
def test_an_orderly_end_leaves_nothing(tmp_path: Path) -> None:
    log = CrashLog.start(tmp_path)
    assert log.path.exists()
    assert crash_log.take_former(tmp_path) == ()
    assert log.path.exists()
    log.finish()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_cleared_away_after_a_month(tmp_path: Path) -> None:
    young, old = tmp_path / "crash-1.txt", tmp_path / "crash-2.txt"
    for path in (young, old):
        path.touch()
    os.utime(old, (0, 0))
    assert crash_log.take_former(tmp_path) == ()
    assert list(tmp_path.iterdir()) == [young]
