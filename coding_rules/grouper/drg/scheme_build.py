"""From the rows of a scheme's tables to a Scheme. Every mistake is collected with file, row and column before anything is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, groupby, islice
from operator import itemgetter

from coding_rules.expression.check import Checked, Vocabulary, check
from coding_rules.grouper.drg.scheme import (
    CodeList,
    Complication,
    Exclusion,
    GroupRule,
    Scheme,
    SchemeInfo,
    Stage,
)
from coding_rules.grouper.drg.weight_table import WeightTable
from coding_rules.grouper.spelling import spell

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
_LEVELS = {"MCC": "MCC", "CC": "CC"}
_Runs = dict[tuple[str, str], list[tuple[list[str], Sequence[int]]]]
"""Runs of codes and their row numbers, by list name and kind."""

_FIRST_ROW = 2
"""Row 1 is the header."""


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
        self._spelled = _Remembered(spell)

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
        for number, (order_cell, above, code, name, text) in columns.each(
            sheet, "order", parent, table, "name", "rule"
        ):
            order = self._order(sheet, number, order_cell, order)
            self._filled(sheet, number, table, code)
            if parent:
                self._filled(sheet, number, parent, above)
            outcome = checked(text)
            for problem in outcome.problems:
                place = f"第 {problem.offset + 1} 个字符：" if text else ""
                self._problem(
                    sheet, number, "rule", place + problem.message, problem.pointer(text) if text else ""
                )
            if outcome.node is not None:
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
        found: _Runs = {}
        codes = self._codes(columns, sheet, "code")
        start = 0
        for (filed_name, filed_kind), run in groupby(columns.cells(sheet, "list", "kind")):
            end = start + len(list(run))
            here, rows = codes[start:end], range(start + _FIRST_ROW, end + _FIRST_ROW)
            start = end
            name, kind = _clean(filed_name), _clean(filed_kind).lower()
            if name or kind or any(here):
                self._add_run(sheet, name, kind, here, rows, found)
        return tuple(_code_list(*key, runs) for key, runs in found.items())

    def _add_run(
        self, sheet: Sheet, name: str, kind: str, codes: list[str], rows: Sequence[int], found: _Runs
    ) -> None:
        """Add rows that name one list and kind; those that name none, or a row without a code, are no part of any list."""
        self._filled(sheet, rows[0], "list", name)
        if kind not in _KINDS:
            self._problem(sheet, rows[0], "kind", f"“{kind}”不是 dx（诊断）或 px（手术操作）")
            return
        if "" in codes:
            for number, code in zip(rows, codes, strict=True):
                self._filled(sheet, number, "code", code)
            rows = [number for number, code in zip(rows, codes, strict=True) if code]
            codes = [code for code in codes if code]
        found.setdefault((name, _KINDS[kind]), []).append((codes, rows))

    def _codes(self, columns: _Columns, sheet: Sheet, name: str) -> list[str]:
        """A column of codes in normalised spelling."""
        return [*map(self._spelled.__getitem__, columns.column(sheet, name))]

    def _complications(self) -> tuple[Complication, ...]:
        sheet = self._sheets.get("complications")
        columns = self._columns(sheet, "code", "level", optional=("exclusion_table",)) if sheet else None
        if sheet is None or columns is None:
            return ()
        found: list[Complication] = []
        cleaned = _Remembered(_clean)
        codes = self._codes(columns, sheet, "code")
        levels = columns.cells(sheet, "level", "exclusion_table")
        for number, code, (filed_level, table) in zip(count(_FIRST_ROW), codes, levels, strict=False):
            level = _LEVELS.get(filed_level) or _LEVELS.get(_clean(filed_level).upper())
            if level and self._filled(sheet, number, "code", code):
                found.append(Complication(code, level, cleaned[table], number))
            elif not level and _clean(code + filed_level + table):
                self._problem(sheet, number, "level", f"“{_clean(filed_level)}”不是 MCC 或 CC")
        return tuple(found)

    def _exclusions(self) -> tuple[Exclusion, ...]:
        sheet = self._sheets.get("exclusions")
        columns = self._columns(sheet, "principal_diagnosis", "exclusion_table") if sheet else None
        if sheet is None or columns is None:
            return ()
        found: list[Exclusion] = []
        cleaned = _Remembered(_clean)
        codes = self._codes(columns, sheet, "principal_diagnosis")
        tables = columns.column(sheet, "exclusion_table")
        for number, code, table in zip(count(_FIRST_ROW), codes, tables, strict=False):
            if code:
                found.append(Exclusion(code, cleaned[table], number))
            elif cleaned[table]:
                self._filled(sheet, number, "principal_diagnosis", code)
        return tuple(found)

    def _columns(self, sheet: Sheet, *names: str, optional: Sequence[str] = ()) -> _Columns | None:
        header = [_clean(cell).lower() for cell in sheet.rows[0]] if sheet.rows else []
        index: dict[str, int] = {}
        for name in (*names, *optional):
            places = [header.index(each) for each in (name, *_ALIASES.get(name, ())) if each in header]
            if places:
                index[name] = places[0]
        missing = [name for name in names if name not in index]
        for name in missing:
            self._problem(sheet, 1, name, f"缺少 {name} 列")
        return None if missing else _Columns.of(sheet, index)

    def _filled(self, sheet: Sheet, number: int, column: str, text: str) -> str:
        if not text:
            self._problem(sheet, number, column, f"{column} 是空的")
        return text

    def _problem(self, sheet: Sheet, row: int, column: str, message: str, pointer: str = "") -> None:
        self._problems.append(SchemeProblem(sheet.file, row, column, message, pointer))


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the named columns of a sheet stand, and how many cells its shortest and its longest row have."""

    index: Mapping[str, int]
    shortest: int
    longest: int

    @classmethod
    def of(cls, sheet: Sheet, index: Mapping[str, int]) -> _Columns:
        """The columns of a sheet that has rows."""
        widths = list(map(len, sheet.rows))
        return cls(index, min(widths), max(widths))

    def each(self, sheet: Sheet, *names: str) -> Iterator[tuple[int, list[str]]]:
        """The rows below the header that are not blank: 1-based number and the named cells without surrounding blanks.

        A cell that the row or the table does not have is "".
        """
        places = [self.index.get(name, -1) for name in names]
        width = max(places) + 1
        for number, row in enumerate(sheet.rows[1:], start=_FIRST_ROW):
            if _clean("".join(row)):
                cells = row if len(row) >= width else [*row, *[""] * (width - len(row))]
                yield number, [_clean(cells[at]) if at >= 0 else "" for at in places]

    def cells(self, sheet: Sheet, *names: str) -> Iterator[tuple[str, ...]]:
        """Several named cells of all rows below the header, blank ones too, as they are. For the long tables."""
        places = [self.index.get(name, self.longest) for name in names]
        return map(itemgetter(*places), self._padded(sheet, max(places) + 1))

    def column(self, sheet: Sheet, name: str) -> Iterator[str]:
        """One named cell of all rows below the header, as it is."""
        place = self.index[name]
        return map(itemgetter(place), self._padded(sheet, place + 1))

    def _padded(self, sheet: Sheet, width: int) -> Iterable[Sequence[str]]:
        """The rows below the header, short ones filled up."""
        rows = islice(sheet.rows, 1, None)
        if self.shortest < width:
            return ([*row, *[""] * (width - len(row))] for row in rows)
        return rows


class _Remembered(dict[str, str]):
    """What becomes of every distinct text that is asked for."""

    def __init__(self, change: Callable[[str], str]) -> None:
        super().__init__()
        self._change = change

    def __missing__(self, text: str) -> str:
        changed = self[text] = self._change(text)
        return changed


def _clean(text: str) -> str:
    """A cell without surrounding blanks, and without the byte-order marks that joined files have in their middle."""
    return text.replace("\ufeff", "").strip()


class _Remembering:
    """Checks each distinct rule text once: thousands of rows say ``true`` or ``mcc``."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._known: dict[str, Checked] = {}

    def __call__(self, text: str) -> Checked:
        if text not in self._known:
            self._known[text] = check(text, self._vocabulary)
        return self._known[text]


def _code_list(name: str, kind: str, runs: Sequence[tuple[list[str], Sequence[int]]]) -> CodeList:
    codes = tuple(chain.from_iterable(codes for codes, _ in runs))
    rows = runs[0][1] if len(runs) == 1 else tuple(chain.from_iterable(rows for _, rows in runs))
    return CodeList(name, kind, codes, rows)
