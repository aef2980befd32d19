"""The corrected front pages in the form they came in: untouched rows byte for byte, changed rows only in changed cells."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from app.collector import paused_collector
from app.errors import UserError
from app.export.line_cells import CellChange, RowCells, TooManyLines
from app.export.sheet_patch import PatchError, patch_workbook
from app.files import safe_write
from app.progress import Progress
from app.readers.imported import SourceLayout
from app.readers.opening import FileKind
from app.readers.text import line_codec, records, split_cells
from app.readers.workbook import sheet_rows
from coding_rules.case import Case

_SHOWN = 20


@paused_collector()
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
    if layout.kind is FileKind.TEXT:
        replaced = _replaced_records(layout, content, changes)
    with safe_write(path) as temporary, temporary.open("wb") as out:
        if layout.kind is FileKind.WORKBOOK:
            progress.report(0, 0, "正在写出工作簿")
            _write_workbook(layout, content, changes, out)
        else:
            out.write(layout.encoding.mark)
            for record in records(io.BytesIO(content), layout.encoding, layout.delimiter):
                out.write(_as_stored(layout, replaced.get(record.row, record.raw)))
                if record.row % 1000 == 0:
                    progress.report(record.row, 0, f"正在写出第 {record.row:,} 行")
    return len(changes)


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
        more = f"\n……共 {len(problems)} 份" if len(problems) > _SHOWN else ""
        raise UserError(
            f"有 {len(problems)} 份首页的诊断或手术超过“{layout.file}”的列数，没有写出：\n"
            + "\n".join(problems[:_SHOWN])
            + more,
            "请减少这些首页的条目，或在原系统中修改它们。",
        )
    return changes


def _write_workbook(
    layout: SourceLayout, content: bytes, changes: Mapping[int, Sequence[CellChange]], out: IO[bytes]
) -> None:
    """The workbook with its changed cells; one nobody changed stays the same to the last byte."""
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


def _source_rows(layout: SourceLayout, content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Rows below the header with trimmed cells, as the reader saw them."""
    if layout.kind is FileKind.WORKBOOK:
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


def _spelled(value: str, quoted: bool, delimiter: str) -> str:
    """A cell in the style of its row: quoted if that is the style, or if the content asks for it."""
    if quoted or any(mark in value for mark in (delimiter, '"', "\n", "\r")):
        return '"' + value.replace('"', '""') + '"'
    return value


def _as_stored(layout: SourceLayout, raw: bytes) -> bytes:
    """Lines of a UTF-16 file travel as UTF-8 inside the program; all others are as stored already."""
    codec = line_codec(layout.encoding)
    return raw if codec == layout.encoding.codec else raw.decode(codec).encode(layout.encoding.codec)
