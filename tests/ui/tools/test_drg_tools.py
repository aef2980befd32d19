"""What the DRG tools show and do, over the demonstration scheme."""

import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.drg.scheme_store import keep_scheme, note_scheme, schemes_dir
from app.drg.schemes import load_drg_scheme, read_info
from app.drg.weight_tables import keep_weights, known_weights, load_weight_table, weights_dir
from app.knowledge import DEMO_DRG, demo_folder
from coding_rules.grouper.grouping import System
from tests.ui.tools.drg_work import scheme_window
from tests.ui.tools.steps import OpenTool, settle
from ui.tools.alternatives import AlternativesWindow
from ui.tools.context import ToolContext
from ui.tools.path import PathWindow
from ui.tools.rule_editor import RuleEditor
from ui.tools.scheme_compare import SchemeCompareWindow
from ui.tools.weight_history import WeightHistoryWindow


def test_scheme_is_found_by_name_and_by_code(open_month_tool: OpenTool) -> None:
    tool = scheme_window(open_month_tool)
    rules = tool.rules
    assert rules.tree.topLevelItemCount() == 17
    rules.search.setText("急性心肌梗死")
    assert rules.found.text().startswith("找到")
    shown = [item for item in map(rules.tree.topLevelItem, range(17)) if item and not item.isHidden()]
    assert len(shown) == 1
    rules.search.setText("I21.001")
    assert "找到" in rules.found.text()
    rules.search.setText("ZZ 没有")
    assert rules.found.text() == "没有找到"
    assert rules.go_to("D04-M1")
    assert rules.lists.codes.rowCount() == 13
    assert rules.lists.codes.index(0, 1).data() not in {"", "编码表中没有"}


def test_a_mistake_is_underlined_while_typing_and_cannot_be_saved(open_month_tool: OpenTool) -> None:
    tool = scheme_window(open_month_tool)
    tool.rules.go_to("D04-M1")
    editor = tool.rules.editor
    assert not editor.problems
    editor.text.setPlainText("pdx in D04-M1.DX and age >> 5")
    assert editor.problems
    assert len(editor.text.extraSelections()) == 1
    assert "第 27 个字符" in editor.verdict.text()
    assert not tool.save_button.isEnabled()
    editor.text.setPlainText("pdx in D04-M1.DX and age > 5")
    assert not editor.text.extraSelections()
    assert tool.save_button.isEnabled()
    tool.rules.restore_button.click()
    assert not tool.rules.edits
    assert not tool.save_button.isEnabled()


def test_rules_changed_and_not_saved_are_there_again(open_month_tool: OpenTool) -> None:
    tool = scheme_window(open_month_tool)
    tool.rules.go_to("D04-M1")
    tool.rules.editor.text.setPlainText("pdx in D04-M1.DX and age > 5")
    tool.close()
    again = scheme_window(open_month_tool)
    assert list(again.rules.edits.values()) == ["pdx in D04-M1.DX and age > 5"]
    assert again.save_button.isEnabled()
    again.rules.go_to("D04-M1")
    assert again.rules.editor.rule.endswith("age > 5")
    assert again.rules.tree.currentItem().font(0).bold()
    again.rules.restore_button.click()
    assert not again.rules.edits
    assert not again.rules.tree.currentItem().font(0).bold()


def test_the_adapted_scheme_is_a_copy_and_is_used_on_wish(
    qtbot: QtBot, open_month_tool: OpenTool, month_context: ToolContext
) -> None:
    before = {path.name: path.read_bytes() for path in demo_folder(DEMO_DRG).iterdir() if path.is_file()}
    tool = scheme_window(open_month_tool)
    tool.rules.go_to("D04-M1")
    tool.rules.editor.text.setPlainText("pdx in D04-M1.DX and age > 5")
    tool.save_copy("改编")
    settle(qtbot, month_context)
    saved = load_drg_scheme(schemes_dir() / "改编")
    assert next(rule for rule in saved.adrgs if rule.code == "D04-M1").text.endswith("age > 5")
    assert {
        path.name: path.read_bytes() for path in demo_folder(DEMO_DRG).iterdir() if path.is_file()
    } == before
    assert [row.path.name for row in tool.versions.model.rows()] == [DEMO_DRG, "改编"]
    with qtbot.waitSignal(month_context.new_settings) as told:
        tool.use_scheme(schemes_dir() / "改编")
    assert told.args[0].drg_scheme == str(schemes_dir() / "改编")


def test_dates_in_force_are_edited_in_the_list(
    qtbot: QtBot, open_month_tool: OpenTool, month_context: ToolContext
) -> None:
    tool = scheme_window(open_month_tool)
    tool.import_scheme(demo_folder(DEMO_DRG))
    settle(qtbot, month_context)
    model = tool.versions.model
    place = next(at for at, row in enumerate(model.rows()) if row.own)
    column = [one.key for one in model.columns].index("valid_to")
    assert model.setData(model.index(place, column), "2025-12-31")
    settle(qtbot, month_context)
    assert next(row for row in model.rows() if row.own).info.valid_to == date(2025, 12, 31)
    assert "重叠" in tool.versions.notes.text()
    assert not model.setData(model.index(place, column), "年底")
    box = tool.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "不是日期" in box.text()
    box.close()


def test_versions_of_one_scheme_go_by_the_day_and_what_is_in_use_is_not_deleted(
    qtbot: QtBot, open_month_tool: OpenTool, month_context: ToolContext
) -> None:
    old, new, free = (keep_scheme(demo_folder(DEMO_DRG)) for _ in range(3))
    for path, version, start, end in (
        (old, "旧", None, date(2024, 12, 31)),
        (new, "新", date(2025, 1, 1), None),
    ):
        note_scheme(path, replace(read_info(path), version=version, valid_from=start, valid_to=end))
    note_scheme(free, replace(read_info(free), scheme_id="另一方案"))
    month_context.settings = replace(month_context.settings, drg_scheme=str(new))
    tool = scheme_window(open_month_tool)
    tool.show_scheme(load_drg_scheme(new))
    settle(qtbot, month_context)
    versions = tool.versions
    shown = {row.path: at for at, row in enumerate(versions.model.rows())}
    states = versions.model.columns[0].text
    assert {row.path: states(row) for row in versions.model.rows()} == {
        demo_folder(DEMO_DRG): "",
        old: "按日期用",
        new: "使用中",
        free: "",
    }
    deletable = {}
    for path, at in shown.items():
        versions.table.setCurrentIndex(versions.model.index(at, 0))
        deletable[path] = versions.delete_button.isEnabled()
    assert deletable == {demo_folder(DEMO_DRG): False, old: False, new: False, free: True}
    versions.table.setCurrentIndex(versions.model.index(shown[free], 0))
    versions.delete_button.click()
    answer(versions, "取消")
    assert free.exists()
    versions.delete_button.click()
    answer(versions, "删除")
    settle(qtbot, month_context)
    assert not free.exists()
    assert free not in {row.path for row in versions.model.rows()}
    month_context.settings = replace(month_context.settings, drg_weights="权重.csv")
    with qtbot.waitSignal(month_context.new_settings) as told:
        tool.use_scheme(old)
    assert (told.args[0].drg_scheme, told.args[0].drg_weights) == (str(old), "权重.csv")
    column = [one.key for one in versions.model.columns].index("id")
    with qtbot.waitSignal(month_context.tables_changed):
        assert versions.model.setData(versions.model.index(shown[old], column), "不再同一方案")
    settle(qtbot, month_context)
    assert "" in {states(row) for row in versions.model.rows() if row.path == old}


def test_a_kept_weight_table_is_deleted_after_asking(
    qtbot: QtBot, open_month_tool: OpenTool, month_context: ToolContext, tmp_path: Path
) -> None:
    path = tmp_path / "权重.csv"
    path.write_text("DRG编码,权重\nD04-M1-9,1.5\n", encoding="utf-8")
    used, free = keep_weights(path, DEMO_DRG), keep_weights(path, DEMO_DRG)
    month_context.settings = replace(month_context.settings, drg_weights=str(used))
    tool = scheme_window(open_month_tool)
    tool.show_scheme(load_drg_scheme(demo_folder(DEMO_DRG)))
    settle(qtbot, month_context)
    versions = tool.weights.versions
    places = {row.path: at for at, row in enumerate(versions.model.rows())}
    versions.table.setCurrentIndex(versions.model.index(places[used], 0))
    assert not versions.delete_button.isEnabled()
    assert "正在使用" in versions.delete_button.toolTip()
    versions.table.setCurrentIndex(versions.model.index(places[free], 0))
    versions.delete_button.click()
    answer(versions, "删除")
    settle(qtbot, month_context)
    assert [table.path for table in known_weights()] == [used]
    assert list(free.parent.glob("*.toml")) == [used.with_name(f"{used.name}.toml")]


def answer(parent: QWidget, button: str) -> None:
    """Press a button of the question on the screen."""
    box = next(box for box in parent.findChildren(QMessageBox) if box.isVisible())
    next(one for one in box.buttons() if one.text() == button).click()


def test_cases_outside_the_dates_of_the_scheme_are_counted(
    qtbot: QtBot, open_month_tool: OpenTool, month_context: ToolContext
) -> None:
    tool = scheme_window(open_month_tool)
    assert "有效期内" not in tool.about.text()
    scheme = load_drg_scheme(demo_folder(DEMO_DRG))
    tool.show_scheme(replace(scheme, info=replace(scheme.info, valid_to=date(2020, 1, 1), valid_from=None)))
    settle(qtbot, month_context)
    assert "80 例的出院日期不在本方案的有效期内" in tool.about.text()


def test_an_inconsistency_leads_to_its_place(
    qtbot: QtBot, open_month_tool: OpenTool, month_context: ToolContext, tmp_path: Path
) -> None:
    folder = tmp_path / "方案"
    shutil.copytree(demo_folder(DEMO_DRG), folder)
    with (folder / "code_lists.csv").open("a", encoding="utf-8") as lists:
        lists.write("没人用.DX,dx,I21.001\n")
    with (folder / "adrg.csv").open("a", encoding="utf-8") as rules:
        rules.write("999,D04,D04-X9,多余的组,age > 5 and age < 3\n")
    tool = scheme_window(open_month_tool)
    tool.import_scheme(folder)
    settle(qtbot, month_context)
    assert tool.tabs.tabText(3).startswith("校验 ")
    rows = tool.issues.rows()
    unused = next(at for at, row in enumerate(rows) if "没有规则用到列表" in row.issue.message)
    tool.issues_table.setCurrentIndex(tool.issues.index(unused, 0))
    tool.issues_table.doubleClicked.emit(tool.issues.index(unused, 0))
    assert tool.tabs.currentWidget() is tool.lists
    assert tool.lists.lists_table.current_row().list.name == "没人用.DX"
    never = next(at for at, row in enumerate(rows) if "永远不会成立" in row.issue.message)
    tool.issues_table.setCurrentIndex(tool.issues.index(never, 0))
    tool.issues_table.doubleClicked.emit(tool.issues.index(never, 0))
    assert tool.rules.current is not None
    assert tool.rules.current.code == "D04-X9"


def test_a_local_weight_table_is_shown_before_it_is_used(
    qtbot: QtBot, open_month_tool: OpenTool, month_context: ToolContext, tmp_path: Path
) -> None:
    path = tmp_path / "当地权重.csv"
    path.write_text("DRG编码,DRG名称,权重\nD04-M1-9,急性心肌梗死,1.5\nXX99,没有的组,2\n", encoding="utf-8")
    tool = scheme_window(open_month_tool)
    tool.import_weights(path)
    settle(qtbot, month_context)
    assert tool.weights.model.rowCount() == 2
    assert "另有" in tool.weights.head.text()
    assert "“权重”读作权重" in tool.weights.head.text()
    offer = tool.weights.offer
    assert not offer.isHidden()
    offer.start.setText("今年")
    offer.use_button.click()
    box = tool.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "不是日期" in box.text()
    box.close()
    offer.start.setText("2025-01-01")
    with qtbot.waitSignal(month_context.new_settings) as told:
        offer.use_button.click()
    settle(qtbot, month_context)
    kept = Path(told.args[0].drg_weights)
    assert kept.parent == weights_dir()
    assert load_weight_table(kept).valid_from == date(2025, 1, 1)


def test_one_of_several_weight_columns_is_chosen(
    qtbot: QtBot, open_month_tool: OpenTool, month_context: ToolContext, tmp_path: Path
) -> None:
    path = tmp_path / "分级.csv"
    path.write_text("DRG编码,三级权重,二级权重\nD04-M1-9,1.5,1.2\n", encoding="utf-8")
    tool = scheme_window(open_month_tool)
    tool.import_weights(path)
    settle(qtbot, month_context)
    offer = tool.weights.offer
    assert [offer.column.itemText(place) for place in range(2)] == ["权重：三级权重", "权重：二级权重"]
    assert tool.weights.model.rows()[0].weight == Decimal("1.5")
    offer.column.setCurrentIndex(1)
    offer.column.activated.emit(1)
    settle(qtbot, month_context)
    assert tool.weights.model.rows()[0].weight == Decimal("1.2")
    assert offer.column.currentIndex() == 1
    offer.keep_button.click()
    settle(qtbot, month_context)
    (kept,) = known_weights()
    assert load_weight_table(kept.path).rows["D04-M1-9"].weight == Decimal("1.2")


def test_weight_tables_are_dated_in_the_list_and_overlaps_are_told(
    qtbot: QtBot, open_month_tool: OpenTool, month_context: ToolContext, tmp_path: Path
) -> None:
    path = tmp_path / "2025年权重.csv"
    path.write_text("DRG编码,权重\nD04-M1-9,1.5\n", encoding="utf-8")
    keep_weights(path, DEMO_DRG, date(2025, 1, 1), date(2025, 12, 31))
    tool = scheme_window(open_month_tool)
    tool.import_weights(path)
    settle(qtbot, month_context)
    offer = tool.weights.offer
    assert (offer.start.text(), offer.end.text()) == ("2025-01-01", "2025-12-31")
    offer.keep_button.click()
    settle(qtbot, month_context)
    assert offer.isHidden()
    model = tool.weights.versions.model
    assert [row.path.name for row in model.rows()] == ["2025年权重(2).csv", "2025年权重.csv"]
    tool.show_scheme(load_drg_scheme(demo_folder(DEMO_DRG)))
    settle(qtbot, month_context)
    assert [row.issue.message for row in tool.issues.rows() if row.issue.file == "2025年权重.csv"]
    column = [one.key for one in model.columns].index("valid_to")
    assert not model.setData(model.index(0, column), "年底")
    for box in tool.findChildren(QMessageBox):
        box.close()
    assert not model.setData(model.index(0, column), "2024-12-31")
    for box in tool.findChildren(QMessageBox):
        assert "早于" in box.text() or "不是日期" in box.text()
        box.close()
    used = model.rows()[0].path
    month_context.settings = replace(month_context.settings, drg_weights=str(used))
    tool.show_scheme(load_drg_scheme(demo_folder(DEMO_DRG)))
    settle(qtbot, month_context)
    with qtbot.waitSignal(month_context.tables_changed):
        assert model.setData(model.index(0, column - 1), "2024-01-01")
    settle(qtbot, month_context)
    assert model.setData(model.index(0, column), "2024-12-31")
    settle(qtbot, month_context)
    tool.show_scheme(load_drg_scheme(demo_folder(DEMO_DRG)))
    settle(qtbot, month_context)
    assert not [row for row in tool.issues.rows() if row.issue.file.startswith("2025年权重")]


def test_the_editor_says_where_an_empty_rule_is_wrong(qtbot: QtBot) -> None:
    editor = RuleEditor()
    qtbot.addWidget(editor)
    editor.show_rule("")
    assert "规则是空的" in editor.verdict.text()
    editor.show_rule("true")
    assert editor.verdict.text().startswith("✓")


def test_path_follows_the_case_and_is_copied(open_month_tool: OpenTool, month_context: ToolContext) -> None:
    tool = open_month_tool("path")
    assert isinstance(tool, PathWindow)
    first = tool.case.text()
    assert tool.tree.topLevelItemCount() >= 3
    tool.copy()
    assert "【MDC】" in QGuiApplication.clipboard().text()
    stage = tool.tree.topLevelItem(0)
    assert stage is not None
    stage.child(0).setSelected(True)
    tool.copy_steps()
    assert QGuiApplication.clipboard().text().startswith("主诊断 ")
    assert "\n" not in QGuiApplication.clipboard().text()
    tool.tree.clearSelection()
    tool.copy_steps()
    assert "【MDC】" in QGuiApplication.clipboard().text()
    month_context.case_id = month_context.cases[5].case_id
    month_context.case_changed.emit()
    assert tool.case.text() != first
    tool.system.setCurrentIndex(1)
    assert tool.grouping is not None
    assert tool.grouping.system is System.DIP


def test_alternatives_stand_in_case_order_with_their_rule(
    qtbot: QtBot, open_month_tool: OpenTool, month_context: ToolContext
) -> None:
    bench = month_context.workbench
    assert bench is not None
    month_context.case_id = max(bench.case_ids, key=lambda case_id: len(bench.current(case_id).diagnoses))
    tool = open_month_tool("alternatives")
    assert isinstance(tool, AlternativesWindow)
    case = month_context.case
    assert case is not None
    for place, system in enumerate(System):
        tool.system.setCurrentIndex(place)
        settle(qtbot, month_context)
        rows = tool.parts[system][0].rows()
        assert rows[0].is_filed
        assert [row.number for row in rows] == list(range(len(rows)))
        assert all(row.rules for row in rows[1:])
        lines = [row.line for row in rows if row.alternative.kind.value == "改作主要诊断"]
        assert lines == sorted(lines)
        assert lines
    assert tool.advice.text()


def test_weights_are_worked_out_marked_and_saved(
    qtbot: QtBot, open_month_tool: OpenTool, month_context: ToolContext
) -> None:
    tool = open_month_tool("weight_history")
    assert isinstance(tool, WeightHistoryWindow)
    assert [row.cases for row in tool.years.rows()] == [80]
    tool.work()
    settle(qtbot, month_context)
    rows = tool.groups.rows()
    assert rows
    assert all("病例数<30" in row.marks for row in rows if row.cases < 30)
    with qtbot.waitSignal(month_context.new_settings) as told:
        tool.save("试算", date(2026, 1, 1), None, use=True)
    path = Path(told.args[0].drg_weights)
    assert path.parent == weights_dir()
    assert "2026-01-01" in path.name
    index = tool.years.index(0, 2)
    assert not tool.years.setData(index, "很多")
    box = tool.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    box.close()
    assert tool.years.setData(index, "0")
    tool.work()
    qtbot.waitUntil(lambda: any("没有可用于计算" in one.text() for one in tool.findChildren(QMessageBox)))
    for one in tool.findChildren(QMessageBox):
        one.close()


def test_cases_that_now_meet_the_criteria_are_listed(
    qtbot: QtBot, open_month_tool: OpenTool, month_context: ToolContext, tmp_path: Path
) -> None:
    tool = open_month_tool("weight_history")
    assert isinstance(tool, WeightHistoryWindow)
    assert tool.earlier.told.startswith("演示 DRG 方案")
    tool.work()
    settle(qtbot, month_context)
    largest = max(tool.groups.rows(), key=lambda row: row.cases)
    assert not tool.newly.rows()
    assert "没有原先" in tool.newly_table.empty_text
    tables = tmp_path / "旧权重.csv"
    tables.write_text("DRG编码,权重\nD99-M9-9,1\n", encoding="utf-8")
    keep_weights(tables)
    tool.refresh()
    settle(qtbot, month_context)
    tool.earlier.tables.setCurrentIndex(tool.earlier.tables.findText("旧权重"))
    tool.work()
    settle(qtbot, month_context)
    short = sum(row.cases + row.trimmed for row in tool.groups.rows() if row.marks)
    assert f"另有 {short:,} 例" in tool.summary.text()
    assert bool(tool.newly.rows()) == (not largest.marks)
    tool.earlier.schemes.setCurrentIndex(0)
    assert not tool.earlier.tables.isEnabled()
    tool.work()
    settle(qtbot, month_context)
    assert "对照原方案" in tool.newly_table.empty_text


def test_two_schemes_on_the_same_cases(
    qtbot: QtBot, open_month_tool: OpenTool, month_context: ToolContext
) -> None:
    scheme = scheme_window(open_month_tool)
    scheme.rules.go_to("D09-M2-1")
    scheme.rules.editor.text.setPlainText("age > 0")
    scheme.save_copy("改编")
    settle(qtbot, month_context)
    tool = open_month_tool("scheme_compare")
    assert isinstance(tool, SchemeCompareWindow)
    assert [box.currentIndex() for box in tool.sides.schemes] == [0, 1]
    tool.compare()
    settle(qtbot, month_context)
    assert sum(row.cases for row in tool.departments.rows()) == 80
    assert tool.cases.rowCount() == sum(row.changed for row in tool.departments.rows()) > 0
    tool.only_changed.setChecked(False)
    assert tool.cases.rowCount() == 80
    with qtbot.waitSignal(month_context.case_wanted) as told:
        tool.case_table.setCurrentIndex(tool.cases.index(0, 0))
        tool.case_table.doubleClicked.emit(tool.cases.index(0, 0))
    assert told.args[0] in {case.case_id for case in month_context.cases}
