"""Reconcile with the bureau: its grouping or settlement return file beside our own results, case by case.

Cases are matched by record number, 住院号 or our case id; where a number repeats, by the total fee. Every difference names the first
thing that differs, and for another group the step of our path that decided against it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from app.errors import UserError
from app.progress import Progress
from app.review import CaseResult, Scored
from app.sheets import read_cells
from coding_rules.grouper.grouping import System
from coding_rules.settlement.figures import show, show_money, to_fen, yuan
from coding_rules.settlement.settlement import Band

_HEADERS: Mapping[str, str] = {
    "case": "病案号 住院号 病历号 住院病历号 就诊ID 就诊流水号 医疗机构病案号 病例号 CASE_ID MEDCASNO IPT_NO",
    "group": "DIP编码 DIP组编码 病种编码 病种代码 DRG编码 DRG组编码 DRG代码 病组编码 病组代码 分组编码 分组代码 入组编码 DIP_CODE DRG_CODE",
    "name": "DIP名称 病种名称 DRG名称 病组名称 分组名称 入组名称",
    "points": "结算分值 病例分值 最终分值 分值 点数 结算点数 病种分值",
    "band": "偏差类型 倍率类型 费用倍率区间 病例类型 高低倍率 费用类型",
    "amount": "DIP金额 DRG金额 DIP支付金额 支付金额 结算金额 应付金额 病种支付标准 支付标准 拨付金额",
    "fee": "总费用 医疗总费用 医疗费总额 住院总费用 费用总额",
}
_BY_HEADER = {header.upper(): column for column, listed in _HEADERS.items() for header in listed.split()}
_NOISE = re.compile(r"[\s*]+|[(（【\[].*$")
_LOOK = 20
_BANDS = (
    ("极", Band.EXTREME),
    ("超低", Band.LOW),
    ("低", Band.LOW),
    ("超高", Band.HIGH),
    ("高", Band.HIGH),
    ("正常", Band.NORMAL),
    ("未入组", Band.UNGROUPED),
)


@dataclass(frozen=True, slots=True)
class BureauRow:
    """One case as the bureau returned it; amounts and fees in 分, ``None`` where the file has no such column or value."""

    case: str
    row: int
    group: str = ""
    name: str = ""
    points: Decimal | None = None
    band: str = ""
    amount: int | None = None
    fee: int | None = None


@dataclass(frozen=True)
class BureauFile:
    """A return file: rows read, which of our columns it has, and rows refused with row number and reason."""

    name: str
    rows: tuple[BureauRow, ...]
    columns: frozenset[str]
    refused: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that differs, in the order 分组, 分值, 倍率区间, 金额. ``step`` says where in our path, or why."""

    what: str
    ours: str
    theirs: str
    step: str = ""


@dataclass(frozen=True, slots=True)
class ReconciledCase:
    """A case that both sides have."""

    case_id: str
    row: int
    differences: tuple[Difference, ...]

    @property
    def first(self) -> Difference | None:
        """Where the two first part, or ``None`` when all agrees."""
        return self.differences[0] if self.differences else None


@dataclass(frozen=True)
class Reconciliation:
    """Both sides together; ``only_ours`` case ids, ``only_theirs`` rows of the file, ``ambiguous`` rows that fit several cases."""

    cases: tuple[ReconciledCase, ...]
    only_ours: tuple[str, ...]
    only_theirs: tuple[BureauRow, ...]
    ambiguous: tuple[BureauRow, ...]

    @property
    def agreeing(self) -> int:
        """Cases without any difference."""
        return sum(not case.differences for case in self.cases)

    def counts(self) -> Mapping[str, int]:
        """How many cases first part at 分组, 分值, 倍率区间 or 金额."""
        return Counter(case.first.what for case in self.cases if case.first)


def read_return_file(path: Path, progress: Progress | None = None) -> BureauFile:
    """Read a return file (xlsx, xls or CSV); the header row is found by its content.

    Raises:
        UserError: the file cannot be opened, or no row names both a case number and a group, points or amount.
    """
    progress = progress or Progress()
    progress.report(0, 2, f"正在读取 {path.name}")
    for cells in read_cells(path):
        header, columns = _find_header(cells.rows)
        if header >= 0:
            found = _read(path.name, cells.rows, header, columns)
            progress.report(2, 2, f"{path.name}：{len(found.rows)} 例")
            return found
    raise UserError(
        f"{path.name} 里没有找到医保反馈的病例",
        "需要有病案号（或住院号）和病种/病组编码、分值、金额之一的列。",
    )


def _find_header(rows: Sequence[Sequence[object]]) -> tuple[int, dict[str, int]]:
    for number, row in enumerate(rows[:_LOOK]):
        columns: dict[str, int] = {}
        for position, cell in enumerate(row):
            column = _BY_HEADER.get(_NOISE.sub("", cell).upper()) if isinstance(cell, str) else None
            if column and column not in columns:
                columns[column] = position
        if "case" in columns and columns.keys() & {"group", "points", "amount"}:
            return number, columns
    return -1, {}


def _read(name: str, rows: Sequence[Sequence[object]], header: int, columns: Mapping[str, int]) -> BureauFile:
    found: list[BureauRow] = []
    refused: list[tuple[int, str]] = []
    for number, row in enumerate(rows[header + 1 :], start=header + 2):
        cells = {column: _text(row[at]) if at < len(row) else "" for column, at in columns.items()}
        if not any(cells.values()):
            continue
        if not cells["case"]:
            refused.append((number, "没有病案号"))
            continue
        unreadable = [
            each for each in ("points", "amount", "fee") if cells.get(each) and _number(cells[each]) is None
        ]
        if unreadable:
            shown = "、".join(cells[each] for each in unreadable)
            refused.append((number, f"“{shown}”不是数字"))
            continue
        amount, fee = _number(cells.get("amount", "")), _number(cells.get("fee", ""))
        found.append(
            BureauRow(
                case=cells["case"],
                row=number,
                group=cells.get("group", ""),
                name=cells.get("name", ""),
                points=_number(cells.get("points", "")),
                band=cells.get("band", ""),
                amount=to_fen(amount) if amount is not None else None,
                fee=to_fen(fee) if fee is not None else None,
            )
        )
    return BureauFile(name, tuple(found), frozenset(columns), tuple(refused))


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def reconcile(
    results: Iterable[CaseResult], returned: BureauFile, system: System, tolerance: Decimal = Decimal("0.01")
) -> Reconciliation:
    """Match and compare. ``tolerance`` is in points and in yuan."""
    ours = list(results)
    index = _index(ours)
    matched: list[ReconciledCase] = []
    seen: set[int] = set()
    only_theirs: list[BureauRow] = []
    ambiguous: list[BureauRow] = []
    for row in returned.rows:
        candidates = [position for position in _candidates(index, row.case) if position not in seen]
        if len(candidates) > 1 and row.fee is not None:
            candidates = [position for position in candidates if ours[position].case.fees.total == row.fee]
        if len(candidates) != 1:
            (ambiguous if candidates else only_theirs).append(row)
            continue
        seen.add(candidates[0])
        result = ours[candidates[0]]
        scored = result.dip if system is System.DIP else result.drg
        differences = _differences(scored, row, returned.columns, tolerance)
        matched.append(ReconciledCase(result.case.case_id, row.row, tuple(differences)))
    left = tuple(result.case.case_id for position, result in enumerate(ours) if position not in seen)
    return Reconciliation(tuple(matched), left, tuple(only_theirs), tuple(ambiguous))


def _index(ours: Sequence[CaseResult]) -> dict[str, list[int]]:
    """Positions by every number of a case, as written and without leading zeros."""
    index: dict[str, list[int]] = defaultdict(list)
    for position, result in enumerate(ours):
        case = result.case
        numbers = [each for each in (case.case_id, case.record_no, case.admission_no) if each]
        for key in {*numbers, *map(_bare, numbers)}:
            index[key].append(position)
    return index


def _candidates(index: Mapping[str, Sequence[int]], number: str) -> Sequence[int]:
    return index.get(number) or index.get(_bare(number), ())


def _bare(number: str) -> str:
    """Bureau files lose leading zeros as spreadsheets do; what is left is marked so as not to meet a written number."""
    return "~" + (number.strip().upper().lstrip("0") or "0")


def _differences(
    scored: Scored | None, row: BureauRow, columns: frozenset[str], tolerance: Decimal
) -> list[Difference]:
    if scored is None:
        return [Difference("分组", "未分组", row.group or "—", "本机没有装入对应的分组方案")]
    compared = (
        _group_difference(scored, row) if "group" in columns else None,
        _points_difference(scored, row, tolerance),
        _band_difference(scored, row),
        _amount_difference(scored, row, tolerance),
    )
    return [each for each in compared if each is not None]


def _group_difference(scored: Scored, row: BureauRow) -> Difference | None:
    ours = scored.grouping.group
    if _code(row.group) == _code(ours):
        return None
    return Difference("分组", ours or "未入组", row.group or "未入组", _group_step(scored, row.group))


def _points_difference(scored: Scored, row: BureauRow, tolerance: Decimal) -> Difference | None:
    """Some bureaus return the points of the group, some those of the case; either counts as agreeing."""
    settled = scored.settlement.points if scored.settlement else None
    ours = [each for each in (settled, scored.grouping.points) if each is not None]
    theirs = row.points
    if theirs is None or not ours or any(abs(each - theirs) <= tolerance for each in ours):
        return None
    return Difference("分值", show(ours[0]), show(theirs), _figure(scored, "结算分值", "病种分值"))


def _band_difference(scored: Scored, row: BureauRow) -> Difference | None:
    theirs = next((band for word, band in _BANDS if word in row.band), None) if row.band else None
    if theirs is None or scored.settlement is None or theirs is scored.settlement.band:
        return None
    step = _figure(scored, "倍率区间", "倍率")
    return Difference("倍率区间", scored.settlement.band.value, row.band, step)


def _amount_difference(scored: Scored, row: BureauRow, tolerance: Decimal) -> Difference | None:
    ours = scored.settlement.amount if scored.settlement else None
    if ours is None or row.amount is None or abs(ours - row.amount) <= tolerance * 100:
        return None
    return Difference("金额", show_money(yuan(ours)), show_money(yuan(row.amount)), _figure(scored, "金额"))


def _code(code: str) -> str:
    return re.sub(r"\s", "", code).upper().replace("未入组", "")


def _group_step(scored: Scored, theirs: str) -> str:
    """The step of our path that speaks of the bureau's group, or the one that decided."""
    wanted = _code(theirs)
    for step in scored.grouping.path:
        if wanted and not step.held and _code(step.text).startswith(wanted + "："):
            return f"{step.stage}：{step.text}"
    if not scored.grouping.grouped:
        return scored.grouping.reason
    last = next((step for step in reversed(scored.grouping.path) if step.held), None)
    decided = f"本机在“{last.stage}”一步定为 {last.text}" if last else ""
    return f"{decided}；路径中没有出现 {theirs}" if theirs else decided


def _figure(scored: Scored, *labels: str) -> str:
    """The formula of ours behind a figure."""
    figures = {figure.label: figure for figure in scored.settlement.figures} if scored.settlement else {}
    found = next((figures[label] for label in labels if label in figures), None)
    return f"{found.label}：{found.formula}" if found else ""
