"""Columns of DIP catalogues: recognised by their headers, wherever the header row stands; cells read as text and numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import zip_longest

from coding_rules.grouper.dip.catalogue import CatalogueIssue

Cell = object
Row = Sequence[Cell]


@dataclass(frozen=True)
class Sheet:
    """One sheet of a user's file: file name, sheet name ("" for CSV) and its cells; ``hidden`` is not seen on screen."""

    file: str
    name: str
    rows: Sequence[Row]
    hidden: bool = False

    def place(self, row: int) -> str:
        """How the user finds a row (1-based): ``目录.xlsx 目录 第 12 行``."""
        return f"{self.file}{' ' + self.name if self.name else ''} 第 {row} 行"


_HEADERS: Mapping[str, str] = {
    "code": """病种编码 病种代码 DIP编码 DIP代码 DIP组编码 分组编码 病组编码 组合编码 病种组合编码 DIP_CODE DIPCODE CODE""",
    "name": """病种名称 DIP名称 DIP组名称 病组名称 组合名称 分组名称 DIPNAME NAME""",
    "kind": """病种类型 病种类别 组类型 病种属性 DIPTYPE KIND""",
    "principal": """主诊断代码 主诊断编码 主要诊断代码 主要诊断编码 主要诊断 诊断代码 诊断编码 主诊编码 疾病编码
        ICD10编码 ICD-10编码 DIAGCODE PRINCIPAL""",
    "principal_name": """主诊断名称 主要诊断名称 诊断名称 主诊名称 疾病名称 ICD10名称 DIAGNAME PRINCIPAL_NAME""",
    "main": """主要操作代码 主要操作编码 主要手术操作代码 主要手术操作编码 主要手术操作 主手术编码 手术操作编码 手术操作代码
        手术编码 手术代码 操作编码 操作代码 ICD9编码 OPRNOPRTCODE MAIN_PROCEDURE MAIN""",
    "main_name": """主要操作名称 主要手术操作名称 主手术名称 手术操作名称 手术名称 操作名称 OPRNOPRTNAME MAIN_NAME""",
    "related": """其他操作代码 其他操作编码 相关手术编码 相关手术操作编码 相关手术操作代码 相关手术操作 相关操作编码
        相关操作代码 RELATED""",
    "related_name": """其他操作名称 相关手术名称 相关手术操作名称 相关操作名称 RELATED_NAME""",
    "procedure_kind": """手术操作属性 手术操作类型 操作类型 操作属性 治疗方式 治疗方式名称 OPRNOPRTTYPE OPERATION_TYPE
        PROCEDURE_KIND""",
    "level": """手术级别 手术等级 LEVEL""",
    "points": """病种分值 基准分值 DIP分值 分值 标准分值 DIPSCORE WEIGHT_SCORE POINTS""",
    "mean_fee": """均费 例均费用 次均费用 平均费用 例均住院费用 次均住院费用 平均住院费用 病种均费 AVGAMOUNT DIP_AVG_FEE
        MEAN_FEE""",
    "mean_los": """平均住院日 平均住院天数 例均住院日 平均住院床日 AVGDAYS AVG_IPT_DAYS MEAN_LOS""",
    "cv": """CV 变异系数 CV值""",
    "cases": """例数 病例数 病案数 病案例数 BILL_COUNT CASES""",
    "region_mean": """全市均费 区域均费 地区例均费用 REGION_AVE_VAL REGION_MEAN""",
}
"""Header spellings seen in published catalogues, per column of ours."""

COLUMN_NAMES: Mapping[str, str] = {column: spellings.split()[0] for column, spellings in _HEADERS.items()}
"""What to call a column of ours in messages."""

_LIKELY: tuple[tuple[str, str], ...] = (
    ("level", r"手术(级别|等级)"),
    ("procedure_kind", r"(手术|操作|治疗).*(类型|类别|属性|方式)"),
    ("related", r"(其他|相关|次要|附加).*(手术|操作).*(编码|代码|ICD)"),
    ("related_name", r"(其他|相关|次要|附加).*(手术|操作).*名称"),
    ("main", r"(手术|操作).*(编码|代码|ICD)"),
    ("main_name", r"(手术|操作).*名称"),
    ("principal", r"^(?!.*(其他|次要)).*诊.*(编码|代码|ICD)"),
    ("principal_name", r"^(?!.*(其他|次要)).*诊.*名称"),
    ("code", r"(病种|病组|DIP|分组|组合).*(编码|代码)"),
    ("name", r"(病种|病组|DIP|分组|组合).*名称"),
    ("kind", r"(病种|病组).*(类型|类别|大类|分类|属性)"),
    ("region_mean", r"(全市|区域|地区|统筹区).*(均费|均.*费用)"),
    ("mean_fee", r"均费|均.*费用"),
    ("mean_los", r"均.*(住院日|天数|床日)"),
    ("points", r"^(?!.*(点值|系数)).*分值"),
    ("cases", r"例数|病例数量"),
    ("cv", r"变异系数"),
    ("kind", r"^(类型|类别)$"),
    ("procedure_kind", r"^(类型|类别)$"),
)
"""What a header most likely means where no published spelling fits, in the order of trying; a column is taken once."""
_LONGEST = 24  # a title or a note is longer than any header

_BY_HEADER = {alias.upper(): column for column, aliases in _HEADERS.items() for alias in aliases.split()}
_NOISE = re.compile(r"[\s`'\"*]+|[(（【\[].*$")
_SECOND = frozenset({"编码", "代码", "名称", "ICD", "ICD-10", "ICD-9", "ICD10", "ICD9", "ICD编码", "类型"})
"""What stands in the second row of a header under merged cells."""
_LOOK = 40
"""How many rows a title and a preface may take before the header."""


def columns_of(headers: Sequence[str]) -> dict[str, int]:
    """The position of each column of ours in a header row: published spellings first, then what headers most likely mean."""
    folded = [unicodedata.normalize("NFKC", header).upper() for header in headers]
    columns: dict[str, int] = {}
    taken: set[int] = set()

    def take(column: str, position: int) -> None:
        columns[column] = position
        taken.add(position)

    for position, header in enumerate(folded):
        column = _BY_HEADER.get(_NOISE.sub("", header))
        if column and column not in columns:
            take(column, position)
    for column, likely in _LIKELY:
        for position, header in enumerate(folded):
            short = re.sub(r"\s+", "", header)
            free = column not in columns and position not in taken
            if free and len(short) <= _LONGEST and re.search(likely, short):
                take(column, position)
    return columns


def find_header(
    rows: Sequence[Row], wanted: Iterable[str] = ("code", "principal")
) -> tuple[int, Mapping[str, int]]:
    """The header row (0-based) and the position of each recognised column; ``(-1, {})`` when there is none.

    The row must name at least two columns of ours, one of them among ``wanted``. A second row under merged cells (编码 | 名称) is
    read with it, and is then the row that is given back.
    """
    needed = set(wanted)
    for place, row in enumerate(rows[:_LOOK]):
        headers = [text(cell) if isinstance(cell, str) else "" for cell in row]
        doubled = _with_second_row(headers, rows[place + 1]) if place + 1 < len(rows) else []
        for end, written in ((place + 1, doubled), (place, headers)):
            columns = columns_of(written)
            if len(columns) >= 2 and needed & set(columns):
                return end, columns
    return -1, {}


def _with_second_row(headers: Sequence[str], below: Row) -> list[str]:
    """Headers in two rows put together: 主要诊断 over 编码 and 名称; empty when the row below is no header."""
    second = [text(cell) for cell in below] + [""] * (len(headers) - len(below))
    # A header merged over both rows says the same in the second.
    second = ["" if cell == above else cell for cell, above in zip_longest(second, headers, fillvalue="")]
    if not any(cell in _SECOND for cell in second) or not all(cell in _SECOND for cell in second if cell):
        return []
    above = ""
    joined = []
    for place, cell in enumerate(second):
        above = (headers[place] if place < len(headers) else "") or (above if cell else "")
        joined.append(above + cell)
    return joined


def text(cell: Cell) -> str:
    """A cell as text on one line; whole numbers without ``.0``. ``None`` is empty."""
    if isinstance(cell, str):
        return re.sub(r"\s*[\r\n]+\s*", "", cell).strip()
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell).strip()


def number(cell: Cell) -> Decimal | None:
    """A cell as a number, thousands separators and a currency sign allowed; ``None`` when it is empty or no number."""
    if isinstance(cell, bool) or cell is None or cell == "":
        return None
    written = unicodedata.normalize("NFKC", text(cell)).replace(",", "")
    written = written.strip("¥ ").removesuffix("元").removesuffix("分").strip()
    try:
        value = Decimal(written)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


class Remarks:
    """Collects the issues of one sheet while it is read."""

    def __init__(self, sheet: Sheet) -> None:
        self._place = f"{sheet.file} {sheet.name}".strip()
        self.issues: list[CatalogueIssue] = []

    def add(self, row: int, column: str, reason: str, action: str = "refused") -> None:
        """Note an issue at a 1-based row; ``column`` is one of ours or a header."""
        name = COLUMN_NAMES.get(column, column)
        self.issues.append(CatalogueIssue(self._place, row, name, reason, action))
