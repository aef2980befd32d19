"""One published file -> what its sheets hold, with a cache by content hash.

The cache only saves time: it is derived from the file's bytes, may be deleted at any moment and is never trusted to be
complete; anything odd in it means reading the file again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from app.errors import UserError
from app.files import safe_write
from app.paths import cache_dir
from app.readers.opening import sha256
from app.sheets import read_cells
from icd_tables.catalog import entry_cells, entry_from_cells
from icd_tables.codes import Edition, Kind
from icd_tables.crosswalk import CrosswalkRow
from icd_tables.importing import TableIssue, TableReport, read_table
from icd_tables.layout import LayoutError, find_layout
from icd_tables.table import CodeEntry

_CACHE_FORMAT = 2
"""Raised whenever reading changes what comes out, so that older caches are not used."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReadSheet:
    """A sheet that is a code table or a crosswalk. ``edition`` is ``None`` where the sheet does not say which it is."""

    sheet: str
    kind: Kind
    edition: Edition | None
    version: str
    target_version: str
    entries: tuple[CodeEntry, ...]
    pairs: tuple[CrosswalkRow, ...]
    report: TableReport


@dataclass(frozen=True)
class ReadFile:
    """A file: its sheets that are tables, and the others with the reason why they are none."""

    name: str
    sha256: str
    sheets: tuple[ReadSheet, ...]
    skipped: tuple[tuple[str, str], ...] = ()


def read_table_file(path: Path) -> ReadFile:
    """Read a file, or what the cache remembers of these very bytes.

    Raises:
        UserError: the file cannot be opened.
    """
    digest = sha256(path)
    cached = _from_cache(path.name, digest)
    if cached is not None:
        return cached
    found = _read(path, digest)
    if found.sheets:
        _to_cache(found)
    return found


def _read(path: Path, digest: str) -> ReadFile:
    sheets: list[ReadSheet] = []
    skipped: list[tuple[str, str]] = []
    for sheet in read_cells(path):
        try:
            layout = find_layout(sheet.rows, (sheet.name,))
        except LayoutError as error:
            skipped.append((sheet.name, str(error)))
            continue
        content = read_table(sheet.rows, layout)
        if not content.entries:
            skipped.append((sheet.name, "没有一行可以读取"))
            continue
        sheets.append(
            ReadSheet(
                sheet.name,
                layout.kind,
                layout.edition,
                layout.version,
                layout.target_version,
                content.entries,
                content.pairs,
                content.report,
            )
        )
    return ReadFile(path.name, digest, tuple(sheets), tuple(skipped))


def _cache_file(digest: str) -> Path:
    return cache_dir() / "tables" / f"{digest}.{_CACHE_FORMAT}.json"


def _from_cache(name: str, digest: str) -> ReadFile | None:
    try:
        values = json.loads(_cache_file(digest).read_bytes())
        return ReadFile(
            name, digest, tuple(map(_sheet_from, values["sheets"])), tuple(map(tuple, values["skipped"]))
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        _log.warning("table cache %s is damaged and is made anew", digest[:8])
        return None


def _to_cache(found: ReadFile) -> None:
    """Best effort: a full disk or a read-only profile costs time, not the work."""
    values = {"sheets": [_sheet_values(sheet) for sheet in found.sheets], "skipped": found.skipped}
    target = _cache_file(found.sha256)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with safe_write(target) as temporary:
            temporary.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    except (OSError, UserError):
        _log.warning("table cache cannot be written")


def _sheet_values(sheet: ReadSheet) -> dict[str, object]:
    report = sheet.report
    return {
        "sheet": sheet.sheet,
        "kind": sheet.kind.value,
        "edition": sheet.edition.value if sheet.edition else "",
        "versions": (sheet.version, sheet.target_version),
        "entries": [entry_cells(entry) for entry in sheet.entries],
        "pairs": [astuple(pair) for pair in sheet.pairs],
        "report": (report.rows, report.accepted, report.refused, report.damaged),
        "issues": [astuple(issue) for issue in report.issues],
    }


def _sheet_from(values: dict[str, Any]) -> ReadSheet:
    version, target_version = values["versions"]
    issues: Sequence[Any] = values["issues"]
    rows, accepted, refused, damaged = values["report"]
    return ReadSheet(
        sheet=values["sheet"],
        kind=Kind(values["kind"]),
        edition=Edition(values["edition"]) if values["edition"] else None,
        version=version,
        target_version=target_version,
        entries=tuple(map(entry_from_cells, values["entries"])),
        pairs=tuple(CrosswalkRow(*pair) for pair in values["pairs"]),
        report=TableReport(rows, accepted, refused, damaged, tuple(TableIssue(*issue) for issue in issues)),
    )
