import csv
from datetime import date, datetime
from pathlib import Path

import pytest

from app.errors import UserError
from app.progress import Cancelled, Progress
from app.readers.imported import ImportReport, SourceLayout
from app.readers.mapping import ColumnMapping, remember
from app.readers.reading import peek, read_cases
from coding_rules.case import Diagnosis
from coding_rules.checks.engine import CheckEngine
from coding_rules.lines import form_lines
from icd_tables.codes import Edition, Kind
from icd_tables.terminology import Terminology
from tests.app.readers.samples import n041_bytes, n041_file, n041_row, terminology, workbook


def test_an_n041_row_becomes_a_case(tmp_path: Path) -> None:
    imported = read_cases(n041_file(tmp_path), terminology())
    (case,) = imported.cases
    assert (case.case_id, case.record_no, case.sex, case.age) == ("00012345", "00012345", "1", 65)
    assert case.admitted == datetime(2025, 2, 15, 16)
    assert case.discharged == datetime(2025, 2, 20, 9)
    assert case.birth == date(1960, 1, 2)
    assert case.id_number == "410400196001021234"
    assert case.diagnoses == (
        Diagnosis("I20.000", "不稳定性心绞痛", "1"),
        Diagnosis("I10.x00x002", "高血压病", "1"),
    )
    assert (case.procedures[0].code, case.procedures[0].day) == ("88.5500", date(2025, 2, 16))
    assert case.fees.total == 123450
    assert dict(case.fees.items) == {"XYF": 100000, "HLF": 23450}
    assert (case.source.file, case.source.row) == ("首页.csv", 2)
    assert case.fields["XZZ"] == ""
    report = imported.report
    assert (report.format, report.encoding, report.delimiter) == ("N041", "GB18030", "逗号")
    assert (report.rows, report.accepted, report.refused, report.issues) == (1, 1, 0, ())


@pytest.mark.parametrize(
    ("encoding", "label"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8（带 BOM）"), ("utf-16", "UTF-16")]
)
@pytest.mark.parametrize(("delimiter", "name"), [(",", "逗号"), ("\t", "制表符"), (";", "分号")])
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
def test_character_sets_and_delimiters(
    tmp_path: Path, encoding: str, label: str, delimiter: str, name: str, quoting: int
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(n041_bytes([n041_row(), n041_row(BAH="2")], encoding, delimiter, "\n", quoting))
    imported = read_cases(path, terminology())
    assert (imported.report.encoding, imported.report.delimiter) == (label, name)
    assert [case.name for case in imported.cases] == ["甲某", "甲某"]


def test_gaps_between_lines_stay_visible(tmp_path: Path) -> None:
    row = n041_row(
        JBDM1="", QTZD1="", RYBQ1="", JBDM3="E11.900x001", QTZD3="2型糖尿病", SSJCZBM1="", SSJCZMC1=""
    )
    row |= {"SSJCZBM4": "88.5500", "SSJCZMC4": "造影"}
    (case,) = read_cases(n041_file(tmp_path, row), terminology()).cases
    assert [line.code for line in case.diagnoses] == ["I20.000", "E11.900x001"]
    assert form_lines(case, Kind.DIAGNOSIS) == (0, 3)
    assert form_lines(case, Kind.PROCEDURE) == (4,)
    assert {"CMP-044", "CMP-096"} <= {finding.rule_id for finding in CheckEngine(terminology()).check(case)}


def test_what_is_written_in_words_reads_like_its_code(tmp_path: Path) -> None:
    coded, told = (
        read_cases(n041_file(tmp_path, n041_row(**cells)), terminology()).cases[0]
        for cells in (
            {"XB": "2", "LYFS": "2", "RYBQ": "1", "RYBQ1": "4"},
            {"XB": "女", "LYFS": "医嘱转院", "RYBQ": "有", "RYBQ1": "无"},
        )
    )
    assert [line.condition for line in told.diagnoses] == ["1", "4"], "“无” is an answer to 入院病情"
    assert (told.sex, told.discharge_way, told.diagnoses) == (coded.sex, coded.discharge_way, coded.diagnoses)
    engine = CheckEngine(terminology())
    assert [one.rule_id for one in engine.check(told)] == [one.rule_id for one in engine.check(coded)]


def test_a_missing_principal_diagnosis_stays_missing(tmp_path: Path) -> None:
    (case,) = read_cases(n041_file(tmp_path, n041_row(JBDM="", ZYZD="-", RYBQ="")), terminology()).cases
    assert case.principal_diagnosis is None
    assert case.diagnoses[1].code == "I10.x00x002"


def test_ids_are_made_distinct_only_where_they_repeat(tmp_path: Path) -> None:
    rows = [
        n041_row(BAH="1"),
        n041_row(BAH="2", ZYCS="1"),
        n041_row(BAH="2", ZYCS="2"),
        n041_row(BAH="3"),
        n041_row(BAH="3"),
        n041_row(BAH=""),
    ]
    imported = read_cases(n041_file(tmp_path, *rows), terminology())
    assert [case.case_id for case in imported.cases] == ["1", "2/1", "2/2", "3/1#5", "3/1#6", "#7"]
    assert [issue.reason for issue in imported.report.issues] == [
        "病案号和住院次数与第 5 行相同，以“3/1#6”区分",
        "没有病案号，以“#7”代替",
    ]


def test_every_row_is_a_case_or_a_line_in_the_report(tmp_path: Path) -> None:
    good = n041_bytes([n041_row()])
    header, row = good.splitlines(keepends=True)
    path = tmp_path / "a.csv"
    path.write_bytes(
        header
        + row
        + b"\r\n"  # blank row
        + row.replace(b'"00012345"', b'"2"').rstrip() + b',"surplus"\r\n'
        + row.replace(b'"00012345"', b'"unclosed')  # swallows the rest of its line only
        + b'"total","","","3"\r\n'
        + row.replace(b'"00012345"', b'"6"')
        + row.replace(b'"00012345"', b'"7"')[:300]
    )  # fmt: skip
    report = read_cases(path, terminology()).report
    assert (report.accepted, report.refused, report.rows) == (2, 4, 6)
    assert {issue.row: issue.reason[:6] for issue in report.issues} == {
        4: "应有 232",
        5: "引号不规范，",
        6: "应有 232",
        8: "文件在此行中",
    }
    assert report.notes[0] == "空行 1 行，未计入"


def test_a_file_cut_off_between_cells_is_told_at_its_last_row(tmp_path: Path) -> None:
    content = n041_bytes([n041_row(), n041_row(BAH="2")], quoting=csv.QUOTE_MINIMAL)
    path = tmp_path / "a.csv"
    path.write_bytes(content[:-40])
    report = read_cases(path, terminology()).report
    assert (report.accepted, report.refused) == (1, 1)
    assert "中断" in report.issues[0].reason


def test_unreadable_cells_are_remarks_and_keep_their_text(tmp_path: Path) -> None:
    row = n041_row(NL="六十", CSRQ="19601332", ZFY="一千", SSJCZRQ1="昨天", SJZYTS="-")
    imported = read_cases(n041_file(tmp_path, row), terminology())
    (case,) = imported.cases
    assert (case.age, case.birth, case.fees.total, case.procedures[0].day, case.los) == (
        None,
        None,
        None,
        None,
        None,
    )
    assert case.fields["NL"] == "六十"
    assert {issue.column for issue in imported.report.issues} == {"NL", "CSRQ", "ZFY", "SSJCZRQ1"}
    assert not any(issue.refused for issue in imported.report.issues)


def test_ids_destroyed_by_a_spreadsheet_are_told(tmp_path: Path) -> None:
    report = read_cases(n041_file(tmp_path, n041_row(SFZH="4.104E+17")), terminology()).report
    assert [(i.column, i.value) for i in report.issues] == [("SFZH", "4.104E+17")]


def test_infants_get_days_from_dates_else_from_months(tmp_path: Path) -> None:
    by_dates = n041_row(BAH="1", NL="0", CSRQ="20250210", BZYZSNL="1")
    by_months = n041_row(BAH="2", NL="0", CSRQ="", BZYZSNL="2")
    adult = n041_row(BAH="3")
    cases = read_cases(n041_file(tmp_path, by_dates, by_months, adult), terminology()).cases
    assert [case.age_days for case in cases] == [5, 60, None]


def test_edition_is_detected_with_evidence(tmp_path: Path) -> None:
    clinical = read_cases(
        n041_file(tmp_path, n041_row(JBDM1="E11.900x001", QTZD1="2型糖尿病")), terminology()
    )
    insurance = read_cases(
        n041_file(tmp_path, n041_row(JBDM1="E11.900", QTZD1="2型糖尿病", SSJCZBM1="")), terminology()
    )
    unknown = read_cases(n041_file(tmp_path), Terminology())
    assert clinical.report.edition is Edition.CLINICAL
    assert "3 个编码：国临版命中 100.0%" in clinical.report.edition_evidence
    assert insurance.report.edition is Edition.INSURANCE
    assert {case.edition for case in insurance.cases} == {Edition.INSURANCE}
    assert (unknown.report.edition, "未载入编码表" in unknown.report.edition_evidence) == (
        Edition.CLINICAL,
        True,
    )


HQMS = {
    "A48": "00077", "A49": "2", "A11": "甲某", "A12C": "2", "A13": "2025-01-01", "A14": "0", "A16": "12",
    "B12": "2025-01-13 08:30:00", "B15": "2025/1/20 9:00", "B16C": "儿科",
    "C03C": "P07.300", "C04N": "早产", "C05C": "1", "C06x01C": "P59.900", "C07x01N": "黄疸",
    "C14x01C": "99.8300x001", "C15x01N": "光疗", "C16x01": "2025-01-14 10:00:00",
    "C35x01C": "88.5500", "C36x01N": "造影", "C49x01": "2025-01-13 09:00:00", "C50x01": "2025-01-14 15:00:00",
    "D01": '"5,000.10"', "D23": "12",
}  # fmt: skip


def test_hqms_columns(tmp_path: Path) -> None:
    header, row = ",".join(HQMS), ",".join(HQMS.values())
    path = tmp_path / "hqms.csv"
    path.write_text(f"{header}\n{row}\n", encoding="utf-8-sig")
    imported = read_cases(path, terminology())
    (case,) = imported.cases
    assert imported.report.format == "HQMS"
    assert (case.case_id, case.age_days, case.icu_hours) == ("00077", 12, 30.0)
    assert (case.admitted, case.discharged) == (datetime(2025, 1, 13, 8, 30), datetime(2025, 1, 20, 9))
    assert [p.code for p in case.procedures] == ["99.8300x001", "88.5500"]
    assert (case.fees.total, case.fees.items["XYF"]) == (500010, 1200)
    assert form_lines(case, Kind.PROCEDURE) == (1, 2)


HOSPITAL = [
    "住院号",
    "姓名",
    "性别",
    "年龄",
    "入院日期",
    "出院日期",
    "主要诊断编码",
    "主要诊断名称",
    "其他诊断编码1",
    "其他诊断名称1",
    "手术编码1",
    "手术名称1",
    "总费用",
    "备注",
]


def test_an_in_house_workbook_with_title_rows(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "院内.xlsx",
        ["2025年1月出院病人"],
        [],
        HOSPITAL,
        ["0012", "甲某", "女", 33, datetime(2025, 1, 2, 9), 45680, "I20.000", "不稳定性心绞痛",
         "I10.x00x002", "高血压病", "88.5500", "造影", 1234.5, "x"],
        ["合计", *[None] * 11, 1234.5],
    )  # fmt: skip
    imported = read_cases(path, terminology())
    assert imported.report.format == "院内表"
    (first,) = imported.cases
    assert (first.case_id, first.sex, first.age, first.fees.total) == ("0012", "2", 33, 123450)
    assert (first.admitted, first.discharged) == (datetime(2025, 1, 2, 9), datetime(2025, 1, 23))
    assert (first.source.row, first.fields["备注"]) == (4, "x")
    assert first.procedures[0].code == "88.5500"
    assert [(i.row, i.value, i.refused) for i in imported.report.issues] == [(5, "合计", True)]
    assert imported.report.unused == ("备注",)


def test_a_mapping_is_guessed_edited_and_remembered(tmp_path: Path) -> None:
    header = ["编号", "大夫", *HOSPITAL[1:]]
    path = workbook(tmp_path / "院内.xlsx", header, ["0007", "丙某", "甲某", "男", 5, "", "", "I20.000", "x"])
    guessed, sample = peek(path)
    assert guessed.fields[:3] == ("", "", "XM")
    assert sample[0][0] == "0007"
    edited = guessed.with_field(0, "BAH").with_field(1, "ZZYS")
    assert read_cases(path, terminology(), mapping=edited).cases[0].record_no == "0007"
    assert read_cases(path, terminology()).cases[0].record_no == ""
    remember(edited)
    (case,) = read_cases(path, terminology()).cases
    assert (case.record_no, case.physician) == ("0007", "丙某")


def test_headers_nobody_knows_can_be_mapped_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "怪表.csv"
    path.write_text("导出\n甲列,乙列,丙列\n007,I10,高血压\n", encoding="utf-8")
    with pytest.raises(UserError, match="列对应"):
        read_cases(path, terminology())
    guessed, sample = peek(path)
    assert (guessed.headers, sample) == (("甲列", "乙列", "丙列"), [["007", "I10", "高血压"]])
    mapping = guessed.with_field(0, "BAH").with_field(1, "JBDM").with_field(2, "ZYZD")
    assert read_cases(path, terminology(), mapping=mapping).cases[0].case_id == "007"
    remember(mapping)
    assert read_cases(path, terminology()).cases[0].diagnoses == (Diagnosis("I10", "高血压"),)


def test_a_mapping_of_other_headers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="没有找到首页表头"):
        read_cases(n041_file(tmp_path), terminology(), mapping=ColumnMapping(("a",), ("BAH",)))


def test_numbers_in_id_columns_of_a_workbook_are_told(tmp_path: Path) -> None:
    row = [12, "甲某", "女", 33, "", "", "I20.000", "不稳定性心绞痛"]
    imported = read_cases(workbook(tmp_path / "a.xlsx", HOSPITAL, row), terminology())
    assert imported.cases[0].case_id == "12"
    assert any("病案号列存成了数字" in note for note in imported.report.notes)


def test_cancelling_stops(tmp_path: Path) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        read_cases(n041_file(tmp_path), terminology(), progress=progress)


def test_layout_and_report_survive_json(tmp_path: Path) -> None:
    path = n041_file(tmp_path, n041_row(NL="x"))
    imported = read_cases(path, terminology())
    layout = SourceLayout.from_json(imported.layout.to_json(), path.read_bytes())
    assert layout.content == path.read_bytes()
    assert layout == imported.layout
    assert ImportReport.from_json(imported.report.to_json()) == imported.report


@pytest.mark.reference
def test_the_sample_month_arrives_whole(reference: Path) -> None:
    from app.tables import load_folder

    folder = reference / "frontpage"
    imported = read_cases(folder / "sample_n041_2025q1.csv", load_folder(reference / "codes"))
    with (folder / "sample_n041_2025q1.key.csv").open(encoding="utf-8-sig", newline="") as file:
        key = [row["case"] for row in csv.DictReader(file)]
    assert [case.case_id for case in imported.cases] == key
    assert imported.report.refused == 0
    assert imported.report.edition is Edition.CLINICAL
    assert all(len(case.id_number) in {0, 18} for case in imported.cases)
