"""Changing single cells of an xlsx without touching anything else in it.

The workbook is copied part by part; only the one sheet's XML is edited, only in the changed cells, which become inline text
cells (codes must stay text). Formats, widths, filters, other sheets, pictures and macros stay as they are.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import IO
from xml.sax.saxutils import escape

from app.export.cells import clean_text
from app.export.line_cells import CellChange

_ROW = re.compile(rb"<((?:\w+:)?)row\b([^>]*?)(?:/>|>(.*?)</\1row>)", re.DOTALL)
_CELL = re.compile(rb"<((?:\w+:)?)c\b([^>]*?)(?:/>|>(.*?)</\1c>)", re.DOTALL)
_NUMBER = re.compile(rb'\br="(\d+)"')
_ADDRESS = re.compile(rb'\br="([A-Z]+)\d+"')
_STYLE = re.compile(rb'\bs="\d+"')
_CALC_CHAIN = re.compile(rb"<(?:\w+:)?(?:Override|Relationship)\b[^>]*calcChain[^>]*?/>")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class PatchError(ValueError):
    """The workbook is not built the way the standard says; it can be read, but not changed safely."""


def patch_workbook(
    source: IO[bytes], target: IO[bytes], sheet: str, changes: Mapping[int, Sequence[CellChange]]
) -> None:
    """Copy a workbook with some cells of one sheet changed. ``changes``: 1-based row -> cells.

    Raises:
        PatchError: the sheet, or a row to change, is not where it should be.
    """
    try:
        _patch(source, target, sheet, changes)
    except (KeyError, ET.ParseError, zipfile.BadZipFile) as error:
        raise PatchError(str(error)) from error


def _patch(
    source: IO[bytes], target: IO[bytes], sheet: str, changes: Mapping[int, Sequence[CellChange]]
) -> None:
    with zipfile.ZipFile(source) as package, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        part = _sheet_part(package, sheet)
        xml, formulas = _patched(package.read(part), changes)
        for item in package.infolist():
            content = xml if item.filename == part else package.read(item)
            if formulas and item.filename.endswith("calcChain.xml"):
                continue  # it would name cells that hold no formula any more; Excel builds it anew
            if formulas and item.filename in {"[Content_Types].xml", "xl/_rels/workbook.xml.rels"}:
                content = _CALC_CHAIN.sub(b"", content)
            out.writestr(item, content, zipfile.ZIP_DEFLATED)


def _sheet_part(package: zipfile.ZipFile, sheet: str) -> str:
    """The part that holds a sheet, by way of the workbook's relations."""
    # the standard parser reads no external entities, and the package was checked for size when it was opened
    book = ET.fromstring(package.read("xl/workbook.xml"))  # noqa: S314
    relations = ET.fromstring(package.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for element in book.iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            target = targets[element.get(_RELATION)]
            return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
    raise KeyError(sheet)


def _patched(xml: bytes, changes: Mapping[int, Sequence[CellChange]]) -> tuple[bytes, bool]:
    """The sheet with its changed rows, and whether a formula was replaced."""
    pieces: list[bytes] = []
    done, number, formulas = 0, 0, False
    waiting = set(changes)
    for row in _ROW.finditer(xml):
        found = _NUMBER.search(row[2])
        number = int(found[1]) if found else number + 1
        if number not in waiting:
            continue
        waiting.discard(number)
        cells, replaced = _patched_cells(row[3] or b"", row[1], number, changes[number])
        pieces += [xml[done : row.start()], b"<%srow%s>%s</%srow>" % (row[1], row[2].rstrip(), cells, row[1])]
        done, formulas = row.end(), formulas or replaced
    if waiting:
        raise PatchError(f"rows not in the sheet: {sorted(waiting)[:5]}")
    return b"".join([*pieces, xml[done:]]), formulas


def _patched_cells(body: bytes, prefix: bytes, row: int, changes: Sequence[CellChange]) -> tuple[bytes, bool]:
    wanted = {change.column: change.text for change in changes}
    cells = dict(_cells(body))
    formulas = any(b"<f" in cells[column] or b":f" in cells[column] for column in wanted if column in cells)
    for column, text in wanted.items():
        style = _STYLE.search(cells[column].partition(b">")[0]) if column in cells else None
        cells[column] = _cell(prefix, _letters(column) + str(row).encode(), style[0] if style else b"", text)
    return b"".join(cells[column] for column in sorted(cells)), formulas


def _cells(body: bytes) -> Iterator[tuple[int, bytes]]:
    column = -1
    for cell in _CELL.finditer(body):
        found = _ADDRESS.search(cell[2])
        column = _index(found[1]) if found else column + 1
        yield column, cell[0]


def _cell(prefix: bytes, address: bytes, style: bytes, text: str) -> bytes:
    attributes = b' r="%s"' % address + (b" " + style if style else b"")
    if not text:
        return b"<%sc%s/>" % (prefix, attributes)
    content = escape(clean_text(text)).encode("utf-8")
    inner = b'<%sis><%st xml:space="preserve">%s</%st></%sis>' % (prefix, prefix, content, prefix, prefix)
    return b'<%sc%s t="inlineStr">%s</%sc>' % (prefix, attributes, inner, prefix)


def _letters(column: int) -> bytes:
    """Spreadsheet letters of a 0-based column."""
    letters = b""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = bytes([65 + rest]) + letters
    return letters


def _index(letters: bytes) -> int:
    """0-based column of spreadsheet letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
