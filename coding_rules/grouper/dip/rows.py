"""Rows of a published regional DIP catalogue -> groups. Takes cells, opens nothing.

Understands national-platform workbooks (two sheets joined by 病种编码), Hubei- and Shandong-style tables and the project's own
folder form; which columns there are is recognised by their headers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from coding_rules.grouper.dip.bed_day_rows import is_bed_day
from coding_rules.grouper.dip.catalogue import CatalogueIssue, DipGroup, DipKind
from coding_rules.grouper.dip.columns import Cell, Remarks, Row, Sheet, find_header, number, text
from coding_rules.grouper.dip.expression import Dialect, Expression, codes_of, parse_expression
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind, read_kind, read_level
from coding_rules.grouper.dip.spec import clean_spec
from icd_tables.codes import normalize_code

_CHAPTER = re.compile(r"^CP\d{2}$")
_MIXED_SUFFIX = re.compile(r"^(SS|ZLXCZ|ZDXCZ|BSZL)\(?([1-4]?)\)?$")
_PRINCIPAL = re.compile(r"^(?:CP\d{2}|KBBZ|[A-Z](?:\d(?:\d[A-Z0-9.x+*|-]*)?)?)$")
_SEVERAL = re.compile(r"[|｜/、,，;；]+")
_CODED = re.compile(r"^(?:CP\d{2}$|KBBZ$|[A-Z]\d{2})")
_LEVEL_AT_END = re.compile(r"\(([1-4])(?:级)?\)$|(?<=[A-Z一-龥])([1-4])$")
_NAMED = re.compile(r"^\w[\w.|-]*$")
_BLANK = re.compile(r"空白病[种组]")
_PROCEDURE = re.compile(r"^\d{2}(?:\.[\dx][\dA-Zx]{0,5}(?:x\d+)?)?$")
_FULL_PROCEDURE = re.compile(r"^\d{2}\.\d{4}(?:x\d+)?(?:[/|+,，].*)?$", re.IGNORECASE)
_NOTHING = frozenset({"-", "—", "－", "--", "/", "无", "空"})
_RANGE = re.compile(r"^[A-Z]\d{2}-[A-Z]\d{2}$")
_SHORT_NUMBER = re.compile(r"^\d{1,2}\.\d{1,4}$")


@dataclass(frozen=True)
class ReadRows:
    """What one or more sheets gave."""

    groups: tuple[DipGroup, ...]
    read: int
    issues: tuple[CatalogueIssue, ...]


def read_sheets(
    sheets: Sequence[Sheet], dialect: Dialect, *, figures_only: bool = False, short_codes: bool = False
) -> ReadRows:
    """Groups of all sheets that look like a catalogue; sheets that repeat a code complete each other.

    The sheet with procedure names (the published directory) leads; others add mean fee, stay, CV and cases, and the groups
    that only they list. ``figures_only``: a table of points by 病种编码, whose codes need not say a diagnosis;
    ``short_codes``: the region's catalogue holds codes that stand for all that begin with them.
    """
    tables = [(sheet, *find_header(sheet.rows)) for sheet in sheets]
    # A front-page file names diagnoses and procedures too; a catalogue also names its groups or their points.
    tables = [table for table in tables if table[1] >= 0 and {"code", "points"} & set(table[2])]
    # Stable: the directory first; what is hidden only completes it.
    tables.sort(key=lambda table: (table[0].hidden, "principal" not in table[2]))
    groups: dict[str, DipGroup] = {}
    issues: list[CatalogueIssue] = []
    read = 0
    for order, (sheet, header, columns) in enumerate(tables):
        reader = _SheetReader(sheet, columns, dialect, figures_only, short_codes)
        _tell_columns(sheet, header, columns, reader.remarks)
        seen: set[str] = set()
        alone = 0
        for row_number, row in enumerate(sheet.rows[header + 1 :], start=header + 2):
            if not any(text(cell) for cell in row):
                continue
            read += 1
            group = reader.group(row_number, row)
            if group is None:
                continue
            key = normalize_code(group.code)
            if key in seen:
                reader.remarks.add(row_number, "病种编码", f"病种编码 {group.code} 重复，保留先出现的一行")
            elif order and key in groups:
                groups[key] = _complete(groups[key], group, reader.remarks, row_number)
            else:
                alone += key not in groups
                groups.setdefault(key, group)
            seen.add(key)
        if sheet.hidden:
            reader.remarks.add(0, "", f"工作表是隐藏的，也读入了；其中 {alone:,} 个病种只见于该表", "doubt")
        issues.extend(reader.remarks.issues)
    return ReadRows(tuple(groups.values()), read, tuple(issues))


def _tell_columns(sheet: Sheet, header: int, columns: Mapping[str, int], remarks: Remarks) -> None:
    """Say which columns were not read where they may hold codes: a header nobody has seen must not lose procedures."""
    known = set(columns.values())
    for place, cell in enumerate(sheet.rows[header]):
        # Weights and rates are numbers that look like codes (12.3456); they are stored as numbers, or have other lengths too.
        cells = (row[place] for row in sheet.rows[header + 1 : header + 200] if place < len(row))
        some = [code for each in cells if isinstance(each, str) and (code := text(each))]
        codes = sum(bool(_FULL_PROCEDURE.match(each)) for each in some)
        if place not in known and codes * 2 > len(some):
            name = text(cell) or f"第 {place + 1} 列"
            remarks.add(
                header + 1,
                name,
                f"“{name}”一列像手术操作编码，但表头认不出，未读入；请改成“主要操作代码”或“其他操作代码”",
                "doubt",
            )


def guess_dialect(sheets: Sequence[Sheet]) -> Dialect:
    """The dialect whose "or" the procedure cells use; the national platform's (all needed) when there is none."""
    for sheet in sheets:
        header, columns = find_header(sheet.rows)
        places = [columns[each] for each in ("main", "related") if each in columns]
        for row in sheet.rows[header + 1 :] if header >= 0 else ():
            cells = [text(row[place]) for place in places if place < len(row)]
            if any("/" in cell for cell in cells):
                return Dialect.SLASH_PLUS
            if any("|" in cell for cell in cells):
                return Dialect.PIPE_PLUS
    return Dialect.PLATFORM


def _complete(group: DipGroup, more: DipGroup, remarks: Remarks, row: int) -> DipGroup:
    """Fill what the leading sheet lacks; say so where both have points and they differ."""
    if (
        group.points is not None
        and more.points is not None
        and abs(group.points - more.points) > Decimal("0.000001")
    ):
        remarks.add(
            row,
            "病种分值",
            f"{group.code} 两张表的分值不同：{group.points} 与 {more.points}，采用前者",
            "doubt",
        )
    if group.points is None and more.points is not None:
        remarks.add(row, "病种分值", f"{group.code} 目录表没有分值，取自本表 {more.points}", "corrected")
    return replace(
        group,
        points=group.points if group.points is not None else more.points,
        mean_fee=group.mean_fee if group.mean_fee is not None else more.mean_fee,
        mean_los=group.mean_los if group.mean_los is not None else more.mean_los,
        cv=group.cv if group.cv is not None else more.cv,
        cases=group.cases if group.cases is not None else more.cases,
        region_mean=group.region_mean if group.region_mean is not None else more.region_mean,
    )


class _SheetReader:
    """Turns the rows of one sheet into groups."""

    def __init__(
        self,
        sheet: Sheet,
        columns: Mapping[str, int],
        dialect: Dialect,
        figures_only: bool,
        short_codes: bool,
    ) -> None:
        self._sheet = sheet
        self._figures_only = figures_only
        self._short_codes = short_codes
        self._columns = columns
        self._dialect = dialect
        self.remarks = Remarks(sheet)

    def group(self, row_number: int, row: Row) -> DipGroup | None:
        """The group of a row, or ``None`` with an issue noted."""
        code = unicodedata.normalize("NFKC", text(self._cell(row, "code")))
        principal = _principal_key(text(self._cell(row, "principal")))
        written = None if principal else _Parts.of_code(code)
        if written is not None:
            principal = self._not_written(written, row)
        if not principal:
            what = (
                f"没有主诊断代码，病种编码“{code}”也看不出主诊断" if code else "没有病种编码也没有主诊断代码"
            )
            self.remarks.add(row_number, "主诊断代码", f"{what}，无法成为病种")
            return None
        if not self._figures_only and not all(_PRINCIPAL.match(each) for each in principal.split("|")):
            self.remarks.add(row_number, "principal", f"“{principal}”不像诊断编码（合计行、说明行？）")
            return None
        main = written.main if written else self._procedures(row_number, row, "main")
        related = written.related if written else self._procedures(row_number, row, "related")
        strange = sorted(code for code in codes_of(main) | codes_of(related) if not _PROCEDURE.match(code))
        if strange:
            self.remarks.add(row_number, "main", f"“{'、'.join(strange)}”不像手术操作编码")
            return None
        suffix = _Parts.of_code(code)
        kind = self._kind(row_number, text(self._cell(row, "kind")), principal, suffix)
        if kind is None:
            return None
        procedure_kind = (
            read_kind(text(self._cell(row, "procedure_kind")))
            or suffix.procedure_kind
            or read_kind(text(self._cell(row, "kind")))
        )
        name = unicodedata.normalize("NFKC", text(self._cell(row, "name")))
        if kind is DipKind.MIXED and procedure_kind is None:
            procedure_kind = read_kind(name)
            if procedure_kind is None:
                procedure_kind = ProcedureKind.NONE
                self.remarks.add(
                    row_number,
                    "procedure_kind",
                    f"综合病种 {code or principal} 没有写明操作类别，按保守治疗",
                    "doubt",
                )
        return DipGroup(
            code=_spell(code) or _code_from(principal, main, related),
            name=self._name(row, procedure_kind if kind in {DipKind.MIXED, DipKind.CATCH_ALL} else None),
            kind=kind,
            principal=principal,
            main=main,
            related=related,
            procedure_kind=procedure_kind,
            level=self._level(row, kind, suffix, principal, code, name),
            points=self._number(row_number, row, "points"),
            mean_fee=self._number(row_number, row, "mean_fee"),
            mean_los=self._number(row_number, row, "mean_los"),
            cv=self._number(row_number, row, "cv"),
            region_mean=self._number(row_number, row, "region_mean"),
            cases=int(cases) if (cases := number(self._cell(row, "cases"))) is not None else None,
            source=self._sheet.place(row_number),
        )

    def _not_written(self, written: _Parts, row: Row) -> str:
        """The principal diagnosis of a row that does not write one: that of its code, of 空白病种, or of nothing."""
        if _CODED.match(written.principal) or (self._figures_only and _NAMED.match(written.principal)):
            return written.principal
        shown = text(self._cell(row, "kind")) + text(self._cell(row, "name"))
        return "KBBZ" if _BLANK.search(shown) else ""

    def _level(self, row: Row, kind: DipKind, suffix: _Parts, principal: str, code: str, name: str) -> str:
        """The 手术级别 of a 综合 group: from its column, else the number at the end of its code, kind or name."""
        if level := read_level(text(self._cell(row, "level"))):
            return str(level)
        if kind is not DipKind.MIXED:
            return suffix.level
        # A code says it only where it is made of the diagnosis (K35:SS(3)); "S3" may be any number.
        kind_cell = unicodedata.normalize("NFKC", text(self._cell(row, "procedure_kind")))
        telling = (code if code.startswith(principal) else "", kind_cell, name)
        found = next((end for each in telling if (end := _LEVEL_AT_END.search(each))), None)
        return suffix.level or (found[1] or found[2] if found else "")

    def _cell(self, row: Row, column: str) -> Cell:
        position = self._columns.get(column)
        return row[position] if position is not None and position < len(row) else None

    def _procedures(self, row_number: int, row: Row, column: str) -> Expression:
        cell = self._cell(row, column)
        written = text(cell)
        if not written or written in _NOTHING or read_kind(written) is not None:
            return ()
        if isinstance(cell, float | int) and self._short_codes:
            written = f"{cell:.1f}" if float(cell).is_integer() else written
            self.remarks.add(
                row_number,
                column,
                f"手术编码单元格是数字 {written}，按短码读取，末尾的 0 可能已丢失",
                "doubt",
            )
        elif isinstance(cell, float | int) and _SHORT_NUMBER.match(written):
            padded = f"{cell:.4f}".zfill(7)
            self.remarks.add(
                row_number, column, f"手术编码单元格是数字 {written}，按 {padded} 读取", "corrected"
            )
            written = padded
        expression = parse_expression(written, self._dialect)
        if any(letter in written for letter in "Xｘ"):
            self.remarks.add(
                row_number, column, f"手术编码 {written} 的扩展码大小写不一，按小写 x 比对", "corrected"
            )
        return expression

    def _kind(self, row_number: int, written: str, principal: str, suffix: _Parts) -> DipKind | None:
        written = unicodedata.normalize("NFKC", written)
        if is_bed_day(written):
            return None  # paid by days: ``bed_day_rows`` reads it
        if _CHAPTER.match(principal) or principal == "KBBZ" or "保底" in written or "兜底" in written:
            return DipKind.CATCH_ALL
        for kind in (DipKind.BASIC, DipKind.TCM, DipKind.MIXED, DipKind.CORE):
            if kind.value in written:
                return kind
        if read_kind(written) is not None:  # the column says how the group is treated, not what it is
            return DipKind.MIXED if suffix.procedure_kind or _is_category(principal) else DipKind.CORE
        if written in {"0", "2"} or suffix.procedure_kind is not None:
            return DipKind.MIXED
        if written in {"1", ""}:
            return DipKind.CORE
        self.remarks.add(
            row_number, "病种类型", f"病种类型“{written}”不认识（应为核心、基层、中医、综合、保底或 1、0、2）"
        )
        return None

    def _name(self, row: Row, kind: ProcedureKind | None) -> str:
        name = text(self._cell(row, "name"))
        if name:
            return name
        parts = [text(self._cell(row, column)) for column in ("principal_name", "main_name", "related_name")]
        shown = "：".join(part for part in (parts[0], "＋".join(p for p in parts[1:] if p)) if part)
        return f"{shown}（{kind.value}）" if kind else shown

    def _number(self, row_number: int, row: Row, column: str) -> Decimal | None:
        cell = self._cell(row, column)
        value = number(cell)
        if value is None and text(cell):
            self.remarks.add(row_number, column, f"“{text(cell)}”不是数字，当作没有", "corrected")
        if value is not None and value < 0:
            self.remarks.add(row_number, column, f"负数 {value} 不可能，当作没有", "corrected")
            return None
        return value


def _principal_key(written: str) -> str:
    """The diagnosis keys of a cell in comparable spelling, ``|`` between several."""
    return "|".join(dict.fromkeys(key for part in _SEVERAL.split(written) if (key := clean_spec(part))))


def _is_category(principal: str) -> bool:
    """Whether a diagnosis key is a category, a part of one, or a range of categories."""
    return all(len(each) <= 3 or _RANGE.match(each) for each in principal.split("|"))


@dataclass(frozen=True)
class _Parts:
    """A national platform code taken apart: ``dx:main_rel1+rel2``, ``dx3:SS``, ``CP04:SS``, ``KBBZ``."""

    principal: str
    main: Expression = ()
    related: Expression = ()
    procedure_kind: ProcedureKind | None = None
    level: str = ""

    @classmethod
    def of_code(cls, code: str) -> _Parts:
        head, _, tail = code.strip().partition(":")
        suffix = _MIXED_SUFFIX.match(tail.upper())
        if suffix:
            return cls(normalize_code(head), procedure_kind=read_kind(suffix[1]), level=suffix[2])
        main, _, related = tail.partition("_")
        return cls(
            normalize_code(head),
            parse_expression(main, Dialect.PLATFORM),
            parse_expression(related, Dialect.PLATFORM),
        )


def _spell(code: str) -> str:
    """A published code with procedure spelling unified: ``A09.9:44.1300X001`` -> ``A09.9:44.1300x001``."""
    head, colon, tail = code.partition(":")
    if not colon or _MIXED_SUFFIX.match(tail.upper()):
        return code
    return head + ":" + re.sub(r"(?<=\d)X(?=\d)", "x", tail)


def _code_from(principal: str, main: Expression, related: Expression) -> str:
    def write(expression: Expression) -> str:
        return "|".join("+".join("/".join(part) for part in alternative) for alternative in expression)

    tail = "_".join(part for part in (write(main), write(related)) if part)
    return f"{principal}:{tail}" if tail else principal
