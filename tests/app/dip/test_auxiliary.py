from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from app.dip.auxiliary import load_auxiliary, save_factors
from app.errors import UserError
from coding_rules.grouper.grouping import Grouping, System
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.auxiliary import AuxiliaryRow
from coding_rules.settlement.rules import AuxiliaryRules
from coding_rules.settlement.strata import SEVERITY


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
