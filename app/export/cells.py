"""Cells, sheets and names of the workbooks we hand out: text stays text, and nothing in a cell can run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path

from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

CELL_LIMIT = 32_767
"""Characters that one cell of a workbook can hold."""

SHEET_NAME_LIMIT = 31
_BAD_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

Value = str | int | float | Decimal | date | datetime | None


class Style(Enum):
    """How a cell looks, and how Excel takes what is typed over it."""

    TEXT = "text"
    WRAPPED = "wrapped"
    HEADER = "header"
    TITLE = "title"
    LABEL = "label"
    NOTE = "note"
    COUNT = "count"
    FIGURE = "figure"
    MONEY = "money"
    TIME = "time"


_NUMBER_FORMATS = {
    Style.TEXT: "@",
    Style.WRAPPED: "@",
    Style.COUNT: "#,##0",
    Style.FIGURE: "#,##0.00##",
    Style.MONEY: "#,##0.00;[Red]-#,##0.00",
    Style.TIME: "yyyy-mm-dd hh:mm",
}
_FONT = "微软雅黑"
_HEADER_FILL = PatternFill("solid", fgColor="DCE6F1")
_LINE = Side(style="thin", color="BFBFBF")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: heading, width in characters, style of its cells."""

    heading: str
    width: float
    style: Style = Style.TEXT


def starts_a_formula(text: str) -> bool:
    """Whether a spreadsheet could take a text for a formula (full-width signs included: Excel folds them)."""
    return text.startswith(_STARTS_A_FORMULA)


def clean_text(text: str) -> str:
    """The text without what a workbook cannot hold: control characters, half characters, more than one cell takes."""
    text = _SURROGATES.sub("\ufffd", ILLEGAL_CHARACTERS_RE.sub("\ufffd", text))
    return text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - 1] + "…"


def sheet_names(wanted: Iterable[str], taken: Sequence[str] = ()) -> list[str]:
    """Names that Excel accepts for sheets (at most 31 characters, no ``[]:*?/\\``, unique regardless of case)."""
    used = {name.casefold() for name in taken} | {"history"}  # a name that Excel keeps for itself
    names: list[str] = []
    for text in wanted:
        base = _BAD_IN_SHEET_NAMES.sub("_", clean_text(text)).strip(" '") or "未命名"
        name = _shorten(base, "")
        number = 1
        while name.casefold() in used:
            number += 1
            name = _shorten(base, f"({number})")
        used.add(name.casefold())
        names.append(name)
    return names


def _shorten(base: str, ending: str) -> str:
    """``base`` + ``ending`` within the limit, which Excel counts in UTF-16 units."""
    while len((base + ending).encode("utf-16-le")) // 2 > SHEET_NAME_LIMIT:
        base = base[:-1]
    return base.rstrip(" '") + ending


@contextmanager
def new_workbook(path: Path, title: str) -> Iterator[Workbook]:
    """A workbook that is written row by row and saved to ``path`` when the block ends well.

    When it does not, the rows written so far (patients' data in the temporary folder) are removed at once.
    """
    book = Workbook(write_only=True)
    book.properties.creator = "编码质控台"
    book.properties.title = title
    try:
        yield book
        book.save(path)
    except BaseException:
        for sheet in book.worksheets:
            _discard(sheet)
        raise


def _discard(sheet: WriteOnlyWorksheet) -> None:
    with suppress(OSError, ValueError):  # a sheet that was saved already has nothing left to remove
        if not sheet.closed:
            sheet.close()
        sheet._writer.cleanup()


class Sheet:
    """A sheet that is written row by row. Widths, frozen panes and printing are set before the first row."""

    def __init__(self, book: Workbook, name: str, widths: Sequence[float]) -> None:
        self._sheet: WriteOnlyWorksheet = book.create_sheet(name)
        self._styles = {style: _prototype(self._sheet, style) for style in Style}
        self.name = name
        self.row = 0
        for at, width in enumerate(widths, start=1):
            self._sheet.column_dimensions[get_column_letter(at)].width = width
        self._print_setup(len(widths))

    def write(self, values: Sequence[tuple[Value, Style]], height: float | None = None) -> int:
        """Append a row and return its 1-based number."""
        self.row += 1
        if height:
            self._sheet.row_dimensions[self.row].height = height
        self._sheet.append([self._cell(value, style) for value, style in values])
        return self.row

    def write_header(self, columns: Sequence[Column]) -> int:
        """Append the headings of a table and return their row."""
        return self.write([(column.heading, Style.HEADER) for column in columns], height=30)

    def write_record(self, columns: Sequence[Column], values: Sequence[Value]) -> int:
        """Append one row of a table."""
        return self.write([(value, column.style) for column, value in zip(columns, values, strict=True)])

    def blank(self) -> None:
        """Leave a row empty."""
        self.write([])

    def keep_in_sight(self, header_row: int, columns: int) -> None:
        """Freeze the rows down to the headings and the first columns, and repeat the headings on every printed page.

        Before the first row: a sheet that is written row by row fixes its view with it.
        """
        self._sheet.freeze_panes = f"{get_column_letter(columns + 1)}{header_row + 1}"
        self._sheet.print_title_rows = f"{header_row}:{header_row}"

    def filter_table(self, header_row: int, columns: int) -> None:
        """Give the table from its header to the present row filter buttons."""
        last = f"{get_column_letter(columns)}{max(self.row, header_row)}"
        self._sheet.auto_filter.ref = f"A{header_row}:{last}"

    @property
    def raw(self) -> WriteOnlyWorksheet:
        """The sheet itself, for references of charts."""
        return self._sheet

    def add_chart(self, chart: object, anchor: str) -> None:
        """Place a native chart."""
        self._sheet.add_chart(chart, anchor)

    def _cell(self, value: Value, style: Style) -> WriteOnlyCell | None:
        if value is None or value == "":
            return None
        cell = WriteOnlyCell(self._sheet)
        cell._style = copy(self._styles[style]._style)
        if isinstance(value, str):
            text = clean_text(value)
            cell.value = text
            cell.data_type = "s"  # a leading = would make it a formula
            if starts_a_formula(text):
                cell.quotePrefix = True  # and it stays a text when it is edited in Excel
        else:
            cell.value = value
            cell.number_format = _NUMBER_FORMATS.get(style, "General")
        return cell

    def _print_setup(self, columns: int) -> None:
        setup = self._sheet.page_setup
        setup.orientation = "landscape" if columns > 6 else "portrait"
        setup.paperSize = Worksheet.PAPERSIZE_A4
        setup.fitToWidth, setup.fitToHeight = 1, 0
        self._sheet.sheet_properties.pageSetUpPr.fitToPage = True
        self._sheet.oddFooter.center.text = "&A　第 &P 页，共 &N 页"


def _prototype(sheet: WriteOnlyWorksheet, style: Style) -> WriteOnlyCell:
    """A cell whose style the others of its kind copy: building one anew is the costly part."""
    cell = WriteOnlyCell(sheet)
    bold = style in {Style.HEADER, Style.TITLE, Style.LABEL}
    cell.font = Font(
        name=_FONT,
        size=14 if style is Style.TITLE else 10,
        bold=bold,
        color="808080" if style is Style.NOTE else None,
    )
    cell.alignment = Alignment(
        vertical="center" if style is Style.HEADER else "top",
        horizontal="center" if style is Style.HEADER else None,
        wrap_text=style in {Style.HEADER, Style.WRAPPED},
    )
    cell.number_format = _NUMBER_FORMATS.get(style, "General")
    if style is Style.HEADER:
        cell.fill = _HEADER_FILL
        cell.border = Border(bottom=_LINE)
    return cell
