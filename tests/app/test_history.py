"""Undo, redo and the net result; nothing is ever lost from the trail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.history import Change, CodedLines, Decision, History
from coding_rules.case import Case, Diagnosis


def lines(*codes: str) -> CodedLines:
    return CodedLines(tuple(Diagnosis(code) for code in codes), ())


def step(history: History, case_id: str, code: str, *, batch: int = 0, reason: str = "") -> Change:
    current = history.current(Case(case_id, diagnoses=lines("A").diagnoses))
    return history.apply(
        Change(
            case_id,
            f"改为 {code}",
            Decision.CORRECT,
            CodedLines.of(current),
            lines(code),
            reason,
            batch=batch,
        )
    )


def code_of(history: History, case_id: str) -> str:
    return history.current(Case(case_id, diagnoses=lines("A").diagnoses)).diagnoses[0].code


def test_undo_and_redo_walk_back_and_forth() -> None:
    history = History()
    step(history, "1", "B")
    step(history, "1", "C")
    assert history.undo_label() == "改为 C"
    assert [change.number for change in history.undo()] == [2]
    assert code_of(history, "1") == "B"
    assert history.redo_label() == "改为 C"
    assert history.redo()[0].after == lines("C")
    assert code_of(history, "1") == "C"
    assert history.redo() == ()
    assert history.redo_label() == ""


def test_undo_of_nothing_is_nothing() -> None:
    history = History()
    assert history.undo() == ()
    assert history.undo("1") == ()
    assert history.undo_label() == ""
    assert history.net("1") is None
    assert history.decision("1") is None
    assert history.case_ids == ()


def test_an_undone_step_stays_in_the_trail() -> None:
    history = History()
    step(history, "1", "B")
    history.undo()
    step(history, "1", "C")
    assert [(change.label, change.undone) for change in history.trail] == [
        ("改为 B", True),
        ("改为 C", False),
    ]
    assert len(history) == 2
    assert history.redo() == ()


def test_cases_are_undone_on_their_own() -> None:
    history = History()
    step(history, "1", "B")
    step(history, "2", "C")
    assert history.undo_label("1") == "改为 B"
    history.undo("1")
    assert (code_of(history, "1"), code_of(history, "2")) == ("A", "C")
    step(history, "2", "D")
    assert history.redo_label("1") == "改为 B"
    history.redo("1")
    assert code_of(history, "1") == "B"
    assert history.undo_label() == "改为 B", "the step done last is undone first"


def test_one_stroke_over_many_cases_is_one_undo() -> None:
    history = History()
    step(history, "9", "X")
    for case_id in "123":
        step(history, case_id, "B", batch=7)
    step(history, "3", "C", batch=7)
    assert history.undo_label() == "改为 C（共 4 例）"
    assert len(history.undo()) == 4
    assert [code_of(history, case_id) for case_id in "1239"] == ["A", "A", "A", "X"]
    assert len(history.redo()) == 4
    assert [code_of(history, case_id) for case_id in "1239"] == ["B", "B", "C", "X"]


def test_a_stroke_leaves_alone_what_was_changed_since() -> None:
    history = History()
    for case_id in "12":
        step(history, case_id, "B", batch=1)
    step(history, "1", "C")
    history.undo("1")
    history.undo("1")
    history.redo("1")
    step(history, "1", "D")
    history.undo("2")
    history.redo("2")
    assert [change.case_id for change in history.undo()] == ["2"]
    assert (code_of(history, "1"), code_of(history, "2")) == ("D", "A")


def test_the_net_result_folds_the_steps() -> None:
    history = History()
    step(history, "1", "B", reason="笔误")
    step(history, "1", "C", reason="见病理")
    step(history, "1", "C", reason="笔误")
    net = history.net("1")
    assert net is not None
    assert (net.before, net.after, net.altered) == (lines("A"), lines("C"), True)
    assert net.reasons == ("笔误", "见病理")
    assert net.decision is Decision.CORRECT
    assert [change.alters for change in net.steps] == [True, True, False]
    step(history, "1", "A")
    back = history.net("1")
    assert back is not None
    assert not back.altered


def test_a_decision_that_changes_no_code_is_a_step_too() -> None:
    history = History()
    step(history, "1", "B")
    history.apply(Change("1", "维持原码", Decision.KEEP, lines("B"), lines("B"), "病历支持"))
    assert history.decision("1") is Decision.KEEP
    assert [net.case_id for net in history.net_changes()] == ["1"]
    history.undo()
    assert history.decision("1") is Decision.CORRECT
    assert [(change.number, change.undone) for change in history] == [(1, False), (2, True)]


def test_a_step_must_start_from_the_lines_as_they_stand() -> None:
    history = History()
    change = step(history, "1", "B")
    with pytest.raises(ValueError, match="lines as they stand"):
        history.apply(replace(change, number=0))
    with pytest.raises(ValueError, match="numbers"):
        history.apply(Change("2", "x", Decision.KEEP, lines("A"), lines("A"), number=1))
    with pytest.raises(ValueError, match="in order"):
        history.bring_back(change.number)


_actions = st.lists(st.tuples(st.sampled_from(["do", "undo", "redo"]), st.sampled_from("12"), st.booleans()))


@given(_actions)
def test_replaying_the_marks_gives_the_same_history(actions: list[tuple[str, str, bool]]) -> None:
    history, replayed = History(), History()
    for number, (action, case_id, everywhere) in enumerate(actions):
        scope = None if everywhere else case_id
        if action == "do":
            replayed.apply(step(history, case_id, f"C{number}", batch=number // 3))
        elif action == "undo":
            for change in history.undo(scope):
                replayed.take_back(change.number)
        else:
            for change in history.redo(scope):
                replayed.bring_back(change.number)
    assert replayed.trail == history.trail
    assert list(replayed.net_changes()) == list(history.net_changes())
    for scope in (None, "1", "2"):
        assert replayed.undo_label(scope) == history.undo_label(scope)
        assert replayed.redo_label(scope) == history.redo_label(scope)


@given(_actions, st.sampled_from([None, "1", "2"]))
def test_redo_brings_back_what_undo_took(actions: list[tuple[str, str, bool]], scope: str | None) -> None:
    history = History()
    for number, (action, case_id, everywhere) in enumerate(actions):
        if action == "do":
            step(history, case_id, f"C{number}", batch=number // 3)
        elif action == "undo":
            history.undo(None if everywhere else case_id)
    before = [code_of(history, each) for each in "12"]
    undone = {change.number for change in history.undo(scope)}
    if undone:
        redone = {change.number for change in history.redo(scope)}
        assert undone <= redone, "a stroke may bring back its other cases too, never fewer"
        if undone == redone:
            assert [code_of(history, each) for each in "12"] == before
