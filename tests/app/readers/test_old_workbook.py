"""Old .xls front pages: read like a new workbook; corrected pages come as .xlsx, which is said at once."""

from pathlib import Path

import openpyxl
import pytest

from app.errors import UserError
from app.export.corrected import write_corrected, written_name
from app.readers.old_workbook import OldWorkbookError, reach
from app.readers.reading import read_cases
from coding_rules.edit import SetDiagnosis, apply
from tests.app.readers.samples import n041_row, terminology
from tests.old_workbook import write_xls


@pytest.fixture
def month(tmp_path: Path) -> Path:
    rows = [n041_row(BAH=f"{n:08}", XM="=甲某") for n in range(1, 4)]
    cells: list[list[object]] = [["2025年一季度首页"], list(rows[0])]
    cells += [list(row.values()) for row in rows]
    return write_xls(tmp_path / "首页.xls", {"说明": [["只是说明"]], "首页": cells})


def test_it_is_read_like_a_workbook(month: Path) -> None:
    imported = read_cases(month, terminology())
    report = imported.report
    assert (report.sheet, report.format, report.accepted, report.refused) == ("首页", "N041", 3, 0)
    assert any("只读不写" in note for note in report.notes)
    assert [case.case_id for case in imported.cases] == ["00000001", "00000002", "00000003"]
    assert imported.cases[0].source.row == 3


def test_corrected_pages_come_as_a_new_workbook(month: Path, tmp_path: Path) -> None:
    imported = read_cases(month, terminology())
    assert written_name(imported.layout) == "首页-更正后.xlsx"
    cases = [
        apply(imported.cases[0], [SetDiagnosis(0, "I21.000", "急性前壁心肌梗死")]),
        *imported.cases[1:],
    ]
    target = tmp_path / "首页-更正后.xlsx"
    assert write_corrected(imported.layout, cases, target) == 1
    sheet = openpyxl.load_workbook(target)["首页"]
    assert sheet["A1"].value == "2025年一季度首页"
    name = next(cell for cell in sheet[3] if cell.value == "=甲某")
    assert name.data_type == "s", "no formula"
    again = read_cases(target, terminology()).cases
    assert [case.diagnoses for case in again] == [case.diagnoses for case in cases]
    assert [case.fees for case in again] == [case.fees for case in cases]


def test_a_damaged_one_is_told(month: Path) -> None:
    content = month.read_bytes()
    for cut in (600, 2000, len(content) // 2):
        month.write_bytes(content[:cut])
        with pytest.raises(UserError):
            read_cases(month, terminology())


def test_a_cell_far_outside_any_sheet_is_no_reason_to_fill_the_memory(tmp_path: Path) -> None:
    far: list[object] = [None] * 60_000
    path = write_xls(tmp_path / "a.xls", {"首页": [["BAH", "JBDM"], [*far, "x"]]})
    with pytest.raises(UserError, match="不是完好的 Excel"):
        read_cases(path, terminology())


def test_how_far_cells_reach(month: Path) -> None:
    assert reach(month.read_bytes()) == (5, len(n041_row()))
    with pytest.raises(OldWorkbookError):
        reach(b"\xd0\xcf\x11\xe0" + bytes(600))
