"""Reading a file of front pages: every row becomes a Case or a line in the report."""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.errors import UserError
from app.progress import Progress
from app.readers.building import CaseBuilder
from app.readers.editions import FiledCodes, detect_edition
from app.readers.imported import Imported, ImportIssue, ImportReport, SourceLayout
from app.readers.mapping import ColumnMapping, guess_mapping, is_header, recall
from app.readers.opening import FileKind
from app.readers.settlement_list import FORMAT
from app.readers.sources import OpenedSource, SourceRow, open_source, packed_content
from coding_rules.case import Case
from coding_rules.grouper.collector import without_collector
from icd_tables.codes import Edition, Kind
from icd_tables.terminology import Terminology

_MAX_CELL_ISSUES = 5_000
_HOPELESS = 20_000  # refused rows after which a file with hardly a case in it is given up
_ENCODED = {FileKind.TEXT, FileKind.DBF, FileKind.JSON}
_MORE_HEADERS = 3  # rows below the header in which another one may stand, as under the names the ids
_MAX_CELL = 32_767  # what a spreadsheet cell can hold


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


@without_collector()
def read_cases(
    path: Path,
    terminology: Terminology,
    *,
    mapping: ColumnMapping | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Read front pages from N041, HQMS or in-house tables (CSV, TAB, xlsx, xls, DBF) or settlement lists (JSON), recognised by content.

    ``mapping`` overrides the remembered or guessed meaning of the columns. Bad rows and cells end in the report.

    Raises:
        UserError: the file cannot be opened, or no header row with a principal diagnosis is found in it.
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    source = open_source(path, mapping, progress=progress)
    headers = source.header.cells
    columns = mapping or recall(headers) or guess_mapping(headers, [row.cells for row in source.sample])
    if not columns.is_usable:
        raise UserError(
            f"“{path.name}”的表头中没有认出主要诊断一列。",
            "请在“列对应”中指定主要诊断编码、病案号等列后再导入。",
        )
    reading = _collect(source, columns, progress)
    usual = Edition.INSURANCE if source.kind is FileKind.JSON else Edition.CLINICAL
    cases, edition, evidence = _build(reading, terminology, usual, progress)
    layout = SourceLayout(
        file=path.name,
        kind=source.kind,
        format=_format(source, columns),
        encoding=source.encoding,
        delimiter=source.delimiter,
        sheet=source.sheet,
        header_row=source.header.row,
        mapping=columns,
        edition=edition,
        packed=packed_content(path),
    )
    progress.report(1, 1, f"已读取 {len(cases):,} 份首页")
    return Imported(cases, _report(source, columns, reading, cases, edition, evidence), layout)


def peek(path: Path, rows: int = 20) -> tuple[ColumnMapping, list[list[str]]]:
    """The header's mapping (remembered or guessed) and the first rows below it, for the dialog that edits the mapping.

    Raises:
        UserError: the file cannot be opened, or nothing in it looks like a header.
    """
    source = open_source(path, strict=False)
    headers = source.header.cells
    sample = [row.cells for row in itertools.islice(source.rows, rows)]
    return recall(headers) or guess_mapping(headers, sample), sample


def _collect(source: OpenedSource, columns: ColumnMapping, progress: Progress) -> _Reading:
    """All rows, kept or refused.

    Raises:
        UserError: hardly a row can be read.
        Cancelled: the user asked to stop.
    """
    name = source.path.name
    reading = _Reading(CaseBuilder(columns, name))
    header = source.header.row
    for row in source.rows:
        if row.row <= header + _MORE_HEADERS and is_header(row.cells):
            shown = next(cell for cell in row.cells if cell)
            reading.refused.append(
                ImportIssue(row.row, "", shown[:40], "是表头的又一行，不是病例", refused=True)
            )
            continue
        _take(reading, row)
        if len(reading.refused) > _HOPELESS and len(reading.refused) > 10 * len(reading.rows):
            first = reading.refused[0]
            raise UserError(
                f"“{name}”读到第 {row.row:,} 行，其中 {len(reading.refused):,} 行无法读取"
                f"（例如第 {first.row} 行：{first.reason}）。",
                "请核对分隔符和表头是否与内容相符，或重新导出。",
            )
        if row.row % 500 == 0:
            progress.report(0, 0, f"正在读取 {name}：{row.row:,} 行")
    return reading


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
    reading: _Reading, terminology: Terminology, usual: Edition, progress: Progress
) -> tuple[tuple[Case, ...], Edition, str]:
    """Cases with unique ids and the detected edition."""
    identities = [(reading.builder.identity(cells), row) for row, cells in reading.rows]
    ids = _case_ids(identities)
    reading.remarks += _repeated(identities, ids)
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
    edition, evidence = detect_edition(reading.filed, terminology, usual)
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


def _repeated(identities: Sequence[tuple[tuple[str, str], int]], ids: Sequence[str]) -> Iterator[ImportIssue]:
    """A remark on every row whose record number and 住院次数 stood in an earlier row already."""
    first: dict[tuple[str, str], int] = {}
    for (identity, row), case_id in zip(identities, ids, strict=True):
        number, stay = identity
        earlier = first.setdefault(identity, row)
        if number and earlier != row:
            same = "病案号和住院次数" if stay else "病案号"
            yield ImportIssue(row, "病案号", number, f"{same}与第 {earlier} 行相同，以“{case_id}”区分")


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
    names = {",": "逗号", "\t": "制表符", ";": "分号", "|": "竖线"}
    return ImportReport(
        file=source.path.name,
        format=_format(source, columns),
        encoding=source.encoding.label if source.kind in _ENCODED else "",
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


def _format(source: OpenedSource, columns: ColumnMapping) -> str:
    """The interface; a settlement list has our columns, not those of the interface they are named after."""
    return FORMAT if source.kind is FileKind.JSON else columns.layout_name


def _notes(source: OpenedSource, columns: ColumnMapping, reading: _Reading) -> Iterator[str]:
    yield from source.notes
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
