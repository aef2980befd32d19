"""All sheets of a file as plain rows of cells, for tables that are read whole (code tables, crosswalks, mapping lists)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from app.errors import UserError
from app.readers.opening import FileKind, detect_encoding, sniff, unreadable
from app.readers.text import guess_delimiter, line_codec, physical_lines, records
from app.readers.workbook import open_workbook

MAX_TABLE_BYTES = 300 << 20
"""No published code table comes near; a front-page file this large is read in a stream instead."""


@dataclass(frozen=True, slots=True)
class RowSheet:
    """One sheet: its name ("" for text files) and its rows, row 1 first."""

    name: str
    rows: Sequence[Sequence[object]]


def read_rows(path: Path) -> list[RowSheet]:
    """Every sheet of a workbook, or the one table of a text file.

    Raises:
        UserError: the file cannot be opened or is no table.
    """
    kind = sniff(path)
    if path.stat().st_size > MAX_TABLE_BYTES:
        raise UserError(
            f"“{path.name}”过大（{path.stat().st_size >> 20} MB），不像编码表。", "请确认选对了文件。"
        )
    if kind is FileKind.WORKBOOK:
        return [RowSheet(sheet.name, list(sheet.rows)) for sheet in open_workbook(path)]
    return [RowSheet("", _text_rows(path))]


def _text_rows(path: Path) -> list[list[object]]:
    """Rows of a text file; one that cannot be split is handed on whole in its first cell, so that it ends in a report."""
    encoding, _ = detect_encoding(path)
    codec = line_codec(encoding)
    try:
        with path.open("rb") as stream:
            head = b"".join(islice(physical_lines(stream, encoding), 50))
        delimiter = guess_delimiter(head.decode(codec, "replace"))
        with path.open("rb") as stream:
            return [
                [record.raw.decode(codec, "replace")] if record.problem else list(record.cells)
                for record in records(stream, encoding, delimiter)
            ]
    except OSError as error:
        raise unreadable(path, error) from error
