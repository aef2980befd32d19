from __future__ import annotations

import pytest

from tests.bench import bench_dip


def test_bench_runs_small_and_the_groupers_agree(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench_dip.main(["--small"]) == 0
    assert "agrees with the plain interpreter: True" in capsys.readouterr().out
