from __future__ import annotations

import pytest

from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.drg.scheme_build import SchemeError
from coding_rules.grouper.inputs import GrouperInput
from tests.coding_rules.grouper.drg.small import copy_tables, small_scheme

INFARCTION = GrouperInput(diagnoses=("I21.000", "J96.000"))


def drg(tables: dict[str, list[list[str]]], case: GrouperInput = INFARCTION) -> str:
    return DrgGrouper(small_scheme(tables)).codes(case).drg


def test_every_rule_and_list_knows_its_row() -> None:
    scheme = small_scheme()
    assert [rule.source for rule in scheme.adrgs_of["MDCF"]] == [f"adrg.csv 第 {row} 行" for row in (3, 4, 5)]
    assert scheme.row_of("FR2.DX", "dx", "I21.000") == 9
    assert scheme.row_of("FR2.DX", "dx", "I25.100") == 0


def test_harmless_variation_of_the_tables_changes_nothing() -> None:
    tables = copy_tables()
    for rows in tables.values():
        rows[0] = [f"\ufeff {cell.upper()} " if number == 0 else cell for number, cell in enumerate(rows[0])]
        rows.insert(1, [])
        rows.append(["", " ", ""])
    for row in tables["code_lists"][1:]:
        row[:] = [f" {cell.lower() if number == 2 else cell.upper()} " for number, cell in enumerate(row)]
    tables["complications"] = [
        [*reversed(row), "备注" if "".join(row).strip() else ""] for row in tables["complications"]
    ]
    tables["complications"][2][1] = "mcc "
    assert drg(tables) == "FR21"


def test_order_decides_not_the_place_in_the_file() -> None:
    tables = copy_tables()
    header, *rows = tables["drg"]
    tables["drg"] = [header, *reversed(rows)]
    assert drg(tables) == "FR21"


def test_rows_without_an_order_stay_in_file_order() -> None:
    tables = copy_tables()
    for rows in (tables["mdc"], tables["adrg"], tables["drg"]):
        for row in rows[1:]:
            row[0] = ""
    assert drg(tables) == "FR21"


def test_a_byte_order_mark_before_a_code_is_no_part_of_it() -> None:
    tables = copy_tables()
    tables["complications"][1][0] = "\ufeffJ96.000"
    assert drg(tables) == "FR21"


def test_a_complication_without_table_is_never_excluded() -> None:
    tables = copy_tables()
    tables["complications"][2][2] = ""
    tables["exclusions"].append(["I21.000", ""])
    assert drg(tables, GrouperInput(diagnoses=("I21.000", "I50.900"))) == "FR21"


def test_a_complication_of_two_tables_counts_unless_both_are_excluded() -> None:
    case = GrouperInput(diagnoses=("I21.000", "I50.900"))
    tables = copy_tables()
    assert drg(tables, case) == "FR25"
    tables["complications"].append(["I50.900", "CC", "9"])
    assert drg(tables, case) == "FR23"
    tables["exclusions"].append(["I21.000", "9"])
    assert drg(tables, case) == "FR25"


def test_without_complication_tables_nothing_is_mcc_or_cc() -> None:
    tables = copy_tables()
    del tables["complications"], tables["exclusions"]
    assert drg(tables) == "FR25"


def test_without_a_drg_the_adrg_stands() -> None:
    tables = copy_tables()
    tables["drg"] = [row for row in tables["drg"] if row[1] != "FR2"]
    grouping = DrgGrouper(small_scheme(tables)).group(INFARCTION)
    assert (grouping.adrg, grouping.group, grouping.name) == ("FR2", "FR2", "急性心肌梗死")
    assert grouping.path[-1].text == "FR2 不再细分" or "FR2 不再细分" in grouping.chain


def test_alternatives_of_one_adrg_share_its_drgs() -> None:
    tables = copy_tables()
    tables["adrg"].insert(3, ["1", "MDCF", "FR2", "急性心肌梗死", "px is 47.0100"])
    assert drg(tables, GrouperInput(diagnoses=("I25.100", "J96.000"), procedures=("47.0100",))) == "FR21"


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "place", "message"),
    [
        ("mdc", 2, 3, "pdx in G.DX", "mdc.csv 第 3 行 rule 列", "第 8 个字符：没有名为“G.DX”的编码列表"),
        ("adrg", 1, 4, "", "adrg.csv 第 2 行 rule 列", "规则是空的"),
        ("adrg", 1, 2, " ", "adrg.csv 第 2 行 adrg 列", "adrg 是空的"),
        ("drg", 2, 0, "一", "drg.csv 第 3 行 order 列", "“一”不是数字"),
        ("code_lists", 3, 1, "tx", "code_lists.csv 第 4 行 kind 列", "不是 dx（诊断）或 px（手术操作）"),
        ("code_lists", 3, 2, "", "code_lists.csv 第 4 行 code 列", "code 是空的"),
        ("complications", 1, 1, "重", "complications.csv 第 2 行 level 列", "“重”不是 MCC 或 CC"),
        ("exclusions", 1, 0, "", "exclusions.csv 第 2 行 principal_diagnosis 列", "是空的"),
        ("exclusions", 0, 1, "table", "exclusions.csv 第 1 行 exclusion_table 列", "缺少 exclusion_table 列"),
    ],
)
def test_mistakes_are_told_with_file_row_and_column(
    table: str, row: int, column: int, value: str, place: str, message: str
) -> None:
    tables = copy_tables()
    tables[table][row][column] = value
    with pytest.raises(SchemeError) as caught:
        small_scheme(tables)
    told = str(caught.value.problems[0])
    assert told.startswith(place)
    assert message in told


def test_a_rule_mistake_carries_a_pointer() -> None:
    tables = copy_tables()
    tables["adrg"][1][4] = "ppx in AA1.PX amd mcc"
    with pytest.raises(SchemeError) as caught:
        small_scheme(tables)
    assert caught.value.problems[0].pointer.split("\n")[1] == " " * 18 + "^^^"


def test_all_mistakes_are_told_at_once() -> None:
    tables = copy_tables()
    tables["mdc"][1][3] = tables["drg"][1][4] = "nonsense"
    with pytest.raises(SchemeError) as caught:
        small_scheme(tables)
    assert [problem.file for problem in caught.value.problems] == ["mdc.csv", "drg.csv"]


def test_a_missing_table_is_named() -> None:
    tables = copy_tables()
    del tables["drg"]
    with pytest.raises(SchemeError, match=r"drg\.csv：缺少这张表"):
        small_scheme(tables)
