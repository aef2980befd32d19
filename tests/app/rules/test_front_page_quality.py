"""Score and indicators of a month: sums that agree with their parts, a table that can be edited and comes back."""

from dataclasses import replace
from decimal import Decimal

import pytest

from app.errors import UserError
from app.paths import data_dir
from app.rules.front_page_indicators import FORMULAS, breakdown, overview, records, told
from app.rules.front_page_score import (
    FILE_NAME,
    CaseScore,
    load_score_table,
    losses,
    reasons,
    save_score_table,
    score_cases,
    summaries,
    summary,
    with_grade,
    with_item,
    with_part,
)
from coding_rules.checks.engine import CheckEngine
from coding_rules.quality_indicators import DIMENSIONS, Basis
from coding_rules.scoring import shipped_table
from tests.ui.tools.checked import checked_workbench, real_knowledge


@pytest.fixture(scope="module")
def engine() -> CheckEngine:
    checker = real_knowledge().checker
    assert isinstance(checker, CheckEngine)
    return checker


@pytest.fixture(scope="module")
def scores(engine: CheckEngine) -> list[CaseScore]:
    return score_cases(checked_workbench(120).results(), engine, shipped_table())


def test_every_lost_point_has_its_reason(scores: list[CaseScore]) -> None:
    assert len(scores) == 120
    lossy = [one for one in scores if one.sheet.deductions]
    assert lossy
    for one in lossy:
        assert one.sheet.score < 100
        assert 100 - one.sheet.score <= one.lost
        assert all(reasons(one, deduction) for deduction in one.sheet.deductions)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_groups_add_up(scores: list[CaseScore], dimension: str) -> None:
    groups, whole = summaries(scores, dimension), summary("全院", scores)
    assert sum(group.cases for group in groups) == whole.cases == 120
    assert sum(sum(group.grades.values()) for group in groups) == 120
    mean = sum(group.mean * group.cases for group in groups) / 120
    assert round(mean, 6) == round(whole.mean, 6)
    assert min(group.lowest for group in groups) == whole.lowest


def test_losses_name_items_and_rules(scores: list[CaseScore]) -> None:
    found = losses(scores)
    assert sum(one.points for one in found) == sum(one.lost for one in scores)
    assert found == sorted(found, key=lambda one: (-one.points, one.item))
    assert all(one.rules for one in found)


def test_two_grades_of_one_name_are_refused() -> None:
    table = shipped_table()
    first, second = table.grades[:2]
    with pytest.raises(UserError, match="同名"):
        save_score_table(with_grade(table, second, replace(second, name=first.name)))


def test_an_edited_table_counts_and_comes_back(engine: CheckEngine, scores: list[CaseScore]) -> None:
    table = shipped_table()
    worst = losses(scores)[0]
    item = next(one for one in table.items if worst.item in one.names and one.class_ == worst.class_)
    edited = with_item(table, item, Decimal("0.5"), Decimal("0.5"))
    best = edited.grades[0]
    edited = with_grade(
        with_part(edited, edited.parts[0], Decimal(10), Decimal(1)),
        best,
        replace(best, name="甲", least=Decimal(99), no_class="B"),
    )
    save_score_table(edited)
    assert load_score_table() == edited
    again = score_cases(checked_workbench(120).results(), engine, edited)
    assert summary("", again).mean > summary("", scores).mean
    save_score_table(table)
    assert not (data_dir() / FILE_NAME).exists()
    assert load_score_table() == table


def test_impossible_points_are_refused() -> None:
    table = shipped_table()
    with pytest.raises(UserError, match="不在 0 到"):
        save_score_table(with_item(table, table.items[0], Decimal(-1), Decimal(1)))
    (data_dir() / FILE_NAME).write_text("[table]\n", encoding="utf-8")
    with pytest.raises(UserError, match="评分标准"):
        load_score_table()


def test_every_indicator_has_its_formula_and_says_how_sure_it_is(
    engine: CheckEngine, scores: list[CaseScore]
) -> None:
    whole = overview(records(scores, engine), shipped_table())
    assert {one.id for one in whole.indicators} == set(FORMULAS)
    for one in whole.indicators:
        words = told(one)
        assert one.title in words
        assert ("只是上限" in words) is (one.basis is Basis.AT_MOST)
        assert ("不能提供" in words) is (one.basis is Basis.MISSING)
    complete = whole.get("2016-1b")
    assert complete.denominator > 120 * 30
    assert complete.rate is not None
    assert Decimal("0.9") < complete.rate <= 1
    with pytest.raises(KeyError):
        whole.get("1999-1")


def test_indicators_by_department_add_up(engine: CheckEngine, scores: list[CaseScore]) -> None:
    made, table = records(scores, engine), shipped_table()
    whole, parts = overview(made, table), breakdown(made, "科室", table)
    assert sum(part.cases for part in parts) == 120
    for one in whole.indicators:
        if one.id != "2021-3":  # a coder may work for several departments in one month
            assert sum(part.get(one.id).numerator for part in parts) == one.numerator
