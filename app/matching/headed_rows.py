"""Lists people bring with a header row of their own wording: rows by field, wherever the header stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from app.errors import UserError
from app.readers.values import cell_text
from app.sheets import read_cells

_HEADER_WITHIN = 10


def headed_rows(
    path: Path, headings: Mapping[str, Sequence[str]], needed: Collection[str], absent: UserError
) -> Iterator[tuple[int, dict[str, str]]]:
    """The filled rows of the first sheet with a header: 1-based row as a spreadsheet shows it, texts by field.

    ``headings`` are the wordings of each field, the preferred ones first; a header has all fields ``needed``. Fields without a
    column are absent from the texts.

    Raises:
        UserError: the file cannot be read; ``absent`` when no sheet has a header.
    """
    for sheet in read_cells(path):
        header = _find_header(sheet.rows, headings, needed)
        if header is None:
            continue
        start, columns = header
        for row, cells in enumerate(sheet.rows[start + 1 :], start=start + 2):
            texts = [cell_text(cell) for cell in cells]
            if any(texts):
                yield row, {field: texts[at] if at < len(texts) else "" for field, at in columns.items()}
        return
    raise absent


def _find_header(
    rows: Sequence[Sequence[object]], headings: Mapping[str, Sequence[str]], needed: Collection[str]
) -> tuple[int, dict[str, int]] | None:
    for at, cells in enumerate(rows[:_HEADER_WITHIN]):
        texts = [cell_text(cell).lower() for cell in cells]
        columns = {
            field: texts.index(heading)
            for field, worded in headings.items()
            if (heading := next((one for one in worded if one in texts), None)) is not None
        }
        if columns.keys() >= set(needed):
            return at, columns
    return None
