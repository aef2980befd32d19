"""Any tables as a workbook: one sheet each, and a first sheet that says what they are and which data they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from app.export.cells import Column, Sheet, Style, Value, new_workbook, sheet_names
from app.files import safe_write
from app.progress import Progress

Table = tuple[str, Sequence[str], Iterable[Sequence[Value]]]
"""Name of the sheet, headings, rows as wide as the headings."""

ABOUT = "说明"
_NARROW, _WIDE = 9.0, 48.0


def write_tables(
    path: Path,
    tables: Sequence[Table],
    lines: Sequence[tuple[str, str]] = (),
    title: str = "",
    progress: Progress | None = None,
) -> None:
    """Write the tables. Texts stay texts, numbers are numbers; ``lines`` are (label, text) on a sheet of their own.

    Raises:
        UserError: the file cannot be written; a file of that name stays as it was.
        Cancelled: the user asked to stop; likewise.
    """
    progress = progress or Progress()
    names = sheet_names([name for name, _, _ in tables], taken=(ABOUT,) if lines else ())
    with safe_write(path) as temporary, new_workbook(temporary, title or path.stem) as book:
        if lines:
            _write_lines(Sheet(book, ABOUT, (18, 90)), title, lines)
        for done, (name, (_, headings, rows)) in enumerate(zip(names, tables, strict=True)):
            progress.report(done, len(tables), f"正在写出“{name}”")
            kept = [tuple(row) for row in rows]
            columns = [Column(heading, _width(heading, kept, at)) for at, heading in enumerate(headings)]
            sheet = Sheet(book, name, [column.width for column in columns])
            sheet.keep_in_sight(1, 1)
            sheet.write_header(columns)
            for number, row in enumerate(kept):
                sheet.write([(value, _style(value)) for value in row])
                if not number % 500:
                    progress.report(done, len(tables), f"正在写出“{name}”")
            sheet.filter_table(1, len(columns))


def _write_lines(sheet: Sheet, title: str, lines: Sequence[tuple[str, str]]) -> None:
    if title:
        sheet.write([(title, Style.TITLE)])
    for label, text in lines:
        sheet.write([(label, Style.LABEL), (text, Style.WRAPPED)])


def _style(value: Value) -> Style:
    if isinstance(value, int):
        return Style.COUNT
    if isinstance(value, Decimal | float):
        return Style.FIGURE
    return Style.TIME if isinstance(value, date | datetime) else Style.TEXT


def _width(heading: str, rows: Sequence[Sequence[Value]], at: int) -> float:
    """Room for the heading and for what the first rows hold; a Chinese character counts as two."""
    texts = [heading, *(str(row[at]) for row in rows[:200] if row[at] is not None)]
    longest = max(sum(2 if ord(character) > 0x2E7F else 1 for character in text) for text in texts)
    return min(max(longest + 2.0, _NARROW), _WIDE)
