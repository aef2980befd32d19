"""A month of the demonstration with its own knowledge, for the tools of DRG."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.demo.month import generate
from app.demo.n041 import write_n041
from app.knowledge import load_knowledge
from app.readers.reading import read_cases
from app.review import Knowledge, review_all
from app.settings import Settings
from app.workbench import Workbench
from coding_rules.case import Case
from tests.ui.own_jobs import own_jobs
from tests.ui.samples import sample_services
from tests.ui.tools.steps import OpenTool, opener
from ui.tools.context import ToolContext
from ui.tools.scheme_window import SchemeWindow


@pytest.fixture(scope="session")
def own_knowledge() -> Knowledge:
    return load_knowledge()


@pytest.fixture(scope="session")
def month(own_knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, ...]:
    path = tmp_path_factory.mktemp("month") / "month.csv"
    write_n041(path, generate(80))
    return tuple(read_cases(path, own_knowledge.terminology).cases)


@pytest.fixture
def month_context(
    qtbot: QtBot,
    own_knowledge: Knowledge,
    month: tuple[Case, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[ToolContext]:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "home"))
    bench = Workbench(month, own_knowledge)
    bench.put(review_all(month, own_knowledge))
    with own_jobs(qtbot) as jobs:
        context = ToolContext(jobs, sample_services(), Settings(), jobs.parent())
        context.workbench, context.knowledge, context.case_id = bench, own_knowledge, month[0].case_id
        yield context


@pytest.fixture
def open_month_tool(qtbot: QtBot, month_context: ToolContext) -> Iterator[OpenTool]:
    """Open a tool over the month and wait until it has filled itself in."""
    yield from opener(month_context, qtbot)


def scheme_window(open_month_tool: OpenTool) -> SchemeWindow:
    tool = open_month_tool("scheme")
    assert isinstance(tool, SchemeWindow)
    return tool
