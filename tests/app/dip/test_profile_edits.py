"""Editing a profile step by step: back, forth, and what counts as changed."""

from __future__ import annotations

from app.dip.profile_edits import ProfileEdits
from app.dip.profile_text import with_value
from coding_rules.settlement.profile import load_profile

HUBEI = load_profile("hubei")


def test_every_step_goes_back_and_forth() -> None:
    first = with_value(HUBEI, "bands", "low", "0.4")
    second = with_value(first, "bands", "extreme", "5")
    edits = ProfileEdits.of(HUBEI).put(first, "低倍率界值").put(second, "极高界值")
    assert (edits.now, edits.last, edits.next, edits.changed) == (second, "极高界值", "", True)
    back = edits.undone()
    assert (back.now, back.last, back.next) == (first, "低倍率界值", "极高界值")
    assert back.undone().now == HUBEI
    assert not back.undone().changed
    assert back.undone().undone().now == HUBEI
    assert back.redone().now == second
    assert edits.redone() is edits


def test_a_new_change_forgets_what_was_taken_back() -> None:
    first = with_value(HUBEI, "bands", "low", "0.4")
    edits = (
        ProfileEdits.of(HUBEI).put(first, "甲").undone().put(with_value(HUBEI, "bands", "low", "0.3"), "乙")
    )
    assert (edits.next, edits.last) == ("", "乙")


def test_nothing_changed_is_no_step() -> None:
    edits = ProfileEdits.of(HUBEI)
    assert edits.put(HUBEI, "甲") is edits
