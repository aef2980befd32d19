"""A budget tried out by each way to a point value, split by insurance to the 分, and handed to the year's clearing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from app.dip.budget import base_price, budget_line, try_budgets, with_price
from app.dip.clearing import annual_lines
from coding_rules.settlement.point_price import Budget
from coding_rules.settlement.profile import RegionProfile
from coding_rules.settlement.rules import PointPrice, PriceWay
from tests.app.dip.pages import DEMO
from tests.app.dip.test_clearing import RESIDENT, STAFF
from tests.formulas import check

D = Decimal
BUDGET = Budget(D(9_000_000), D("0.75"), D(2_000_000))


def by(way: PriceWay, share: Decimal | None = None) -> RegionProfile:
    return replace(DEMO, money=replace(DEMO.money, price_way=way, base_share=share))


def test_budgets_above_and_below() -> None:
    trials = try_budgets(BUDGET, [STAFF], DEMO).rows
    whole = next(trial for trial in trials if trial.share == 1)
    assert whole.price.value == 6
    assert whole.outcome.profit == -1_000_000  # 分: 10000 × 6 − 70000
    assert trials[0].price.value < whole.price.value < trials[-1].price.value
    assert "还没有填" in try_budgets(Budget(D(1), D(0), D(1)), [STAFF], DEMO).problem


def test_a_fixed_value_does_not_move_an_elastic_one_moves_in_part() -> None:
    fixed = try_budgets(BUDGET, [STAFF], by(PriceWay.FIXED)).rows
    assert {trial.price.value for trial in fixed} == {D("6.2")}
    elastic = try_budgets(BUDGET, [STAFF], by(PriceWay.ELASTIC, D("0.8"))).rows
    whole = next(trial for trial in elastic if trial.share == 1)
    assert whole.price.value == D("6.16")  # 6.2 × 0.8 + 6 × 0.2
    assert elastic[0].price.value == D("6.2") * D("0.8") + D("5.4") * D("0.2")
    for trial in (*fixed, *elastic):
        assert check([*trial.outcome.figures, trial.split]) == 4
    assert "基准 6.2 × 0.8 + 增量" in whole.outcome.figures[0].formula


def test_a_base_that_is_not_one_is_asked_for() -> None:
    both = [STAFF, RESIDENT]
    assert base_price(both, DEMO) is None
    assert "选一个险种" in try_budgets(BUDGET, both, by(PriceWay.FIXED)).problem
    assert "基准份额缺失" in try_budgets(BUDGET, [STAFF], by(PriceWay.ELASTIC)).problem
    same = replace(DEMO, money=replace(DEMO.money, prices=(PointPrice(D(5)),)))
    assert base_price(both, same) == 5


def test_a_budgets_share_of_the_hospital_splits_by_insurance_to_the_cent() -> None:
    pools = [STAFF, replace(RESIDENT, apart=D("1234.56")), replace(STAFF, insurance="07", counted=False)]
    for trial in try_budgets(Budget(D("9000001.37"), D("0.73"), D("2000000.7")), pools, DEMO).rows:
        assert [name for name, _ in trial.parts] == ["职工", "居民"]
        assert sum(fen for _, fen in trial.parts) == trial.outcome.amount
        assert "特例单议另付 1,234.56" in trial.outcome.figures[1].formula
        assert check([*trial.outcome.figures, trial.split]) == 4


def test_a_reckoned_value_goes_into_the_year_with_its_formula() -> None:
    trial = try_budgets(BUDGET, [STAFF], by(PriceWay.ELASTIC, D("0.7"))).rows[3]
    staff, resident = with_price([STAFF, RESIDENT], [STAFF.key], trial.price)
    assert (staff.price, resident.price, resident.price_from) == (D("6.14"), RESIDENT.price, None)
    figures = [line.figure for line in annual_lines([staff, resident], DEMO)]
    assert figures[0].label == "职工结算点值"
    assert figures[0].formula == "基准 6.2 × 0.7 + 增量 9,000,000.00 ÷ 0.75 ÷ 2,000,000 × 0.3 = 6.14"
    assert check(figures) >= 8


def test_forecast_by_past_years() -> None:
    assert budget_line([(D(60), D(10)), (D(70), D(10))]).value == "6.7778 元"
    assert budget_line([]).value == "—"
    assert budget_line([(D(1), D(0))]).value == "—"
