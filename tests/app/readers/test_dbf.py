"""DBF front pages: read like any other file, corrected in place, refused in a sentence."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import UserError
from app.export.corrected import write_corrected
from app.readers.dbf import DbfError, open_dbf
from app.readers.opening import FileKind, sniff
from app.readers.reading import read_cases
from app.sheets import read_cells
from coding_rules.case import Case, Diagnosis
from coding_rules.edit import InsertDiagnosis, SetDiagnosis, apply
from tests.app.readers.samples import n041_row, terminology
from tests.dbf_file import dbf_bytes, n041_dbf


@pytest.fixture
def month(tmp_path: Path) -> Path:
    rows = [n041_row(BAH=f"{n:08}", XM="甲某") for n in range(1, 6)]
    return n041_dbf(tmp_path / "首页.dbf", rows, deleted=[3])


def test_every_record_becomes_a_case_or_is_named(month: Path) -> None:
    imported = read_cases(month, terminology())
    report = imported.report
    assert (report.format, report.encoding) == ("N041", "GB18030（DBF）")
    assert (report.rows, report.accepted, report.refused) == (5, 4, 1)
    assert [(issue.row, issue.refused, "标记为删除" in issue.reason) for issue in report.issues] == [
        (5, True, True)
    ]
    first = imported.cases[0]
    assert (first.case_id, first.name, first.id_number) == ("00000001", "甲某", "410400196001021234")
    assert (first.birth, first.admitted) == (date(1960, 1, 2), datetime(2025, 2, 15, 16))
    assert (first.fees.total, first.fees.items["HLF"]) == (123_450, 23_450)
    assert first.principal_diagnosis is not None
    assert first.principal_diagnosis.name == "不稳定性心绞痛"
    assert first.source.row == 2


def test_untouched_it_is_written_back_to_the_last_byte(month: Path, tmp_path: Path) -> None:
    imported = read_cases(month, terminology())
    assert write_corrected(imported.layout, imported.cases, tmp_path / "b.dbf") == 0
    assert (tmp_path / "b.dbf").read_bytes() == month.read_bytes()


def corrected(case: Case, code: str, name: str) -> Case:
    return apply(case, [SetDiagnosis(0, code, name), InsertDiagnosis(2, Diagnosis("E11.900", "2型糖尿病"))])


def test_a_correction_changes_its_cells_and_nothing_else(month: Path, tmp_path: Path) -> None:
    imported = read_cases(month, terminology())
    cases = [corrected(imported.cases[0], "I21.000", "急性前壁心肌梗死"), *imported.cases[1:]]
    target = tmp_path / "b.dbf"
    assert write_corrected(imported.layout, cases, target) == 1
    again = read_cases(target, terminology()).cases
    assert again[0].diagnoses == cases[0].diagnoses
    assert again[1:] == tuple(replace(case, source=replace(case.source, file="b.dbf")) for case in cases[1:])
    before, after = open_dbf(month.read_bytes()), open_dbf(target.read_bytes())
    assert len(after.content) == len(before.content)
    assert [n for n in range(5) if before.record(n) != after.record(n)] == [0]


def test_what_does_not_fit_a_column_is_refused_and_nothing_written(month: Path, tmp_path: Path) -> None:
    imported = read_cases(month, terminology())
    cases = [corrected(case, "I21.000", "很" * 31) for case in imported.cases[:2]]
    with pytest.raises(UserError, match="有 2 处放不进") as caught:
        write_corrected(imported.layout, cases, tmp_path / "b.dbf")
    assert "第 2 行" in caught.value.what
    assert "60 字节" in caught.value.what
    assert not (tmp_path / "b.dbf").exists()


def test_half_a_character_at_the_end_of_a_column_harms_no_neighbour(tmp_path: Path) -> None:
    cut = "高血压病".encode("gbk")[:5]
    fields = [("BAH", "C", 8), ("ZYZD", "C", 5), ("JBDM", "C", 10), ("XM", "C", 6)]
    path = tmp_path / "a.dbf"
    path.write_bytes(dbf_bytes(fields, [["00000001", cut, "I10.x00", "甲某"]]))
    [case] = read_cases(path, terminology()).cases
    assert case.principal_diagnosis is not None
    assert case.principal_diagnosis.code == "I10.x00"
    assert case.principal_diagnosis.name.startswith("高血")
    assert case.name == "甲某"


def test_types_of_foxpro(tmp_path: Path) -> None:
    moment = struct.pack("<ii", 2_460_722, (16 * 3600 + 30 * 60) * 1000)  # 2025-02-15 16:30
    fields = [
        ("RYSJ", "T", 8), ("NL", "I", 4), ("ZFY", "Y", 8), ("XYF", "B", 8), ("BZ", "M", 4), ("JBDM", "C", 300), ("BAH", "C", 8),
    ]  # fmt: skip
    row: list[str | bytes] = [
        moment, struct.pack("<i", 65), struct.pack("<q", 12_345_000), struct.pack("<d", 0.5), b"\1\0\0\0", "I10.x00", "1",
    ]  # fmt: skip
    content = dbf_bytes(fields, [row], version=0x30)
    table = open_dbf(content)
    assert table.cells(0) == ["2025-02-15 16:30:00", "65", "1234.5", "0.5", "", "I10.x00", "1"]
    assert table.memos == ("BZ",)
    same = {0: [(0, "2025-02-15 16:30:00"), (1, "65"), (2, "1234.5"), (3, "0.5"), (5, "I10.x00")]}
    assert table.patched(same) == content
    path = tmp_path / "a.dbf"
    path.write_bytes(content)
    imported = read_cases(path, terminology())
    assert imported.cases[0].admitted == datetime(2025, 2, 15, 16, 30)
    assert imported.cases[0].fees.total == 123_450
    assert any("BZ" in note for note in imported.report.notes)


def test_a_file_in_utf8_is_seen_as_such(tmp_path: Path) -> None:
    path = n041_dbf(tmp_path / "a.dbf", [n041_row()], encoding="utf-8")
    imported = read_cases(path, terminology())
    assert imported.report.encoding == "UTF-8（DBF）"
    assert imported.cases[0].department == "心血管内科"


def test_a_file_that_lacks_records_says_so(tmp_path: Path) -> None:
    path = n041_dbf(tmp_path / "a.dbf", [n041_row(), n041_row(BAH="2")], count=7)
    report = read_cases(path, terminology()).report
    assert (report.accepted, report.refused) == (2, 1)
    assert "写有 7 条记录，实有 2 条" in report.issues[-1].reason


def test_lists_may_come_as_dbf_too(tmp_path: Path) -> None:
    path = tmp_path / "名单.dbf"
    path.write_bytes(dbf_bytes([("编码", "C", 12), ("名称", "C", 40)], [["A00.000", "霍乱"]]))
    [sheet] = read_cells(path)
    assert sheet.rows == [["编码", "名称"], ["A00.000", "霍乱"]]


@pytest.mark.parametrize("cut", [40, 65, 100, 7000])
def test_a_broken_head_is_told(month: Path, cut: int) -> None:
    month.write_bytes(month.read_bytes()[:cut])
    with pytest.raises(UserError):
        read_cases(month, terminology())


def test_a_text_file_is_no_dbf(tmp_path: Path) -> None:
    for start in ("CASE_ID,JBDM\n", "0,1,2\n", "1\t2\n", "2025,首页\n", "c\n" * 40):
        path = tmp_path / "a.csv"
        path.write_bytes(start.encode("gbk") * 3)
        assert sniff(path) is FileKind.TEXT


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(st.data())
def test_whatever_happens_to_the_bytes_it_is_an_answer(month: Path, data: st.DataObject) -> None:
    content = bytearray(month.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, min(len(content) - 1, 8_000)))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        table = open_dbf(bytes(content))
    except DbfError:
        return
    rows = list(table.rows())
    assert len(rows) in {table.stored, table.stored + 1}
    assert all(len(cells) == len(table.fields) for cells, problem in rows if not problem)
