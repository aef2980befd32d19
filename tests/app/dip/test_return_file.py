"""Return files in the shapes bureaus hand out: titles, merged headers, encodings, numbers as text, reversals."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.dip.return_file import read_return_file, to_day, to_number
from app.errors import UserError
from coding_rules.grouper.grouping import System


def write(path: Path, text: str, encoding: str = "gb18030") -> Path:
    path.write_text(text, encoding=encoding)
    return path


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_reads_headers_below_a_title_and_refuses_rows_by_number(tmp_path: Path, encoding: str) -> None:
    path = write(
        tmp_path / "反馈.csv",
        "2025年3月DIP入组反馈\n\n序号,病案号,总费用（元）,DIP编码,分值,偏差类型,DIP金额\n"
        '1,000123,"8,000.00",K35.3:47.0100,1484.8,正常病例,9205.76\n'
        "2,,1,X,1,正常,1\n3,000124,五千,K35.3,551.5,正常,1\n合计,,8000,,1484.8,,9205.76\n",
        encoding,
    )
    found = read_return_file(path)
    (row,) = found.rows
    assert (row.number, row.row, row.group) == ("000123", 4, "K35.3:47.0100")
    assert (row.points, row.band, row.amount, row.fee) == (Decimal("1484.8"), "正常病例", 920_576, 800_000)
    assert [each.row for each in found.refused] == [5, 6]
    assert "五千" in found.refused[1].reason
    assert "总费用" in found.refused[1].reason


def test_merged_headers_over_two_rows_and_several_sheets(tmp_path: Path) -> None:
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "职工"
    second = book.create_sheet("居民")
    book.create_sheet("说明").append(["本表由医保中心提供"])
    for sheet, number in ((first, "0001"), (second, "0002")):
        sheet.append(["某市2025年3月DIP预结算明细表"])
        sheet.merge_cells("A1:H1")
        sheet.append(["序号", "病例信息", None, None, "分组结果", None, "结算", None])
        sheet.append(
            [None, "结算清单流水号", "住院号", "出院日期", "病组编码", "病组分值", "支付标准", "费用异常"]
        )
        sheet.merge_cells("B2:D2")
        sheet.append([1, f"S{number}", number, datetime(2025, 3, 5), "K35.3", 551.5, "3,419.30", "正常"])
        sheet.append(["小计", None, None, None, None, 551.5, 3419.3, None])
    path = tmp_path / "反馈.xlsx"
    book.save(path)
    found = read_return_file(path)
    assert [(row.sheet, row.row, row.number) for row in found.rows] == [
        ("职工", 4, "0001"),
        ("居民", 4, "0002"),
    ]
    row = found.rows[0]
    assert row.numbers == {"visit": "S0001", "admission": "0001"}
    assert (row.discharged, row.standard, row.band) == (date(2025, 3, 5), 341_930, "正常")
    assert not found.refused
    assert {"visit", "admission", "group", "standard", "band"} <= found.columns


def test_a_header_that_only_two_rows_together_name(tmp_path: Path) -> None:
    path = write(
        tmp_path / "反馈.csv", "病案,DIP,DIP,医疗\n号,编码,金额,总费用\n7,K35.3,100.5,200\n", "utf-8"
    )
    (row,) = read_return_file(path).rows
    assert (row.number, row.group, row.amount, row.fee) == ("7", "K35.3", 10_050, 20_000)


def test_a_printed_file_repeats_its_header(tmp_path: Path) -> None:
    head = "病案号\t病种编码\t分值\n"
    path = write(tmp_path / "反馈.txt", f"{head}1\tK35.3\t551.5\n本页合计\t\t551.5\n{head}2\tK35.3\t551.5\n")
    found = read_return_file(path)
    assert [row.number for row in found.rows] == ["1", "2"]
    assert not found.refused


def test_reversed_settlements_do_not_count(tmp_path: Path) -> None:
    path = write(
        tmp_path / "反馈.csv",
        "结算流水号,住院号,病种编码,总费用,DIP金额\n"
        "A1,1,K35.3,3000,3419.30\n"
        "A2,1,K35.3,-3000,-3419.30\n"
        "A3,1,K35.3,3000.00,3400\n"
        "B1,2,K35.3,100,90\n"
        "C1,3,K35.3,(100.00),-90\n",
    )
    found = read_return_file(path)
    assert [(row.numbers["visit"], row.amount) for row in found.rows] == [("A3", 340_000), ("B1", 9_000)]
    assert [row.numbers["visit"] for row in found.reversed] == ["A1", "A2", "C1"]
    assert sum(row.amount or 0 for row in found.reversed) == -9_000  # C1 has nothing to take back


def test_rows_marked_as_reversed_do_not_count(tmp_path: Path) -> None:
    path = write(
        tmp_path / "反馈.csv",
        "病案号,病种编码,金额,结算状态,DIP金额\n1,K35.3,5,已冲红,5\n2,K35.3,5,未冲红,5\n3,K35.3,5,正常,5\n",
    )
    found = read_return_file(path)
    assert ([row.number for row in found.rows], len(found.reversed)) == (["2", "3"], 1)


def test_ungrouped_has_many_spellings(tmp_path: Path) -> None:
    path = write(tmp_path / "反馈.csv", "病案号,DRG编码\n1,0000\n2,未入组\n3,-\n4,FR21\n")
    assert [row.group for row in read_return_file(path).rows] == ["", "", "", "FR21"]


def test_a_file_without_case_numbers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="没有找到"):
        read_return_file(write(tmp_path / "别的.csv", "姓名,金额\n甲,1\n"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50元", "1234.50"),
        ("￥１２.５", "12.5"),
        ("（90.00）", "-90.00"),
        ("90-", "-90"),
        ("−3", "-3"),
        ("142%", "1.42"),
        ("五千", None),
        ("", None),
        ("nan", None),
    ],
)
def test_numbers_as_people_write_them(text: str, value: str | None) -> None:
    assert to_number(text) == (Decimal(value) if value is not None else None)


@pytest.mark.parametrize(
    "cell", ["2025-03-05", "2025/3/5 10:20", "20250305", "20250305102000", "2025年3月5日", 45721, 45721.5]
)
def test_days_as_files_have_them(cell: object) -> None:
    assert to_day(cell) == date(2025, 3, 5)


def test_what_is_no_day() -> None:
    assert [to_day(cell) for cell in ("", None, "2025-13-40", True, 5)] == [None] * 5


@pytest.mark.parametrize(
    ("groups", "system"),
    [
        (("K35.3:47.0100", "E11：ZLXCZ", "I10", "KBBZ"), System.DIP),
        (("ge15", "FM1A", "XT09B"), System.DRG),
        (("GE15", "BR21", "0000"), System.DRG),
        (("KBBZ", "未入组"), None),
    ],
)
def test_codes_of_groups_tell_the_way_of_paying(
    tmp_path: Path, groups: tuple[str, ...], system: System | None
) -> None:
    lines = "".join(f"{number},{group},1\n" for number, group in enumerate(groups, start=1))
    assert read_return_file(write(tmp_path / "反馈.csv", f"病案号,分组编码,分值\n{lines}")).system is system
