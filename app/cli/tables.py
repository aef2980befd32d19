"""``import-table``: put published code tables into the user's catalogue."""

from __future__ import annotations

import argparse

from app.cli.console import console_progress, remark, tell, tell_json
from app.tables import ImportOutcome, TableOutcome, import_tables
from icd_tables.codes import Edition

_REFUSED_SHOWN = 10


def run(given: argparse.Namespace) -> int:
    """Run the command; 1 when rows were refused or a file was passed over.

    Raises:
        UserError: nothing usable in a file, or the data folder cannot be written.
    """
    outcome = import_tables(
        given.paths,
        edition=Edition(given.edition) if given.edition else None,
        version=given.table_version,
        valid_from=given.valid_from,
        progress=console_progress(),
    )
    _remarks(outcome)
    if given.json:
        tell_json({"tables": [_document(table) for table in outcome.tables]})
    else:
        for table in outcome.tables:
            tell(_line(table))
    return 1 if outcome.refused_rows or outcome.skipped else 0


def _remarks(outcome: ImportOutcome) -> None:
    for name, reason in outcome.skipped:
        remark(f"{name}：未导入，{reason}")
    for table in outcome.tables:
        refused = [issue for issue in table.report.issues if issue.refused]
        for issue in refused[:_REFUSED_SHOWN]:
            remark(f"{table.file} 第 {issue.row} 行：{issue.reason}")


def _line(table: TableOutcome) -> str:
    report = table.report
    where = f"{table.file}（{table.sheet}）" if table.sheet else table.file
    titles = "、".join(f"{source.info.title} {source.info.version}".strip() for source in table.sources)
    return f"{where}：{titles}；{report.rows} 行，导入 {report.accepted}，拒绝 {report.refused}"


def _document(table: TableOutcome) -> dict[str, object]:
    report = table.report
    return {
        "file": table.file,
        "sheet": table.sheet,
        "rows": report.rows,
        "accepted": report.accepted,
        "refused": report.refused,
        "tables": [
            {
                "id": source.info.table_id,
                "kind": source.info.kind.value,
                "edition": source.info.edition.value,
                "version": source.info.version,
                "crosswalk": source.is_crosswalk,
            }
            for source in table.sources
        ],
        "remarks": table.remarks,
    }
