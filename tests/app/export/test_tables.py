from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from app.export.tables import write_tables
from app.progress import Cancelled, Progress


def test_sheets_names_and_kinds_of_cells(tmp_path: Path) -> None:
    target = tmp_path / "表.xlsx"
    rows = [("=1+1", 3, Decimal("1.25")), ("0012345678901234567", 4, None)]
    write_tables(
        target, [("各组/统计", ("编码", "例数", "权重"), rows), ("空", ("甲",), [])], [("用途", "试")], "题"
    )
    book = load_workbook(target)
    assert book.sheetnames == ["说明", "各组_统计", "空"]
    assert [cell.value for cell in book["说明"][1]][:1] == ["题"]
    sheet = book["各组_统计"]
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "n"]
    assert sheet["A2"].value == "=1+1"
    assert sheet["A3"].value == "0012345678901234567"
    assert sheet["C2"].value == 1.25


def test_cancelling_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "表.xlsx"
    target.write_bytes(b"old")
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        write_tables(target, [("甲", ("乙",), [("丙",)])], progress=progress)
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["表.xlsx"]
