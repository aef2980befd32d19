from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icd_tables.catalog import (
    Source,
    assemble,
    codes_text,
    pairs_text,
    parse_codes,
    parse_manifest,
    parse_pairs,
    parse_source,
    starter_sources,
    tell_edition,
)
from icd_tables.codes import Edition, Kind, normalize_code
from icd_tables.crosswalk import CrosswalkRow
from icd_tables.table import CodeEntry, TableInfo

WORD = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="|"), min_size=1, max_size=6)
ENTRIES = st.lists(
    st.builds(
        CodeEntry,
        WORD,
        WORD,
        st.lists(WORD, max_size=2).map(tuple),
        st.lists(WORD, max_size=2).map(tuple),
        WORD,
        st.booleans(),
        st.none() | st.dates(),
        st.none() | st.dates(),
        st.booleans(),
        st.integers(0, 10**6),
    ),
    max_size=4,
)


def info(edition: Edition = Edition.INSURANCE, **changes: object) -> TableInfo:
    base = TableInfo("t", Kind.DIAGNOSIS, edition, "2.0", "表", "测试")
    return replace(base, **changes)  # type: ignore[arg-type]


@given(ENTRIES)
def test_entries_survive_the_disk(entries: list[CodeEntry]) -> None:
    assert list(parse_codes(codes_text(entries))) == entries


def test_pairs_survive_the_disk() -> None:
    pairs = (CrosswalkRow("A1", 'a"b,', "B1", "b", 7),)
    assert parse_pairs(pairs_text(pairs)) == pairs


def test_hand_written_tables_need_only_code_and_name() -> None:
    assert parse_codes("code,name,aliases\nA00,霍乱,老名|旧名\n")[0].aliases == ("老名", "旧名")
    with pytest.raises(ValueError, match="name"):
        parse_codes("code\nA00\n")


MANIFEST = """table_id = "x"
kind = "procedure"
edition = "国临版"
version = "3.0"
title = "表"
source = "s"
valid_from = 2022-01-01
"""


def test_manifests() -> None:
    found, crosswalk = parse_manifest(MANIFEST)
    assert (found.kind, found.edition, found.valid_from, crosswalk) == (
        Kind.PROCEDURE,
        Edition.CLINICAL,
        date(2022, 1, 1),
        False,
    )
    with pytest.raises(ValueError, match="title"):
        parse_manifest(MANIFEST.replace("title", "titel"))
    assert parse_source(MANIFEST, lambda _: "code,name\n47.0100,a\n").info.rows == 1


def test_the_newest_table_in_force_is_used() -> None:
    old = Source(info(table_id="old", version="1.0", valid_to=date(2021, 12, 31)), (CodeEntry("A", "旧"),))
    new = Source(info(table_id="new", version="2.0", valid_from=date(2022, 1, 1)), (CodeEntry("A", "新"),))
    starter = Source(info(table_id="starter", version="9", starter=True), (CodeEntry("A", "起步"),))

    def name(day: date | None) -> str:
        entry = assemble([new, starter, old], day).lookup(Kind.DIAGNOSIS, Edition.INSURANCE, "A")
        return entry.name if entry else ""

    assert (name(None), name(date(2021, 5, 1)), name(date(2023, 5, 1))) == ("新", "旧", "新")
    assert assemble([starter]).lookup(Kind.DIAGNOSIS, Edition.INSURANCE, "A") is not None


def test_names_that_lost_characters_get_the_whole_name_as_an_alias() -> None:
    table = Source(info(), (CodeEntry("C88.203", "M?重链病", damaged=True), CodeEntry("A", "a")))
    crosswalk = Source(info(Edition.CLINICAL), pairs=(CrosswalkRow("C88.2x", "x", "C88.203", "Mµ重链病"),))
    entry = assemble([table, crosswalk]).lookup(Kind.DIAGNOSIS, Edition.INSURANCE, "C88.203")
    assert entry is not None
    assert (entry.name, entry.aliases) == ("M?重链病", ("Mµ重链病",))


def test_the_edition_is_told_by_codes_only_one_edition_has() -> None:
    pairs = tuple(CrosswalkRow(f"A0{n}.00{n}", "x", f"A0{n}.10{n}", "x") for n in range(8))
    crosswalk = Source(info(Edition.CLINICAL), pairs=pairs)
    insurance = [CodeEntry(f"A0{n}.10{n}", "x") for n in range(8)]
    clinical = [CodeEntry(f"A0{n}.00{n}", "x") for n in range(8)]
    assert tell_edition(insurance, [crosswalk])[0] is Edition.INSURANCE
    assert tell_edition(clinical, [crosswalk])[0] is Edition.CLINICAL
    assert tell_edition([CodeEntry("Z99.900", "x")], [crosswalk]) == (None, "")


def test_the_starter_tables_are_there_for_both_kinds_and_editions() -> None:
    terminology = assemble(starter_sources())
    assert set(terminology.tables) == {(kind, edition) for kind in Kind for edition in Edition}
    assert set(terminology.crosswalks) == set(Kind)
    assert all(source.info.starter for source in starter_sources())


@given(st.text("AXx1.+*/ kZ0M８Ｘ\u3000", max_size=8))
def test_normalising_is_idempotent(text: str) -> None:
    assert normalize_code(normalize_code(text)) == normalize_code(text)
