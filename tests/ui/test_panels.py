"""Panels by themselves: what they show and which wish they report."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QToolButton, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.history import Decision
from app.summary import summarise
from app.workbench import Workbench
from coding_rules.case import Diagnosis
from coding_rules.finding import Finding, Severity
from coding_rules.grouper.grouping import Step, System
from icd_tables.codes import Kind
from tests.ui.samples import DIAGNOSES, sample_workbench
from ui import wording
from ui.cards import Card, _Layout
from ui.diff import pair_lines
from ui.main_window import MainWindow
from ui.panels.bars import Bar, BarChart, Piece
from ui.panels.charts import ChartsPanel
from ui.panels.findings import FindingsPanel
from ui.panels.lines import NAME_LEAST, LinesTable
from ui.panels.queue import QueuePanel
from ui.panels.score import path_rows


def findings() -> list[Finding]:
    return [
        Finding("R1", Severity.HINT, "1", "提示一", "说明", authority="规范"),
        Finding("R2", Severity.ERROR, "1", "错误一", "说明"),
        Finding("R3", Severity.WARNING, "1", "警告一", "说明"),
    ]


def test_findings_come_most_serious_first_and_answered_last(qtbot: QtBot) -> None:
    panel = FindingsPanel()
    qtbot.addWidget(panel)
    panel.show_findings(findings(), {"R2": Decision.KEEP})
    assert [row.finding.rule_id for row in panel.model.rows()] == ["R3", "R1", "R2"]
    assert "2 项待处理" in panel.heading.text()
    assert not panel.adopt_button.isEnabled()
    with qtbot.waitSignal(panel.decision_wanted) as caught:
        panel.keep_button.click()
    assert caught.args is not None
    assert caught.args[0].rule_id == "R3"
    panel.show_findings([], {})
    assert panel.current() is None


def test_lines_stand_side_by_side(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    table = LinesTable(Kind.DIAGNOSIS)
    qtbot.addWidget(table)
    qtmodeltester.check(table.columns_model)
    original = [Diagnosis(code, name, "1") for code, name in DIAGNOSES[:3]]
    table.show_lines(pair_lines(original, [original[0], Diagnosis("X", "新"), original[2]]), ())
    texts = [
        [column.text(row) for column in table.columns_model.columns] for row in table.columns_model.rows()
    ]
    assert texts[1][:5] == ["2 改", DIAGNOSES[1][0], DIAGNOSES[1][1], "X", "新"]
    table.go_to(2)
    assert table.position() == 2
    table.resize(700, 200)
    table.grab()  # the delegate paints


def queue_of_fifty(qtbot: QtBot) -> tuple[QueuePanel, Workbench]:
    """A queue of fifty reviewed cases, and the work behind it."""
    bench = sample_workbench(50)
    for case_id in bench.case_ids:
        bench.result(case_id)
    panel = QueuePanel()
    qtbot.addWidget(panel)
    panel.set_rows(bench.rows())
    return panel, bench


def test_queue_filters_sorts_and_counts(qtbot: QtBot) -> None:
    panel, bench = queue_of_fifty(qtbot)
    assert panel.tally.text() == "共 50 例"
    department = bench.rows()[0].department
    panel.filter.setText(department)
    panel.refilter()
    shown = panel.model.rows()
    assert shown
    assert all(department in row.haystack for row in shown)
    panel.filter.clear()
    panel.refilter()
    profit = [column.key for column in panel.model.columns].index("profit")
    panel.table.sortByColumn(profit, Qt.SortOrder.AscendingOrder)
    outcomes = [row.under(System.DRG).profit for row in panel.model.rows()]
    profits = [profit for profit in outcomes if profit is not None]
    assert profits == sorted(profits)
    panel.select_first()
    assert not panel.step(-1)
    assert panel.step(1)


def test_ticking_a_facet_filters(qtbot: QtBot) -> None:
    panel, _ = queue_of_fifty(qtbot)
    group = next(
        item
        for at in range(panel.facets.tree.topLevelItemCount())
        if (item := panel.facets.tree.topLevelItem(at)) is not None and item.text(0) == "级别"
    )
    group.child(0).setCheckState(0, Qt.CheckState.Checked)
    assert {row.worst for row in panel.model.rows()} == {Severity.ERROR}
    assert "已选 1" in group.text(0)
    group.child(0).setCheckState(0, Qt.CheckState.Unchecked)
    assert panel.model.rowCount() == 50


def test_the_queue_shows_the_money_of_the_other_system_from_the_same_rows(qtbot: QtBot) -> None:
    panel, bench = queue_of_fifty(qtbot)
    keys = [column.key for column in panel.model.columns]
    profit = keys.index("profit")
    panel.table.sortByColumn(profit, Qt.SortOrder.AscendingOrder)
    panel.select(bench.case_ids[7])
    rows = {row.case_id: row for row in panel.model.rows()}
    panel.set_system(System.DIP)
    assert all(row is rows[row.case_id] for row in panel.model.rows())
    shown = [row.under(System.DIP).profit for row in panel.model.rows()]
    assert shown == sorted(shown, key=lambda one: float("-inf") if one is None else one)
    assert panel.model.index(0, profit).data() == wording.yuan(shown[0])
    assert [column.key for column in panel.model.columns] == keys
    assert panel.table.current_row().case_id == bench.case_ids[7]
    assert "DIP" in panel.table.horizontalHeader().toolTip()


def test_paths_part_once() -> None:
    a, b, c = (Step(name, name) for name in "ABC")
    rows = path_rows((a, b), (a, c, b))
    assert [row.parts for row in rows] == [False, True, False]
    assert (rows[1].before, rows[1].after) == (None, c)
    assert rows[2].before == rows[2].after == b


def test_charts_show_both_directions(qtbot: QtBot) -> None:
    chart = BarChart("盈亏")
    qtbot.addWidget(chart)
    bars = [
        Bar("甲", (Piece(5, "band_normal", "盈"),), "5"),
        Bar("乙", (Piece(-3, "band_normal", "亏"),), "−3"),
    ]
    chart.show_bars(bars)
    chart.resize(500, 120)
    chart.grab()
    assert "乙 −3" in chart.accessibleDescription()


def test_charts_sum_up_by_department(qtbot: QtBot) -> None:
    bench = sample_workbench(30)
    for case_id in bench.case_ids:
        bench.result(case_id)
    panel = ChartsPanel()
    qtbot.addWidget(panel)
    panel.show_summary(summarise(bench.results()), 40, bench.system)
    rows = panel.models[bench.system].rows()
    assert rows[0].name == "全部"
    assert sum(row.cases for row in rows[1:]) == 30
    assert "另有 10 例" in panel.note.text()


def test_every_control_has_a_name(window: MainWindow) -> None:
    kinds = (QAbstractItemView, QLineEdit, QToolButton, QComboBox, QAbstractSpinBox)
    unnamed = [
        widget
        for kind in kinds
        for widget in window.page.findChildren(kind)
        if isinstance(widget, QWidget)
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not (widget.accessibleName() or widget.objectName().startswith("qt_"))
    ]
    assert unnamed == []


def test_names_of_a_case_stay_readable_where_there_is_little_room(qtbot: QtBot, window: MainWindow) -> None:
    table = window.page.case.tables[Kind.DIAGNOSIS]
    header = table.horizontalHeader()
    names = [place for place, column in enumerate(table.columns_model.columns) if column.stretch]
    assert len(names) == 2
    for width in (240, 900, 300):
        table.resize(width, 120)
        assert all(header.sectionSize(place) >= NAME_LEAST for place in names)
    table.resize(1200, 120)
    assert header.length() <= table.viewport().width(), "with room nothing is to scroll"


def test_figures_of_a_narrow_card_stand_below_its_text(window: MainWindow) -> None:
    card = Card(
        head="67.2x00", title="锥形切除术", body="与名称相同", figures=("DRG D11 → D12 · 权重 ▼ 0.13",)
    )
    wide, narrow = _Layout(card, 900, window.font()), _Layout(card, 300, window.font())
    assert wide._figures[0].top() <= wide._body.top() + 2
    assert narrow._figures[0].top() >= narrow._note.bottom()
    assert narrow._body.height() <= 2 * wide._body.height(), "not one character a line"
    assert narrow.height > narrow._figures[0].bottom()
