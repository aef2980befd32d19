"""How far the cells of an Excel 97 workbook (.xls) reach, told before it is opened.

A damaged or crafted file can name a cell far outside any sheet; the reader would then ask for the memory of the whole
rectangle. So the records are walked first: the stream ``Workbook`` of the compound file, in it every record of a cell.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

MOST_COLUMNS = 256
_SECTOR_SHIFTS = {9, 12}
_MINI_SHIFT = 6
_MINI_CUTOFF = 4096
_NO_SECTOR = 0xFFFF_FFFA  # this and what is above are marks, not sector numbers
_ENTRY = 128
_STREAM, _ROOT = 2, 5
_CELLS = {0x02, 0x03, 0x04, 0x06, 0xBD, 0xBE, 0xD6, 0xFD, 0x201, 0x203, 0x204, 0x205, 0x206, 0x27E, 0x406}


class OldWorkbookError(Exception):
    """The bytes contradict themselves."""


def reach(content: bytes) -> tuple[int, int]:
    """How many rows and columns the cells of the sheets take at most.

    Raises:
        OldWorkbookError: no sound compound file, or no workbook in it.
    """
    try:
        stream = _workbook(content)
    except (struct.error, IndexError) as error:
        raise OldWorkbookError("a sector outside the file") from error
    rows = columns = 0
    for kind, body in _records(stream):
        if kind in _CELLS and len(body) >= 4:
            row, column = struct.unpack_from("<HH", body)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
    return rows, columns


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _workbook(content: bytes) -> bytes:
    """The stream of the workbook, put together from its sectors."""
    (shift,) = struct.unpack_from("<H", content, 30)
    if shift not in _SECTOR_SHIFTS:
        raise OldWorkbookError("sectors of no known size")
    size = 1 << shift
    sectors = [content[at : at + size] for at in range(size, len(content), size)]
    fat = _numbers(b"".join(sectors[n] for n in _fat_sectors(content, sectors)))
    (directory, mini) = struct.unpack_from("<I8xI", content, 48)
    entries = list(_entries(b"".join(sectors[n] for n in _chain(directory, fat))))
    books = [entry for entry in entries if entry[1] == _STREAM and entry[0] in {"Workbook", "Book"}]
    if not books:
        raise OldWorkbookError("no workbook")
    _, _, start, length = books[0]
    if length >= _MINI_CUTOFF:
        return b"".join(sectors[n] for n in _chain(start, fat))[:length]
    root = next((first for _, kind, first, _ in entries if kind == _ROOT), _NO_SECTOR)
    store = b"".join(sectors[n] for n in _chain(root, fat))
    minis = [store[at : at + (1 << _MINI_SHIFT)] for at in range(0, len(store), 1 << _MINI_SHIFT)]
    mini_fat = _numbers(b"".join(sectors[n] for n in _chain(mini, fat)))
    return b"".join(minis[n] for n in _chain(start, mini_fat))[:length]


def _fat_sectors(content: bytes, sectors: Sequence[bytes]) -> list[int]:
    """Where the allocation table lies: 109 numbers in the head, more in sectors of their own."""
    found = list(struct.unpack_from("<109I", content, 76))
    (after, left) = struct.unpack_from("<II", content, 68)
    while left and after < _NO_SECTOR:
        *more, after = _numbers(sectors[after])
        found += more
        left -= 1
    return [number for number in found if number < _NO_SECTOR]


def _chain(start: int, fat: Sequence[int]) -> list[int]:
    found: list[int] = []
    while start < _NO_SECTOR:
        found.append(start)
        if len(found) > len(fat):
            raise OldWorkbookError("a chain without end")
        start = fat[start]
    return found


def _entries(directory: bytes) -> Iterator[tuple[str, int, int, int]]:
    """Name, kind, first sector and length of what the compound file holds."""
    for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        entry = directory[at : at + _ENTRY]
        length, kind = struct.unpack_from("<HB", entry, 64)
        start, size = struct.unpack_from("<II", entry, 116)
        yield entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace"), kind, start, size


def _numbers(sector: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])
