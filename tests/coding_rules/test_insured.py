from __future__ import annotations

import pytest

from coding_rules.case import Case, Fields
from coding_rules.insured import institution_names, insured_region, unreasonable_fee


def case(**cells: str) -> Case:
    return Case("1", fields=Fields.of(cells))


def test_an_institution_goes_by_its_code_and_its_name() -> None:
    assert institution_names(case(A01="4104", USERNAME=" 东院 ")) == ("4104", "东院")
    assert institution_names(case(A01="东院", USERNAME="东院")) == ("东院",)
    assert institution_names(case()) == ()


def test_the_region_stands_in_one_of_several_columns() -> None:
    assert insured_region(case(参保地=" 410500 ")) == "410500"
    assert insured_region(case(insuplc_admdvs="410400")) == "410400"
    assert insured_region(case(参保地="")) == ""


@pytest.mark.parametrize(
    ("text", "fen"), [("1,000.50", 100_050), ("", 0), ("无", 0), ("-5", 0), ("nan", 0), ("0.01", 1)]
)
def test_fees_judged_unreasonable(text: str, fen: int) -> None:
    assert unreasonable_fee(case(不合理费用=text)) == fen
