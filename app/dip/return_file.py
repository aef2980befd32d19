"""The bureau's return file: grouping or settlement results as they are handed back, in the many shapes there are.

Header rows are found by what they name, also over two or three merged rows; every sheet counts; sums at the foot are passed over;
reversed settlements (冲红) are told from those that hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

from app.errors import UserError
from app.progress import Progress
from app.sheets import read_cells
from coding_rules.grouper.grouping import System
from coding_rules.settlement.figures import to_fen

KEYS = ("visit", "record", "admission")
"""The numbers a case may be found by: 结算清单流水号 or 就诊流水号, 病案号, 住院号."""
MONEY = ("amount", "standard", "fund", "fee")
_HEADERS: Mapping[str, str] = {
    "visit": "结算清单流水号 清单流水号 结算流水号 结算ID 结算编号 就诊ID 就诊流水号 就诊编号 业务流水号 SETL_ID MDTRT_ID",
    "record": "病案号 病案编号 病历号 住院病案号 医疗机构病案号 病例号 病人号 CASE_ID MEDCASNO BAH",
    "admission": "住院号 住院流水号 住院登记号 住院病历号 住院编号 住院门诊号 门诊住院号 IPT_NO IPT_OTP_NO",
    "name": "姓名 患者姓名 参保人姓名 人员姓名 病人姓名 PSN_NAME",
    "discharged": "出院日期 出院时间 离院日期 出院 DSCG_TIME DSCG_DATE END_DATE ENDDATE",
    "group": (
        "DIP编码 DIP组编码 DIP病种编码 DIP分组编码 DIP代码 病种编码 病种代码 病种组编码 DRG编码 DRG组编码 DRG分组编码 DRG代码"
        " 病组编码 病组代码 分组编码 分组代码 入组编码 入组病种编码 入组病组编码 医保入组编码 最终入组编码 DIP_CODE DRG_CODE GRP_CODE"
    ),
    "group_name": "DIP名称 DIP组名称 病种名称 DRG名称 DRG组名称 病组名称 分组名称 入组名称 入组病种名称 DIP_NAME DRG_NAME",
    "points": "结算分值 病例分值 最终分值 得分 分值 点数 结算点数 病例点数 病种分值 基准分值 权重 SETL_SCR DIP_SCO DIP_SCR",
    "ratio": "倍率 费用倍率 高低倍率值 偏差率 费用偏差 费用比",
    "band": (
        "偏差类型 倍率类型 倍率区间 费用倍率区间 病例类型 病例类别 高低倍率 高低倍率标识 费用类型 费用异常 费用异常标识"
        " 异常类型 入组类型"
    ),
    "amount": (
        "DIP金额 DRG金额 DIP支付金额 DRG支付金额 DIP结算金额 DRG结算金额 病例结算金额 病例支付金额 支付金额 结算金额"
        " DIP结算费用 DIP_SETL_AMT"
    ),
    "standard": "支付标准 病种支付标准 病组支付标准 DIP支付标准 DRG支付标准 付费标准 结算标准",
    "fund": (
        "统筹应付 基金应付 医保应付 基金支付金额 统筹基金支付 统筹支付 统筹支付金额 应付金额 拨付金额 应拨付金额"
        " 医保支付金额 FUND_PAY_SUMAMT"
    ),
    "fee": "总费用 医疗总费用 医疗费总额 住院总费用 费用总额 总金额 医疗费用总额 总医疗费用 MEDFEE_SUMAMT",
    "state": "冲红标志 红冲标志 退费标志 结算状态 结算标志 有效标志 状态 作废标志 数据状态",
}
COLUMN_NAMES: Mapping[str, str] = {
    "group": "分组",
    "points": "分值",
    "ratio": "倍率",
    "band": "倍率区间",
    "standard": "支付标准",
    "amount": "金额",
    "fund": "统筹应付",
}
"""What can be compared, in the order in which a case is settled."""
_RESULTS = frozenset(COLUMN_NAMES)
_LOOK, _MOST_HEADER_ROWS = 30, 3
_VOID = ("冲红", "红冲", "作废", "撤销", "退费", "已退", "无效")
_HOLDS = ("未冲红", "未作废", "未撤销", "未退", "非冲红")
_SUMS = re.compile(r"^(合\s*计|小\s*计|总\s*计|本页合计|累\s*计)")
_UNGROUPED = {"未入组", "无", "-", "—", "/", "0000", "QY"}
_FORMS = {
    System.DIP: re.compile(r"[A-Z]\d{2}(\.[\dX]|[:：\-]|$)"),
    System.DRG: re.compile(r"[A-Z]{2}[A-Z\d]\d[A-Z]?$"),
}
"""How the codes of groups are written: a diagnosis and more, or 大类, 核心组 and subgroup."""
_ERA = date(1899, 12, 30)
_DAY = re.compile(r"^(\d{4})\D?(\d{1,2})\D?(\d{1,2})(?!\d)|^(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True, slots=True)
class BureauRow:
    """One case as the bureau returned it; money in 分, ``None`` where the file has no such column or value.

    ``numbers`` are the numbers of the case by kind (see ``KEYS``); ``voided`` marks a settlement reversed by a row of its own.
    """

    numbers: Mapping[str, str]
    row: int
    sheet: str = ""
    name: str = ""
    discharged: date | None = None
    group: str = ""
    group_name: str = ""
    points: Decimal | None = None
    ratio: Decimal | None = None
    band: str = ""
    amount: int | None = None
    standard: int | None = None
    fund: int | None = None
    fee: int | None = None
    voided: bool = False

    @property
    def number(self) -> str:
        """What to call it: the record number where there is one."""
        return next(
            (self.numbers[key] for key in ("record", "admission", "visit") if key in self.numbers), ""
        )

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.sheet} 第 {self.row} 行".strip()

    @property
    def sums(self) -> tuple[int | None, ...]:
        """All its money."""
        return self.amount, self.standard, self.fund, self.fee


@dataclass(frozen=True)
class Refused:
    """A row that was not read, and why."""

    row: int
    reason: str
    sheet: str = ""


@dataclass(frozen=True)
class BureauFile:
    """A return file: the rows that hold, which of our columns it has, rows reversed and rows refused with their reason.

    ``system``: the way of paying its groups belong to, ``None`` where their codes do not tell.
    """

    name: str
    rows: tuple[BureauRow, ...]
    columns: frozenset[str]
    refused: tuple[Refused, ...] = ()
    reversed: tuple[BureauRow, ...] = ()
    system: System | None = None


def read_return_file(path: Path, progress: Progress | None = None) -> BureauFile:
    """Read a return file (xlsx, xls or CSV), all sheets that have a header of ours.

    Raises:
        UserError: the file cannot be opened, or no row names both a case number and something to compare.
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    progress.report(0, 2, f"正在读取 {path.name}")
    rows: list[BureauRow] = []
    refused: list[Refused] = []
    columns: set[str] = set()
    for cells in read_cells(path):
        start, found = _find_header(cells.rows)
        if start < 0:
            continue
        columns |= found.keys()
        for number, line in enumerate(cells.rows[start:], start=start + 1):
            one = _read_line(line, found, number, cells.name)
            if isinstance(one, BureauRow):
                rows.append(one)
            elif one is not None:
                refused.append(one)
        progress.report(1, 2, f"{path.name}：{len(rows):,} 行")
    if not columns:
        raise UserError(
            f"{path.name} 里没有找到医保反馈的病例",
            "需要有病案号、住院号或结算清单流水号，和病种（病组）编码、分值、倍率、支付标准、金额之一的列。",
        )
    holding, undone = _without_reversals(rows)
    progress.report(2, 2, f"{path.name}：{len(holding):,} 例")
    return BureauFile(path.name, holding, frozenset(columns), tuple(refused), undone, _system_of(holding))


def _system_of(rows: Iterable[BureauRow]) -> System | None:
    """Whose groups these are as most of the codes are written (``K35.3:47.0100``, ``GE15``); ``None``: they do not tell."""
    written = Counter(
        system for row in rows for system, form in _FORMS.items() if form.match(row.group.upper())
    )
    return max(written, key=written.__getitem__, default=None)


def _fold(header: str) -> str:
    """The comparable form of a header: half-width, upper case, without blanks, marks and what stands in brackets."""
    plain = unicodedata.normalize("NFKC", header).upper()
    return re.sub(r"[\s*:：_\-—/\\.。,，、]+|[(\[【].*$", "", plain)


_BY_HEADER = {_fold(header): column for column, listed in _HEADERS.items() for header in listed.split()}


@cache
def column_named(header: str) -> str | None:
    """Which of our columns a header names, or ``None``."""
    return _BY_HEADER.get(_fold(header))


def _find_header(rows: Sequence[Sequence[object]]) -> tuple[int, dict[str, int]]:
    """Where the data start (0-based) and the place of each column; ``(-1, {})`` when no header is there.

    A header may take up to three rows (merged cells above, columns below); of equal finds the shortest one counts.
    """
    best: tuple[int, int, dict[str, int]] = (0, -1, {})
    for first in range(min(len(rows), _LOOK)):
        for height in range(1, _MOST_HEADER_ROWS + 1):
            columns = _columns(rows[first : first + height])
            if columns.keys() & set(KEYS) and columns.keys() & _RESULTS and len(columns) > best[0]:
                best = (len(columns), first + height, columns)
    return best[1], best[2]


def _columns(header: Sequence[Sequence[object]]) -> dict[str, int]:
    """Our columns by place: the lowest cell of a column names it, else a cell above, else all of them together."""
    filled = [_spread(row) for row in header[:-1]] + [[_text(cell) for cell in row] for row in header[-1:]]
    found: dict[str, int] = {}
    for place in range(max((len(row) for row in filled), default=0)):
        above = [row[place] for row in filled if place < len(row) and row[place]]
        for name in (*reversed(above), "".join(above)):
            column = column_named(name)
            if column is not None:
                found.setdefault(column, place)
                break
    return found


def _spread(row: Sequence[object]) -> list[str]:
    """The cells of an upper header row, a merged one standing over all its columns."""
    spread, last = [], ""
    for cell in row:
        last = _text(cell) or last
        spread.append(last)
    return spread


def _read_line(
    line: Sequence[object], columns: Mapping[str, int], number: int, sheet: str
) -> BureauRow | Refused | None:
    """A row, why it is refused, or ``None`` for blank lines, sums and repeated headers."""
    raw = {column: line[at] if at < len(line) else None for column, at in columns.items()}
    cells = {column: _text(cell) for column, cell in raw.items()}
    written = [_text(cell) for cell in line if _text(cell)]
    if not written or _SUMS.match(written[0]) or any(_SUMS.match(cells.get(key, "")) for key in KEYS):
        return None
    numbers = {key: cells[key] for key in KEYS if cells.get(key)}
    if numbers and all(column_named(each) in KEYS for each in numbers.values()):
        return None  # the header again, as printed pages have it
    if not numbers:
        return Refused(number, "没有病案号、住院号或流水号", sheet)
    amounts: dict[str, Decimal | None] = {}
    for column in (*MONEY, "points", "ratio"):
        amounts[column] = to_number(cells.get(column, ""))
        if cells.get(column) and amounts[column] is None:
            return Refused(number, f"“{cells[column]}”不是数字（{_HEADERS[column].split()[0]}）", sheet)
    fen = {column: to_fen(value) if (value := amounts[column]) is not None else None for column in MONEY}
    state, group = cells.get("state", ""), cells.get("group", "")
    return BureauRow(
        numbers,
        number,
        sheet,
        cells.get("name", ""),
        to_day(raw.get("discharged")),
        "" if group in _UNGROUPED else group,
        cells.get("group_name", ""),
        amounts["points"],
        amounts["ratio"],
        cells.get("band", ""),
        **fen,
        voided=any(word in state for word in _VOID) and not any(word in state for word in _HOLDS),
    )


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return re.sub(r"\s*[\r\n]+\s*", "", str(cell)).strip().removeprefix("'").strip()


def to_number(text: str) -> Decimal | None:
    """A number as people and programs write it: thousands, full width, 元, a sign before or behind, brackets for minus."""
    plain = re.sub(r"[\s,¥￥$元分%]|人民币", "", unicodedata.normalize("NFKC", text)).replace("−", "-")
    if plain.startswith("(") and plain.endswith(")"):
        plain = "-" + plain[1:-1]
    if plain.endswith("-"):
        plain = "-" + plain[:-1]
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    if not value.is_finite():
        return None
    return value / 100 if text.strip().endswith(("%", "％")) else value


def to_day(cell: object) -> date | None:
    """A day as a date cell, as text in the usual ways, or as a spreadsheet counts days; ``None`` when it is none."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool) and 20_000 < cell < 80_000:
        return _ERA + timedelta(days=int(cell))
    found = _DAY.match(_text(cell).replace("年", "-").replace("月", "-"))
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _without_reversals(rows: Sequence[BureauRow]) -> tuple[tuple[BureauRow, ...], tuple[BureauRow, ...]]:
    """The settlements that hold, and those reversed with the rows that reverse them, in the order of the file.

    A row whose money is negative takes back an earlier or later one of the same case with the same money; a row marked as reversed
    does not hold either way.
    """
    gone = {place for place, row in enumerate(rows) if row.voided}
    for place, row in enumerate(rows):
        if place in gone or not _negative(row):
            continue
        gone.add(place)
        wanted = _mirrored(row)
        partner = next(_partners(rows, place, wanted, gone), None)
        if partner is not None:
            gone.add(partner)
    holding = tuple(row for place, row in enumerate(rows) if place not in gone)
    return holding, tuple(replace(rows[place], voided=True) for place in sorted(gone))


def _negative(row: BureauRow) -> bool:
    return any(value is not None and value < 0 for value in row.sums)


def _mirrored(row: BureauRow) -> tuple[int | None, ...]:
    return tuple(None if value is None else -value for value in row.sums)


def _partners(
    rows: Sequence[BureauRow], place: int, wanted: tuple[int | None, ...], gone: set[int]
) -> Iterator[int]:
    """Rows of the same case with the mirrored money; the nearest before, then those after."""
    one = rows[place]
    order = (*range(place - 1, -1, -1), *range(place + 1, len(rows)))
    for other in order:
        if other not in gone and rows[other].sums == wanted and _same_case(rows[other], one):
            yield other


def _same_case(first: BureauRow, second: BureauRow) -> bool:
    shared = first.numbers.keys() & second.numbers.keys() - {"visit"}  # a reversal has a number of its own
    return any(first.numbers[key] == second.numbers[key] for key in shared) or (
        not shared and first.numbers.get("visit") == second.numbers.get("visit")
    )
