"""Published names written differently must still be found: floors a few points under what was measured."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path

import pytest

import icd_tables
from icd_tables.codes import Kind
from icd_tables.matcher import Matcher
from icd_tables.table import CodeEntry
from tests.icd_tables import perturbations

_SEED = 20250101
_STARTERS = {Kind.DIAGNOSIS: "starter_dx_insurance", Kind.PROCEDURE: "starter_px_insurance"}
_PUBLISHED = {Kind.DIAGNOSIS: "医保版2.0疾病诊断.csv", Kind.PROCEDURE: "医保版2.0手术操作.csv"}
_FEWEST = 60
"""Fewer changed names than this say nothing about a share."""
_GRADED = 40


@cache
def starter(kind: Kind) -> Matcher:
    path = Path(icd_tables.__file__).parent / "data" / _STARTERS[kind] / "codes.csv"
    with path.open(encoding="utf-8", newline="") as source:
        return Matcher([CodeEntry(row["code"], row["name"]) for row in csv.DictReader(source)], kind=kind)


@cache
def published(kind: Kind, folder: Path) -> Matcher:
    with (folder / "codes" / _PUBLISHED[kind]).open(encoding="utf-8-sig", newline="") as source:
        return Matcher(
            [CodeEntry(row[0], row[1]) for row in csv.reader(source) if row[0] != "编码"], kind=kind
        )


def shares(
    matcher: Matcher, change: perturbations.Perturbation, names: Sequence[str]
) -> tuple[int, float, float]:
    """How many names were changed, the share found first, the share found among ten."""
    chance = random.Random(_SEED)
    asked = first = ten = 0
    for name in names:
        wording = change(name, chance)
        if wording is None or (wording == name and change is not perturbations.exact):
            continue
        found = [candidate.entry.name for candidate in matcher.find(wording, 10)]
        asked += 1
        first += found[:1] == [name]
        ten += name in found
    return asked, first / max(asked, 1), ten / max(asked, 1)


def with_grades(matcher: Matcher) -> tuple[Matcher, list[str]]:
    """The same table with some names in three grades each (…1期, …2期, …3期): few published names have a numeral. Also those names."""
    names = perturbations.without_namesakes([matcher.names.name(at) for at in range(len(matcher.names))])
    plain = [name for name in names if not any(char.isdigit() for char in name)]
    graded = [
        f"{name}{grade}期" for name in random.Random(_SEED).sample(plain, _GRADED) for grade in (1, 2, 3)
    ]
    entries = [entry for at in range(len(matcher.names)) for entry in matcher.names.group(at)]
    made = [CodeEntry(f"X{at:05d}", name) for at, name in enumerate(graded)]
    return Matcher([*entries, *made], kind=matcher.kind), graded


def check(matcher: Matcher, title: str, count: int) -> None:
    change, least_first, least_ten = perturbations.ALL[title]
    names = perturbations.without_namesakes([matcher.names.name(at) for at in range(len(matcher.names))])
    pool = random.Random(_SEED).sample(names, min(count, len(names)))
    if title == "abbreviation":  # few names have a short form
        change = partial(perturbations.abbreviation, kind=matcher.kind)
        pool = random.Random(_SEED).sample(names, min(8 * count, len(names)))
    elif title == "numeral":
        matcher, pool = with_grades(matcher)
    asked, first, ten = shares(matcher, change, pool)
    assert asked >= _FEWEST, f"only {asked} names can be changed this way"
    assert (first >= least_first, ten >= least_ten) == (True, True), (
        f"{asked} asked: {first:.3f} first, {ten:.3f} among ten"
    )


@pytest.mark.parametrize("title", perturbations.ALL)
@pytest.mark.parametrize("kind", Kind)
def test_changed_names_of_the_starter_tables_are_found(kind: Kind, title: str) -> None:
    check(starter(kind), title, 200)


@pytest.mark.reference
@pytest.mark.parametrize("title", perturbations.ALL)
@pytest.mark.parametrize("kind", Kind)
def test_changed_names_of_the_published_tables_are_found(reference: Path, kind: Kind, title: str) -> None:
    check(published(kind, reference), title, 250)


@pytest.mark.reference
def test_two_diagnoses_in_one_string_are_both_found(reference: Path) -> None:
    matcher = published(Kind.DIAGNOSIS, reference)
    names = perturbations.without_namesakes([matcher.names.name(at) for at in range(len(matcher.names))])
    chance = random.Random(_SEED)
    found = 0
    for _ in range(200):
        one, other = chance.sample(names, 2)
        top = [candidate.entry.name for candidate in matcher.find(f"{one}；{other}", 5)]
        found += one in top
    assert found >= 0.88 * 200
