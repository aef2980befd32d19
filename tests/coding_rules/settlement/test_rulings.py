"""What the bureau ruled on single cases changes their settlement, and every figure of it can be reckoned from its numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from coding_rules.grouper.grouping import Grouping, System
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.amount import Settler
from coding_rules.settlement.profile import SHIPPED, RegionProfile, load_profile
from coding_rules.settlement.rules import (
    BandRules,
    ClearingRules,
    HighStep,
    MoneyRules,
    PointPrice,
    ReviewPay,
)
from coding_rules.settlement.rulings import Outcome, Ruling, Rulings
from coding_rules.settlement.settlement import Settlement
from tests.formulas import check

DAY = date(2025, 3, 9)
GROUP = Grouping(System.DIP, "目录", "K35.3:47.0100", kind="核心", points=Decimal(1000), mean_fee=500_000)
CASE = GrouperInput(
    "A7", total_fee=2_000_000, self_paid_fee=500_000, insurance="1", discharged=DAY, procedures=("47.0100",)
)
PROFILE = RegionProfile(
    "p",
    "本地",
    bands=BandRules(low=Decimal("0.5"), high=(HighStep(Decimal(2)),)),
    money=MoneyRules(prices=(PointPrice(Decimal(6)),), hospital_factor=Decimal(1)),
)


def settled(*rulings: Ruling, profile: RegionProfile = PROFILE, case: GrouperInput = CASE) -> Settlement:
    found = Settler(profile, rulings=Rulings(rulings)).settle(GROUP, case)
    assert check(found.figures) >= 3
    return found


def ruling(outcome: Outcome | None, **more: Decimal | int | str | None) -> Ruling:
    return replace(Ruling("DIP", "A7", DAY, outcome, source="通知.xlsx 第 3 行"), **more)  # type: ignore[arg-type]


def figure(found: Settlement, label: str) -> tuple[str, str]:
    return next((each.value, each.formula) for each in found.figures if each.label == label)


def test_without_a_ruling_the_case_is_paid_as_its_group() -> None:
    assert (settled().amount, settled().regular, settled().ruling) == (600_000, 600_000, None)
    other_day = settled(replace(ruling(Outcome.BY_FEE), discharged=date(2025, 4, 1)))
    other_system = settled(replace(ruling(Outcome.BY_FEE), system="DRG"))
    assert other_day.amount == other_system.amount == 600_000


def test_paid_by_fee_what_was_judged_unreasonable_taken_off() -> None:
    found = settled(ruling(Outcome.BY_FEE), case=replace(CASE, unreasonable_fee=100_000))
    assert (found.amount, found.regular, found.profit) == (1_900_000, 600_000, -100_000)
    assert figure(found, "核定后金额") == (
        "19,000.00 元",
        "按项目付费：总费用 20,000.00 − 不合理 1,000.00 = 19,000.00 元",
    )
    assert found.points == Decimal("3166.666667")
    assert figure(found, "核定分值")[1].endswith("19,000.00 ÷ 6 = 3,166.666667")
    assert next(each.source for each in found.figures if each.label == "核定后金额") == "通知.xlsx 第 3 行"


def test_adjusted_points_and_adjusted_amount() -> None:
    points = settled(ruling(Outcome.POINTS, points=Decimal(2500)))
    assert (points.points, points.amount, points.profit) == (Decimal(2500), 1_500_000, -500_000)
    assert figure(points, "核定后金额")[1] == "2,500 × 6 = 15,000.00 元"
    amount = settled(ruling(Outcome.AMOUNT, amount=1_800_000))
    assert (amount.amount, amount.points) == (1_800_000, Decimal(3000))


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.PENDING])
def test_refused_and_pending_cases_stay_as_they_are_and_say_so(outcome: Outcome) -> None:
    found = settled(ruling(outcome))
    assert (found.amount, found.points) == (600_000, Decimal(1000))
    assert figure(found, "特例单议")[0] == outcome.value
    assert found.ruling is not None


def test_a_region_may_pay_the_amount_beside_the_points() -> None:
    apart = replace(PROFILE, clearing=ClearingRules(special_review_pay=ReviewPay.APART))
    found = settled(ruling(Outcome.BY_FEE), profile=apart)
    assert (found.points, found.amount, found.apart) == (None, 2_000_000, True)
    assert figure(found, "核定分值") == ("—", "核定的金额另付，不计入总分值")
    by_points = settled(ruling(Outcome.POINTS, points=Decimal(2500)), profile=apart)
    assert (by_points.points, by_points.apart) == (Decimal(2500), False)


def test_extra_points_come_on_top_of_bands_and_factors() -> None:
    region = replace(
        PROFILE,
        money=replace(PROFILE.money, hospital_factor=Decimal("1.2"), extra_points={"47.0100": Decimal(30)}),
    )
    twice = replace(CASE, total_fee=500_000, procedures=("47.0100", "47.0100", "54.2100"))
    granted = ruling(None, extra=Decimal("12.5"), extra_for="国谈药")
    found = settled(granted, profile=region, case=twice)
    assert (found.points, found.amount, found.extra) == (Decimal("1242.5"), 745_500, Decimal("42.5"))
    assert figure(found, "加成后分值")[1] == "1,200 + 加成 30（47.0100） + 12.5（国谈药） = 1,242.5"
    approved = settled(
        replace(granted, outcome=Outcome.POINTS, points=Decimal(2000)), profile=region, case=twice
    )
    assert (approved.points, approved.regular) == (Decimal(2000), 745_500)


def test_without_a_point_value_only_an_amount_can_be_had() -> None:
    bare = replace(PROFILE, money=MoneyRules(extra_points={"47.0100": Decimal(30)}))
    assert settled(ruling(Outcome.BY_FEE), profile=bare).amount == 2_000_000
    points = settled(ruling(Outcome.POINTS, points=Decimal(2500)), profile=bare)
    assert (points.points, points.amount) == (Decimal(2500), None)
    assert settled(profile=bare).points == Decimal(1030)


def test_without_a_fee_nothing_can_be_paid_by_fee() -> None:
    found = Settler(PROFILE, rulings=Rulings([ruling(Outcome.BY_FEE)])).settle(
        GROUP, replace(CASE, total_fee=None)
    )
    assert found.amount == 600_000
    assert "没有总费用，暂按正常结算" in found.missing


@pytest.mark.parametrize("name", SHIPPED)
def test_every_formula_of_a_ruling_can_be_reckoned(name: str) -> None:
    """Under every shipped profile, with any outcome, extra points and fees: each figure follows from the numbers shown."""
    dice, shipped = Random(11), load_profile(name)
    money = replace(
        shipped.money,
        prices=(PointPrice(Decimal("6.0317")), PointPrice(Decimal("5.9"), "居民")),
        hospital_factor=Decimal("1.0375"),
        extra_points={"47.0100": Decimal("30.25")},
    )
    for _ in range(120):
        pay = dice.choice(list(ReviewPay))
        profile = replace(shipped, money=money, clearing=replace(shipped.clearing, special_review_pay=pay))
        system = System(shipped.system)
        group = replace(GROUP, system=system, weight=Decimal(dice.randrange(1, 99999)) / 10**4)
        one = Ruling(
            system.value,
            "A7",
            DAY,
            dice.choice([None, *Outcome]),
            Decimal(dice.randrange(10**10)) / 10**6,
            dice.randrange(10**8),
            dice.choice([None, Decimal(dice.randrange(1, 10**8)) / 10**6]),
        )
        case = replace(
            CASE,
            total_fee=dice.randrange(20_000, 9_000_000),
            unreasonable_fee=dice.choice([0, 12_345]),
            insurance=dice.choice("12"),
        )
        found = Settler(profile, rulings=Rulings([one])).settle(group, case)
        assert check(found.figures) >= 3
        assert found.profit == (found.amount or 0) - (case.total_fee or 0)


def test_an_incomplete_ruling_is_said_not_guessed() -> None:
    found = Settler(PROFILE, rulings=Rulings([ruling(Outcome.AMOUNT)])).settle(GROUP, CASE)
    assert (found.amount, "没有填核定金额" in found.missing) == (600_000, True)


def test_an_ungrouped_case_can_be_approved_too() -> None:
    found = Settler(PROFILE, rulings=Rulings([ruling(Outcome.AMOUNT, amount=900_000)])).settle(
        Grouping(System.DIP, "目录", "", reason="…"), CASE
    )
    assert (found.regular, found.amount, found.points) == (None, 900_000, Decimal(1500))


def test_rulings_are_found_by_number_and_day() -> None:
    dated, undated = ruling(Outcome.BY_FEE), replace(ruling(Outcome.PENDING), discharged=None)
    known = Rulings([undated, dated])
    assert known.of("DIP", ("A7",), DAY) is dated
    assert known.of("DIP", ("A7/2", "A7"), date(2025, 5, 1)) is undated
    assert known.of("DRG", ("A7",), DAY) is None
    again = known.put([replace(dated, outcome=Outcome.REFUSED)])
    assert (len(again), again.differ(known), known.differ(known)) == (2, frozenset({"A7"}), frozenset())
    assert len(again.without([dated.key])) == 1


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (Ruling("DIP", ""), "没有病案号"),
        (Ruling("DIP", "1"), "没有结论"),
        (Ruling("DIP", "1", outcome=Outcome.POINTS), "没有填核定分值"),
        (Ruling("DIP", "1", extra=Decimal(-1)), "不能是负数"),
        (Ruling("DIP", "1", outcome=Outcome.AMOUNT, amount=0), ""),
    ],
)
def test_what_a_ruling_lacks(row: Ruling, problem: str) -> None:
    assert problem in row.problem
    assert bool(problem) == bool(row.problem)
