"""Cases and steps for the session tests, and the maker of the kept version 1 file.

``python -m tests.app.sessions.session_files tests/data/session_v1.ccqa`` made the file that stands for all work done with the
first version of the format. It is never made again: it is what users have.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import zlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from app.history import Change, CodedLines, Decision
from app.sessions import schema as session_schema
from app.sessions.case_codec import dump_cases, dump_lines
from coding_rules.case import Case, Diagnosis, Fields, Procedure


def make_cases(count: int) -> list[Case]:
    """Small synthetic cases ``1000`` and up."""
    return [
        Case(
            case_id=str(1000 + number),
            record_no=str(1000 + number),
            diagnoses=(Diagnosis("I20.000", "不稳定型心绞痛", "1"), Diagnosis("E11.900", "2型糖尿病", "1")),
            procedures=(Procedure("88.5500", "单根导管的冠状动脉造影术"),),
            fields=Fields.of({"BAH": str(1000 + number), "JBDM": "I20.000"}),
        )
        for number in range(count)
    ]


def principal(case: Case, code: str, name: str = "", reason: str = "") -> Change:
    """A step that gives the case another principal diagnosis."""
    before = CodedLines.of(case)
    first = Diagnosis(code, name, "1")
    after = CodedLines((first, *before.diagnoses[1:]), before.procedures)
    return Change(
        case.case_id, f"主要诊断 → {code}", Decision.CORRECT, before, after, reason, author="测试编码员"
    )


def write_version_1(path: Path, cases: Sequence[Case]) -> None:
    """A session file of schema version 1 with two steps, one of them undone."""
    connection = sqlite3.connect(path)
    connection.executescript(session_schema._TABLES)
    connection.execute(f"PRAGMA application_id = {session_schema.APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    connection.execute(
        "INSERT INTO cases (count, body) VALUES (?, ?)", (len(cases), zlib.compress(dump_cases(cases)))
    )
    for number, code in enumerate(("I21.000", "I21.100"), start=1):
        change = principal(cases[number - 1], code, reason="见病程记录")
        connection.execute(
            "INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(
                    number,
                    change.case_id,
                    change.label,
                    change.decision.value,
                    change.reason,
                    "",
                    "测试编码员",
                ),
                datetime(2025, 3, 1, 9, number).isoformat(),
                dump_lines(change.before),
                dump_lines(change.after),
            ),
        )
    connection.execute("INSERT INTO marks VALUES (1, 2, 1, 2, '2025-03-01T09:05:00')")
    connection.execute(
        "INSERT INTO meta VALUES ('position', ?)", (json.dumps({"case_id": "1001", "view": {"sort": "los"}}),)
    )
    connection.commit()
    connection.close()


if __name__ == "__main__":
    write_version_1(Path(sys.argv[1]), make_cases(3))
