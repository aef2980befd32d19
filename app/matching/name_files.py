"""Small text files of the matching command: texts to match, a list of names, and confirmed pairs."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.errors import UserError
from app.readers.opening import detect_encoding, sniff
from icd_tables.codes import normalize_code
from icd_tables.matching.memory import Confirmed
from icd_tables.table import CodeEntry

SEVERAL = "##"
"""Between the standard names of a text that has several."""
_TEXT = {"text", "原始词", "文本", "诊断文本", "临床名称"}
_CODE = {"code", "编码", "标准编码"}
_NAME = {"name", "标准词", "名称", "标准名称"}


def read_lines(path: Path) -> list[str]:
    """The lines of a text file as they are, without their ends; a mark at the start is dropped.

    Raises:
        UserError: the file cannot be opened as text.
    """
    sniff(path)
    encoding, _ = detect_encoding(path)
    codec = "utf-8-sig" if encoding.codec == "utf-8" else encoding.codec
    with path.open(encoding=codec, errors="replace", newline=None) as file:
        return [line.rstrip("\n") for line in file]


def read_names(path: Path) -> list[CodeEntry]:
    """Entries of a list of names: a code, a tab and a name on each line. Other lines (a header without a code) are an error.

    Raises:
        UserError: a line has no tab, or nothing is in the file.
    """
    entries: list[CodeEntry] = []
    for row, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        code, tab, name = line.partition("\t")
        if not tab or not name.strip():
            raise UserError(
                f"“{path.name}”第 {row} 行不是“编码 TAB 名称”。",
                "每行写一个编码和一个名称，中间用 TAB 分隔。",
            )
        if (code.strip().lower(), name.strip().lower()) != ("code", "name"):
            entries.append(CodeEntry(code.strip(), name.strip(), row=row))
    if not entries:
        raise UserError(f"“{path.name}”里没有名称。", "每行写一个编码和一个名称，中间用 TAB 分隔。")
    return entries


def read_pairs(path: Path, entries: Sequence[CodeEntry]) -> tuple[list[Confirmed], list[tuple[int, str]]]:
    """Confirmed pairs of a CSV (or tab-separated) file, led to ``entries``; and the rows that lead to none, as (row, reason).

    Columns by header (text/原始词, code/编码, name/标准词), else text, code, name, or text and either. A name cell may hold several
    names with ``##`` between them: each is remembered.

    Raises:
        UserError: the file cannot be opened, or has fewer than two columns.
    """
    lines = read_lines(path)
    delimiter = "\t" if lines and "\t" in lines[0] else ","
    rows = [
        (at, cells) for at, cells in enumerate(csv.reader(lines, delimiter=delimiter), start=1) if any(cells)
    ]
    if not rows or len(rows[0][1]) < 2:
        raise UserError(f"“{path.name}”不是对应表。", "需要文本、编码、名称三列，或文本、名称两列的 CSV。")
    first = [cell.strip().lower() for cell in rows[0][1]]
    header = _columns(first)
    text_at, code_at, name_at = header or (0, 1, 2 if len(first) > 2 else 1)
    by_code = {normalize_code(entry.code): entry for entry in reversed(entries)}
    by_name = {entry.name: entry for entry in reversed(entries)}
    pairs: list[Confirmed] = []
    refused: list[tuple[int, str]] = []
    for row, cells in rows[1:] if header else rows:
        text, code, name = _cell(cells, text_at), _cell(cells, code_at), _cell(cells, name_at)
        found = [entry for entry in _targets(code, name, by_code, by_name) if entry is not None]
        pairs += [Confirmed(text, entry.code, entry.name) for entry in found if text]
        if not text or not found:
            refused.append((row, "没有文本" if not text else "编码和名称都不在名称表中"))
    return pairs, refused


def _columns(header: Sequence[str]) -> tuple[int, int | None, int | None] | None:
    def at(words: set[str]) -> int | None:
        return next((at for at, cell in enumerate(header) if cell in words), None)

    text, code, name = at(_TEXT), at(_CODE), at(_NAME)
    return (text, code, name) if text is not None and (code is not None or name is not None) else None


def _cell(cells: Sequence[str], at: int | None) -> str:
    return cells[at].strip() if at is not None and at < len(cells) else ""


def _targets(
    code: str, name: str, by_code: dict[str, CodeEntry], by_name: dict[str, CodeEntry]
) -> Iterator[CodeEntry | None]:
    """Entries of a row: by name first (a code may bear several names), else by code."""
    codes, names = code.split(SEVERAL), name.split(SEVERAL)
    for number in range(max(len(codes), len(names))):
        own = by_name.get(names[number].strip()) if number < len(names) else None
        yield own or (by_code.get(normalize_code(codes[number])) if number < len(codes) else None)
