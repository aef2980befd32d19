"""The form of codes: every published code has it, what typing errors leave has not."""

from pathlib import Path

import pytest

from app.tables import load_folder, starter_terminology
from icd_tables.code_form import well_formed
from icd_tables.codes import Kind
from icd_tables.terminology import Terminology


@pytest.mark.parametrize(
    "code",
    ["K35.800", "k35.800", "Ｋ35.800", "I10.x00x002", "A01.000x005+J17.0*", "M81400/3", "C22.101M81600/3"],
)
def test_diagnoses(code: str) -> None:
    assert well_formed(code, Kind.DIAGNOSIS)


@pytest.mark.parametrize("code", ["", "K35", "K35.8", "K35800", "K35.O00", "K35.8x991", "47.0100", "阑尾炎"])
def test_no_diagnoses(code: str) -> None:
    assert not well_formed(code, Kind.DIAGNOSIS)


@pytest.mark.parametrize("code", ["47.0100", "13.4100x001", "01.6x00", "17.91100", "17.912A0", "66.69x001"])
def test_procedures(code: str) -> None:
    assert well_formed(code, Kind.PROCEDURE)


@pytest.mark.parametrize("code", ["", "47.01", "6.3100", "470100", "K35.800", "47.01O0"])
def test_no_procedures(code: str) -> None:
    assert not well_formed(code, Kind.PROCEDURE)


def misshapen(terminology: Terminology) -> list[str]:
    tables = terminology.tables.values()
    return [e.code for table in tables for e in table if not well_formed(e.code, table.info.kind)]


def test_every_starter_code_has_it() -> None:
    assert misshapen(starter_terminology()) == []


@pytest.mark.reference
def test_every_published_code_has_it(reference: Path) -> None:
    assert misshapen(load_folder(reference / "codes")) == []
