"""A small month grouped and settled by the demonstration catalogue, for the tests of the DIP and money tools."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.knowledge import Choices, load_groupers
from app.review import Knowledge, review_all
from app.settings import Settings, Theme
from app.workbench import Workbench
from coding_rules.case import Case, Diagnosis, Fees, Procedure
from icd_tables.codes import Edition
from tests.ui.own_jobs import own_jobs
from tests.ui.samples import sample_services
from ui import theme
from ui.jobs import Jobs
from ui.tools.context import ToolContext

KINDS: tuple[tuple[str, ...], ...] = (("C34.101",), ("C20.x00", "48.6302"), ("A16.200",), ("Z99.900",))


@cache
def dip_knowledge() -> Knowledge:
    groupers = load_groupers(Choices())
    return Knowledge(dip=groupers.dip, dip_settler=groupers.dip_settler, versions=groupers.versions)


def dip_case(number: int, codes: tuple[str, ...], fee: int, day: datetime, payment: str) -> Case:
    return Case(
        case_id=f"{number:06d}",
        record_no=f"{number:06d}",
        sex="12"[number % 2],
        age=30 + number % 50,
        admitted=datetime(2025, 3, 1),
        discharged=day,
        los=3 + number % 9,
        department="普通外科" if len(codes) > 1 else "呼吸内科",
        discharge_way="1",
        payment=payment,
        diagnoses=(Diagnosis(codes[0]),),
        procedures=tuple(Procedure(code) for code in codes[1:]),
        fees=Fees(
            total=fee, self_paid=fee // 4, items={"XYF": fee // 3, "SSZLF": fee // 5, "HCYYCLF": fee // 10}
        ),
        edition=Edition.INSURANCE,
    )


def dip_cases(count: int = 48) -> list[Case]:
    return [
        dip_case(
            number,
            KINDS[number % 4],
            400_000 + 13_700 * (number % 17) + (3_000_000 if number % 4 == 1 else 0),
            datetime(2025, 3 + number % 2, 2 + number % 26, 10),
            "1" if number % 3 else "2",
        )
        for number in range(1, count + 1)
    ]


def dip_workbench(count: int = 48) -> Workbench:
    bench = Workbench(dip_cases(count), dip_knowledge(), author="测试员")
    bench.put(review_all(dip_cases(count), dip_knowledge()))
    return bench


def dip_context(jobs: Jobs, count: int = 48) -> ToolContext:
    context = ToolContext(jobs, sample_services(), Settings(), jobs.parent())
    if count:
        context.workbench = dip_workbench(count)
        context.case_id = context.workbench.case_ids[0]
    context.knowledge = dip_knowledge()
    return context


@pytest.fixture
def dip(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ToolContext]:
    """A context with that month; the user's data lie in a folder of the test."""
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "home"))
    theme.apply(qapp, Theme.LIGHT)
    with own_jobs(qtbot) as jobs:
        yield dip_context(jobs)
