"""How well fee and stay fit the rows of a catalogue."""

from __future__ import annotations

import pytest

from coding_rules.case import Case, Fees
from coding_rules.course import Course, operated, support
from coding_rules.relations import Group

QUIET = Group("M51.2", "", (), 500_000, 300, 0.4, 9.0)
DISC = Group("M51.2", "80.5108", (), 2_000_000, 100, 0.3, 14.0)
FUSED = Group("M51.2", "81.0801", ("80.5108",), 6_000_000, 60, 0.2, 18.0)
ROWS = (QUIET, DISC, FUSED)


def test_a_course_without_fee_or_stay_says_nothing_of_them() -> None:
    assert Course.of(Case("1", fees=Fees(total=0), los=0)) == Course()
    assert Course.of(Case("1", fees=Fees(total=12_345), los=3)) == Course(12_345, 3)


def test_support_counts_the_rows_of_what_was_done() -> None:
    assert support(ROWS, frozenset(), Course()).cases == pytest.approx(310)
    assert support(ROWS, frozenset({"80.5108"}), Course()).cases == pytest.approx(10 + 100 + 300 * 0.02)
    assert support((), frozenset(), Course()).cases == pytest.approx(10)


def test_one_procedure_too_many_halves_a_row() -> None:
    found = support((DISC,), frozenset({"80.5108", "03.9101"}), Course())
    assert found.cases == pytest.approx(10 + 50)
    assert found.listed == pytest.approx(50)


def test_closeness_falls_with_the_distance_of_fee_and_stay() -> None:
    near, dear, long = (
        support((QUIET,), frozenset(), course).closeness
        for course in (Course(480_000, 9), Course(1_500_000, 9), Course(480_000, 60))
    )
    assert near > dear
    assert near > long


def test_far_off_is_no_more_unlikely_than_far() -> None:
    far, further = (support((QUIET,), frozenset(), Course(fee)).weight for fee in (90_000_000, 900_000_000))
    assert far == pytest.approx(further, rel=0.2)


def test_a_dear_case_without_operation_looks_like_the_operated_ones() -> None:
    found = operated(ROWS, frozenset(), Course(2_000_000, 14))
    assert found.share > 0.9
    assert found.nearest is not None
    assert found.nearest.main == "80.5108"
    assert operated(ROWS, frozenset(), Course(450_000, 8)).share < 0.1


def test_a_related_procedure_alone_asks_for_its_main_one_where_the_fee_does() -> None:
    fused = operated(ROWS, frozenset({"80.5108"}), Course(6_000_000, 18))
    assert fused.share > 0.9
    assert fused.nearest is not None
    assert fused.nearest.main == "81.0801"
    assert operated(ROWS, frozenset({"80.5108"}), Course(2_000_000, 14)).share < 0.1


def test_rows_that_publish_nothing_but_codes_are_counted_as_usual() -> None:
    bare = (Group("K80.1"), Group("K80.1", "51.2300"))
    assert operated(bare, frozenset(), Course()).share == pytest.approx(20 / 50)
    assert operated((), frozenset(), Course()).nearest is None
