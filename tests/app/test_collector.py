"""The collector runs again afterwards, whatever happens."""

from __future__ import annotations

import gc

import pytest

from app.collector import paused_collector


def fail_while_resting() -> None:
    with paused_collector():
        assert not gc.isenabled()
        raise ValueError("stop")


def test_it_rests_inside_and_runs_again_after_an_error() -> None:
    with pytest.raises(ValueError, match="stop"):
        fail_while_resting()
    assert gc.isenabled()


def test_who_paused_it_before_keeps_it_paused() -> None:
    with paused_collector():
        with paused_collector():
            pass
        assert not gc.isenabled()
