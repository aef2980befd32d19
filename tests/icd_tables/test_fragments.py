"""What coders type for the commonest diagnoses and procedures of a general hospital, bare and short.

``fragments.csv`` is our own list: a fragment and the beginnings of the codes a coder would take for it. It holds no names.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from icd_tables.codes import Kind
from icd_tables.matcher import Matcher
from tests.bench.pairs import entries_from

_TABLES = {Kind.DIAGNOSIS: "医保版2.0疾病诊断.csv", Kind.PROCEDURE: "医保版2.0手术操作.csv"}
_LIST = Path(__file__).with_name("fragments.csv")


def fragments(kind: Kind) -> list[tuple[str, tuple[str, ...]]]:
    """Each fragment of a kind and what the code of a right answer may start with."""
    with _LIST.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == kind.value]
    return [(row["fragment"], tuple(row["codes"].split("|"))) for row in rows]


@cache
def published(kind: Kind, reference: Path) -> Matcher:
    return Matcher(entries_from(reference / "codes" / _TABLES[kind]), kind=kind)


def found(matcher: Matcher, fragment: str, codes: Sequence[str], among: int) -> bool:
    return any(
        candidate.entry.code.startswith(tuple(codes)) for candidate in matcher.find(fragment, 10)[:among]
    )


@pytest.mark.reference
@pytest.mark.parametrize(
    ("kind", "least_first", "least_five"), [(Kind.DIAGNOSIS, 0.91, 0.97), (Kind.PROCEDURE, 0.80, 0.94)]
)
def test_common_fragments_find_their_code(
    reference: Path, kind: Kind, least_first: float, least_five: float
) -> None:
    matcher, asked = published(kind, reference), fragments(kind)
    missed = [text for text, codes in asked if not found(matcher, text, codes, 5)]
    first = sum(found(matcher, text, codes, 1) for text, codes in asked)
    assert len(missed) <= (1 - least_five) * len(asked), missed
    assert first >= least_first * len(asked)


@pytest.mark.reference
@pytest.mark.parametrize("kind", Kind)
def test_the_codes_of_the_list_are_codes(reference: Path, kind: Kind) -> None:
    codes = [entry.code for entry in entries_from(reference / "codes" / _TABLES[kind])]
    wanted = {start for _, starts in fragments(kind) for start in starts}
    assert not [start for start in sorted(wanted) if not any(code.startswith(start) for code in codes)]


@pytest.mark.reference
@pytest.mark.parametrize(
    ("kind", "fragment", "code"),
    [
        (Kind.PROCEDURE, "起搏器", "37.80"),
        (Kind.PROCEDURE, "双腔起搏器", "37.83"),
        (Kind.PROCEDURE, "化疗", "99.25"),
        (Kind.PROCEDURE, "取环", "97.71"),
        (Kind.PROCEDURE, "气管切开", "31.1"),
        (Kind.PROCEDURE, "钢板取出", "78.6"),
        (Kind.PROCEDURE, "房颤射频", "37.3"),
        (Kind.DIAGNOSIS, "肺结节", "R91"),
        (Kind.DIAGNOSIS, "烧伤", "T30"),
        (Kind.DIAGNOSIS, "多发肋骨骨折", "S22.4"),
    ],
)
def test_the_usual_meaning_comes_first(reference: Path, kind: Kind, fragment: str, code: str) -> None:
    assert published(kind, reference).find(fragment)[0].entry.code.startswith(code)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("kind", "fragment", "code"),
    [
        (Kind.DIAGNOSIS, "化疗", "Z51.1"),
        (Kind.DIAGNOSIS, "放疗", "Z51.0"),
        (Kind.DIAGNOSIS, "硬膜下血肿", "S06.5"),
        (Kind.DIAGNOSIS, "硬膜下血肿", "I62.0"),
        (Kind.DIAGNOSIS, "肝转移", "C78.7"),
        (Kind.PROCEDURE, "深静脉置管", "38.93"),
        (Kind.PROCEDURE, "腹腔镜疝修补", "53.00"),
    ],
)
def test_every_usual_meaning_is_among_the_first(
    reference: Path, kind: Kind, fragment: str, code: str
) -> None:
    assert found(published(kind, reference), fragment, [code], 5)
