"""The CSV of findings."""

from __future__ import annotations

import csv
from pathlib import Path

from app.export.findings import write_findings
from app.review import CaseResult
from coding_rules.case import Case
from coding_rules.finding import Finding, Severity


def test_one_line_a_finding_and_nothing_that_runs(tmp_path: Path) -> None:
    found = (
        Finding("dx.unknown", Severity.ERROR, "0012", "编码无效", "编码“=1+1”不在表中", "JBDM", "=1+1"),
        Finding("fee.sum", Severity.HINT, "0012", "费用", "@合计, 不符\n第二行", "ZFY"),
    )
    path = tmp_path / "f.csv"
    assert write_findings(path, [CaseResult(Case("0012"), found), CaseResult(Case("0013"))]) == 2
    assert path.read_bytes().startswith(b"\xef\xbb\xbfcase_id,rule,severity,field,code,message\r\n")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert rows == [
        ["0012", "dx.unknown", "error", "JBDM", "'=1+1", "编码“=1+1”不在表中"],
        ["0012", "fee.sum", "hint", "ZFY", "", "'@合计, 不符\n第二行"],
    ]
