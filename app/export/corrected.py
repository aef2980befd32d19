"""The corrected front pages in the form they came in: untouched rows byte for byte, changed rows only in changed cells."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from app.errors import UserError
from app.export.cells import clean_text
from app.export.line_cells import CellChange, RowCells, TooManyLines
from app.export.sheet_patch import PatchError, patch_workbook
from app.files import safe_write
from app.progress import Progress
from app.readers.dbf import TooWideError, open_dbf
from app.readers.imported import SourceLayout
from app.readers.opening import FileKind
from app.readers.sources import lists_of
from app.readers.text import line_codec, records, split_cells
from app.readers.workbook import sheet_cells, sheet_rows
from coding_rules.case import Case
from coding_rules.grouper.collector import without_collector

_SHOWN = 20
_FIRST_RECORD = 2  # the column names of a DBF file stand in row 1


@without_collector()
def write_corrected(
    layout: SourceLayout, cases: Iterable[Case], path: Path, progress: Progress | None = None
) -> int:
    """Write the file again with the coders' corrections; returns the number of changed rows.

    ``cases`` are the cases as they stand now; those of other files (``Case.source.file``) are left out. Rows that never became
    cases are written as they were.

    Raises:
        UserError: a case has more lines than the file has columns, a text does not fit the file's character set, or the
            target cannot be written. Nothing is written then.
        Cancelled: the user asked to stop; nothing is written.
    """
    progress = progress or Progress()
    current = {case.source.row: case for case in cases if case.source.file == layout.file}
    content = layout.content
    changes = _changes(layout, content, current, progress)
    write = _WRITERS[layout.kind](layout, content, changes)
    with safe_write(path) as temporary, temporary.open("wb") as out:
        write(out, progress)
    return len(changes)


def written_name(layout: SourceLayout) -> str:
    """What the corrected file is called: ``名称-更正后`` in the form it came in, an old workbook or settlement lists as a new one."""
    name = Path(layout.file)
    suffix = ".xlsx" if layout.kind in {FileKind.OLD_WORKBOOK, FileKind.JSON} else name.suffix
    return f"{name.stem}-更正后{suffix}"


def _changes(
    layout: SourceLayout, content: bytes, current: Mapping[int, Case], progress: Progress
) -> dict[int, list[CellChange]]:
    """Changed cells by row.

    Raises:
        UserError: cases with more lines than the file has columns, listed together.
    """
    compare = RowCells(layout)
    width = len(layout.mapping.headers)
    changes: dict[int, list[CellChange]] = {}
    problems: list[str] = []
    for row, cells in _source_rows(layout, content):
        case = current.get(row)
        if case is None:
            continue
        try:
            found = compare.changes(cells[:width] + [""] * (width - len(cells)), case)
        except TooManyLines as problem:
            problems.append(f"{case.case_id}（第 {row} 行）：{problem}")
            continue
        if found:
            changes[row] = found
        if row % 1000 == 0:
            progress.report(row, 0, f"正在比对第 {row:,} 行")
    if problems:
        raise UserError(
            f"有 {len(problems)} 份首页的诊断或手术超过“{layout.file}”的列数，没有写出：\n"
            + _first(problems),
            "请减少这些首页的条目，或在原系统中修改它们。",
        )
    return changes


_Changes = Mapping[int, Sequence[CellChange]]
_Write = Callable[[IO[bytes], Progress], None]
"""Writes a whole file. What can be refused has been refused before it is called."""


def _text_writer(layout: SourceLayout, content: bytes, changes: _Changes) -> _Write:
    replaced = _replaced_records(layout, content, changes)

    def write(out: IO[bytes], progress: Progress) -> None:
        out.write(layout.encoding.mark)
        for record in records(io.BytesIO(content), layout.encoding, layout.delimiter):
            out.write(_as_stored(layout, replaced.get(record.row, record.raw)))
            if record.row % 1000 == 0:
                progress.report(record.row, 0, f"正在写出第 {record.row:,} 行")

    return write


def _workbook_writer(layout: SourceLayout, content: bytes, changes: _Changes) -> _Write:
    """The workbook with its changed cells; one nobody changed stays the same to the last byte."""

    def write(out: IO[bytes], progress: Progress) -> None:
        progress.report(0, 0, "正在写出工作簿")
        if not changes:
            out.write(content)
            return
        try:
            patch_workbook(io.BytesIO(content), out, layout.sheet, changes)
        except PatchError as error:
            raise UserError(
                f"“{layout.file}”的内部结构不规范，无法把更正写回工作簿。",
                "请用 Excel 打开原文件另存为新的 .xlsx 后重新导入，或导出更正清单。",
            ) from error

    return write


def _old_workbook_writer(layout: SourceLayout, content: bytes, changes: _Changes) -> _Write:
    """The cells of the sheet in a new workbook: nobody writes the old form any more."""

    def write(out: IO[bytes], progress: Progress) -> None:
        book = Workbook(write_only=True)
        sheet = book.create_sheet(layout.sheet)
        for row, stored in enumerate(sheet_cells(content, layout.sheet), start=1):
            cells = stored + [""] * (len(layout.mapping.headers) - len(stored))
            for change in changes.get(row, ()):
                cells[change.column] = change.text
            sheet.append([_plain_cell(sheet, cell) for cell in cells])
            if row % 1000 == 0:
                progress.report(row, 0, f"正在写出第 {row:,} 行")
        book.save(out)

    return write


def _lists_writer(layout: SourceLayout, content: bytes, changes: _Changes) -> _Write:
    """The lists as the table they were read as: the bureau's form is filled by the hospital's system, not by us."""

    def write(out: IO[bytes], _progress: Progress) -> None:
        book = Workbook(write_only=True)
        sheet = book.create_sheet("结算清单")
        sheet.append(list(layout.mapping.headers))
        for row, stored in _source_rows(layout, content):
            cells = list(stored)
            for change in changes.get(row, ()):
                cells[change.column] = change.text
            sheet.append([_plain_cell(sheet, cell) for cell in cells])
        book.save(out)

    return write


def _plain_cell(sheet: WriteOnlyWorksheet, value: object) -> object:
    """A text stays a text, also one that begins like a formula."""
    if not isinstance(value, str) or not value:
        return None if value == "" else value
    cell = WriteOnlyCell(sheet)
    cell.value, cell.data_type = clean_text(value), "s"
    return cell


def _dbf_writer(layout: SourceLayout, content: bytes, changes: _Changes) -> _Write:
    """The file with its changed cells in place; what does not fit a column is refused for all rows together."""
    spelled = {
        row - _FIRST_RECORD: [(change.column, change.text) for change in cells]
        for row, cells in changes.items()
    }
    try:
        patched = open_dbf(content).patched(spelled)
    except TooWideError as error:
        lines = [f"第 {number + _FIRST_RECORD} 行：{why}" for number, why in error.problems]
        raise UserError(
            f"有 {len(lines)} 处放不进“{layout.file}”的列宽，没有写出：\n" + _first(lines),
            "请改用较短的名称，或只导出更正清单。",
        ) from error

    def write(out: IO[bytes], _progress: Progress) -> None:
        out.write(patched)

    return write


_WRITERS: Mapping[FileKind, Callable[[SourceLayout, bytes, _Changes], _Write]] = {
    FileKind.TEXT: _text_writer,
    FileKind.WORKBOOK: _workbook_writer,
    FileKind.OLD_WORKBOOK: _old_workbook_writer,
    FileKind.DBF: _dbf_writer,
    FileKind.JSON: _lists_writer,
}


def _source_rows(layout: SourceLayout, content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Rows below the header with trimmed cells, as the reader saw them."""
    if layout.kind is FileKind.DBF:
        found = enumerate(open_dbf(content).rows(), start=_FIRST_RECORD)
        yield from ((row, cells) for row, (cells, problem) in found if not problem)
        return
    if layout.kind is FileKind.JSON:
        lists = enumerate(lists_of(content, layout.encoding).rows, start=1)
        yield from ((row, cells) for row, cells in lists if not isinstance(cells, str))
        return
    if layout.kind in {FileKind.WORKBOOK, FileKind.OLD_WORKBOOK}:
        for row, texts in enumerate(sheet_rows(content, layout.sheet), start=1):
            if row > layout.header_row:
                yield row, texts
        return
    for record in records(io.BytesIO(content), layout.encoding, layout.delimiter):
        if record.row > layout.header_row and not record.problem:
            yield record.row, [cell.strip() for cell in record.cells]


def _replaced_records(
    layout: SourceLayout, content: bytes, changes: Mapping[int, Sequence[CellChange]]
) -> dict[int, bytes]:
    """New bytes of the changed rows, made before anything is written."""
    if not changes:
        return {}
    found = records(io.BytesIO(content), layout.encoding, layout.delimiter)
    return {r.row: _replaced(layout, r.row, r.raw, changes[r.row]) for r in found if r.row in changes}


def _replaced(layout: SourceLayout, row: int, raw: bytes, changes: Sequence[CellChange]) -> bytes:
    """A record with some cells replaced; bytes that are no text survive in the cells that stay."""
    codec = line_codec(layout.encoding)
    text = raw.decode(codec, "surrogateescape")
    body = text.rstrip("\r\n")
    pieces = [body[start:end] for start, end in split_cells(body, layout.delimiter)]
    pieces += [""] * (max(change.column for change in changes) + 1 - len(pieces))
    filled = [piece for piece in pieces if piece]
    quoting = bool(filled) and all(piece.startswith('"') for piece in filled)
    for change in changes:
        quoted = quoting or pieces[change.column].startswith('"')
        pieces[change.column] = _spelled(change.text, quoted, layout.delimiter)
    try:
        return (layout.delimiter.join(pieces) + text[len(body) :]).encode(codec, "surrogateescape")
    except UnicodeEncodeError as error:
        lost = error.object[error.start : error.end]
        raise UserError(
            f"第 {row} 行的文字“{lost}”在 {layout.encoding.label} 中没有对应字符，没有写出。",
            "请改用该字的常用写法后重试。",
        ) from error


def _first(lines: Sequence[str]) -> str:
    """The first lines, and how many there are."""
    more = f"\n……共 {len(lines)} 条" if len(lines) > _SHOWN else ""
    return "\n".join(lines[:_SHOWN]) + more


def _spelled(value: str, quoted: bool, delimiter: str) -> str:
    """A cell in the style of its row: quoted if that is the style, or if the content asks for it."""
    if quoted or any(mark in value for mark in (delimiter, '"', "\n", "\r")):
        return '"' + value.replace('"', '""') + '"'
    return value


def _as_stored(layout: SourceLayout, raw: bytes) -> bytes:
    """Lines of a UTF-16 file travel as UTF-8 inside the program; all others are as stored already."""
    codec = line_codec(layout.encoding)
    return raw if codec == layout.encoding.codec else raw.decode(codec).encode(layout.encoding.codec)
