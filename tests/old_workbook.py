"""Writes an Excel 97 workbook (.xls): a compound file with one BIFF8 stream, as little of both as a reader needs."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_LEAST = 4096
"""A shorter stream would have to stand in the mini stream."""


def write_xls(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """Write sheets of text and numbers; ``None`` leaves a cell out."""
    bodies = [_sheet(rows) for rows in sheets.values()]
    names = [_text(name, short=True) for name in sheets]
    head = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0x0600))
    at = len(head) + sum(len(name) + 10 for name in names) + 4
    bound = b""
    for name, body in zip(names, bodies, strict=True):
        bound += _record(0x0085, struct.pack("<IH", at, 0) + name)
        at += len(body)
    stream = head + bound + _record(0x000A) + b"".join(bodies)
    path.write_bytes(_compound(stream.ljust(_LEAST, b"\0")))
    return path


def _sheet(rows: Sequence[Sequence[object]]) -> bytes:
    cells = [_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0x0600))]
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(value, int | float):
                cells.append(_record(0x0203, place + struct.pack("<d", value)))
            elif value is not None:
                cells.append(_record(0x0204, place + _text(str(value))))
    return b"".join(cells) + _record(0x000A)


def _text(text: str, *, short: bool = False) -> bytes:
    return struct.pack("<BB" if short else "<HB", len(text), 1) + text.encode("utf-16-le")


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _compound(stream: bytes) -> bytes:
    """Sector 0: FAT; sector 1: directory; then the stream."""
    count = -(-len(stream) // _SECTOR)
    chain = [_FAT, _END, *range(3, 2 + count), _END]
    fat = struct.pack("<128I", *chain, *[_FREE] * (128 - len(chain)))
    root = _entry("Root Entry", 5, _END, 0, child=1)
    book = _entry("Workbook", 2, 2, len(stream))
    head = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        1,
        0,
        _LEAST,
        _END,
        0,
        _END,
        0,
        0,
    )
    head += struct.pack("<I", _FREE) * 108
    return head + fat + (root + book).ljust(_SECTOR, b"\0") + stream.ljust(count * _SECTOR, b"\0")


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    spelled = (name + "\0").encode("utf-16-le")
    links = struct.pack("<III", _FREE, _FREE, child)
    return (
        spelled.ljust(64, b"\0")
        + struct.pack("<HBB", len(spelled), kind, 1)
        + links
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
