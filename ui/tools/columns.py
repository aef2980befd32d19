"""Columns of figures as the tools use them: shown with a dash where there is none, sorted and exported as numbers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from app.export.amounts import yuan
from ui import wording
from ui.models.columns import Column

Row = TypeVar("Row")
Number = int | float | Decimal


def text(
    key: str,
    title: str,
    read: Callable[[Row], str],
    width: int = 90,
    *,
    stretch: bool = False,
    muted: bool = False,
    tip: Callable[[Row], str] | None = None,
    strong: Callable[[Row], bool] | None = None,
) -> Column[Row]:
    """A column of text."""
    tone = (lambda _row: "muted") if muted else None
    return Column(key, title, read, width=width, stretch=stretch, tone=tone, tip=tip, strong=strong)


def count(
    key: str,
    title: str,
    read: Callable[[Row], int | None],
    width: int = 70,
    *,
    missing: str = wording.MISSING,
) -> Column[Row]:
    """Whole numbers with thousands."""
    return _numeric(key, title, read, lambda value: f"{value:,}".replace("-", "−"), width, missing)


def figure(
    key: str,
    title: str,
    read: Callable[[Row], Number | None],
    width: int = 80,
    *,
    places: int = 2,
    missing: str = wording.MISSING,
) -> Column[Row]:
    """Decimals, always with ``places`` places, so that they stand under each other."""
    return _numeric(key, title, read, lambda value: _fixed(value, places), width, missing)


def percent(
    key: str,
    title: str,
    read: Callable[[Row], float | None],
    width: int = 80,
    *,
    missing: str = wording.MISSING,
) -> Column[Row]:
    """A share of 1 as per cent; a workbook gets the share."""
    return _numeric(key, title, read, lambda value: _signed(f"{value:.2%}"), width, missing)


def money(key: str, title: str, read: Callable[[Row], int | None], width: int = 104) -> Column[Row]:
    """分 as yuan with two places; a workbook gets yuan."""
    return Column(
        key,
        title,
        lambda row: wording.money(read(row)),
        sort=lambda row: _order(read(row)),
        width=width,
        numeric=True,
        value=lambda row: yuan(read(row)),
    )


def rise(
    key: str,
    title: str,
    read: Callable[[Row], Number | None],
    width: int = 96,
    *,
    places: int = 4,
    cents: bool = False,
) -> Column[Row]:
    """A difference with its direction as a symbol, the same weight up and down; ``cents``: 分, shown as yuan."""

    def shown(row: Row) -> str:
        value = read(row)
        if value is None:
            return wording.MISSING
        size = wording.money(int(value)) if cents else _fixed(value, places).removeprefix("−")
        return wording.change(Decimal(str(value)), size)

    def cell(row: Row) -> Number | None:
        value = read(row)
        return yuan(int(value)) if cents and value is not None else value

    return Column(
        key, title, shown, sort=lambda row: _order(read(row)), width=width, numeric=True, value=cell
    )


def _fixed(value: Number, places: int) -> str:
    """A number with thousands and places; a Decimal is rounded half up, as the formulas beside it are, not half to even."""
    if isinstance(value, Decimal):
        value = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return _signed(f"{value:,.{places}f}")


def _signed(text: str) -> str:
    """A written number with a true minus; what rounds to nothing has no sign."""
    return text.replace("-", "−" if any(digit in text for digit in "123456789") else "")


def _numeric(
    key: str,
    title: str,
    read: Callable[[Row], Number | None],
    shown: Callable[[Number], str],
    width: int,
    missing: str,
) -> Column[Row]:
    def show(row: Row) -> str:
        value = read(row)
        return missing if value is None else shown(value)

    def cell(row: Row) -> Number | str | None:
        value = read(row)
        return missing if value is None and missing != wording.MISSING else value

    return Column(
        key,
        title,
        show,
        sort=lambda row: _order(read(row)),
        width=width,
        numeric=True,
        tone=lambda row: "muted" if read(row) is None else "",
        value=cell,
    )


def _order(value: Number | None) -> tuple[bool, Number]:
    """What cannot be had stands after what can."""
    return value is None, 0 if value is None else value
