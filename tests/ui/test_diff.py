from coding_rules.case import Diagnosis
from ui.diff import LineState, Part, Segment, diff_text, pair_lines

A, B, C, D = (Diagnosis(f"{letter}00.000", letter) for letter in "ABCD")


def test_equal_texts_do_not_differ() -> None:
    assert not diff_text("急性阑尾炎", "急性阑尾炎").changed
    assert diff_text("", "").old == ()


def test_difference_is_by_character() -> None:
    diff = diff_text("I20.000", "I21.000x005")
    assert "".join(segment.text for segment in diff.old) == "I20.000"
    assert "".join(segment.text for segment in diff.new) == "I21.000x005"
    assert Segment("x005", Part.ADDED) in diff.new
    assert Segment("I2") in diff.new


def test_chinese_name_keeps_common_characters() -> None:
    diff = diff_text("急性阑尾炎", "急性化脓性阑尾炎")
    assert [segment.text for segment in diff.new if segment.part is Part.ADDED] == ["化脓性"]


def states(original: list[Diagnosis], current: list[Diagnosis]) -> list[LineState]:
    return [pair.state for pair in pair_lines(original, current)]


def test_inserted_line_does_not_move_the_others() -> None:
    assert states([A, B], [C, A, B]) == [LineState.ADDED, LineState.SAME, LineState.SAME]


def test_changed_line_stands_beside_what_it_was() -> None:
    pairs = pair_lines([A, B], [A, C])
    assert pairs[1].original == B
    assert pairs[1].current == C
    assert pairs[1].state is LineState.CHANGED


def test_removed_line_is_shown_where_it_stood() -> None:
    pairs = pair_lines([A, B, C], [A, C])
    assert [pair.state for pair in pairs] == [LineState.SAME, LineState.REMOVED, LineState.SAME]
    assert pairs[1].original == B


def test_swapped_principal_is_one_move() -> None:
    assert states([A, B, C], [C, A, B]) == [LineState.MOVED, LineState.SAME, LineState.SAME]


def test_duplicate_lines_pair_with_their_own_places() -> None:
    pairs = pair_lines([A, A, B], [A, A, B])
    assert [pair.original_at for pair in pairs] == [0, 1, 2]
