"""Institution factors by group as the bureau hands them out: a table of 病种编码 and 机构系数."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from app.errors import UserError
from app.sheets import read_cells
from coding_rules.grouper.dip.columns import number, text

_GROUP = ("病种编码", "病种代码", "DIP编码", "DIP代码", "病组编码", "病组代码", "DRG编码", "编码")
_FACTOR = ("病种机构系数", "病种系数", "机构系数", "医院系数", "等级系数", "调节系数", "系数")
_LOOK = 15


def read_group_factors(path: Path) -> tuple[dict[str, Decimal], tuple[tuple[int, str], ...]]:
    """Factors by group, and the rows refused as (row, reason).

    Raises:
        UserError: the file cannot be opened, or has no columns of groups and factors.
    """
    for cells in read_cells(path):
        for start, row in enumerate(cells.rows[:_LOOK]):
            headers = [re.sub(r"[\s(（].*$", "", text(cell)).upper() for cell in row]
            group, factor = _place(headers, _GROUP), _place(headers, _FACTOR)
            if group is not None and factor is not None:
                return _read(cells.rows, start + 1, group, factor)
    raise UserError(f"{path.name} 里没有找到病种机构系数", "需要有“病种编码”和“机构系数”两列。")


def _place(headers: Sequence[str], names: Sequence[str]) -> int | None:
    return next((headers.index(name) for name in names if name in headers), None)


def _read(
    rows: Sequence[Sequence[object]], start: int, group: int, factor: int
) -> tuple[dict[str, Decimal], tuple[tuple[int, str], ...]]:
    found: dict[str, Decimal] = {}
    refused: list[tuple[int, str]] = []
    for place, row in enumerate(rows[start:], start=start + 1):
        cells = [*row, *[None] * (max(group, factor) + 1 - len(row))]
        code, value = text(cells[group]), number(cells[factor])
        if not code and value is None:
            continue
        if not code or value is None or value <= 0:
            refused.append((place, f"病种“{code}”的系数“{text(cells[factor])}”不可用"))
        else:
            found[code] = value
    return found, tuple(refused)
