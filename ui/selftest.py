"""``--self-test``: what the frozen program must be able to do, done once, without a display and without the user's data."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

PASSED = "self-test passed"
CASES = 40


def run(report: Path | None = None) -> int:
    """Run all checks, say each line, end with ``self-test passed``; 0 or 1. ``report`` also gets the lines."""
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        if sys.stdout is not None:  # the windowed program has none
            print(line, flush=True)

    code = 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
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
    """Each check raises when it fails and tells a line when it holds."""
    checks: tuple[Callable[[Path], str], ...] = (_tables, _groups, _session, _list, _window)
    for check in checks:
        yield check(home)


def _tables(home: Path) -> str:
    from app.tables import starter_terminology
    from icd_tables.matcher import Matcher

    terminology = starter_terminology()
    tables = list(terminology.tables.values())
    if len(tables) != 4 or min(map(len, tables)) < 900:
        raise AssertionError("starter tables are incomplete")
    found = Matcher(tables[0]).find("阑尾炎")
    if not found:
        raise AssertionError("the matcher finds nothing")
    return f"tables: {sum(map(len, tables))} codes, 阑尾炎 -> {found[0].entry.code}"


def _groups(home: Path) -> str:
    from app.demo import generate
    from app.knowledge import load_knowledge
    from app.review import review_all

    results = list(review_all(generate(CASES).cases, load_knowledge()))
    grouped = sum(
        bool(r.drg and r.drg.grouping.grouped and r.dip and r.dip.grouping.grouped) for r in results
    )
    settled = sum(bool(r.dip and r.dip.settlement and r.dip.settlement.amount) for r in results)
    if grouped < CASES * 3 // 4 or not settled or not any(result.findings for result in results):
        raise AssertionError(
            f"only {grouped} of {CASES} demo cases group under both systems, {settled} settle"
        )
    return f"grouping: {grouped} of {CASES} demo cases under DRG and DIP"


def _session(home: Path) -> str:
    from app.demo import generate, write_n041
    from app.knowledge import load_knowledge
    from app.work import continue_work, import_files, session_path, start_work

    knowledge = load_knowledge()
    source = home / "自检 数据.csv"
    write_n041(source, generate(CASES))
    imported = import_files([source], knowledge.terminology)
    target = session_path([source], home)
    start_work(imported, target, knowledge).session.close()
    work = continue_work(target, knowledge)
    count = len(work.session.cases)
    work.session.close()
    if count != CASES:
        raise AssertionError(f"{count} of {CASES} cases came back from the session file")
    return f"session: {count} cases written and read"


def _list(home: Path) -> str:
    from app.demo import generate
    from app.knowledge import load_knowledge
    from app.work import Snapshot, export_list
    from app.workbench import Workbench

    bench = Workbench(generate(CASES).cases, load_knowledge())
    path = home / "更正清单.xlsx"
    export_list(path, Snapshot.of(bench), [])
    return f"correction list: {path.stat().st_size} bytes"


def _window(home: Path) -> str:
    from app.demo import generate
    from app.knowledge import load_knowledge
    from app.settings import Settings
    from app.workbench import Workbench
    from ui import launch, snapshots, theme
    from ui.services import real_services

    app = launch.make_application(["casecode-qa"])
    settings = Settings()
    theme.apply(app, settings.theme)
    services = real_services()
    knowledge = load_knowledge()
    window = launch.make_window(services, settings)
    window.show()
    window.open_workbench(Workbench(generate(CASES).cases, knowledge, find=services.finder(knowledge)))
    snapshots.settle(window)
    shown = window.page.queue.model.rowCount()
    candidates = window.page.candidates.model.rowCount()
    window.close()
    if shown != CASES or not candidates:
        raise AssertionError(f"the window shows {shown} of {CASES} cases and {candidates} candidates")
    return f"window: {shown} cases, {candidates} candidates, platform {app.platformName()}"
