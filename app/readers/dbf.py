"""DBF files (dBase III to FoxPro), as record rooms export them: a table of fixed-width records, read and patched in place.

Layout: a head of 32 bytes, 32 bytes a column, a carriage return, then records of one length. A record starts with a blank,
or with ``*`` when it is marked deleted. Names and texts are GBK nearly everywhere, whatever the language byte says.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import accumulate

from app.readers.opening import Encoding, is_dbf
from coding_rules.values import parse_day, parse_moment

_HEAD, _FIELD = 32, 32
_END_OF_FIELDS, _END_OF_FILE = 0x0D, 0x1A
_LIVE, _DELETED = 0x20, 0x2A
_FOXPRO = {0x30, 0x31, 0x32}
_CELL_MARK = b"\x1f"  # never part of a GB18030 or UTF-8 character
_SAMPLE = 2_000
_JULIAN = 1_721_425  # Julian day number of the day before 0001-01-01, where ordinals start
_ESCAPED = re.compile("[\udc80-\udcff]")

DBF_GB = Encoding("gb18030", "GB18030（DBF）")
DBF_UTF8 = Encoding("utf-8", "UTF-8（DBF）")


class DbfError(Exception):
    """The bytes are no sound DBF file; the text says why, in Chinese."""


class TooWideError(Exception):
    """Texts do not fit their columns. ``problems``: number of the record, and which column is how wide."""

    def __init__(self, problems: Sequence[tuple[int, str]]) -> None:
        super().__init__(*problems)
        self.problems = problems


class _MisfitError(Exception):
    """One text does not fit; the text says why."""


@dataclass(frozen=True, slots=True)
class DbfField:
    """One column: its name, the letter of its type, where it lies in a record and how many bytes it has."""

    name: str
    type: str
    start: int
    length: int

    @property
    def place(self) -> slice:
        """Its bytes in a record."""
        return slice(self.start, self.start + self.length)


@dataclass(frozen=True, slots=True)
class Dbf:
    """A DBF file as its head describes it. ``count`` is what the head says, ``content`` all bytes of the file."""

    content: bytes
    fields: tuple[DbfField, ...]
    head_length: int
    record_length: int
    count: int
    encoding: Encoding

    @property
    def memos(self) -> tuple[str, ...]:
        """Columns whose content lies in another file."""
        return tuple(field.name for field in self.fields if field.type in "MGP")

    @property
    def stored(self) -> int:
        """Whole records there are, whatever the head says."""
        room = (len(self.content) - self.head_length) // self.record_length
        starts = range(self.head_length, self.head_length + room * self.record_length, self.record_length)
        flags = (self.content[start] for start in starts)
        return next((n for n, flag in enumerate(flags) if flag not in {_LIVE, _DELETED}), room)

    def record(self, number: int) -> bytes:
        """The bytes of a record (0-based), its flag first."""
        start = self.head_length + number * self.record_length
        return self.content[start : start + self.record_length]

    def cells(self, number: int) -> list[str]:
        """The trimmed texts of a record; bytes that are no text come out as U+FFFD, dates as ``yyyy-MM-dd[ HH:mm:ss]``."""
        record, codec = self.record(number), self.encoding.codec
        raw = [record[field.place].strip(b" \0") if field.type in _TEXTS else b"" for field in self.fields]
        cells = _CELL_MARK.join(raw).decode(codec, "replace").split(_CELL_MARK.decode())
        if len(cells) != len(raw):  # the mark itself occurs in a text
            cells = [text.decode(codec, "replace").strip() for text in raw]
        for at, field in enumerate(self.fields):
            if field.type in _BINARY:
                cells[at] = _read_binary(field, record[field.place])
        return cells

    def rows(self) -> Iterator[tuple[list[str], str]]:
        """Every record as cells and what is wrong with it ("": nothing), then one row for what the head promises in vain."""
        stored = self.stored
        for number in range(stored):
            deleted = self.record(number)[0] == _DELETED
            yield self.cells(number), "这条记录在 DBF 中已标记为删除" if deleted else ""
        if stored < self.count:
            yield [], f"文件不完整：文件头写有 {self.count:,} 条记录，实有 {stored:,} 条"

    def patched(self, changes: Mapping[int, Sequence[tuple[int, str]]]) -> bytes:
        """The file with some cells replaced: by record (0-based), pairs of column and new text. All other bytes stay.

        Raises:
            TooWideError: texts do not fit.
        """
        out = bytearray(self.content)
        problems: list[tuple[int, str]] = []
        for number, cells in changes.items():
            start = self.head_length + number * self.record_length
            for column, text in cells:
                field = self.fields[column]
                place = start + field.start
                try:
                    out[place : place + field.length] = self._spelled(field, text)
                except _MisfitError as error:
                    problems.append((number, str(error)))
        if problems:
            raise TooWideError(problems)
        return bytes(out)

    def _spelled(self, field: DbfField, text: str) -> bytes:
        if field.type in _BINARY:
            return _write_binary(field, text)
        if field.type == "D":
            day = parse_day(text)
            if text and day is None:
                raise _MisfitError(f"“{field.name}”是日期列，写不下“{text}”")
            return (f"{day:%Y%m%d}" if day else "").encode().ljust(field.length)
        try:
            raw = text.encode(self.encoding.codec)
        except UnicodeEncodeError as error:
            raise _MisfitError(f"“{field.name}”一列没有“{text}”所用的字符") from error
        if field.type not in _TEXTS or len(raw) > field.length:
            raise _MisfitError(f"“{field.name}”一列宽 {field.length} 字节，写不下“{text}”（{len(raw)} 字节）")
        return raw.rjust(field.length) if field.type in "NF" else raw.ljust(field.length)


def open_dbf(content: bytes) -> Dbf:
    """Read the head.

    Raises:
        DbfError: it contradicts itself.
    """
    if not is_dbf(content):
        raise DbfError("文件头不完整")
    count, head_length, record_length = struct.unpack_from("<IHH", content, 4)
    found = list(_descriptors(content[:head_length], content[0] in _FOXPRO))
    starts = [1, *accumulate((length for _, _, length in found), initial=1)][1:]
    if not found or starts[-1] > record_length:
        raise DbfError("各列的宽度与记录长度不符")
    if len(content) < head_length:
        raise DbfError("文件头不完整")
    encoding = _encoding(content, head_length, record_length, b"".join(name for name, _, _ in found))
    names = [name.decode(encoding.codec, "replace").strip() for name, _, _ in found]
    fields = tuple(
        DbfField(name, type_, start, length)
        for name, (_, type_, length), start in zip(names, found, starts, strict=False)
    )
    return Dbf(content, fields, head_length, record_length, count, encoding)


def _descriptors(head: bytes, foxpro: bool) -> Iterator[tuple[bytes, str, int]]:
    """Name, type and width of the columns. In FoxPro a ``B`` is a number of 8 bytes, elsewhere a memo."""
    for at in range(_HEAD, len(head) - _FIELD + 1, _FIELD):
        if head[at] == _END_OF_FIELDS:
            return
        name, type_ = head[at : at + 11].split(b"\0")[0], chr(head[at + 11])
        length = head[at + 16]
        if type_ == "C":
            length += head[at + 17] << 8  # texts beyond 255 bytes, as Clipper and FoxPro write them
        yield name, "M" if type_ == "B" and not foxpro else type_, length


def _encoding(content: bytes, head_length: int, record_length: int, names: bytes) -> Encoding:
    """UTF-8 where names and the first records are UTF-8 beyond ASCII, else GB18030."""
    text = names + content[head_length : head_length + _SAMPLE * record_length]
    high = sum(byte > 0x7F for byte in text)
    bad = len(_ESCAPED.findall(text.decode("utf-8", "surrogateescape")))
    return DBF_UTF8 if high and bad * 20 < high else DBF_GB


_TEXTS = frozenset("CNFDL")
_BINARY = frozenset("ITYBO")
_EMPTY_MOMENT = bytes(8)


def _read_binary(field: DbfField, raw: bytes) -> str:
    """A binary cell as text; empty where its width is not that of its type."""
    if field.type == "I" and len(raw) == 4:
        return str(struct.unpack("<i", raw)[0])
    if len(raw) != 8:
        return ""
    if field.type == "Y":
        return str(Decimal(struct.unpack("<q", raw)[0]) / 10_000)
    if field.type == "T":
        return "" if raw in {_EMPTY_MOMENT, b" " * 8} else _moment(*struct.unpack("<ii", raw))
    return f"{struct.unpack('<d', raw)[0]:.15g}"


def _moment(julian: int, milliseconds: int) -> str:
    try:
        day = date.fromordinal(julian - _JULIAN)
    except (ValueError, OverflowError):
        return ""
    moment = datetime.combine(day, datetime.min.time()) + timedelta(milliseconds=round(milliseconds, -3))
    return moment.strftime("%Y-%m-%d %H:%M:%S" if milliseconds else "%Y-%m-%d")


def _write_binary(field: DbfField, text: str) -> bytes:
    """A text as binary cell.

    Raises:
        _MisfitError: it is no such value.
    """
    try:
        if field.type == "T":
            moment = parse_moment(text)
            if not text:
                return _EMPTY_MOMENT
            if moment is not None:
                seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
                return struct.pack("<ii", moment.toordinal() + _JULIAN, seconds * 1000)
        elif field.type == "I":
            return struct.pack("<i", int(text or "0"))
        elif field.type == "Y":
            return struct.pack("<q", int(Decimal(text or "0") * 10_000))
        else:
            return struct.pack("<d", float(text or "0"))
    except (ValueError, InvalidOperation, struct.error):
        pass
    raise _MisfitError(f"“{field.name}”一列是数值或时间，写不下“{text}”")
