"""``check``: review front-page files, write the correction list, say in short what was found."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict

from app.batch import BatchResult, check_files
from app.cli.console import console_progress, remark, tell, tell_json
from app.cli.options import choices, refuse_overwriting
from app.export.correction_list import ListOptions, write_correction_list
from app.export.correction_rows import ReviewedCase
from app.export.findings import write_findings
from app.knowledge import load_knowledge
from app.readers import ImportReport
from app.summary import Part, Totals
from app.version import NAME, program_version
from coding_rules.finding import Severity
from coding_rules.settlement.settlement import Band

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
        for line in _lines(batch):
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


def _lines(batch: BatchResult) -> Iterator[str]:
    for one in batch.imports:
        report = one.report
        yield (
            f"{report.file}：{report.rows} 行，导入 {report.accepted}，拒绝 {report.refused}；"
            f"{report.format}，{report.edition.value}"
        )
    whole = batch.summary.whole
    worst = "，".join(f"有{each.label} {whole.worst.get(each, 0)}" for each in Severity)
    yield f"病例 {whole.cases} 例：{worst}，没有问题 {whole.clean}；问题共 {batch.findings} 处"
    if whole.drg:
        yield f"DRG：{_totals(whole.drg)}"
    if whole.dip:
        yield f"DIP：{_totals(whole.dip)}"


def _totals(totals: Totals) -> str:
    parts = [f"入组 {totals.grouped}，未入组 {totals.cases - totals.grouped}"]
    parts += [
        f"{band.value} {totals.bands[band]}"
        for band in (Band.LOW, Band.NORMAL, Band.HIGH, Band.EXTREME)
        if totals.bands.get(band)
    ]
    parts += [f"权重 {totals.weight:.2f}"] if totals.weight is not None else []
    parts += [f"分值 {totals.points:.2f}"] if totals.points is not None else []
    parts += (
        [f"盈亏 {totals.profit / 100:,.2f} 元（{totals.settled} 例）"] if totals.profit is not None else []
    )
    return "，".join(parts)


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
