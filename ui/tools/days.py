"""Days as people type them into cells and boxes: one spelling, empty for open."""

from __future__ import annotations

from datetime import date

from app.errors import UserError
from ui.wording import MISSING


def typed_day(text: str) -> date | None:
    """The day typed; ``None`` where nothing is.

    Raises:
        UserError: it is no date.
    """
    plain = text.strip(f" {MISSING}")
    try:
        return date.fromisoformat(plain) if plain else None
    except ValueError:
        raise UserError(f"“{text}”不是日期。", "请写成 2025-01-01 的样子，留空表示不限。") from None


def shown_day(day: date | None) -> str:
    """A day in a cell."""
    return day.isoformat() if day else MISSING
