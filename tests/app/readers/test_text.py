import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.readers.opening import GB18030, UTF8, UTF8_BOM, Encoding
from app.readers.text import guess_delimiter, records, split_cells

CELL = st.text(st.characters(codec="gb18030", exclude_characters="\0\x1f"), max_size=8)
ROWS = st.lists(st.lists(CELL, min_size=2, max_size=5), min_size=1, max_size=6)
ENCODINGS = st.sampled_from([GB18030, UTF8, UTF8_BOM])


def as_csv(rows: list[list[str]], delimiter: str, line_end: str, quoting: int) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


@given(ROWS, ENCODINGS, st.sampled_from(",\t;"), st.sampled_from(["\r\n", "\n", "\r"]), st.booleans())
def test_what_csv_writes_comes_back_with_all_its_bytes(
    rows: list[list[str]], encoding: Encoding, delimiter: str, line_end: str, quote_all: bool
) -> None:
    # the csv module quotes line ends inside cells reliably only when told to quote all, or with "\r\n"
    style = (line_end, csv.QUOTE_ALL) if quote_all else ("\r\n", csv.QUOTE_MINIMAL)
    text = as_csv(rows, delimiter, *style)
    content = encoding.mark + text.encode(encoding.codec)
    found = list(records(io.BytesIO(content), encoding, delimiter))
    assert [record.cells for record in found] == rows
    assert encoding.mark + b"".join(record.raw for record in found) == content


@given(st.binary(max_size=400), ENCODINGS)
def test_no_byte_is_lost_whatever_comes(content: bytes, encoding: Encoding) -> None:
    found = list(records(io.BytesIO(content), encoding, ","))
    assert b"".join(record.raw for record in found) == content.removeprefix(encoding.mark)
    assert [record.row for record in found] == list(range(1, len(found) + 1))


@given(st.lists(CELL, min_size=1, max_size=6), st.sampled_from(",\t;"), st.booleans())
def test_raw_cells_are_the_cells_csv_sees(cells: list[str], delimiter: str, quote_all: bool) -> None:
    text = as_csv([cells], delimiter, "", csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
    raw = [text[start:end] for start, end in split_cells(text, delimiter)]
    assert delimiter.join(raw) == text
    assert len(raw) == len(cells)
    for piece, cell in zip(raw, cells, strict=True):
        assert (piece[1:-1].replace('""', '"') if piece.startswith('"') else piece) == cell


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('a,"b\nc,d\n', "引号没有闭合，无法分列"),
        ('a,"b"c,d\n', "引号不规范，各列可能错位"),
    ],
)
def test_bad_quotes_cost_one_row(text: str, problem: str) -> None:
    found = list(records(io.BytesIO((text + "1,2,3\n").encode()), UTF8, ","))
    assert found[0].problem == problem
    assert found[-1].cells == ["1", "2", "3"]


def test_an_unclosed_quote_does_not_swallow_the_file() -> None:
    content = b'a,"b\n' + b"1,2\n" * 1000
    found = list(records(io.BytesIO(content), UTF8, ","))
    assert len(found) == 1001
    assert sum(bool(record.problem) for record in found) == 1


def test_cells_may_hold_line_ends() -> None:
    found = list(records(io.BytesIO(b'1,"a\r\nb"\r\n2,c\r\n'), UTF8, ","))
    assert [(r.row, r.cells) for r in found] == [(1, ["1", "a\r\nb"]), (2, ["2", "c"])]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_the_one_used_alike_in_all_lines(delimiter: str) -> None:
    lines = [["名称，带逗号", "a,b" if delimiter != "," else "ab", "x"]] * 5
    assert guess_delimiter(as_csv(lines, delimiter, "\n", csv.QUOTE_MINIMAL)) == delimiter
