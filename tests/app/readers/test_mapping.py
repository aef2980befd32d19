from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UserError
from app.paths import data_dir
from app.readers.mapping import ColumnMapping, find_header, fingerprint, guess_mapping, recall, remember
from coding_rules.fields import FIELDS, N041_HEADER


def fields(*headers: str) -> tuple[str, ...]:
    return guess_mapping(headers).fields


def test_numbered_lines_count_from_the_principal_one_unless_it_has_its_own_column() -> None:
    assert fields("病案号", "诊断1", "诊断1编码", "诊断2编码") == ("BAH", "ZYZD", "JBDM", "JBDM1")
    assert fields("主要诊断编码", "诊断编码1", "诊断名称1") == ("JBDM", "JBDM1", "QTZD1")
    assert fields("手术编码1", "手术编码2") == ("SSJCZBM1", "SSJCZBM2")
    assert fields("主要手术编码", "手术编码1") == ("SSJCZBM1", "SSJCZBM2")
    assert fields("主要手术编码", "其他手术编码1", "其他手术名称1") == ("SSJCZBM1", "SSJCZBM2", "SSJCZMC2")


def test_repeated_headers_count_up() -> None:
    assert fields("主要诊断编码", "其他诊断编码", "其他诊断", "其他诊断编码", "其他诊断") == (
        "JBDM", "JBDM1", "QTZD1", "JBDM2", "QTZD2",
    )  # fmt: skip


def test_bare_headers_belong_to_the_diagnosis_on_their_left() -> None:
    assert fields("门诊诊断", "疾病编码", "主要诊断", "ICD编码", "入院病情") == (
        "MZZD",
        "JBBM",
        "ZYZD",
        "JBDM",
        "RYBQ",
    )
    assert fields("其他诊断1", "编码", "入院病情", "病理诊断", "疾病编码") == (
        "QTZD1",
        "JBDM1",
        "RYBQ1",
        "BLZD",
        "JBMM",
    )
    assert fields("备注", "其它", "编码") == ("", "", "")


def test_weak_names_give_way() -> None:
    assert fields("住院号", "主诊断编码") == ("BAH", "JBDM")
    assert fields("住院号", "病案号", "主诊断编码") == ("", "BAH", "JBDM")


def test_of_two_columns_of_one_meaning_the_filled_one_is_used() -> None:
    headers = ("病案号", "主诊断编码", "出院主要诊断编码")
    assert guess_mapping(headers, [["1", "", "I10"]]).fields == ("BAH", "", "JBDM")
    assert guess_mapping(headers, [["1", "I10", "I10"]]).fields == ("BAH", "JBDM", "")


def test_the_tcm_layout_keeps_its_principal_diagnosis_apart() -> None:
    headers = ("ZLLB", "JBDM", "MZZD_XYZD", "JBBM", "ZYZD", "ZYZD_JBBM", "XY_RYBQ", "ZYZD_JBBM1")
    assert fields(*headers) == ("", "", "MZZD", "JBBM", "ZYZD", "JBDM", "RYBQ", "JBDM1")


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        (N041_HEADER, "N041"),
        ((*N041_HEADER, "ZLLB", "ZYZD_JBBM"), "N041（中医）"),
        (("A48", "c03c"), "HQMS"),
        (("P900", "P3", "P321"), "HQMS"),
        (("病案号", "主要诊断编码"), "院内表"),
    ],
)
def test_interfaces_are_recognised(headers: tuple[str, ...], name: str) -> None:
    assert guess_mapping(headers).layout_name == name


def test_the_header_is_the_row_that_knows_most() -> None:
    rows = [
        ["某医院 2025年1月"],
        ["制表", "姓名"],
        ["病案号", "姓名", "主要诊断编码", "总费用"],
        ["1", "甲", "I10", "2"],
    ]
    assert find_header(rows) == 2
    assert find_header([["a", "b"], ["1", "2"]]) is None


def test_editing() -> None:
    mapping = ColumnMapping(("a", "b"), ("BAH", ""))
    assert mapping.with_field(1, "BAH").fields == ("", "BAH")
    assert mapping.with_field(0, "").fields == ("", "")
    with pytest.raises(UserError, match="没有名为"):
        mapping.with_field(0, "XYZ")


def test_remembering_by_headers() -> None:
    mapping = ColumnMapping(("编 号", "诊断码"), ("BAH", "JBDM"))
    assert recall(mapping.headers) is None
    remember(mapping)
    remember(ColumnMapping(("别的",), ("XM",)))
    assert recall(("编号", "诊断码")) == ColumnMapping(("编号", "诊断码"), ("BAH", "JBDM"))
    assert recall(("诊断码", "编号")) is None


@pytest.mark.parametrize("content", ["", "[]", "{", '{"x": {"fields": 1}}'])
def test_a_damaged_memory_is_no_obstacle(content: str) -> None:
    path: Path = data_dir() / "column_mappings.json"
    path.write_text(content.replace("x", fingerprint(["a"])), encoding="utf-8")
    assert recall(["a"]) is None


@given(
    st.lists(
        st.sampled_from([*N041_HEADER[:60], "诊断1", "编码", "手术编码", "住院号", "x", ""]), max_size=12
    )
)
def test_no_field_is_given_to_two_columns(headers: list[str]) -> None:
    given_fields = [f for f in guess_mapping(headers).fields if f]
    assert len(set(given_fields)) == len(given_fields)
    assert set(given_fields) <= set(FIELDS)
