"""Catalogues of cities as files really are: merged cells, hidden sheets, GBK, old .xls, several diagnoses in a cell, lists with notes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.dip.catalogues import load_dip_catalogue, load_procedure_kinds
from coding_rules.grouper.dip.catalogue import CatalogueReport, DipKind
from coding_rules.grouper.dip.expression import ProcedureMatch, codes_of
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind
from coding_rules.settlement.profile import load_profile
from tests.coding_rules.grouper.dip.samples import case
from tests.old_workbook import write_xls

HEADER = ("病种编码", "病种类型", "主诊断代码", "主要操作代码", "手术操作属性", "病种分值", "均费")
HUBEI = load_profile("hubei")


def reasons(report: CatalogueReport, action: str) -> str:
    return "\n".join(f"{issue.row} {issue.reason}" for issue in report.issues if issue.action == action)


def test_cells_merged_downwards_belong_to_every_row(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "目录"
    for row in (
        ("某市 DIP 病种目录（2023 年）",),
        HEADER,
        ("H1", "核心", "K35.3", "", "", 500, 3000),
        ("H2", "", "", "47.0100", "手术", 1500, 9000),
        ("H3", "", "", "47.0900", "手术", 1400, 8000),
        ("H4", "综合", "K35", "", "手术", 900, 5000),
        ("H5", "", "", "", "保守治疗", 300, 2000),
        ("H6", "核心", "", "47.1100", "手术", 1000, 6000),
    ):
        sheet.append(row)
    for cells in ("A1:G1", "B3:B5", "C3:C5", "B6:B7", "C6:C7"):
        sheet.merge_cells(cells)
    path = tmp_path / "湖北.xlsx"
    book.save(path)
    catalogue = load_dip_catalogue(path, HUBEI)
    assert [(group.code, group.kind, group.principal) for group in catalogue] == [
        ("H1", DipKind.CORE, "K35.3"),
        ("H2", DipKind.CORE, "K35.3"),
        ("H3", DipKind.CORE, "K35.3"),
        ("H4", DipKind.MIXED, "K35"),
        ("H5", DipKind.MIXED, "K35"),
    ]
    # Not merged and not written: refused, not guessed from the code.
    assert (
        reasons(catalogue.report, "refused") == "8 没有主诊断代码，病种编码“H6”也看不出主诊断，无法成为病种"
    )
    assert DipGrouper(catalogue, HUBEI).group(case("K35.300", "47.0900")).group == "H3"


def test_a_hidden_sheet_completes_and_is_told(tmp_path: Path) -> None:
    book = Workbook()
    book.remove(book["Sheet"])
    hidden = book.create_sheet("2022目录")
    hidden.sheet_state = "hidden"
    shown = book.create_sheet("2023目录")
    for row in (
        HEADER,
        ("K35.3", "核心", "K35.3", "", "", 444, 3000),
        ("K36.x", "核心", "K36.x", "", "", 9, 9),
    ):
        hidden.append(row)
    for row in (HEADER, ("K35.3", "核心", "K35.3", "", "", 500, 3000)):
        shown.append(row)
    path = tmp_path / "目录.xlsx"
    book.save(path)
    catalogue = load_dip_catalogue(path, HUBEI)
    assert {group.code: group.points for group in catalogue} == {"K35.3": Decimal(500), "K36.x": Decimal(9)}
    said = reasons(catalogue.report, "doubt")
    assert "工作表是隐藏的，也读入了；其中 1 个病种只见于该表" in said
    assert "两张表的分值不同：500 与 444，采用前者" in said


@pytest.mark.parametrize("kind", ["gbk.csv", "old.xls"])
def test_tables_in_gbk_and_in_old_workbooks(tmp_path: Path, kind: str) -> None:
    rows = [
        list(HEADER),
        ["S1", "核心", "K35.3", "47.0100，54.5101", "相关手术", "1700", "9000"],
        ["S2", "核心", "Ｋ35.3、K35.8", "47.0900", "相关手术", "1500", "8000"],
        ["S3", "综合", "K35～K38", "", "手术", "900", "5,000"],
        ["", "", "", "", "", "", ""],
        ["注：1.本目录自 2023 年 1 月 1 日起执行", "", "", "", "", "", ""],
    ]
    path = tmp_path / kind
    if kind.endswith(".csv"):
        path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows), encoding="gbk")
    else:
        write_xls(path, {"目录": rows})
    profile = load_profile("shandong")
    catalogue = load_dip_catalogue(path, profile)
    grouper = DipGrouper(catalogue, profile)
    assert grouper.group(case("K35.300", "54.5101", "47.0100")).group == "S1"
    assert grouper.group(case("K35.800", "47.0900")).group == "S2"
    assert grouper.group(case("K37.x00", "47.0900")).group == "S3"
    assert grouper.group_batch([case("K35.800", "47.0900")])[0].group == "S2"
    assert reasons(catalogue.report, "refused").startswith("6 ")


def test_groups_no_case_can_reach_are_told(tmp_path: Path) -> None:
    path = tmp_path / "目录.csv"
    path.write_text(
        ",".join(HEADER) + "\n"
        "A,核心,K35.300,,,500,3000\n"  # five characters are looked up
        "B,核心,K35.3,47.01,,900,5000\n"  # a short code, in a region of whole ones
        "C,中医,K35.3,,,300,2000\n"  # a layer the region does not have
        "D,综合,K35.3,,手术,300,2000\n"
        "CP11:SS,综合,CP11,,,1000,6000\n"  # no chapters in the region's chain
        "E,核心,K35,47.0100,,900,5000\n",
        encoding="utf-8",
    )
    said = [
        issue.reason for issue in load_dip_catalogue(path, HUBEI).report.issues if "永远不会" in issue.reason
    ]
    assert [
        next(name for name in ("A", "B", "C", "D", "CP11:SS") if f"（{name}）" in each) for each in said
    ] == [
        "A",
        "B",
        "C",
        "D",
        "CP11:SS",
    ]
    assert "不足 7 位" in said[1]
    grouper = DipGrouper(load_dip_catalogue(path, HUBEI), HUBEI)
    assert grouper.group(case("K35.100", "47.0100")).group == "E"  # a 核心 group by category


def test_short_codes_kept_as_numbers_are_doubted(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        HEADER,
        ("A", "核心", "K35.3", 47.01, "", 900, 5000),
        ("B", "核心", "K35.3", 47.0, "", 800, 4000),
    ):
        sheet.append(row)
    path = tmp_path / "襄阳.xlsx"
    book.save(path)
    prefix = replace(HUBEI, grouping=replace(HUBEI.grouping, procedure_match=ProcedureMatch.PREFIX))
    catalogue = load_dip_catalogue(path, prefix)
    assert [codes_of(group.main) for group in catalogue] == [{"47.01"}, {"47.0"}]
    assert reasons(catalogue.report, "doubt").count("末尾的 0 可能已丢失") == 2
    assert "47.0100" in reasons(load_dip_catalogue(path, HUBEI).report, "corrected")


def test_a_mixed_group_without_its_kind_is_doubted(tmp_path: Path) -> None:
    path = tmp_path / "目录.csv"
    path.write_text(
        "病种编码,病种类型,主诊断代码,分值\nZ1,综合,K35,900\nZ2,综合病种,K36,800\n", encoding="utf-8"
    )
    report = load_dip_catalogue(path, HUBEI).report
    assert reasons(report, "doubt").count("没有写明操作类别，按保守治疗") == 2


def test_what_a_kind_table_does_not_say_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "山东"
    folder.mkdir()
    (folder / "catalogue.csv").write_text(
        ",".join(HEADER) + "\nS1,核心,K35.3,47.0100,,1700,9000\n", encoding="utf-8"
    )
    (folder / "procedure_kinds.csv").write_text(
        "手术操作分类代码国家临床版3.0\n主要编码,附加编码,手术名称,类别,级别\n47.0100,,切除,手术,三级\n47.0900,,切除,其他,\n"
        "47.0100,,切除,治疗性操作,三级\n\n6.3100,,切除,手术,Ⅱ级\n注：以上,,,,\n",
        encoding="gb18030",
    )
    (folder / "basic.csv").write_text(
        "序号,主要诊断编码,主要手术操作编码\n1,K35.3,47.0100\n2,K99.9,\n说明,以上为基层病种,\n",
        encoding="utf-8",
    )
    catalogue = load_dip_catalogue(folder, load_profile("shandong"))
    assert catalogue.kinds.kind("47.0100") is ProcedureKind.SURGERY
    assert (catalogue.kinds.level("47.0100"), catalogue.kinds.level("06.3100")) == (3, 2)
    refused, doubts = (reasons(catalogue.report, action) for action in ("refused", "doubt"))
    assert "4 47.0900 的类别“其他”不认识" in refused
    assert "8 “注：以上”不像手术操作编码" in refused
    assert "4 “以上为基层病种”不像诊断编码" in refused
    assert "5 47.0100 前面已有，属性不同" in doubts
    assert "1 条在目录里没有对应的核心病种（K99.9）" in doubts
    assert load_procedure_kinds(folder / "procedure_kinds.csv").kind("06.3100") is ProcedureKind.SURGERY


def test_the_rows_of_a_list_of_traditional_medicine_are_told_too(tmp_path: Path) -> None:
    folder = tmp_path / "中医"
    folder.mkdir()
    (folder / "catalogue.csv").write_text(",".join(HEADER) + "\nS1,核心,K35.3,,,500,3000\n", encoding="utf-8")
    (folder / "tcm.csv").write_text(
        "病种编码,病种名称,主要诊断编码,手术操作编码,分值\nZY01,项痹,M47.8|M50.2,17.982A1,900\nZY02,合计,,,\n",
        encoding="utf-8",
    )
    profile = load_profile("national_platform")
    catalogue = load_dip_catalogue(folder, profile)
    assert "3 没有主诊断代码" in reasons(catalogue.report, "refused")
    grouper = DipGrouper(catalogue, profile)
    found = grouper.group(case("M50.200", "17.982A1"))
    assert (found.group, found.kind) == ("ZY01", "中医")
    assert grouper.group(case("M47.800", "17.982A1")).group == "ZY01"
