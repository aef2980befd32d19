"""Open and save auxiliary catalogues (辅助目录): factor tables, severity dictionaries, CCI dictionaries."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from app.errors import UserError
from app.files import safe_write
from app.sheets import read_cells
from coding_rules.grouper.dip_columns import Sheet
from coding_rules.settlement.auxiliary import AuxiliaryCatalogue, AuxiliaryRow
from coding_rules.settlement.auxiliary_rows import auxiliary_table, read_auxiliary


def load_auxiliary(paths: Sequence[Path]) -> tuple[AuxiliaryCatalogue, tuple[tuple[str, str], ...]]:
    """An auxiliary catalogue from any number of files, and the rows refused as (place, reason).

    Raises:
        UserError: a file cannot be opened, or none of them holds an auxiliary table.
    """
    sheets = [Sheet(path.name, cells.name, cells.rows) for path in paths for cells in read_cells(path)]
    found = read_auxiliary(sheets)
    names = "、".join(path.name for path in paths)
    if not found.found_anything:
        raise UserError(
            f"{names} 里没有找到辅助目录",
            "系数表需要“病种编码、辅助目录名称、调节系数”，字典需要“诊断编码”和“严重程度”或“权重”。",
        )
    return AuxiliaryCatalogue(found.rows, found.tables(names), names), tuple(found.refused)


def save_factors(rows: Iterable[AuxiliaryRow], path: Path) -> None:
    """Write factors as a CSV that ``load_auxiliary`` reads back.

    Raises:
        UserError: the file cannot be written.
    """
    with safe_write(path) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(auxiliary_table(rows))
