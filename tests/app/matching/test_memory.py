"""The hospital dictionary: kept on disk, contradictions shown, exchanged as a workbook."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from app.errors import UserError
from app.matching.dictionary_rows import dictionary_rows, withdraw
from app.matching.memory import HospitalDictionary
from app.matching.memory_exchange import export_dictionary, import_dictionary
from app.progress import Cancelled, Progress
from icd_tables.codes import Kind
from icd_tables.matcher import Matcher
from icd_tables.matching.memory import Confirmed
from icd_tables.search import Tier
from icd_tables.table import CodeEntry

WHEN = datetime(2025, 3, 4, 9, 30)
ENTRIES = (
    CodeEntry("K35.900", "急性阑尾炎"),
    CodeEntry("K36.x00", "慢性阑尾炎"),
    CodeEntry("I10.x00", "高血压"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "词典.sqlite"


def test_confirmations_survive_and_add_up(path: Path) -> None:
    with HospitalDictionary(path) as dictionary:
        dictionary.confirm(Kind.DIAGNOSIS, Confirmed("老阑尾", "K36.x00", "慢性阑尾炎", who="甲", when=WHEN))
        dictionary.confirm(
            Kind.DIAGNOSIS,
            Confirmed(" 老阑尾。", "k36.X00", "慢性阑尾炎", who="乙", when=WHEN.replace(hour=10)),
        )
    with HospitalDictionary(path) as again:
        (pair,) = again.memory(Kind.DIAGNOSIS).lookup("老阑尾")
        assert (pair.count, pair.who, pair.name) == (2, "乙", "慢性阑尾炎")
        assert not again.memory(Kind.PROCEDURE).lookup("老阑尾")


def test_a_confirmation_wins_at_once_and_stops_when_withdrawn(path: Path) -> None:
    with HospitalDictionary(path) as dictionary:
        matcher = Matcher(ENTRIES, dictionary.memory(Kind.DIAGNOSIS))
        dictionary.confirm(Kind.DIAGNOSIS, Confirmed("老阑尾", "K36.x00", who="甲", when=WHEN))
        first = matcher.find("老阑尾")[0]
        assert (first.entry.code, first.tier) == ("K36.x00", Tier.CONFIRMED)
        assert "2025-03-04" in first.why
        assert dictionary.withdraw(Kind.DIAGNOSIS, "老阑尾", "K36.x00") == 1
        assert matcher.find("老阑尾")[0].tier is not Tier.CONFIRMED


def test_contradictions_are_shown_most_used_first(path: Path) -> None:
    with HospitalDictionary(path) as dictionary:
        dictionary.confirm_all(
            Kind.DIAGNOSIS,
            [
                Confirmed("阑尾", "K35.900", count=1),
                Confirmed("阑尾", "K36.x00", count=3),
                Confirmed("血压高", "I10.x00"),
            ],
        )
        (found,) = dictionary.contradictions(Kind.DIAGNOSIS)
        assert [pair.code for pair in found.choices] == ["K36.x00", "K35.900"]


def test_the_workbook_carries_everything_there_and_back(path: Path, tmp_path: Path) -> None:
    book = tmp_path / "词典.xlsx"
    with HospitalDictionary(path) as dictionary:
        dictionary.confirm_all(
            Kind.DIAGNOSIS,
            [Confirmed("阑尾", "K35.900", "急性阑尾炎", 2, "甲", WHEN), Confirmed("阑尾", "K36.x00")],
        )
        dictionary.confirm(Kind.PROCEDURE, Confirmed("=切阑尾", "47.0900", "阑尾切除术"))
        assert export_dictionary(dictionary, book) == 3
    with HospitalDictionary(tmp_path / "另一家.sqlite") as other:
        result = import_dictionary(other, book)
        assert (result.taken, result.issues) == (3, ())
        pairs = other.memory(Kind.DIAGNOSIS).lookup("阑尾")
        assert [(pair.code, pair.count, pair.who, pair.when) for pair in pairs] == [
            ("K35.900", 2, "甲", WHEN),
            ("K36.x00", 1, "", None),
        ]
    cells = [cell.value for row in load_workbook(book).active.iter_rows() for cell in row]
    assert "=切阑尾" in cells
    assert all(cell.data_type != "f" for row in load_workbook(book).active.iter_rows() for cell in row)


def test_rows_that_cannot_be_read_are_told_with_row_and_reason(path: Path, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["诊断文本", "编码", "次数"],
        ["阑尾", "K35.900", "2"],
        ["", "K35.900", ""],
        ["血压高", "", ""],
        ["心慌", "R00.2", "很多"],
    ):
        sheet.append(row)
    file = tmp_path / "导入.xlsx"
    book.save(file)
    with HospitalDictionary(path) as dictionary:
        result = import_dictionary(dictionary, file, Kind.DIAGNOSIS)
        assert result.taken == 1
        assert [(issue.row, issue.column) for issue in result.issues] == [
            (3, "原始文本"),
            (4, "编码"),
            (5, "次数"),
        ]


def test_an_import_and_a_deletion_are_undone_exactly(path: Path, tmp_path: Path) -> None:
    book = tmp_path / "词典.xlsx"
    with HospitalDictionary(tmp_path / "另一家.sqlite") as other:
        other.confirm_all(
            Kind.DIAGNOSIS,
            [
                Confirmed("阑尾", "K35.900", "急性阑尾炎", 5, "丙", WHEN.replace(year=2026)),
                Confirmed("心慌", "R00.200"),
            ],
        )
        export_dictionary(other, book)
    with HospitalDictionary(path) as dictionary:
        dictionary.confirm_all(
            Kind.DIAGNOSIS,
            [
                Confirmed("阑尾", "K35.900", "急性阑尾炎", 2, "甲", WHEN),
                Confirmed("阑尾", "K36.x00", "慢性阑尾炎"),
            ],
        )
        before = list(dictionary.memory(Kind.DIAGNOSIS))
        done = import_dictionary(dictionary, book)
        assert dictionary.memory(Kind.DIAGNOSIS).lookup("阑尾")[0].count == 7
        assert done.undo.put_back(dictionary) == 2
        assert list(dictionary.memory(Kind.DIAGNOSIS)) == before
        undo = withdraw(
            dictionary, [row for row in dictionary_rows(dictionary) if row.pair.code == "K35.900"]
        )
        assert [pair.code for pair in dictionary.memory(Kind.DIAGNOSIS)] == ["K36.x00"]
        undo.put_back(dictionary)
    with HospitalDictionary(path) as again:
        assert sorted(again.memory(Kind.DIAGNOSIS), key=str) == sorted(before, key=str)


def test_a_cancelled_import_adds_nothing(path: Path, tmp_path: Path) -> None:
    book = tmp_path / "词典.xlsx"
    with HospitalDictionary(path) as dictionary:
        dictionary.confirm(Kind.DIAGNOSIS, Confirmed("阑尾", "K35.900"))
        export_dictionary(dictionary, book)
        progress = Progress(lambda _done, _total, _text: progress.cancel())
        with pytest.raises(Cancelled):
            import_dictionary(dictionary, book, progress=progress)
        assert dictionary.memory(Kind.DIAGNOSIS).lookup("阑尾")[0].count == 1


def test_a_workbook_without_the_columns_is_refused(path: Path, tmp_path: Path) -> None:
    book = Workbook()
    file = tmp_path / "别的.xlsx"
    assert book.active is not None
    book.active.append(["姓名", "年龄"])
    book.save(file)
    with HospitalDictionary(path) as dictionary, pytest.raises(UserError, match="原始文本"):
        import_dictionary(dictionary, file)


def test_empty_confirmations_are_refused_whole(path: Path) -> None:
    with HospitalDictionary(path) as dictionary:
        with pytest.raises(UserError):
            dictionary.confirm_all(Kind.DIAGNOSIS, [Confirmed("阑尾", "K35.900"), Confirmed("。", "K36.x00")])
        assert len(dictionary) == 0


def test_strange_and_damaged_files_are_not_touched(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\x00" + b"\x00" * 600)
    before = path.read_bytes()
    with pytest.raises(UserError):
        HospitalDictionary(path)
    assert path.read_bytes() == before


def test_a_file_of_another_program_is_no_dictionary(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (x)")
    connection.commit()
    connection.close()
    with pytest.raises(UserError, match="不是本院词典"):
        HospitalDictionary(path)
