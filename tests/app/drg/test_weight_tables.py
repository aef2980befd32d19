"""Weight tables as cities publish them, each shape a workbook of its own; and how they are kept with their dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.drg.weight_tables import (
    keep_weights,
    known_weights,
    load_weight_table,
    note_weights,
    remove_weights,
    save_weight_table,
    weight_series,
    weights_dir,
)
from app.errors import UserError
from coding_rules.grouper.drg.weight_dates import said_dates
from coding_rules.grouper.drg.weight_table import GroupWeight, WeightTable
from tests.old_workbook import write_xls

Sheets = Mapping[str, Sequence[Sequence[object]]]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def workbook(path: Path, sheets: Sheets, merged: Mapping[str, Sequence[str]] | None = None) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for span in (merged or {}).get(name, ()):
            sheet.merge_cells(span)
    book.save(path)
    return path


def told(table: WeightTable) -> list[str]:
    return [str(issue) for issue in table.report.issues]


def test_title_two_header_rows_two_years_notes_and_a_second_sheet(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "权重.xlsx",
        {
            "内科": [
                ["某市 2025 年 DRG 权重表"],
                ["序号", "DRG\n编码", "DRG 名称", "2024年", None, "2025年", None, "例均费用（万元）"],
                [None, None, None, "权重", "费率", "权重", "费率", None],
                [1, "FR21", "急性心肌梗死", 2.1, 9800, 2.5, 10000, 1.23456],
                ["注：以下为外科"],
                [2, "fr25", "急性心肌梗死", 1.0, 9800, "1,234.5", None, "—"],
                ["序号", "DRG编码", "DRG名称", "权重", "费率", "权重", "费率", "例均费用（万元）"],
                [3, "FZ19", "其他", 1.0, 9800, "待定", 10000, None],
            ],
            "外科": [
                ["病组编码", "病组名称", "基准点数", "平均住院日"],
                ["FM11", "支架", 350.25, 7.5],
                ["FR21", "重复", 9, 9],
            ],
            "说明": [["本表自 2025 年 3 月 1 日起执行，至 2026 年 2 月 28 日"]],
        },
        {"内科": ("A1:H1", "D2:E2", "F2:G2", "A2:A3", "B2:B3")},
    )
    table = load_weight_table(path, date(2025, 1, 1))
    assert table.rows["FR21"].weight == Decimal("2.5")
    assert table.rows["FR21"].rate == Decimal("10000")
    assert table.rows["FR21"].mean_fee == 1_234_560
    assert (table.rows["FR25"].weight, table.rows["FR25"].mean_fee) == (Decimal("1234.5"), None)
    assert (table.rows["FM11"].points, table.rows["FM11"].mean_los) == (Decimal("350.25"), Decimal("7.5"))
    assert table.rows["FM11"].source == "外科 第 2 行"
    assert table.rows["FR21"].year == "2025"
    assert table.valid_from == date(2025, 1, 1)
    assert told(table) == ["内科 第 8 行 权重 列：“待定”不是数字，按没有处理"]
    assert [note[:2] for note in table.report.notes] == [("内科", 1), ("内科", 5), ("内科", 7), ("说明", 1)]
    assert table.report.columns["内科"]["weight"] == "2025年权重"
    assert said_dates(table) == (date(2025, 3, 1), date(2026, 2, 28))


def test_points_with_coarser_codes_before_and_text_in_full_width(tmp_path: Path) -> None:
    """A points city: MDC and ADRG codes stand left of the DRG code, figures are text with full-width digits."""
    path = workbook(
        tmp_path / "点数.xlsx",
        {
            "病组点数": [
                ["附件1", None, None, None, None, None],
                ["MDC编码", "ADRG编码", "ＤＲＧ编码", "ＤＲＧ名称", "基准点数", "差异系数（三级）"],
                ["MDCF", "FR2", " fr 21 ", "急性心肌梗死", "１２３．４５", "1.05"],
                ["MDCF", "FR2", "ＦＲ２５", "急性心肌梗死", "1，088.50", "1.05"],
                ["合计", None, None, None, "1,211.95", None],
            ]
        },
    )
    table = load_weight_table(path)
    assert {code: row.points for code, row in table.rows.items()} == {
        "FR21": Decimal("123.45"),
        "FR25": Decimal("1088.50"),
    }
    assert not told(table)
    assert all(row.weight is None for row in table.rows.values())
    assert [note[1] for note in table.report.notes] == [1, 5]


def test_two_tables_side_by_side_and_the_unit_in_the_title(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "2026年.xlsx",
        {
            "Sheet1": [
                ["DRG支付标准（单位：万元）"],
                [
                    "序号",
                    "组编码",
                    "组名称",
                    "权重",
                    "例均费用",
                    None,
                    "序号",
                    "组编码",
                    "组名称",
                    "权重",
                    "例均费用",
                ],
                [1, "FR21", "甲", "2.1000", "2.5", None, 3, "FZ19", "丙", 0.9, 1.1],
                [2, "FR25", "乙", "1.2000", "1.5万元", None, None, None, None, None, None],
            ]
        },
    )
    table = load_weight_table(path)
    assert {code: (row.weight, row.mean_fee) for code, row in table.rows.items()} == {
        "FR21": (Decimal("2.1000"), 2_500_000),
        "FR25": (Decimal("1.2000"), 1_500_000),
        "FZ19": (Decimal("0.9"), 1_100_000),
    }
    assert said_dates(table) == (date(2026, 1, 1), date(2026, 12, 31))


def test_three_header_rows_rival_columns_and_a_unit_nobody_wrote(tmp_path: Path) -> None:
    """Weights by hospital level: which one was taken is told; mean fees of a few yuan cannot be yuan."""
    path = workbook(
        tmp_path / "分级.xlsx",
        {
            "权重": [
                ["DRG", None, "2025年", None, None, None],
                ["编码", "名称", "权重", None, "费用", None],
                [None, None, "三级权重", "二级权重", "例均费用", "费率"],
                ["FR21", "甲", 2.1, 1.9, 2.34, 12800],
                ["FR25", "乙", 1.2, 1.1, 1.25, 12800],
            ]
        },
    )
    table = load_weight_table(path)
    assert (table.rows["FR21"].weight, table.rows["FR21"].rate) == (Decimal("2.1"), Decimal("12800"))
    rivals, unit = told(table)
    assert rivals.startswith("权重 第 3 行 权重 列：“权重三级权重”“权重二级权重”都像权重，用了")
    assert "单位可能是万元" in unit
    assert table.report.rivals == {"weight": ("权重三级权重", "权重二级权重")}
    second = load_weight_table(path, prefer=("权重二级权重",))
    assert second.rows["FR21"].weight == Decimal("1.9")
    assert len(told(second)) == 1
    kept = keep_weights(path, "small", prefer=("权重二级权重",))
    assert load_weight_table(kept).rows["FR21"].weight == Decimal("1.9")
    (listed,) = known_weights()
    note_weights(kept, "small", date(2025, 1, 1), None, listed.prefer)
    assert load_weight_table(kept).rows["FR21"].weight == Decimal("1.9")


def test_an_old_workbook_with_a_group_twice(tmp_path: Path) -> None:
    path = write_xls(
        tmp_path / "旧.xls",
        {
            "2024": [["DRG编码", "DRG名称", "权重"], ["FR21", "甲", 1.8]],
            "2025": [
                ["某市医疗保障局关于印发 2025 年权重的通知"],
                ["DRG编码", "DRG名称", "权重", "平均住院天数"],
                ["FR21", "甲", 2.5, 8],
                ["FR25", "乙", "-1", "8天"],
                ["FR21", "甲", 2.6, 8],
                ["FZ19", "丙", 1.0, 5],
                ["FZ19", "丙", 1.0, 5],
            ],
        },
    )
    table = load_weight_table(path)
    assert (table.rows["FR21"].weight, table.rows["FR21"].year) == (Decimal("2.5"), "2025")
    assert table.rows["FR25"].mean_los == 8
    assert told(table) == [
        "2025 第 4 行 权重 列：“-1”是负数，按没有处理",
        "2025 第 5 行：FR21 在 2025 第 3 行 已出现（权重 2.5 与 2.6 不同），以先出现的为准",
        "2025 第 7 行：FZ19 在 2025 第 6 行 已出现（内容相同），以先出现的为准",
    ]


def test_code_and_name_in_one_cell(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(
        "DRG组,权重（RW）\nFR21 急性心肌梗死,2.5\nFR25：其他,1\n", encoding="utf-8"
    )
    rows = load_weight_table(tmp_path / "w.csv").rows
    assert {code: (row.name, row.weight) for code, row in rows.items()} == {
        "FR21": ("急性心肌梗死", Decimal("2.5")),
        "FR25": ("其他", Decimal(1)),
    }


def test_a_table_without_a_single_group_code_is_told(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("组编码,权重\n甲,2.5\n", encoding="utf-8")
    with pytest.raises(UserError, match="没有一个像组编码的值"):
        load_weight_table(tmp_path / "w.csv")


def test_a_row_of_a_csv_is_told_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("DRG代码,权重\nFR21,2\nFR21,3\n", encoding="gb18030")
    table = load_weight_table(tmp_path / "w.csv")
    assert table.rows["FR21"].weight == 2
    assert told(table) == ["w.csv 第 3 行：FR21 在 w.csv 第 2 行 已出现（权重 2 与 3 不同），以先出现的为准"]


def test_the_latest_year_wins_where_rows_carry_one(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(
        "年度,DRG,权重\n2024,FR21,2\n2025,FR21,3\n2023,FR21,1\n", encoding="utf-8"
    )
    assert load_weight_table(tmp_path / "w.csv").rows["FR21"].weight == 3


def test_what_is_no_weight_table_is_told(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("姓名,年龄\n甲,3\n", encoding="utf-8")
    with pytest.raises(UserError, match="没有找到权重表"):
        load_weight_table(tmp_path / "w.csv")


def test_a_saved_weight_table_reads_back_the_same(tmp_path: Path) -> None:
    row = GroupWeight(
        "FR21", "急性心肌梗死", Decimal("1.2345"), None, 1_234_567, Decimal("8.10"), None, "2025", "w.csv", 2
    )
    save_weight_table(WeightTable("t", {"FR21": row}), tmp_path / "w.csv")
    assert load_weight_table(tmp_path / "w.csv").rows == {"FR21": row}


def simple(folder: Path, name: str, weight: float = 1) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"DRG编码,权重\nFR21,{weight}\n", encoding="utf-8")
    return folder / name


def test_tables_are_kept_under_free_names_with_their_dates(tmp_path: Path) -> None:
    path = simple(tmp_path, "权重.csv")
    first = keep_weights(path, "small", date(2025, 1, 1), date(2025, 12, 31))
    second = keep_weights(path)
    assert [first.name, second.name] == ["权重.csv", "权重(2).csv"]
    assert [(one.path, one.scheme, one.valid_from, one.groups, one.unit) for one in known_weights()] == [
        (second, "", None, 1, "权重"),
        (first, "small", date(2025, 1, 1), 1, "权重"),
    ]
    assert load_weight_table(first).valid_to == date(2025, 12, 31)
    assert first.read_bytes() == path.read_bytes()
    note_weights(first, "small", date(2025, 1, 1), None)
    assert load_weight_table(first).valid_to is None
    with pytest.raises(UserError, match="找不到"):
        keep_weights(tmp_path / "没有.csv")
    with pytest.raises(UserError, match="早于启用日期"):
        note_weights(first, "small", date(2025, 1, 1), date(2024, 1, 1))
    with pytest.raises(UserError, match="数据文件夹"):
        note_weights(path, "small", None, None)


def test_the_dated_tables_of_one_scheme_hold_together(tmp_path: Path) -> None:
    new = keep_weights(simple(tmp_path / "a", "今年.csv", 2), "small", date(2025, 1, 1), None)
    keep_weights(simple(tmp_path / "b", "去年.csv"), "small", date(2024, 1, 1), date(2024, 12, 31))
    keep_weights(simple(tmp_path / "c", "别的.csv"), "other", date(2024, 1, 1), None)
    undated = keep_weights(simple(tmp_path / "d", "未注明.csv"), "small")
    assert [table.name for table in weight_series(new)] == ["今年.csv", "去年.csv"]
    assert [table.name for table in weight_series(undated)] == ["未注明.csv"]
    (weights_dir() / "去年.csv.toml").write_text("scheme = ", encoding="utf-8")
    assert [table.name for table in weight_series(new)] == ["今年.csv"]
    assert [one.path.name for one in known_weights() if one.problem] == ["去年.csv"]


def test_a_kept_table_is_removed_with_its_note_and_no_other_file_is(tmp_path: Path) -> None:
    path = tmp_path / "权重.csv"
    path.write_text("DRG编码,权重\nFR21,1.5\n", encoding="utf-8")
    kept = keep_weights(path, "方案", date(2025, 1, 1), None)
    with pytest.raises(UserError, match="只能删除"):
        remove_weights(path)
    remove_weights(kept)
    assert path.exists()
    assert list(weights_dir().iterdir()) == []
    with pytest.raises(UserError, match="无法删除"):
        remove_weights(kept)


def test_rates_of_each_insurance_are_read_side_by_side_and_written_back(tmp_path: Path) -> None:
    path = tmp_path / "权重.csv"
    path.write_text(
        "DRG编码,权重,城镇职工医保费率（元）,居民费率,每权重金额\nFR21,1.5,9000,8000,8500\nFR25,1,,7900,0\n",
        encoding="utf-8",
    )
    table = load_weight_table(path)
    assert told(table) == []
    copy = tmp_path / "另存.csv"
    save_weight_table(table, copy)
    for each in (table, load_weight_table(copy)):
        rates = {code: {one.insurance: one.value for one in row.rates} for code, row in each.rows.items()}
        assert rates == {
            "FR21": {"": Decimal(8500), "职工": Decimal(9000), "居民": Decimal(8000)},
            "FR25": {"居民": Decimal(7900)},
        }
    assert table.rows["FR21"].rates[0].source == "权重.csv 第 2 行"
