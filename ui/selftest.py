"""``--self-test``: what the frozen program must be able to do, done once, without a display and without the user's data.

Every check compares with something known beforehand: groups of known cases, the finding on a case with a known mistake,
what was written read back. Each raises when it does not hold and tells a line when it does.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.review import Knowledge
    from coding_rules.case import Case

PASSED = "self-test passed"
CASES = 40


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A case and the groups of the demonstration schemes it must come to."""

    sex: int
    age: int
    los: int
    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    drg: str
    dip: str


KNOWN_CASES = (
    KnownCase(1, 63, 8, ("I21.001",), ("36.0601",), drg="D04-S3-5", dip="I21.0:36.0601"),
    KnownCase(1, 70, 10, ("J18.900", "J96.000"), (), drg="D03-M4-1", dip="J18.9"),
    KnownCase(2, 30, 6, ("O82.000",), ("74.1x01",), drg="D12-S1-5", dip="CP15:SS"),
)
MAN_IN_LABOUR = "SEX-001"
"""The rule that must speak when a man's principal diagnosis is a delivery."""


def run(report: Path | None = None) -> int:
    """Run all checks, say each line, end with ``self-test passed``; 0 or 1. ``report`` also gets the lines."""
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        if sys.stdout is not None:  # the windowed program has none
            print(line, flush=True)

    code = 0
    with tempfile.TemporaryDirectory(prefix="自检 ", ignore_cleanup_errors=True) as home:
        os.environ["CASECODE_HOME"] = home
        try:
            for line in _checks(Path(home)):
                say(line)
            say(PASSED)
        except Exception:
            say(traceback.format_exc())
            say("self-test FAILED")
            code = 1
    if report is not None:
        report.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return code


def _checks(home: Path) -> Iterator[str]:
    from app.demo.month import generate
    from app.knowledge import load_knowledge

    yield _tables()
    knowledge = load_knowledge()
    cases = generate(CASES).cases
    checks: tuple[Callable[[Path, Knowledge, Sequence[Case]], str], ...]
    checks = (_groups, _findings, _session, _list, _cross_table, _window)
    for check in checks:
        yield check(home, knowledge, cases)


def _tables() -> str:
    from app.tables import starter_terminology
    from icd_tables.matcher import Matcher

    tables = list(starter_terminology().tables.values())
    _expect("starter tables", len(tables), 4)
    _expect("tables of at least 900 codes", sum(len(table) >= 900 for table in tables), 4)
    found = Matcher(tables[0]).find("急性阑尾炎")
    _expect("category of 急性阑尾炎", found[0].entry.code[:3] if found else "nothing", "K35")
    return f"tables: {sum(map(len, tables))} codes, 急性阑尾炎 -> {found[0].entry.code}"


def _groups(_home: Path, knowledge: Knowledge, _cases: Sequence[Case]) -> str:
    from coding_rules.grouper.inputs import GrouperInput

    if knowledge.drg is None or knowledge.dip is None:
        raise AssertionError("a demonstration scheme is missing")
    for known in KNOWN_CASES:
        seen = GrouperInput(
            sex=known.sex,
            age=known.age,
            los=known.los,
            diagnoses=known.diagnoses,
            procedures=known.procedures,
        )
        _expect(f"DRG of {known.diagnoses}", knowledge.drg.group(seen).group, known.drg)
        _expect(f"DIP of {known.diagnoses}", knowledge.dip.group(seen).group, known.dip)
    return f"grouping: {len(KNOWN_CASES)} known cases under DRG and DIP"


def _findings(_home: Path, knowledge: Knowledge, cases: Sequence[Case]) -> str:
    from app.review import review, review_all
    from coding_rules.case import Case, Diagnosis

    wrong = Case(
        case_id="1",
        sex="1",
        age=30,
        admitted=datetime(2025, 3, 1, 9),
        discharged=datetime(2025, 3, 6, 9),
        diagnoses=(Diagnosis("O82.000", "经选择性剖宫产术的分娩"),),
    )
    rules = {finding.rule_id for finding in review(wrong, knowledge).findings}
    _expect(f"{MAN_IN_LABOUR} on a man in labour", MAN_IN_LABOUR in rules, True)
    right = {finding.rule_id for finding in review(replace(wrong, sex="2"), knowledge).findings}
    _expect(f"{MAN_IN_LABOUR} on a woman in labour", MAN_IN_LABOUR in right, False)
    results = list(review_all(cases, knowledge))
    settled = sum(bool(result.dip and result.dip.settlement) for result in results)
    _expect("demo cases with an amount under DIP", settled, len(cases))
    return f"checks: {MAN_IN_LABOUR} fires where it must; {len(results)} demo cases reviewed and settled"


def _session(home: Path, knowledge: Knowledge, cases: Sequence[Case]) -> str:
    from app.demo.month import generate
    from app.demo.n041 import write_n041
    from app.sessions.place import session_path
    from app.work import continue_work, import_files, start_work

    source = home / "自检 数据.csv"
    write_n041(source, generate(len(cases)))
    imported = import_files([source], knowledge.terminology)
    target = session_path([source], home)
    start_work(imported, target, knowledge).session.close()
    work = continue_work(target, knowledge)
    kept = tuple(work.session.cases)
    work.session.close()
    _expect(
        "cases read back from the session file", [case.case_id for case in kept], [c.case_id for c in cases]
    )
    _expect("diagnoses read back", [case.diagnoses for case in kept], [case.diagnoses for case in cases])
    return f"session: {len(kept)} cases imported, written and read back"


def _list(home: Path, knowledge: Knowledge, cases: Sequence[Case]) -> str:
    from app.export.correction_list import SUMMARY, VERSIONS
    from app.readers.workbook import open_workbook
    from app.work import Snapshot, export_list
    from app.workbench import Workbench

    path = home / "更正清单.xlsx"
    export_list(path, Snapshot.of(Workbench(cases, knowledge)), [])
    rows = {sheet.name: len(list(sheet.rows)) for sheet in open_workbook(path)}
    _expect("sheets of the correction list", {SUMMARY, VERSIONS} <= rows.keys(), True)
    _expect("empty sheets", [name for name, count in rows.items() if not count], [])
    return f"correction list: {len(rows)} sheets, {sum(rows.values())} rows written and read back"


def _cross_table(_home: Path, knowledge: Knowledge, cases: Sequence[Case]) -> str:
    from app.pivot import pivot
    from app.review import review_all
    from coding_rules.grouper.grouping import System

    table = pivot(list(review_all(cases, knowledge)), System.DIP, "department", "band", "fee")
    total = sum(case.fees.total or 0 for case in cases)
    _expect("fees in the corner of the cross table", table.rows[-1].values[-1], total)
    return f"cross table: {len(table.rows)} lines, fees add up"


def _window(_home: Path, knowledge: Knowledge, cases: Sequence[Case]) -> str:
    from app.matching.finder import in_context
    from app.settings import Settings
    from app.workbench import Workbench
    from ui import launch, snapshots, theme
    from ui.services import real_services

    app = launch.make_application(["casecode-qa"])
    settings = Settings()
    theme.apply(app, settings.theme)
    services = real_services()
    window = launch.make_window(services, settings)
    window.show()
    window.open_workbench(
        Workbench(cases, knowledge, find=in_context(services.finder(knowledge), knowledge).suggest)
    )
    snapshots.settle(window)
    shown = window.page.queue.model.rowCount()
    candidates = window.page.candidates.model.rowCount()
    window.close()
    _expect("cases in the window", shown, len(cases))
    _expect("candidates for the first line", candidates > 0, True)
    return f"window: {shown} cases, {candidates} candidates, platform {app.platformName()}"


def _expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise AssertionError(f"{what}: {found!r}, expected {wanted!r}")
