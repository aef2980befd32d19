"""Figures and dates as the window writes them. Money comes in 分."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

MISSING = "—"
"""Shown for what cannot be had; never 0."""


def money(fen: int | None) -> str:
    """``1234567`` -> ``12,345.67``."""
    if fen is None:
        return MISSING
    sign = "−" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def yuan(fen: int | None) -> str:
    """Whole yuan for narrow columns: ``1234567`` -> ``12,346``."""
    if fen is None:
        return MISSING
    whole = (abs(fen) + 50) // 100
    return f"{'−' if fen < 0 and whole else ''}{whole:,}"


def number(value: Decimal | None, places: int = 4) -> str:
    """A decimal without needless zeros, at least two places kept."""
    if value is None:
        return MISSING
    text = f"{value:,.{places}f}".replace("-", "−")
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}" if rest else whole


def arrow(difference: int | Decimal | None) -> str:
    """Direction as a symbol, the same weight both ways: a rise is no praise and a fall no blame."""
    if difference is None:
        return ""
    return "▲" if difference > 0 else "▼" if difference < 0 else "＝"


def change(difference: int | Decimal | None, text: str) -> str:
    """``▲ 12.30``: a symbol and the size without its sign."""
    if difference is None:
        return MISSING
    return f"{arrow(difference)} {text.lstrip('−')}" if difference else "＝"


def day(value: date | datetime | None) -> str:
    """``2025-01-03`` or a dash."""
    return value.strftime("%Y-%m-%d") if value else MISSING


def sex(value: str) -> str:
    """The label of a sex code as filed."""
    return {"1": "男", "2": "女"}.get(value, f"性别{value or '未填'}")


def write_as_in_china() -> None:
    """Let widgets made from now on write dates and numbers as in China.

    The window's frame has none; the names of all languages, which come with ``QLocale``, would cost its start 20 ms.
    """
    from PySide6.QtCore import QLocale

    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
