"""Tool 结算测算: pools by insurance that can be completed, month, year, budget, case by case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.demo.month import generate
from app.demo.n041 import write_n041
from app.dip.rulings import load_rulings, read_rulings
from app.review import review_all
from coding_rules.case import Fees
from coding_rules.grouper.grouping import System
from coding_rules.settlement.figures import to_fen
from coding_rules.settlement.rulings import Outcome, Ruling, Rulings
from tests.formulas import check
from tests.ui.tools import dip_work
from tests.ui.tools.steps import open_tool, settle
from ui.tools.context import ToolContext
from ui.tools.money_clearing import ClearingWindow
from ui.tools.money_fields import NumberField
from ui.tools.money_tables import Words

COUNTED, PRICE, SHARE, DEDUCTIONS = 1, 8, 9, 10

dip = dip_work.dip


@pytest.fixture
def tool(qtbot: QtBot, dip: ToolContext) -> Iterator[ClearingWindow]:
    tool = cast(ClearingWindow, open_tool("money_clearing", dip, qtbot))
    tool.system.setCurrentIndex(list(System).index(System.DIP))
    settle(qtbot, dip)
    yield tool
    tool.close()


def put(tool: ClearingWindow, insurance: str, column: int, text: str) -> bool:
    place = tool.model.place_of((insurance, ""))
    return tool.model.setData(tool.model.index(place, column), text, Qt.ItemDataRole.EditRole)


def value(tool: ClearingWindow, insurance: str, label: str) -> str:
    rows = tool.monthly.model.rows()
    return next(
        row.line.figure.value
        for row in rows
        if (row.line.insurance, row.line.figure.label) == (insurance, label)
    )


def test_the_month_with_most_cases_by_insurance(tool: ClearingWindow) -> None:
    assert [pool.insurance for pool in tool.model.rows()] == ["居民", "职工"]
    assert sum(pool.cases for pool in tool.model.rows()) == 24
    assert "例" in tool.month.currentText()
    assert value(tool, "合计", "月度预结合计").endswith("元")


def test_typed_figures_take_the_place_of_the_profiles(tool: ClearingWindow) -> None:
    before = value(tool, "职工", "月度预结")
    assert put(tool, "职工", PRICE, "7.5")
    assert value(tool, "职工", "月度预结") != before
    assert put(tool, "职工", DEDUCTIONS, "1,000")
    assert not put(tool, "职工", SHARE, "1.5")
    assert "支付比例" in tool.busy.text.text()
    assert put(tool, "职工", PRICE, "")
    assert value(tool, "职工", "月度预结") == "—"
    tool.again.click()
    assert value(tool, "职工", "月度预结") == before
    assert put(tool, "居民", COUNTED, "否")
    assert not any(row.line.insurance == "居民" for row in tool.monthly.model.rows())


def test_annual_clearing_follows_working_capital(qtbot: QtBot, tool: ClearingWindow) -> None:
    assert "只选了 2025-0" in tool.annual.note.text()
    tool.month.setCurrentIndex(tool.month.findData("2025"))
    qtbot.waitUntil(lambda: sum(pool.cases for pool in tool.model.rows()) == 48)
    assert "现有 3—4 月，缺 1—2、5—12 月" in tool.annual.note.text()
    tool.working_capital.setText("1000")
    tool.working_capital.editingFinished.emit()
    last = tool.annual.model.rows()[-1].line.figure
    assert last.label.startswith("清算支付")
    assert "周转金 1,000.00" in last.formula


def test_enter_does_what_a_double_click_does(qtbot: QtBot, tool: ClearingWindow, dip: ToolContext) -> None:
    tool.tabs.setCurrentWidget(tool.cases)
    tool.cases.table.setCurrentIndex(tool.cases.model.index(1, 0))
    tool.cases.table.setFocus()
    with qtbot.waitSignal(dip.case_wanted) as heard:
        qtbot.keyClick(tool.cases.table, Qt.Key.Key_Return)
    assert heard.args == [tool.cases.model.rows()[1].result.case.case_id]
    tool.table.setCurrentIndex(tool.model.index(0, PRICE))
    tool.table.setFocus()
    qtbot.keyClick(tool.table, Qt.Key.Key_Return)
    editor = tool.table.findChild(QLineEdit)
    assert editor is not None
    editor.setText("7.5")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tool.model.rows()[0].price == Decimal("7.5"))


def test_the_budget_speaks_of_weights_and_rates_where_the_region_does(tool: ClearingWindow) -> None:
    page = tool.budget
    page.show_pools((), Words.of("权重"), tool.profile)
    told = [page.take.text(), page.way.text(), page.forecast.text(), page.table.empty_text, page.own.text()]
    told += [page.region.accessibleName(), *(column.title for column in page.model.columns)]
    assert not any(word in text for text in told for word in ("分值", "点值"))
    assert page.take.text() == "用作年度费率"
    assert page.region.accessibleName() == "全市总权重"


def test_budget_to_point_value(tool: ClearingWindow) -> None:
    tool.budget.fund.setText("9,000,000")
    assert not tool.budget.model.rowCount()
    tool.budget.share.setText("0.75")
    tool.budget.region.setText("2000000")
    chosen = tool.budget.table.current_row()
    assert chosen.price.value == 6
    fees, points = tool.budget.years[-1]
    fees.setText("6200")
    points.setText("1000")
    assert "6.2 元" in tool.budget.forecast.text()


def test_a_reckoned_point_value_goes_into_the_year(qtbot: QtBot, tool: ClearingWindow) -> None:
    page = tool.budget
    assert "浮动" in page.way.text()
    assert not page.take.isEnabled()
    for field, text in ((page.fund, "9000000"), (page.share, "0.75"), (page.region, "2000000")):
        field.setText(text)
    page.take.click()
    assert "请先在上面选一个年度" in tool.busy.text.text()
    tool.month.setCurrentIndex(tool.month.findData("2025"))
    qtbot.waitUntil(lambda: sum(pool.cases for pool in tool.model.rows()) == 48)
    page.whose.setCurrentIndex(1)
    name = tool.model.rows()[0].name
    page.take.click()
    labels = [row.line.figure.label for row in tool.annual.model.rows()]
    assert f"{name}结算点值" in labels
    assert tool.model.rows()[0].price == 6
    assert check(row.line.figure for row in tool.annual.model.rows()) >= 6
    tool.again.click()
    assert f"{name}结算点值" not in [row.line.figure.label for row in tool.annual.model.rows()]


def test_every_case_opens_its_formulas(qtbot: QtBot, tool: ClearingWindow, dip: ToolContext) -> None:
    page = tool.cases
    assert page.model.rowCount() == 24
    grouped = next(place for place, row in enumerate(page.model.rows()) if row.figures)
    page.table.setCurrentIndex(page.model.index(grouped, 0))
    labels = {row.figure.label for row in page.figures.rows()}
    assert {"病种分值", "倍率", "金额", "盈亏"} <= labels
    page.words.setText("呼吸 a16")
    assert 0 < page.model.rowCount() < 24
    assert {row.result.case.department for row in page.model.rows()} == {"呼吸内科"}
    page.words.clear()
    with qtbot.waitSignal(dip.case_wanted):
        page.table.doubleClicked.emit(page.model.index(0, 0))


def bring_may(qtbot: QtBot, tool: ClearingWindow, dip: ToolContext, folder: Path) -> Path:
    """Another month of 30 cases beside the 48 open ones."""
    path = folder / "五月.csv"
    write_n041(path, generate(30))
    tool.source.read([path])
    settle(qtbot, dip)
    qtbot.waitUntil(lambda: len(tool.results) == 78)
    return path


def test_other_months_are_brought_along_once(
    qtbot: QtBot, tool: ClearingWindow, dip: ToolContext, tmp_path: Path
) -> None:
    path = bring_may(qtbot, tool, dip, tmp_path)
    tool.source.read([path])
    settle(qtbot, dip)
    qtbot.waitUntil(lambda: "30 例与已有的重复" in tool.profile_name.text())
    assert len(tool.results) == 78
    tool.month.setCurrentIndex(tool.month.findData(""))
    qtbot.waitUntil(lambda: sum(pool.cases for pool in tool.model.rows()) == 78)
    assert sum(row.cases for row in tool.by_month.model.rows() if not row.month) > 0
    tool.source._forget()
    qtbot.waitUntil(lambda: len(tool.results) == 48)


def test_the_end_of_the_review_lets_a_file_come_in_first(
    qtbot: QtBot, tool: ClearingWindow, dip: ToolContext, tmp_path: Path
) -> None:
    path = tmp_path / "五月.csv"
    write_n041(path, generate(30))
    tool.source.read([path])
    dip.reviewed.emit()
    qtbot.waitUntil(lambda: len(tool.results) == 78, timeout=20_000)


def test_the_months_pre_settlements_become_what_was_paid(qtbot: QtBot, tool: ClearingWindow) -> None:
    tool.month.setCurrentIndex(tool.month.findData("2025"))
    qtbot.waitUntil(lambda: sum(pool.cases for pool in tool.model.rows()) == 48)
    whole = tool.by_month.model.rows()[-1]
    tool.by_month.take.click()
    assert sum(to_fen(pool.prepaid) for pool in tool.model.rows()) == whole.prepaid
    last = tool.annual.model.rows()[-1].line.figure
    assert "已预结 0.00" not in last.formula


def test_institutions_add_up_to_the_cases(tool: ClearingWindow) -> None:
    *rows, whole = tool.institutions.model.rows()
    assert sum(row.sums.amount for row in rows) == whole.sums.amount
    assert whole.sums.cases == tool.cases.model.rowCount() == 24
    residents = sum(row.sums.cases for row in rows if row.insurance == "居民")
    assert put(tool, "居民", COUNTED, "否")
    assert tool.institutions.model.rows()[-1].sums.cases == 24 - residents


def test_candidates_for_special_review_are_listed_to_hand_in(
    qtbot: QtBot, tool: ClearingWindow, dip: ToolContext
) -> None:
    bench = dip.workbench
    assert bench is not None
    dear = [replace(bench.current(case_id), fees=Fees(total=90_000_000)) for case_id in bench.case_ids[:3]]
    bench.put(review_all(dear, dip_work.dip_knowledge()))
    dip.reviewed.emit()
    qtbot.waitUntil(lambda: bool(tool.review.model.rows()))
    listed = tool.review.model.rows()
    assert all(row.reasons for row in listed)
    assert f"符合条件 {len(listed)} 例" in tool.review.note.text()
    assert "特例单议" in [name for name, *_ in tool.tables()]
    with qtbot.waitSignal(dip.case_wanted):
        tool.review.table.doubleClicked.emit(tool.review.model.index(0, 0))


def review_cell(tool: ClearingWindow, case_id: str, key: str) -> tuple[QModelIndex, str]:
    page = tool.review
    place = next(at for at, row in enumerate(page.model.rows()) if row.case.result.case.case_id == case_id)
    column = next(at for at, each in enumerate(page.model.columns) if each.key == key)
    index = page.model.index(place, column)
    return index, str(index.data())


def type_in(qtbot: QtBot, tool: ClearingWindow, dip: ToolContext, case_id: str, key: str, text: str) -> bool:
    index, _ = review_cell(tool, case_id, key)
    done = tool.review.model.setData(index, text, Qt.ItemDataRole.EditRole)
    settle(qtbot, dip)
    return done


def test_an_outcome_that_is_entered_feeds_the_settlement(
    qtbot: QtBot, tool: ClearingWindow, dip: ToolContext
) -> None:
    bench = dip.workbench
    assert bench is not None
    case = next(
        row.result.case for row in tool.cases.model.rows() if row.settlement and row.settlement.amount
    )
    put(tool, "职工", DEDUCTIONS, "1,000")
    tool.review.number.setText(f"{case.record_no} 2099-01-01")
    tool.review.register()
    assert "不在所选的计入病例里" in tool.busy.text.text()
    tool.review.number.setText(case.record_no)
    tool.review.register()
    settle(qtbot, dip)
    assert review_cell(tool, case.case_id, "outcome")[1] == Outcome.PENDING.value
    assert "已登记 1 例，其中批准 0 例" in tool.review.note.text()
    before = sum(pool.points for pool in tool.model.rows())
    assert not type_in(qtbot, tool, dip, case.case_id, "outcome", Outcome.POINTS.value)
    assert "没有填核定分值" in tool.busy.text.text()
    assert not type_in(qtbot, tool, dip, case.case_id, "amount", "一万")
    assert type_in(qtbot, tool, dip, case.case_id, "outcome", Outcome.BY_FEE.value)
    settled = bench.result(case.case_id).after.dip
    assert settled is not None
    assert settled.settlement is not None
    assert settled.settlement.amount == case.fees.total
    assert sum(pool.points for pool in tool.model.rows()) != before
    kept = next(pool for pool in tool.model.rows() if pool.insurance == "职工")
    assert kept.deductions == 1000, "what was typed stays while the cases are summed anew"
    assert "按项目付费" in review_cell(tool, case.case_id, "after")[0].data(Qt.ItemDataRole.ToolTipRole)
    assert type_in(qtbot, tool, dip, case.case_id, "amount", "12,345.67")
    assert review_cell(tool, case.case_id, "outcome")[1] == Outcome.AMOUNT.value
    assert type_in(qtbot, tool, dip, case.case_id, "extra", "20")
    assert type_in(qtbot, tool, dip, case.case_id, "extra_for", "国谈药")
    (one,) = load_rulings().rulings
    assert (one.amount, one.extra, one.extra_for) == (1_234_567, Decimal(20), "国谈药")
    figures = [figure for row in tool.cases.model.rows() for figure in row.figures]
    assert check(figures) > 24
    assert type_in(qtbot, tool, dip, case.case_id, "extra", "")
    assert type_in(qtbot, tool, dip, case.case_id, "outcome", "未申请")
    assert load_rulings().rulings == ()
    assert sum(pool.points for pool in tool.model.rows()) == before


def test_outcomes_of_a_file_are_taken_and_can_be_handed_on(
    qtbot: QtBot, tool: ClearingWindow, dip: ToolContext, tmp_path: Path
) -> None:
    case = next(
        row.result.case for row in tool.cases.model.rows() if row.settlement and row.settlement.amount
    )
    path = tmp_path / "结果.csv"
    path.write_text(f"病案号,结论,核定分值\n{case.record_no},通过,777\nX9,待定,\n", encoding="utf-8")
    tool.review.read_file(path)
    settle(qtbot, dip)
    assert "读入 2 例结论或加成。其中 1 例不在所选的病例里" in tool.busy.text.text()
    assert review_cell(tool, case.case_id, "points")[1] == "777"
    out = tmp_path / "结算测算.xlsx"
    tool.write(out)
    settle(qtbot, dip)
    found = read_rulings(out, "DIP").rulings
    assert [(each.number, each.outcome, each.points) for each in found] == [
        (case.record_no, Outcome.POINTS, Decimal(777))
    ]


def test_other_months_follow_an_outcome_too(
    qtbot: QtBot, tool: ClearingWindow, dip: ToolContext, tmp_path: Path
) -> None:
    bring_may(qtbot, tool, dip, tmp_path)
    past = tool._past[0].case
    day = past.discharged
    assert day is not None
    dip.use_rulings(Rulings([Ruling("DIP", past.record_no, day.date(), Outcome.AMOUNT, amount=99_900)]))
    settle(qtbot, dip)
    scored = tool._past[0].dip
    assert scored is not None
    assert scored.settlement is not None
    assert scored.settlement.amount == 99_900


def test_each_insurance_may_have_a_fund_of_its_own(tool: ClearingWindow) -> None:
    page = tool.budget
    page.fund.setText("9000000")
    page.share.setText("0.75")
    page.region.setText("2000000")
    whole = page.table.current_row().outcome.amount
    parts = []
    for place in range(1, page.whose.count()):
        page.whose.setCurrentIndex(place)
        parts.append(page.table.current_row().outcome.amount)
        assert page.whose.currentText() in page.table.current_row().split.formula
    assert page.whose.count() == 3
    assert abs(sum(parts) - whole) <= 1  # each rounded to 分


def test_a_budget_that_cannot_be_is_told(tool: ClearingWindow) -> None:
    tool.budget.fund.setText("9000000")
    tool.budget.share.setText("75")
    tool.budget.region.setText("2000000")
    assert "0 到 1" in tool.budget.table.empty_text
    tool.budget.share.setText("0.75")
    tool.budget.region.setText("1")
    assert "不小于本院" in tool.budget.table.empty_text
    assert not tool.budget.model.rowCount()


def test_every_shown_figure_can_be_reckoned(tool: ClearingWindow) -> None:
    for page in (tool.monthly, tool.annual):
        check(row.line.figure for row in page.model.rows())
    for case in tool.cases.model.rows():
        check(case.figures)
    tool.budget.fund.setText("9000000")
    tool.budget.share.setText("0.75")
    tool.budget.region.setText("2000000")
    for trial in tool.budget.model.rows():
        assert check([*trial.outcome.figures, trial.split]) == 4


def test_without_parameters_it_says_so(qtbot: QtBot, tool: ClearingWindow, dip: ToolContext) -> None:
    tool.system.setCurrentIndex(list(System).index(System.DRG))
    settle(qtbot, dip)
    for told in (tool.profile_name.text(), tool.table.empty_text, tool.monthly.table.empty_text):
        assert "没有 DRG 结算参数" in told
    assert not tool.model.rowCount()


def test_number_fields_take_numbers_only(qtbot: QtBot) -> None:
    field = NumberField("金额")
    qtbot.addWidget(field)
    qtbot.keyClicks(field, "1,2a3-4.5e")
    assert field.value == Decimal("1234.5")
    field.clear()
    assert field.value is None


def test_formulas_stay_readable_in_a_narrow_window(qtbot: QtBot, tool: ClearingWindow) -> None:
    tool.resize(940, 620)
    qtbot.waitUntil(lambda: tool.monthly.table.width() < 940)
    formula, source = 3, 4
    assert tool.monthly.table.isColumnHidden(source)
    assert tool.monthly.table.columnWidth(formula) >= 300
    assert "演示参数" in str(tool.monthly.model.index(0, formula).data(Qt.ItemDataRole.ToolTipRole))
    tool.resize(1400, 780)
    qtbot.waitUntil(lambda: not tool.monthly.table.isColumnHidden(source))
