"""Findings as CSV, one line each, for other programs and for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from app.export.cells import starts_a_formula
from app.files import safe_write
from app.review import CaseResult

COLUMNS = ("case_id", "rule", "severity", "field", "code", "message")


def write_findings(path: Path, results: Iterable[CaseResult]) -> int:
    """Write all findings (UTF-8 with mark, so that Excel shows Chinese) and return how many there are.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.

    Raises:
        UserError: the file cannot be written.
    """
    count = 0
    with safe_write(path) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for result in results:
            for one in result.findings:
                row = (one.case_id, one.rule_id, one.severity.value, one.field, one.code, one.message)
                writer.writerow([_harmless(text) for text in row])
                count += 1
    return count


def _harmless(text: str) -> str:
    return f"'{text}" if starts_a_formula(text) else text
