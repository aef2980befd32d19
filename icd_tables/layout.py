"""Where the code and name columns of a published table are: found by content first, headers second, file names never.

Works on rows of cells (text, or numbers where a spreadsheet made numbers of codes). Knows plain code/name tables, the
official multi-level workbooks (章 / 类目 / 亚目 / 条目 side by side), and crosswalks (two code and two name columns).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from icd_tables.codes import Edition, Kind, normalize_code

SAMPLE = 600
"""Rows looked at to tell what a column holds."""
_HEADER_SEARCH = 30

_DIAGNOSIS = re.compile(r"[A-Z]\d{2}(\.[0-9x][0-9A-Zx]*)?(\+[A-Z]\d{2}[.0-9x]*\*?|[*+])?(M\d{5}/\d)?")
_PROCEDURE = re.compile(r"\d{2}\.[0-9x]{1,3}[0-9A-Z]{0,3}(x\d{3,4})?")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_VERSION = re.compile(r"(?:版|[Vv]|国临|医保)\s*(\d+(?:\.\d+)+)")

_CLINICAL_WORDS = ("国临", "国家临床", "临床版", "卫健", "卫生计生")
_INSURANCE_WORDS = ("医保", "医疗保障", "NHSA")
_LEVEL_WORDS = ("章", "节", "类目", "亚目", "细目")


class Role(StrEnum):
    """What a column of a code table holds."""

    CODE = "编码"
    NAME = "名称"
    SECOND_CODE = "附加编码"
    TARGET_CODE = "对照编码"
    TARGET_NAME = "对照名称"
    ALIASES = "别名"
    KEYS = "检索码"
    CATEGORY = "类别"
    NOT_PRINCIPAL = "不作主诊"
    VALID_FROM = "启用日期"
    VALID_TO = "停用日期"


_EXTRA: tuple[tuple[Role, tuple[str, ...]], ...] = (
    (Role.SECOND_CODE, ("附加编码", "附加代码", "星号编码")),
    (Role.ALIASES, ("别名", "同义词", "俗称", "又称", "别称", "曾用名")),
    (Role.KEYS, ("拼音", "五笔", "助记", "输入码", "检索码", "英文", "PINYIN", "PY", "WB")),
    (
        Role.NOT_PRINCIPAL,
        ("不作主诊", "不作主要诊断", "不能作为主", "不可作为主", "非主诊", "灰码", "不得作为主"),
    ),
    (Role.VALID_TO, ("停用", "失效", "截止", "结束日期", "有效期止", "有效期至", "作废日期")),
    (Role.VALID_FROM, ("启用", "生效", "开始日期", "起始日期", "有效期起", "有效期", "施行")),
    (Role.CATEGORY, ("手术类别", "操作类别", "类别", "属性", "手术类型", "操作类型", "类型")),
)


class LayoutError(ValueError):
    """The rows are no code table we can read; the text says why, in Chinese."""


@dataclass(frozen=True)
class TableLayout:
    """Where things are: 0-based ``header_row`` (-1: none), first data row, columns by role (several for search keys).

    ``edition`` and ``version`` are those of the left code column, ``target_version`` of the right one of a crosswalk; ``None``
    and empty where the sheet does not say.
    """

    kind: Kind
    header_row: int
    columns: dict[Role, int]
    keys: tuple[int, ...] = ()
    headers: tuple[str, ...] = ()
    edition: Edition | None = None
    version: str = ""
    target_version: str = ""
    levels: tuple[int, ...] = field(default=())

    @property
    def is_crosswalk(self) -> bool:
        """Whether the sheet maps one edition to another."""
        return Role.TARGET_CODE in self.columns


def cell_text(value: object) -> str:
    """A cell as text, trimmed; whole numbers without the ``.0`` a spreadsheet adds."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def code_kind(text: str) -> Kind | None:
    """Which kind of code a text looks like; a shape, not a lookup."""
    code = normalize_code(text)
    if _DIAGNOSIS.fullmatch(code):
        return Kind.DIAGNOSIS
    if _PROCEDURE.fullmatch(code):
        return Kind.PROCEDURE
    return None


def edition_words(text: str) -> Edition | None:
    """The edition a text names, if it names exactly one."""
    clinical = any(word in text for word in _CLINICAL_WORDS)
    insurance = any(word in text for word in _INSURANCE_WORDS)
    if clinical == insurance:
        return None
    return Edition.CLINICAL if clinical else Edition.INSURANCE


def version_words(text: str) -> str:
    """The version a text names (国临3.0, 医保版2.0), or an empty text."""
    found = _VERSION.search(text)
    return found[1] if found else ""


def find_layout(rows: Sequence[Sequence[object]], titles: Sequence[str] = ()) -> TableLayout:
    """Find the columns. ``titles`` are texts beside the rows (sheet name) that may name edition and version.

    Raises:
        LayoutError: no code column, or no name column beside it.
    """
    body = [row for row in rows[:SAMPLE] if any(cell_text(cell) for cell in row)]
    if not body:
        raise LayoutError("表中没有内容")
    width = max(len(row) for row in body)
    kinds = {col: kind for col in range(width) if (kind := _column_kind(body, col))}
    if not kinds:
        raise LayoutError("没有找到编码列：没有一列的内容像疾病编码或手术编码")
    header_row = _header_row(rows, kinds)
    headers = _headers(rows, header_row, width)
    codes, levels, second = _leaf_columns(rows, kinds, headers)
    kind = kinds[codes[0]]
    columns = {Role.CODE: codes[0], Role.NAME: _name_column(rows, codes[0], header_row, headers, codes[1:])}
    if second is not None:
        columns[Role.SECOND_CODE] = second
    if len(codes) > 1:
        columns[Role.TARGET_CODE] = codes[1]
        columns[Role.TARGET_NAME] = _name_column(rows, codes[1], header_row, headers, ())
    extra, keys = _extra_columns(headers, set(columns.values()) | set(levels))
    columns = _editions_in_order(columns | extra, headers)
    left, right = (_beside(columns, headers, role) for role in (Role.CODE, Role.TARGET_CODE))
    above = " ".join(cell_text(c) for row in rows[: max(header_row, 0)] for c in row)
    words = left if columns.get(Role.TARGET_CODE) is not None else " ".join((left, above, *titles))
    return TableLayout(
        kind, header_row, columns, keys, headers, edition_words(words), version_words(words),
        version_words(right), levels,
    )  # fmt: skip


def _column_kind(body: Sequence[Sequence[object]], col: int) -> Kind | None:
    """The kind of codes a column holds: most of its filled cells must look like codes of one kind."""
    filled = [text for row in body if col < len(row) and (text := cell_text(row[col]))]
    if len(filled) < 2:
        return None
    for kind in Kind:
        hits = sum(code_kind(text) is kind for text in filled)
        if hits >= 0.6 * len(filled) or (hits == len(filled) - 1 and hits):
            return kind
    return None


def _header_row(rows: Sequence[Sequence[object]], kinds: dict[int, Kind]) -> int:
    """The last row above the first code, if it holds words; -1 when codes begin at once."""
    for index, row in enumerate(rows[:_HEADER_SEARCH]):
        if any(col < len(row) and code_kind(cell_text(row[col])) for col in kinds):
            above = index - 1
            while above >= 0 and not any(cell_text(cell) for cell in rows[above]):
                above -= 1
            return above
    return -1


def _headers(rows: Sequence[Sequence[object]], header_row: int, width: int) -> tuple[str, ...]:
    row = rows[header_row] if header_row >= 0 else ()
    return tuple(cell_text(row[col]) if col < len(row) else "" for col in range(width))


def _leaf_columns(
    rows: Sequence[Sequence[object]], kinds: dict[int, Kind], headers: tuple[str, ...]
) -> tuple[list[int], tuple[int, ...], int | None]:
    """Code columns of entries (one, or two in a crosswalk), those of upper levels, and an additional-code column."""
    second = next((c for c in kinds if any(w in headers[c] for w in dict(_EXTRA)[Role.SECOND_CODE])), None)
    candidates = [col for col in kinds if col != second]
    levels = [
        col
        for col in candidates
        if edition_words(headers[col]) is None
        and (
            any(word in headers[col] for word in _LEVEL_WORDS) or _is_prefix_of_another(rows, col, candidates)
        )
    ]
    leaves = [col for col in candidates if col not in levels] or candidates[-1:]
    main = kinds[leaves[0]]
    return [col for col in leaves if kinds[col] is main][:2], tuple(levels), second


def _is_prefix_of_another(rows: Sequence[Sequence[object]], col: int, candidates: Sequence[int]) -> bool:
    """Whether a column holds the categories of another one: each value begins the other's and is shorter."""
    for other in candidates:
        pairs = [
            (short, long)
            for row in rows[:SAMPLE]
            if max(col, other) < len(row)
            and code_kind(short := cell_text(row[col]))
            and code_kind(long := cell_text(row[other]))
        ]
        if other != col and pairs and all(len(s) < len(t) and t.startswith(s) for s, t in pairs):
            return True
    return False


def _name_column(
    rows: Sequence[Sequence[object]],
    code: int,
    header_row: int,
    headers: tuple[str, ...],
    taken: Sequence[int],
) -> int:
    """The column with Chinese names that belongs to a code column: to its right before the next code, else nearest."""
    body = rows[header_row + 1 : header_row + 1 + SAMPLE]
    named = [
        col for col in range(len(headers)) if _chinese_share(body, col) >= 0.5 and not _is_extra(headers[col])
    ]
    stop = min((t for t in taken if t > code), default=len(headers))
    right = [col for col in named if code < col < stop]
    by_header = [
        col for col in right if "名" in headers[col] or "诊断" in headers[col] or "手术" in headers[col]
    ]
    found = by_header[:1] or right[:1] or [col for col in reversed(named) if col < code][:1]
    if not found:
        raise LayoutError("找到了编码列，但它旁边没有名称列")
    return found[0]


def _chinese_share(body: Sequence[Sequence[object]], col: int) -> float:
    filled = [text for row in body if col < len(row) and (text := cell_text(row[col]))]
    return sum(bool(_CHINESE.search(text)) for text in filled) / len(filled) if filled else 0.0


def _is_extra(header: str) -> bool:
    return any(word in header.upper() for _, words in _EXTRA for word in words)


def _extra_columns(headers: tuple[str, ...], used: set[int]) -> tuple[dict[Role, int], tuple[int, ...]]:
    found: dict[Role, int] = {}
    keys: list[int] = []
    for col, header in enumerate(headers):
        role = next((r for r, words in _EXTRA if any(word in header.upper() for word in words)), None)
        if role is None or col in used:
            continue
        if role is Role.KEYS:
            keys.append(col)
        else:
            found.setdefault(role, col)
    return found, tuple(keys)


def _beside(columns: dict[Role, int], headers: tuple[str, ...], role: Role) -> str:
    """Header texts of a code column and its name column."""
    name = Role.NAME if role is Role.CODE else Role.TARGET_NAME
    return " ".join(headers[columns[r]] for r in (role, name) if r in columns)


def _editions_in_order(columns: dict[Role, int], headers: tuple[str, ...]) -> dict[Role, int]:
    """Crosswalks run 国临版 -> 医保版; a sheet with the sides exchanged is turned round."""
    if Role.TARGET_CODE not in columns:
        return columns
    left, right = (edition_words(_beside(columns, headers, r)) for r in (Role.CODE, Role.TARGET_CODE))
    if left is right and left is not None:
        raise LayoutError(f"对照表两侧都是{left.value}编码；本程序只接收国临版与医保版之间的对照")
    if left is Edition.INSURANCE or right is Edition.CLINICAL:
        swap = {
            Role.CODE: columns[Role.TARGET_CODE],
            Role.NAME: columns[Role.TARGET_NAME],
            Role.TARGET_CODE: columns[Role.CODE],
            Role.TARGET_NAME: columns[Role.NAME],
        }
        return columns | swap
    return columns
