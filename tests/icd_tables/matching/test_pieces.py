"""One string with several statements is taken apart: at separators, where the next begins, and by what is only implied."""

from __future__ import annotations

import pytest

from icd_tables.codes import Kind
from icd_tables.matching.pieces import Pieces
from icd_tables.synonyms import lexicon


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    return Pieces(lexicon(Kind.DIAGNOSIS))


def said(pieces: Pieces, text: str) -> list[str]:
    return [piece.text for piece in pieces.of(text) if piece.said]


def implied(pieces: Pieces, text: str) -> list[str]:
    return [piece.text for piece in pieces.of(text) if not piece.said]


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("胆囊结石伴慢性胆囊炎", ["胆囊结石", "慢性胆囊炎"]),
        ("“高血压3级 极高危”", ["高血压3级", "极高危"]),
        ("肺部感染_右肾囊肿?", ["肺部感染", "右肾囊肿"]),
        ("泌尿系感染左肾肿大", ["泌尿系感染", "左肾肿大"]),
        ("左眼眼球破裂左眼角膜破裂", ["左眼眼球破裂", "左眼角膜破裂"]),
    ],
)
def test_statements_are_cut_apart(pieces: Pieces, text: str, statements: list[str]) -> None:
    assert said(pieces, text) == statements


@pytest.mark.parametrize("text", ["2型糖尿病", "肺炎", "COPD急性加重", "急性ST段抬高型心肌梗死"])
def test_one_statement_stays_whole(pieces: Pieces, text: str) -> None:
    assert pieces.of(text) == ()


def test_a_body_part_alone_takes_what_follows_and_a_lesion_alone_the_part_before(pieces: Pieces) -> None:
    assert "前躯干热水烫伤" in implied(pieces, "前躯干、右上肢热水烫伤")
    assert "膝骨折脱位" not in implied(pieces, "膝骨折伴脱位")
    assert "膝关节脱位" in implied(pieces, "膝关节骨折伴脱位")


def test_a_tumour_also_has_a_tissue_and_its_treatments(pieces: Pieces) -> None:
    found = implied(pieces, "胃低分化腺癌术后放化疗")
    assert {"胃低分化腺癌", "胃术后", "放疗", "化疗", "低分化腺癌", "腺癌", "癌"} <= set(found)
    assert "列腺癌" not in implied(pieces, "前列腺癌")


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("右肺腺癌cT2N1M1", {"淋巴结继发恶性肿瘤", "继发恶性肿瘤"}),
        ("前降支中段重度狭窄", {"冠状动脉狭窄"}),
        ("停经28周", {"妊娠状态"}),
    ],
)
def test_findings_mean_what_is_coded_for_them(pieces: Pieces, text: str, means: set[str]) -> None:
    assert means <= set(implied(pieces, text))


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("右侧甲状腺全切，左侧甲状腺次全切除术", "单侧甲状腺切除伴他叶部分切除术"),
        ("左甲状腺腺叶切除+峡部切除术", "单侧甲状腺切除伴甲状腺峡部切除术"),
        ("左侧甲状腺全切术", "单侧甲状腺叶切除术"),
        ("左右心导管检查术", "联合的右心和左心导管置入"),
    ],
)
def test_some_operations_together_have_one_code(text: str, means: str) -> None:
    procedures = Pieces(lexicon(Kind.PROCEDURE))
    assert means in said(procedures, text)
    assert means not in said(procedures, "双侧甲状腺全切除术")
