"""Opens DRG schemes as people have them: a folder of CSV files, or one workbook with the same sheets."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from app.drg.weight_tables import weight_table_of
from app.errors import UserError
from app.progress import Progress
from app.sheets import Cells, read_cells
from app.toml_text import day_in
from coding_rules.grouper.collector import without_collector
from coding_rules.grouper.drg.scheme import Scheme, SchemeInfo
from coding_rules.grouper.drg.scheme_build import (
    OPTIONAL_TABLES,
    REQUIRED_TABLES,
    SchemeError,
    Sheet,
    build_scheme,
)
from coding_rules.grouper.drg.weight_table import WeightTable
from icd_tables.codes import Edition

MANIFEST = "scheme.toml"
WEIGHTS = "weights"
_TABLES = (*REQUIRED_TABLES, *OPTIONAL_TABLES, WEIGHTS)
_PROBLEMS_SHOWN = 8


def load_drg_scheme(path: Path, progress: Progress | None = None) -> Scheme:
    """Load a scheme from a folder (``mdc.csv``, ``adrg.csv``, ``drg.csv``, ``code_lists.csv``, ``complications.csv``,
    ``exclusions.csv``, optionally ``weights.csv`` and ``scheme.toml``) or from a workbook with sheets of these names.

    Raises:
        UserError: what is wrong, with file, row and column; for a rule with a pointer to the mistake.
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    progress.report(0, 3, f"正在读取分组方案 {path.name}")
    with without_collector():
        scheme = _load(
            path, progress
        )  # a call of its own: its rows are gone before the collector could walk them
    progress.report(3, 3, f"分组方案 {scheme.name} 已读入")
    return scheme


def _load(path: Path, progress: Progress) -> Scheme:
    tables = _workbook_tables(path) if path.is_file() else _folder_tables(path)
    _refuse_incomplete(path, tables)
    weights = tables.pop(WEIGHTS, None)
    progress.report(1, 3, "正在检查分组规则")
    sheets = {name: _sheet(name, cells, path) for name, cells in tables.items()}
    try:
        info = read_info(path)
        own = _own_weights(path, weights, demo=info.demo) if weights else None
        return build_scheme(info, sheets, own)
    except SchemeError as error:
        raise _refusal(path, error) from error


def _own_weights(path: Path, weights: Cells, *, demo: bool) -> WeightTable:
    return replace(weight_table_of(path.name, [weights], f"{WEIGHTS}.csv"), demo=demo)


def _folder_tables(folder: Path) -> dict[str, Cells]:
    if not folder.is_dir():
        raise UserError(f"没有找到分组方案 {folder}", "请选择方案所在的文件夹，或一个 xlsx 工作簿。")
    files = {file.name.lower(): file for file in folder.iterdir() if file.is_file()}
    return {table: read_cells(files[f"{table}.csv"])[0] for table in _TABLES if f"{table}.csv" in files}


def _workbook_tables(path: Path) -> dict[str, Cells]:
    sheets = {cells.name.strip().lower(): cells for cells in read_cells(path)}
    return {name: cells for name, cells in sheets.items() if name in _TABLES}


def _refuse_incomplete(path: Path, tables: Mapping[str, Cells]) -> None:
    missing = [table for table in REQUIRED_TABLES if table not in tables]
    if missing:
        named = "、".join(missing if path.is_file() else (f"{table}.csv" for table in missing))
        kind = "工作表" if path.is_file() else "文件"
        raise UserError(
            f"{path.name} 不是完整的 DRG 分组方案：缺少{kind} {named}",
            "请选择方案所在的文件夹或工作簿，并补齐所缺的表。",
        )


def _sheet(table: str, cells: Cells, path: Path) -> Sheet:
    """The table as text. A CSV is text already; a workbook types its cells."""
    if not cells.name:
        return Sheet(f"{table}.csv", cast(Sequence[Sequence[str]], cells.rows))
    rows = [[_as_text(value) for value in row] for row in cells.rows]
    return Sheet(f"{path.name}[{cells.name}]", rows)


def _as_text(value: object) -> str:
    """A workbook cell as it was meant: whole numbers without ``.0``."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def manifest_of(path: Path) -> Path:
    """Where the manifest of a scheme lies: ``scheme.toml`` in the folder, beside a workbook ``<workbook>.toml``."""
    return path / MANIFEST if path.is_dir() else path.with_suffix(".toml")


def read_info(path: Path) -> SchemeInfo:
    """The manifest of a scheme; without one the name of its path serves.

    Raises:
        UserError: the manifest cannot be read.
    """
    file = manifest_of(path)
    name = path.name if path.is_dir() else path.stem
    if not file.is_file():
        return SchemeInfo(name, name)
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        return SchemeInfo(
            scheme_id=str(data.get("id", name)),
            name=str(data.get("name", data.get("title", name))),
            version=str(data.get("version", "")),
            edition=Edition(data.get("edition", Edition.INSURANCE.value)),
            valid_from=day_in(data, "valid_from"),
            valid_to=day_in(data, "valid_to"),
            demo=bool(data.get("demo", False)),
            note=str(data.get("note", "")),
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError) as error:
        raise UserError(f"{file.name} 无法读取：{error}", "请更正或删除这个文件后再导入。") from error


def _refusal(path: Path, error: SchemeError) -> UserError:
    shown = [str(problem) for problem in error.problems[:_PROBLEMS_SHOWN]]
    rest = len(error.problems) - len(shown)
    if rest:
        shown.append(f"……另有 {rest} 处问题")
    return UserError(f"分组方案 {path.name} 不能使用：\n" + "\n".join(shown), "请按提示更正后重新导入。")
