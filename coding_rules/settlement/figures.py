"""Numbers as they stand in formulas and on screen, and the one rounding rule of the money.

The rule: every amount that is shown under a name is rounded half up to 分, every number of points to six decimals, and what follows is
reckoned from the rounded figure. So a formula can be checked by hand from the numbers in it, and shown parts add up to the shown sum.
Ratios are never rounded before use; formulas write them as a fraction. Decimal arithmetic throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
POINT = Decimal("0.000001")
MINUS = "−"
_STEPS = tuple(Decimal(1).scaleb(-places) for places in range(9))


def to_fen(yuan: Decimal) -> int:
    """Yuan to 分, half up."""
    return int((yuan * 100).quantize(Decimal(1), ROUND_HALF_UP))


def yuan(fen: int) -> Decimal:
    """分 to yuan, exact."""
    return Decimal(fen) / 100


def to_cents(value: Decimal) -> Decimal:
    """Yuan rounded half up to 分, still in yuan."""
    return value.quantize(CENT, ROUND_HALF_UP)


def to_points(value: Decimal) -> Decimal:
    """Points rounded half up to six decimals."""
    return value.quantize(POINT, ROUND_HALF_UP)


def apportion(total: int, weights: Sequence[Decimal]) -> tuple[int, ...]:
    """A sum of 分 split in proportion to ``weights`` (not negative), each part rounded, the parts adding up to the sum exactly.

    The 分 that rounding down leaves go to the largest remainders, earlier ones first; all weights 0: nothing is handed out.
    """
    whole = sum(weights, Decimal(0))
    if not whole:
        return (0,) * len(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(each.to_integral_value(ROUND_FLOOR)) for each in exact]
    order = sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])
    for place in order[: total - sum(parts)]:
        parts[place] += 1
    return tuple(parts)


def show(value: Decimal, places: int = 6) -> str:
    """A number without trailing zeros, at most ``places`` decimals, no thousands: as it is typed and read back."""
    return _bare(f"{value.quantize(_STEPS[places], ROUND_HALF_UP):f}")


def tell(value: Decimal, places: int = 6) -> str:
    """A number as formulas have it: thousands, no trailing zeros, at most ``places`` decimals: ``2,649.132102``."""
    text = _bare(f"{value.quantize(_STEPS[places], ROUND_HALF_UP):,f}")
    return text if value >= 0 else "0" if text == "-0" else text.replace("-", MINUS)


def tell_yuan(value: Decimal) -> str:
    """Yuan inside a formula, always two decimals: ``25,000.00``."""
    text = f"{value.quantize(CENT, ROUND_HALF_UP):,f}"
    return text if value >= 0 else "0.00" if text == "-0.00" else text.replace("-", MINUS)


def show_money(value: Decimal) -> str:
    """Yuan as a result: ``8,490.46 元``."""
    return f"{tell_yuan(value)} 元"


def show_ratio(value: Decimal) -> str:
    """A rate to four decimals: ``1.4253``."""
    return tell(value, 4)


def _bare(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
