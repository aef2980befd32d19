"""What a catalogue and a scheme teach."""

from __future__ import annotations

from coding_rules.relations import Bond, Families, Group, Relations

LEARNED = Relations(
    [
        Group("K80.1", "51.2300", (), 1_600_000),
        Group("k35.8", "47.0100"),
        Group("K35.8", "47.0100", ("54.5101",)),
        Group("K30.X"),
        Group("H25.9", "13.4100X001", ("13.7100X001",)),
        Group("E11"),
    ]
)


def test_pairs_in_any_spelling() -> None:
    assert LEARNED.bond("K80.101", "51.2300") is Bond.PAIR
    assert LEARNED.bond("h25.900", "13.4100x001") is Bond.PAIR
    assert LEARNED.bond("K35.800", "54.5101") is Bond.PAIR


def test_never_needs_both_known_and_other_chapters() -> None:
    assert LEARNED.bond("H25.900", "51.2300") is Bond.NEVER
    assert LEARNED.bond("K35.800", "51.2300") is Bond.UNKNOWN
    assert LEARNED.bond("H25.900", "99.9999") is Bond.UNKNOWN
    assert LEARNED.bond("S72.000", "51.2300") is Bond.UNKNOWN


def test_families_bring_together_and_keep_apart() -> None:
    families = Families(
        {"K80.100": frozenset({"H"}), "I21.900": frozenset({"F"})},
        {"51.2300": frozenset({"H"}), "36.0700": frozenset({"F"})},
    )
    relations = Relations((), families)
    assert relations.bond("K80.100", "51.2300") is Bond.FAMILY
    assert relations.bond("K80.100", "36.0700") is Bond.NEVER
    assert relations.bond("K80.100", "47.0100") is Bond.UNKNOWN


def test_operated_only() -> None:
    assert LEARNED.operated_only("K80.100")
    assert not LEARNED.operated_only("K30.x00")
    assert not LEARNED.operated_only("A00.000")


def test_a_category_row_serves_its_subcategories() -> None:
    assert [group.main for group in LEARNED.groups_of("E11.900")] == [""]


def test_the_main_one_among_several() -> None:
    assert LEARNED.main_among("H25.900", ["13.7100x001", "13.4100x001"]) == 1
    assert LEARNED.main_among("K35.800", ["54.5101", "47.0100"]) == 1
    assert LEARNED.main_among("K35.800", ["54.5101"]) is None
    both_ways = Relations([Group("H25.9", "13.4", ("13.7",)), Group("H25.9", "13.7", ("13.4",))])
    assert both_ways.main_among("H25.900", ["13.7", "13.4"]) is None


def test_empty_without_rows() -> None:
    assert Relations([Group("K35.8", "47.0100")])
    assert not Relations()
