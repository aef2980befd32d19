"""Tables as data on the disk, and how a set of tables becomes one Terminology.

On the disk a table is a folder with ``manifest.toml`` and ``codes.csv`` (code, name, aliases separated by ``|``, category,
not_principal, and optionally keys, valid_from, valid_to, damaged, row); a crosswalk has ``rows.csv`` instead
(source_code, source_name, target_code, target_name, and optionally row). The same form serves the bundled starter tables and
those a user installed; files of users are opened in ``app``, here are texts and our own packaged data.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from icd_tables.codes import Edition, Kind, normalize_code
from icd_tables.crosswalk import Crosswalk, CrosswalkRow
from icd_tables.table import CodeEntry, CodeTable, TableInfo
from icd_tables.terminology import Terminology
from icd_tables.validity import covers

CODE_COLUMNS = (
    "code", "name", "aliases", "category", "not_principal", "keys", "valid_from", "valid_to", "damaged", "row",
)  # fmt: skip
PAIR_COLUMNS = ("source_code", "source_name", "target_code", "target_name", "row")


@dataclass(frozen=True)
class Source:
    """A table or a crosswalk with its manifest. A crosswalk has ``pairs`` and no entries; ``info.edition`` is its left side."""

    info: TableInfo
    entries: tuple[CodeEntry, ...] = ()
    pairs: tuple[CrosswalkRow, ...] = ()

    @property
    def is_crosswalk(self) -> bool:
        """Whether this maps editions rather than listing codes."""
        return bool(self.pairs)


def manifest_of(source: Source) -> dict[str, object]:
    """The manifest as plain values, ready to be written as TOML."""
    info = source.info
    values: dict[str, object] = {
        "table_id": info.table_id,
        "kind": info.kind.value,
        "edition": info.edition.value,
        "version": info.version,
        "title": info.title,
        "source": info.source,
        "sha256": info.sha256,
        "rows": info.rows,
        "starter": info.starter,
        "note": info.note,
        "crosswalk": source.is_crosswalk,
    }
    values |= {
        key: day
        for key, day in (("valid_from", info.valid_from), ("valid_to", info.valid_to))
        if day is not None
    }
    return values


def parse_manifest(text: str) -> tuple[TableInfo, bool]:
    """A manifest, and whether it describes a crosswalk.

    Raises:
        ValueError: the text is no TOML, or a key is missing or wrong.
    """
    values: dict[str, Any] = tomllib.loads(text)
    try:
        info = TableInfo(
            table_id=str(values["table_id"]),
            kind=Kind(values["kind"]),
            edition=Edition(values["edition"]),
            version=str(values["version"]),
            title=str(values["title"]),
            source=str(values["source"]),
            sha256=str(values.get("sha256", "")),
            rows=int(values.get("rows", 0)),
            valid_from=_day(values.get("valid_from")),
            valid_to=_day(values.get("valid_to")),
            starter=bool(values.get("starter", False)),
            note=str(values.get("note", "")),
        )
    except KeyError as error:
        raise ValueError(f"manifest lacks {error}") from error
    return info, bool(values.get("crosswalk", False))


def parse_codes(text: str) -> tuple[CodeEntry, ...]:
    """Entries from the text of a ``codes.csv``.

    Raises:
        ValueError: the header lacks code or name, or a cell is no date or number.
    """
    rows, at = _rows(text, ("code", "name"))
    pick = [at.get(column, -1) for column in CODE_COLUMNS]
    return tuple(entry_from_cells([row[i] if 0 <= i < len(row) else "" for i in pick]) for row in rows if row)


def parse_pairs(text: str) -> tuple[CrosswalkRow, ...]:
    """Pairs from the text of a ``rows.csv``.

    Raises:
        ValueError: the header lacks one of the four columns.
    """
    rows, at = _rows(text, PAIR_COLUMNS[:4])
    pick = [at.get(column, -1) for column in PAIR_COLUMNS]
    return tuple(_pair([row[i] if 0 <= i < len(row) else "" for i in pick]) for row in rows if row)


def codes_text(entries: Iterable[CodeEntry]) -> str:
    """The text of a ``codes.csv``."""
    return _text(CODE_COLUMNS, map(entry_cells, entries))


def pairs_text(pairs: Iterable[CrosswalkRow]) -> str:
    """The text of a ``rows.csv``."""
    return _text(
        PAIR_COLUMNS,
        ((p.source_code, p.source_name, p.target_code, p.target_name, str(p.row)) for p in pairs),
    )


def entry_cells(entry: CodeEntry) -> tuple[str, ...]:
    """An entry as the texts of ``CODE_COLUMNS``."""
    return (
        entry.code,
        entry.name,
        "|".join(entry.aliases),
        entry.category,
        "1" if entry.not_principal else "",
        "|".join(entry.keys),
        entry.valid_from.isoformat() if entry.valid_from else "",
        entry.valid_to.isoformat() if entry.valid_to else "",
        "1" if entry.damaged else "",
        str(entry.row) if entry.row else "",
    )


def entry_from_cells(cells: Sequence[str]) -> CodeEntry:
    """An entry from the texts of ``CODE_COLUMNS``."""
    code, name, aliases, kind, not_principal, keys, valid_from, valid_to, damaged, row = cells
    return CodeEntry(
        code,
        name,
        tuple(aliases.split("|")) if aliases else (),
        tuple(keys.split("|")) if keys else (),
        kind,
        not_principal in {"1", "true"},
        date.fromisoformat(valid_from) if valid_from else None,
        date.fromisoformat(valid_to) if valid_to else None,
        damaged == "1",
        int(row) if row else 0,
    )


def _pair(cells: Sequence[str]) -> CrosswalkRow:
    source_code, source_name, target_code, target_name, row = cells
    return CrosswalkRow(source_code, source_name, target_code, target_name, int(row) if row else 0)


def _rows(text: str, needed: Sequence[str]) -> tuple[Iterable[list[str]], dict[str, int]]:
    rows = csv.reader(io.StringIO(text, newline=""))
    at = {name: index for index, name in enumerate(next(rows, []))}
    if missing := [name for name in needed if name not in at]:
        raise ValueError(f"columns missing: {', '.join(missing)}")
    return rows, at


def _text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def _day(value: object) -> date | None:
    """A date given as TOML date or ISO text."""
    if value is None or value == "":
        return None
    return value if isinstance(value, date) else date.fromisoformat(str(value))


@cache
def starter_sources() -> tuple[Source, ...]:
    """The bundled starter tables and crosswalks.

    Raises:
        ValueError: a bundled file is damaged (a bug of the build, not of the user).
    """
    found = []
    for folder in sorted(resources.files("icd_tables").joinpath("data").iterdir(), key=lambda f: f.name):
        manifest = folder.joinpath("manifest.toml")
        if manifest.is_file():
            found.append(parse_source(manifest.read_text("utf-8"), _reader(folder)))
    return tuple(found)


def _reader(folder: Traversable) -> Callable[[str], str]:
    return lambda name: folder.joinpath(name).read_text("utf-8")


def parse_source(manifest: str, read: Callable[[str], str]) -> Source:
    """A table folder: ``read(name)`` gives the text of ``codes.csv`` or ``rows.csv``.

    Raises:
        ValueError: manifest or rows are damaged.
    """
    info, crosswalk = parse_manifest(manifest)
    if crosswalk:
        pairs = parse_pairs(read("rows.csv"))
        return Source(replace(info, rows=len(pairs)), pairs=pairs)
    entries = parse_codes(read("codes.csv"))
    return Source(replace(info, rows=len(entries)), entries=entries)


def assemble(sources: Iterable[Source], day: date | None = None) -> Terminology:
    """One Terminology: per kind and edition the newest table in force on ``day``, per kind the newest crosswalk.

    A published name that lost characters gets the undamaged name of the crosswalk as an alias; the name itself stays.
    """
    chosen = choose(sources, day)
    crosswalks = {
        s.info.kind: Crosswalk(s.info.kind, s.info.title, s.pairs) for s in chosen if s.is_crosswalk
    }
    tables: dict[tuple[Kind, Edition], CodeTable] = {}
    for source in chosen:
        info = source.info
        if not source.is_crosswalk:
            entries = _with_whole_names(source.entries, info, crosswalks)
            tables[info.kind, info.edition] = CodeTable(info, entries)
    return Terminology(tables, crosswalks)


def choose(sources: Iterable[Source], day: date | None = None) -> list[Source]:
    """Of several versions the newest in force on ``day`` (latest start, then highest version, then most rows)."""
    best: dict[tuple[Kind, Edition | None], Source] = {}
    for source in sources:
        info = source.info
        if not covers(info.valid_from, info.valid_to, day):
            continue
        key = (info.kind, None if source.is_crosswalk else info.edition)
        if key not in best or _age(best[key].info) <= _age(info):
            best[key] = source
    return list(best.values())


def _age(info: TableInfo) -> tuple[bool, date, tuple[int, ...], int]:
    version = tuple(int(part) for part in re.findall(r"\d+", info.version))
    return (not info.starter, info.valid_from or date.min, version, info.rows)


def _with_whole_names(
    entries: tuple[CodeEntry, ...], info: TableInfo, crosswalks: Mapping[Kind, Crosswalk]
) -> tuple[CodeEntry, ...]:
    crosswalk = crosswalks.get(info.kind)
    if crosswalk is None or not any(entry.damaged for entry in entries):
        return entries
    return tuple(_whole(entry, info, crosswalk) if entry.damaged else entry for entry in entries)


def _whole(entry: CodeEntry, info: TableInfo, crosswalk: Crosswalk) -> CodeEntry:
    if info.edition is Edition.INSURANCE:
        names = [row.target_name for row in crosswalk.sources(entry.code)]
    else:
        names = [row.source_name for row in crosswalk.targets(entry.code)]
    whole = [name for name in dict.fromkeys(names) if name != entry.name and not {"?", "\ufffd"} & set(name)]
    return replace(entry, aliases=(*entry.aliases, *whole)) if whole else entry


def tell_edition(entries: Sequence[CodeEntry], known: Iterable[Source]) -> tuple[Edition | None, str]:
    """Which edition a table without words about itself is, by codes that only one edition has, and the evidence."""
    known = tuple(known)
    for spelled in (
        str,
        normalize_code,
    ):  # as published first: normalising every code is the slow part of a load
        shares = _shares_of_own_codes(entries, known, spelled)
        best = max(shares, key=lambda edition: shares[edition])
        other = next(edition for edition in Edition if edition is not best)
        if shares[best] >= 0.2 and shares[best] >= 2 * shares[other]:
            return best, (
                f"只在{best.value}中有的编码命中 {shares[best]:.0%}，只在{other.value}中有的命中 {shares[other]:.0%}"
            )
    return None, ""


def _shares_of_own_codes(
    entries: Sequence[CodeEntry], known: Sequence[Source], spelled: Callable[[str], str]
) -> dict[Edition, float]:
    """For each edition, which share of the codes that only it has is among the entries."""
    sides: dict[Edition, set[str]] = {edition: set() for edition in Edition}
    for source in known:
        if source.is_crosswalk:
            sides[Edition.CLINICAL].update(spelled(pair.source_code) for pair in source.pairs)
            sides[Edition.INSURANCE].update(spelled(pair.target_code) for pair in source.pairs)
        else:
            sides[source.info.edition].update(spelled(entry.code) for entry in source.entries)
    own = {
        Edition.CLINICAL: sides[Edition.CLINICAL] - sides[Edition.INSURANCE],
        Edition.INSURANCE: sides[Edition.INSURANCE] - sides[Edition.CLINICAL],
    }
    codes = {spelled(entry.code) for entry in entries}
    return {edition: len(only & codes) / len(only) if only else 0.0 for edition, only in own.items()}
