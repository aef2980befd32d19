"""Every inconsistency that the check of a scheme knows, planted in a copy of the demonstration scheme and seen in its window."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.drg.scheme_store import keep_scheme, note_scheme
from app.drg.schemes import read_info
from app.drg.weight_tables import keep_weights
from app.knowledge import DEMO_DRG, demo_folder
from icd_tables.table import CodeTable
from icd_tables.terminology import Terminology
from tests.ui.tools.drg_work import scheme_window
from tests.ui.tools.steps import OpenTool, settle
from ui.tools.context import ToolContext

Plant = Callable[[Path], None]


def rows_of(path: Path) -> int:
    """Where the next row of a table stands."""
    return len(path.read_text(encoding="utf-8-sig").splitlines()) + 1


def add(table: str, line: str) -> Plant:
    def plant(scheme: Path) -> None:
        with (scheme / f"{table}.csv").open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    return plant


def unweighted(scheme: Path) -> None:
    """Take the last group out of the weight table."""
    lines = (scheme / "weights.csv").read_text(encoding="utf-8-sig").splitlines()
    (scheme / "weights.csv").write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")


FAULTS: tuple[tuple[str, Plant, str, str], ...] = (
    ("编码表中没有的编码", add("code_lists", "D04-M1.DX,dx,Q99.999"), "code_lists", "Q99.999 不在编码表"),
    ("没有用到的列表", add("code_lists", "没人用.DX,dx,I21.001"), "code_lists", "没有规则用到列表 没人用.DX"),
    ("不可能成立的规则", add("adrg", "999,D04,D04-X9,多余,age > 5 and age < 3"), "adrg", "规则永远不会成立"),
    ("没有权重的组", add("drg", "9,D04-M1,D04-M1-7,多余,age > 120"), "drg", "D04-M1-7 在权重表"),
    (
        "没有组的权重",
        add("weights", "Z99-X9-9,没有这个组,1.00,100,1,2025"),
        "weights",
        "方案里没有 Z99-X9-9 这个组",
    ),
    ("重复的编码行", add("code_lists", "D04-M1.DX,dx,I21.001"), "code_lists", "I21.001 与第"),
    (
        "重复的权重行",
        add("weights", "D04-M1-5,重复,9.99,100,1,2025"),
        "weights",
        "D04-M1-5 在 weights.csv 第",
    ),
    ("无主的组", add("drg", "9,Q99,Q991,无主的组,true"), "drg", "没有名为 Q99 的 ADRG"),
)


@pytest.mark.parametrize(
    ("plant", "table", "told"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS]
)
def test_a_planted_fault_is_told_with_file_and_row(
    qtbot: QtBot,
    open_month_tool: OpenTool,
    month_context: ToolContext,
    tmp_path: Path,
    plant: Plant,
    table: str,
    told: str,
) -> None:
    folder = tmp_path / "方案"
    shutil.copytree(demo_folder(DEMO_DRG), folder)
    row = rows_of(folder / f"{table}.csv")
    plant(folder)
    assert month_context.knowledge is not None
    month_context.knowledge = replace(
        month_context.knowledge, terminology=full(month_context.knowledge.terminology)
    )
    tool = scheme_window(open_month_tool)
    tool.import_scheme(folder)
    settle(qtbot, month_context)
    found = [one.issue for one in tool.issues.rows() if one.issue.row == row and told in one.issue.message]
    assert [one.file for one in found] == [f"{table}.csv"]
    assert f"{table}.csv 第 {row} 行" in str(found[0])


def test_dates_that_overlap_are_told_for_schemes_and_for_weights(
    qtbot: QtBot, open_month_tool: OpenTool, month_context: ToolContext, tmp_path: Path
) -> None:
    kept = keep_scheme(demo_folder(DEMO_DRG))
    note_scheme(kept, replace(read_info(kept), version="另一版", valid_from=date(2025, 6, 1)))
    path = tmp_path / "权重.csv"
    path.write_text("DRG编码,权重\nD04-M1-9,1\n", encoding="utf-8")
    keep_weights(path, DEMO_DRG, date(2025, 1, 1), None)
    keep_weights(path, DEMO_DRG, date(2025, 6, 1), date(2025, 12, 31))
    tool = scheme_window(open_month_tool)
    settle(qtbot, month_context)
    told = [str(one.issue) for one in tool.issues.rows()]
    assert [text for text in told if "与版本" in text and "重叠" in text]
    assert [
        text
        for text in told
        if text.startswith("权重(2).csv：有效日期（2025-06-01 至 2025-12-31）与“权重.csv”")
    ]


def test_starter_tables_check_no_codes_and_say_so(open_month_tool: OpenTool) -> None:
    tool = scheme_window(open_month_tool)
    assert "没有核对方案里的编码" in tool.busy.text.text()


def full(terminology: Terminology) -> Terminology:
    """The starter tables as if they were whole."""
    tables = {
        key: CodeTable(replace(table.info, starter=False), table) for key, table in terminology.tables.items()
    }
    return Terminology(tables, terminology.crosswalks)
