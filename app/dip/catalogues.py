"""Open DIP catalogues as published: one workbook, one CSV, or a folder of CSV with ``scheme.toml``."""

from __future__ import annotations

import csv
import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from app import toml_text
from app.dip.tables import sheets_of
from app.errors import UserError
from app.files import safe_write
from app.progress import Progress
from coding_rules.grouper.dip.bed_day_rows import bed_day_table, read_bed_days
from coding_rules.grouper.dip.catalogue import CatalogueIssue, CatalogueReport, DipCatalogue, DipKind
from coding_rules.grouper.dip.columns import Sheet
from coding_rules.grouper.dip.expression import Dialect, ProcedureMatch
from coding_rules.grouper.dip.lists import (
    Issues,
    read_basic_list,
    read_code_pairs,
    read_codes,
    read_kind_table,
    unused_basic,
    with_basic_list,
    with_groups,
    with_points,
)
from coding_rules.grouper.dip.national3_rows import is_national_3, read_national_3
from coding_rules.grouper.dip.points import catalogue_rows
from coding_rules.grouper.dip.procedure_kinds import ProcedureKinds
from coding_rules.grouper.dip.reach import unreachable
from coding_rules.grouper.dip.rows import guess_dialect, read_sheets
from coding_rules.grouper.dip.rules import DipRules
from coding_rules.settlement.profile import RegionProfile

_SIDE_FILES = {
    "procedure_kinds.csv",
    "basic.csv",
    "tcm.csv",
    "excluded_diagnoses.csv",
    "excluded_procedures.csv",
    "code_map.csv",
    "points.csv",
    "bed_days.csv",
}


def load_dip_catalogue(
    path: Path, profile: RegionProfile | None = None, progress: Progress | None = None
) -> DipCatalogue:
    """A catalogue from a workbook, a CSV file or a folder.

    A folder holds ``catalogue.csv`` (or the published files as they come) and may hold ``scheme.toml`` (title, region, version,
    dates, demo), ``procedure_kinds.csv``, ``basic.csv`` (基层病种), ``tcm.csv`` (中医优势病种), ``bed_days.csv`` (床日病种),
    ``excluded_diagnoses.csv``, ``excluded_procedures.csv``, ``code_map.csv`` (insurance edition in use -> edition of the
    catalogue), ``points.csv`` (a region's points for a scheme that brings none).

    The profile says how procedures are spelled (dialect); without one the separators in the file tell.
    Mean fees in files are yuan. Every row ends as a group or as an issue in ``.report``.

    Raises:
        UserError: nothing in the file looks like a DIP catalogue, or it cannot be opened.
    """
    progress = progress or Progress()
    if path.is_file() and path.with_name("scheme.toml").is_file():
        path = (
            path.parent
        )  # a file of a kept folder stands for the folder: title, dates and lists belong to it
    progress.report(0, 3, f"正在读取 {path.name}")
    files = _files(path)
    # A workbook saved as one CSV a sheet tells its sheets apart by the names of the files.
    stem = len(files) > 1
    sheets = [sheet for file in files for sheet in sheets_of(file, file.stem if stem else "")]
    progress.report(1, 3, "正在识别目录")
    manifest = _manifest(path)
    dialect = profile.grouping.dialect if profile else guess_dialect(sheets)
    short = profile is not None and profile.grouping.procedure_match is ProcedureMatch.PREFIX
    catalogue = _catalogue(path, sheets, dialect, short_codes=short)
    progress.report(2, 3, "正在整理病种")
    kinds, unread = _kinds(path)
    catalogue = replace(
        catalogue,
        title=str(manifest.get("title", path.stem)),
        region=str(manifest.get("region", "")),
        version=str(manifest.get("version", "") or _year(path.stem)),
        demo=bool(manifest.get("demo", False)),
        valid_from=_day(manifest.get("valid_from")),
        valid_to=_day(manifest.get("valid_to")),
        kinds=kinds or catalogue.kinds,
        sha256=_digest(files),
    )
    catalogue = _with_lists(path, _with_issues(catalogue, unread), dialect)
    if catalogue.bed_days and not (profile and profile.bed_days.enabled):
        told = f"床日病种 {len(catalogue.bed_days)} 行已读入；地区参数没有启用“按床日付费”，暂不参与入组"
        catalogue = _with_issues(catalogue, [CatalogueIssue(path.name, 0, "床日", told, "doubt")])
    if catalogue.form == "regional":
        rules = profile.grouping if profile else DipRules(dialect=dialect)
        catalogue = _with_issues(catalogue, unreachable(catalogue.groups, rules))
    progress.report(3, 3, f"目录共 {len(catalogue)} 个病种")
    return catalogue


def load_procedure_kinds(path: Path) -> ProcedureKinds:
    """A procedure-kind table (编码, 类别, optionally 级别 and 切口) from xlsx or CSV.

    Raises:
        UserError: no column of codes and kinds is found.
    """
    return _kind_table(path)[0]


def _kind_table(path: Path) -> tuple[ProcedureKinds, Issues]:
    for sheet in sheets_of(path):
        found = read_kind_table(sheet)
        if found is not None:
            return found
    raise UserError(
        f"{path.name} 里没有找到手术操作属性表",
        "需要有“编码”和“类别”（手术、介入治疗、治疗性操作、诊断性操作）两列。",
    )


def add_basic_list(catalogue: DipCatalogue, path: Path, dialect: Dialect = Dialect.PIPE_PLUS) -> DipCatalogue:
    """The catalogue with a 基层病种 list: its groups carry no hospital factor.

    Raises:
        UserError: the file has no column of principal diagnoses.
    """
    lists = [read_basic_list(sheet, dialect) for sheet in sheets_of(path)]
    listed = tuple(pair for pairs, _ in lists for pair in pairs)
    if not listed:
        raise UserError(
            f"{path.name} 里没有找到基层病种", "需要有“主要诊断编码”一列，“主要手术操作编码”一列可空。"
        )
    marked = with_basic_list(catalogue, listed)
    issues = [issue for _, found in lists for issue in found]
    unused = unused_basic(marked) if marked.form == "regional" else ()
    if unused:
        shown = "、".join(unused[:5]) + ("等" if len(unused) > 5 else "")
        issues.append(
            CatalogueIssue(
                path.name, 0, "", f"{len(unused)} 条在目录里没有对应的核心病种（{shown}）", "doubt"
            )
        )
    return _with_issues(marked, issues)


def add_local_points(catalogue: DipCatalogue, path: Path) -> DipCatalogue:
    """The catalogue with a region's points (病种编码, 分值, 均费, ...), which the national 3.0 scheme does not bring.

    What did not fit is noted in the report: codes the catalogue does not have, and how many groups got no points.

    Raises:
        UserError: the file has no codes with points.
    """
    rows = read_sheets(sheets_of(path), Dialect.PLATFORM, figures_only=True)
    if not any(group.points is not None for group in rows.groups):
        raise UserError(f"{path.name} 里没有找到病种分值", "需要有“病种编码”和“分值”两列。")
    joined, unknown, without = with_points(catalogue, rows.groups)
    issues = [*rows.issues]
    issues += [CatalogueIssue(path.name, 0, "病种编码", f"目录中没有病种 {code}") for code in unknown]
    if without:
        shown = "、".join(without[:5])
        text = f"{len(without)} 个病种没有分值（{shown}{'等' if len(without) > 5 else ''}）"
        issues.append(CatalogueIssue(path.name, 0, "分值", text, "doubt"))
    return _with_issues(joined, issues, rows.read)


def add_tcm_groups(catalogue: DipCatalogue, path: Path, profile: RegionProfile | None = None) -> DipCatalogue:
    """The catalogue with a 中医优势病种 list of the same form as a catalogue.

    Raises:
        UserError: the file is no catalogue.
    """
    more = load_dip_catalogue(path, profile)
    return _with_issues(
        with_groups(catalogue, more.groups, DipKind.TCM), more.report.issues, more.report.read
    )


def add_bed_days(catalogue: DipCatalogue, path: Path) -> DipCatalogue:
    """The catalogue with a list of 床日病种; they group cases once the region's parameters say so.

    Raises:
        UserError: the file has none.
    """
    found = read_bed_days(sheets_of(path))
    if not found.groups:
        why = f"：{found.issues[0].reason}" if found.issues else ""
        raise UserError(
            f"{path.name} 里没有找到床日病种{why}",
            "需要有“主要诊断编码”（或“科室”）和“每床日分值”，可有“住院天数”“科室”。",
        )
    return _with_issues(replace(catalogue, bed_days=(*catalogue.bed_days, *found.groups)), found.issues)


def save_dip_catalogue(catalogue: DipCatalogue, folder: Path) -> None:
    """Write a catalogue in the folder form (``catalogue.csv``, ``scheme.toml``, its kinds and lists), dated and readable by
    ``load_dip_catalogue``.

    Raises:
        UserError: the folder cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"无法建立文件夹 {folder.name}：{error.strerror}", "请换一个位置保存。") from error
    manifest: dict[str, object] = {
        "title": catalogue.title,
        "version": catalogue.version,
        "region": catalogue.region,
        "demo": catalogue.demo,
    }
    days = {"valid_from": catalogue.valid_from, "valid_to": catalogue.valid_to}
    manifest |= {key: day for key, day in days.items() if day is not None}
    tables: list[tuple[str, Sequence[Sequence[object]]]] = [("catalogue.csv", catalogue_rows(catalogue))]
    if catalogue.bed_days:
        tables.append(("bed_days.csv", bed_day_table(catalogue.bed_days)))
    tables += [(name, rows) for name, rows in _list_tables(catalogue) if len(rows) > 1]
    for name, rows in tables:
        with safe_write(folder / name) as path, path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(rows)
    with safe_write(folder / "scheme.toml") as path:
        path.write_text(toml_text.dumps({"scheme": manifest}), encoding="utf-8")


def _list_tables(catalogue: DipCatalogue) -> Iterator[tuple[str, Sequence[Sequence[object]]]]:
    """The kinds and lists of a catalogue as the side files it is read back from, each with a header."""
    facts = sorted(catalogue.kinds.facts.items())
    kinds = [(code, fact.kind.value, fact.level or "", fact.incision) for code, fact in facts]
    yield "procedure_kinds.csv", [("编码", "类别", "级别", "切口"), *kinds]
    for name, codes in (
        ("excluded_diagnoses.csv", catalogue.excluded_diagnoses),
        ("excluded_procedures.csv", catalogue.excluded_procedures),
    ):
        yield name, [("编码",), *((code,) for code in sorted(codes))]
    yield "code_map.csv", [("转换前编码", "转换后编码"), *sorted(catalogue.code_map.items())]


def _with_lists(path: Path, catalogue: DipCatalogue, dialect: Dialect) -> DipCatalogue:
    if not path.is_dir():
        return catalogue
    if (file := path / "basic.csv").is_file():
        catalogue = add_basic_list(catalogue, file, dialect)
    if (file := path / "tcm.csv").is_file():
        rows = read_sheets(sheets_of(file), dialect)
        catalogue = _with_issues(with_groups(catalogue, rows.groups, DipKind.TCM), rows.issues, rows.read)
    if (file := path / "excluded_diagnoses.csv").is_file():
        catalogue = replace(catalogue, excluded_diagnoses=catalogue.excluded_diagnoses | _codes(file))
    if (file := path / "excluded_procedures.csv").is_file():
        catalogue = replace(catalogue, excluded_procedures=_codes(file, procedures=True))
    if (file := path / "code_map.csv").is_file():
        catalogue = add_code_map(catalogue, file)
    if (file := path / "points.csv").is_file():
        catalogue = add_local_points(catalogue, file)
    if (file := path / "bed_days.csv").is_file():
        catalogue = add_bed_days(catalogue, file)
    return catalogue


def _with_issues(catalogue: DipCatalogue, issues: Iterable[CatalogueIssue], read: int = 0) -> DipCatalogue:
    """The catalogue with more said about what was read."""
    old = catalogue.report
    report = CatalogueReport(old.read + read, old.groups, (*old.issues, *issues))
    return replace(catalogue, report=report)


def _codes(file: Path, *, procedures: bool = False) -> frozenset[str]:
    found = (read_codes(sheet, procedures=procedures) for sheet in sheets_of(file))
    return frozenset[str]().union(*found)


def add_code_map(catalogue: DipCatalogue, path: Path) -> DipCatalogue:
    """The catalogue with a conversion to the edition it is written in: a table whose first column holds the codes in use,
    and the next column with codes theirs (diagnoses and procedures may share a file).

    Raises:
        UserError: the file holds no pairs of codes.
    """
    pairs: dict[str, str] = {}
    for sheet in sheets_of(path):
        pairs |= read_code_pairs(sheet)
    if not pairs:
        raise UserError(f"{path.name} 里没有找到编码转换", "需要有转换前编码和转换后编码两列。")
    return replace(catalogue, code_map={**catalogue.code_map, **pairs})


def _catalogue(path: Path, sheets: list[Sheet], dialect: Dialect, *, short_codes: bool) -> DipCatalogue:
    if is_national_3(sheets):
        return read_national_3(sheets)
    rows, by_days = read_sheets(sheets, dialect, short_codes=short_codes), read_bed_days(sheets)
    if not rows.groups:
        reason = (
            rows.issues[0].reason
            if rows.issues
            else "没有找到同时含有病种编码（或主诊断编码）与分值、操作等列的表头"
        )
        raise UserError(
            f"{path.name} 不像 DIP 病种目录：{reason}", "请选择医保部门公布的病种目录（xlsx 或 CSV）。"
        )
    issues = (*rows.issues, *by_days.issues)
    return DipCatalogue(
        title=path.stem,
        groups=rows.groups,
        bed_days=by_days.groups,
        report=CatalogueReport(rows.read, len(rows.groups), issues),
    )


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    catalogue = path / "catalogue.csv"
    if catalogue.is_file():
        return [catalogue]
    files = sorted(
        file
        for file in path.iterdir()
        if file.suffix.lower() in {".csv", ".xlsx", ".xls"} and file.name not in _SIDE_FILES
    )
    if not files:
        raise UserError(
            f"文件夹 {path.name} 里没有 catalogue.csv，也没有 xlsx 或 CSV 目录",
            "请选择 DIP 目录所在的文件夹或文件。",
        )
    return files


def _manifest(path: Path) -> dict[str, Any]:
    file = path / "scheme.toml" if path.is_dir() else path.with_name("scheme.toml")
    if not path.is_dir() or not file.is_file():
        return {}
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{file.name} 写得不对：{error}", "请按手册中的格式修改 scheme.toml。") from error
    inner = table.get("scheme", table)
    return inner if isinstance(inner, dict) else table


def _kinds(path: Path) -> tuple[ProcedureKinds | None, Issues]:
    file = path / "procedure_kinds.csv"
    return _kind_table(file) if path.is_dir() and file.is_file() else (None, ())


def _year(title: str) -> str:
    """The year a published file names in its title, or an empty text."""
    found = re.search(r"20\d\d", title)
    return found[0] if found else ""


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
