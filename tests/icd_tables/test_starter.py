"""The bundled starter tables: form, sizes, the crosswalk between them, and every row against the published tables."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
import python_calamine

from icd_tables.catalog import Source, assemble, starter_sources
from icd_tables.codes import Edition, Kind, normalize_code
from icd_tables.crosswalk import MappingStatus
from icd_tables.table import CodeEntry

SOURCES = {source.info.table_id: source for source in starter_sources()}
TABLES = [source for source in SOURCES.values() if not source.is_crosswalk]
TERMINOLOGY = assemble(starter_sources())
CATEGORIES = {"", "手术", "介入治疗", "诊断性操作", "治疗性操作"}
DIAGNOSIS_SHAPE = re.compile(
    r"[A-Z]\d{2}\.[0-9x]\d{0,2}(x\d{2,3})?(\+[A-Z]\d{2}(\.\d{1,3})?\*?)?(M\d{5}/\d)?\Z"
)
PROCEDURE_SHAPE = re.compile(r"\d{2}\.[0-9x]{2,3}[0-9A-Z]{0,3}(x\d{3,4})?\Z")


def ids(source: Source) -> str:
    return source.info.table_id


def test_there_is_a_table_of_each_kind_and_edition_and_both_crosswalks() -> None:
    assert set(SOURCES) == {
        "starter_dx_clinical",
        "starter_dx_insurance",
        "starter_px_clinical",
        "starter_px_insurance",
        "crosswalk_dx",
        "crosswalk_px",
    }
    assert {(s.info.kind, s.info.edition) for s in TABLES} == {(k, e) for k in Kind for e in Edition}


@pytest.mark.parametrize("source", TABLES, ids=ids)
def test_large_enough_and_said_to_be_a_starter(source: Source) -> None:
    assert len(source.entries) >= (1800 if source.info.kind is Kind.DIAGNOSIS else 900)
    assert source.info.starter
    assert "非官方" in source.info.note


@pytest.mark.parametrize("source", TABLES, ids=ids)
def test_rows_are_well_formed_sorted_and_unique(source: Source) -> None:
    codes = [entry.code for entry in source.entries]
    shape = DIAGNOSIS_SHAPE if source.info.kind is Kind.DIAGNOSIS else PROCEDURE_SHAPE
    assert codes == sorted(codes)
    assert len(set(map(normalize_code, codes))) == len(codes)
    assert [code for code in codes if not shape.match(code)] == []
    assert [
        entry.code for entry in source.entries if not entry.name or entry.name != entry.name.strip()
    ] == []
    assert {entry.category for entry in source.entries} <= CATEGORIES
    if source.info.kind is Kind.DIAGNOSIS:
        assert {entry.category for entry in source.entries} == {""}


@pytest.mark.parametrize("source", TABLES, ids=ids)
def test_an_alias_belongs_to_one_entry_and_is_no_published_name(source: Source) -> None:
    names = {entry.name for entry in source.entries}
    aliases = Counter(alias for entry in source.entries for alias in entry.aliases)
    assert [alias for alias, times in aliases.items() if times > 1 or alias in names or not alias] == []


def test_about_six_hundred_aliases_over_the_tables() -> None:
    aliases = {
        alias
        for source in TABLES
        if source.info.edition is Edition.CLINICAL
        for e in source.entries
        for alias in e.aliases
    }
    assert len(aliases) >= 600
    for alias, code in (("冠心病", "I25.103"), ("房颤", "I48.x01"), ("慢阻肺", "J44.900")):
        table = TERMINOLOGY.table(Kind.DIAGNOSIS, Edition.CLINICAL)
        assert table is not None
        assert alias in {a for e in table.by_name(alias) for a in e.aliases}
        assert [e.code[:3] for e in table.by_name(alias)] == [code[:3]]


def test_every_chapter_has_diagnoses_and_every_chapter_of_procedures_too() -> None:
    letters = {entry.code[0] for entry in SOURCES["starter_dx_clinical"].entries}
    assert set("ABCDEFGHIJKLMNOPQRSTVWXYZ") <= letters
    chapters = {int(entry.code[:2]) for entry in SOURCES["starter_px_clinical"].entries}
    assert set(range(100)) - chapters <= {90, 91}  # laboratory tests


@pytest.mark.parametrize("kind", list(Kind))
def test_every_clinical_code_reaches_an_insurance_code(kind: Kind) -> None:
    insurance = TERMINOLOGY.table(kind, Edition.INSURANCE)
    clinical = TERMINOLOGY.table(kind, Edition.CLINICAL)
    assert insurance is not None
    assert clinical is not None
    for entry in clinical:
        mapping = TERMINOLOGY.to_insurance(kind, Edition.CLINICAL, entry.code)
        assert mapping.status in {MappingStatus.SAME, MappingStatus.MAPPED}, entry
        assert mapping.code in insurance, entry


@pytest.mark.parametrize("kind", list(Kind))
def test_crosswalk_rows_join_the_two_tables_and_only_where_they_differ(kind: Kind) -> None:
    for row in TERMINOLOGY.crosswalks[kind].rows:
        source = TERMINOLOGY.lookup(kind, Edition.CLINICAL, row.source_code)
        target = TERMINOLOGY.lookup(kind, Edition.INSURANCE, row.target_code)
        assert source is not None
        assert target is not None
        assert (source.name, target.name) == (row.source_name, row.target_name)
        assert (row.source_code, row.source_name) != (row.target_code, row.target_name)


def test_external_causes_and_outcomes_are_never_principal() -> None:
    table = TERMINOLOGY.table(Kind.DIAGNOSIS, Edition.CLINICAL)
    assert table is not None
    for entry in table:
        if entry.code[0] in "VWXY" or entry.code.startswith(("Z37", "T31")):
            assert entry.not_principal, entry
    for code in ("I21.001", "K35.900", "J18.900", "O80.900"):
        found = table.get(code)
        assert found is None or not found.not_principal


@pytest.mark.reference
@pytest.mark.parametrize("kind", list(Kind))
def test_every_row_is_confirmed_by_the_published_tables(kind: Kind, reference: Path) -> None:
    stem, book = {
        Kind.DIAGNOSIS: ("医保版2.0疾病诊断", "ICD10国临版2.0对照医保版2.0"),
        Kind.PROCEDURE: ("医保版2.0手术操作", "ICD9国临版3.0对照医保版2.0"),
    }[kind]
    with (reference / "codes" / f"{stem}.csv").open(encoding="utf-8-sig", newline="") as handle:
        insurance = {row["编码"].strip(): row["名称"].strip() for row in csv.DictReader(handle)}
    workbook = python_calamine.CalamineWorkbook.from_path(reference / "codes" / f"{book}.xlsx")
    pairs = [[str(cell).strip() for cell in row] for row in workbook.get_sheet_by_index(0).to_python()[1:]]
    clinical = {row[0]: row[1] for row in pairs}
    target = {row[0]: row[2] for row in pairs}

    def unconfirmed(entries: tuple[CodeEntry, ...], published: dict[str, str]) -> list[CodeEntry]:
        return [entry for entry in entries if published.get(entry.code) != entry.name]

    short = "dx" if kind is Kind.DIAGNOSIS else "px"
    assert unconfirmed(SOURCES[f"starter_{short}_clinical"].entries, clinical) == []
    assert unconfirmed(SOURCES[f"starter_{short}_insurance"].entries, insurance) == []
    for entry in SOURCES[f"starter_{short}_clinical"].entries:
        assert TERMINOLOGY.to_insurance(kind, Edition.CLINICAL, entry.code).code == target[entry.code]
