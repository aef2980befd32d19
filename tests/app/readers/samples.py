"""Small synthetic front-page files: invented people, real shapes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import openpyxl

from coding_rules.fields import N041_HEADER
from icd_tables.codes import Edition, Kind
from icd_tables.table import CodeEntry, CodeTable, TableInfo
from icd_tables.terminology import Terminology

BASE = {
    "USERNAME": "示例医院",
    "YLFKFS": "01",
    "ZYCS": "1",
    "BAH": "00012345",
    "XM": "甲某",
    "XB": "1",
    "CSRQ": "19600102",
    "NL": "65",
    "SFZH": "410400196001021234",
    "RYSJ": "20250215",
    "RYSJS": "16",
    "CYSJ": "20250220",
    "CYSJS": "9",
    "CYKB": "心血管内科",
    "SJZYTS": "5",
    "JBDM": "I20.000",
    "ZYZD": "不稳定性心绞痛",
    "RYBQ": "1",
    "JBDM1": "I10.x00x002",
    "QTZD1": "高血压病",
    "RYBQ1": "1",
    "SSJCZBM1": "88.5500",
    "SSJCZMC1": "单根导管的冠状动脉造影术",
    "SSJCZRQ1": "20250216",
    "SZ1": "乙某",
    "LYFS": "1",
    "ZFY": "1234.50",
    "XYF": "1000.00",
    "HLF": "234.5",
}


def n041_row(**changes: str) -> dict[str, str]:
    """One N041 row; keyword arguments replace cells."""
    return dict.fromkeys(N041_HEADER, "") | BASE | changes


def n041_bytes(
    rows: Iterable[Mapping[str, str]],
    encoding: str = "gb18030",
    delimiter: str = ",",
    line_end: str = "\r\n",
    quoting: int = csv.QUOTE_ALL,
) -> bytes:
    """An N041 file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, N041_HEADER, delimiter=delimiter, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type]
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def n041_file(folder: Path, *rows: Mapping[str, str], name: str = "首页.csv") -> Path:
    """An N041 file in GB18030 with these rows (one plain row when none is given)."""
    path = folder / name
    path.write_bytes(n041_bytes(rows or [n041_row()]))
    return path


def workbook(path: Path, *rows: Sequence[object], title: str = "Sheet1") -> Path:
    """An xlsx with these rows from A1 on; numbers stay numbers, texts texts."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    book.close()
    return path


def table(kind: Kind, edition: Edition, names: Mapping[str, str]) -> CodeTable:
    """A code table with these codes and names."""
    info = TableInfo(f"{kind}-{edition}", kind, edition, "1", "小表", "测试")
    return CodeTable(info, [CodeEntry(code, name) for code, name in names.items()])


def terminology() -> Terminology:
    """Two small editions that differ in some codes."""
    common = {"I10.x00x002": "高血压病", "I20.000": "不稳定性心绞痛"}
    tables = [
        table(Kind.DIAGNOSIS, Edition.CLINICAL, common | {"E11.900x001": "2型糖尿病"}),
        table(Kind.DIAGNOSIS, Edition.INSURANCE, common | {"E11.900": "2型糖尿病"}),
        table(Kind.PROCEDURE, Edition.CLINICAL, {"88.5500": "单根导管的冠状动脉造影术"}),
    ]
    return Terminology({(t.info.kind, t.info.edition): t for t in tables})
