"""A reconciliation as rows: nothing of either side is left out."""

from __future__ import annotations

from decimal import Decimal

from app.dip.reconcile_rows import (
    AGREES,
    AMBIGUOUS,
    ONLY_OURS,
    ONLY_THEIRS,
    REFUSED,
    REPEATED,
    REVERSED,
    STATES,
    reconcile_rows,
)
from app.dip.return_file import BureauFile, Refused
from coding_rules.grouper.grouping import System
from tests.app.dip.test_reconcile import result, row


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
        row("001", 2, agreeing.grouping.group),
        row("002", 3, "J18.9"),
        row("009", 4, "X", points=Decimal(5), band="正常", amount=12_345),
        row("004", 5, "K35.3"),
    )
    returned = BureauFile(
        "反馈.xlsx", rows, frozenset({"record", "group", "amount"}), (Refused(6, "没有病案号"),)
    )
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


def test_sums_by_reason_add_up_to_the_whole() -> None:
    ours = [result(f"00{number}", "K35.300", fee=300_000 + number) for number in range(1, 6)]
    rows = (
        row("001", 2, "K35.3", amount=341_930),
        row("002", 3, "K35.3", amount=300_000),
        row("003", 4, "J18.9", amount=10),
        row("777", 5, "K35.3", amount=123),
        row("001", 6, "K35.3", amount=341_930),
    )
    undone = (row("005", 7, "K35.3", amount=-341_930), row("005", 8, "K35.3", amount=341_930))
    returned = BureauFile("反馈.xlsx", rows, frozenset({"record", "group", "amount"}), (), undone)
    found = reconcile_rows(ours, returned, System.DIP)
    *parts, whole = found.sums
    assert found.money == "金额"
    assert [part.state for part in parts] == [
        "分组",
        "金额",
        AGREES,
        ONLY_OURS,
        ONLY_THEIRS,
        REPEATED,
        REVERSED,
    ]
    for name in ("rows", "our_amount", "their_amount", "compared", "apart"):
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name), name
    assert whole.rows == len(found.rows)
    assert whole.their_amount == sum(each.amount or 0 for each in (*rows, *undone))
    amounts = [each.dip.settlement.amount for each in ours if each.dip and each.dip.settlement]
    assert whole.our_amount == sum(each or 0 for each in amounts)
    by_state = {part.state: part for part in parts}
    assert by_state["金额"].apart == 300_000 - 341_930
    assert by_state[REVERSED].their_amount == 0
