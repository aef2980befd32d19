"""Files of front pages opened at their header row, whatever they are: separated text, a sheet of a workbook, a DBF table."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.errors import UserError
from app.progress import Progress
from app.readers.dbf import Dbf, DbfError, open_dbf
from app.readers.mapping import HEADER_SEARCH, ColumnMapping, find_header, join_headers, recall
from app.readers.opening import UTF8, Encoding, FileKind, detect_encoding, sniff, unreadable
from app.readers.settlement_list import NOTES, ListTable, read_lists
from app.readers.text import guess_delimiter, line_codec, physical_lines, records
from app.readers.values import cell_text
from app.readers.workbook import Sheet, open_old_workbook, open_workbook
from app.windows_paths import reachable

MAX_BYTES = 1 << 30
OLD_WORKBOOK_NOTE = "旧版 .xls 只读不写：更正后的首页另存为 .xlsx，只有这一张工作表的内容，不带格式"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of any source: 1-based number, trimmed cells, why it could not be split, whether a line end closes it,
    and columns whose cells were stored as numbers.
    """

    row: int
    cells: list[str]
    problem: str = ""
    ended: bool = True
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class OpenedSource:
    """A file opened at its header: its first rows (``top``), which of them is the header, and all rows behind them."""

    path: Path
    kind: FileKind
    encoding: Encoding
    undecodable: int
    delimiter: str
    sheet: str
    top: tuple[SourceRow, ...]
    header_at: int
    rest: Iterator[SourceRow]
    notes: tuple[str, ...] = ()
    """What must be known about a file of this kind."""

    @property
    def header(self) -> SourceRow:
        """The header row."""
        return self.top[self.header_at]

    @property
    def sample(self) -> tuple[SourceRow, ...]:
        """The first rows below the header."""
        return self.top[self.header_at + 1 :]

    @property
    def rows(self) -> Iterator[SourceRow]:
        """All rows below the header; can be taken once."""
        return itertools.chain(self.sample, self.rest)


def open_source(
    path: Path,
    mapping: ColumnMapping | None = None,
    *,
    strict: bool = True,
    progress: Progress | None = None,
) -> OpenedSource:
    """Open a file at its header. Of a workbook, the first sheet that has one.

    The header is the row that ``mapping`` was made for, else the row that knows most field names, else one whose mapping is
    remembered; not ``strict``: else the first row that is all words, so that its columns can be mapped by hand.

    Raises:
        UserError: the file cannot be opened, or has no header.
        Cancelled: the user asked to stop.
    """
    path = reachable(path)
    kind = sniff(path, pages=True)
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise UserError(f"“{path.name}”有 {size >> 20} MB，超过可读取的大小。", "请按月份分成几个文件导入。")
    if kind is FileKind.JSON:
        return _lists_source(path, progress)
    candidates = [replace(found, top=_joined(found.top)) for found in _OPENERS[kind](path)]
    for search in (_known_header, _first_words) if not strict else (_known_header,):
        for candidate in candidates:
            at = search(candidate.top, mapping)
            if at is not None:
                return replace(candidate, header_at=at)
    raise _no_header(path, candidates[0])


def packed_content(path: Path) -> bytes:
    """The bytes of a file, compressed.

    Raises:
        UserError: the file cannot be read.
    """
    try:
        return zlib.compress(reachable(path).read_bytes(), 1)
    except OSError as error:
        raise unreadable(path, error) from error


def _joined(top: Sequence[SourceRow]) -> tuple[SourceRow, ...]:
    """The rows, the lower row of a header of two holding both."""
    rows = list(top)
    for at, (above, below) in enumerate(itertools.pairwise(top), start=1):
        cells = join_headers(above.cells, below.cells)
        if cells is not None:
            rows[at] = replace(below, cells=cells)
    return tuple(rows)


def _known_header(top: Sequence[SourceRow], mapping: ColumnMapping | None) -> int | None:
    if mapping is not None:
        return next((at for at, row in enumerate(top) if tuple(row.cells) == mapping.headers), None)
    found = find_header([row.cells for row in top])
    if found is not None:
        return found
    return next((at for at, row in enumerate(top) if any(row.cells) and recall(row.cells)), None)


def _first_words(top: Sequence[SourceRow], _: ColumnMapping | None) -> int | None:
    """The first row with several cells and no number among them."""
    filled = ((at, [cell for cell in row.cells if cell]) for at, row in enumerate(top))
    return next(
        (at for at, cells in filled if len(cells) > 2 and not any(c[0].isdigit() for c in cells)), None
    )


def _text_source(path: Path) -> list[OpenedSource]:
    encoding, undecodable = detect_encoding(path)
    try:
        with path.open("rb") as stream:
            head = b"".join(itertools.islice(physical_lines(stream, encoding), 50))
    except OSError as error:
        raise unreadable(path, error) from error
    delimiter = guess_delimiter(head.decode(line_codec(encoding), "replace"))
    rows = _text_rows(path, encoding, delimiter)
    top = tuple(itertools.islice(rows, HEADER_SEARCH))
    return [OpenedSource(path, FileKind.TEXT, encoding, undecodable, delimiter, "", top, 0, rows)]


def _text_rows(path: Path, encoding: Encoding, delimiter: str) -> Iterator[SourceRow]:
    try:
        with path.open("rb") as stream:
            for record in records(stream, encoding, delimiter):
                cells = [cell.strip() for cell in record.cells]
                yield SourceRow(record.row, cells, record.problem, record.ended)
    except OSError as error:
        raise unreadable(path, error) from error


def _sheets(path: Path) -> list[OpenedSource]:
    return [_sheet(path, FileKind.WORKBOOK, sheet) for sheet in open_workbook(path)]


def _old_sheets(path: Path) -> list[OpenedSource]:
    found = (_sheet(path, FileKind.OLD_WORKBOOK, sheet) for sheet in open_old_workbook(path))
    return [replace(source, notes=(OLD_WORKBOOK_NOTE,)) for source in found]


def _sheet(path: Path, kind: FileKind, sheet: Sheet) -> OpenedSource:
    rows = _workbook_rows(sheet.rows)
    top = tuple(itertools.islice(rows, HEADER_SEARCH))
    return OpenedSource(path, kind, UTF8, 0, "", sheet.name, top, 0, rows)


def _dbf_source(path: Path) -> list[OpenedSource]:
    """The column names stand where a spreadsheet would show them, in row 1."""
    table = dbf_of(path)
    rows = (
        SourceRow(number, cells, problem) for number, (cells, problem) in enumerate(table.rows(), start=2)
    )
    header = SourceRow(1, [field.name for field in table.fields])
    top = (header, *itertools.islice(rows, HEADER_SEARCH - 1))
    memos = "、".join(table.memos)
    notes = (f"备注型的列存在另外的文件里，没有读入：{memos}",) if memos else ()
    return [OpenedSource(path, FileKind.DBF, table.encoding, 0, "", "", top, 0, rows, notes)]


def dbf_of(path: Path) -> Dbf:
    """A DBF file.

    Raises:
        UserError: it cannot be read, or contradicts itself.
    """
    try:
        return open_dbf(path.read_bytes())
    except OSError as error:
        raise unreadable(path, error) from error
    except DbfError as error:
        raise UserError(f"“{path.name}”不是完好的 DBF 文件：{error}。", "请重新导出后再导入。") from error


def _lists_source(path: Path, progress: Progress | None) -> OpenedSource:
    """Settlement lists as rows, each numbered by its place in the file; the header is ours and stands in row 0. All are read at once,
    for which columns there are shows in the last one.
    """
    encoding, undecodable = detect_encoding(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    table = lists_of(content, encoding, progress)
    if not table.headers:
        raise UserError(
            f"“{path.name}”是 JSON 数据，里面没有读到医保结算清单（setlinfo、diseinfo）"
            + (f"：{table.rows[0]}。" if table.rows else "。"),
            "请导出 4101 结算清单的 JSON，或卫统4-1（N041）、HQMS 的 CSV、XLSX。",
        )
    rows = (
        SourceRow(number, [], row) if isinstance(row, str) else SourceRow(number, row)
        for number, row in enumerate(table.rows, start=1)
    )
    top = (SourceRow(0, list(table.headers)), *itertools.islice(rows, HEADER_SEARCH - 1))
    notes = (*NOTES, *table.notes)
    return OpenedSource(path, FileKind.JSON, encoding, undecodable, "", "", top, 0, rows, notes)


def lists_of(content: bytes, encoding: Encoding, progress: Progress | None = None) -> ListTable:
    """The settlement lists in the bytes of a JSON file.

    Raises:
        Cancelled: the user asked to stop.
    """
    return read_lists(content.removeprefix(encoding.mark).decode(encoding.codec, "replace"), progress)


_OPENERS: Mapping[FileKind, Callable[[Path], list[OpenedSource]]] = {
    FileKind.TEXT: _text_source,
    FileKind.WORKBOOK: _sheets,
    FileKind.OLD_WORKBOOK: _old_sheets,
    FileKind.DBF: _dbf_source,
}


def _workbook_rows(rows: Iterator[list[object]]) -> Iterator[SourceRow]:
    for number, row in enumerate(rows, start=1):
        numbers = frozenset(c for c, value in enumerate(row) if isinstance(value, float | int))
        yield SourceRow(number, [cell_text(value) for value in row], numbers=numbers)


def _no_header(path: Path, source: OpenedSource) -> UserError:
    seen = next((row.cells for row in source.top if any(row.cells)), [])
    shown = "、".join(cell[:12] for cell in seen[:6] if cell)
    where = f"“{path.name}”的工作表“{source.sheet}”" if source.sheet else f"“{path.name}”"
    return UserError(
        f"{where}的前 {HEADER_SEARCH} 行中没有找到首页表头（第一行是：{shown}）。",
        "请确认文件是卫统4-1（N041）、HQMS 或带中文表头的首页数据，且表头行没有被删去；表头名称特殊的，请在“列对应”中指定各列。",
    )
