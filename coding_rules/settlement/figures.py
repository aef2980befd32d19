"""Numbers as they stand in formulas and on screen. Decimal arithmetic; rounding happens once, at the end."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def to_fen(yuan: Decimal) -> int:
    """Yuan to 分, half up."""
    return int((yuan * 100).quantize(Decimal(1), ROUND_HALF_UP))


def yuan(fen: int) -> Decimal:
    """分 to yuan, exact."""
    return Decimal(fen) / 100


def show(value: Decimal, places: int = 6) -> str:
    """A number without trailing zeros, at most ``places`` decimals, never in exponent form."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def show_money(value: Decimal) -> str:
    """Yuan with two decimals: ``8490.46 元``."""
    return f"{value.quantize(CENT, ROUND_HALF_UP):f} 元"


def show_ratio(value: Decimal) -> str:
    """A rate to four decimals: ``1.4253``."""
    return show(value, 4)
