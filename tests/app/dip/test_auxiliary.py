from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.dip.auxiliary import keep_auxiliary, load_auxiliary, open_auxiliary, save_factors, with_sub_codes
from app.errors import UserError
from coding_rules.grouper.grouping import Grouping, System
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.auxiliary import AuxiliaryRow
from coding_rules.settlement.rules import AuxiliaryRules
from coding_rules.settlement.strata import SEVERITY
from tests.coding_rules.grouper.dip.samples import catalogue as sample


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_factors_and_dictionaries_from_several_files(tmp_path: Path) -> None:
    factors = write(
        tmp_path / "系数.csv",
        "某市辅助目录\n病种编码,辅助目录类型,辅助目录名称,调节系数,例数\nK35.3,疾病严重程度,重度,1.85,30\nK35.3,疾病严重程度,中度,无,5\n",
    )
    severity = write(
        tmp_path / "中重度.csv",
        "DIP_ASSISTANT_TYPE,DIP_ASSISTANT_CODE,ASSI_ITEM_ID\nQTZD,2,R57.000\nQTZD,1,I63.900\nQTZD,3,C78.700\nQTZD,9,J18.900\n",
    )
    charlson = write(tmp_path / "CCI.csv", "诊断编码,权重,类别\nN18.000,2,肾病\nN18.900,两分,肾病\n")
    catalogue, refused = load_auxiliary([factors, severity, charlson])
    assert [reason for place, reason in refused if "第" in place] == [
        "病种“K35.3”分型“中度”的系数“无”不可用",
        "诊断“J18.900”的严重程度“9”不认识",
        "诊断“N18.900”的 CCI 权重“两分”不可用",
    ]
    assert catalogue.tables.severe == {"R57.000"}
    assert catalogue.tables.moderate == {"I63.900"}
    assert catalogue.tables.cci == {"N18.000": (2, "肾病")}
    grouping = Grouping(System.DIP, "目录", "K35.3", kind="核心", points=Decimal(1), mean_fee=100)
    found = catalogue.apply(
        grouping, GrouperInput(diagnoses=("K35.300", "R57.000"), los=6), AuxiliaryRules(True)
    )
    assert found is not None
    assert (found.factor, found.source) == (Decimal("1.85"), "系数.csv 第 3 行")


def test_saved_factors_read_back(tmp_path: Path) -> None:
    rows = [AuxiliaryRow("K35.3", SEVERITY, "重度", Decimal("1.85"), 30, Decimal("9000.5"))]
    save_factors(rows, tmp_path / "系数.csv")
    (row,) = load_auxiliary([tmp_path / "系数.csv"])[0].rows
    assert (row.group, row.kind, row.label, row.factor, row.cases, row.stratum_mean) == (
        "K35.3", SEVERITY, "重度", Decimal("1.85"), 30, Decimal("9000.5"),
    )  # fmt: skip


def test_what_is_no_auxiliary_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="没有找到辅助目录"):
        load_auxiliary([write(tmp_path / "别的.csv", "姓名,年龄\n甲,1\n")])


def test_secondary_diagnoses_and_treatment_lists_are_kept_and_nothing_is_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "home"))
    factors = write(
        tmp_path / "系数.csv", "病种编码,辅助目录类型,辅助目录名称,调节系数\nK35.3,次要诊断病种,J96.0,1.4\n"
    )
    secondary = write(tmp_path / "次要.csv", "次要诊断编码,次要诊断病种\nN17.900,急性肾损伤\n")
    lists = write(tmp_path / "肿瘤.csv", "诊断编码,严重程度\nC78.700,转移\n92.2400,放疗\nZ51.101,5\n")
    catalogue, refused = load_auxiliary([factors, secondary, lists])
    assert not refused
    tables = catalogue.tables
    assert tables.secondary == {"J96.0": "J96.0", "N17.900": "急性肾损伤"}
    assert [sorted(each) for each in (tables.spread, tables.radiotherapy, tables.chemotherapy)] == [
        ["C78.700"],
        ["92.2400"],
        ["Z51.101"],
    ]
    grouping = Grouping(System.DIP, "目录", "K35.3", kind="核心", points=Decimal(1), mean_fee=100)
    case = GrouperInput(diagnoses=("K35.300", "J96.000"), los=6)
    found = catalogue.apply(grouping, case, AuxiliaryRules(True))
    assert found is not None
    assert (found.factor, found.stratum) == (Decimal("1.4"), "次要诊断 J96.0")
    first = keep_auxiliary(catalogue, "某市", date(2025, 1, 1))
    again = open_auxiliary(first)
    assert (again.rows[0].factor, again.tables.secondary) == (Decimal("1.4"), tables.secondary)
    assert (again.tables.spread, again.tables.chemotherapy) == (tables.spread, tables.chemotherapy)
    second = keep_auxiliary(catalogue, "某市", date(2025, 1, 1))
    assert second.name == f"{first.name}(2)"
    assert first.is_dir()


def test_a_catalogue_of_sub_codes_becomes_groups_and_factors() -> None:
    header = ("病种编码", "主诊断代码", "主要操作代码", "病种分值")
    rows = [(f"S1_{number}", "K35.3", "47.0100", points) for number, points in ((1, 100), (2, 130), (3, 190))]
    made, auxiliary = with_sub_codes(sample(rows, header), None)
    assert [group.code for group in made] == ["S1"]
    assert auxiliary is not None
    assert [(row.label, row.factor) for row in auxiliary.rows] == [
        ("轻度", 1),
        ("中度", Decimal("1.3")),
        ("重度", Decimal("1.9")),
    ]
    plain = sample()
    assert with_sub_codes(plain, None) == (plain, None)


def test_features_and_conditions_of_secondary_diagnoses_are_read_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path))
    features = write(
        tmp_path / "地方特征.csv",
        "地方特征,位置,编码,名称\n肺结核耐药,主要诊断,A15.000x010,结核\n血液肿瘤化疗,主诊断,C81-C96,血液肿瘤\n"
        "血液肿瘤化疗,其他诊断,Z51.1,化疗\n血液肿瘤化疗,别处,Z51.8,化疗\n",
    )
    severity = write(
        tmp_path / "CC.csv",
        "诊断编码,严重程度,排除主诊断,限定主诊断\nJ96.000,MCC,J96、J80,\nI10.x00,CC,,K35.3|K80\n",
    )
    catalogue, refused = load_auxiliary([features, severity])
    assert [reason for _, reason in refused] == ["地方特征“血液肿瘤化疗”的编码“Z51.8”或位置“别处”不可用"]
    tables = catalogue.tables
    assert tables.local == {
        "肺结核耐药": {"主要诊断": {"A15.000x010"}},
        "血液肿瘤化疗": {"主要诊断": {"C81-C96"}, "其他诊断": {"Z51.1"}},
    }
    assert tables.exclusions == {"J96.000": {"J96", "J80"}}
    assert tables.inclusions == {"I10.x00": {"K35.3", "K80"}}
    folder = keep_auxiliary(catalogue, "宜昌 2023", date(2023, 1, 1))
    kept = open_auxiliary(folder).tables
    assert (kept.local, kept.exclusions, kept.inclusions, kept.severe, kept.moderate) == (
        tables.local, tables.exclusions, tables.inclusions, tables.severe, tables.moderate,
    )  # fmt: skip
