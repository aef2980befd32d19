"""Cross tables: exact sums, means rounded once, totals that agree with the cells."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pandas as pd
import pytest

from app.pivot import DIMENSIONS, MEASURES, WHOLE, pivot
from app.review import CaseResult, Scored
from coding_rules.case import Case, Diagnosis, Fees
from coding_rules.finding import Finding, Severity
from coding_rules.grouper.grouping import Grouping, System
from coding_rules.settlement.settlement import Band, Settlement


def result(
    number: int, department: str, fee: int | None, amount: int | None, *, error: bool = False
) -> CaseResult:
    case = Case(
        str(number),
        department=department,
        los=number,
        discharged=datetime(2025, 9 + number % 2, 3),
        diagnoses=(Diagnosis("K35.300", "急性阑尾炎"),),
        fees=Fees(total=fee),
    )
    profit = amount - fee if amount is not None and fee is not None else None
    settlement = Settlement(
        "示例", Band.NORMAL, points=Decimal("10.000001"), amount=amount, fee=fee, profit=profit
    )
    scored = Scored(Grouping(System.DIP, "示例", "K35.3", "阑尾炎"), settlement)
    found = (Finding("X-1", Severity.ERROR, str(number), "错", "错"),) if error else ()
    return CaseResult(case, found, dip=scored)


RESULTS = [
    result(1, "普外科", 100_01, 150_00),
    result(2, "普外科", 200_02, 150_00, error=True),
    result(3, "儿科", 300_00, None),
    result(4, "", None, 10_00),
]


def values(table_measure: str, columns: str = "") -> dict[str, tuple[object, ...]]:
    table = pivot(RESULTS, System.DIP, "department", columns, table_measure)
    return {row.name: row.values for row in table.rows}


def test_sums_are_exact_and_the_whole_is_the_sum_of_its_parts() -> None:
    assert values("fee") == {"儿科": (300_00,), "普外科": (300_03,), "未填科室": (None,), WHOLE: (600_03,)}
    assert values("profit")["普外科"] == (-3,)
    assert values("profit")["儿科"] == (None,)
    assert values("losses")[WHOLE] == (1,)
    assert values("errors")[WHOLE] == (1,)
    assert values("points")[WHOLE] == (Decimal("40.000004"),)


def test_means_cover_only_cases_that_have_the_figure() -> None:
    assert values("mean_fee")[WHOLE] == (200_01,)
    assert values("mean_profit")["普外科"] == (-1,)  # -1.5 分, halves up
    assert values("mean_los")["普外科"] == (Decimal("1.50"),)


def test_two_dimensions_agree_with_counting_by_hand() -> None:
    table = pivot(RESULTS, System.DIP, "department", "month", "cases")
    by_hand: dict[tuple[str, str], int] = defaultdict(int)
    for each in RESULTS:
        assert each.case.discharged
        by_hand[each.case.department or "未填科室", each.case.discharged.strftime("%Y-%m")] += 1
    assert table.columns == ("2025-09", "2025-10", WHOLE)
    for row in table.rows[:-1]:
        assert [value or 0 for value in row.values[:-1]] == [
            by_hand[row.name, head] for head in table.columns[:-1]
        ]
        assert row.values[-1] == sum(int(value or 0) for value in row.values[:-1])
    assert table.rows[-1].values == (2, 2, 4)


def test_bands_and_severities_stand_in_their_own_order() -> None:
    banded = [
        replace(
            one,
            dip=replace(one.dip, settlement=replace(one.dip.settlement, band=band))
            if one.dip and one.dip.settlement
            else None,
        )
        for one, band in zip(RESULTS, (Band.EXTREME, Band.HIGH, Band.NORMAL, Band.LOW), strict=True)
    ]
    by_band = pivot(banded, System.DIP, "department", "band", "cases").columns
    order = [band.value for band in Band]
    assert len(by_band) > 2
    assert list(by_band[:-1]) == sorted(by_band[:-1], key=order.index)
    by_severity = pivot(RESULTS, System.DIP, "severity", "department", "cases")
    assert [row.name for row in by_severity.rows] == ["错误", "无发现", WHOLE]


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("measure", [measure.id for measure in MEASURES])
def test_every_dimension_and_measure_gives_a_table(dimension: str, measure: str) -> None:
    table = pivot(RESULTS, System.DIP, dimension, "severity", measure)
    assert table.rows[-1].name == WHOLE
    assert all(len(row.values) == len(table.columns) for row in table.rows)


def test_no_cases_give_an_empty_table_and_unknown_ids_are_refused() -> None:
    assert pivot([], System.DRG, "department").rows == ()
    with pytest.raises(KeyError):
        pivot(RESULTS, System.DIP, "department", "", "nonsense")
    with pytest.raises(KeyError):
        pivot(RESULTS, System.DIP, "nonsense")


def test_sums_and_means_are_those_of_pandas() -> None:
    """A table of a generated month, held against an independent library."""
    results = [
        result(
            n,
            f"科{n % 7}",
            None if n % 11 == 0 else 1000 * n + n % 3,
            None if n % 5 == 0 else 900 * n,
            error=n % 4 == 0,
        )
        for n in range(1, 400)
    ]
    frame = pd.DataFrame(
        {
            "row": [each.case.department for each in results],
            "month": [each.case.discharged.strftime("%Y-%m") for each in results if each.case.discharged],
            "fee": pd.array([each.case.fees.total for each in results], dtype="Int64"),
        }
    )
    sums = frame.pivot_table(
        index="row", columns="month", values="fee", aggfunc="sum", margins=True, margins_name=WHOLE
    )
    table = pivot(results, System.DIP, "department", "month", "fee")
    assert {row.name: list(row.values) for row in table.rows} == {
        str(name): [int(value) for value in line]
        for name, line in zip(sums.index, sums.to_numpy(), strict=True)
    }
    means = frame.groupby("row")["fee"].mean()
    got = {row.name: row.values[0] for row in pivot(results, System.DIP, "department", "", "mean_fee").rows}
    assert all(
        abs(Decimal(str(got[str(name)])) - Decimal(str(mean))) <= Decimal("0.5")
        for name, mean in means.items()
    )
