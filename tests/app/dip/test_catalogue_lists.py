"""What stands beside a catalogue: manifest, kinds of procedures, lists, conversion to another edition, local points."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from app.dip.catalogues import (
    add_basic_list,
    add_local_points,
    add_tcm_groups,
    load_dip_catalogue,
    load_procedure_kinds,
)
from app.errors import UserError
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind
from coding_rules.settlement.profile import load_profile
from tests.app.dip.workbooks import Rows, workbook
from tests.coding_rules.grouper.dip.samples import HEADER, ROWS, case, catalogue


def test_folder_with_manifest_kinds_and_lists(tmp_path: Path) -> None:
    (tmp_path / "catalogue.csv").write_text(
        "code,kind,principal,principal_name,main_procedure,main_name,related,related_name,points,mean_fee,mean_los\n"
        "K35.3:47.0100,核心,K35.3,阑尾炎,47.0100,切除,,,1484.8,8490.5,6.6\n"
        "K35.3,核心,K35.3,阑尾炎,,,,,551.5,3154,5\n"
        "K35:SS,综合,K35,阑尾炎,,,,,1000,6000,7\n",
        encoding="utf-8",
    )
    (tmp_path / "scheme.toml").write_text(
        '[scheme]\ntitle = "演示目录"\nversion = "1"\nregion = "演示"\ndemo = true\nvalid_from = 2025-01-01\n',
        encoding="utf-8",
    )
    (tmp_path / "procedure_kinds.csv").write_text(
        "编码,类别\n47.0900,手术\n99.9999,诊断性操作\n", encoding="utf-8"
    )
    (tmp_path / "basic.csv").write_text("主要诊断编码,主要手术操作编码\nK35.3,\n", encoding="utf-8")
    (tmp_path / "excluded_diagnoses.csv").write_text("编码,名称\nZ51.100,化疗\n", encoding="utf-8")
    catalogue = load_dip_catalogue(tmp_path)
    assert (catalogue.title, catalogue.version, catalogue.demo) == ("演示目录", "1", True)
    grouper = DipGrouper(catalogue, load_profile("demo"))
    found = grouper.group(case("K35.300", "47.0100"))
    assert (found.group, found.mean_fee, found.mean_los, found.demo) == (
        "K35.3:47.0100",
        849050,
        Decimal("6.6"),
        True,
    )
    assert grouper.group(case("K35.300")).kind == "基层"
    assert grouper.group_batch([case("K35.300")])[0].kind == "基层"
    assert catalogue.kinds.kind("99.9999") is ProcedureKind.DIAGNOSTIC
    assert "procedure_kinds.csv" in catalogue.kinds.source("99.9999")
    assert "不纳入分组" in grouper.group(case("Z51.100")).reason


def test_excluded_procedures_and_another_edition(tmp_path: Path) -> None:
    (tmp_path / "catalogue.csv").write_text(
        "code,kind,principal,main_procedure,points\nA,核心,K35.9,47.01001,10\nB,核心,K35.9,,5\n",
        encoding="utf-8",
    )
    old = DipGrouper(load_dip_catalogue(tmp_path))
    assert old.group(case("K35.300", "47.0100")).group == ""
    (tmp_path / "code_map.csv").write_text(
        "医保2.0编码,名称,医保1.0编码,名称\nK35.300,阑尾炎,K35.900,阑尾炎\n47.0100,切除,47.01001,切除\n",
        encoding="utf-8",
    )
    (tmp_path / "excluded_procedures.csv").write_text("编码,名称\n99.9999,灰码\n", encoding="utf-8")
    grouper = DipGrouper(load_dip_catalogue(tmp_path))
    found = grouper.group(case("K35.300", "47.0100"))
    assert found.group == "A"
    assert "K35.300 → K35.900、47.0100 → 47.01001" in found.path[0].text
    bare = grouper.group(case("K35.300", "99.9999"))
    assert bare.group == "B"
    assert any("99.9999 不参与分组" in step.text for step in bare.path)
    batch = grouper.group_batch([case("K35.300", "47.0100"), case("K35.300", "99.9999")])
    assert [each.group for each in batch] == ["A", "B"]


def test_another_edition_without_conversion_is_said() -> None:
    profile = load_profile("shandong")
    profile = replace(profile, grouping=replace(profile.grouping, code_edition="医保版1.0"))
    found = DipGrouper(catalogue(), profile).group(case("K35.300", "47.0100"))
    assert "医保版1.0" in found.path[0].text
    assert not found.path[0].held


def test_basic_and_tcm_lists_of_their_own(tmp_path: Path) -> None:
    catalogue = load_dip_catalogue(workbook(tmp_path / "目录.xlsx", 目录=[HEADER, *ROWS]))
    basic = workbook(
        tmp_path / "基层.xlsx",
        清单=[("序号", "主要诊断编码", "主要手术操作编码"), (1, "K35.3", "47.0100|47.0900")],
    )
    tcm = workbook(
        tmp_path / "中医.xlsx",
        清单=[HEADER, ("ZY01", "中医优势病种", "K58.9", "肠易激", "", "", "", "", 300, 1700)],
    )
    catalogue = add_tcm_groups(add_basic_list(catalogue, basic), tcm)
    grouper = DipGrouper(catalogue, load_profile("national_platform"))
    assert grouper.group(case("K35.300", "47.0900")).kind == "基层"
    assert grouper.group(case("K35.300", "47.0100", "54.5101")).kind == "基层"
    assert grouper.group(case("K35.300")).kind == "核心"
    assert (grouper.group(case("K58.900")).group, grouper.group(case("K58.900")).kind) == ("ZY01", "中医")


def test_kind_table_decides_and_surgical_codes_back_it_up(tmp_path: Path) -> None:
    path = tmp_path / "属性.csv"
    path.write_text(
        "手术操作编码,手术操作名称,类别\n36.0700,支架,介入治疗\n00.2101,显像,诊断性操作\n", encoding="gb18030"
    )
    kinds = load_procedure_kinds(path).with_surgical(["99.2503"])
    assert kinds.kind("36.0700") is ProcedureKind.INTERVENTION
    assert kinds.kind("99.2503") is ProcedureKind.SURGERY
    assert "DRG" in kinds.source("99.2503")
    assert "推断" in kinds.source("47.0100")
    empty = tmp_path / "空.csv"
    empty.write_text("甲,乙\n1,2\n", encoding="utf-8")
    with pytest.raises(UserError, match="属性表"):
        load_procedure_kinds(empty)


def test_local_points_join_a_scheme_that_has_none(tmp_path: Path) -> None:
    early: Rows = [("分类", "序号", "分组名称", "主诊编码", "主诊名称", "主手术编码", "主手术名称", "备注")]
    early += [
        ("先期", 1, "心肺移植", "所有诊断", "", "33.6x00", "", ""),
        ("", 2, "心脏移植", "", "", "37.5100", "", ""),
    ]
    scheme = load_dip_catalogue(workbook(tmp_path / "DIP3.0.xlsx", 一_先期分组=early))
    assert scheme.form == "national_3"
    assert DipGrouper(scheme).group(case("I50.900", "33.6x00")).points is None
    points = workbook(
        tmp_path / "分值.xlsx", 分值=[("病种编码", "分值", "均费"), ("XQ-1", 90000.5, 500000), ("XQ-9", 7, 8)]
    )
    local = add_local_points(scheme, points)
    found = DipGrouper(local, load_profile("national_3_0")).group(case("I50.900", "33.6x00"))
    assert (found.group, found.points, found.mean_fee) == ("XQ-1", Decimal("90000.5"), 50_000_000)
    reasons = " ".join(issue.reason for issue in local.report.issues)
    assert "目录中没有病种 XQ-9" in reasons
    assert "1 个病种没有分值（XQ-2）" in reasons
    with pytest.raises(UserError, match="病种分值"):
        add_local_points(
            scheme, workbook(tmp_path / "别的.xlsx", 表=[("病种编码", "病种名称"), ("XQ-1", "甲")])
        )
