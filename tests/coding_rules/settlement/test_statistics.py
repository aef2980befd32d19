from __future__ import annotations

import itertools
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding_rules.settlement import statistics
from coding_rules.settlement.statistics import (
    deviation,
    incomplete_beta,
    mann_whitney,
    mean,
    median,
    percentile,
    student_p,
    variation,
    welch,
)


@pytest.mark.parametrize(
    ("statistic", "degrees", "p"),
    [
        # Critical values of Student's t as printed in every table.
        (12.7062, 1, 0.05),
        (4.30265, 2, 0.05),
        (2.22814, 10, 0.05),
        (3.16927, 10, 0.01),
        (2.04227, 30, 0.05),
        (3.64596, 30, 0.001),
        (1.95996, 1e7, 0.05),
        (0.0, 7, 1.0),
    ],
)
def test_student_p_meets_the_printed_tables(statistic: float, degrees: float, p: float) -> None:
    assert student_p(statistic, degrees) == pytest.approx(p, rel=2e-5)


def test_student_p_meets_closed_forms() -> None:
    for t in (0.1, 0.5, 1.0, 3.0, 40.0, 1e4):
        assert student_p(t, 1) == pytest.approx(1 - 2 * math.atan(t) / math.pi, rel=1e-9)
        assert student_p(t, 2) == pytest.approx(1 - t / math.sqrt(2 + t * t), rel=1e-6)


@given(st.floats(0.5, 60), st.floats(0.5, 60), st.floats(0.001, 0.999))
def test_incomplete_beta_is_symmetric(a: float, b: float, x: float) -> None:
    assert incomplete_beta(a, b, x) == pytest.approx(1 - incomplete_beta(b, a, 1 - x), abs=1e-12)


def test_incomplete_beta_by_integration() -> None:
    a, b, x, steps = 3.5, 2.25, 0.4, 20000
    grid = [x * (k + 0.5) / steps for k in range(steps)]
    area = math.fsum(t ** (a - 1) * (1 - t) ** (b - 1) for t in grid) * x / steps
    whole = math.gamma(a) * math.gamma(b) / math.gamma(a + b)
    assert incomplete_beta(a, b, x) == pytest.approx(area / whole, rel=1e-7)


def test_welch_by_hand() -> None:
    # means 3 and 6, variances 2.5 and 10, n 5 each: t = -3 / sqrt(2.5), df = 2.5^2 / (0.5^2/4 + 2^2/4)
    found = welch([1, 2, 3, 4, 5], [2, 4, 6, 8, 10])
    assert found is not None
    assert found.statistic == pytest.approx(-3 / math.sqrt(2.5))
    assert found.degrees == pytest.approx(6.25 / 1.0625)
    assert found.p == pytest.approx(student_p(found.statistic, found.degrees or 0))
    assert 0.1 < found.p < 0.12
    assert "Welch" in str(found)


SLEEP = (
    [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
    [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
)
"""Student's data on two sleeping drugs (Biometrika 1908), the example of many textbooks and of R's t.test."""


def test_published_example_of_student() -> None:
    found = welch(*SLEEP)
    assert found is not None
    assert found.degrees == pytest.approx(17.776, abs=5e-4)
    assert (round(found.statistic, 4), round(found.p, 5)) == (-1.8608, 0.07939)
    ranked = mann_whitney(*SLEEP)
    assert ranked is not None
    assert (ranked.statistic, round(ranked.p, 5), ranked.exact) == (25.5, 0.06933, False)


@pytest.mark.parametrize(
    ("first", "second", "t", "freedom", "p", "u", "p_ranks"),
    [
        (
            [10.1, 12.4, 9.8, 11.5],
            [14.2, 13.9, 15.1, 12.8, 16.0],
            *(-4.228013140814328, 6.558644850211634, 0.004513609404834223),
            *(0.0, 0.015873015873015872),
        ),
        (
            [3, 3, 4, 5, 5, 6],
            [5, 6, 6, 7, 8, 8, 9],
            *(-3.6623999853504, 10.998107106238663, 0.0037399362559005335),
            *(3.0, 0.011242651868798565),
        ),
        (
            [float(i) for i in range(30)],
            [i * 1.5 + 3 for i in range(35)],
            *(-4.582575694955841, 55.47778580175201, 2.6497745745059422e-05),
            *(247.5, 0.00026696490631501334),
        ),
    ],
)
def test_values_that_scipy_gives(
    first: list[float], second: list[float], t: float, freedom: float, p: float, u: float, p_ranks: float
) -> None:
    """SciPy 1.17: ttest_ind(equal_var=False) and mannwhitneyu, exact without ties, else with continuity correction."""
    means, ranks = welch(first, second), mann_whitney(first, second)
    assert means is not None
    assert ranks is not None
    assert (means.statistic, means.degrees, means.p) == pytest.approx((t, freedom, p), rel=1e-9)
    assert (ranks.statistic, ranks.p) == pytest.approx((u, p_ranks), rel=1e-9)


def test_one_value_on_a_side_and_no_spread_at_all() -> None:
    one = mann_whitney([7], [1, 2, 3, 4, 5])
    assert one is not None
    assert one.p == pytest.approx(1 / 3)
    level = mann_whitney([5] * 3, [6] * 4)
    assert level is not None
    assert level.p == pytest.approx(0.024744672046398936)
    assert mann_whitney([5.0], [5.0]) is None
    assert mann_whitney([], [1.0, 2.0]) is None
    # 1234.58 cannot be written in binary: the mean of 15 of them is not it
    assert math.fsum([1234.58] * 15) / 15 != 1234.58
    assert welch([1234.58] * 15, [1234.57] * 30) is None


def test_welch_needs_spread_and_two_values() -> None:
    assert welch([1], [2, 3]) is None
    assert welch([2, 2], [2, 2]) is None


def _brute_force(first: list[float], second: list[float]) -> float:
    """Share of all interleavings at least as extreme, both sides."""
    values = sorted([*first, *second])
    size, n, m = len(values), len(first), len(second)

    def won(chosen: tuple[int, ...]) -> int:
        return sum(1 for i in chosen for j in range(size) if j not in chosen and i > j)

    u = won(tuple(values.index(each) for each in first))
    low = min(u, n * m - u)
    every = [won(chosen) for chosen in itertools.combinations(range(size), n)]
    return min(1.0, 2 * sum(each <= low for each in every) / len(every))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 7.0, 8.0, 9.0, 10.0]),
        ([1.0, 2.0, 6.0], [3.0, 4.0, 5.0, 9.0]),
        ([1.1, 5.2, 3.3, 8.4], [2.5, 4.6, 7.7]),
        ([4.0], [1.0, 2.0, 3.0]),
    ],
)
def test_exact_mann_whitney_counts_all_arrangements(first: list[float], second: list[float]) -> None:
    found = mann_whitney(first, second)
    assert found is not None
    assert "精确" in found.name
    assert found.p == pytest.approx(_brute_force(first, second))


def test_exact_mann_whitney_meets_the_printed_table() -> None:
    # n = m = 5, U = 2: the two-sided 5 % point of the tables, P = 8/252.
    found = mann_whitney([1, 2, 3, 5, 6], [4, 7, 8, 9, 10])
    assert found is not None
    assert found.statistic == 2
    assert found.p == pytest.approx(8 / 252)


def test_ties_go_through_the_corrected_approximation() -> None:
    first, second = [1.0, 2.0, 2.0, 3.0], [2.0, 3.0, 4.0, 4.0]
    found = mann_whitney(first, second)
    assert found is not None
    # ranks 1, 3, 3, 5.5 -> U = 12.5 - 10 = 2.5; ties 24 + 6 + 6 = 36 over 8 values
    spread = math.sqrt(16 / 12 * (9 - 36 / 56))
    assert found.statistic == 2.5
    assert found.p == pytest.approx(math.erfc((8 - 2.5 - 0.5) / spread / math.sqrt(2)))
    assert mann_whitney([1, 1], [1, 1]) is None
    assert mann_whitney([], [1]) is None


@pytest.mark.parametrize("shift", [0.5, 3.5, 9.5, 15.5])
def test_approximation_is_close_to_exact(monkeypatch: pytest.MonkeyPatch, shift: float) -> None:
    first = [float(3 * k % 41) for k in range(20)]
    second = [float(3 * k % 41) + shift for k in range(20)]
    exact = mann_whitney(first, second)
    monkeypatch.setattr(statistics, "EXACT_UP_TO", 0)
    rough = mann_whitney(first, second)
    assert exact is not None
    assert rough is not None
    assert exact.name != rough.name
    assert rough.p == pytest.approx(exact.p, abs=0.004)


@given(
    st.lists(st.integers(-50, 50), min_size=2, max_size=12),
    st.lists(st.integers(-50, 50), min_size=2, max_size=12),
)
def test_both_tests_are_symmetric_and_give_probabilities(first: list[int], second: list[int]) -> None:
    for test in (welch, mann_whitney):
        one, other = test(first, second), test(second, first)
        assert (one is None) == (other is None)
        if one and other:
            assert one.p == pytest.approx(other.p, abs=1e-12)
            assert 0 <= one.p <= 1


def test_plain_figures() -> None:
    values = [Decimal(each) for each in (2, 4, 4, 4, 5, 5, 7, 9)]
    assert mean(values) == 5
    assert deviation(values) == (Decimal(32) / 7).sqrt()
    assert variation(values) == deviation(values) / 5
    assert median(values) == Decimal("4.5")
    assert percentile(values, Decimal("0.25")) == 4
    assert [mean([]), deviation([Decimal(1)]), median([])] == [Decimal(0)] * 3
