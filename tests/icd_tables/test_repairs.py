"""Names with lost characters."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from icd_tables.codes import Kind
from icd_tables.matcher import Matcher
from icd_tables.repairs import repaired
from icd_tables.table import CodeEntry


def test_a_known_damaged_name_is_put_right_and_stays_findable() -> None:
    entry = repaired(CodeEntry("K07.205", "反??", damaged=True), Kind.DIAGNOSIS)
    assert entry.name == "反𬌗"
    assert "反??" in entry.aliases
    assert entry.damaged
    assert Matcher([entry, CodeEntry("K07.300", "牙位置异常")]).find("反颌")[0].entry == entry


@pytest.mark.parametrize(
    "entry",
    [
        CodeEntry("K07.205", "反𬌗"),
        CodeEntry("K07.205", "开??"),
        CodeEntry("Z99.999", "某??病"),
    ],
)
def test_names_that_are_whole_unknown_or_say_something_else_stay(entry: CodeEntry) -> None:
    assert repaired(entry, Kind.DIAGNOSIS) is entry


def test_a_code_of_the_other_kind_is_another_code() -> None:
    entry = CodeEntry("77.5900x001", "??囊切除术")
    assert repaired(entry, Kind.DIAGNOSIS) is entry
    assert repaired(entry, Kind.PROCEDURE).name == "𧿹囊切除术"


@pytest.mark.reference
@pytest.mark.parametrize(
    ("file", "kind", "lost"),
    [("医保版2.0疾病诊断.csv", Kind.DIAGNOSIS, 14), ("医保版2.0手术操作.csv", Kind.PROCEDURE, 8)],
)
def test_every_damaged_name_of_the_published_tables_is_known(
    reference: Path, file: str, kind: Kind, lost: int
) -> None:
    with (reference / "codes" / file).open(encoding="utf-8-sig", newline="") as source:
        entries = [CodeEntry(row[0], row[1]) for row in csv.reader(source)]
    damaged = [entry for entry in entries if "?" in entry.name]
    assert len(damaged) == lost
    assert not [entry for entry in damaged if "?" in repaired(entry, kind).name]
