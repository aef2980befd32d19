"""What must hold for every scheme and every case, on made-up ones with all constructs of the language."""

from __future__ import annotations

import random
import tracemalloc
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import islice

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.inputs import GrouperInput
from tests.coding_rules.grouper.drg.synthetic import make_cases, make_tables, pools, to_scheme
from tests.reference_interpreter import ReferenceInterpreter

SCHEMES = 6
SIZE = 8 * 40


@cache
def grouper(seed: int) -> DrgGrouper:
    return DrgGrouper(to_scheme(make_tables(seed)))


@cache
def plain(seed: int) -> ReferenceInterpreter:
    return ReferenceInterpreter(make_tables(seed))


@st.composite
def cases(draw: st.DrawFn) -> GrouperInput:
    diagnoses, procedures = pools(SIZE)
    codes = st.sampled_from(diagnoses) | st.just("Z99.999")
    principal = draw(st.sampled_from(((), (), ("",))))
    return GrouperInput(
        sex=draw(st.integers(0, 2)),
        age=draw(st.none() | st.integers(0, 99)),
        age_days=draw(st.none() | st.integers(0, 365)),
        weight=draw(st.none() | st.integers(0, 4000)),
        department=draw(st.sampled_from(("", "0301", "0302"))),
        los=draw(st.none() | st.integers(0, 40)),
        diagnoses=(*principal, *draw(st.lists(codes, max_size=8))),
        procedures=(*principal, *draw(st.lists(st.sampled_from(procedures), max_size=5))),
        icu_hours=draw(st.none() | st.floats(0, 200)),
    )


any_case = given(seed=st.integers(0, SCHEMES - 1), case=cases())


@any_case
@settings(max_examples=300, deadline=None)
def test_fast_explained_and_plain_agree(seed: int, case: GrouperInput) -> None:
    want = plain(seed).group(case)
    explained = grouper(seed).group(case)
    assert tuple(grouper(seed).codes(case)) == want
    assert (explained.mdc, explained.adrg, explained.group) == want


@pytest.mark.parametrize("seed", range(SCHEMES))
def test_many_random_cases_agree_in_a_batch(seed: int) -> None:
    sample = list(make_cases(seed, 1_500, SIZE))
    got = [tuple(result) for result in grouper(seed).group_batch(sample)]
    assert got == [plain(seed).group(case) for case in sample]
    assert len({drg for _, _, drg in got}) > 20


@any_case
@settings(max_examples=150, deadline=None)
def test_the_order_of_secondary_diagnoses_never_changes_the_group(seed: int, case: GrouperInput) -> None:
    secondary = list(case.diagnoses[1:])
    random.Random(seed).shuffle(secondary)
    assert grouper(seed).codes(replace(case, diagnoses=(*case.diagnoses[:1], *secondary))) == grouper(
        seed
    ).codes(case)


@any_case
@settings(max_examples=150, deadline=None)
def test_the_order_of_other_procedures_never_changes_the_group(seed: int, case: GrouperInput) -> None:
    turned = (*case.procedures[:1], *reversed(case.procedures[1:]))
    assert grouper(seed).codes(replace(case, procedures=turned)) == grouper(seed).codes(case)


@any_case
@settings(max_examples=150, deadline=None)
def test_a_code_outside_every_list_changes_nothing(seed: int, case: GrouperInput) -> None:
    assume(case.diagnoses and case.procedures)
    more = replace(case, diagnoses=(*case.diagnoses, "Z98.765"), procedures=(*case.procedures, "99.9999"))
    assert grouper(seed).codes(more) == grouper(seed).codes(case)


@any_case
@settings(max_examples=150, deadline=None)
def test_a_repeated_secondary_diagnosis_changes_nothing(seed: int, case: GrouperInput) -> None:
    doubled = replace(case, diagnoses=case.diagnoses + case.diagnoses[1:])
    assert grouper(seed).codes(doubled) == grouper(seed).codes(case)


@any_case
@settings(max_examples=150, deadline=None)
def test_spelling_never_changes_the_group(seed: int, case: GrouperInput) -> None:
    sloppy = replace(
        case,
        diagnoses=tuple(f" {code.lower()}" for code in case.diagnoses),
        procedures=tuple(code.replace(".", "．") for code in case.procedures),
    )
    assert grouper(seed).codes(sloppy) == grouper(seed).codes(case)
    assert grouper(seed).group(sloppy) == grouper(seed).group(case)


@any_case
@settings(max_examples=100, deadline=None)
def test_the_path_ends_in_the_group_or_gives_a_reason(seed: int, case: GrouperInput) -> None:
    grouping = grouper(seed).group(case)
    if grouping.grouped:
        assert grouping.reason == ""
        assert grouping.chain.startswith(f"主诊断 {case.diagnoses[0]}" if case.diagnoses else grouping.mdc)
        assert [step.stage for step in grouping.path if step.held][-1] == "DRG"
    else:
        assert grouping.reason
        assert not any(step.held for step in grouping.path if step.stage in ("MDC", "ADRG", "DRG"))


def test_nothing_is_kept_of_the_cases() -> None:
    def strangers(start: int) -> Iterator[GrouperInput]:
        for number in range(start, start + 8_000):
            yield GrouperInput(diagnoses=("A10.00000", f"Z{number}"), procedures=(f"99.{number}",))

    deque(grouper(0).group_batch(strangers(0)), 0)
    tracemalloc.start()
    try:
        deque(grouper(0).group_batch(strangers(10_000)), 0)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 50_000


def test_a_batch_is_a_stream() -> None:
    def endless() -> Iterator[GrouperInput]:
        while True:
            yield GrouperInput(diagnoses=("A10.00000",))

    assert len(list(islice(grouper(0).group_batch(endless()), 5))) == 5


def test_threads_may_share_a_grouper() -> None:
    shared, sample = DrgGrouper(to_scheme(make_tables(1))), list(make_cases(9, 600, SIZE))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: list(shared.group_batch(sample)), range(4)))
    assert all(answer == list(grouper(1).group_batch(sample)) for answer in answers)
