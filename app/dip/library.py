"""The hospital's own DIP catalogues: the published file as it came, the lists that go with it, a title and a date, in one folder."""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from app import toml_text
from app.dip.catalogues import load_dip_catalogue
from app.dip.tables import sheets_of
from app.errors import UserError
from app.files import safe_write
from app.paths import data_dir
from app.progress import Progress
from coding_rules.grouper.dip.bed_day_rows import read_bed_days
from coding_rules.grouper.dip.catalogue import DipCatalogue, DipKind
from coding_rules.grouper.dip.columns import Sheet
from coding_rules.grouper.dip.expression import Dialect
from coding_rules.grouper.dip.lists import read_basic_list, read_code_pairs, read_codes, read_kind_table
from coding_rules.grouper.dip.rows import read_sheets
from coding_rules.settlement.profile import RegionProfile

FOLDER = "dip"
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\s.]+')


class SideList(StrEnum):
    """A list that goes with a catalogue; the value is its file in the folder."""

    KINDS = "procedure_kinds.csv"
    BASIC = "basic.csv"
    TCM = "tcm.csv"
    EXCLUDED_DIAGNOSES = "excluded_diagnoses.csv"
    EXCLUDED_PROCEDURES = "excluded_procedures.csv"
    CODE_MAP = "code_map.csv"
    POINTS = "points.csv"
    BED_DAYS = "bed_days.csv"

    @property
    def label(self) -> str:
        """What the list is called."""
        return _WORDS[self][0]

    @property
    def needs(self) -> str:
        """What a file of it must have."""
        return _WORDS[self][1]

    def entries(self, catalogue: DipCatalogue) -> int:
        """How many entries of this list a catalogue carries."""
        return _COUNTS[self](catalogue)


_WORDS: Mapping[SideList, tuple[str, str]] = {
    SideList.KINDS: (
        "手术操作属性表",
        "“编码”和“类别”（手术、介入治疗、治疗性操作、诊断性操作）两列，可有“级别”“切口”",
    ),
    SideList.BASIC: ("基层病种", "“主要诊断编码”和“主要手术操作编码”两列，后者空着即保守治疗"),
    SideList.TCM: ("中医优势病种", "与病种目录同样的列"),
    SideList.EXCLUDED_DIAGNOSES: ("不纳入分组的主要诊断", "第一列为诊断编码"),
    SideList.EXCLUDED_PROCEDURES: ("不参与分组的手术操作", "第一列为手术操作编码"),
    SideList.CODE_MAP: ("编码转换表", "转换前编码和转换后编码两列"),
    SideList.POINTS: ("本地病种分值", "“病种编码”和“分值”两列，可有均费、住院日、例数"),
    SideList.BED_DAYS: (
        "床日病种",
        "“主要诊断编码”（可写范围，如 F20-F29）和“每床日分值”，可有“住院天数”（如 >60）“科室”；在地区参数里启用",
    ),
}
_COUNTS: Mapping[SideList, Callable[[DipCatalogue], int]] = {
    SideList.KINDS: lambda catalogue: len(catalogue.kinds.facts),
    SideList.BASIC: lambda catalogue: len(catalogue.basic),
    SideList.TCM: lambda catalogue: sum(group.kind is DipKind.TCM for group in catalogue),
    SideList.EXCLUDED_DIAGNOSES: lambda catalogue: len(catalogue.excluded_diagnoses),
    SideList.EXCLUDED_PROCEDURES: lambda catalogue: len(catalogue.excluded_procedures),
    SideList.CODE_MAP: lambda catalogue: len(catalogue.code_map),
    SideList.BED_DAYS: lambda catalogue: len(catalogue.bed_days),
    SideList.POINTS: lambda catalogue: sum(group.points is not None for group in catalogue),
}

Lists = Mapping[SideList, Path | None]
"""Files of lists to read in beside a catalogue; ``None`` takes a list away."""


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a kept catalogue says of itself."""

    title: str
    region: str = ""
    version: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


def catalogue_folder() -> Path:
    """Where the hospital's own catalogues lie."""
    folder = data_dir() / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def preview(
    source: Path, lists: Lists, profile: RegionProfile | None = None, progress: Progress | None = None
) -> DipCatalogue:
    """A catalogue with lists read in, without keeping it anywhere.

    Raises:
        UserError: the catalogue or a list cannot be read.
    """
    if not lists:
        return load_dip_catalogue(source, profile, progress)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / source.stem
        _assemble(source, lists, folder, profile)
        return load_dip_catalogue(folder, profile, progress)


def keep(
    source: Path, lists: Lists, imprint: Imprint, profile: RegionProfile | None = None
) -> tuple[Path, DipCatalogue]:
    """Keep a catalogue with its lists as the hospital's own, beside the user's data; its folder, and as it is read back.

    Raises:
        UserError: no title, or something cannot be read or written; nothing is kept then.
    """
    target = free_folder(catalogue_folder() / folder_name(imprint.title, imprint.valid_from))
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as made:
        folder = Path(made) / "catalogue"
        _assemble(source, lists, folder, profile)
        _write_manifest(folder, imprint)
        catalogue = load_dip_catalogue(folder, profile)
        try:
            folder.rename(target)
        except OSError as error:
            raise UserError(f"无法保存目录 {target.name}：{error.strerror}", "请换一个名称再试。") from error
    return target, catalogue


def folder_name(title: str, valid_from: date | None) -> str:
    """The name of a catalogue's folder.

    Raises:
        UserError: no title.
    """
    name = _FORBIDDEN.sub("_", title.strip()).strip("_")
    if not name:
        raise UserError("没有填写目录名称。", "请写明是哪里、哪一年的目录，例如“平顶山 2025”。")
    return f"{name}-{valid_from:%Y%m%d}" if valid_from else name


def _assemble(source: Path, lists: Lists, folder: Path, profile: RegionProfile | None) -> None:
    """The published files as they came, and every list as the CSV that the folder form knows."""
    dialect = profile.grouping.dialect if profile else Dialect.PIPE_PLUS
    try:
        if source.is_dir():
            shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
        else:
            folder.mkdir(parents=True)
            shutil.copy2(source, folder / source.name)
    except OSError as error:
        raise UserError(
            f"无法读取 {source.name}：{error.strerror or error}", "请确认文件还在原处。"
        ) from error
    for kind, path in lists.items():
        if path is None:
            (folder / kind.value).unlink(missing_ok=True)
        else:
            _write_rows(folder / kind.value, _rows(kind, path, dialect))


def _rows(kind: SideList, path: Path, dialect: Dialect) -> list[list[object]]:
    """The rows of the first sheet that holds the list.

    Raises:
        UserError: none does.
    """
    accepts = _accepts(kind, dialect)
    for sheet in sheets_of(path):
        if accepts(sheet):
            return [list(row) for row in sheet.rows]
    raise UserError(f"{path.name} 里没有找到“{kind.label}”", f"需要有{kind.needs}。")


def _accepts(kind: SideList, dialect: Dialect) -> Callable[[Sheet], bool]:
    tests: Mapping[SideList, Callable[[Sheet], bool]] = {
        SideList.KINDS: lambda sheet: read_kind_table(sheet) is not None,
        SideList.BASIC: lambda sheet: bool(read_basic_list(sheet, dialect)[0]),
        SideList.TCM: lambda sheet: bool(read_sheets([sheet], dialect).groups),
        SideList.EXCLUDED_DIAGNOSES: lambda sheet: bool(read_codes(sheet)),
        SideList.EXCLUDED_PROCEDURES: lambda sheet: bool(read_codes(sheet, procedures=True)),
        SideList.CODE_MAP: lambda sheet: bool(read_code_pairs(sheet)),
        SideList.BED_DAYS: lambda sheet: bool(read_bed_days([sheet]).groups),
        SideList.POINTS: lambda sheet: any(
            group.points is not None
            for group in read_sheets([sheet], Dialect.PLATFORM, figures_only=True).groups
        ),
    }
    return tests[kind]


def _write_rows(path: Path, rows: list[list[object]]) -> None:
    with safe_write(path) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([_plain(cell) for cell in row] for row in rows)


def _plain(cell: object) -> object:
    """Whole numbers of a workbook without ``.0``."""
    if cell is None:
        return ""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _write_manifest(folder: Path, imprint: Imprint) -> None:
    file = folder / "scheme.toml"
    table = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    head = dict(table.get("scheme", table))
    head |= {"title": imprint.title.strip(), "region": imprint.region, "version": imprint.version}
    days = {"valid_from": imprint.valid_from, "valid_to": imprint.valid_to}
    head |= {key: day for key, day in days.items() if day is not None}
    with safe_write(file) as temporary:
        temporary.write_text(toml_text.dumps({"scheme": head}), encoding="utf-8")


def free_folder(folder: Path) -> Path:
    """The folder, or the first one like ``目录(2)`` that is not taken."""
    number, free = 2, folder
    while free.exists():
        free = folder.with_name(f"{folder.name}({number})")
        number += 1
    return free
