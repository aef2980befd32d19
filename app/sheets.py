"""Cells of the tables people bring (xlsx, old xls, csv) all at once, for catalogues and schemes that are read whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import UserError
from app.readers.opening import FileKind, detect_encoding, sniff, unreadable
from app.readers.workbook import open_workbook

_OLE = b"\xd0\xcf\x11\xe0"  # old .xls, or an xlsx locked with a password


@dataclass(frozen=True)
class Cells:
    """One sheet: its name ("" for CSV) and rows of cells as the file types them (text, number, ``None``)."""

    name: str
    rows: Sequence[Sequence[object]]


def read_cells(path: Path) -> list[Cells]:
    """All sheets of a workbook, or the one table of a CSV file (UTF-8 or GB18030).

    Raises:
        UserError: the file is missing, locked, password-protected, damaged or no table.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise unreadable(path, error) from error
    if start == _OLE:
        return _old_workbook(path)
    if sniff(path) is FileKind.WORKBOOK:
        return [Cells(sheet.name, list(sheet.rows)) for sheet in open_workbook(path)]
    return [Cells("", _csv_rows(path))]


def _old_workbook(path: Path) -> list[Cells]:
    """Bureaus still publish .xls; what is locked or no workbook gets the usual sentence."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(path) as book:
            sheets = [(name, book.get_sheet_by_name(name)) for name in book.sheet_names]
            return [Cells(name, sheet.to_python(skip_empty_area=False)) for name, sheet in sheets]
    except CalamineError as error:
        sniff(path)  # says whether it is locked
        raise UserError(
            f"“{path.name}”无法读取，文件可能已损坏。", "请用 Excel 打开后另存一份再导入。"
        ) from error


def _csv_rows(path: Path) -> list[list[object]]:
    encoding, _ = detect_encoding(path)
    data = path.read_bytes().removeprefix(encoding.mark)
    text = data.decode(encoding.codec, "replace")
    start = text[:2000]
    separator = "\t" if start.count("\t") > start.count(",") else ","
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
    except csv.Error as error:
        raise UserError(
            f"“{path.name}”不是规范的 CSV：{error}", "请用 Excel 另存为 CSV UTF-8 再导入。"
        ) from error
