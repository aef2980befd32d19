import csv
from pathlib import Path

import pytest

from coding_rules.fields import FIELDS, N041_HEADER
from coding_rules.header_names import known_headers
from coding_rules.headers import HeaderMatch, match_header


def field_of(header: str) -> str | None:
    match = match_header(header)
    return match.field if match else None


def test_every_known_header_leads_to_a_known_field() -> None:
    assert set(known_headers().values()) <= set(FIELDS)


@pytest.mark.parametrize("field_id", [*N041_HEADER, "A16", "C47", "JBDM40", "SSJCZBM41", "C49x01"])
def test_canonical_ids_are_their_own_headers(field_id: str) -> None:
    assert field_of(field_id) == field_id
    assert field_of(f" {field_id.lower()} ") == field_id


@pytest.mark.parametrize(
    ("header", "field_id"),
    [
        ("病案号", "BAH"),
        ("主要诊断编码", "JBDM"),
        ("主要诊断入院病情", "RYBQ"),
        ("A48", "BAH"),
        ("P3", "BAH"),
        ("C03C", "JBDM"),
        ("C06x01C", "JBDM1"),
        ("C06X40c", "JBDM40"),
        ("C14x01C", "SSJCZBM1"),
        ("C35x01C", "SSJCZBM2"),
        ("C42x02C", "QKYHDJ3"),
        ("D01", "ZFY"),
        ("D20x01", "MAF"),
        ("P752", "YLFUF"),
        ("P781", "QTF"),
        ("P3291", "JBDM3"),
        ("P45002", "SSJCZBM6"),
        ("P45050", "SSJCZBM10"),
        ("P45061", "MZYS10"),
        ("P829", "SSJB10"),
        ("ABC01C", "JBDM"),
        ("P323", "CYQK"),
        ("P329", "CYQK2"),
        ("F06x02", "CYQK2"),
        ("门（急）诊诊断编码", "JBBM"),
        ("1.一般医疗服务费", "YLFUF"),
        ("住院总费用（元）", "ZFY"),
        ("年龄(岁)", "NL"),
        ("主要手术操作编码", "SSJCZBM1"),
        ("SHJB3", "SSJB3"),
        ("QKYLB2", "QKYHLB2"),
        ("BZYZS_NL", "BZYZSNL"),
        ("备注", None),
        ("", None),
    ],
)
def test_headers_of_every_family(header: str, field_id: str | None) -> None:
    assert field_of(header) == field_id


@pytest.mark.parametrize(
    ("header", "match"),
    [
        ("其他诊断编码1", HeaderMatch("JBDM", True, 1)),
        ("其它诊断2名称", HeaderMatch("QTZD", True, 2)),
        ("其他诊断三代码", HeaderMatch("JBDM", True, 3)),
        ("其他诊断十二编码", HeaderMatch("JBDM", True, 12)),
        ("其他诊断ICD10编码4", HeaderMatch("JBDM", True, 4)),
        ("入院病情2", HeaderMatch("RYBQ", True, 2)),
        ("诊断编码1", HeaderMatch("JBDM", True, 1, open=True)),
        ("其他手术编码1", HeaderMatch("SSJCZBM", True, 1, shift=1)),
        ("手术及操作编码7", HeaderMatch("SSJCZBM", True, 7, open=True)),
        ("手术ICD-9-CM-3编码2", HeaderMatch("SSJCZBM", True, 2, open=True)),
        ("Ⅰ助3", HeaderMatch("YZ", True, 3, open=True)),
        ("其他诊断编码", HeaderMatch("JBDM", True)),
        ("住院号", HeaderMatch("BAH", weak=True)),
        ("其他诊断编码999", None),
    ],
)
def test_line_families(header: str, match: HeaderMatch | None) -> None:
    assert match_header(header) == match


@pytest.mark.reference
def test_all_hqms_columns_are_known_and_distinct(reference: Path) -> None:
    with (reference / "frontpage" / "hqms_header_full.csv").open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    found = [field_of(column) for column in header]
    assert None not in found
    assert len(set(found)) == len(header)
