"""Schemes as other people write them down: the same scheme in many forms must load and group like the plain interpreter."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from app.drg.schemes import load_drg_scheme
from app.errors import UserError
from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.inputs import GrouperInput
from tests.coding_rules.grouper.drg.drawn import draw_cases
from tests.coding_rules.grouper.drg.random_rules import make_random_tables
from tests.coding_rules.grouper.drg.synthetic import COLUMNS, Tables, make_tables, to_scheme
from tests.reference_interpreter import ReferenceInterpreter

Grid = list[list[str]]
Change = Callable[[str, Grid, random.Random], Grid]
_CHINESE = {
    "order": "顺序",
    "mdc": "MDC编码",
    "adrg": "ADRG代码",
    "drg": "DRG编码",
    "name": "名称",
    "rule": "规则",
    "list": "列表名",
    "kind": "类别",
    "code": "编码",
    "level": "级别",
    "exclusion_table": "排除表",
    "principal_diagnosis": "主要诊断编码",
}


def columns_in_another_order(table: str, grid: Grid, pick: random.Random) -> Grid:
    places = list(range(len(grid[0])))
    pick.shuffle(places)
    return [[row[at] for at in places] for row in grid]


def more_columns(table: str, grid: Grid, pick: random.Random) -> Grid:
    return [["remark", *row, "备注2"] if not n else [f"remark, {n}", *row, ""] for n, row in enumerate(grid)]


def chinese_headers(table: str, grid: Grid, pick: random.Random) -> Grid:
    return [[_CHINESE[cell] for cell in grid[0]], *grid[1:]]


def rows_in_another_order(table: str, grid: Grid, pick: random.Random) -> Grid:
    """Rules keep those of equal order in file order, lists are sets."""
    rows = grid[1:]
    if table in ("mdc", "adrg", "drg"):
        return [grid[0], *sorted(rows, key=lambda row: -float(row[0]))]
    pick.shuffle(rows)
    return [grid[0], *rows]


def orders_with_decimals(table: str, grid: Grid, pick: random.Random) -> Grid:
    if "order" not in grid[0]:
        return grid
    return [grid[0], *([f" {row[0]}.0", *row[1:]] for row in grid[1:])]


def codes_in_small_letters(table: str, grid: Grid, pick: random.Random) -> Grid:
    if "code" not in grid[0] and "principal_diagnosis" not in grid[0]:
        return grid
    at = grid[0].index("code" if "code" in grid[0] else "principal_diagnosis")
    return [grid[0], *([*row[:at], row[at].lower(), *row[at + 1 :]] for row in grid[1:])]


def blanks_around_cells(table: str, grid: Grid, pick: random.Random) -> Grid:
    return [[f" {cell}　" if n else f"{cell} " for cell in row] for n, row in enumerate(grid)]


def rows_twice(table: str, grid: Grid, pick: random.Random) -> Grid:
    return grid if "rule" in grid[0] else [*grid, *grid[1:]]


def rows_without_codes(table: str, grid: Grid, pick: random.Random) -> Grid:
    return [grid[0], *(row for n, row in enumerate([*grid[1:], [""] * len(grid[0])]) for row in (row, []))]


def a_mark_before_the_first_row(table: str, grid: Grid, pick: random.Random) -> Grid:
    return [grid[0], ["\ufeff" + grid[1][0], *grid[1][1:]], *grid[2:]] if len(grid) > 1 else grid


def unused_lists(table: str, grid: Grid, pick: random.Random) -> Grid:
    if table != "code_lists":
        return grid
    return [*grid, ["未用.DX", "dx", "Z00.000"], ["未用.DX", "px", "00.0100"]]


CHANGES: list[Change] = [
    columns_in_another_order,
    more_columns,
    chinese_headers,
    rows_in_another_order,
    orders_with_decimals,
    codes_in_small_letters,
    blanks_around_cells,
    rows_twice,
    rows_without_codes,
    a_mark_before_the_first_row,
    unused_lists,
]


@cache
def tables(seed: int) -> Tables:
    return make_tables(seed, mdcs=4, adrgs=12, codes=30) if seed % 2 else make_random_tables(seed)


@cache
def cases(seed: int) -> tuple[GrouperInput, ...]:
    return tuple(draw_cases(to_scheme(tables(seed)), seed, 300))


def grids(seed: int) -> dict[str, Grid]:
    return {
        name: [list(COLUMNS[name]), *([row[column] for column in COLUMNS[name]] for row in rows)]
        for name, rows in tables(seed).items()
    }


def write(
    folder: Path, written: dict[str, Grid], encoding: str = "utf-8", end: str = "\n", quoting: int = 0
) -> None:
    for name, grid in written.items():
        text = io.StringIO()
        csv.writer(text, lineterminator=end, quoting=quoting).writerows(grid)  # type: ignore[arg-type]
        (folder / f"{name}.csv").write_bytes(text.getvalue().encode(encoding))


def assert_groups_alike(folder: Path, seed: int, plain: ReferenceInterpreter | None = None) -> None:
    grouper, plain = DrgGrouper(load_drg_scheme(folder)), plain or ReferenceInterpreter(tables(seed))
    want = [plain.group(case) for case in cases(seed)]
    assert [tuple(result) for result in grouper.group_batch(cases(seed))] == want
    assert len(set(want)) > 3
    for case, wanted in list(zip(cases(seed), want, strict=True))[:40]:
        explained = grouper.group(case)
        assert (explained.mdc, explained.adrg, explained.group) == wanted


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("seed", [2, 3])
def test_the_form_does_not_matter(tmp_path: Path, change: Change, seed: int) -> None:
    pick = random.Random(seed)
    write(tmp_path, {name: change(name, grid, pick) for name, grid in grids(seed).items()})
    assert_groups_alike(tmp_path, seed)


@pytest.mark.parametrize("seed", range(4, 10))
def test_nor_do_many_changes_together(tmp_path: Path, seed: int) -> None:
    pick = random.Random(seed)
    written = grids(seed)
    last: dict[Change, int] = {
        columns_in_another_order: 1,
        more_columns: 2,
        chinese_headers: 3,
        blanks_around_cells: 4,
    }
    for change in sorted(pick.sample(CHANGES, 5), key=lambda change: last.get(change, 0)):
        if change is chinese_headers and any("remark" in grid[0] for grid in written.values()):
            continue
        written = {name: change(name, grid, pick) for name, grid in written.items()}
    write(tmp_path, written, pick.choice(("utf-8", "utf-8-sig", "gb18030")), pick.choice(("\n", "\r\n")))
    assert_groups_alike(tmp_path, seed)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_nor_do_encoding_line_ends_and_quotes(tmp_path: Path, encoding: str, end: str, quoting: int) -> None:
    written = grids(2)
    for name in ("mdc", "adrg", "drg"):
        written[name] = [written[name][0], *([*row[:-2], "名称", row[-1]] for row in written[name][1:])]
    write(tmp_path, written, encoding, end, quoting)
    assert_groups_alike(tmp_path, 2)


@pytest.mark.parametrize("missing", [("complications",), ("exclusions",), ("complications", "exclusions")])
def test_without_the_optional_tables(tmp_path: Path, missing: tuple[str, ...]) -> None:
    write(tmp_path, {name: grid for name, grid in grids(3).items() if name not in missing})
    (tmp_path / "expected_cases.csv").write_text("case_id,diagnoses\n", encoding="utf-8")
    (tmp_path / "README.txt").write_text("说明", encoding="utf-8")
    rest = {name: [] if name in missing else rows for name, rows in tables(3).items()}
    assert_groups_alike(tmp_path, 3, ReferenceInterpreter(rest))


def test_tables_with_nothing_but_a_header(tmp_path: Path) -> None:
    written = grids(3)
    for name in ("drg", "complications", "exclusions"):
        written[name] = written[name][:1]
    write(tmp_path, written)
    rest = {name: rows if name in ("mdc", "adrg", "code_lists") else [] for name, rows in tables(3).items()}
    assert_groups_alike(tmp_path, 3, ReferenceInterpreter(rest))


def test_the_order_of_mdcs_is_the_schemes_own(tmp_path: Path) -> None:
    turned = {name: [dict(row) for row in rows] for name, rows in tables(2).items()}
    for row in turned["mdc"]:
        row["order"] = str(100 - int(row["order"]))
    write(
        tmp_path,
        {name: [list(COLUMNS[name]), *(list(row.values()) for row in rows)] for name, rows in turned.items()},
    )
    assert_groups_alike(tmp_path, 2, ReferenceInterpreter(turned))


@pytest.mark.parametrize(
    ("rule", "message", "marked"),
    [
        ("ages > 3 and mcc", "不认识的字段“ages”，是不是要写 age", "ages"),
        ("pdx in L0.DX and ventilation >= 96", "不认识的字段“ventilation”", "ventilation"),
        ("px in L0.DX", "要用手术操作列表", "L0.DX"),
        ("pdx in L0.DXX", "没有名为“L0.DXX”的编码列表", "L0.DXX"),
        ("sex == 男", "性别（1 男 2 女）要和数字比较", "男"),
        ("los >= 7 los < 14", "之前少了 and 或 or", "los"),
    ],
)
def test_what_cannot_be_read_is_told_with_row_column_and_pointer(
    tmp_path: Path, rule: str, message: str, marked: str
) -> None:
    written = grids(2)
    written["adrg"][3][-1] = rule
    write(tmp_path, written)
    with pytest.raises(UserError) as caught:
        load_drg_scheme(tmp_path)
    told, shown, pointer = caught.value.what.split("\n")[1:4]
    assert told.startswith("adrg.csv 第 4 行 rule 列：第 ")
    assert message in told
    assert shown[pointer.index("^") :][: pointer.count("^")].startswith(marked[:1])
