"""Tool 地区参数: edit with live check, prices by month, factors by group, two profiles, the hospital's own copy."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QComboBox, QMessageBox
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.dip.profile_file import listed_profiles, open_profile, own_folder
from app.settings import Settings
from coding_rules.settlement.profile import Certainty
from coding_rules.settlement.rules import PointPrice
from tests.ui.tools import dip_work
from tests.ui.tools.steps import open_tool
from ui.tools.context import ToolContext
from ui.tools.dip_profile import ProfileWindow

VALUE, SOURCE, CERTAINTY = 2, 4, 5

dip = dip_work.dip


@pytest.fixture
def tool(qtbot: QtBot, dip: ToolContext) -> Iterator[ProfileWindow]:
    tool = cast(ProfileWindow, open_tool("dip_profile", dip, qtbot))
    yield tool
    if isValid(tool):
        tool.leave()


def put(tool: ProfileWindow, section: str, name: str, text: str, column: int = VALUE) -> bool:
    place = tool.model.place_of((section, name))
    return tool.model.setData(tool.model.index(place, column), text, Qt.ItemDataRole.EditRole)


def test_starts_from_the_profile_in_use_with_every_parameter(tool: ProfileWindow) -> None:
    assert tool.profile.profile_id == "demo"
    assert tool.model.rowCount() > 50
    assert tool.integrity.property("role") == "muted"


def test_edits_are_checked_at_once(tool: ProfileWindow) -> None:
    assert put(tool, "bands", "low", "0.4")
    assert tool.profile.bands.low == Decimal("0.4")
    assert "已改 1 项" in tool.integrity.text()
    assert put(tool, "bands", "extreme", "1.5")
    assert "极高界值（特例单议）：1.5 应大于高倍率界值 2" in tool.integrity.text()
    row = tool.model.row_at(tool.model.place_of(("bands", "extreme")))
    assert row is not None
    assert row.meaning == "1.5 应大于高倍率界值 2"
    assert tool.integrity.property("role") == "error"
    assert not tool.keep_row.keep.isEnabled()
    assert not put(tool, "bands", "low", "不知道")
    assert "低倍率界值" in tool.integrity.text()
    assert tool.profile.bands.low == Decimal("0.4")


def test_what_the_file_says_of_itself_is_edited_too(tool: ProfileWindow) -> None:
    assert put(tool, "profile", "region", "某市")
    assert put(tool, "profile", "valid_to", "2026-12-31")
    assert (tool.profile.region, str(tool.profile.valid_to)) == ("某市", "2026-12-31")
    assert not put(tool, "profile", "valid_to", "年底")
    assert "不是日期" in tool.integrity.text()


def test_the_demonstration_says_what_is_still_invented(tool: ProfileWindow) -> None:
    assert "机构系数" in tool.integrity.text()
    assert put(tool, "money", "hospital_factor", "1.1")
    assert "虚构" in tool.integrity.text()
    assert "机构系数" not in tool.integrity.text()


def test_parameters_the_pipeline_does_not_use_say_so(tool: ProfileWindow) -> None:
    assert put(tool, "grouping", "pipeline", "国家 3.0（先期→…→综合）")
    rows = {(row.section, row.name): row for row in tool.model.rows()}
    assert rows["grouping", "tie_breaks"].meaning.startswith("所选分组流程不用此项")
    assert not rows["grouping", "resistant_code"].unused


def test_source_and_certainty_are_edited_too(tool: ProfileWindow) -> None:
    assert put(tool, "bands", "low", "某市医保局〔2025〕3 号", SOURCE)
    assert put(tool, "bands", "low", "文件原文", CERTAINTY)
    note = tool.profile.note("bands", "low")
    assert (note.source, note.certainty) == ("某市医保局〔2025〕3 号", Certainty.PUBLISHED)


def test_closed_choices_are_edited_in_a_list(qtbot: QtBot, tool: ProfileWindow) -> None:
    place = tool.model.place_of(("bands", "high_shape"))
    index = tool.model.index(place, VALUE)
    editor = tool.table.itemDelegateForColumn(VALUE).createEditor(tool.table, None, index)  # type: ignore[arg-type]
    qtbot.addWidget(editor)
    assert isinstance(editor, QComboBox)
    delegate = tool.table.itemDelegateForColumn(VALUE)
    delegate.setEditorData(editor, index)
    assert editor.currentText() == "(r − t + 1) × s × k"
    editor.setCurrentText("s × k + (r − t) × s")
    delegate.setModelData(editor, tool.model, index)
    assert tool.profile.bands.high_shape == "added"


def test_prices_by_month_count_once_they_are_filled_in(tool: ProfileWindow) -> None:
    tool.prices.show_prices((PointPrice(Decimal("6.2"), "职工", "2025-12"),))
    tool.prices.add()
    model = tool.prices.model
    assert model.data(model.index(1, 1), Qt.ItemDataRole.DisplayRole) == "2026-01"
    assert "1 行" in tool.prices.unfilled.text()
    assert not model.setData(model.index(1, 1), "三月", Qt.ItemDataRole.EditRole)
    assert "2025-03" in tool.integrity.text()
    assert model.setData(model.index(1, 3), "6.35", Qt.ItemDataRole.EditRole)
    assert tool.profile.money.prices == (
        PointPrice(Decimal("6.2"), "职工", "2025-12"),
        PointPrice(Decimal("6.35"), "职工", "2026-01"),
    )
    # not selectRow(): it obeys modifier keys that a test before may have left pressed
    flags = QItemSelectionModel.SelectionFlag
    tool.prices.table.selectionModel().select(model.index(0, 0), flags.ClearAndSelect | flags.Rows)
    tool.prices.remove()
    assert [price.month for price in tool.profile.money.prices] == ["2026-01"]


def test_factors_by_group_typed_and_read(
    qtbot: QtBot, tool: ProfileWindow, dip: ToolContext, tmp_path: Path
) -> None:
    tool.factors.code.setText("K35.3:47.0100")
    tool.factors.factor.setText("1.08")
    tool.factors.add()
    assert tool.profile.money.group_factors == {"K35.3:47.0100": Decimal("1.08")}
    path = tmp_path / "系数.csv"
    path.write_text("病种编码,机构系数\nI20.0,0.95\nJ18.9,无\n", encoding="utf-8")
    tool.factors.read(path)
    qtbot.waitUntil(lambda: not dip.jobs.running)
    assert tool.profile.money.group_factors == {"I20.0": Decimal("0.95")}
    assert "1 行未读入" in tool.busy.text.text()
    tool.factors.table.selectRow(0)
    tool.factors.remove()
    assert not tool.profile.money.group_factors


def test_changes_are_taken_back_and_made_again(tool: ProfileWindow) -> None:
    assert not tool.undo_button.isEnabled()
    put(tool, "bands", "low", "0.4")
    tool.factors.code.setText("K35.3")
    tool.factors.factor.setText("1.08")
    tool.factors.add()
    assert "病种机构系数" in tool.undo_button.toolTip()
    tool.undo_button.click()
    assert not tool.profile.money.group_factors
    assert tool.factors.model.rowCount() == 0
    tool.undo_button.click()
    assert tool.profile == tool.edits.start
    assert "已改" not in tool.integrity.text()
    assert not tool.undo_button.isEnabled()
    tool.redo_button.click()
    assert tool.profile.bands.low == Decimal("0.4")
    assert "低倍率界值" in tool.busy.text.text()


def question(tool: ProfileWindow) -> QMessageBox:
    [box] = [each for each in tool.findChildren(QMessageBox) if each.isVisible()]
    return box


def answer(tool: ProfileWindow, text: str) -> None:
    next(button for button in question(tool).buttons() if button.text() == text).click()


def test_closing_asks_for_what_is_not_saved(tool: ProfileWindow, qtbot: QtBot) -> None:
    put(tool, "bands", "low", "0.4")
    assert not tool.close()
    assert "已改的 1 项还没有保存" in question(tool).text()
    answer(tool, "取消")
    assert tool.isVisible()
    tool.keep_row.title.clear()
    assert not tool.close()
    answer(tool, "保存")  # refused: it has no name yet
    assert tool.isVisible()
    assert "名称" in question(tool).text()
    question(tool).close()
    tool.keep_row.title.setText("某市 2026")
    assert not tool.close()
    with qtbot.waitSignal(tool.closed):
        answer(tool, "保存")
    assert listed_profiles()[0].profile.bands.low == Decimal("0.4")


def test_closing_without_saving_and_without_changes(tool: ProfileWindow, qtbot: QtBot) -> None:
    put(tool, "bands", "low", "0.4")
    tool.undo()
    put(tool, "bands", "low", "0.3", SOURCE)
    assert not tool.close()
    with qtbot.waitSignal(tool.closed):
        answer(tool, "不保存")


def test_another_start_asks_first(tool: ProfileWindow) -> None:
    before = tool.base.currentIndex()
    put(tool, "bands", "low", "0.4")
    other = tool.base.findText("湖北", Qt.MatchFlag.MatchContains)
    tool.base.setCurrentIndex(other)
    answer(tool, "取消")
    assert (tool.base.currentIndex(), tool.profile.bands.low) == (before, Decimal("0.4"))
    tool.base.setCurrentIndex(other)
    answer(tool, "不保存")
    assert tool.base.currentIndex() == other
    assert tool.profile.profile_id == "hubei"


def test_two_profiles_side_by_side(tool: ProfileWindow) -> None:
    sides = tool.sides
    titles = [sides.other.itemText(place) for place in range(sides.other.count())]
    sides.other.setCurrentIndex(next(place for place, title in enumerate(titles) if "湖北" in title))
    different = sides.model.rowCount()
    assert different
    assert all(row.differs for row in sides.model.rows())
    said = {row.label: (row.left, row.right) for row in sides.model.rows() if row.section == "profile"}
    assert said["统筹地区"] == ("", "湖北")
    assert said["年度或版本"] == ("演示", "2023")
    assert said["依据文件"][1].startswith("湖北多市")
    assert {"名称", "执行日期"} & said.keys() == {"名称"}
    sides.only.setChecked(False)
    assert sides.model.rowCount() > different


def test_finding_and_showing_only_what_changed(tool: ProfileWindow) -> None:
    tool.words.setText("倍率 界值")
    assert {row.section for row in tool.model.rows()} == {"bands"}
    tool.words.clear()
    put(tool, "money", "hospital_factor", "1.1")
    tool.only_changed.setChecked(True)
    assert [row.name for row in tool.model.rows()] == ["hospital_factor"]


def test_the_own_copy_is_kept_and_used(tool: ProfileWindow, dip: ToolContext, qtbot: QtBot) -> None:
    put(tool, "money", "hospital_factor", "1.1")
    tool.keep_row.title.setText("某市 2025")
    with qtbot.waitSignal(dip.new_settings) as heard:
        tool.keep_row.use.click()
    settings = heard.args[0] if heard.args else None
    assert isinstance(settings, Settings)
    assert open_profile(settings.dip_profile).money.hospital_factor == Decimal("1.1")
    assert "某市 2025" in tool.base.currentText()


def test_own_files_that_cannot_be_read_are_told(
    dip: ToolContext, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path))
    (own_folder() / "某市.toml").write_text(
        '[profile]\nid = "x"\ntitle = "某市"\n[bands]\nlow = "半"\n', "utf-8"
    )
    tool = cast(ProfileWindow, open_tool("dip_profile", dip, qtbot))
    assert "地区参数 某市.toml 有 1 处问题：[bands] low = 半" in tool.busy.text.text()
    tool.leave()


def test_a_copy_without_a_title_is_refused(tool: ProfileWindow) -> None:
    tool.keep_row.title.clear()
    assert not tool.save()
    box = tool.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "名称" in box.text()
    box.close()
