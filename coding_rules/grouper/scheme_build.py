"""From the rows of a scheme's tables to a Scheme. Every mistake is collected with file, row and column before anything is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from coding_rules.expression.check import Checked, Vocabulary, check
from coding_rules.grouper.scheme import (
    CodeList,
    Complication,
    Exclusion,
    GroupRule,
    Scheme,
    SchemeInfo,
    Stage,
)
from coding_rules.grouper.weight_table import WeightTable
from icd_tables.codes import normalize_code

REQUIRED_TABLES = ("mdc", "adrg", "drg", "code_lists")
"""Tables a scheme cannot do without."""

OPTIONAL_TABLES = ("complications", "exclusions")
"""Tables of complications; without them nothing counts as MCC or CC."""

_ALIASES = {
    "order": ("顺序", "序号"),
    "mdc": ("mdc编码", "mdc代码"),
    "adrg": ("adrg编码", "adrg代码"),
    "drg": ("drg编码", "drg代码"),
    "name": ("名称",),
    "rule": ("规则",),
    "list": ("列表", "列表名"),
    "kind": ("类型", "类别"),
    "code": ("编码", "代码"),
    "level": ("级别",),
    "exclusion_table": ("排除表", "排除表号"),
    "principal_diagnosis": ("主要诊断", "主要诊断编码"),
}
_KINDS = {"dx": "dx", "px": "px", "诊断": "dx", "手术": "px", "手术操作": "px"}
_LEVELS = ("MCC", "CC")
_PLAIN_CODE = re.compile(r"[A-Z0-9][A-WYZ0-9.x+*/-]*")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table as rows of text, header first. ``file`` is its name in messages; row 1 is the header."""

    file: str
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class SchemeProblem:
    """Why a scheme cannot be loaded: the place, the sentence, and for a rule the text with a pointer to the mistake."""

    file: str
    row: int
    column: str
    message: str
    pointer: str = ""

    def __str__(self) -> str:
        place = (
            self.file
            + (f" 第 {self.row} 行" if self.row else "")
            + (f" {self.column} 列" if self.column else "")
        )
        return f"{place}：{self.message}" + (f"\n{self.pointer}" if self.pointer else "")


class SchemeError(Exception):
    """The tables make no scheme; ``problems`` says why, in file order."""

    def __init__(self, problems: Sequence[SchemeProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def build_scheme(info: SchemeInfo, sheets: Mapping[str, Sheet], weights: WeightTable | None = None) -> Scheme:
    """Build a scheme from its tables, by table name (``mdc``, ``adrg``, ``drg``, ``code_lists``, ``complications``, ``exclusions``).

    Raises:
        SchemeError: a table or column is missing, a cell is no value, or a rule cannot be read.
    """
    missing = [
        SchemeProblem(f"{table}.csv", 0, "", "缺少这张表") for table in REQUIRED_TABLES if table not in sheets
    ]
    if missing:
        raise SchemeError(missing)
    return _Builder(info, sheets, weights).build()


class _Builder:
    def __init__(self, info: SchemeInfo, sheets: Mapping[str, Sheet], weights: WeightTable | None) -> None:
        self._info, self._sheets, self._weights = info, sheets, weights
        self._problems: list[SchemeProblem] = []
        self._spelling: dict[str, str] = {}

    def build(self) -> Scheme:
        lists = self._lists()
        kinds: dict[str, frozenset[str]] = {}
        for each in lists:
            kinds[each.name] = kinds.get(each.name, frozenset()) | {each.kind}
        vocabulary = Vocabulary(kinds)
        scheme = Scheme(
            info=self._info,
            mdcs=self._rules(Stage.MDC, "mdc", "", vocabulary),
            adrgs=self._rules(Stage.ADRG, "adrg", "mdc", vocabulary),
            drgs=self._rules(Stage.DRG, "drg", "adrg", vocabulary),
            lists=lists,
            complications=self._complications(),
            exclusions=self._exclusions(),
            weights=self._weights,
            files={table: sheet.file for table, sheet in self._sheets.items()},
        )
        if self._problems:
            raise SchemeError(self._problems)
        return scheme

    def _rules(self, stage: Stage, table: str, parent: str, vocabulary: Vocabulary) -> tuple[GroupRule, ...]:
        sheet = self._sheets[table]
        columns = self._columns(
            sheet, table, "rule", *([parent] if parent else []), optional=("order", "name")
        )
        if columns is None:
            return ()
        checked = _Remembering(vocabulary)
        found: list[tuple[float, GroupRule]] = []
        order = 0.0
        for number, cells in _data_rows(sheet):
            order = self._order(sheet, number, columns.get(cells, "order"), order)
            code = self._filled(sheet, number, table, columns.get(cells, table))
            above = self._filled(sheet, number, parent, columns.get(cells, parent)) if parent else ""
            text = columns.get(cells, "rule")
            outcome = checked(text)
            for problem in outcome.problems:
                place = f"第 {problem.offset + 1} 个字符：" if text else ""
                self._problem(
                    sheet, number, "rule", place + problem.message, problem.pointer(text) if text else ""
                )
            if outcome.node is not None:
                name = columns.get(cells, "name")
                found.append(
                    (order, GroupRule(stage, code, name, above, text, outcome.node, sheet.file, number))
                )
        found.sort(key=lambda pair: pair[0])
        return tuple(rule for _, rule in found)

    def _order(self, sheet: Sheet, number: int, text: str, previous: float) -> float:
        """The order of a row; a row without one follows the row above it."""
        if not text:
            return previous
        try:
            return float(text)
        except ValueError:
            self._problem(sheet, number, "order", f"“{text}”不是数字")
            return previous

    def _lists(self) -> tuple[CodeList, ...]:
        sheet = self._sheets["code_lists"]
        columns = self._columns(sheet, "list", "kind", "code")
        if columns is None:
            return ()
        at_list, at_kind, at_code = (columns.index[name] for name in ("list", "kind", "code"))
        spell = self._spell_all(row[at_code] for row in sheet.rows[1:] if len(row) > at_code)
        found: dict[tuple[str, str], tuple[list[str], list[int]]] = {}
        width = max(at_list, at_kind, at_code) + 1
        for number, row in enumerate(sheet.rows[1:], start=2):
            if len(row) < width:
                if any(cell.strip() for cell in row):
                    self._problem(sheet, number, "", "这一行的列数不够")
                continue
            pair = found.get((row[at_list], row[at_kind]))
            if pair is None:
                pair = self._new_list(sheet, number, row[at_list], row[at_kind], row[at_code], found)
                if pair is None:
                    continue
            code = spell[row[at_code]]
            if code:
                pair[0].append(code)
                pair[1].append(number)
            else:
                self._problem(sheet, number, "code", "编码是空的")
        return _merge_lists(found)

    def _new_list(
        self,
        sheet: Sheet,
        number: int,
        name: str,
        kind: str,
        code: str,
        found: dict[tuple[str, str], tuple[list[str], list[int]]],
    ) -> tuple[list[str], list[int]] | None:
        if not (name.strip() or kind.strip() or code.strip()):
            return None
        if not name.strip():
            self._problem(sheet, number, "list", "列表名是空的")
            return None
        if kind.strip().lower() not in _KINDS:
            self._problem(sheet, number, "kind", f"“{kind}”不是 dx（诊断）或 px（手术操作）")
            return None
        return found.setdefault((name, kind), ([], []))

    def _complications(self) -> tuple[Complication, ...]:
        sheet = self._sheets.get("complications")
        columns = self._columns(sheet, "code", "level", optional=("exclusion_table",)) if sheet else None
        if sheet is None or columns is None:
            return ()
        spell = self._spell_all(columns.get(row, "code") for row in sheet.rows[1:])
        found: list[Complication] = []
        for number, row in _data_rows(sheet):
            level = columns.get(row, "level").upper()
            if level not in _LEVELS:
                self._problem(sheet, number, "level", f"“{columns.get(row, 'level')}”不是 MCC 或 CC")
                continue
            code = spell[columns.get(row, "code")]
            if not code:
                self._problem(sheet, number, "code", "编码是空的")
                continue
            found.append(Complication(code, level, columns.get(row, "exclusion_table"), number))
        return tuple(found)

    def _exclusions(self) -> tuple[Exclusion, ...]:
        sheet = self._sheets.get("exclusions")
        columns = self._columns(sheet, "principal_diagnosis", "exclusion_table") if sheet else None
        if sheet is None or columns is None:
            return ()
        spell = self._spell_all(columns.get(row, "principal_diagnosis") for row in sheet.rows[1:])
        found: list[Exclusion] = []
        for number, row in _data_rows(sheet):
            code = spell[columns.get(row, "principal_diagnosis")]
            if not code:
                self._problem(sheet, number, "principal_diagnosis", "编码是空的")
                continue
            found.append(Exclusion(code, columns.get(row, "exclusion_table"), number))
        return tuple(found)

    def _spell_all(self, codes: Iterable[str]) -> dict[str, str]:
        """The normalised spelling of every distinct code; the few that are not plain go through the full treatment."""
        plain, known = _PLAIN_CODE.fullmatch, self._spelling
        for raw in set(codes) - known.keys():
            known[raw] = raw if plain(raw) else normalize_code(raw.replace("\ufeff", ""))
        return known

    def _columns(self, sheet: Sheet, *names: str, optional: Sequence[str] = ()) -> _Columns | None:
        header = [cell.replace("\ufeff", "").strip().lower() for cell in sheet.rows[0]] if sheet.rows else []
        index: dict[str, int] = {}
        for name in (*names, *optional):
            places = [header.index(each) for each in (name, *_ALIASES.get(name, ())) if each in header]
            if places:
                index[name] = places[0]
        missing = [name for name in names if name not in index]
        for name in missing:
            self._problem(sheet, 1, name, f"缺少 {name} 列")
        return None if missing else _Columns(index)

    def _filled(self, sheet: Sheet, number: int, column: str, text: str) -> str:
        if not text:
            self._problem(sheet, number, column, f"{column} 是空的")
        return text

    def _problem(self, sheet: Sheet, row: int, column: str, message: str, pointer: str = "") -> None:
        self._problems.append(SchemeProblem(sheet.file, row, column, message, pointer))


@dataclass(frozen=True, slots=True)
class _Columns:
    index: Mapping[str, int]

    def get(self, row: Sequence[str], name: str) -> str:
        """The cell of a column without surrounding blanks; "" where the row or the table has none."""
        at = self.index.get(name)
        return row[at].strip() if at is not None and at < len(row) else ""


class _Remembering:
    """Checks each distinct rule text once: thousands of rows say ``true`` or ``mcc``."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._known: dict[str, Checked] = {}

    def __call__(self, text: str) -> Checked:
        if text not in self._known:
            self._known[text] = check(text, self._vocabulary)
        return self._known[text]


def _data_rows(sheet: Sheet) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows below the header with their 1-based numbers, without those that are entirely blank."""
    for number, row in enumerate(sheet.rows[1:], start=2):
        if any(row) and any(cell.strip() for cell in row):
            yield number, row


def _merge_lists(found: Mapping[tuple[str, str], tuple[list[str], list[int]]]) -> tuple[CodeList, ...]:
    """One CodeList for each list and kind, whatever blanks and letter case the kind was written with."""
    merged: dict[tuple[str, str], tuple[list[str], list[int]]] = {}
    for (name, kind), (codes, rows) in found.items():
        key = (name.strip(), _KINDS[kind.strip().lower()])
        if key in merged:
            merged[key][0].extend(codes)
            merged[key][1].extend(rows)
        else:
            merged[key] = (codes, rows)
    return tuple(
        CodeList(name, kind, tuple(codes), tuple(rows)) for (name, kind), (codes, rows) in merged.items()
    )
