import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import UserError
from app.export.corrected import write_corrected
from app.readers.reading import read_cases
from app.readers.workbook import MAX_UNPACKED
from tests.app.readers.samples import n041_bytes, n041_file, n041_row, terminology, workbook

SHEET = "xl/worksheets/sheet1.xml"


def refusal(path: Path) -> UserError:
    with pytest.raises(UserError) as caught:
        read_cases(path, terminology())
    assert path.name in str(caught.value) or str(path) in str(caught.value)
    assert caught.value.todo
    return caught.value


def rebuilt(path: Path, parts: dict[str, bytes]) -> Path:
    """The workbook with some parts replaced."""
    source = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name) or old.read(name))
        for name in parts.keys() - set(old.namelist()):
            new.writestr(name, parts[name])
    return path


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空文件"),
        (b"\r\n\r\n  \r\n", "没有内容"),
        (b"\xef\xbb\xbf", "没有内容"),
        (b"%PDF-1.7 ....", "PDF"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "Workbook".encode("utf-16-le"),
            "不是完好的 Excel",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le"),
            "旧版 Office",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "有密码",
        ),
        (b"PK\x03\x04 not really", "不是完好的 Excel"),
        (b"<html><table><tr><td>1</td></tr></table>", "网页"),
        (b'{"setlinfo": {}}', "JSON"),
        (b"BAH,JBDM\n\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "二进制"),
        (b"a,b,c\n1,2,3\n", "没有找到首页表头"),
        ("病案号,姓名,性别,年龄\n1,甲,男,3\n".encode(), "没有认出主要诊断"),
    ],
)
def test_what_is_no_front_page_file(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "坏文件.csv"
    path.write_bytes(content)
    assert words in str(refusal(path))


def test_missing_file_and_folder(tmp_path: Path) -> None:
    assert "找不到" in str(refusal(tmp_path / "无.csv"))
    (tmp_path / "夹").mkdir()
    assert "文件夹" in str(refusal(tmp_path / "夹"))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="rights do not bind here")
def test_unreadable_file(tmp_path: Path) -> None:
    path = n041_file(tmp_path)
    path.chmod(0)
    assert "没有权限" in str(refusal(path))


def test_fifty_megabytes_of_garbage(tmp_path: Path) -> None:
    path = tmp_path / "垃圾.csv"
    path.write_bytes(os.urandom(1 << 20) * 50)
    refusal(path)


def test_fifty_megabytes_of_text_without_a_header(tmp_path: Path) -> None:
    path = tmp_path / "垃圾.csv"
    path.write_bytes(b"lorem,ipsum,dolor\n" * 2_900_000)
    assert "没有找到首页表头" in str(refusal(path))


def test_a_header_with_millions_of_foreign_rows(tmp_path: Path) -> None:
    path = tmp_path / "垃圾.csv"
    path.write_bytes(n041_bytes([]) + b"lorem,ipsum\n" * 1_000_000)
    assert "例如第 2 行：应有 232 列" in str(refusal(path))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(st.data())
def test_whatever_happens_to_the_bytes_every_row_is_accounted_for(
    tmp_path: Path, data: st.DataObject
) -> None:
    content = bytearray(n041_bytes([n041_row(BAH=str(n)) for n in range(4)]))
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=4))
    path = tmp_path / "a.csv"
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        imported = read_cases(path, terminology())
    except UserError:
        return  # a sentence is an answer too
    report = imported.report
    assert report.rows == report.accepted + report.refused == len(imported.cases) + report.refused
    assert len({case.case_id for case in imported.cases}) == len(imported.cases)
    write_corrected(imported.layout, imported.cases, tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_bytes() == path.read_bytes()


def test_one_endless_line(tmp_path: Path) -> None:
    path = tmp_path / "一行.csv"
    path.write_bytes(b"x" * (3 << 20))
    assert "没有一次换行" in str(refusal(path))


def test_neither_utf8_nor_gb18030(tmp_path: Path) -> None:
    path = tmp_path / "乱码.csv"
    header = n041_bytes([])
    path.write_bytes(header + b"\xff\xfe\xfd\xff," * 3000)
    assert "文字编码无法识别" in str(refusal(path))


def test_a_few_broken_characters_do_not_stop_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        n041_bytes([n041_row()]).replace("甲某".encode("gb18030"), "甲某".encode("gb18030")[:-1])
    )
    imported = read_cases(path, terminology())
    assert imported.cases[0].name == "甲\ufffd"
    assert "1 个字节不是 GB18030" in imported.report.notes[0]


def test_a_utf8_file_cut_off_inside_a_character_stays_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    content = n041_bytes([n041_row(), n041_row(BAH="2")], "utf-8")
    path.write_bytes(content[: content.rindex("甲某".encode()) + 2])
    imported = read_cases(path, terminology())
    assert imported.report.encoding == "UTF-8"
    assert [case.name for case in imported.cases] == ["甲某"]
    assert imported.report.refused == 1


def test_a_huge_cell_is_refused_with_its_row(tmp_path: Path) -> None:
    path = n041_file(tmp_path, n041_row(BAH="1"), n041_row(BAH="2", XZZ="路" * 40_000), n041_row(BAH="3"))
    report = read_cases(path, terminology()).report
    assert [(i.row, i.refused) for i in report.issues] == [(3, True)]


def test_nul_bytes_and_formulas_are_text(tmp_path: Path) -> None:
    path = n041_file(tmp_path, n041_row(XM="=cmd|' /C calc'!A0", XZZ="a\0b"))
    (case,) = read_cases(path, terminology()).cases
    assert case.name == "=cmd|' /C calc'!A0"


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("BAH,JBDM,ZYZD\n1,I20.000,不稳定性心绞痛\n", encoding="utf-8")
    imported = read_cases(path, terminology())
    assert "总费用" in imported.report.notes[0]
    assert "ZFY" not in imported.cases[0].fields


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("readme.txt", "x")
    assert "压缩包" in str(refusal(path))


def test_a_truncated_workbook(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ["病案号", "主要诊断编码"], ["1", "I10"])
    path.write_bytes(path.read_bytes()[:-200])
    assert "不是完好的 Excel" in str(refusal(path))


def test_a_workbook_whose_xml_is_broken(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ["病案号", "主要诊断编码"], ["1", "I10"])
    rebuilt(path, {SHEET: b"<worksheet><sheetData><row r='1'><c"})
    refusal(path)


def test_an_empty_workbook(tmp_path: Path) -> None:
    assert "没有数据" in str(refusal(workbook(tmp_path / "a.xlsx")))


def test_a_zip_bomb(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ["病案号", "主要诊断编码"], ["1", "I10"])
    rebuilt(path, {SHEET: b"<worksheet>" + b" " * (80 << 20)})
    assert "压缩炸弹" in str(refusal(path))


def test_a_zip_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ["病案号", "主要诊断编码"], ["1", "I10"])
    rebuilt(path, {SHEET: b"<worksheet>" + b" " * (80 << 20)})
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        real = package.getinfo(SHEET).file_size
    assert real < MAX_UNPACKED
    lied = content.replace(real.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lied != content
    path.write_bytes(lied)
    assert refusal(path).what


def test_a_stray_cell_at_the_end_of_the_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ["病案号", "主要诊断编码"], ["1", "I10"])
    cell = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    with zipfile.ZipFile(path) as package:
        xml = package.read(SHEET)
    rebuilt(path, {SHEET: xml.replace(b"</sheetData>", cell)})
    assert "数据区域过大" in str(refusal(path))
