"""The user's own DRG schemes: kept in the data folder, with versions and dates in force.

What a user brings is copied as it is; an adapted scheme is a new copy. No original is ever altered.
"""

from __future__ import annotations

import contextlib
import csv
import secrets
import shutil
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from app.drg.schemes import MANIFEST, WEIGHTS, load_drg_scheme, manifest_of, read_info
from app.drg.weight_tables import refuse_reversed, save_weight_table
from app.errors import UserError
from app.files import copy_file, delete_kept, free_name, safe_write
from app.knowledge import DEMO_DRG, NONE, demo_folder
from app.paths import data_dir
from app.progress import Progress
from app.toml_text import dumps
from coding_rules.expression.check import check
from coding_rules.grouper.drg.dates import is_dated
from coding_rules.grouper.drg.scheme import GroupRule, Scheme, SchemeInfo, Stage
from coding_rules.grouper.drg.scheme_build import OPTIONAL_TABLES, REQUIRED_TABLES

RuleKey = tuple[Stage, int]
"""Which row of which table: a rule by its stage and its 1-based file row."""

_WORKBOOKS = {".xlsx", ".xlsm", ".xls"}
_FOLDER_FILES = {f"{table}.csv" for table in (*REQUIRED_TABLES, *OPTIONAL_TABLES, WEIGHTS)} | {MANIFEST}
_FORBIDDEN = '<>:"/\\|?*'


@dataclass(frozen=True, slots=True)
class KeptScheme:
    """One scheme that can be used: where it lies, its manifest, its size; ``problem`` when it cannot be loaded.

    ``own``: it lies in the user's data folder, so version and dates may be written down.
    """

    path: Path
    info: SchemeInfo
    groups: int = 0
    codes: int = 0
    weights: str = ""
    own: bool = False
    problem: str = ""


def schemes_dir() -> Path:
    """Where the user's schemes are kept."""
    return _made(data_dir() / "schemes")


def known_schemes(chosen: str = "", progress: Progress | None = None) -> list[KeptScheme]:
    """Every scheme that can be used: the demonstration, those kept, and the one chosen if it lies elsewhere.

    Raises:
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    kept = _kept()
    paths = [demo_folder(DEMO_DRG), *kept]
    if chosen and chosen != NONE and Path(chosen) not in paths:
        paths.append(Path(chosen))
    found = []
    for done, path in enumerate(paths):
        progress.report(done, len(paths), f"正在读取 {path.name}")
        found.append(_described(path, path in kept, _stamp(path)))
    return found


def scheme_versions(path: Path, progress: Progress | None = None) -> tuple[Scheme, ...]:
    """The scheme chosen and, where it is kept with dates in force, the other dated versions kept of it (schemes of the same id): a case
    is grouped by the one in force on its day of discharge. A version that cannot be read is left out (``known_schemes`` tells it).

    Raises:
        UserError: the scheme chosen cannot be read.
        Cancelled: the user asked to stop.
    """
    chosen = load_drg_scheme(path, progress)
    versions = [chosen]
    if path.parent == schemes_dir() and is_dated(chosen.info):
        for other in _kept():
            with contextlib.suppress(UserError):
                info = read_info(other)
                if other != path and info.scheme_id == chosen.id and is_dated(info):
                    versions.append(load_drg_scheme(other, progress))
    return tuple(versions)


def keep_scheme(path: Path) -> Path:
    """Copy a scheme (folder or workbook) into the data folder, byte by byte; returns the copy.

    Raises:
        UserError: it is no scheme, or cannot be copied.
    """
    load_drg_scheme(path)
    target = _free(schemes_dir() / path.name)
    try:
        if path.is_dir():
            with _new_folder(target) as folder:
                for file in path.iterdir():
                    if file.name.lower() in _FOLDER_FILES:
                        shutil.copyfile(file, folder / file.name.lower())
        else:
            copy_file(path, target)
            manifest = path.with_suffix(".toml")
            if manifest.is_file():
                copy_file(manifest, target.with_suffix(".toml"))
    except OSError as error:
        raise UserError(f"无法复制分组方案：{error.strerror or error}", "请检查磁盘空间和权限。") from error
    return target


def remove_scheme(path: Path) -> None:
    """Take a kept scheme out of the data folder, with its manifest.

    Raises:
        UserError: it is not in the data folder, or cannot be deleted.
    """
    if path.parent != schemes_dir():
        raise UserError("只能删除数据文件夹中的方案。", "演示方案和别处的文件夹不在此列。")
    delete_kept(path, *(() if path.is_dir() else (manifest_of(path),)))


def adapt(scheme: Scheme, rules: Mapping[RuleKey, str], name: str = "") -> Scheme:
    """The scheme with other rule texts, under another name.

    Raises:
        UserError: a rule cannot be read; the text points to the mistake.
    """

    def changed(one: GroupRule) -> GroupRule:
        text = rules.get((one.stage, one.row))
        if text is None or text == one.text:
            return one
        outcome = check(text, scheme.vocabulary)
        if outcome.node is None:
            problem = outcome.problems[0]
            raise UserError(
                f"{one.code} 的规则有误：{problem.message}\n{problem.pointer(text)}", "请更正后再保存。"
            )
        return replace(one, text=text, node=outcome.node)

    note = f"由“{scheme.name}”改编，改动 {len(rules)} 条规则。{scheme.info.note}"
    info = replace(scheme.info, scheme_id=name or scheme.id, name=name or scheme.name, note=note)
    return replace(
        scheme,
        info=info,
        mdcs=tuple(map(changed, scheme.mdcs)),
        adrgs=tuple(map(changed, scheme.adrgs)),
        drgs=tuple(map(changed, scheme.drgs)),
    )


def save_adapted(scheme: Scheme, rules: Mapping[RuleKey, str], name: str) -> Path:
    """Save the scheme with other rule texts as a copy of its own in the data folder; returns its folder.

    Raises:
        UserError: a rule cannot be read, the name is taken or no name for a folder, or the disk says no.
    """
    plain = name.strip()
    if not plain or plain.startswith(".") or any(character in _FORBIDDEN for character in plain):
        raise UserError(f"“{name}”不能作方案名。", f"请写一个名称，不含 {_FORBIDDEN} 这些字符。")
    target = schemes_dir() / plain
    if target.exists():
        raise UserError(f"已经有名为“{plain}”的方案。", "请换一个名称；原有方案不会被覆盖。")
    with _new_folder(target) as folder:
        write_scheme(adapt(scheme, rules, plain), folder)
    return target


def write_scheme(scheme: Scheme, folder: Path) -> None:
    """Write a scheme in the CSV form that ``load_drg_scheme`` reads, with its manifest and weights.

    Raises:
        UserError: a file cannot be written.
    """
    for stage, rules, parents in (
        (Stage.MDC, scheme.mdcs, ()),
        (Stage.ADRG, scheme.adrgs, ("mdc",)),
        (Stage.DRG, scheme.drgs, ("adrg",)),
    ):
        rows = (
            (number, *((one.parent,) if parents else ()), one.code, one.name, one.text)
            for number, one in enumerate(rules, start=1)
        )
        table = stage.value.lower()
        _write(folder / f"{table}.csv", ("order", *parents, table, "name", "rule"), rows)
    lists = ((one.name, one.kind, code) for one in scheme.lists for code in one.codes)
    _write(folder / "code_lists.csv", ("list", "kind", "code"), lists)
    if scheme.complications:
        levels = ((row.code, row.level, row.table) for row in scheme.complications)
        _write(folder / "complications.csv", ("code", "level", "exclusion_table"), levels)
    if scheme.exclusions:
        excluded = ((row.principal, row.table) for row in scheme.exclusions)
        _write(folder / "exclusions.csv", ("principal_diagnosis", "exclusion_table"), excluded)
    if scheme.weights is not None:
        save_weight_table(scheme.weights, folder / f"{WEIGHTS}.csv")
    _write_manifest(folder / MANIFEST, _document(scheme.info))


def note_scheme(path: Path, info: SchemeInfo) -> None:
    """Write id, version and dates in force of a kept scheme into its manifest; what else stands there stays.

    Raises:
        UserError: the scheme is not in the data folder, the dates are the wrong way round, the id is empty, or the manifest cannot be
            read or written.
    """
    if path.parent != schemes_dir():
        raise UserError("只能修改数据文件夹中方案的代号、版本和日期。", "请先导入该方案。")
    if not info.scheme_id:
        raise UserError("方案代号不能为空。", "同一方案的各版写同一个代号。")
    refuse_reversed(info.valid_from, info.valid_to)
    file = manifest_of(path)
    document: dict[str, object] = {"name": info.name}
    if file.is_file():
        try:
            document = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UserError(f"{file.name} 无法读取：{error}", "请更正或删除这个文件。") from error
    for key in ("valid_from", "valid_to"):
        document.pop(key, None)
    _write_manifest(file, document | {"id": info.scheme_id, "version": info.version} | _dates(info))


def _stamp(path: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells whether a scheme on the disk is still the one that was read."""
    files = sorted(path.iterdir()) if path.is_dir() else [path, path.with_suffix(".toml")]
    stats = [(file.name, file.stat()) for file in files if file.is_file()]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


@lru_cache(maxsize=64)
def _described(path: Path, own: bool, _stamp: tuple[tuple[str, int, int], ...]) -> KeptScheme:
    """A scheme as it is listed; read once as long as its files stay as they are."""
    try:
        scheme = load_drg_scheme(path)
    except UserError as error:
        return KeptScheme(path, SchemeInfo(path.stem, path.name), own=own, problem=error.what)
    leaves = sum(one.code not in scheme.drgs_of for one in scheme.adrgs)
    codes = sum(len(one.codes) for one in scheme.lists)
    weights = scheme.weights.name if scheme.weights is not None else ""
    return KeptScheme(path, scheme.info, len(scheme.drgs) + leaves, codes, weights, own)


def _kept() -> list[Path]:
    return sorted(path for path in schemes_dir().iterdir() if _is_scheme(path))


def _is_scheme(path: Path) -> bool:
    return not path.name.startswith((".", "~")) and (path.is_dir() or path.suffix.lower() in _WORKBOOKS)


def _document(info: SchemeInfo) -> dict[str, object]:
    document: dict[str, object] = {
        "id": info.scheme_id,
        "name": info.name,
        "version": info.version,
        "edition": info.edition.value,
        "demo": info.demo,
        "note": info.note,
    }
    return document | _dates(info)


def _dates(info: SchemeInfo) -> dict[str, object]:
    days = (("valid_from", info.valid_from), ("valid_to", info.valid_to))
    return {key: day for key, day in days if day is not None}


def _write_manifest(path: Path, document: Mapping[str, object]) -> None:
    with safe_write(path) as temporary:
        temporary.write_text(dumps(document), encoding="utf-8", newline="\n")


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with safe_write(path) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def _free(path: Path) -> Path:
    return free_name(path) if path.exists() else path


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """A folder that appears under its name only when all of its files are written."""
    temporary = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    temporary.mkdir()
    try:
        yield temporary
        temporary.rename(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
