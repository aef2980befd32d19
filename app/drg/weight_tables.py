"""Local weight tables: read as they are published, kept in the data folder with their dates in force and the scheme they are for.

What belongs to a kept table stands beside it in ``<file name>.toml``; the table itself is never altered.
"""

from __future__ import annotations

import contextlib
import csv
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from app.errors import UserError
from app.files import copy_file, delete_kept, free_name, safe_write
from app.paths import data_dir
from app.progress import Progress
from app.sheets import Cells, read_cells
from app.toml_text import day_in, dumps
from coding_rules.grouper.drg.dates import is_dated, period
from coding_rules.grouper.drg.weight_layout import CODE
from coding_rules.grouper.drg.weight_reading import read_weights
from coding_rules.grouper.drg.weight_table import WeightTable

_SUFFIX = ".toml"
_HEADERS = (
    *("DRG编码", "DRG名称", "权重", "基准点数", "例均费用（元）", "平均住院日"),
    *("费率", "职工费率", "居民费率", "年度"),
)


@dataclass(frozen=True, slots=True)
class KeptWeights:
    """A weight table of the data folder: ``scheme`` is the id of the scheme it was brought for ("" not noted), ``unit`` what its groups
    are worth in; ``prefer`` are the headers chosen where several columns would do; ``problem`` when it cannot be read.
    """

    path: Path
    scheme: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    groups: int = 0
    unit: str = ""
    prefer: tuple[str, ...] = ()
    problem: str = ""

    @property
    def dated(self) -> bool:
        """Whether it says from or until when it holds."""
        return is_dated(self)

    @property
    def title(self) -> str:
        """Name and dates in force, as it is offered for choice."""
        return (
            f"{self.path.stem}（{period(self.valid_from, self.valid_to)}）" if self.dated else self.path.stem
        )


def weights_dir() -> Path:
    """Where the user's weight tables are kept."""
    folder = data_dir() / "weights"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def load_weight_table(
    path: Path,
    valid_from: date | None = None,
    valid_to: date | None = None,
    prefer: Collection[str] = (),
) -> WeightTable:
    """A local weight table from a workbook or CSV, columns recognised by header; ``.report`` says how it was read.

    Dates in force and the headers to take where several columns would do: those given, else those noted beside the file.

    Raises:
        UserError: the file cannot be opened, or no sheet has a column of group codes and one of figures.
    """
    noted = _noted(path)
    table = weight_table_of(path.name, read_cells(path), prefer=prefer or noted.prefer)
    if valid_from or valid_to:
        return replace(table, valid_from=valid_from, valid_to=valid_to)
    return replace(table, valid_from=noted.valid_from, valid_to=noted.valid_to)


def weight_table_of(
    name: str, cells: Sequence[Cells], file: str = "", prefer: Collection[str] = ()
) -> WeightTable:
    """The weight table in cells already read; ``file`` names a table without sheet names in messages (else ``name``).

    Raises:
        UserError: no sheet has a column of group codes and one of figures.
    """
    table = read_weights(name, [(each.name or file or name, each.rows) for each in cells], prefer)
    if table is None:
        raise UserError(
            f"{name} 里没有找到权重表",
            "表头里要有“DRG编码”一类的列，以及“权重”“基准点数”“例均费用”等至少一列。",
        )
    if not table.rows:
        headers = "、".join(columns[CODE] for columns in table.report.columns.values())
        raise UserError(
            f"{name} 的“{headers}”一列里没有一个像组编码的值", "请确认这一列是组编码，如 FR21；一行一个组。"
        )
    return table


def save_weight_table(table: WeightTable, path: Path) -> None:
    """Write a weight table as CSV that ``load_weight_table`` and Excel read (UTF-8 with BOM); fees in yuan.

    Raises:
        UserError: the file cannot be written; a file of that name stays as it was.
    """
    with safe_write(path) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADERS)
        for row in sorted(table.rows.values(), key=lambda each: each.code):
            fee = None if row.mean_fee is None else Decimal(row.mean_fee) / 100
            rates = (row.rate, row.rate_employee, row.rate_resident)
            figures = (row.weight, row.points, fee, row.mean_los, *rates)
            writer.writerow(
                (row.code, row.name, *("" if each is None else each for each in figures), row.year)
            )


def keep_weights(
    path: Path,
    scheme: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    prefer: Collection[str] = (),
) -> Path:
    """Copy a weight table into the data folder and note for which scheme, from when to when and by which columns it holds; returns
    the copy.

    Raises:
        UserError: it cannot be copied, or the dates are the wrong way round.
    """
    refuse_reversed(valid_from, valid_to)
    target = weights_dir() / path.name
    target = free_name(target) if target.exists() else target
    copy_file(path, target)
    note_weights(target, scheme, valid_from, valid_to, prefer)
    return target


def note_weights(
    path: Path,
    scheme: str,
    valid_from: date | None,
    valid_to: date | None,
    prefer: Collection[str] = (),
) -> None:
    """Note beside a weight table for which scheme, from when to when and by which columns it holds.

    Raises:
        UserError: it is not in the data folder, the dates are the wrong way round, or the disk says no.
    """
    if path.parent != weights_dir():
        raise UserError("只能修改数据文件夹中权重表的日期。", "请先导入该权重表。")
    refuse_reversed(valid_from, valid_to)
    document: dict[str, object] = {"scheme": scheme, "columns": list(prefer)}
    document |= {
        key: day for key, day in (("valid_from", valid_from), ("valid_to", valid_to)) if day is not None
    }
    with safe_write(_note_of(path)) as temporary:
        temporary.write_text(dumps(document), encoding="utf-8", newline="\n")


def remove_weights(path: Path) -> None:
    """Take a kept weight table out of the data folder, with what was noted beside it.

    Raises:
        UserError: it is not in the data folder, or cannot be deleted.
    """
    if path.parent != weights_dir():
        raise UserError("只能删除数据文件夹中的权重表。", "别处的文件请在文件夹里自行删除。")
    delete_kept(path, _note_of(path))


def known_weights(progress: Progress | None = None) -> list[KeptWeights]:
    """The weight tables of the data folder, by name.

    Raises:
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    paths = _paths()
    found = []
    for done, path in enumerate(paths):
        progress.report(done, len(paths), f"正在读取 {path.name}")
        found.append(_described(path))
    return found


def weight_series(path: Path) -> tuple[WeightTable, ...]:
    """The weight table chosen and, where it is kept with dates in force, the other dated tables kept for the same scheme:
    a case takes the one in force on its day of discharge. One of these others that cannot be read is left out
    (``known_weights`` tells it).

    Raises:
        UserError: the table chosen cannot be read.
    """
    chosen, noted = load_weight_table(path), _noted(path)
    series = [chosen]
    if path.parent == weights_dir() and noted.dated:
        for other in _paths():
            with contextlib.suppress(UserError):
                its = _noted(other)
                if other != path and its.dated and its.scheme == noted.scheme:
                    series.append(load_weight_table(other))
    return tuple(series)


def _paths() -> list[Path]:
    return sorted(
        path
        for path in weights_dir().iterdir()
        if path.suffix.lower() != _SUFFIX and not path.name.startswith((".", "~"))
    )


def _described(path: Path) -> KeptWeights:
    try:
        noted = _noted(path)
        table = weight_table_of(path.name, read_cells(path), prefer=noted.prefer)
    except UserError as error:
        return KeptWeights(path, problem=error.what)
    rows = table.rows.values()
    units = [
        word
        for word, has in (
            ("权重", any(row.weight is not None for row in rows)),
            ("点数", any(row.points is not None for row in rows)),
        )
        if has
    ]
    return replace(noted, groups=len(table), unit="、".join(units))


def _noted(path: Path) -> KeptWeights:
    """What is noted beside a table; nothing where there is no note."""
    file = _note_of(path)
    if not file.is_file():
        return KeptWeights(path)
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        start, end = day_in(document, "valid_from"), day_in(document, "valid_to")
        prefer = tuple(map(str, document.get("columns", ())))
        return KeptWeights(path, str(document.get("scheme", "")), start, end, prefer=prefer)
    except (OSError, ValueError) as error:
        raise UserError(f"{file.name} 无法读取：{error}", "请更正或删除这个文件。") from error


def _note_of(path: Path) -> Path:
    return path.with_name(path.name + _SUFFIX)


def refuse_reversed(valid_from: date | None, valid_to: date | None) -> None:
    """Raise a ``UserError`` when dates in force are the wrong way round."""
    if valid_from and valid_to and valid_from > valid_to:
        raise UserError(f"停用日期 {valid_to} 早于启用日期 {valid_from}。", "请更正起止日期。")
