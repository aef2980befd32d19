import csv
from pathlib import Path

import pytest

from coding_rules.fields import (
    FEE_ADDENDS,
    FEE_ITEMS,
    FEE_SUB_ITEMS,
    FIELDS,
    N041_FIELDS,
    N041_HEADER,
    FieldKind,
    diagnosis_fields,
    field_label,
    procedure_fields,
)


def test_n041_has_232_distinct_columns_with_labels() -> None:
    assert len(N041_HEADER) == 232
    assert len(set(N041_HEADER)) == 232
    assert all(info.label for info in N041_FIELDS)


def test_other_diagnoses_are_interleaved_as_on_the_two_column_form() -> None:
    order = [f for f in N041_HEADER if f.startswith("JBDM") and f != "JBDM"]
    assert order[:4] == ["JBDM8", "JBDM1", "JBDM9", "JBDM2"]
    assert order[-1] == "JBDM15"


def test_sub_items_are_no_addends_of_the_total() -> None:
    assert set(FEE_SUB_ITEMS) == {"WLZLF", "MAF", "SSF", "KJYWF"}
    assert not set(FEE_SUB_ITEMS) & set(FEE_ADDENDS)
    assert set(FEE_ITEMS) == set(FEE_SUB_ITEMS) | set(FEE_ADDENDS)
    assert set(FEE_SUB_ITEMS.values()) <= set(FEE_ADDENDS)


def test_lines_and_labels() -> None:
    assert diagnosis_fields(0) == ("JBDM", "ZYZD", "RYBQ")
    assert diagnosis_fields(3) == ("JBDM3", "QTZD3", "RYBQ3")
    assert procedure_fields(2)[:2] == ("SSJCZBM2", "SSJCZRQ2")
    assert field_label("JBDM") == "主要诊断编码"
    assert field_label("SSJCZBM9") == "手术及操作编码9"
    assert field_label("某列") == "某列"
    assert FIELDS["XB"].domain["1"] == "男"
    assert FIELDS["ZFY"].kind is FieldKind.MONEY


@pytest.mark.reference
def test_header_equals_the_published_one(reference: Path) -> None:
    with (reference / "frontpage" / "n041_header.csv").open(encoding="utf-8-sig", newline="") as file:
        assert tuple(next(csv.reader(file))) == N041_HEADER
