"""Columns of figures: what a cell shows is what the formula beside it says."""

from __future__ import annotations

from decimal import Decimal

import pytest

from coding_rules.settlement.figures import tell_yuan
from ui.tools.columns import figure, rise

HALVES = ("4886.705", "18657.845", "82466.825", "0.005", "-0.004", "-2.675", "1")


@pytest.mark.parametrize("written", HALVES)
def test_a_decimal_is_rounded_as_its_formula_rounds_it(written: str) -> None:
    column = figure("mean", "均费", Decimal)
    assert column.text(written) == tell_yuan(Decimal(written))


def test_a_difference_is_rounded_half_up_too() -> None:
    column = rise("apart", "差", Decimal, places=2)
    assert column.text("0.125").endswith("0.13")
    assert column.text("-0.125").endswith("0.13")


def test_floats_keep_their_own_rounding() -> None:
    assert figure("ratio", "倍率", float, places=1).text("1234.56") == "1,234.6"
