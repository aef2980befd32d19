"""Cells of the tables people bring (xlsx, old xls, csv, dbf) all at once: code tables, catalogues, schemes, lists.

Front pages are read row by row instead (``app.readers.sources``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from app.errors import UserError
from app.readers.opening import Encoding, FileKind, detect_encoding, sniff, unreadable
from app.readers.sources import dbf_of
from app.readers.text import guess_delimiter, line_codec, physical_lines, records
from app.readers.workbook import MergedRange, open_old_workbook, open_workbook

MAX_BYTES = 300 << 20
"""No published table comes near."""

_SAMPLE = 20_000
"""Characters in which the delimiter is looked for."""


@dataclass(frozen=True)
class Cells:
    """One sheet: its name ("" for CSV and DBF) and rows of cells as the file types them (text, number, ``None``), row 1 first.

    ``hidden`` sheets are not seen on screen; ``merged`` are the ranges of merged cells.
    """

    name: str
    rows: Sequence[Sequence[object]]
    hidden: bool = False
    merged: Sequence[MergedRange] = ()

    @property
    def filled(self) -> Sequence[Sequence[object]]:
        """The rows with what a cell merged downwards says repeated in every row it covers: one diagnosis over several groups."""
        down = [
            ((top, left), end) for (top, left), (end, right) in self.merged if left == right and end > top
        ]
        if not down:
            return self.rows
        rows = [list(row) for row in self.rows]
        for (top, column), end in down:
            value = rows[top][column] if top < len(rows) and column < len(rows[top]) else ""
            for row in rows[top + 1 : end + 1]:
                row.extend([""] * (column + 1 - len(row)))
                row[column] = value
        return rows


def read_cells(path: Path) -> list[Cells]:
    """All sheets of a workbook, or the one table of a CSV (UTF-8, GB18030) or DBF file.

    Raises:
        UserError: the file is missing, locked, password-protected, damaged, too large or no table.
    """
    kind = sniff(path)
    if path.stat().st_size > MAX_BYTES:
        raise UserError(f"“{path.name}”过大（{path.stat().st_size >> 20} MB）。", "请确认选对了文件。")
    if kind is FileKind.TEXT:
        return [Cells("", _text_rows(path))]
    if kind is FileKind.DBF:
        table = dbf_of(path)
        return [Cells("", [[field.name for field in table.fields], *(cells for cells, _ in table.rows())])]
    sheets = open_workbook(path) if kind is FileKind.WORKBOOK else open_old_workbook(path)
    return [Cells(sheet.name, list(sheet.rows), sheet.hidden, sheet.merged) for sheet in sheets]


def _text_rows(path: Path) -> Sequence[Sequence[object]]:
    """Rows of a text file; one that cannot be split is handed on whole in its first cell, so that it ends in a report."""
    encoding, _ = detect_encoding(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    plain = _plain_rows(data, encoding)
    if plain is not None:
        return plain
    codec = line_codec(encoding)
    head = b"".join(islice(physical_lines(io.BytesIO(data), encoding), 50))
    delimiter = guess_delimiter(head.decode(codec, "replace"))
    return [
        [record.raw.decode(codec, "replace")] if record.problem else list(record.cells)
        for record in records(io.BytesIO(data), encoding, delimiter)
    ]


def _plain_rows(data: bytes, encoding: Encoding) -> Sequence[Sequence[object]] | None:
    """Rows of a text without quotes, where every line is a row: big lists of codes are, and need not be read record by record."""
    try:
        text = data.removeprefix(encoding.mark).decode(encoding.codec)
        if '"' in text or "\0" in text:
            return None
        delimiter = guess_delimiter(text[:_SAMPLE])
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except (UnicodeDecodeError, csv.Error):
        return None
