from __future__ import annotations

from decimal import Decimal

from coding_rules.grouper.dip.versions import Change, compare_catalogues
from tests.coding_rules.grouper.dip.samples import ROWS, catalogue


def test_came_went_and_changed() -> None:
    changed = (*ROWS[0][:8], 1103.0, 3154.0)
    rewritten = (ROWS[2][0], "1", "K35.3", "", "47.9900", "", "", "", ROWS[2][8], ROWS[2][9])
    fresh = ("K36.x", "1", "K36.x", "其他阑尾炎", "", "", "", "", 400, 2000)
    found = compare_catalogues(catalogue(ROWS), catalogue([changed, ROWS[1], rewritten, *ROWS[4:], fresh]))
    assert [(each.code, each.change) for each in found] == [
        ("K35.3", Change.POINTS),
        ("K35.3:47.0100_54.5101", Change.REMOVED),
        ("K35.3:47.0900", Change.RULE),
        ("K36.x", Change.ADDED),
    ]
    assert (found[0].before, found[0].after, found[0].ratio) == ("551.5", "1103", Decimal(2))
    assert "47.0900" in found[2].before
    assert "47.9900" in found[2].after


def test_same_catalogue_has_no_changes() -> None:
    assert compare_catalogues(catalogue(), catalogue()) == ()
