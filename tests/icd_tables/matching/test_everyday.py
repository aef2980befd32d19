"""What is met every day decides where a fragment leaves it open, and nowhere else."""

from __future__ import annotations

import pytest

from icd_tables.codes import Kind
from icd_tables.matcher import Matcher
from icd_tables.matching.everyday import KIN, brevity, familiar
from icd_tables.matching.forms import Former
from icd_tables.matching.index import MatchIndex
from icd_tables.synonyms import lexicon
from icd_tables.table import CodeEntry

PROCEDURES = (
    CodeEntry("31.1x00x005", "暂时性气管切开术"),
    CodeEntry("31.3x03", "气管切开异物取出术"),
    CodeEntry("33.0x00", "支气管切开术"),
    CodeEntry("37.8901", "起搏器装置去除术"),
    CodeEntry("37.8000x001", "永久起搏器置入术"),
    CodeEntry("37.8000x002", "永久起搏器置换术"),
)


def test_a_name_met_every_day_and_its_neighbours() -> None:
    index = MatchIndex.build(PROCEDURES, Former(lexicon(Kind.PROCEDURE)))
    worth = familiar(["永久起搏器置入术", "在此表中没有"], index)
    assert worth.tolist() == [0, 0, 0, 0, 1, KIN]


@pytest.mark.parametrize(("fragment", "code"), [("起搏器", "37.8000x001"), ("气管切开", "31.1x00x005")])
def test_the_usual_meaning_of_a_fragment_comes_first(fragment: str, code: str) -> None:
    assert Matcher(PROCEDURES, kind=Kind.PROCEDURE).find(fragment)[0].entry.code == code


def test_another_body_part_comes_last_of_what_contains_a_fragment() -> None:
    found = [candidate.entry.name for candidate in Matcher(PROCEDURES, kind=Kind.PROCEDURE).find("气管切开")]
    assert found.index("气管切开异物取出术") < found.index("支气管切开术")


def test_only_brief_texts_leave_it_open() -> None:
    assert [brevity("化疗"), brevity("腹腔镜疝修补"), brevity("右侧股骨颈骨折闭合复位内固定术")] == [
        1,
        pytest.approx(4 / 6),
        0,
    ]
