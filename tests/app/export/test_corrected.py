import csv
import errno
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import UserError
from app.export.corrected import _workbook_writer, write_corrected
from app.export.line_cells import CellChange
from app.export.sheet_patch import PatchError, patch_workbook
from app.progress import Progress
from app.readers.imported import Imported, SourceLayout
from app.readers.reading import read_cases
from coding_rules.case import Case, Diagnosis, Procedure
from coding_rules.edit import (
    Edit,
    InsertDiagnosis,
    InsertProcedure,
    MoveDiagnosis,
    MoveProcedure,
    RemoveDiagnosis,
    RemoveProcedure,
    SetCondition,
    SetDiagnosis,
    SetProcedure,
    apply,
)
from coding_rules.fields import N041_HEADER
from tests.app.readers.samples import n041_bytes, n041_file, n041_row, terminology, workbook

THREE = n041_row(
    JBDM3="E11.900x001", QTZD3="2型糖尿病", RYBQ3="4",
    SSJCZBM2="47.0100", SSJCZMC2="阑尾切除术", SSJCZRQ2="20250217", SZ2="丙某", QKDJ2="3",
)  # fmt: skip


def corrected(imported: Imported, edits: Sequence[Edit], target: Path, index: int = 0) -> list[Case]:
    cases = list(imported.cases)
    cases[index] = apply(cases[index], edits)
    assert write_corrected(imported.layout, cases, target) == 1
    again = read_cases(target, terminology())
    assert [c.diagnoses for c in again.cases] == [c.diagnoses for c in cases]
    assert [c.procedures for c in again.cases] == [c.procedures for c in cases]
    return list(again.cases)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
def test_without_changes_the_bytes_are_the_same(
    tmp_path: Path, encoding: str, line_end: str, quoting: int
) -> None:
    path = tmp_path / "a.csv"
    rows = [n041_row(), n041_row(BAH="2", XZZ='路"1号",院'), THREE]
    path.write_bytes(n041_bytes(rows, encoding, ",", line_end, quoting) + b"\n\n" * (encoding != "utf-16"))
    imported = read_cases(path, terminology())
    assert write_corrected(imported.layout, imported.cases, tmp_path / "b.csv") == 0
    assert (tmp_path / "b.csv").read_bytes() == path.read_bytes()


def test_only_the_changed_cells_of_a_changed_row_differ(tmp_path: Path) -> None:
    path = n041_file(tmp_path, n041_row(BAH="1"), n041_row(BAH="2"))
    imported = read_cases(path, terminology())
    corrected(imported, [SetDiagnosis(0, "I21.000", "急性前壁心肌梗死")], tmp_path / "b.csv", index=1)
    before, after = (p.read_bytes().splitlines(keepends=True) for p in (path, tmp_path / "b.csv"))
    assert before[:2] == after[:2]
    expected = before[2].replace(b'"I20.000"', b'"I21.000"')
    expected = expected.replace('"不稳定性心绞痛"'.encode("gb18030"), '"急性前壁心肌梗死"'.encode("gb18030"))
    assert after[2] == expected


@pytest.mark.parametrize(
    "edits",
    [
        [SetCondition(1, "4")],
        [MoveDiagnosis(2, 0)],
        [RemoveDiagnosis(1)],
        [RemoveDiagnosis(0)],
        [InsertDiagnosis(0, Diagnosis("J18.900", "肺炎", "1"))],
        [InsertDiagnosis(3, Diagnosis("J18.900", '肺"炎,x', "1"))],
        [MoveProcedure(1, 0)],
        [RemoveProcedure(0)],
        [SetProcedure(1, "47.0901", "其他阑尾切除术")],
        [InsertProcedure(0, Procedure("88.5600", "冠脉造影", date(2025, 2, 18), "3", "丁某"))],
        [RemoveProcedure(0), RemoveProcedure(0), RemoveDiagnosis(2)],
    ],
)
def test_edits_come_back_when_the_file_is_read_again(tmp_path: Path, edits: list[Edit]) -> None:
    imported = read_cases(n041_file(tmp_path, THREE, n041_row(BAH="2")), terminology())
    corrected(imported, edits, tmp_path / "b.csv")


def test_kept_lines_keep_their_places(tmp_path: Path) -> None:
    imported = read_cases(n041_file(tmp_path, THREE), terminology())
    (case,) = corrected(imported, [InsertDiagnosis(3, Diagnosis("J18.900", "肺炎", "1"))], tmp_path / "b.csv")
    assert [case.fields[f] for f in ("JBDM1", "JBDM2", "JBDM3", "JBDM4")] == [
        "I10.x00x002",
        "",
        "E11.900x001",
        "J18.900",
    ]


def test_a_moved_procedure_takes_its_time_of_day_along(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "A48,C03C,C14x01C,C15x01N,C16x01,C21x01C,C35x01C,C36x01N,C37x01,C42x01C\n"
        "1,I10,01.0100,甲术,2025-01-14 10:05:00,2/1,02.0200,乙术,2025-01-15 11:30:00,3/1\n",
        encoding="utf-8",
    )
    imported = read_cases(path, terminology())
    corrected(imported, [MoveProcedure(1, 0)], tmp_path / "b.csv")
    assert "1,I10,02.0200,乙术,2025-01-15 11:30:00,3/1,01.0100,甲术,2025-01-14 10:05:00,2/1" in (
        tmp_path / "b.csv"
    ).read_text("utf-8")


def test_words_for_the_admission_condition_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "病案号,主要诊断编码,主要诊断名称,主要诊断入院病情,其他诊断编码1,其他诊断名称1,其他诊断入院病情1\n1,I10,a,有,I20,b,无\n",
        encoding="utf-8",
    )
    imported = read_cases(path, terminology())
    corrected(imported, [MoveDiagnosis(1, 0), SetCondition(1, "2")], tmp_path / "b.csv")
    assert "1,I20,b,无,I10,a,临床未确定" in (tmp_path / "b.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([MoveDiagnosis(2, 0)], "c,1,甲丙 a,1,治愈 b,2,好转"),
        ([SetDiagnosis(1, "x", "")], "a,1,治愈 x,2,好转 c,1,甲丙"),
        ([SetCondition(1, "4")], "a,1,治愈 b,4,好转 c,1,甲丙"),
        ([InsertDiagnosis(1, Diagnosis("n", "", "3"))], "a,1,治愈 n,3, b,2,好转 c,1,甲丙"),
        ([RemoveDiagnosis(0)], "b,2,好转 c,1,甲丙 ,,"),
    ],
)
def test_the_outcome_of_a_diagnosis_goes_where_it_goes(
    tmp_path: Path, edits: list[Edit], expected: str
) -> None:
    lines = [("主要诊断编码", "主要诊断入院病情", "主要诊断出院情况")]
    lines += [(f"其他诊断编码{n}", f"其他诊断入院病情{n}", f"其他诊断出院情况{n}") for n in (1, 2, 3)]
    path = tmp_path / "a.csv"
    path.write_text(
        ",".join(["病案号", *sum(lines, ())]) + "\n1,a,1,治愈,b,2,好转,c,1,甲丙,,,\n", encoding="utf-8"
    )
    imported = read_cases(path, terminology())
    corrected(imported, edits, tmp_path / "b.csv")
    row = (tmp_path / "b.csv").read_text("utf-8").splitlines()[1]
    assert row.startswith("1," + expected.replace(" ", ","))


def test_rows_that_were_refused_are_written_as_they_were(tmp_path: Path) -> None:
    path = n041_file(tmp_path, n041_row())
    path.write_bytes(path.read_bytes() + "合计,,\r\n".encode("gb18030") + b'"broken\r\n')
    imported = read_cases(path, terminology())
    assert imported.report.refused == 2
    corrected(imported, [SetDiagnosis(0, "I21.000", "x")], tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_bytes().endswith("合计,,\r\n".encode("gb18030") + b'"broken\r\n')


def test_broken_bytes_survive_in_a_changed_row(tmp_path: Path) -> None:
    path = n041_file(tmp_path)
    path.write_bytes(path.read_bytes().replace("甲某".encode("gb18030"), b"\xbc\xd7\xc4"))
    imported = read_cases(path, terminology())
    corrected(imported, [SetDiagnosis(0, "I21.000", "x")], tmp_path / "b.csv")
    assert b'"\xbc\xd7\xc4"' in (tmp_path / "b.csv").read_bytes()


def test_more_lines_than_columns_are_refused_with_a_list(tmp_path: Path) -> None:
    imported = read_cases(n041_file(tmp_path), terminology())
    (case,) = imported.cases
    many = replace(case, diagnoses=case.diagnoses * 9, procedures=case.procedures * 8)
    with pytest.raises(UserError, match="00012345（第 2 行）：诊断 18 条，文件最多 16 条"):
        write_corrected(imported.layout, [many], tmp_path / "b.csv")
    assert not (tmp_path / "b.csv").exists()


def test_sixteen_diagnoses_and_seven_procedures_fit(tmp_path: Path) -> None:
    imported = read_cases(n041_file(tmp_path, THREE), terminology())
    (case,) = imported.cases
    diagnoses = tuple(Diagnosis(f"A{n:02}.000", f"病{n}", "1") for n in range(16))
    procedures = tuple(Procedure(f"0{n}.0100", f"术{n}") for n in range(1, 8))
    full = replace(case, diagnoses=diagnoses, procedures=procedures)
    write_corrected(imported.layout, [full], tmp_path / "b.csv")
    (again,) = read_cases(tmp_path / "b.csv", terminology()).cases
    assert (again.diagnoses, again.procedures) == (diagnoses, procedures)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported = read_cases(n041_file(tmp_path), terminology())
    target = tmp_path / "b.csv"
    target.write_bytes(b"old")

    def full(*_: object) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("app.export.corrected._as_stored", full)
    with pytest.raises(UserError, match="磁盘空间不足"):
        write_corrected(imported.layout, imported.cases, target)
    assert target.read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.csv", "casecode-home", "首页.csv"]


def test_the_layout_of_a_session_writes_the_same(tmp_path: Path) -> None:
    path = n041_file(tmp_path, THREE)
    imported = read_cases(path, terminology())
    layout = SourceLayout.from_json(imported.layout.to_json(), path.read_bytes())
    write_corrected(layout, imported.cases, tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_bytes() == path.read_bytes()


HEADER = [
    "病案号",
    "姓名",
    "主要诊断编码",
    "主要诊断名称",
    "其他诊断编码1",
    "其他诊断名称1",
    "其他诊断编码2",
    "其他诊断名称2",
    "说明",
]


def styled(path: Path) -> Path:
    workbook(
        path,
        ["标题"],
        HEADER,
        ["001", "甲<某>&", "I20.000", "a", "I10", "b", None, None, "=1+1"],
        ["002", "乙", "I10", "b"],
    )
    book = openpyxl.load_workbook(path)
    sheet = book["Sheet1"]
    sheet["C3"].font = openpyxl.styles.Font(bold=True)
    sheet.column_dimensions["B"].width = 33
    book.create_sheet("别的").append(["x"])
    book.save(path)
    book.close()
    return path


def test_a_workbook_keeps_all_but_the_changed_cells(tmp_path: Path) -> None:
    path = styled(tmp_path / "a.xlsx")
    imported = read_cases(path, terminology())
    edits: list[Edit] = [
        SetDiagnosis(0, "0012", "=cmd|'/C calc'!A0"),
        InsertDiagnosis(2, Diagnosis("J18", "肺<炎>")),
    ]
    corrected(imported, edits, tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    sheet = book["Sheet1"]
    assert book.sheetnames == ["Sheet1", "别的"]
    assert (sheet["C3"].value, sheet["C3"].data_type, sheet["C3"].font.bold) == ("0012", "s", True)
    assert (sheet["D3"].value, sheet["D3"].data_type) == ("=cmd|'/C calc'!A0", "s")
    assert (sheet["G3"].value, sheet["H3"].value, sheet["I3"].value) == ("J18", "肺<炎>", "=1+1")
    assert sheet["B3"].value == "甲<某>&"
    assert sheet.column_dimensions["B"].width == 33
    book.close()
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(tmp_path / "b.xlsx") as after:
        assert before.namelist() == after.namelist()
        changed = [name for name in before.namelist() if before.read(name) != after.read(name)]
    assert changed == ["xl/worksheets/sheet1.xml"]


def test_what_a_workbook_cannot_hold_does_not_break_it(tmp_path: Path) -> None:
    imported = read_cases(styled(tmp_path / "a.xlsx"), terminology())
    case = apply(imported.cases[0], [SetDiagnosis(0, "I21", "心\x0b梗\ud800")])
    write_corrected(imported.layout, [case, *imported.cases[1:]], tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert book["Sheet1"]["D3"].value == "心\ufffd梗\ufffd"
    book.close()


def test_a_workbook_without_changes_is_the_same_file(tmp_path: Path) -> None:
    path = styled(tmp_path / "a.xlsx")
    imported = read_cases(path, terminology())
    assert write_corrected(imported.layout, imported.cases, tmp_path / "b.xlsx") == 0
    assert (tmp_path / "b.xlsx").read_bytes() == path.read_bytes()


def test_a_workbook_built_against_the_rules_is_not_changed(tmp_path: Path) -> None:
    path = styled(tmp_path / "a.xlsx")
    broken = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(
                name, content.replace(b"<sheets>", b"<sheets") if name == "xl/workbook.xml" else content
            )
    with pytest.raises(PatchError):
        patch_workbook(broken, io.BytesIO(), "Sheet1", {3: [CellChange(2, "I21")]})
    with pytest.raises(PatchError, match="rows not in the sheet"):
        patch_workbook(io.BytesIO(path.read_bytes()), io.BytesIO(), "Sheet1", {300: [CellChange(2, "I21")]})
    imported = read_cases(path, terminology())
    odd = replace(imported.layout, sheet="Sheet9")
    with pytest.raises(UserError, match="内部结构不规范"):
        _workbook_writer(odd, path.read_bytes(), {3: [CellChange(2, "I21")]})(io.BytesIO(), Progress())


def test_a_replaced_formula_leaves_no_calculation_chain(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEADER, ["001", "甲", "I20.000", "a", "=1+1", "b"])
    chained, out = io.BytesIO(), io.BytesIO()
    mention = {
        "[Content_Types].xml": (
            b"</Types>",
            b'<Override PartName="/xl/calcChain.xml" ContentType="x"/></Types>',
        ),
        "xl/_rels/workbook.xml.rels": (
            b"</Relationships>",
            b'<Relationship Id="rId99" Type="x" Target="calcChain.xml"/></Relationships>',
        ),
    }
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(chained, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(*mention.get(name, (b"", b""))))
        new.writestr("xl/calcChain.xml", '<calcChain><c r="E2"/></calcChain>')
    patch_workbook(chained, out, "Sheet1", {2: [CellChange(4, "I10")]})
    with zipfile.ZipFile(out) as package:
        assert "xl/calcChain.xml" not in package.namelist()
        assert all(b"calcChain" not in package.read(name) for name in package.namelist())
    book = openpyxl.load_workbook(out)
    assert book["Sheet1"]["E2"].value == "I10"
    book.close()


def test_a_workbook_as_wide_as_the_front_page(tmp_path: Path) -> None:
    row = n041_row(JBDM2="", QTZD2="", SSJCZBM2="47.0100", SSJCZMC2="阑尾切除术", SSJCZRQ2="20250217")
    path = workbook(tmp_path / "a.xlsx", list(N041_HEADER), [row[name] for name in N041_HEADER])
    imported = read_cases(path, terminology())
    edits: list[Edit] = [
        SetDiagnosis(0, "I21.900", "心梗"),
        InsertDiagnosis(2, Diagnosis("J18.900", "肺炎", "1")),
        SetProcedure(1, "47.0900", "阑尾切除"),
    ]
    corrected(imported, edits, tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    header, cells = book["Sheet1"].iter_rows(values_only=True)
    written = dict(zip(header, cells, strict=True))
    assert [written[name] for name in ("JBDM", "JBDM2", "QTZD2", "SSJCZBM2", "ZFY")] == [
        "I21.900",
        "J18.900",
        "肺炎",
        "47.0900",
        "1234.50",
    ]
    book.close()


def test_a_workbook_whose_rows_and_cells_have_no_addresses(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", HEADER, *(["001", "甲", "I20.000", "a", "I10", "b"] for _ in range(3))
    )
    bare, out = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(bare, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                content = re.sub(rb'(<(?:row|c)\b[^>]*?) r="[A-Z]*\d+"', rb"\1", content)
            new.writestr(name, content)
    patch_workbook(bare, out, "Sheet1", {3: [CellChange(2, "I21"), CellChange(4, "")]})
    book = openpyxl.load_workbook(out)
    rows = [list(row[:6]) for row in book["Sheet1"].iter_rows(min_row=2, values_only=True)]
    assert rows[0] == rows[2] == ["001", "甲", "I20.000", "a", "I10", "b"]
    assert rows[1] == ["001", "甲", "I21", "a", None, "b"]
    book.close()


def test_a_workbook_line_can_be_emptied(tmp_path: Path) -> None:
    imported = read_cases(styled(tmp_path / "a.xlsx"), terminology())
    corrected(imported, [RemoveDiagnosis(1)], tmp_path / "b.xlsx")


def test_a_workbook_whose_table_starts_further_right(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [], [None, *HEADER], [None, "001", "甲", "I20.000", "a", "I10", "b"])
    imported = read_cases(path, terminology())
    corrected(imported, [MoveDiagnosis(1, 0)], tmp_path / "b.xlsx")


LINE = st.builds(
    Diagnosis,
    st.text("AI10.x", min_size=1, max_size=5),
    st.text('病",\n =', max_size=5).map(str.strip),
    st.sampled_from("1234"),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.lists(LINE, min_size=1, max_size=16), st.sampled_from([n041_row, lambda: THREE]), st.integers(0, 3))
def test_any_lines_that_fit_come_back(
    tmp_path: Path, lines: list[Diagnosis], row: Callable[[], dict[str, str]], quoting: int
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(n041_bytes([row(), row() | {"BAH": "2"}], quoting=min(quoting, 1)))
    imported = read_cases(path, terminology())
    wanted = replace(imported.cases[0], diagnoses=tuple(lines))
    write_corrected(imported.layout, [wanted, imported.cases[1]], tmp_path / "b.csv")
    again = read_cases(tmp_path / "b.csv", terminology()).cases
    assert again[0].diagnoses == tuple(lines)
    assert again[1].diagnoses == imported.cases[1].diagnoses


@pytest.mark.reference
def test_the_sample_month_comes_back_byte_for_byte(reference: Path, tmp_path: Path) -> None:
    path = reference / "frontpage" / "sample_n041_2025q1.csv"
    imported = read_cases(path, terminology())
    write_corrected(imported.layout, imported.cases, tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_bytes() == path.read_bytes()
