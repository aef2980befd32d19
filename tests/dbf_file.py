"""Writes a DBF file as hospital systems do: fixed-width records, GBK, and the language byte left at zero."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

Field = tuple[str, str, int]
"""Name, letter of the type, width in bytes."""


def dbf_bytes(
    fields: Sequence[Field],
    rows: Sequence[Sequence[str | bytes]],
    *,
    encoding: str = "gbk",
    version: int = 0x03,
    deleted: Sequence[int] = (),
    count: int | None = None,
) -> bytes:
    """The file; bytes go into a record as they are, texts padded; ``count`` is what the head says (default: the truth)."""
    width = 1 + sum(length for _, _, length in fields)
    head_length = 32 + 32 * len(fields) + 1
    said = len(rows) if count is None else count
    head = struct.pack("<BBBBIHH20x", version, 125, 3, 31, said, head_length, width)
    for name, type_, length in fields:
        low, high = (length % 256, length // 256) if type_ == "C" else (length, 0)
        raw = name.encode(encoding).ljust(11, b"\0")
        head += raw + type_.encode() + bytes(4) + bytes([low, high]) + bytes(14)
    body = b"".join(
        (b"*" if number in deleted else b" ")
        + b"".join(_cell(value, field, encoding) for value, field in zip(row, fields, strict=True))
        for number, row in enumerate(rows)
    )
    return head + b"\r" + body + b"\x1a"


def n041_dbf(path: Path, rows: Sequence[dict[str, str]], **options: object) -> Path:
    """N041 front pages as DBF: names of ten letters, texts 60 wide, money as numbers."""
    fields = [(name[:10], *_type(name)) for name in rows[0]]
    path.write_bytes(dbf_bytes(fields, [list(row.values()) for row in rows], **options))  # type: ignore[arg-type]
    return path


def _type(name: str) -> tuple[str, int]:
    if name in {"ZFY", "XYF", "HLF"}:
        return "N", 12
    return ("D", 8) if name in {"CSRQ", "RYSJ", "CYSJ", "SSJCZRQ1"} else ("C", 60)


def _cell(value: str | bytes, field: Field, encoding: str) -> bytes:
    _, type_, length = field
    if isinstance(value, bytes):
        return value.ljust(length, b"\0")
    raw = value.encode(encoding)[:length]
    return raw.rjust(length) if type_ in "NF" else raw.ljust(length)
