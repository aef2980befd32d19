"""A reconciliation as rows: nothing of either side is left out."""

from __future__ import annotations

from decimal import Decimal

from app.dip.reconcile import BureauFile, BureauRow
from app.dip.reconcile_rows import (
    AGREES,
    AMBIGUOUS,
    ONLY_OURS,
    ONLY_THEIRS,
    REFUSED,
    STATES,
    reconcile_rows,
)
from coding_rules.grouper.grouping import System
from tests.app.dip.test_reconcile import result


def test_every_case_and_every_row_has_its_state() -> None:
    ours = [
        result("001", "K35.300", "47.0100"),
        result("002", "K35.300"),
        result("003", "K35.300"),
        result("004/1", "K35.300"),
        result("004/2", "K35.300"),
    ]
    agreeing = ours[0].dip
    assert agreeing is not None
    rows = (
        BureauRow("001", 2, agreeing.grouping.group),
        BureauRow("002", 3, "J18.9"),
        BureauRow("009", 4, "X", points=Decimal(5), band="正常", amount=12_345),
        BureauRow("004", 5, "K35.3"),
    )
    returned = BureauFile("反馈.xlsx", rows, frozenset({"case", "group"}), ((6, "没有病案号"),))
    found = reconcile_rows(ours, returned, System.DIP)
    by_number = {row.number: row for row in found.rows}
    assert by_number["001"].state == AGREES
    assert by_number["002"].state == "分组"
    assert (by_number["002"].ours, by_number["002"].theirs) == ("K35.3", "J18.9")
    assert "路径中没有出现 J18.9" in by_number["002"].step
    assert by_number["003"].state == ONLY_OURS
    assert by_number["009"].state == ONLY_THEIRS
    assert "123.45 元" in by_number["009"].step
    assert by_number["004"].state == AMBIGUOUS
    assert by_number["第 6 行"].state == REFUSED
    assert sum(found.counts.values()) == len(found.rows)
    assert set(found.counts) <= set(STATES)
