"""Code tables of the user: reading published files as they come, installing them, and what is in use.

Installed tables live in the data folder, one folder per table version (form: ``icd_tables.catalog``).
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from app import toml_text
from app.errors import UserError
from app.files import safe_write
from app.paths import data_dir
from app.progress import Progress
from app.table_files import ReadFile, ReadSheet, read_table_file
from coding_rules.grouper.collector import without_collector
from icd_tables.catalog import (
    Source,
    assemble,
    codes_text,
    manifest_of,
    pairs_text,
    parse_source,
    starter_sources,
    tell_edition,
)
from icd_tables.codes import Edition
from icd_tables.importing import TableReport
from icd_tables.layout import edition_words, version_words
from icd_tables.table import TableInfo
from icd_tables.terminology import Terminology

_SUFFIXES = {".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".dbf"}
_EDITION_ID = {Edition.CLINICAL: "clinical", Edition.INSURANCE: "insurance"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TableOutcome:
    """What one sheet of one file became: a table, or a crosswalk together with the 国临版 table of its left side.

    ``remarks`` say how edition and version were recognised.
    """

    file: str
    sheet: str
    sources: tuple[Source, ...]
    report: TableReport
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportOutcome:
    """What became of the files: tables by sheet, and files or sheets that are no code table with the reason."""

    tables: tuple[TableOutcome, ...]
    skipped: tuple[tuple[str, str], ...] = ()

    @property
    def sources(self) -> tuple[Source, ...]:
        """All tables and crosswalks that were read."""
        return tuple(source for outcome in self.tables for source in outcome.sources)

    @property
    def refused_rows(self) -> int:
        """Rows refused over all sheets."""
        return sum(outcome.report.refused for outcome in self.tables)


@without_collector()
def load_folder(folder: Path, progress: Progress | None = None) -> Terminology:
    """The tables of a folder of published files, recognised by content.

    Raises:
        UserError: the folder cannot be read, or holds no code table at all.
    """
    return assemble(read_folder(folder, progress).sources)


def read_folder(folder: Path, progress: Progress | None = None) -> ImportOutcome:
    """Read every table of a folder (not of folders below it). Files that are no table are listed as skipped.

    Raises:
        UserError: the folder cannot be read, or holds no code table at all.
    """
    return _read([folder], _files_of(folder), progress or Progress(), None)


def import_tables(
    paths: Sequence[Path],
    *,
    edition: Edition | None = None,
    version: str = "",
    valid_from: date | None = None,
    progress: Progress | None = None,
) -> ImportOutcome:
    """Install the tables of files, and of folders of files, into the user's catalogue. They are read together: a crosswalk
    tells the edition of a table beside it.

    ``edition`` and ``version`` say what the files do not say themselves; ``valid_from`` is the day the tables come into force.

    Raises:
        UserError: no table found, edition unknown, or the data folder cannot be written.
        Cancelled: the user stopped it; nothing is installed.
    """
    files = [file for path in paths for file in (_files_of(path) if path.is_dir() else [path])]
    outcome = _read(paths, files, progress or Progress(), edition)
    tables = tuple(
        replace(table, sources=tuple(_told(source, version, valid_from) for source in table.sources))
        for table in outcome.tables
    )
    for table in tables:
        for source in table.sources:
            _install(source)
    return replace(outcome, tables=tables)


def installed_sources() -> list[Source]:
    """Tables in the user's catalogue. Damaged ones are left out; ``damaged_tables`` names them."""
    return [source for _, source, _ in _installed() if source is not None]


def damaged_tables() -> list[tuple[str, str]]:
    """Catalogue folders that cannot be read, with the reason."""
    return [(name, problem) for name, source, problem in _installed() if source is None]


@without_collector()
def installed_terminology(day: date | None = None) -> Terminology:
    """What is in use: installed tables, and the starter tables where nothing better is installed."""
    return assemble([*starter_sources(), *installed_sources()], day)


def starter_terminology() -> Terminology:
    """The bundled starter tables only."""
    return assemble(starter_sources())


def remove_table(table_id: str) -> None:
    """Take a table out of the user's catalogue.

    Raises:
        UserError: there is none of this id, or it cannot be removed.
    """
    folder = {each.name: each for each in _catalogue().glob("*") if each.is_dir()}.get(table_id)
    if folder is None:  # looked up, not joined: ".." would be the whole data folder
        raise UserError(f"没有安装编号为“{table_id}”的编码表。", "请在编码表清单中核对编号。")
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise UserError(f"无法删除编码表“{table_id}”：{error.strerror}", "请关闭其他窗口后重试。") from error


@without_collector()
def _read(
    paths: Sequence[Path], files: Sequence[Path], progress: Progress, edition: Edition | None
) -> ImportOutcome:
    """What the files hold, which were given as ``paths``.

    Raises:
        UserError: none of them holds a table, or the only file there is cannot be read.
    """
    outcome = _read_files(files, progress, edition)
    if not outcome.tables:
        reasons = "；".join(f"{name}：{why}" for name, why in outcome.skipped[:5])
        where = "、".join(f"“{path.name}”" for path in paths)
        raise UserError(
            f"{where}里没有可用的编码表。{reasons}".rstrip("。") + "。",
            "需要疾病诊断、手术操作编码表，或国临版与医保版对照表（CSV 或 xlsx）。",
        )
    return outcome


def _files_of(folder: Path) -> list[Path]:
    try:
        return sorted(f for f in folder.iterdir() if f.suffix.lower() in _SUFFIXES and f.name[0] not in "~.")
    except OSError as error:
        raise UserError(f"打不开文件夹：{folder}", "请检查文件夹是否存在、是否有读取权限。") from error


def _read_files(files: Sequence[Path], progress: Progress, edition: Edition | None) -> ImportOutcome:
    found: list[ReadFile] = []
    skipped: list[tuple[str, str]] = []
    for done, path in enumerate(files):
        progress.report(done, len(files), f"正在读取编码表：{path.name}")
        try:
            found.append(read_table_file(path))
        except UserError as error:
            if len(files) == 1:
                raise
            skipped.append((path.name, error.what))
    progress.report(len(files), len(files), "正在整理编码表")
    crosswalks = [
        source for file in found for sheet in file.sheets if sheet.pairs for source in _crosswalk(file, sheet)
    ]
    tables: list[TableOutcome] = []
    for file in found:
        skipped += [(f"{file.name}[{sheet}]" if sheet else file.name, why) for sheet, why in file.skipped]
        for sheet in file.sheets:
            outcome = _outcome(file, sheet, edition, crosswalks)
            if outcome is None:
                skipped.append((file.name, "无法判断是国临版还是医保版，请在导入时指定版本"))
            else:
                tables.append(outcome)
    return ImportOutcome(tuple(tables), tuple(skipped))


def _outcome(
    file: ReadFile, sheet: ReadSheet, told: Edition | None, crosswalks: Sequence[Source]
) -> TableOutcome | None:
    """The tables of one sheet, or ``None`` when nothing tells its edition."""
    if sheet.pairs:
        return TableOutcome(file.name, sheet.sheet, _crosswalk(file, sheet), sheet.report)
    edition, why = _edition(file, sheet, told, crosswalks)
    if edition is None:
        return None
    version = sheet.version or version_words(file.name)
    title = f"{edition.value}{version} {sheet.kind.label}"
    info = _info(file, sheet, edition, version, title, sheet.kind.value)
    return TableOutcome(file.name, sheet.sheet, (Source(info, sheet.entries),), sheet.report, (why,))


def _edition(
    file: ReadFile, sheet: ReadSheet, told: Edition | None, crosswalks: Sequence[Source]
) -> tuple[Edition | None, str]:
    """By the user's word, the sheet's own words, its codes, and only then the file name."""
    if told is not None:
        return told, f"按指定作为{told.value}"
    if sheet.edition is not None:
        return sheet.edition, f"表头注明{sheet.edition.value}"
    for known in (crosswalks, starter_sources()):
        edition, evidence = tell_edition(sheet.entries, [s for s in known if s.info.kind is sheet.kind])
        if edition is not None:
            return edition, evidence
    edition = edition_words(file.name)
    return edition, f"文件名注明{edition.value}" if edition else ""


def _crosswalk(file: ReadFile, sheet: ReadSheet) -> tuple[Source, Source]:
    """The 国临版 table of a crosswalk's left side, and the crosswalk."""
    clinical = Edition.CLINICAL
    version = sheet.version or version_words(file.name.partition("对照")[0])
    title = f"{clinical.value}{version} {sheet.kind.label}"
    to = f"{Edition.INSURANCE.value}{sheet.target_version}"
    table = _info(file, sheet, clinical, version, title, sheet.kind.value)
    pairs = _info(file, sheet, clinical, version, f"{title} 对照 {to}", f"crosswalk-{sheet.kind.value}")
    note = f"取自对照表“{file.name}”的国临版一侧"
    return Source(replace(table, note=note), sheet.entries), Source(
        replace(pairs, rows=len(sheet.pairs)), pairs=sheet.pairs
    )


def _info(
    file: ReadFile, sheet: ReadSheet, edition: Edition, version: str, title: str, what: str
) -> TableInfo:
    return TableInfo(
        table_id="-".join(part for part in (what, _EDITION_ID[edition], version, file.sha256[:8]) if part),
        kind=sheet.kind,
        edition=edition,
        version=version,
        title=title.strip(),
        source=file.name,
        sha256=file.sha256,
        rows=len(sheet.entries),
    )


def _told(source: Source, version: str, valid_from: date | None) -> Source:
    info = replace(
        source.info, version=version or source.info.version, valid_from=valid_from or source.info.valid_from
    )
    return replace(source, info=info)


def _catalogue() -> Path:
    return data_dir() / "tables"


def _install(source: Source) -> None:
    """Write the rows first and the manifest last: a folder without a manifest is no table."""
    folder = _catalogue() / source.info.table_id
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"无法写入数据文件夹：{folder}", "请检查磁盘空间和写入权限。") from error
    name, text = (
        ("rows.csv", pairs_text(source.pairs))
        if source.is_crosswalk
        else ("codes.csv", codes_text(source.entries))
    )
    for file, content in ((name, text), ("manifest.toml", toml_text.dumps(manifest_of(source)))):
        with safe_write(folder / file) as temporary:
            temporary.write_text(content, encoding="utf-8", newline="")


def _installed() -> Iterator[tuple[str, Source | None, str]]:
    """Folder name, table (``None`` when damaged) and what is wrong with it."""
    root = _catalogue()
    folders: Iterable[Path] = sorted(root.iterdir()) if root.is_dir() else ()
    for folder in folders:
        if not (folder / "manifest.toml").is_file():
            continue
        try:
            manifest = (folder / "manifest.toml").read_text("utf-8")
            yield folder.name, parse_source(manifest, partial(_text_in, folder)), ""
        except (OSError, ValueError) as error:
            _log.warning("installed table %s cannot be read", folder.name)
            yield folder.name, None, str(error)


def _text_in(folder: Path, name: str) -> str:
    return (folder / name).read_text("utf-8")
