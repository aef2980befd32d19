"""Files as record rooms really hand them over: each gives cases, or a sentence that names file, row and column."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path

import pytest

from app.export.corrected import write_corrected
from app.readers.imported import Imported
from app.readers.reading import read_cases
from coding_rules.case import Case
from coding_rules.edit import SetDiagnosis, apply
from tests.app.readers.samples import terminology, workbook

HEAD = [
    *("病案号", "姓名", "性别", "年龄", "出生日期", "身份证号", "入院时间", "出院时间", "出院科别"),
    *(
        "主要诊断编码",
        "主要诊断名称",
        "其他诊断编码1",
        "其他诊断名称1",
        "手术操作编码1",
        "手术操作名称1",
        "总费用",
    ),
]
ROW = [
    *(
        "00012345",
        "甲某",
        "男",
        "65",
        "1960-01-02",
        "410400196001021234",
        "2025-02-15",
        "2025-02-20",
        "心内科",
    ),
    *("I20.000", "不稳定性心绞痛", "I10.x00x002", "高血压病", "88.5500", "冠状动脉造影", "1234.50"),
]
HQMS = [
    *("A48", "A11", "A12C", "A14", "A13", "A20", "B12", "B15", "B16C"),
    *("C03C", "C04N", "C06x01C", "C07x01N", "C14x01C", "C15x01N", "D01"),
]


def text(
    folder: Path, rows: list[list[str]], delimiter: str = ",", encoding: str = "gb18030", end: str = "\r\n"
) -> Imported:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    path = folder / "首页.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    return read_cases(path, terminology())


def sheet(folder: Path, *rows: list[object]) -> Imported:
    return read_cases(workbook(folder / "首页.xlsx", *rows), terminology())


def assert_the_case(case: Case) -> None:
    assert (case.record_no, case.name, case.sex, case.age) == ("00012345", "甲某", "1", 65)
    assert (case.birth, case.id_number) == (date(1960, 1, 2), "410400196001021234")
    assert case.admitted is not None
    assert case.admitted.date() == date(2025, 2, 15)
    assert [(line.code, line.name) for line in case.diagnoses] == [
        ("I20.000", "不稳定性心绞痛"),
        ("I10.x00x002", "高血压病"),
    ]
    assert [(line.code, line.name) for line in case.procedures] == [("88.5500", "冠状动脉造影")]
    assert case.fees.total == 123_450


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_delimiters_and_character_sets(tmp_path: Path, delimiter: str, encoding: str) -> None:
    assert_the_case(text(tmp_path, [HEAD, ROW], delimiter, encoding).cases[0])


@pytest.mark.parametrize("end", ["\n", "\r"])
def test_line_ends(tmp_path: Path, end: str) -> None:
    assert_the_case(text(tmp_path, [HEAD, ROW], end=end).cases[0])


def test_columns_in_another_order_blanks_around_and_more_of_them(tmp_path: Path) -> None:
    imported = text(tmp_path, [HEAD[::-1], ROW[::-1]])
    assert_the_case(imported.cases[0])
    imported = text(tmp_path, [[f"　{h} " for h in HEAD] + ["随访"], [f" {c}　" for c in ROW] + ["无"]])
    assert_the_case(imported.cases[0])
    assert imported.report.unused == ("随访",)


def test_title_rows_groups_above_the_header_and_totals_below(tmp_path: Path) -> None:
    groups: list[object] = ["基本信息", *[""] * 8, "诊断", *[""] * 3, "手术", "", "费用"]
    title: list[object] = ["某医院 2025 年一季度病案首页"]
    total: list[object] = ["合计", *[""] * 14, "1234.50"]
    imported = sheet(tmp_path, title, [], groups, list(HEAD), list(ROW), total)
    assert_the_case(imported.cases[0])
    assert imported.cases[0].source.row == 5
    [issue] = imported.report.issues
    assert (issue.row, issue.value, issue.refused) == (6, "合计", True)


def test_a_header_of_two_rows_is_read_as_one_and_written_back(tmp_path: Path) -> None:
    above: list[object] = [*HEAD[:9], "主要诊断", "", "其他诊断1", "", "手术操作1", "", "总费用"]
    below: list[object] = [*[""] * 9, "诊断编码", "诊断名称", "编码", "名称", "编码", "名称", ""]
    imported = sheet(tmp_path, above, below, list(ROW))
    assert_the_case(imported.cases[0])
    assert imported.layout.header_row == 2
    changed = apply(imported.cases[0], [SetDiagnosis(0, "I21.000", "急性前壁心肌梗死")])
    assert write_corrected(imported.layout, [changed], tmp_path / "更正后.xlsx") == 1
    again = read_cases(tmp_path / "更正后.xlsx", terminology()).cases[0]
    assert again.diagnoses == changed.diagnoses


@pytest.mark.parametrize("ids", [HQMS, [each.lower() for each in HQMS], [each.upper() for each in HQMS]])
def test_ids_of_hqms_as_header(tmp_path: Path, ids: list[str]) -> None:
    imported = text(tmp_path, [ids, ROW])
    assert imported.report.format == "HQMS"
    assert_the_case(imported.cases[0])


def test_ids_under_names_names_under_ids_and_both_in_one(tmp_path: Path) -> None:
    imported = text(tmp_path, [HEAD, HQMS, ROW])
    assert (imported.report.format, imported.report.accepted, imported.report.refused) == ("HQMS", 1, 0)
    assert_the_case(imported.cases[0])
    imported = text(tmp_path, [HQMS, HEAD, ROW])
    assert_the_case(imported.cases[0])
    [issue] = imported.report.issues
    assert (issue.row, issue.reason, issue.refused) == (2, "是表头的又一行，不是病例", True)
    for both in ("{name}({id})", "{id} {name}", "{name}_{id}"):
        header = [both.format(name=name, id=id_) for name, id_ in zip(HEAD, HQMS, strict=True)]
        assert_the_case(text(tmp_path, [header, ROW]).cases[0])


def test_dates_as_excel_keeps_them(tmp_path: Path) -> None:
    serial: list[object] = [*ROW[:4], 21917, ROW[5], 45703.6875, 45708, *ROW[8:]]
    dated: list[object] = [*ROW[:4], date(1960, 1, 2), ROW[5], datetime(2025, 2, 15, 16, 30), *ROW[7:]]
    for row in (serial, dated):
        [case] = sheet(tmp_path, list(HEAD), row).cases
        assert_the_case(case)
        assert case.admitted == datetime(2025, 2, 15, 16, 30)


def test_numbers_that_lost_digits_are_told(tmp_path: Path) -> None:
    imported = sheet(
        tmp_path, list(HEAD), [12345.0, *ROW[1:5], 410400196001021234.0, *ROW[6:13], 88.55, *ROW[14:]]
    )
    assert imported.cases[0].id_number == "410400196001021000", "as the spreadsheet shows it, never 4.1E+17"
    told = "\n".join(imported.report.notes)
    assert all(word in told for word in ("病案号列存成了数字", "身份证号列存成了数字", "手术编码列中有数字"))
    imported = text(tmp_path, [HEAD, [*ROW[:5], "4.104E+17", *ROW[6:]]])
    [issue] = imported.report.issues
    assert (issue.row, issue.column, "无法还原" in issue.reason) == (2, "身份证号", True)


def test_record_numbers_twice_and_blank_lines(tmp_path: Path) -> None:
    imported = text(tmp_path, [HEAD, [], ROW, [""] * 16, ROW])
    assert [case.case_id for case in imported.cases] == ["00012345#3", "00012345#5"]
    [issue] = imported.report.issues
    assert (issue.row, issue.column, issue.refused) == (5, "病案号", False)
    assert "与第 3 行相同" in issue.reason
    assert "空行 2 行，未计入" in imported.report.notes


def test_a_row_pushed_out_of_its_columns_is_refused_and_costs_no_other(tmp_path: Path) -> None:
    imported = text(tmp_path, [HEAD, [*ROW[:9], "多出", *ROW[9:]], ROW])
    assert_the_case(imported.cases[0])
    [issue] = imported.report.issues
    assert (issue.row, issue.refused, "应有 16 列，实有 17 列" in issue.reason) == (2, True, True)
