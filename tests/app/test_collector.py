"""The collector runs again afterwards, whatever happens."""

from __future__ import annotations

import gc

import pytest

from app.collector import lasting_values, let_go
from coding_rules.grouper.collector import without_collector


def fail_while_resting() -> None:
    with without_collector():
        assert not gc.isenabled()
        raise ValueError("stop")


def test_it_rests_inside_and_runs_again_after_an_error() -> None:
    with pytest.raises(ValueError, match="stop"):
        fail_while_resting()
    assert gc.isenabled()


def test_who_paused_it_before_keeps_it_paused() -> None:
    with without_collector():
        with without_collector():
            pass
        assert not gc.isenabled()


def test_lasting_values_are_passed_by_until_they_are_let_go() -> None:
    let_go()
    with lasting_values():
        assert not gc.isenabled()
        kept = [[number] for number in range(1000)]
    assert gc.isenabled()
    try:
        assert gc.get_freeze_count() >= len(kept)
        assert not any(one is kept for one in gc.get_objects())
    finally:
        let_go()
    assert gc.get_freeze_count() == 0
    assert any(one is kept for one in gc.get_objects())


def fail_while_building() -> None:
    with lasting_values():
        raise ValueError("given up")


def test_work_that_was_given_up_leaves_nothing_out() -> None:
    let_go()
    with pytest.raises(ValueError, match="given up"):
        fail_while_building()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
