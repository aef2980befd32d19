from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from app.dip.catalogues import (
    load_dip_catalogue,
)
from app.dip.profile_file import open_profile
from app.errors import UserError
from app.progress import Cancelled, Progress
from app.sheets import read_cells
from coding_rules.grouper.dip.catalogue import DipKind
from coding_rules.grouper.dip.expression import codes_of
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind
from coding_rules.settlement.profile import load_profile
from icd_tables.codes import normalize_code
from tests.app.dip.workbooks import Rows, workbook
from tests.coding_rules.grouper.dip.samples import HEADER, ROWS, case


def test_two_sheets_complete_each_other_and_formulas_without_values_are_filled(tmp_path: Path) -> None:
    directory: Rows = [HEADER[:9]]
    for number, row in enumerate(ROWS[:5], start=2):
        directory.append((*row[:8], f"=VLOOKUP(B{number},中间结果!C:E,3,FALSE)"))
    middle: Rows = [
        (
            "ID",
            "OPER_TYPE",
            "DIP_CODE",
            "WEIGHT_SCORE",
            "DIP_AVG_FEE",
            "REGION_AVE_VAL",
            "AVG_IPT_DAYS",
            "CV",
            "BILL_COUNT",
        )
    ]
    middle += [
        (1, "新增", row[0], float(str(row[8])), float(str(row[9])), 5718.0, 6.5, 0.4, 33) for row in ROWS[:5]
    ]
    middle.append((1, "新增", "U07:BSZL", 1216.8, 6957.8, 5718.0, 10.5, 0.58, 2660))
    path = workbook(tmp_path / "目录.xlsx", 中间结果=middle, 目录=directory)
    catalogue = load_dip_catalogue(path)
    group = catalogue.get("K35.3:47.0100")
    assert group is not None
    assert (group.points, group.mean_fee, group.mean_los, group.cases) == (
        Decimal("1484.8"), Decimal("8490"), Decimal("6.5"), 33,
    )  # fmt: skip
    assert group.source.endswith("目录 第 3 行")
    extra = catalogue.get("U07:BSZL")
    assert extra is not None
    assert (extra.kind, extra.procedure_kind) == (DipKind.MIXED, ProcedureKind.NONE)
    assert sum("取自本表" in issue.reason for issue in catalogue.report.corrected) == 5
    assert catalogue.report.read == 11


def test_header_is_found_below_a_title_and_blank_rows(tmp_path: Path) -> None:
    path = workbook(tmp_path / "目录.xlsx", 病种=[(), ("某市 2025 年病种目录",), (), HEADER, *ROWS[:3]])
    catalogue = load_dip_catalogue(path)
    assert len(catalogue) == 3
    assert catalogue.groups[0].source == "目录.xlsx 病种 第 5 行"


def test_every_row_is_a_group_or_an_issue(tmp_path: Path) -> None:
    rows: Rows = [
        HEADER,
        ROWS[0],
        ROWS[0],
        ("", "1", "", "", "", "", "", "", 5),
        ("K36", "九", "K36", "阑尾炎", "", "", "", "", 5),
        ("K37.x", "1", "K37.x", "阑尾炎", "", "", "", "", "待定"),
        ("K38.0:6.31", "1", "K38.0", "阑尾", 6.31, "", "", "", -4),
        ("合计", "", "合计", "", "", "", "", "", 99),
        ("K38.1", "1", "K38.1", "阑尾", "切除术", "", "", "", 7),
        ("K38.2", "1", "K38.2", "阑尾", "-", "", "无", "", 7),
        ("K38.3", "1", datetime(2025, 3, 8), "阑尾", "", "", "", "", 7),
    ]
    report = load_dip_catalogue(workbook(tmp_path / "目录.xlsx", 目录=rows)).report
    assert report.read == 10
    assert report.groups == 4
    assert [issue.row for issue in report.refused] == [3, 4, 5, 8, 9, 11]
    assert all(issue.file == "目录.xlsx 目录" and issue.reason and issue.column for issue in report.issues)
    corrected = " ".join(issue.reason for issue in report.corrected)
    assert "待定" in corrected
    assert "06.3100" in corrected
    assert "-4" in corrected


def test_a_header_in_two_rows_under_merged_cells(tmp_path: Path) -> None:
    rows: Rows = [
        ("某市 2025 年 DIP 病种目录",),
        ("序号", "病种编码", "主要诊断", "", "主要手术操作", "", "病种分值", "次均费用（元）"),
        ("", "", "编码", "名称", "编码", "名称", "", ""),
        (1, "K35.3:47.0100", "K35.3", "阑尾炎", "47.0100", "阑尾切除术", 1484.8, "8,490元"),
    ]
    path = workbook(tmp_path / "目录.xlsx", 目录=rows)
    book = load_workbook(path)
    for cells in ("A1:H1", "C2:D2", "E2:F2", "A2:A3", "B2:B3"):
        book["目录"].merge_cells(cells)
    book.save(path)
    found = load_dip_catalogue(path)
    [group] = found.groups
    assert (group.code, group.principal, codes_of(group.main)) == (
        "K35.3:47.0100",
        "K35.3",
        frozenset({"47.0100"}),
    )
    assert (group.name, group.points, group.mean_fee) == (
        "阑尾炎：阑尾切除术",
        Decimal("1484.8"),
        Decimal(8490),
    )
    assert found.report.issues == ()
    assert group.source == "目录.xlsx 目录 第 4 行"


def test_headers_nobody_has_seen_are_read_by_what_they_say(tmp_path: Path) -> None:
    head = (
        "DIP病种编码", "病种大类", "主要诊断ICD编码", "主要诊断名称", "主要手术操作ICD编码", "其他手术及操作ICD编码",
        "2025年基准分值", "平均住院费用", "平均住院天数", "病例数量", "变异系数(CV)", "点值", "调节系数",
    )  # fmt: skip
    rows: Rows = [
        *[("说明",)] * 17,
        head,
        ("x", "核心病种", "K35.3", "阑尾炎", "47.0100", "54.5101", 5, 3, 4, 6, 0.3, 9, 9),
    ]
    [group] = load_dip_catalogue(workbook(tmp_path / "目录.xlsx", 目录=rows)).groups
    assert (codes_of(group.main), codes_of(group.related)) == (frozenset({"47.0100"}), frozenset({"54.5101"}))
    assert (group.points, group.mean_fee, group.mean_los, group.cases, group.cv) == (
        Decimal(5), Decimal(3), Decimal(4), 6, Decimal("0.3"),
    )  # fmt: skip


def test_a_column_of_procedures_without_a_known_header_is_told(tmp_path: Path) -> None:
    rows: Rows = [("病种编码", "主诊断代码", "做了什么", "分值"), ("x", "K35.3", "47.0100", 5)]
    report = load_dip_catalogue(workbook(tmp_path / "目录.xlsx", 目录=rows)).report
    [issue] = report.issues
    assert (issue.row, issue.column, issue.action) == (1, "做了什么", "doubt")
    assert "未读入" in issue.reason


def test_full_width_cells_and_notes_after_the_table(tmp_path: Path) -> None:
    rows: Rows = [
        ("病种编码", "病种类型", "主诊断代码", "主要操作代码", "其他操作代码", "病种分值"),
        (
            "Ｋ３５．３：４７．０１００",
            "１",
            "Ｋ３５．３",
            "４７．０１００",
            "５４．５１０１，17.1100",
            "１４８４．８",
        ),
        ("E11:ZLXCZ", "０", "E11", "", "", "2331.893426"),
        (),
        ("说明：1.本目录自2025年1月1日起执行",),
        ("2. SS 为手术", None, None, None, None, None),
    ]
    found = load_dip_catalogue(workbook(tmp_path / "目录.xlsx", 目录=rows))
    assert [(group.code, group.kind.value, group.points) for group in found] == [
        ("K35.3:47.0100", "核心", Decimal("1484.8")),
        ("E11:ZLXCZ", "综合", Decimal("2331.893426")),
    ]
    assert codes_of(found.groups[0].related) == {"54.5101", "17.1100"}
    assert [issue.row for issue in found.report.refused] == [5, 6]


def test_a_type_column_that_tells_the_treatment(tmp_path: Path) -> None:
    rows: Rows = [
        ("DIP编码", "类型", "诊断编码", "手术操作编码", "分值"),
        ("a", "手术", "K35.3", "47.0100", 1700),
        ("b", "手术", "K35-K38", "", 800),
    ]
    found = load_dip_catalogue(workbook(tmp_path / "目录.xlsx", 目录=rows))
    assert [(group.kind, group.procedure_kind) for group in found] == [
        (DipKind.CORE, ProcedureKind.SURGERY),
        (DipKind.MIXED, ProcedureKind.SURGERY),
    ]


def test_hubei_table(tmp_path: Path) -> None:
    rows = [
        "DIP编码,病种类型,诊断编码,诊断名称,手术操作编码,手术操作名称,手术操作属性,分值,均费",
        "H1,核心,K35.3,阑尾炎,,,保守治疗,500,3000",
        "H2,核心,K35.3,阑尾炎,47.0100/47.0900,切除,相关手术,1400,8000",
        "H3,核心,K35.3,阑尾炎,47.0100/47.0900+54.5101,切除加松解,相关手术,1700,9700",
        "H4,核心,K35.3,阑尾炎,47.0100,切除,相关手术,1500,12000",
        "H5,综合,K35-K38,阑尾疾病,,,相关手术,1300,7500",
        "H6,综合,K,消化,,,治疗性操作,700,4000",
        "H7,基层,K35.9,阑尾炎,,,保守治疗,400,2500",
    ]
    path = tmp_path / "湖北.csv"
    path.write_text("\n".join(rows), encoding="gb18030")
    profile = load_profile("hubei")
    grouper = DipGrouper(load_dip_catalogue(path, profile), profile)
    assert grouper.group(case("K35.300", "47.0900")).group == "H2"
    assert grouper.group(case("K35.300", "54.5101", "47.0900")).group == "H3"
    assert (
        grouper.group(case("K35.300", "47.0100", total_fee=1_100_000)).group == "H4"
    )  # nearer to 12,000 yuan
    assert grouper.group(case("K35.300", "47.0100", total_fee=900_000)).group == "H2"  # nearer to 8,000 yuan
    assert grouper.group(case("K36.x00", "47.0100")).group == "H5"
    assert grouper.group(case("K52.900", "99.1500")).group == "H6"
    basic = grouper.group(case("K35.900"))
    assert (basic.group, basic.kind) == ("H7", "基层")


def test_dialect_is_guessed_from_the_separators(tmp_path: Path) -> None:
    path = tmp_path / "目录.csv"
    path.write_text(
        "病种编码,主要诊断编码,主要手术操作编码,分值\nA,K35.3,47.0100/47.0900,9\n", encoding="utf-8"
    )
    assert DipGrouper(load_dip_catalogue(path)).group(case("K35.300", "47.0900")).group == "A"
    path.write_text(
        "病种编码,主要诊断编码,主要手术操作编码,分值\nA,K35.3,47.0100|47.0900,9\n", encoding="utf-8"
    )
    assert DipGrouper(load_dip_catalogue(path)).group(case("K35.300", "47.0900")).group == "A"


def test_prefix_procedures_and_full_codes_first(tmp_path: Path) -> None:
    path = tmp_path / "襄阳.csv"
    rows = [
        "DIP编码,诊断编码,手术操作编码,分值",
        "P3,K35.3,47.0,900",
        "P4,K35.3,47.01,1000",
        "P7,K35.3,47.0100,1100",
    ]
    path.write_text("\n".join(rows), encoding="utf-8")
    text = """
[profile]
id = "x"
title = "前缀样式"
[grouping]
dialect = "slash_plus"
procedure_match = "prefix"
main_procedure = "any"
tie_breaks = ["full_code", "highest_points"]
"""
    profile_file = tmp_path / "x.toml"
    profile_file.write_text(text, encoding="utf-8")
    profile = open_profile(profile_file)
    grouper = DipGrouper(load_dip_catalogue(path, profile), profile)
    assert [grouper.group(case("K35.300", code)).group for code in ("47.0100", "47.0101", "47.0900")] == [
        "P7",
        "P4",
        "P3",
    ]


def test_shandong_table_with_levels(tmp_path: Path) -> None:
    rows = [
        "病种编码,病种类型,主要诊断编码,手术操作编码,手术操作属性,手术级别,病种分值,均费",
        'S1,核心,K35.3,"47.0100,54.5101",,,1700,9000',
        "S2,核心,K35.3,47.0100,,,1500,8000",
        "S3,综合,K35,,相关手术,3,2000,9900",
        "S4,综合,K35,,相关手术,1,900,5000",
        "KBBZ,综合,KBBZ,,,,100,600",
    ]
    folder = tmp_path / "山东"
    folder.mkdir()
    (folder / "catalogue.csv").write_text("\n".join(rows), encoding="utf-8-sig")
    (folder / "procedure_kinds.csv").write_text(
        "手术操作编码,类别,手术级别\n47.0900,手术,四级\n47.9100,手术,特级\n47.9200,手术,1\n47.0100,手术,3\n54.5101,手术,3",
        encoding="utf-8",
    )
    profile = load_profile("shandong")
    grouper = DipGrouper(load_dip_catalogue(folder, profile), profile)
    assert grouper.group(case("K35.300", "47.0100", "54.5101")).group == "S1"
    assert grouper.group(case("K35.300", "47.0100")).group == "S2"
    assert grouper.group(case("K35.900", "47.0900")).group == "S3"
    assert grouper.group(case("K35.900", "47.9200")).group == "S4"
    assert (
        grouper.group(case("K35.900", "47.9100")).group == "KBBZ"
    )  # level unreadable: no level's group fits
    batch = grouper.group_batch([case("K35.900", "47.0900"), case("K35.900", "47.9200")])
    assert [each.group for each in batch] == ["S3", "S4"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("坏.xlsx", b"not a workbook\n" * 10),
        ("表.csv", "姓名,年龄\n张三,5\n".encode()),
        ("空.csv", b""),
        ("截断.xlsx", b"PK\x03\x04abc"),
        ("锁.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    ],
)
def test_what_is_no_catalogue_gets_a_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserError) as raised:
        load_dip_catalogue(path)
    assert raised.value.todo


def test_missing_and_front_page_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="没有"):
        load_dip_catalogue(tmp_path / "没有.xlsx")
    with pytest.raises(UserError, match=r"catalogue\.csv"):
        load_dip_catalogue(tmp_path)
    pages = tmp_path / "首页.csv"
    pages.write_text(
        "病案号,主要诊断编码,主要诊断名称,主要手术操作编码\n1,K35.300,阑尾炎,47.0100\n", encoding="utf-8"
    )
    with pytest.raises(UserError, match="不像 DIP 病种目录"):
        load_dip_catalogue(pages)


def test_loading_can_be_cancelled(tmp_path: Path) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        load_dip_catalogue(workbook(tmp_path / "目录.xlsx", 目录=[HEADER, *ROWS]), progress=progress)


def test_a_workbook_saved_as_one_csv_a_sheet(tmp_path: Path) -> None:
    folder = tmp_path / "DIP3"
    folder.mkdir()
    early = "分类,序号,分组名称,主诊编码,主诊名称,主手术编码,名称,备注\nXQ,1,心肺移植,所有诊断,,33.6x00,,\n"
    (folder / "一、先期分组.csv").write_text(early, encoding="utf-8")
    plain = "分类,序号,主诊,名称,主手术编码,名称\nJC,7,K35.3,阑尾炎,,\n"
    (folder / "四、基础规则下的核心病种.csv").write_text(plain, encoding="gb18030")
    grouper = DipGrouper(load_dip_catalogue(folder))
    assert [grouper.group(each).group for each in (case("I50.900", "33.6x00"), case("K35.300"))] == [
        "XQ-1",
        "JC-7",
    ]


@pytest.mark.reference
def test_every_code_of_the_national_tables_may_stand_in_a_catalogue(reference: Path, tmp_path: Path) -> None:
    def codes(name: str) -> list[str]:
        [cells] = read_cells(reference / "codes" / name)
        return [str(row[0]) for row in cells.rows[1:]]

    rows: Rows = [("病种编码", "主诊断代码", "主要操作代码", "分值")]
    rows += [(f"A{place}", code, "", 1) for place, code in enumerate(codes("医保版2.0疾病诊断.csv"))]
    rows += [(f"B{place}", "K35.3", code, 1) for place, code in enumerate(codes("医保版2.0手术操作.csv"))]
    path = tmp_path / "全部编码.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")
    found = load_dip_catalogue(path)
    assert [issue.reason for issue in found.report.refused] == []
    assert len(found) == len(rows) - 1


@pytest.mark.reference
def test_codes_of_the_published_catalogue_are_known(reference: Path) -> None:
    catalogue = load_dip_catalogue(reference / "dip" / "平顶山2025年DIP2.0分组目录库.xlsx")
    assert catalogue.version == "2025"
    names = [
        row[0]
        for cells in read_cells(reference / "codes" / "医保版2.0疾病诊断.csv")
        for row in cells.rows[1:]
    ]
    known = {normalize_code(str(code))[:length] for code in names for length in (3, 5)}
    issues = catalogue.verify(known_diagnosis=lambda key: key in known)
    assert len(issues) < 5, [issue.reason for issue in issues]
