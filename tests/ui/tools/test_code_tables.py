"""编码表: published files go in through the window, every row that does not is named, and the new tables hold at once."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.demo.month import generate
from app.demo.n041 import write_n041
from app.errors import UserError
from app.settings import Settings
from app.table_overview import Origin, State
from icd_tables.codes import Edition, Kind
from tests.ui.tools.steps import OpenTool, settle
from ui.main_window import MainWindow
from ui.services import real_services
from ui.snapshots import settle as settle_window
from ui.tools.code_tables import CodeTablesWindow
from ui.tools.context import ToolContext


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A table of 40 codes with one row that has no code."""
    path = tmp_path / "医保版2.0疾病.csv"
    rows = [[f"A{n:02}.{n:03}", f"病{n}"] for n in range(40)]
    rows[7][0] = ""
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([["编码", "名称"], *rows])
    return path


@pytest.fixture
def window(open_tool: OpenTool) -> CodeTablesWindow:
    tool = open_tool("code_tables")
    assert isinstance(tool, CodeTablesWindow)
    return tool


def test_shows_the_starter_tables_at_first(window: CodeTablesWindow) -> None:
    rows = window.model.rows()
    assert len(rows) == 6
    assert {row.origin for row in rows} == {Origin.STARTER}
    assert not window.folder_bar.isVisible()
    assert not window.issue_table.isVisible()


def test_a_published_file_is_imported_and_refused_rows_are_named(
    window: CodeTablesWindow, published: Path, qtbot: QtBot, checked: ToolContext
) -> None:
    with qtbot.waitSignal(checked.tables_changed):
        window.take([published])
        settle(qtbot, checked)
    settle(qtbot, checked)
    mine = [row for row in window.model.rows() if row.origin is Origin.INSTALLED]
    assert [(row.state, row.kind, row.edition, row.rows) for row in mine] == [
        (State.IN_USE, Kind.DIAGNOSIS, Edition.INSURANCE, 39)
    ]
    assert "40 行，导入 39，拒绝 1" in window.summary.text()
    [issue] = window.issues.rows()
    assert issue.issue is not None
    assert (issue.issue.row, issue.issue.refused) == (9, True)
    assert window.issue_table.isVisible()
    window.forget(mine)
    settle(qtbot, checked)
    assert {row.origin for row in window.model.rows()} == {Origin.STARTER}


def test_what_is_no_table_is_refused_with_a_sentence(
    window: CodeTablesWindow,
    tmp_path: Path,
    qtbot: QtBot,
    checked: ToolContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[UserError] = []
    monkeypatch.setattr("ui.tools.window.tell_user", lambda _parent, error: told.append(error))
    other = tmp_path / "说明.txt"
    other.write_text("只是说明\n", encoding="utf-8")
    window.take([other])
    settle(qtbot, checked)
    assert "说明.txt" in told[0].what
    window.valid_from.setText("去年")
    with pytest.raises(UserError, match="不是日期"):
        window.take([other])


def test_starter_tables_cannot_be_removed_here(window: CodeTablesWindow) -> None:
    window.table.selectRow(0)
    window.remove()
    assert "入门表" in window.busy.text.text()


def test_a_folder_in_the_settings_is_named_and_can_be_left(
    window: CodeTablesWindow, published: Path, qtbot: QtBot, checked: ToolContext
) -> None:
    checked.settings = replace(checked.settings, tables=str(published.parent))
    window.refresh()
    settle(qtbot, checked)
    assert window.folder_bar.isVisible()
    assert str(published.parent) in window.folder_note.text()
    assert [row.origin for row in window.model.rows() if row.state is State.IN_USE] == [Origin.FOLDER]
    with qtbot.waitSignal(checked.new_settings) as wish:
        window.use_imported.click()
    assert wish.args == [replace(checked.settings, tables="")]


@pytest.fixture
def real(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    window = MainWindow(real_services(), Settings(author="甲"))
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


def test_the_open_work_is_reviewed_by_the_new_table(
    real: MainWindow, published: Path, tmp_path: Path
) -> None:
    month = tmp_path / "month.csv"
    write_n041(month, generate(6))
    real.open_paths([month])
    settle_window(real)
    before = real.desk.workbench
    assert before is not None
    tool = real.tools.open("code_tables")
    assert isinstance(tool, CodeTablesWindow)
    settle_window(real)
    tool.take([published])
    settle_window(real)
    after = real.desk.workbench
    assert after is not None
    table = after.knowledge.terminology.table(Kind.DIAGNOSIS, Edition.INSURANCE)
    assert table is not None
    assert len(table) == 39
    assert after.journal is before.journal, "the work goes on, only its knowledge is another one"
    tool.close()
