"""Lines of the national DIP 3.0 workbook: which rows are data, and what their cells say. Whatever is not read ends as an issue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from coding_rules.grouper.dip.catalogue import CatalogueIssue, DipGroup, MainProcedureRule
from coding_rules.grouper.dip.columns import Remarks, text
from coding_rules.grouper.dip.expression import Dialect, Expression, codes_of, parse_expression
from coding_rules.grouper.dip.spec import split_specs
from icd_tables.codes import normalize_code

_PROCEDURE = re.compile(r"^\d{2}\.\d[\dx][\dA-Z]{1,4}(x\d+)?$")
"""Traditional medicine has longer codes, some with letters: ``17.98330``, ``17.982A1``."""
_SHORT = re.compile(r"^\d{1,2}\.\d{1,3}$")
"""What a spreadsheet leaves of a code it took for a number."""
SERIAL = re.compile(r"^(?:[A-Z]{2}-?)?\d+$")
CODE = re.compile(r"^[A-Z0-9]\d")
_SPEC = re.compile(r"^[A-Z]\d[\dA-Z]")


@dataclass
class Found:
    """What the sheets gave so far."""

    groups: list[DipGroup] = field(default_factory=list)
    excluded: set[str] = field(default_factory=set)
    rules: dict[str, MainProcedureRule] = field(default_factory=dict)
    resistant: set[str] = field(default_factory=set)
    basic: list[tuple[str, Expression]] = field(default_factory=list)
    issues: list[CatalogueIssue] = field(default_factory=list)
    read: int = 0


@dataclass(frozen=True)
class Line:
    """One data row: 1-based row number, cells as text padded to the widest layout."""

    row: int
    cells: tuple[str, ...]

    def __getitem__(self, index: int) -> str:
        return self.cells[index]


def cells_of(row: Sequence[object], left: int) -> tuple[str, ...]:
    """The cells of a row from the first column of the published layout on; ``left`` columns more (or fewer) stand before it."""
    cells = ("",) * -left + tuple(text(cell) for cell in row[max(left, 0) : left + 12])
    return cells + ("",) * (12 - len(cells))


def data_lines(lines: Sequence[Line], found: Found, remarks: Remarks, column: int = 1) -> Iterator[Line]:
    """Rows whose 序号 is a number (with or without the stage before it); below the first one every other row is refused."""
    begun = False
    for line in lines:
        if SERIAL.match(line[column]):
            found.read += 1
            begun = True
            yield line
        elif begun and any(line.cells) and line[column] != "序号":
            found.read += 1
            remarks.add(line.row, "序号", f"“{line[column] or _said(line)}”不是序号（说明行、合计行？）")


def _said(line: Line) -> str:
    return next(cell for cell in line.cells if cell)[:20]


def serial(line: Line, column: int = 1) -> str:
    """The number of a row without its stage and leading zeros."""
    return re.sub(r"\D", "", line[column]).lstrip("0")


def expression(line: Line, column: int, remarks: Remarks) -> Expression | None:
    """The procedures of a cell; ``None`` with an issue when a code cannot be read."""
    written = line[column]
    if _SHORT.match(written):
        head, _, tail = written.partition(".")
        written = f"{head.zfill(2)}.{tail.ljust(4, '0')}"
        remarks.add(
            line.row, "手术操作编码", f"手术编码 {line[column]} 不足 7 位，按 {written} 读取", "corrected"
        )
    parsed = parse_expression(written, Dialect.PIPE_PLUS)
    strange = sorted(code for code in codes_of(parsed) if not _PROCEDURE.match(code))
    if strange:
        remarks.add(line.row, "手术操作编码", f"“{line[column]}”中有认不出的手术编码 {'、'.join(strange)}")
        return None
    return parsed


def principal_of(line: Line, column: int, remarks: Remarks) -> str:
    """The diagnosis specs of a cell; empty with an issue when it names none."""
    specs = split_specs(line[column])
    if specs and all(_SPEC.match(spec) for spec in specs):
        return "|".join(specs)
    what = f"“{line[column]}”不像诊断编码" if specs else "没有主诊断编码"
    remarks.add(line.row, "主诊编码", f"{what}，无法成为病种")
    return ""


def code_lines(lines: Sequence[Line], found: Found, remarks: Remarks) -> Iterator[Line]:
    """Rows of a list whose first cell is a code; below the first one every other row is refused."""
    begun = False
    for line in lines:
        if CODE.match(normalize_code(line[0])):
            found.read += 1
            begun = True
            yield line
        elif begun and any(line.cells) and line[0] != "编码":
            found.read += 1
            remarks.add(line.row, "编码", f"“{_said(line)}”不是编码（说明行、合计行？）")
