"""Schemes of random rules: every field, operator and scope in any combination, on all ways of grouping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.inputs import GrouperInput
from tests.coding_rules.grouper.drg.drawn import draw_cases
from tests.coding_rules.grouper.drg.random_rules import make_random_tables
from tests.coding_rules.grouper.drg.synthetic import make_tables, to_scheme
from tests.reference_interpreter import ReferenceInterpreter

SEEDS = 16
COUNT = 200


@cache
def grouper(seed: int) -> DrgGrouper:
    return DrgGrouper(to_scheme(make_random_tables(seed) if seed % 4 else make_tables(seed)))


@cache
def drawn(seed: int) -> tuple[GrouperInput, ...]:
    return tuple(draw_cases(grouper(seed).scheme, seed, COUNT))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_in_bundles_one_by_one_explained_and_plain_agree(seed: int) -> None:
    plain = ReferenceInterpreter(make_random_tables(seed) if seed % 4 else make_tables(seed))
    want = [plain.group(case) for case in drawn(seed)]
    assert [tuple(result) for result in grouper(seed).group_batch(drawn(seed))] == want
    assert [tuple(grouper(seed).codes(case)) for case in drawn(seed)] == want
    explained = [grouper(seed).group(case) for case in drawn(seed)]
    assert [(each.mdc, each.adrg, each.group) for each in explained] == want
    assert len(set(want)) > 3


any_scheme = given(seed=st.integers(0, SEEDS - 1), random=st.randoms(use_true_random=False))


def assert_same(seed: int, change: Callable[[GrouperInput], GrouperInput]) -> None:
    """Changed cases go where the cases went, in bundles and one by one."""
    changed = [change(case) for case in drawn(seed)]
    want = list(grouper(seed).group_batch(drawn(seed)))
    assert list(grouper(seed).group_batch(changed)) == want
    assert [grouper(seed).codes(case) for case in changed[:20]] == want[:20]


@any_scheme
@settings(max_examples=30, deadline=None)
def test_only_the_first_code_has_a_place(seed: int, random: Random) -> None:
    def turned(codes: tuple[str, ...]) -> tuple[str, ...]:
        return (*codes[:1], *random.sample(codes[1:], len(codes[1:])))

    assert_same(
        seed,
        lambda case: replace(case, diagnoses=turned(case.diagnoses), procedures=turned(case.procedures)),
    )


@any_scheme
@settings(max_examples=30, deadline=None)
def test_repeated_codes_change_nothing(seed: int, random: Random) -> None:
    def repeated(codes: tuple[str, ...]) -> tuple[str, ...]:
        others = codes[1:]
        return (*codes, *(random.choice(others) for _ in range(2))) if others else codes

    assert_same(
        seed,
        lambda case: replace(case, diagnoses=repeated(case.diagnoses), procedures=repeated(case.procedures)),
    )


@any_scheme
@settings(max_examples=30, deadline=None)
def test_strangers_change_nothing(seed: int, random: Random) -> None:
    """Codes outside every list, among them what nearly is a code of the scheme, anywhere behind the first."""

    def joined_by(codes: tuple[str, ...], strangers: tuple[str, ...]) -> tuple[str, ...]:
        if not codes:
            return codes
        at = random.randint(1, len(codes))
        return (*codes[:at], random.choice((*strangers, codes[0] + "\0", codes[0] + "9" * 30)), *codes[at:])

    assert_same(
        seed,
        lambda case: replace(
            case,
            diagnoses=joined_by(case.diagnoses, ("Z98.765", "", "A0", "没有编码", "A\nB", "x")),
            procedures=joined_by(case.procedures, ("99.9999", "", "0", "\ud800", "0\n0", "|")),
        ),
    )


@any_scheme
@settings(max_examples=30, deadline=None)
def test_spelling_changes_nothing(seed: int, random: Random) -> None:
    wide = str.maketrans({chr(n): chr(n + 0xFEE0) for n in range(0x21, 0x7F)})
    ways: tuple[Callable[[str], str], ...] = (
        str,
        str.lower,
        str.upper,
        lambda code: f" {code}\t",
        lambda code: code.translate(wide),
        lambda code: "\ufeff" + code,
    )

    def respelled(codes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(random.choice(ways)(code) for code in codes)

    assert_same(
        seed,
        lambda case: replace(
            case, diagnoses=respelled(case.diagnoses), procedures=respelled(case.procedures)
        ),
    )


@given(text=st.text())
@settings(max_examples=300, deadline=None)
def test_any_text_may_stand_where_a_code_should(text: str) -> None:
    case = GrouperInput(diagnoses=(text, text), procedures=(text,))
    one = grouper(1).codes(case)
    assert list(grouper(1).group_batch([case] * 60)) == [one] * 60
    assert grouper(1).group(case).group == one.drg
