"""``check``: review front-page files, write the correction list, say in short what was found."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from app.batch import BatchResult, check_files
from app.cli.console import console_progress, remark, tell, tell_json
from app.cli.options import choices, refuse_overwriting
from app.export.correction_list import ListOptions, write_correction_list
from app.export.correction_rows import ReviewedCase
from app.export.findings import write_findings
from app.knowledge import load_knowledge
from app.readers.imported import ImportReport
from app.summary import Part, Totals
from app.summary_text import import_lines, summary_lines
from app.version import NAME, program_version
from coding_rules.finding import Severity

_REFUSED_SHOWN = 10


def run(given: argparse.Namespace) -> int:
    """Run the command; 1 when there are findings or refused rows.

    Raises:
        UserError: a file, table or scheme cannot be read, or a result cannot be written.
    """
    refuse_overwriting(given.files, [given.out, given.findings])
    progress = console_progress()
    knowledge = load_knowledge(choices(given), progress)
    batch = check_files(given.files, knowledge, progress)
    versions = (("程序", f"{NAME} {program_version()}", ""), *knowledge.versions)
    options = ListOptions(
        files=[one.report.file for one in batch.imports],
        reports=[one.report for one in batch.imports],
        versions=versions,
        names=not given.no_names,
    )
    reviewed = [ReviewedCase.untouched(result) for result in batch.results]
    write_correction_list(given.out, reviewed, options, progress=progress)
    if given.findings:
        write_findings(given.findings, batch.results)
    for one in batch.imports:
        _remark_refused(one.report)
    if given.json:
        tell_json(_document(batch, versions))
    else:
        reports = [one.report for one in batch.imports]
        for line in (*import_lines(reports), *summary_lines(batch.summary, batch.findings)):
            tell(line)
        tell(f"更正清单：{given.out}")
    return 1 if batch.findings or batch.refused else 0


def _remark_refused(report: ImportReport) -> None:
    refused = [issue for issue in report.issues if issue.refused]
    for issue in refused[:_REFUSED_SHOWN]:
        column = f"，{issue.column}" if issue.column else ""
        remark(f"{report.file} 第 {issue.row} 行{column}：{issue.reason}")
    if report.refused > _REFUSED_SHOWN:
        remark(f"{report.file} 另有 {report.refused - _REFUSED_SHOWN} 行被拒绝，见清单中的“导入报告”。")


def _document(batch: BatchResult, versions: object) -> dict[str, object]:
    summary = batch.summary
    return {
        "files": [
            {
                "file": one.report.file,
                "format": one.report.format,
                "edition": one.report.edition.value,
                "rows": one.report.rows,
                "accepted": one.report.accepted,
                "refused": one.report.refused,
            }
            for one in batch.imports
        ],
        "findings": batch.findings,
        "whole": _part(summary.whole),
        "departments": [_part(part) for part in summary.departments],
        "rules": [asdict(rule) for rule in summary.rules],
        "versions": versions,
    }


def _part(part: Part) -> dict[str, object]:
    """Figures of a department; money in 分."""
    return {
        "name": part.name,
        "cases": part.cases,
        "worst": {each.value: part.worst.get(each, 0) for each in Severity},
        "clean": part.clean,
        "drg": _figures(part.drg),
        "dip": _figures(part.dip),
    }


def _figures(totals: Totals | None) -> dict[str, object] | None:
    if totals is None:
        return None
    return asdict(totals) | {"bands": {band.value: count for band, count in totals.bands.items()}}
