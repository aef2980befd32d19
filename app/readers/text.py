"""Separated text (CSV, TAB) as records that remember their exact bytes.

Lines are split on bytes: in UTF-8 and GB18030 the bytes of line ends, quotes, commas, tabs and semicolons never occur
inside another character. A record knows its raw bytes, so that what nobody changed can be written back untouched.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.readers.opening import CHUNK, UTF8, Encoding

DELIMITERS = (",", "\t", ";", "|")
MAX_LINE = 8 << 20
_MAX_LINES = 60
_MAX_RECORD = 1 << 20
_SENTINEL = "\x1f"


@dataclass(frozen=True, slots=True)
class Record:
    """One record: 1-based number as a spreadsheet shows it, its bytes with the line end, its cells.

    ``problem`` says why the cells could not be read ("": they could). ``ended`` is whether the bytes end with a line end.
    """

    row: int
    raw: bytes
    cells: list[str]
    problem: str = ""

    @property
    def ended(self) -> bool:
        """Whether a line end closes the record (only the last one of a file may lack it)."""
        return self.raw.endswith((b"\n", b"\r"))


def records(stream: io.BufferedIOBase, encoding: Encoding, delimiter: str) -> Iterator[Record]:
    """All records of a stream, in order, each byte in exactly one of them (a byte-order mark aside)."""
    lines = _PushBack(physical_lines(stream, encoding))
    csv.field_size_limit(max(csv.field_size_limit(), _MAX_RECORD))
    for number, line in enumerate(lines, start=1):
        yield _record(number, line, lines, encoding, delimiter)


def physical_lines(stream: io.BufferedIOBase, encoding: Encoding) -> Iterator[bytes]:
    """Lines with their ends (``\\r\\n``, ``\\n`` or ``\\r``), without the byte-order mark. UTF-16 comes out as UTF-8."""
    source = io.BytesIO(_as_utf8(stream.read(), encoding)) if encoding.codec.startswith("utf-16") else stream
    rest = b""
    first = True
    while chunk := source.read(CHUNK):
        if first:
            chunk, first = chunk.removeprefix(encoding.mark), False
        pieces = (rest + chunk).splitlines(keepends=True)
        # a trailing "\r" may be half of "\r\n": keep it for the next chunk
        rest = pieces.pop() if pieces and not pieces[-1].endswith(b"\n") else b""
        yield from pieces
        if len(rest) > MAX_LINE:
            yield rest
            rest = b""
    yield from rest.splitlines(keepends=True)


def line_codec(encoding: Encoding) -> str:
    """The codec of the lines ``physical_lines`` gives."""
    return UTF8.codec if encoding.codec.startswith("utf-16") else encoding.codec


def guess_delimiter(sample: str) -> str:
    """The delimiter that most lines of a sample use equally often; a comma when in doubt."""
    lines = [line for line in sample.splitlines()[:50] if line.strip()]
    best, score = ",", 0
    for delimiter in DELIMITERS:
        counts = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1)
        if counts:
            width, times = counts.most_common(1)[0]
            if times * width > score:
                best, score = delimiter, times * width
    return best


def split_cells(text: str, delimiter: str) -> list[tuple[int, int]]:
    """Start and end of every raw cell (quotes included) in a complete record without its line end."""
    spans: list[tuple[int, int]] = []
    start = position = 0
    end = len(text)
    while True:
        if position < end and text[position] == '"':
            position = _after_quotes(text, position)
        stop = text.find(delimiter, position)
        if stop < 0:
            spans.append((start, end))
            return spans
        spans.append((start, stop))
        start = position = stop + 1


def _after_quotes(text: str, position: int) -> int:
    """The position behind the quoted part of a cell that opens at ``position``."""
    position += 1
    while True:
        close = text.find('"', position)
        if close < 0:
            return len(text)
        if text[close + 1 : close + 2] != '"':
            return close + 1
        position = close + 2


def _as_utf8(content: bytes, encoding: Encoding) -> bytes:
    return content.removeprefix(encoding.mark).decode(encoding.codec, "replace").encode("utf-8")


class _PushBack:
    """An iterator one can give lines back to."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._back: list[bytes] = []

    def __iter__(self) -> _PushBack:
        return self

    def __next__(self) -> bytes:
        return self._back.pop() if self._back else next(self._lines)

    def give_back(self, lines: list[bytes]) -> None:
        self._back.extend(reversed(lines))


def _record(number: int, line: bytes, lines: _PushBack, encoding: Encoding, delimiter: str) -> Record:
    codec = line_codec(encoding)
    parsed = _parse(line, codec, delimiter)
    taken = [line]
    while parsed is None and len(taken) < _MAX_LINES and sum(map(len, taken)) < _MAX_RECORD:
        try:
            taken.append(next(lines))
        except StopIteration:
            break
        parsed = _parse(b"".join(taken), codec, delimiter)
    if parsed is not None:
        return Record(number, b"".join(taken), *parsed)
    # an open quote that never closes: blame its line alone and go on with the next one
    lines.give_back(taken[1:])
    return Record(number, line, [], "引号没有闭合，无法分列")


def _parse(raw: bytes, codec: str, delimiter: str) -> tuple[list[str], str] | None:
    """Cells of a record and what is wrong with them ("": nothing), or ``None`` when it ends inside quotes.

    Bytes that are no text come out as U+FFFD. The sentinel behind the last cell tells whether the quotes are closed there.
    """
    body = _without_line_end(raw.decode(codec, "replace"))
    if '"' not in body:
        return (body.split(delimiter) if body else []), ""
    marked = (body + delimiter + _SENTINEL,)
    try:
        return next(csv.reader(marked, delimiter=delimiter, strict=True))[:-1], ""
    except csv.Error:
        pass
    try:
        row = next(csv.reader(marked, delimiter=delimiter))
    except csv.Error:
        return [], "有单元格过长，无法分列"
    return ([], "引号不规范，各列可能错位") if row[-1] == _SENTINEL else None


def _without_line_end(text: str) -> str:
    return text[:-2] if text.endswith("\r\n") else text[:-1] if text.endswith(("\n", "\r")) else text
