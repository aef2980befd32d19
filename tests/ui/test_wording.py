from decimal import Decimal

from ui import wording


def test_money_and_numbers_are_written_for_people() -> None:
    assert wording.money(1234567) == "12,345.67"
    assert wording.money(-5) == "−0.05"
    assert wording.money(None) == "—"
    assert wording.yuan(1234567) == "12,346"
    assert wording.yuan(-49) == "0"
    assert wording.number(Decimal("1.2300")) == "1.23"
    assert wording.number(Decimal("-3.5"), 2) == "−3.50"
    assert wording.number(None) == "—"


def test_rises_and_falls_differ_only_in_the_symbol() -> None:
    assert wording.change(5, "5.00") == "▲ 5.00"
    assert wording.change(-5, "−5.00") == "▼ 5.00"
    assert wording.change(0, "0.00") == "＝"
    assert wording.change(None, "") == "—"
