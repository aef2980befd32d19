"""The hospital's own catalogues: the file as it came, its lists, a date; read back as one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.dip.catalogues import load_dip_catalogue, save_dip_catalogue
from app.dip.library import Imprint, SideList, catalogue_folder, keep, preview
from app.errors import UserError
from coding_rules.grouper.dip.catalogue import DipKind
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind

CATALOGUE = (
    "病种编码,主诊断代码,主诊断名称,主要手术操作代码,病种分值,病种均费\n"
    "K35.3:47.0100,K35.3,急性阑尾炎,47.0100,1484.8,8490.46\n"
    "K35.3,K35.3,急性阑尾炎,,551.5,3153.56\n"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "home"))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "某市2025目录.csv"
    path.write_text(CATALOGUE, encoding="utf-8")
    return path


def kind_table(path: Path) -> Path:
    """The list stands on the second sheet, below a title, as such files do."""
    book = Workbook()
    assert book.active is not None
    book.active.append(["说明"])
    sheet = book.create_sheet("属性")
    for row in (["手术操作属性表"], ["编码", "名称", "类别", "级别"], ["47.0100", "阑尾切除", "手术", 2.0]):
        sheet.append(row)
    book.save(path)
    return path


def test_lists_are_previewed_without_keeping_anything(source: Path, tmp_path: Path) -> None:
    basic = tmp_path / "基层.csv"
    basic.write_text("主要诊断编码,主要手术操作编码\nK35.3,\n", encoding="utf-8")
    lists = {SideList.KINDS: kind_table(tmp_path / "属性.xlsx"), SideList.BASIC: basic}
    found = preview(source, lists)
    assert found.kinds.kind("47.0100") is ProcedureKind.SURGERY
    assert found.kinds.level("47.0100") == 2
    assert [group.kind_label for group in found] == ["核心", "基层"]
    assert {kind: kind.entries(found) for kind in lists} == {SideList.KINDS: 1, SideList.BASIC: 1}
    assert not list(catalogue_folder().iterdir())


def test_a_kept_catalogue_is_the_published_file_with_its_lists_and_dates(
    source: Path, tmp_path: Path
) -> None:
    excluded = tmp_path / "排除.csv"
    excluded.write_text("编码,名称\nZ37.0,单胎活产\n", encoding="utf-8")
    imprint = Imprint("某市 2025", "某市", "2025", date(2025, 1, 1))
    folder, kept = keep(source, {SideList.EXCLUDED_DIAGNOSES: excluded}, imprint)
    assert folder.parent == catalogue_folder()
    assert (folder / source.name).read_bytes() == source.read_bytes()
    again = load_dip_catalogue(folder)
    assert (again.title, again.region, again.valid_from) == ("某市 2025", "某市", date(2025, 1, 1))
    assert again.excluded_diagnoses == kept.excluded_diagnoses == {"Z37.0"}
    assert again.groups == load_dip_catalogue(source).groups
    second, without = keep(folder, {SideList.EXCLUDED_DIAGNOSES: None}, imprint)
    assert second != folder
    assert not without.excluded_diagnoses
    assert not [each for each in catalogue_folder().iterdir() if each.name.startswith(".")]


def test_a_tcm_list_and_local_points_join_the_groups(source: Path, tmp_path: Path) -> None:
    tcm = tmp_path / "中医.csv"
    tcm.write_text("病种编码,主诊断代码,主诊断名称,病种分值\nM51.2,M51.2,腰痛病,600\n", encoding="utf-8")
    points = tmp_path / "分值.csv"
    points.write_text("病种编码,病种分值,病种均费\nK35.3,600,3400\n", encoding="utf-8")
    found = preview(source, {SideList.TCM: tcm, SideList.POINTS: points})
    assert SideList.TCM.entries(found) == 1
    assert found.get("K35.3").points == 600  # type: ignore[union-attr]
    assert any(group.kind is DipKind.TCM for group in found)


@pytest.mark.parametrize("kind", list(SideList))
def test_a_file_without_the_list_is_refused_by_its_name(kind: SideList, source: Path, tmp_path: Path) -> None:
    path = tmp_path / "别的.csv"
    path.write_text("甲,乙\n一,二\n", encoding="utf-8")
    with pytest.raises(UserError, match=kind.label):
        preview(source, {kind: path})


def test_without_a_title_nothing_is_kept(source: Path) -> None:
    with pytest.raises(UserError, match="名称"):
        keep(source, {}, Imprint(" "))
    assert not list(catalogue_folder().iterdir())


def test_a_source_that_is_gone_is_told(source: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="无法读取"):
        keep(tmp_path / "没有.csv", {}, Imprint("某市"))


def test_a_list_of_groups_paid_by_days_goes_along(source: Path, tmp_path: Path) -> None:
    days = tmp_path / "床日.csv"
    days.write_text("病种编码,主要诊断编码,每床日分值,住院天数\nCR01,F20-F29,12.5,>60\n", encoding="utf-8")
    _, kept = keep(source, {SideList.BED_DAYS: days}, Imprint("带床日"))
    assert SideList.BED_DAYS.entries(kept) == 1
    assert any("没有启用“按床日付费”" in issue.reason for issue in kept.report.issues)
    again = tmp_path / "again"
    save_dip_catalogue(kept, again)
    (one,) = load_dip_catalogue(again).bed_days
    assert (one.diagnoses, one.least, str(one.points)) == (("F20-F29",), 61, "12.5")
    days.write_text("病种编码,主要诊断编码,每床日分值\nCR01,F20,面议\n", encoding="utf-8")
    with pytest.raises(UserError, match="床日病种"):
        keep(source, {SideList.BED_DAYS: days}, Imprint("不成"))
