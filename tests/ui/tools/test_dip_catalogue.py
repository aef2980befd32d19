"""Tool DIP 目录: search and detail, import report, check, versions, lists, own copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from pytestqt.qtbot import QtBot

from app.dip.catalogues import load_dip_catalogue
from app.dip.library import SideList
from app.settings import Settings
from tests.ui.tools import dip_work
from tests.ui.tools.steps import open_tool, settle
from ui.tools.context import ToolContext
from ui.tools.dip_catalogue import CatalogueWindow

PUBLISHED = (
    "某市2025年DIP目录\n病种编码,主诊断代码,主诊断名称,主要手术操作代码,病种分值,病种均费,全市均费\n"
    "K35.3:47.0100,K35.3,急性阑尾炎,47.0100,1484.83,8490.46,5718.15\n"
    "K35.3,K35.3,急性阑尾炎,,600,3153.56,5718.15\n,,没有编码,,1,1,1\n"
)

dip = dip_work.dip


@pytest.fixture
def tool(qtbot: QtBot, dip: ToolContext) -> Iterator[CatalogueWindow]:
    tool = cast(CatalogueWindow, open_tool("dip_catalogue", dip, qtbot))
    yield tool
    tool.close()


@pytest.fixture
def published(tmp_path: Path) -> Path:
    path = tmp_path / "某市.csv"
    path.write_text(PUBLISHED, encoding="utf-8")
    return path


def test_shows_the_catalogue_in_use_and_searches_it(tool: CatalogueWindow) -> None:
    assert tool.catalogue is not None
    assert tool.groups.model.rowCount() == len(tool.catalogue) > 1000
    tool.groups.words.setText("c20 48.63")
    assert [row.group.code for row in tool.groups.model.rows()] == ["C20.x:48.6302"]
    assert any(line.value == "48.6302" for line in tool.groups.detail.rows())
    tool.groups.words.setText("没有这个病种")
    assert not tool.groups.detail.rows()
    tool.groups.words.clear()
    tool.groups.kind.setCurrentText("综合")
    assert {row.group.kind_label for row in tool.groups.model.rows()} == {"综合"}


def test_open_cases_are_counted_and_reached(qtbot: QtBot, tool: CatalogueWindow, dip: ToolContext) -> None:
    tool.groups.words.setText("C20.x:48.6302")
    (row,) = tool.groups.model.rows()
    assert row.here == tool.groups.cases.rowCount() == 12
    with qtbot.waitSignal(dip.case_wanted) as heard:
        tool.groups.case_table.doubleClicked.emit(tool.groups.cases.index(0, 0))
    assert heard.args == [tool.groups.cases.rows()[0].case.case_id]


def test_import_tells_where_every_row_went(
    qtbot: QtBot, tool: CatalogueWindow, dip: ToolContext, published: Path
) -> None:
    tool.open(published)
    settle(qtbot, dip)
    assert tool.catalogue is not None
    assert len(tool.catalogue) == 2
    assert tool.tabs.currentWidget() is tool.report
    assert "拒收 1 行" in tool.report.head.text()
    assert not any(row.here for row in tool.groups.model.rows())
    assert "不是按这份目录分组" in tool.groups.case_table.empty_text
    (issue,) = [row.issue for row in tool.report.model.rows() if row.issue.action == "refused"]
    assert issue.row == 5


def test_check_finds_points_that_do_not_follow(
    qtbot: QtBot, tool: CatalogueWindow, dip: ToolContext, published: Path
) -> None:
    tool.open(published)
    settle(qtbot, dip)
    tool.verify()
    settle(qtbot, dip)
    assert any("K35.3 分值 600" in row.issue.reason for row in tool.check.model.rows())


def test_versions_side_by_side_and_turned(
    qtbot: QtBot, tool: CatalogueWindow, dip: ToolContext, published: Path, tmp_path: Path
) -> None:
    tool.open(published)
    settle(qtbot, dip)
    older = tmp_path / "旧.csv"
    older.write_text(
        PUBLISHED.replace("600", "500").replace("K35.3:47.0100", "K35.3:47.0901"), encoding="utf-8"
    )
    tool.compare(older)
    settle(qtbot, dip)
    found = {(row.code, row.change.value) for row in tool.versions.model.rows()}
    assert ("K35.3", "分值变化") in found
    assert ("K35.3:47.0100", "新增") in found
    tool.versions.turn.click()
    settle(qtbot, dip)
    assert ("K35.3:47.0100", "取消") in {(row.code, row.change.value) for row in tool.versions.model.rows()}


def test_lists_are_read_in_kept_and_used(
    qtbot: QtBot, tool: CatalogueWindow, dip: ToolContext, published: Path, tmp_path: Path
) -> None:
    basic = tmp_path / "基层.csv"
    basic.write_text("主要诊断编码,主要手术操作编码\nK35.3,\n", encoding="utf-8")
    tool.open(published)
    settle(qtbot, dip)
    tool.take_list(SideList.BASIC, basic)
    settle(qtbot, dip)
    row = next(row for row in tool.lists.model.rows() if row.kind is SideList.BASIC)
    assert (row.entries, row.file) == (1, basic)
    tool.keep_row.title.setText("某市 2025")
    with qtbot.waitSignal(dip.new_settings) as heard:
        tool.keep_row.use.click()
    settings = heard.args[0] if heard.args else None
    assert isinstance(settings, Settings)
    kept = load_dip_catalogue(Path(settings.dip_catalogue))
    assert (kept.title, len(kept.basic)) == ("某市 2025", 1)
    assert settings.dip_catalogue in tool.busy.text.text()
