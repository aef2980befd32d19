"""The word lists hold together, and what they do to a text."""

from __future__ import annotations

import csv
from collections import Counter
from importlib import resources

import pytest

from icd_tables.codes import Kind
from icd_tables.synonyms import lexicon


def rows(name: str) -> list[dict[str, str]]:
    text = resources.files("icd_tables.lexicon").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize("name", ["diagnoses.csv", "procedures.csv", "miswritings.csv", "shared.csv"])
def test_a_word_stands_for_one_thing(name: str) -> None:
    variants = Counter(word for row in rows(name) for word in set(row["variants"].split("|")))
    assert not [word for word, times in variants.items() if times > 1]
    assert all(row["preferred"] and row["variants"] for row in rows(name))


def test_body_parts_are_part_of_known_ones() -> None:
    known = {row["site"] for row in rows("anatomy.csv")}
    wider = {name for row in rows("anatomy.csv") for name in row["part_of"].split("|") if name}
    named_only_as_whole = {"脑神经", "脊神经", "内分泌腺", "颈部", "消化道"}
    assert wider - known <= named_only_as_whole


@pytest.mark.parametrize("kind", Kind)
def test_marks_fit_their_bits(kind: Kind) -> None:
    words = lexicon(kind)
    assert len({word for line in words.opposites for word in line}) <= 64
    assert len(words.unasked) <= 64


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("右侧乳腺Ca待查", "乳腺恶肿瘤"),
        ("房颤", "心房颤动"),
        ("左室肥大", "左室增生"),
        ("脑梗塞", "脑梗死"),
        ("未特指的胎盘疾患", "胎盘疾病"),
        ("待查", "待查"),
    ],
)
def test_canonical_forms(text: str, expected: str) -> None:
    assert lexicon(Kind.DIAGNOSIS).canonical(text).text == expected


def test_sides_residual_words_and_body_parts_are_kept_as_marks() -> None:
    found = lexicon(Kind.DIAGNOSIS).canonical("双侧膝关节其他特指的损伤")
    names = [lexicon(Kind.DIAGNOSIS).anatomy.names[site] for site in found.sites]
    assert (sorted(found.sides), sorted(found.residual), names) == (["both"], ["other"], ["膝关节"])


def test_a_tumour_of_a_tissue_is_also_asked_for_by_its_place() -> None:
    words = lexicon(Kind.DIAGNOSIS)
    wider = ["".join(parts) for parts in words.broadened(words.canonical("胃低分化腺癌").parts)]
    assert "胃恶肿瘤" in wider
    gland = ["".join(parts) for parts in words.broadened(words.canonical("前列腺导管腺癌").parts)]
    assert "前列腺恶肿瘤" in gland


@pytest.mark.parametrize("kind", Kind)
def test_marks_fit_into_their_bits(kind: Kind) -> None:
    words = lexicon(kind)
    assert len({word for line in words.opposites for word in line}) <= 64
    assert len(words.unasked) <= 64
