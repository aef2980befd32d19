"""Tool 医保反馈对账: read the return file, filter, all differences of a case, go to it, export."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest
from openpyxl import load_workbook
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.dip.reconcile_rows import AGREES, ONLY_OURS, ONLY_THEIRS
from coding_rules.grouper.grouping import System
from tests.ui.tools import dip_work
from tests.ui.tools.steps import open_tool, settle
from ui.tools.context import ToolContext
from ui.tools.money_reconcile import ReconcileWindow

dip = dip_work.dip


@pytest.fixture
def tool(qtbot: QtBot, dip: ToolContext) -> Iterator[ReconcileWindow]:
    tool = cast(ReconcileWindow, open_tool("money_reconcile", dip, qtbot))
    yield tool
    tool.close()


@pytest.fixture
def returned(dip: ToolContext, tmp_path: Path) -> Path:
    """All cases but the last as we have them, the first with other figures throughout, one that we do not have."""
    bench = dip.workbench
    assert bench is not None
    lines: list[Sequence[object]] = [["病案号", "DIP编码", "分值", "偏差类型", "DIP金额"]]
    for place, result in enumerate(bench.results()[:-1]):
        assert result.dip is not None
        assert result.dip.settlement is not None
        settled = result.dip.settlement
        amount = (settled.amount or 0) / 100
        line = [result.case.record_no, result.dip.grouping.group, settled.points, settled.band.value, amount]
        lines.append([line[0], "K35.3", 1, "高倍率", 2] if place == 0 else line)
    lines.append(["999999", "K35.3", 1, "正常", 1])
    path = tmp_path / "反馈.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def read(qtbot: QtBot, tool: ReconcileWindow, dip: ToolContext, path: Path) -> None:
    tool.read(path)
    settle(qtbot, dip)
    qtbot.waitUntil(lambda: not tool.working)


def test_states_are_counted_and_filtered(
    qtbot: QtBot, tool: ReconcileWindow, dip: ToolContext, returned: Path
) -> None:
    assert tool.table.empty_text
    read(qtbot, tool, dip, returned)
    counts = {row.state: 0 for row in tool.model.rows()}
    for row in tool.model.rows():
        counts[row.state] += 1
    assert (counts["分组"], counts[ONLY_OURS], counts[ONLY_THEIRS]) == (1, 1, 1)
    assert counts[AGREES] == 46
    assert tool.model.rows()[0].state == "分组"
    tool.state.setCurrentIndex(tool.state.findData(ONLY_THEIRS))
    assert [row.number for row in tool.model.rows()] == ["999999"]
    tool.words.setText("外科")
    assert not tool.model.rows()


def test_all_differences_of_the_chosen_case_with_our_step(
    qtbot: QtBot, tool: ReconcileWindow, dip: ToolContext, returned: Path
) -> None:
    read(qtbot, tool, dip, returned)
    listed = [row.difference.what for row in tool.differences.rows()]
    assert listed == ["分组", "分值", "倍率区间", "金额"]
    assert all(row.difference.step for row in tool.differences.rows())
    with qtbot.waitSignal(dip.case_wanted) as heard:
        tool.table.doubleClicked.emit(tool.model.index(0, 0))
    assert heard.args == [tool.model.rows()[0].case_id]


def test_what_is_shown_is_exported(
    qtbot: QtBot, tool: ReconcileWindow, dip: ToolContext, returned: Path, tmp_path: Path
) -> None:
    read(qtbot, tool, dip, returned)
    tool.state.setCurrentIndex(tool.state.findData("分组"))
    target = tmp_path / "对账.xlsx"
    tool.write(target)
    settle(qtbot, dip)
    rows = list(load_workbook(target)["对账"].iter_rows(values_only=True))
    assert len(rows) == 2
    assert rows[1][2] == "分组"


def test_sums_by_reason_stand_beside_the_cases(
    qtbot: QtBot, tool: ReconcileWindow, dip: ToolContext, returned: Path
) -> None:
    assert tool.system.chosen is System.DIP  # no DRG scheme is loaded
    read(qtbot, tool, dip, returned)
    *parts, whole = tool.sums.rows()
    assert sum(part.apart for part in parts) == whole.apart
    assert whole.rows == len(tool.model.rows()) == 49
    assert "按“金额”列汇总" in tool.head.text()
    assert "没有倍率、支付标准、统筹应付列" in tool.head.text()


def test_a_file_without_cases_is_refused(
    qtbot: QtBot, tool: ReconcileWindow, dip: ToolContext, tmp_path: Path
) -> None:
    path = tmp_path / "别的.csv"
    path.write_text("甲,乙\n1,2\n", encoding="utf-8")
    tool.read(path)
    qtbot.waitUntil(lambda: tool.findChild(QMessageBox) is not None)
    box = tool.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "别的.csv" in box.text()
    box.close()


def test_a_file_of_dip_groups_is_compared_under_dip(
    qtbot: QtBot, tool: ReconcileWindow, dip: ToolContext, returned: Path
) -> None:
    tool.system.setCurrentIndex(list(System).index(System.DRG))
    read(qtbot, tool, dip, returned)
    assert tool.system.chosen is System.DIP
    bench = dip.workbench
    assert bench is not None
    same = [row for row in tool.model.rows() if row.state == "一致"]
    assert len(same) == len(bench.case_ids) - 2
