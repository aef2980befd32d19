"""Settlement lists as JSON in the shapes systems send them; all people made up."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from app.errors import UserError
from app.export.corrected import write_corrected, written_name
from app.progress import Cancelled, Progress
from app.readers.imported import Imported
from app.readers.opening import FileKind, sniff
from app.readers.reading import read_cases
from app.readers.settlement_list import FORMAT
from coding_rules.case import Diagnosis
from tests.app.readers.list_samples import a_list
from tests.app.readers.samples import terminology


def read(folder: Path, content: object, name: str = "清单.json") -> Imported:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), "utf-8")
    return read_cases(path, terminology())


def test_a_list_becomes_a_front_page(tmp_path: Path) -> None:
    one = a_list(emp_name="某厂", emp_addr="某路 1 号")
    one["iteminfo"].append({"med_chrgitm": "合计", "amt": "10000.25"})
    found = read(tmp_path, one)
    (case,) = found.cases
    assert found.report.format == FORMAT
    assert found.layout.kind is FileKind.JSON
    assert (case.record_no, case.name, case.sex, case.age) == ("B0001", "张三", "1", 55)
    assert (case.birth, case.admitted) == (date(1970, 2, 3), datetime(2025, 3, 1, 8, 30))
    assert (case.los, case.discharge_way, case.payment, case.physician) == (8, "1", "1", "李四")
    assert [(line.code, line.condition) for line in case.diagnoses] == [
        ("I21.001", "1"),
        ("I10.x00x002", "1"),
    ]
    assert [(line.code, line.day) for line in case.procedures] == [
        ("36.0601", date(2025, 3, 1)),
        ("88.5500", date(2025, 3, 1)),
    ]
    assert (case.procedures[0].operator, case.procedures[0].anesthesia) == ("王五", "3")
    assert (case.fees.total, case.fees.self_paid, dict(case.fees.items)) == (1_000_025, 100_050, {})
    assert case.icu_hours == 24
    assert [case.fields[name] for name in ("insuplc", "GZDWJDZ", "empaddr")] == [
        "340100",
        "某厂",
        "某路 1 号",
    ]
    assert [case.fields[name] for name in ("RYQ_T", "RYQ_XS", "RYQ_F", "C47")] == ["0", "3", "20", "37"]
    assert case.fields["diseinfo（中医、门诊）"] == "A04.01.01. 胸痹"
    assert found.report.issues == ()
    assert not {"SSJB1", "EZ1", "MZYS1", "QKDJ1"} & case.fields.keys()  # never sent: no blank to complain of
    assert any("接口规范" in note for note in found.report.notes)


@pytest.mark.parametrize(
    "shape",
    [
        lambda one, two: [one, two],
        lambda one, two: {"infno": "4101", "input": {"data": [one, two]}},
        lambda one, two: [{"infno": "4101A", "input": one}, {"infno": "4101A", "input": two}],
        lambda one, two: {"data": json.dumps([one, two])},
        lambda one, two: "\n".join(json.dumps(each) for each in (one, two)),
        lambda one, two: "\n".join(json.dumps({"input": each}, indent=2) for each in (one, two)),
        lambda one, two: "\ufeff" + json.dumps([one, two]),
    ],
)
def test_whatever_envelope_it_travels_in(tmp_path: Path, shape: Any) -> None:
    found = read(tmp_path, shape(a_list("B1"), a_list("B2")))
    assert [(case.record_no, case.source.row) for case in found.cases] == [("B1", 1), ("B2", 2)]
    assert found.report.refused == 0


def test_the_names_of_the_other_generation_and_other_spellings(tmp_path: Path) -> None:
    later = {
        "SETLINFO": [{"MEDCASNO": "B7", "ADM_WAY_CODE": "2", "MUL_NWB_BIR_WT": "3100,2900", "nwbAge": "3"}],
        "DISEINFO": [{"diagCode": "P07.300", "diagName": "早产儿", "maindiagFlag": "1"}],
        "OPRNINFO": [
            {"MAIN_OPRN_FLAG": "1", "OPRN_OPRT_CODE": "93.9001", "OPRN_OPRT_BEGNTIME": "2025-03-01 09:00:00"}
        ],
        "ITEMINFO": [{"ITEM_SUMAMT": "100.10"}],
    }
    (case,) = read(tmp_path, later).cases
    assert (case.record_no, case.birth_weight, case.age_days) == ("B7", 3100, 3)
    assert case.fields["A18x02"] == "2900"
    assert [line.code for line in case.procedures] == ["93.9001"]
    assert case.fees.total == 10010


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ([("", "A"), ("", "B")], ["A", "B"]),
        ([("0", "A"), ("0", "B")], ["", "A", "B"]),
        ([("0", "A"), ("1", "B"), ("1", "C")], ["B", "A", "C"]),
        ([], []),
    ],
)
def test_the_flag_says_which_diagnosis_is_the_principal_one(
    tmp_path: Path, rows: list[tuple[str, str]], codes: list[str]
) -> None:
    one = a_list()
    one["diseinfo"] = [{"diag_code": code, "maindiag_flag": flag} for flag, code in rows]
    (case,) = read(tmp_path, [one, a_list("B2")]).cases[:1]
    assert [line.code for line in case.diagnoses] == codes


def test_types_that_count_principal_and_other_keep_their_western_codes(tmp_path: Path) -> None:
    one = a_list()
    for row, (kind, code) in zip(
        one["diseinfo"], [("2", "I10.x00x002"), ("1", "I21.001"), ("101", "R07.400")], strict=True
    ):
        row |= {"diag_type": kind, "diag_code": code}
    (case,) = read(tmp_path, one).cases
    assert [line.code for line in case.diagnoses] == ["I21.001", "I10.x00x002"]


def test_what_cannot_be_read_is_told_with_its_place(tmp_path: Path) -> None:
    lines = [
        json.dumps(a_list("B1")),
        '{"setlinfo": {"medcasno": ',
        json.dumps({"a": 1}),
        json.dumps(a_list("B4")),
    ]
    found = read(tmp_path, "\n".join(lines))
    assert [(case.record_no, case.source.row) for case in found.cases] == [("B1", 1), ("B4", 4)]
    assert [(issue.row, issue.reason) for issue in found.report.issues] == [
        (2, "从文件第 2 行开始的一份不是完整的 JSON，无法读取"),
        (3, "不是结算清单：里面没有 setlinfo 和 diseinfo"),
    ]
    many = a_list("B5")
    many["diseinfo"] = [{"diag_code": f"A{number:02}.000"} for number in range(70)]
    (refused,) = read(tmp_path, [a_list(), many]).report.issues
    assert (refused.row, refused.refused) == (2, True)
    assert "70 条诊断" in refused.reason
    stays = a_list("B6")
    stays["icuinfo"] *= 7
    assert any("第 1 份清单有 7 段重症监护" in note for note in read(tmp_path, stays).report.notes)


@pytest.mark.parametrize(
    "content", ['{"a": [1, 2]}', "{", "[[[[", "[" * 5_000, '{"setlinfo": {"medcasno": "1"}}']
)
def test_json_that_holds_no_list_is_refused_in_words(tmp_path: Path, content: str) -> None:
    with pytest.raises(UserError, match="没有读到医保结算清单"):
        read(tmp_path, content)


def test_only_front_pages_come_as_json(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_text(' [ {"a": 1}]', encoding="utf-8")
    with pytest.raises(UserError, match="JSON"):
        sniff(path)
    assert sniff(path, pages=True) is FileKind.JSON


def test_corrections_are_written_as_a_table_with_room_for_more_lines(tmp_path: Path) -> None:
    found = read(tmp_path, [a_list("B1"), {"a": 1}, a_list("B3")])
    first, last = found.cases
    more = (*last.diagnoses, Diagnosis("E11.900", "2型糖尿病"))
    target = tmp_path / written_name(found.layout)
    assert target.suffix == ".xlsx"
    assert write_corrected(found.layout, [first, replace(last, diagnoses=more)], target) == 1
    again = read_cases(target, terminology())
    assert [[line.code for line in case.diagnoses] for case in again.cases] == [
        ["I21.001", "I10.x00x002"],
        ["I21.001", "I10.x00x002", "E11.900"],
    ]
    assert load_workbook(target).sheetnames == ["结算清单"]


def test_reading_many_lists_can_be_stopped(tmp_path: Path) -> None:
    path = tmp_path / "清单.json"
    path.write_text(json.dumps([a_list(f"B{number}") for number in range(300)]), "utf-8")
    seen: list[str] = []
    progress = Progress(lambda _done, _total, text: seen.append(text))
    progress.cancel()
    with pytest.raises(Cancelled):
        read_cases(path, terminology(), progress=progress)
    read_cases(path, terminology(), progress=Progress(lambda _done, _total, text: seen.append(text)))
    assert "正在读取结算清单：200 份" in seen
