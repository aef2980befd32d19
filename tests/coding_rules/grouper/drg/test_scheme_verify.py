from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from coding_rules.finding import Severity
from coding_rules.grouper.drg.scheme_verify import verify, verify_versions
from coding_rules.grouper.drg.weight_reading import read_weights
from coding_rules.grouper.drg.weight_table import GroupWeight, WeightTable
from coding_rules.grouper.drg.weight_verify import verify_weight_dates
from icd_tables.codes import Edition, Kind
from icd_tables.table import CodeEntry, CodeTable, TableInfo
from icd_tables.terminology import Terminology
from tests.coding_rules.grouper.drg.small import Rows, copy_tables, small_scheme


def told(tables: dict[str, Rows]) -> list[str]:
    """What verify says beyond the hints of the unchanged tables."""
    before = set(map(str, verify(small_scheme())))
    return [str(issue) for issue in verify(small_scheme(tables)) if str(issue) not in before]


def test_a_sound_scheme_has_nothing_but_hints() -> None:
    assert {issue.severity for issue in verify(small_scheme())} <= {Severity.HINT}


@pytest.mark.parametrize(
    ("table", "row", "expected"),
    [
        (
            "mdc",
            ["4", "MDCX", "空的", "true"],
            "mdc.csv 第 5 行 mdc 列：MDC MDCX 之下没有 ADRG，永远不会入组",
        ),
        (
            "adrg",
            ["1", "MDCQ", "QQ1", "", "true"],
            "adrg.csv 第 7 行 mdc 列：没有名为 MDCQ 的 MDC，这一行永远用不到",
        ),
        (
            "drg",
            ["1", "QQ2", "QQ21", "", "true"],
            "drg.csv 第 9 行 adrg 列：没有名为 QQ2 的 ADRG，这一行永远用不到",
        ),
        (
            "drg",
            ["4", "FR2", "FR29", "", "cc"],
            "drg.csv 第 9 行 rule 列：排在 FR25（第 7 行，true）之后，永远轮不到",
        ),
        ("drg", ["2", "FZ1", "FZ19", "", "true"], "drg.csv 第 9 行 drg 列：与第 8 行重复"),
        (
            "adrg",
            ["0", "MDCF", "FX1", "", "age > 3 and age <= 3"],
            "adrg.csv 第 7 行 rule 列：规则永远不会成立：年龄（岁）的要求互相矛盾",
        ),
        (
            "adrg",
            ["0", "MDCF", "FX1", "", "pdx in P.DX"],
            "adrg.csv 第 7 行 rule 列：规则永远不会成立：主要诊断不可能同时在 F.DX、P.DX 中",
        ),
        (
            "adrg",
            ["0", "MDCF", "FX1", "", "ppx in FM1.PX and not px in VALID.PX"],
            "adrg.csv 第 7 行 rule 列：规则永远不会成立：主要手术操作必须在 FM1.PX 中，又不许在 VALID.PX 中",
        ),
        (
            "adrg",
            ["0", "MDCF", "FX1", "", "mcc and not (mcc or cc)"],
            "adrg.csv 第 7 行 rule 列：规则永远不会成立：同一个条件既要求成立又要求不成立",
        ),
        (
            "adrg",
            ["0", "MDCF", "FX1", "", "false"],
            "adrg.csv 第 7 行 rule 列：规则永远不会成立：规则总不成立",
        ),
        (
            "code_lists",
            ["OLD.DX", "dx", "I10.x00"],
            "code_lists.csv 第 11 行 list 列：没有规则用到列表 OLD.DX（dx，1 个编码）",
        ),
        (
            "code_lists",
            ["F.DX", "dx", "i25.100"],
            "code_lists.csv 第 11 行 code 列：列表 F.DX 中的 I25.100 与第 8 行重复",
        ),
        (
            "complications",
            ["E87.600", "MCC", "2"],
            "complications.csv 第 5 行 code 列：E87.600 与第 4 行重复",
        ),
        (
            "exclusions",
            ["I21.000", "1"],
            "exclusions.csv 第 3 行 principal_diagnosis 列：I21.000 与第 2 行重复",
        ),
        (
            "exclusions",
            ["I21.000", "77"],
            "exclusions.csv 第 3 行 exclusion_table 列：没有并发症使用排除表 77",
        ),
    ],
)
def test_each_inconsistency_is_told_with_its_place(table: str, row: list[str], expected: str) -> None:
    tables = copy_tables()
    tables[table].append(row)
    assert expected in told(tables)


def test_rules_that_can_hold_are_not_blamed() -> None:
    tables = copy_tables()
    tables["adrg"] += [
        ["9", "MDCF", "FY1", "", "age >= 3 and age <= 3 and (sdx in P.DX or px in AA1.PX and px in FM1.PX)"],
        ["9", "MDCF", "FY2", "", "not age > 3 and age < 2 and pdx in F.DX and not pdx in FR2.DX"],
    ]
    assert not [text for text in told(tables) if "永远" in text]


def weights(*rows: GroupWeight, valid_from: date | None = None) -> WeightTable:
    return WeightTable("权重.xlsx", {row.code: row for row in rows}, valid_from)


def test_groups_without_weight_and_weights_without_group() -> None:
    scheme = small_scheme(
        weights=weights(
            *(
                GroupWeight(code, weight=Decimal(1))
                for code in ("AA19", "FM11", "FM15", "FR21", "FR23", "FR25", "PS1")
            ),
            GroupWeight("XX99", weight=Decimal(1), sheet="权重.xlsx", row=9),
        )
    )
    texts = [str(issue) for issue in verify(scheme) if issue.severity is Severity.WARNING]
    assert texts == [
        "drg.csv 第 8 行 drg 列：FZ19 在权重表“权重.xlsx”中没有权重",
        "权重.xlsx 第 9 行 组编码 列：方案里没有 XX99 这个组",
    ]


def test_rows_of_a_weight_table_that_could_not_be_taken_are_told_with_sheet_row_and_column() -> None:
    read = read_weights(
        "权重.xlsx",
        [("2025", [["DRG编码", "权重"], ["FR21", "2"], ["FR21", "3"], ["FR23", "待定"], ["FR25", None]])],
    )
    texts = [str(issue) for issue in verify(small_scheme(weights=read)) if issue.file == "2025"]
    assert texts == [
        "2025 第 3 行：FR21 在 2025 第 2 行 已出现（权重 2 与 3 不同），以先出现的为准",
        "2025 第 4 行 权重 列：“待定”不是数字，按没有处理",
        "2025 第 4 行 权重 列：FR23 的权重是空的",
        "2025 第 5 行 权重 列：FR25 的权重是空的",
    ]


def test_weight_tables_that_hold_on_the_same_days() -> None:
    year = WeightTable("全年.xlsx", valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 31))
    half = WeightTable("下半年.xlsx", valid_from=date(2025, 7, 1))
    (issue,) = verify_weight_dates([year, half, WeightTable("未注明.xlsx")])
    assert issue.severity is Severity.ERROR
    assert str(issue).startswith(
        "下半年.xlsx：有效日期（2025-07-01 至 不限）与“全年.xlsx”（2025-01-01 至 2025-12-31）重叠"
    )
    before = replace(half, valid_from=date(2026, 1, 1))
    assert verify_weight_dates([year, before]) == []


def test_codes_outside_the_code_table() -> None:
    def table(kind: Kind, *codes: str) -> CodeTable:
        info = TableInfo("t", kind, Edition.INSURANCE, "2.0", "医保版", "")
        return CodeTable(info, [CodeEntry(code, code) for code in codes])

    diagnoses = table(Kind.DIAGNOSIS, "I21.000", "I25.100", "P07.000", "J96.000", "I50.900")
    procedures = table(Kind.PROCEDURE, "37.5100", "36.0601")
    terminology = Terminology({(each.info.kind, Edition.INSURANCE): each for each in (diagnoses, procedures)})
    texts = [str(issue) for issue in verify(small_scheme(), terminology) if "不在编码表" in issue.message]
    assert texts == [
        "code_lists.csv 第 4 行 code 列：47.0100 不在编码表“医保版”中",
        "complications.csv 第 4 行 code 列：E87.600 不在编码表“医保版”中",
    ]


def test_dates_in_force() -> None:
    scheme = small_scheme(weights=weights(valid_from=date(2026, 1, 1)))
    assert any(issue.message == "权重表的有效日期与方案不重合" for issue in verify(scheme))
    reversed_dates = replace(scheme.info, valid_from=date(2025, 6, 1), valid_to=date(2025, 1, 1))
    assert any("早于启用日期" in issue.message for issue in verify(replace(scheme, info=reversed_dates)))
    later = replace(scheme.info, valid_from=date(2025, 12, 31), valid_to=None, version="2026")
    other = replace(later, scheme_id="other")
    assert [issue.message for issue in verify_versions([scheme.info, later, other])] == [
        "与版本 2025 的有效日期（2025-01-01 至 2025-12-31）重叠"
    ]
