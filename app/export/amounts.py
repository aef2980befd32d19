"""Money as cells take it; apart from the workbooks, whose library takes a while to load."""

from __future__ import annotations

from decimal import Decimal


def yuan(cents: int | None) -> Decimal | None:
    """Money in 分 as 元 for a cell."""
    return None if cents is None else Decimal(cents).scaleb(-2)
