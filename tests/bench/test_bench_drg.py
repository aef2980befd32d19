from __future__ import annotations

import pytest

from tests.bench import bench_drg


def test_the_bench_runs_in_small_and_the_groupers_agree(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench_drg.main(["--small"]) == 0
    assert "x plain" in capsys.readouterr().out
