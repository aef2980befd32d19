"""整月名称核对: seeded mismatches are found, filtered, explained, and lead to their case."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.matching.batch import Confidence
from app.workbench import Workbench
from icd_tables.codes import Edition, Kind
from tests.ui.tools.checked import real_knowledge
from tests.ui.tools.steps import OpenTool
from ui.tools.context import ToolContext
from ui.tools.matching_names import NO_TABLES, NamesWindow, place_of


@pytest.fixture
def names(open_tool: OpenTool, checked: ToolContext) -> NamesWindow:
    assert checked.workbench is not None
    cases = list(checked.workbench.originals)
    table = real_knowledge().terminology.table(Kind.DIAGNOSIS, Edition.CLINICAL)
    assert table is not None
    for at in (3, 5):
        lines = cases[at].diagnoses
        wrong = replace(lines[0], code="I10.x00x002", name="急性阑尾炎")
        cases[at] = replace(cases[at], diagnoses=(wrong, *lines[1:]))
    checked.workbench = Workbench(cases, real_knowledge())
    tool = open_tool("names")
    assert isinstance(tool, NamesWindow)
    return tool


def test_a_wrong_name_is_found_with_reason_and_places(names: NamesWindow, checked: ToolContext) -> None:
    row = next(one for one in names.model.rows() if one.name == "急性阑尾炎")
    assert row.confidence is Confidence.HIGH
    assert row.candidates[0].entry.name == "急性阑尾炎"
    names.table.setCurrentIndex(names.model.index(names.model.place_of((row.kind, row.code, row.name)), 0))
    assert [line.case_id for line, _case in names.places.rows()] == [
        checked.cases[3].case_id,
        checked.cases[5].case_id,
    ]
    assert names.candidates.rowCount() == len(row.candidates)
    assert "不一致" in names.busy.text.text()


def test_the_keyboard_starts_in_the_list(names: NamesWindow) -> None:
    assert names.focusWidget() is names.table


def test_leads_to_the_case(names: NamesWindow, qtbot: QtBot, checked: ToolContext) -> None:
    names.search.setText("急性阑尾炎 i10")
    names._filter()
    assert names.model.rowCount() == 1
    with qtbot.waitSignal(checked.case_wanted) as asked:
        names.go_button.click()
    assert asked.args == [checked.cases[3].case_id]


def test_the_export_names_every_place(names: NamesWindow) -> None:
    ((name, headings, rows),) = names.tables()
    listed = [tuple(row) for row in rows]
    assert name == "名称与编码不一致"
    assert headings[:4] == ["病案号", "科室", "出院日期", "位置"]
    assert len(listed) == sum(len(row.lines) for row in names.model.rows())
    assert sum("急性阑尾炎" in row for row in listed) == 2


def test_facets_narrow(names: NamesWindow) -> None:
    names.facets._chosen = {"confidence": frozenset({"高"})}
    names._filter()
    assert names.model.rowCount()
    assert all(row.confidence is Confidence.HIGH for row in names.model.rows())
    names.search.setText("没有这样的名称")
    names._filter()
    assert names.places.rowCount() == 0
    assert not names.go_button.isEnabled()


def test_lines_are_called_as_coders_call_them(names: NamesWindow) -> None:
    line = names.model.rows()[0].lines[0]
    assert place_of(replace(line, kind=Kind.DIAGNOSIS, index=0)) == "主要诊断"
    assert place_of(replace(line, kind=Kind.DIAGNOSIS, index=2)) == "其他诊断 2"
    assert place_of(replace(line, kind=Kind.PROCEDURE, index=1)) == "手术操作 2"


def test_without_tables_it_says_so(names: NamesWindow, checked: ToolContext) -> None:
    assert checked.knowledge is not None
    checked.knowledge = replace(checked.knowledge, terminology=type(checked.knowledge.terminology)())
    assert names.missing() == NO_TABLES
