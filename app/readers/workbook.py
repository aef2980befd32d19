"""Rows of a workbook, after making sure that opening it cannot fill the memory.

An xlsx is a zip: declared and real sizes are checked while unpacking to nowhere, and so is how far its cells reach,
because a single stray cell in the last column makes readers build the whole rectangle.
"""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetVisibleEnum,
    XmlError,
    ZipError,
)

from app.errors import UserError
from app.readers.old_workbook import MOST_COLUMNS, OldWorkbookError, reach
from app.readers.values import cell_text

MAX_UNPACKED = 1 << 30
MAX_CELLS = 40_000_000
MAX_OLD_BYTES = 256 << 20
_MAX_PARTS = 5_000
_RATIO_FREE = 32 << 20
_MAX_RATIO = 100
_CHUNK = 1 << 20
_FAR_COLUMN = re.compile(rb'r="([A-Z]{2,3})\d')
_ROW = re.compile(rb'<row[^>]*? r="(\d+)"')


MergedRange = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name and a way to its rows. Cells are text, numbers, dates or empty text, as stored.

    ``merged`` are the ranges of merged cells as ((row, column), (row, column)) from 0; ``hidden`` sheets are not seen on screen.
    """

    name: str
    rows: Iterator[list[object]]
    height: int
    merged: Sequence[MergedRange] = ()
    hidden: bool = False


def open_workbook(path: Path) -> list[Sheet]:
    """The sheets that hold anything, in order, after the safety checks.

    Raises:
        UserError: not a workbook, password-protected, damaged, or too large to open safely.
    """
    _check_zip(path)
    return _filled_sheets(path)


def open_old_workbook(path: Path) -> list[Sheet]:
    """The same of an Excel 97 workbook (.xls), which has at most 65,536 rows of 256 columns.

    Raises:
        UserError: password-protected, damaged, or too large to open safely.
    """
    if path.stat().st_size > MAX_OLD_BYTES:
        raise _too_large(path, f"有 {path.stat().st_size >> 20} MB")
    try:
        _, columns = reach(path.read_bytes())
    except OldWorkbookError as error:
        raise _damaged(path) from error
    if columns > MOST_COLUMNS:
        raise _damaged(path)
    return _filled_sheets(path)


def _filled_sheets(path: Path) -> list[Sheet]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes())) as workbook:
            sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
            hidden = {
                each.name for each in workbook.sheets_metadata if each.visible is not SheetVisibleEnum.Visible
            }
    except PasswordError as error:
        raise UserError(
            f"“{path.name}”有密码，无法读取。", "请在 Excel 或 WPS 中取消密码并另存后再导入。"
        ) from error
    except (CalamineError, ZipError, XmlError, OSError, ValueError) as error:
        raise _damaged(path) from error
    except BaseException as error:
        if (
            type(error).__name__ != "PanicException"
        ):  # how the reader, which is not Python, says "I never expected that"
            raise
        raise _damaged(path) from error
    found = [
        Sheet(
            sheet.name,
            _from_first_column(sheet.iter_rows(), sheet.start[1]),
            sheet.total_height,
            sheet.merged_cell_ranges or (),
            sheet.name in hidden,
        )
        for sheet in sheets
        if sheet.start is not None
    ]
    if not found:
        raise UserError(f"“{path.name}”里没有数据。", "请确认导出是否完成。")
    return found


def sheet_cells(content: bytes, name: str) -> Iterator[list[object]]:
    """Rows of one sheet as stored, from the bytes of a workbook that passed the checks before."""
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        sheet = workbook.get_sheet_by_name(name)
    return _from_first_column(sheet.iter_rows(), sheet.start[1] if sheet.start else 0)


def sheet_rows(content: bytes, name: str) -> Iterator[list[str]]:
    """The same as texts."""
    return ([cell_text(cell) for cell in row] for row in sheet_cells(content, name))


def _from_first_column(rows: Iterable[Sequence[object]], left: int) -> Iterator[list[object]]:
    """Rows with columns as on screen: the reader leaves out blank columns before the first filled cell."""
    blank: list[object] = [""] * left
    return ([*blank, *row] for row in rows)


def _damaged(path: Path) -> UserError:
    return UserError(
        f"“{path.name}”不是完好的 Excel 工作簿，无法打开。",
        "请用 Excel 或 WPS 打开确认，另存为新的 .xlsx 后再导入。",
    )


def _too_large(path: Path, why: str) -> UserError:
    return UserError(
        f"“{path.name}”{why}，为避免耗尽内存没有打开。",
        "如果文件来源可靠，请在 Excel 中只保留数据区域，另存为 .csv 后再导入。",
    )


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            if "[Content_Types].xml" not in package.namelist() or not any(
                part.filename.startswith("xl/") for part in parts
            ):
                raise UserError(f"“{path.name}”是压缩包，不是 Excel 工作簿。", "请先解压，再导入里面的文件。")
            if any(part.flag_bits & 1 for part in parts):
                raise UserError(f"“{path.name}”有密码，无法读取。", "请取消密码并另存后再导入。")
            if len(parts) > _MAX_PARTS:
                raise _too_large(path, f"内部文件过多（{len(parts)} 个）")
            packed = path.stat().st_size
            if (declared := sum(part.file_size for part in parts)) > MAX_UNPACKED:
                raise _too_large(path, f"解压后有 {declared >> 20} MB")
            unpacked = 0
            for part in parts:
                unpacked += _unpack_to_nowhere(path, package, part, packed, unpacked)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        EOFError,
        NotImplementedError,
        ValueError,
        OSError,
    ) as error:
        raise _damaged(path) from error


def _unpack_to_nowhere(
    path: Path, package: zipfile.ZipFile, part: zipfile.ZipInfo, packed: int, before: int
) -> int:
    """Real unpacked size of a part; stops as soon as the whole grows beyond the limits or its cells reach too far."""
    honest = copy.copy(part)
    honest.file_size = MAX_UNPACKED * 2  # do not let a false declaration end the reading early
    is_sheet = part.filename.startswith("xl/worksheets/")
    size, last_row, last_column, tail = 0, 0, 0, b""
    with package.open(honest) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            total = before + size
            if total > MAX_UNPACKED or (total > _RATIO_FREE and total > packed * _MAX_RATIO):
                raise _too_large(path, "解压后体积异常膨胀（疑似压缩炸弹）")
            if is_sheet:
                text = tail + chunk
                last_row = max([last_row, *(int(n) for n in _ROW.findall(text))])
                last_column = max([last_column, *(_column(c) for c in set(_FAR_COLUMN.findall(text)))])
                tail = text[-200:]
                if last_row * last_column > MAX_CELLS:
                    raise _too_large(path, f"数据区域过大（{last_row} 行 × {last_column} 列）")
    return size


def _column(letters: bytes) -> int:
    """1-based column number of spreadsheet letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
