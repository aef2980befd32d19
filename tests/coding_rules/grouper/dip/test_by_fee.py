"""The nearest mean fee made ready for many cases equals asking for the nearest one case by case."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from coding_rules.grouper.dip.by_fee import NearestFee, split_chain

MEANS = st.one_of(st.none(), st.sampled_from(["10", "10.01", "10.015", "20", "20.5"]).map(Decimal))


def nearest(contenders: list[tuple[Decimal | None, int]], fee: int | None) -> int:
    def key(place: int) -> tuple[Decimal, int, int]:
        mean, after = contenders[place]
        far = Decimal("Infinity") if mean is None else abs(Decimal(fee or 0) / 100 - mean)
        return (Decimal(0) if fee is None else -far, after, -place)

    return max(range(len(contenders)), key=key)


@given(
    st.lists(st.tuples(MEANS, st.integers(0, 2)), min_size=1, max_size=6),
    st.one_of(st.none(), st.integers(900, 2200)),
)
def test_same_winner_as_one_by_one(contenders: list[tuple[Decimal | None, int]], fee: int | None) -> None:
    ready = NearestFee([(mean, (after,), place) for place, (mean, after) in enumerate(contenders)])
    assert ready.pick(fee) == nearest(contenders, fee)


def test_exactly_between_two_the_next_criterion_decides() -> None:
    contenders = [(Decimal(10), (1,), "low"), (Decimal(20), (2,), "high")]
    ready = NearestFee(contenders)
    assert [ready.pick(fee) for fee in (1499, 1500, 1501)] == ["low", "high", "high"]
    assert NearestFee([(Decimal(10), (2,), "low"), (Decimal(20), (1,), "high")]).pick(1500) == "low"


def test_the_chain_is_split_at_the_first_question_about_the_fee() -> None:
    assert split_chain(("layer", "fee_distance", "priority", "fee_distance")) == (
        ("layer",),
        True,
        ("priority",),
    )
    assert split_chain(("layer",)) == (("layer",), False, ())
