"""Reading a file of front pages: every row becomes a Case or a line in the report."""

from __future__ import annotations

import itertools
import zlib
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.collector import paused_collector
from app.errors import UserError
from app.progress import Progress
from app.readers.building import CaseBuilder
from app.readers.editions import FiledCodes, detect_edition
from app.readers.imported import Imported, ImportIssue, ImportReport, SourceLayout
from app.readers.mapping import HEADER_SEARCH, ColumnMapping, find_header, guess_mapping, recall
from app.readers.opening import UTF8, Encoding, FileKind, detect_encoding, sniff, unreadable
from app.readers.text import guess_delimiter, line_codec, physical_lines, records
from app.readers.values import cell_text
from app.readers.workbook import open_workbook
from coding_rules.case import Case
from icd_tables.codes import Edition, Kind
from icd_tables.terminology import Terminology

MAX_BYTES = 1 << 30
_MAX_CELL_ISSUES = 5_000
_HOPELESS = 20_000  # refused rows after which a file with hardly a case in it is given up
_MAX_CELL = 32_767  # what a spreadsheet cell can hold


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
    """A file ready to be read row by row; ``position`` goes from 0 to ``size`` while its rows are taken."""

    path: Path
    kind: FileKind
    encoding: Encoding
    undecodable: int
    delimiter: str
    sheet: str
    rows: Iterator[SourceRow]
    size: int


@dataclass
class _Reading:
    """Working state of one import."""

    builder: CaseBuilder
    rows: deque[tuple[int, tuple[str, ...]]] = field(default_factory=deque)
    refused: list[ImportIssue] = field(default_factory=list)
    remarks: list[ImportIssue] = field(default_factory=list)
    filed: FiledCodes = field(default_factory=FiledCodes)
    blank: int = 0
    number_columns: Counter[int] = field(default_factory=Counter)


@paused_collector()
def read_cases(
    path: Path,
    terminology: Terminology,
    *,
    mapping: ColumnMapping | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Read front pages from N041, HQMS or in-house tables (CSV, TAB, xlsx), recognised by content.

    ``mapping`` overrides the remembered or guessed meaning of the columns. Bad rows and cells end in the report.

    Raises:
        UserError: the file cannot be opened, or no header row with a principal diagnosis is found in it.
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    source, top = _open_with_header(path)
    header_at = find_header([row.cells for row in top])
    if header_at is None:
        raise _no_header(path, source, top)
    header, sample = top[header_at], top[header_at + 1 :]
    columns = mapping or recall(header.cells) or guess_mapping(header.cells, [row.cells for row in sample])
    if len(columns.headers) != len(header.cells):
        raise UserError(f"列对应关系与“{path.name}”的表头不符。", "请重新确认各列的含义。")
    if not columns.is_usable:
        raise UserError(
            f"“{path.name}”的表头中没有认出主要诊断一列。",
            "请在“列对应”中指定主要诊断编码、病案号等列后再导入。",
        )
    reading = _Reading(CaseBuilder(columns, path.name))
    for row in itertools.chain(sample, source.rows):
        _take(reading, row)
        if len(reading.refused) > _HOPELESS and len(reading.refused) > 10 * len(reading.rows):
            raise UserError(
                f"“{path.name}”读到第 {row.row:,} 行，其中 {len(reading.refused):,} 行无法读取"
                f"（例如第 {reading.refused[0].row} 行：{reading.refused[0].reason}）。",
                "请核对分隔符和表头是否与内容相符，或重新导出。",
            )
        if row.row % 500 == 0:
            progress.report(0, 0, f"正在读取 {path.name}：{row.row:,} 行")
    cases, edition, evidence = _build(reading, terminology, progress)
    report = _report(source, columns, reading, cases, edition, evidence)
    layout = SourceLayout(
        path.name, source.kind, columns.layout_name, source.encoding, source.delimiter, source.sheet,
        header.row, columns, edition, _packed(path),
    )  # fmt: skip
    progress.report(1, 1, f"已读取 {len(cases):,} 份首页")
    return Imported(cases, report, layout)


def peek(path: Path, rows: int = 20) -> tuple[ColumnMapping, list[list[str]]]:
    """The header's mapping (remembered or guessed) and the first rows below it, for the dialog that edits the mapping.

    Raises:
        UserError: the file cannot be opened, or nothing in it looks like a header.
    """
    source, top = _open_with_header(path)
    at = find_header([row.cells for row in top])
    if at is None:
        raise _no_header(path, source, top)
    sample = [row.cells for row in itertools.islice(itertools.chain(top[at + 1 :], source.rows), rows)]
    headers = top[at].cells
    return recall(headers) or guess_mapping(headers, sample), sample


def _open_with_header(path: Path) -> tuple[OpenedSource, list[SourceRow]]:
    """The source (of a workbook: the sheet whose header knows most) and its first rows."""
    kind = sniff(path)
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise UserError(f"“{path.name}”有 {size >> 20} MB，超过可读取的大小。", "请按月份分成几个文件导入。")
    sources = _text_source(path, size) if kind is FileKind.TEXT else _workbook_sources(path, size)
    opened = [(source, list(itertools.islice(source.rows, HEADER_SEARCH))) for source in sources]
    for source, top in opened:
        if find_header([row.cells for row in top]) is not None:
            return source, top
    return opened[0]


def _text_source(path: Path, size: int) -> list[OpenedSource]:
    encoding, undecodable = detect_encoding(path)
    try:
        with path.open("rb") as stream:
            head = b"".join(itertools.islice(physical_lines(stream, encoding), 50))
    except OSError as error:
        raise unreadable(path, error) from error
    delimiter = guess_delimiter(head.decode(line_codec(encoding), "replace"))
    rows = _text_rows(path, encoding, delimiter)
    return [OpenedSource(path, FileKind.TEXT, encoding, undecodable, delimiter, "", rows, size)]


def _text_rows(path: Path, encoding: Encoding, delimiter: str) -> Iterator[SourceRow]:
    try:
        with path.open("rb") as stream:
            for record in records(stream, encoding, delimiter):
                cells = [cell.strip() for cell in record.cells]
                yield SourceRow(record.row, cells, record.problem, record.ended)
    except OSError as error:
        raise unreadable(path, error) from error


def _workbook_sources(path: Path, size: int) -> list[OpenedSource]:
    return [
        OpenedSource(path, FileKind.WORKBOOK, UTF8, 0, "", sheet.name, _workbook_rows(sheet.rows), size)
        for sheet in open_workbook(path)
    ]


def _workbook_rows(rows: Iterator[list[object]]) -> Iterator[SourceRow]:
    for number, row in enumerate(rows, start=1):
        numbers = frozenset(c for c, value in enumerate(row) if isinstance(value, float | int))
        yield SourceRow(number, [cell_text(value) for value in row], numbers=numbers)


def _no_header(path: Path, source: OpenedSource, top: Sequence[SourceRow]) -> UserError:
    seen = next((row.cells for row in top if any(row.cells)), [])
    shown = "、".join(cell[:12] for cell in seen[:6] if cell)
    where = f"工作表“{source.sheet}”" if source.sheet else f"“{path.name}”"
    return UserError(
        f"{where}的前 {HEADER_SEARCH} 行中没有找到首页表头（第一行是：{shown}）。",
        "请确认文件是卫统4-1（N041）、HQMS 或带中文表头的首页数据，且表头行没有被删去。",
    )


def _take(reading: _Reading, row: SourceRow) -> None:
    """Keep a row to build, or refuse it with the reason."""
    width = reading.builder.width
    if not row.problem and not any(row.cells):
        reading.blank += 1
        return
    reason = row.problem or _misfit(row, width)
    if not reason:
        cells = row.cells[:width] + [""] * (width - len(row.cells))
        if max(map(len, cells)) > _MAX_CELL:
            reason = f"有单元格超过 {_MAX_CELL:,} 个字符"
        elif len(row.cells) < width and not reading.builder.is_plausible(cells):
            reason = f"应有 {width} 列，实有 {len(row.cells)} 列，且日期、金额不在应在的列，各列可能错位"
        elif not reading.builder.is_case(cells):
            reason = "没有病案号和诊断，不是病例（可能是合计行或说明）"
    if reason:
        shown = next((cell for cell in row.cells if cell), "")
        reading.refused.append(ImportIssue(row.row, "", shown[:40], reason, refused=True))
        return
    if len(row.cells) < width:
        reason = f"应有 {width} 列，实有 {len(row.cells)} 列，缺少的列按空值处理"
        reading.remarks.append(ImportIssue(row.row, "", "", reason))
    reading.number_columns.update(row.numbers)
    reading.rows.append((row.row, reading.builder.once(cells)))


def _misfit(row: SourceRow, width: int) -> str:
    """Why a row cannot belong under the header, or an empty text."""
    if len(row.cells) > width and any(row.cells[width:]):
        return f"应有 {width} 列，实有 {len(row.cells)} 列，各列可能错位（内容中有未加引号的分隔符）"
    if len(row.cells) < width and not row.ended:
        return f"文件在此行中断：应有 {width} 列，实有 {len(row.cells)} 列"
    if len(row.cells) < width and len(row.cells) <= width // 2:
        return f"应有 {width} 列，实有 {len(row.cells)} 列，行不完整"
    return ""


def _build(
    reading: _Reading, terminology: Terminology, progress: Progress
) -> tuple[tuple[Case, ...], Edition, str]:
    """Cases with unique ids and the detected edition."""
    ids = _case_ids([(reading.builder.identity(cells), row) for row, cells in reading.rows])
    cases: list[Case] = []
    for done, case_id in enumerate(ids, start=1):
        row, cells = reading.rows.popleft()
        case = reading.builder.build(cells, row, case_id, Edition.CLINICAL)
        for diagnosis in case.diagnoses:
            reading.filed.add(Kind.DIAGNOSIS, diagnosis.code, diagnosis.name)
        for procedure in case.procedures:
            reading.filed.add(Kind.PROCEDURE, procedure.code, procedure.name)
        if not case.record_no:
            reading.remarks.append(ImportIssue(row, "病案号", "", f"没有病案号，以“{case_id}”代替"))
        cases.append(case)
        if done % 200 == 0:
            progress.report(done, len(ids), f"正在整理首页：{done:,} / {len(ids):,}")
    edition, evidence = detect_edition(reading.filed, terminology)
    if edition is not Edition.CLINICAL:
        cases = [replace(case, edition=edition) for case in cases]
    return tuple(cases), edition, evidence


def _case_ids(identities: Sequence[tuple[tuple[str, str], int]]) -> list[str]:
    """Record numbers, made distinct with /住院次数 and #row only where they repeat in the file."""
    numbers = Counter(number for (number, _), _ in identities)
    stays = Counter(identity for identity, _ in identities)
    ids: list[str] = []
    used: set[str] = set()
    for (number, stay), row in identities:
        case_id = number
        if number and numbers[number] > 1:
            case_id = f"{number}/{stay}" if stay else number
        if not number or stays[number, stay] > 1 or case_id in used:
            case_id = f"{case_id}#{row}"
        used.add(case_id)
        ids.append(case_id)
    return ids


def _report(
    source: OpenedSource,
    columns: ColumnMapping,
    reading: _Reading,
    cases: Sequence[Case],
    edition: Edition,
    evidence: str,
) -> ImportReport:
    remarks = reading.remarks + reading.builder.issues
    notes = list(_notes(source, columns, reading))
    if len(remarks) > _MAX_CELL_ISSUES:
        notes.append(f"单元格问题共 {len(remarks):,} 条，报告列出前 {_MAX_CELL_ISSUES:,} 条")
    issues = sorted([*reading.refused, *remarks[:_MAX_CELL_ISSUES]], key=lambda issue: issue.row)
    names = {",": "逗号", "\t": "制表符", ";": "分号"}
    return ImportReport(
        file=source.path.name,
        format=columns.layout_name,
        encoding=source.encoding.label if source.kind is FileKind.TEXT else "",
        delimiter=names.get(source.delimiter, ""),
        sheet=source.sheet,
        edition=edition,
        edition_evidence=evidence,
        rows=len(cases) + len(reading.refused),
        accepted=len(cases),
        refused=len(reading.refused),
        issues=tuple(issues),
        notes=tuple(notes),
        unused=columns.unused,
    )


def _notes(source: OpenedSource, columns: ColumnMapping, reading: _Reading) -> Iterator[str]:
    if reading.blank:
        yield f"空行 {reading.blank:,} 行，未计入"
    if source.undecodable:
        yield f"有 {source.undecodable:,} 个字节不是 {source.encoding.label} 文字，显示为“\ufffd”；写回时原样保留"
    missing = [name for field_id, name in _WANTED if field_id not in columns.fields]
    if missing:
        yield f"文件中没有这些列，相关审核不做：{'、'.join(missing)}"
    for field_id, name in (("BAH", "病案号"), ("SFZH", "身份证号")):
        if field_id in columns.fields and reading.number_columns[columns.fields.index(field_id)]:
            yield f"{name}列存成了数字：前导零可能已丢失，15 位以后的数字可能已变成 0；请让该列以文本格式导出"
    if any(reading.number_columns[c] for c, f in enumerate(columns.fields) if f.startswith("SSJCZBM")):
        yield "手术编码列中有数字单元格：前导零或末尾零可能已丢失（如 47.0100 变成 47.01），请以文本格式导出"


_WANTED = (
    ("BAH", "病案号"),
    ("XB", "性别"),
    ("NL", "年龄"),
    ("RYSJ", "入院时间"),
    ("CYSJ", "出院时间"),
    ("CYKB", "出院科别"),
    ("JBDM", "主要诊断编码"),
    ("JBDM1", "其他诊断编码"),
    ("SSJCZBM1", "手术操作编码"),
    ("LYFS", "离院方式"),
    ("ZFY", "总费用"),
)


def _packed(path: Path) -> bytes:
    try:
        return zlib.compress(path.read_bytes(), 1)
    except OSError as error:
        raise unreadable(path, error) from error
