"""Mapping a term list: read with every bad row named, matched once, decided with nothing lost, handed out as a workbook."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from app.errors import UserError
from app.matching.finder import Finder
from app.matching.memory import HospitalDictionary
from app.matching.term_map import Decision, Equivalence, Suggested, TermMap, coverage
from app.matching.term_mapping import (
    approve_sure,
    candidates_of,
    export_map,
    known_maps,
    map_path,
    match_terms,
    read_terms,
    sure_terms,
    teach,
)
from app.progress import Cancelled, Progress
from app.tables import starter_terminology
from icd_tables.codes import Edition, Kind
from icd_tables.matching.memory import Confirmed
from icd_tables.search import Tier
from icd_tables.terminology import Terminology
from tests.app.readers.samples import workbook

WHEN = datetime(2025, 3, 4, 9, 30)
ROWS: tuple[tuple[object, ...], ...] = (
    ("院内编码", "院内名称", "使用次数"),
    ("A001", "急性阑尾炎", 120),
    ("A002", "老慢支", 300),
    ("47.0100", "腹腔镜阑尾切除", 80),
    ("A001", "急性阑尾炎", 30),
    ("A004", None, 5),
    ("A005", "糖尿病", "很多"),
    ("", "二型糖尿病", None),
)


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(starter_terminology())


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return workbook(tmp_path / "院内词表.xlsx", *ROWS)


@pytest.fixture
def mapping(source: Path) -> Iterator[TermMap]:
    terms = read_terms(source).terms
    with TermMap.create(map_path(source, Edition.CLINICAL), source.name, Edition.CLINICAL, terms) as made:
        yield made


def test_distinct_terms_with_their_uses_and_the_rows_left_out(source: Path) -> None:
    found = read_terms(source)
    assert [(one.row, one.kind, one.text, one.local_code, one.count) for one in found.terms] == [
        (2, Kind.DIAGNOSIS, "急性阑尾炎", "A001", 150),
        (3, Kind.DIAGNOSIS, "老慢支", "A002", 300),
        (4, Kind.PROCEDURE, "腹腔镜阑尾切除", "47.0100", 80),
        (8, Kind.DIAGNOSIS, "二型糖尿病", "", 1),
    ]
    assert [(one.row, one.column) for one in found.issues] == [(6, "名称"), (7, "使用次数")]
    assert {one.kind for one in read_terms(source, Kind.PROCEDURE).terms} == {Kind.PROCEDURE}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("腹腔镜阑尾切除", Kind.PROCEDURE),
        ("经皮冠脉支架植入", Kind.PROCEDURE),
        ("胃镜检查", Kind.PROCEDURE),
        ("白内障超声乳化+人工晶体植入", Kind.PROCEDURE),
        ("冠状动脉支架植入术后", Kind.DIAGNOSIS),
        ("人工关节置换术后感染", Kind.DIAGNOSIS),
        ("老慢支", Kind.DIAGNOSIS),
    ],
)
def test_the_kind_is_told_by_the_words_where_the_code_is_the_hospitals_own(
    tmp_path: Path, text: str, kind: Kind
) -> None:
    path = tmp_path / "词.csv"
    path.write_text(f"名称,编码\n{text},A001\n", encoding="utf-8")
    assert read_terms(path).terms[0].kind is kind


def test_a_file_without_names_is_told(tmp_path: Path) -> None:
    path = tmp_path / "空.csv"
    path.write_text("甲,乙\n1,2\n", encoding="utf-8")
    with pytest.raises(UserError, match="没有找到名称"):
        read_terms(path)
    path.write_text("名称,编码\n,A1\n", encoding="utf-8")
    with pytest.raises(UserError, match="没有可以读入的词"):
        read_terms(path)


def test_matches_and_keeps_what_it_found(mapping: TermMap, finder: Finder) -> None:
    before = mapping.matched
    assert match_terms(mapping, finder) == 4
    assert (before, mapping.matched) == (False, True)
    by_text = {one.text: one for one in mapping.terms()}
    assert by_text["急性阑尾炎"].name == "急性阑尾炎"
    assert by_text["急性阑尾炎"].tier == Tier.EXACT.value
    assert by_text["腹腔镜阑尾切除"].code == "47.0100"
    assert by_text["二型糖尿病"].name == "2型糖尿病"
    assert mapping.terms()[0].text == "老慢支", "most used first"


def test_the_local_code_speaks_too(finder: Finder, mapping: TermMap) -> None:
    term = next(one for one in mapping.terms() if one.local_code == "47.0100")
    found = candidates_of(term, finder.matcher(Kind.PROCEDURE, Edition.CLINICAL))
    assert found[0].entry.code == "47.0100"
    assert any("院内编码" in one.why for one in found)
    assert candidates_of(term, None) == []


def test_cancelling_keeps_what_was_decided(mapping: TermMap, finder: Finder) -> None:
    mapping.decide([Decision(3, Equivalence.NONE)], "甲", WHEN)
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        match_terms(mapping, finder, progress)
    assert not mapping.matched
    assert mapping.term(3).equivalence is Equivalence.NONE


def test_a_match_that_was_stopped_goes_on_where_it_was(mapping: TermMap, finder: Finder) -> None:
    mapping.suggest([Suggested(2, "K35.900", "急性阑尾炎", "精确", "与名称相同")], complete=False)
    assert match_terms(mapping, finder) == len(mapping.terms()) - 1
    assert mapping.matched


def test_a_killed_program_loses_no_decision(mapping: TermMap) -> None:
    script = (
        "import os, sys\nfrom datetime import datetime\nfrom pathlib import Path\n"
        "from app.matching.term_map import Decision, Equivalence, TermMap\n"
        "mapping = TermMap(Path(sys.argv[1]))\n"
        "for row in (2, 3):\n"
        "    mapping.decide([Decision(row, Equivalence.NONE)], '甲', datetime(2026, 1, 2, 3, 4))\n"
        "    print(row, flush=True)\n"
        "os.kill(os.getpid(), 9 if os.name == 'posix' else 15)\n"
    )
    mapping.close()
    killed = subprocess.run(
        [sys.executable, "-c", script, str(mapping.path)], check=False, capture_output=True, text=True
    )
    assert killed.returncode != 0
    assert killed.stdout.split() == ["2", "3"]
    with TermMap(mapping.path) as again:
        assert [again.term(row).who for row in (2, 3)] == ["甲", "甲"]


def test_decisions_survive_closing(mapping: TermMap, finder: Finder) -> None:
    match_terms(mapping, finder)
    mapping.decide([Decision(3, Equivalence.NEAR, "J42.x00", "慢性支气管炎", "中", "像")], "甲", WHEN)
    mapping.close()
    assert known_maps() == [mapping.path]
    with TermMap(mapping.path) as again:
        one = again.term(3)
        assert (one.code, one.equivalence, one.who, one.when) == ("J42.x00", Equivalence.NEAR, "甲", WHEN)
        assert again.matched
        assert match_terms(again, finder) == 3
        assert again.term(3) == one, "a decision is not matched over"
        again.reopen([3])
        assert not again.term(3).decided
        with pytest.raises(KeyError):
            again.term(99)


def test_progress_is_weighted_by_use(mapping: TermMap) -> None:
    mapping.decide([Decision(3, Equivalence.EQUAL, "J42.x00", "慢性支气管炎")], "甲", WHEN)
    done = coverage(mapping.terms())
    assert (done.decided, done.terms, done.decided_uses, done.uses) == (1, 4, 300, 531)
    assert "56.5%" in done.sentence
    assert coverage([]).share == 0


def test_a_relation_needs_a_code(mapping: TermMap) -> None:
    with pytest.raises(UserError, match="没有选定"):
        mapping.decide([Decision(2, Equivalence.NONE), Decision(3, Equivalence.WIDER)], "甲", WHEN)
    assert not any(one.decided for one in mapping.terms())


def test_sure_ones_are_approved_together_and_taught_once(mapping: TermMap, finder: Finder) -> None:
    match_terms(mapping, finder)
    sure = sure_terms(mapping.terms())
    assert approve_sure(mapping, mapping.terms(), "甲", WHEN) == len(sure) >= 1
    mapping.decide([Decision(3, Equivalence.EQUAL, "J42.x00", "慢性支气管炎")], "甲", WHEN)
    with HospitalDictionary() as dictionary:
        taught = teach(mapping, dictionary)
        assert taught >= 1
        assert dictionary.memory(Kind.DIAGNOSIS).lookup("老慢支")[0].code == "J42.x00"
        assert not dictionary.memory(Kind.DIAGNOSIS).lookup("急性阑尾炎"), "a published name teaches nothing"
        assert teach(mapping, dictionary) == 0


def test_what_was_confirmed_otherwise_too_is_not_approved_together(mapping: TermMap) -> None:
    with HospitalDictionary() as dictionary:
        for code, name in (("J42.x00", "慢性支气管炎"), ("I10.x00x002", "高血压")):
            dictionary.confirm(Kind.DIAGNOSIS, Confirmed("老慢支", code, name, who="甲", when=WHEN))
        match_terms(mapping, Finder(starter_terminology(), dictionary))
    term = mapping.term(3)
    assert term.tier == Tier.CONFIRMED.value
    assert "不同编码" in term.caution
    assert term not in sure_terms(mapping.terms())


def test_goes_out_as_a_workbook_in_the_order_of_the_source(
    mapping: TermMap, finder: Finder, tmp_path: Path
) -> None:
    match_terms(mapping, finder)
    mapping.decide([Decision(3, Equivalence.NONE)], "甲", WHEN)
    target = tmp_path / "映射.xlsx"
    assert export_map(mapping, target) == 4
    head, *rows = load_workbook(target)["词表映射"].iter_rows(values_only=True)
    assert head[:6] == ("行", "类别", "院内名称", "院内编码", "使用次数", "等价关系")
    assert [row[0] for row in rows] == [2, 3, 4, 8]
    assert rows[1][5] == "无对应"
    assert rows[1][10] == "甲"
    assert rows[0][5] is None


def test_what_is_no_mapping_is_refused(tmp_path: Path, mapping: TermMap) -> None:
    path = tmp_path / "x.termmap"
    with pytest.raises(UserError, match="不是词表映射"):
        TermMap(path)
    path.write_bytes(b"not a database, however long it is" * 40)
    with pytest.raises(UserError, match="不是词表映射"):
        TermMap(path)
    with pytest.raises(UserError, match="已经导入过"):
        TermMap.create(mapping.path, "", Edition.CLINICAL, ())


def test_without_a_table_of_the_edition_nothing_is_matched(mapping: TermMap) -> None:
    with pytest.raises(UserError, match="没有载入国临版"):
        match_terms(mapping, Finder(Terminology()))
