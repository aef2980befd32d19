"""Tool 辅助目录: read in, computed, refused with reason, the case at hand, kept and used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from pytestqt.qtbot import QtBot

from app.dip.auxiliary import open_auxiliary
from app.settings import Settings
from tests.ui.tools import dip_work
from tests.ui.tools.steps import open_tool, settle
from ui.tools.context import ToolContext
from ui.tools.dip_auxiliary import AuxiliaryWindow

dip = dip_work.dip


@pytest.fixture
def tool(qtbot: QtBot, dip: ToolContext) -> Iterator[AuxiliaryWindow]:
    tool = cast(AuxiliaryWindow, open_tool("dip_auxiliary", dip, qtbot))
    yield tool
    tool.close()


@pytest.fixture
def published(tmp_path: Path) -> list[Path]:
    factors, severity = tmp_path / "系数.csv", tmp_path / "中重度.csv"
    factors.write_text(
        "病种编码,辅助目录类型,辅助目录名称,调节系数\nA16.2,疾病严重程度,轻度,0.9\nA16.2,疾病严重程度,重度,无\n",
        encoding="utf-8",
    )
    severity.write_text("诊断编码,严重程度\nJ96.000,重度\n", encoding="utf-8")
    return [factors, severity]


def case_in(context: ToolContext, group: str) -> str:
    bench = context.workbench
    assert bench is not None
    return next(
        result.case.case_id for result in bench.results() if result.dip and result.dip.grouping.group == group
    )


def test_published_factors_with_the_rows_refused(
    qtbot: QtBot, tool: AuxiliaryWindow, dip: ToolContext, published: list[Path]
) -> None:
    tool.read(published)
    settle(qtbot, dip)
    (row,) = tool.factors.rows()
    assert (row.group, row.label) == ("A16.2", "轻度")
    (refused,) = tool.refused.rows()
    assert "无" in refused.reason
    assert "重度 1" in tool.tables_note.text()
    assert "不乘系数" in tool.rules_note.text()


def test_the_case_at_hand_says_which_factor_and_why(
    qtbot: QtBot, tool: AuxiliaryWindow, dip: ToolContext, published: list[Path]
) -> None:
    tool.read(published)
    settle(qtbot, dip)
    dip.case_id = case_in(dip, "A16.2")
    dip.case_changed.emit()
    assert "适用 疾病严重程度 轻度" in tool.case_head.text()
    applied = [row for row in tool.strata.rows() if row.applies]
    assert [row.stratum.label for row in applied] == ["轻度"]
    dip.case_id = ""
    dip.case_changed.emit()
    assert "没有选中病例" in tool.case_head.text()
    assert not tool.strata.rows()


def test_factors_computed_from_history(
    qtbot: QtBot, tool: AuxiliaryWindow, dip: ToolContext, published: list[Path]
) -> None:
    tool.read(published[1:])
    settle(qtbot, dip)
    tool.compute()
    settle(qtbot, dip)
    assert tool.factors.rowCount()
    assert all(row.stratum_mean for row in tool.factors.rows())
    assert "算出" in tool.busy.text.text()


def test_what_is_shown_is_kept_and_used(
    qtbot: QtBot, tool: AuxiliaryWindow, dip: ToolContext, published: list[Path]
) -> None:
    tool.read(published)
    settle(qtbot, dip)
    tool.keep_row.title.setText("某市辅助 2025")
    with qtbot.waitSignal(dip.new_settings) as heard:
        tool.use()
    settings = heard.args[0] if heard.args else None
    assert isinstance(settings, Settings)
    again = open_auxiliary(Path(settings.dip_auxiliary))
    assert len(again) == 1
    assert again.tables.severe == {"J96.000"}
