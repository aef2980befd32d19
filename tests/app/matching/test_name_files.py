"""Texts, names and confirmed pairs from small files."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import UserError
from app.matching.name_files import read_lines, read_names, read_pairs
from icd_tables.table import CodeEntry

ENTRIES = [
    CodeEntry("I21.0", "急性前壁心肌梗死"),
    CodeEntry("I20.0", "不稳定型心绞痛"),
    CodeEntry("I20.0", "恶化型心绞痛"),
]


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_lines_keep_their_order_and_blanks(tmp_path: Path, encoding: str) -> None:
    assert read_lines(write(tmp_path / "t.txt", "冠心病\r\n\r\n高血压 ", encoding)) == [
        "冠心病",
        "",
        "高血压 ",
    ]


def test_names(tmp_path: Path) -> None:
    entries = read_names(write(tmp_path / "n.tsv", "code\tname\nI21.0\t心梗\n\n47.01 \t 切除术\n"))
    assert [(entry.code, entry.name, entry.row) for entry in entries] == [
        ("I21.0", "心梗", 2),
        ("47.01", "切除术", 4),
    ]


@pytest.mark.parametrize(
    ("content", "what"), [("code\tname\n", "没有名称"), ("I21.0 心梗\n", "第 1 行"), ("I21.0\t\n", "第 1 行")]
)
def test_bad_names_are_told(tmp_path: Path, content: str, what: str) -> None:
    path = tmp_path / "n.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=what):
        read_names(path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("text,code,name\n心梗,I21.0,\n", [("心梗", "急性前壁心肌梗死")]),
        (
            "原始词\t标准词\n心梗\t急性前壁心肌梗死##恶化型心绞痛\n",
            [("心梗", "急性前壁心肌梗死"), ("心梗", "恶化型心绞痛")],
        ),
        ("心梗,急性前壁心肌梗死\n", [("心梗", "急性前壁心肌梗死")]),
        ("心梗,i21.0\n", [("心梗", "急性前壁心肌梗死")]),
        ("心绞痛,I20.0,恶化型心绞痛\n", [("心绞痛", "恶化型心绞痛")]),
        ("text,code\n心绞痛,I20.0##I21.0\n", [("心绞痛", "不稳定型心绞痛"), ("心绞痛", "急性前壁心肌梗死")]),
    ],
)
def test_pairs_in_the_forms_people_have(
    tmp_path: Path, content: str, expected: list[tuple[str, str]]
) -> None:
    pairs, refused = read_pairs(write(tmp_path / "p.csv", content), ENTRIES)
    assert [(pair.text, pair.name) for pair in pairs] == expected
    assert refused == []


def test_pairs_that_lead_nowhere_are_told(tmp_path: Path) -> None:
    pairs, refused = read_pairs(
        write(tmp_path / "p.csv", "text,name\n甲,没有的\n,急性前壁心肌梗死\n"), ENTRIES
    )
    assert pairs == []
    assert refused == [(2, "编码和名称都不在名称表中"), (3, "没有文本")]
    with pytest.raises(UserError, match="不是对应表"):
        read_pairs(write(tmp_path / "q.csv", "只有一列\n"), ENTRIES)
