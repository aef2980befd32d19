from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from coding_rules.grouper.grouping import Grouping, System, TableRate
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.amount import NO_PRICE, Circumstances, Settler
from coding_rules.settlement.profile import RegionProfile, load_profile, shipped_profiles
from coding_rules.settlement.rules import FundBasis, HighStep, LowShape, PointPrice, Standard
from coding_rules.settlement.settlement import Band
from tests.formulas import check


def dip(
    points: str | None, mean: int | None = None, kind: str = "核心", group: str = "K35.3:47.0100"
) -> Grouping:
    return Grouping(
        System.DIP, "目录", group, kind=kind, points=Decimal(points) if points else None, mean_fee=mean
    )


def priced(profile: RegionProfile, *prices: PointPrice, factor: str | None = "1") -> RegionProfile:
    value = Decimal(factor) if factor else None
    return replace(profile, money=replace(profile.money, prices=prices, hospital_factor=value))


PRICES = (PointPrice(Decimal("92.5"), "居民"), PointPrice(Decimal("105.0"), "职工"))


@pytest.mark.parametrize(("insurance", "amount"), [("2", 3564560), ("1", 4046258)])
def test_published_example_of_points_times_point_value(insurance: str, amount: int) -> None:
    settler = Settler(priced(load_profile("national_platform"), *PRICES))
    settled = settler.settle(
        dip("385.35787", 3_000_000), GrouperInput(total_fee=3_000_000, insurance=insurance)
    )
    assert settled.amount == amount
    assert settled.profit == amount - 3_000_000
    assert settled.band is Band.NORMAL


def test_without_point_value_there_are_points_but_no_amount() -> None:
    settled = Settler(load_profile("national_platform")).settle(
        dip("100", 100_000), GrouperInput(total_fee=100_000)
    )
    assert settled.points == 100
    assert (settled.amount, settled.profit) == (None, None)
    assert NO_PRICE in settled.missing


def test_every_shipped_profile_but_the_demos_leaves_the_point_value_open() -> None:
    for profile in shipped_profiles():
        assert bool(profile.money.prices) is profile.demo


@pytest.mark.parametrize(
    ("fee", "unreasonable", "factor", "points", "band"),
    [
        (2_500_000, 100_000, "1.4", "3600", Band.HIGH),
        (2_200_000, 100_000, "1.4", "3000", Band.HIGH),
        (350_000, 0, "1.4", "700", Band.LOW),
        (1_000_000, 0, "1.4", "2800", Band.NORMAL),
    ],
)
def test_weihai_worked_examples(fee: int, unreasonable: int, factor: str, points: str, band: Band) -> None:
    profile = priced(load_profile("weihai_points_drg"), PointPrice(Decimal(5)), factor=factor)
    drg = Grouping(System.DRG, "方案", "FR21", points=Decimal(2000), mean_fee=1_000_000)
    settled = Settler(profile).settle(
        drg, GrouperInput(total_fee=fee), Circumstances(unreasonable=unreasonable)
    )
    assert (settled.points, settled.band) == (Decimal(points), band)
    assert settled.amount == int(Decimal(points) * 500)


def test_the_fourth_example_of_weihai_as_its_factors_multiply() -> None:
    """Printed as 2,502.56; 0.25 × 135.5889 × 0.98 × 75 is 2,491.45."""
    weihai = load_profile("weihai_points_drg")
    bands = replace(weihai.bands, low_shape=LowShape.RATIO_FACTOR)
    profile = priced(replace(weihai, bands=bands), PointPrice(Decimal(75)), factor="0.98")
    drg = Grouping(System.DRG, "方案", "FR21", points=Decimal("135.5889"), mean_fee=1_000_000)
    settled = Settler(profile).settle(drg, GrouperInput(total_fee=250_000))
    assert (settled.band, settled.amount) == (Band.LOW, 249_145)


@pytest.mark.parametrize(
    ("points", "fee", "band"),
    [("999", 2_900_000, Band.NORMAL), ("1000", 2_900_000, Band.HIGH), ("2500", 1_600_000, Band.HIGH)],
)
def test_weihai_threshold_depends_on_points(points: str, fee: int, band: Band) -> None:
    drg = Grouping(System.DRG, "方案", "FR21", points=Decimal(points), mean_fee=1_000_000)
    assert Settler(load_profile("weihai_points_drg")).settle(drg, GrouperInput(total_fee=fee)).band is band


@pytest.mark.parametrize(
    ("name", "fee", "points", "band"),
    [
        # r = 2.5, k = 1.2, s = 1000
        ("hubei", 2_500_000, "1800", Band.HIGH),  # (2.5 - 2 + 1) x 1.2
        ("hubei", 2_000_000, "1200", Band.HIGH),  # the threshold itself belongs to the band
        ("hubei", 400_000, "480", Band.LOW),
        ("shandong", 2_500_000, "1700", Band.HIGH),  # 2.5 - 2 + 1.2
        ("shandong", 400_000, "400", Band.LOW),  # no hospital factor
        ("shandong", 5_100_000, "1200", Band.EXTREME),
        ("national_default", 5_100_000, "1200", Band.EXTREME),
    ],
)
def test_shapes_of_high_and_low(name: str, fee: int, points: str, band: Band) -> None:
    profile = priced(load_profile(name), PointPrice(Decimal(10)), factor="1.2")
    settled = Settler(profile).settle(dip("1000", 1_000_000), GrouperInput(total_fee=fee))
    assert (settled.points, settled.band) == (Decimal(points), band)


def test_shandong_shape_equals_added_shape() -> None:
    r, t, k, s = Decimal("2.7"), Decimal(2), Decimal("1.13"), Decimal("873.21")
    assert (r - t + k) * s == s * k + (r - t) * s


@pytest.mark.parametrize(
    ("insurance", "kind", "standard", "band"),
    [
        ("1", "核心", "6,000.00 元", Band.NORMAL),
        ("2", "核心", "5,000.00 元", Band.HIGH),
        ("1", "基层", "4,500.00 元", Band.HIGH),
        ("9", "核心", "5,500.00 元", Band.NORMAL),
    ],
)
def test_the_mean_fee_may_follow_from_points_by_insurance(
    insurance: str, kind: str, standard: str, band: Band
) -> None:
    """As the Hubei cities of the public implementation have it: points × 均费调整系数 of the insurance, 基层 with its own."""
    hubei = priced(load_profile("hubei"), PointPrice(Decimal(5)), factor="1.2")
    money = replace(
        hubei.money,
        fee_per_point={"职工": Decimal(6), "居民": Decimal(5), "": Decimal("5.5")},
        basic_fee_per_point={"职工": Decimal("4.5")},
    )
    profile = replace(hubei, money=money, bands=replace(hubei.bands, standard=Standard.POINTS))
    assert not profile.verify()
    settled = Settler(profile).settle(
        dip("1000", kind=kind), GrouperInput(total_fee=1_050_000, insurance=insurance)
    )
    assert {each.label: each.value for each in settled.figures}["费用标准"] == standard
    assert settled.band is band
    assert check(settled.figures) >= 3
    bare = replace(profile, money=replace(money, fee_per_point={"居民": Decimal(5)}))
    lacking = Settler(bare).settle(dip("1000"), GrouperInput(total_fee=1_050_000, insurance="1"))
    assert (lacking.band, "均费折算系数" in lacking.missing) == (Band.UNKNOWN, True)
    assert "fee_per_point" in " ".join(replace(bare, money=replace(money, fee_per_point={})).verify())


def test_basic_groups_carry_no_hospital_factor() -> None:
    profile = priced(load_profile("national_platform"), PointPrice(Decimal(10)), factor="1.3")
    assert (
        Settler(profile).settle(dip("100", 100_000, kind="基层"), GrouperInput(total_fee=100_000)).points
        == 100
    )


def test_blank_group_of_jining() -> None:
    profile = priced(load_profile("shandong"), PointPrice(Decimal(10)), factor="1.3")
    settled = Settler(profile).settle(dip("1000", 1_000_000, group="KBBZ"), GrouperInput(total_fee=500_000))
    assert settled.points == Decimal("350.0")  # 1000 x 0.5 x 0.7, neither k nor f


def test_national_3_pays_very_low_fees_as_charged() -> None:
    profile = priced(load_profile("national_3_0"), PointPrice(Decimal(10)))
    settled = Settler(profile).settle(dip("1000"), GrouperInput(total_fee=400_000))
    assert (settled.band, settled.amount, settled.profit) == (Band.LOW, 400_000, 0)


def test_figures_carry_the_numbers() -> None:
    profile = priced(load_profile("hubei"), PointPrice(Decimal(10)), factor="1.2")
    settled = Settler(profile).settle(dip("1000", 1_000_000), GrouperInput(total_fee=2_500_000))
    shown = {figure.label: figure.formula for figure in settled.figures}
    assert shown["倍率"] == "25,000.00 ÷ 10,000.00 = 2.5"
    assert shown["结算分值"] == "(25,000.00 ÷ 10,000.00 − 2 + 1) × 1,000 × 1.2 = 1,800"
    assert "1,800 × 点值 10 = 18,000.00 元" in shown["金额"]
    assert all(figure.source for figure in settled.figures if figure.label != "盈亏")


def test_missing_things_are_named_and_never_zero() -> None:
    settler = Settler(load_profile("demo"))
    assert "没有分值" in settler.settle(dip(None), GrouperInput(total_fee=1)).missing
    no_fee = settler.settle(dip("100", 100_000), GrouperInput())
    assert no_fee.amount == 58_000
    assert no_fee.profit is None
    assert "没有总费用" in no_fee.missing
    ungrouped = settler.settle(Grouping(System.DIP, "目录", "", reason="…"), GrouperInput(total_fee=100))
    assert (ungrouped.band, ungrouped.amount) == (Band.UNGROUPED, None)
    assert "未入组" in ungrouped.missing


def test_drg_by_weight_and_rate() -> None:
    drg = Grouping(System.DRG, "方案", "FR21", weight=Decimal("1.25"))
    settled = Settler(load_profile("demo_drg")).settle(drg, GrouperInput(total_fee=900_000, insurance="1"))
    assert settled.amount == 950_000
    assert settled.demo
    none = Settler(load_profile("demo_drg")).settle(replace(drg, weight=None), GrouperInput(total_fee=1))
    assert "无权重数据" in none.missing


def test_price_of_the_month_and_region_beats_the_general_one() -> None:
    profile = priced(
        load_profile("national_platform"),
        PointPrice(Decimal(10), "职工"),
        PointPrice(Decimal(11), "职工", month="2025-03"),
        PointPrice(Decimal(12), "职工", month="2025-03", region="省内异地"),
    )
    settler = Settler(profile)
    filed = GrouperInput(total_fee=100_000, insurance="01")
    assert settler.settle(dip("100", 100_000), filed).amount == 100_000
    assert settler.settle(dip("100", 100_000), filed, Circumstances("2025-03")).amount == 110_000
    assert settler.settle(dip("100", 100_000), filed, Circumstances("2025-03", "省内异地")).amount == 120_000
    assert "居民" in settler.settle(dip("100", 100_000), replace(filed, insurance="2")).missing


def with_fund(basis: FundBasis, **shares: str) -> RegionProfile:
    profile = priced(load_profile("national_platform"), PointPrice(Decimal(10)))
    rates = {insurance: Decimal(rate) for insurance, rate in shares.items()}
    return replace(profile, money=replace(profile.money, fund_basis=basis, fund_share=rates))


def test_fund_by_deducting_what_the_patient_paid() -> None:
    filed = GrouperInput(total_fee=900_000, self_paid_fee=300_000, insurance="1")
    settled = Settler(with_fund(FundBasis.DEDUCT)).settle(dip("1000", 1_000_000), filed)
    assert (settled.amount, settled.fund, settled.fund_profit) == (1_000_000, 700_000, 100_000)
    assert settled.profit == settled.fund_profit


def test_fund_by_share_of_the_amount() -> None:
    filed = GrouperInput(total_fee=900_000, self_paid_fee=300_000, insurance="1")
    settled = Settler(with_fund(FundBasis.SHARE, 职工="0.7")).settle(dip("1000", 1_000_000), filed)
    assert (settled.fund, settled.fund_profit) == (700_000, 100_000)
    figures = {figure.label: figure.formula for figure in settled.figures}
    assert figures["医保应付"] == "10,000.00 × 基金支付比例 0.7 = 7,000.00 元"
    assert figures["统筹记账"] == "总费用 9,000.00 − 自付 3,000.00 = 6,000.00 元"
    assert figures["统筹盈亏"] == "7,000.00 − 统筹记账 6,000.00 = 1,000.00 元"


def test_fund_needs_its_parameters() -> None:
    filed = GrouperInput(total_fee=900_000, self_paid_fee=300_000, insurance="1")
    assert "基金支付比例" in Settler(with_fund(FundBasis.SHARE)).settle(dip("1000", 1_000_000), filed).missing
    unfiled = replace(filed, self_paid_fee=None)
    assert "自付金额" in Settler(with_fund(FundBasis.DEDUCT)).settle(dip("1000", 1_000_000), unfiled).missing
    assert Settler(with_fund(FundBasis.UNSET)).settle(dip("1000", 1_000_000), filed).fund is None


def test_month_follows_from_the_day_of_discharge() -> None:
    profile = priced(
        load_profile("national_platform"), PointPrice(Decimal(10)), PointPrice(Decimal(11), month="2025-03")
    )
    filed = GrouperInput(total_fee=100_000, discharged=date(2025, 3, 31))
    assert Settler(profile).settle(dip("100", 100_000), filed).amount == 110_000
    assert (
        Settler(profile).settle(dip("100", 100_000), replace(filed, discharged=date(2025, 4, 1))).amount
        == 100_000
    )


def test_xiaogan_pays_fees_where_a_group_has_no_points_to_give() -> None:
    profile = priced(load_profile("hubei"), PointPrice(Decimal(10)))
    profile = replace(profile, bands=replace(profile.bands, zero_points_pay_fee=True))
    settled = Settler(profile).settle(dip("100", 1_000_000), GrouperInput(total_fee=700_000))
    assert settled.amount == 100_000
    zero = Settler(profile).settle(
        replace(dip("1", 1_000_000), points=Decimal(0)), GrouperInput(total_fee=700_000)
    )
    assert (zero.amount, zero.profit) == (700_000, 0)


def test_weihai_ungrouped_cases_by_their_share_of_the_mean_fee() -> None:
    profile = priced(load_profile("weihai_points_drg"), PointPrice(Decimal(10)))
    profile = replace(profile, money=replace(profile.money, region_mean=Decimal(10_000)))
    nothing = Grouping(System.DRG, "方案", "", reason="…")
    settled = Settler(profile).settle(nothing, GrouperInput(total_fee=500_000))
    assert settled.points == 300  # 5,000 / 10,000 x 1000 x 60 %
    assert settled.amount == 300_000
    assert "× 0.6 = 300" in settled.figures[0].formula


def test_bands_of_the_published_display_example() -> None:
    profile = priced(load_profile("national_platform"), PointPrice(Decimal(100)))
    bands = replace(
        profile.bands, standard=Standard.PAYMENT, high=(HighStep(Decimal("1.1")),), extreme=Decimal(2)
    )
    settler = Settler(replace(profile, bands=bands))
    found = [settler.settle(dip("1"), GrouperInput(total_fee=fee * 100)).band for fee in (30, 80, 150, 250)]
    assert found == [Band.LOW, Band.NORMAL, Band.HIGH, Band.EXTREME]


def test_a_table_with_weights_and_points_is_read_by_what_the_region_pays_by() -> None:
    both = Grouping(
        System.DRG, "方案", "FR21", weight=Decimal("1.25"), points=Decimal(130), mean_fee=1_000_000
    )
    by_weight = Settler(load_profile("demo_drg")).settle(both, GrouperInput(total_fee=900_000, insurance="1"))
    assert (by_weight.points, by_weight.amount) == (Decimal("1.25"), 950_000)
    by_points = Settler(priced(load_profile("weihai_points_drg"), PointPrice(Decimal(80))))
    settled = by_points.settle(both, GrouperInput(total_fee=900_000))
    assert (settled.points, settled.amount) == (Decimal(130), 1_040_000)
    assert "结算点数" in {figure.label for figure in settled.figures}


def test_drg_points_follow_from_weights_where_the_region_says_how() -> None:
    profile = priced(load_profile("weihai_points_drg"), PointPrice(Decimal(80)))
    profile = replace(profile, money=replace(profile.money, points_per_weight=Decimal(100)))
    drg = Grouping(System.DRG, "方案", "FR21", weight=Decimal("1.25"), mean_fee=1_000_000)
    settled = Settler(profile).settle(drg, GrouperInput(total_fee=900_000))
    assert (settled.points, settled.amount) == (Decimal(125), 1_000_000)
    assert "1.25 × 100 = 125" in {figure.formula for figure in settled.figures}


def with_factors(**factors: str) -> Settler:
    profile = priced(load_profile("national_platform"), PointPrice(Decimal(10)), factor="1.1")
    money = replace(
        profile.money,
        institution_factors={name: Decimal(value) for name, value in factors.items()},
        group_factors={"E11.9": Decimal("0.9")},
    )
    return Settler(replace(profile, money=money))


@pytest.mark.parametrize(
    ("group", "kind", "institutions", "points"),
    [
        ("E11.9", "核心", ("A1", "东院"), 90),  # the group's own factor goes first
        ("K35.3", "基层", ("A1", "东院"), 100),
        ("K35.3", "核心", ("A1", "东院"), 130),  # by code
        ("K35.3", "核心", ("A2", "西院"), 120),  # by name
        ("K35.3", "核心", (), 80),  # by insurance
    ],
)
def test_whose_hospital_factor_holds(
    group: str, kind: str, institutions: tuple[str, ...], points: int
) -> None:
    settler = with_factors(A1="1.3", 西院="1.2", 职工="0.8")
    filed = GrouperInput(total_fee=100_000, insurance="1", institutions=institutions)
    assert settler.settle(dip("100", 100_000, kind, group), filed).points == points
    other = replace(filed, insurance="2", institutions=("A3",))
    assert settler.settle(dip("100", 100_000), other).points == 110


def test_the_region_of_the_insured_decides_the_price() -> None:
    profile = priced(
        load_profile("national_platform"), PointPrice(Decimal(10)), PointPrice(Decimal(12), region="410500")
    )
    here, there = GrouperInput(total_fee=100_000), GrouperInput(total_fee=100_000, region="410500")
    assert [Settler(profile).settle(dip("100", 100_000), each).amount for each in (here, there)] == [
        100_000,
        120_000,
    ]


def test_what_is_paid_as_charged_counts_the_points_it_is_worth() -> None:
    profile = priced(load_profile("national_3_0"), PointPrice(Decimal("7.3")))
    settled = Settler(profile).settle(dip("1000"), GrouperInput(total_fee=123_457))
    assert (settled.band, settled.amount) == (Band.LOW, 123_457)
    assert settled.points == Decimal("169.119178")
    check(settled.figures)


FEES = (1, 99_999, 123_457, 500_000, 1_234_567, 2_000_001, 3_333_333, 9_876_543)


@pytest.mark.parametrize("name", [profile.profile_id for profile in shipped_profiles()])
def test_every_formula_can_be_reckoned_from_the_numbers_in_it(name: str) -> None:
    profile = priced(load_profile(name), PointPrice(Decimal("5.7381")), factor="1.0437")
    money = replace(
        profile.money,
        fund_basis=FundBasis.SHARE,
        fund_share={"": Decimal("0.7213")},
        region_mean=Decimal(5718),
    )
    settler = Settler(replace(profile, money=money))
    system = System(profile.system)
    checked = 0
    for fee in FEES:
        for points, weight, group in (
            ("1484.833425", "1.2345", "K35.3"),
            ("2600.1", "3.1", "KBBZ"),
            (None, None, ""),
        ):
            grouping = Grouping(
                system,
                "目录",
                group,
                points=Decimal(points) if points else None,
                weight=Decimal(weight) if weight else None,
                mean_fee=849_123,
            )
            settled = settler.settle(
                grouping,
                GrouperInput(total_fee=fee, self_paid_fee=fee // 3),
                Circumstances(unreasonable=fee // 10),
            )
            checked += check(settled.figures)
    assert checked > 30


def test_long_stays_and_unstable_groups_of_weihai_get_points_by_their_fee() -> None:
    profile = priced(load_profile("weihai_points_drg"), PointPrice(Decimal(10)), factor="1.4")
    profile = replace(
        profile,
        money=replace(profile.money, region_mean=Decimal(10_000)),
        bands=replace(profile.bands, fee_share_groups=frozenset({"XX99"})),
    )
    drg = Grouping(System.DRG, "方案", "FR21", points=Decimal(2000), mean_fee=1_000_000)
    filed = GrouperInput(total_fee=5_000_000, los=61, unreasonable_fee=500_000)
    settled = Settler(profile).settle(drg, filed)
    assert (settled.points, settled.amount, settled.band) == (Decimal(4500), 4_500_000, Band.NORMAL)
    assert "住院 61 天，超过 60 天" in settled.figures[0].formula
    assert check(settled.figures) >= 3
    assert Settler(profile).settle(drg, replace(filed, los=60)).band is Band.HIGH
    unstable = Settler(profile).settle(replace(drg, group="XX99"), replace(filed, los=5))
    assert unstable.points == 4500
    lacking = replace(profile, money=replace(profile.money, region_mean=None))
    assert "全部病例均费" in Settler(lacking).settle(drg, filed).missing


def test_what_the_bureau_took_off_is_read_from_the_case() -> None:
    profile = priced(load_profile("weihai_points_drg"), PointPrice(Decimal(5)), factor="1.4")
    drg = Grouping(System.DRG, "方案", "FR21", points=Decimal(2000), mean_fee=1_000_000)
    settled = Settler(profile).settle(drg, GrouperInput(total_fee=2_500_000, unreasonable_fee=100_000))
    assert settled.points == 3600  # the worked example: 2800 + 800


RATED = Grouping(
    System.DRG,
    "方案",
    "FR21",
    weight=Decimal("1.5"),
    rates=(
        TableRate(Decimal(9000), "", "权重.csv 第 2 行"),
        TableRate(Decimal(8000), "居民", "权重.csv 第 2 行"),
    ),
)


@pytest.mark.parametrize(("insurance", "amount"), [("1", 1_350_000), ("2", 1_200_000), ("", 1_350_000)])
def test_the_rate_of_the_weight_table_pays_where_the_profile_has_none(insurance: str, amount: int) -> None:
    profile = replace(load_profile("demo_drg"), demo=False)
    settled = Settler(priced(profile)).settle(RATED, GrouperInput(total_fee=1_000_000, insurance=insurance))
    assert settled.amount == amount
    (figure,) = [figure for figure in settled.figures if figure.label == "金额"]
    assert figure.source == "权重.csv 第 2 行"
    check(settled.figures)


def test_the_rate_of_the_profile_goes_first_unless_it_is_invented() -> None:
    demo = load_profile("demo_drg")
    own = priced(replace(demo, demo=False), PointPrice(Decimal(7000)))
    case = GrouperInput(total_fee=1_000_000, insurance="1")
    assert Settler(own).settle(RATED, case).amount == 1_050_000
    assert Settler(priced(own, PointPrice(Decimal(7000), "居民"))).settle(RATED, case).amount == 1_350_000
    assert Settler(priced(demo, PointPrice(Decimal(7000)))).settle(RATED, case).amount == 1_350_000


def test_a_rate_for_a_weight_pays_no_points() -> None:
    profile = load_profile("weihai_points_drg")
    settled = Settler(priced(profile)).settle(
        replace(RATED, points=Decimal(150)), GrouperInput(total_fee=1_000_000, insurance="1")
    )
    assert settled.amount is None
    assert NO_PRICE in settled.missing
