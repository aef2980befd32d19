"""Several files as one piece of work, kept in a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import UserError
from app.imports import all_cases
from app.readers.reading import read_cases
from app.sessions.session import Session
from icd_tables.terminology import Terminology

HEADER = "BAH,XM,XB,NL,JBDM,ZYZD,RYSJ,CYSJ,ZFY"


def write(path: Path, *ids: str) -> Path:
    rows = [f"{each},测试,1,40,I21.000,心肌梗死,20250101,20250105,100.00" for each in ids]
    path.write_bytes("\r\n".join([HEADER, *rows, ""]).encode("gb18030"))
    return path


def test_ids_of_several_files_are_told_apart(tmp_path: Path) -> None:
    first = read_cases(write(tmp_path / "一.csv", "0001", "0002"), Terminology())
    second = read_cases(write(tmp_path / "二.csv", "0002", "0003"), Terminology())
    assert [case.case_id for case in all_cases([first, second])] == ["0001", "0002", "0002@2", "0003"]
    with pytest.raises(UserError, match="都叫“一"):
        all_cases([first, first])


def test_a_session_of_files_gives_back_bytes_reports_and_layouts(tmp_path: Path) -> None:
    paths = [write(tmp_path / "一.csv", "0001"), write(tmp_path / "二.csv", "0001")]
    imports = [read_cases(path, Terminology()) for path in paths]
    Session.create(tmp_path / "工作.ccqa", imports).close()
    with Session.open(tmp_path / "工作.ccqa") as session:
        assert [case.case_id for case in session.cases] == ["0001", "0001@2"]
        kept = list(session.imports())
        for path, imported, (report, layout) in zip(paths, imports, kept, strict=True):
            assert layout.content == path.read_bytes()
            assert layout.mapping == imported.layout.mapping
            assert report == imported.report
    Session.create(tmp_path / "单个.ccqa", imports[0]).close()
