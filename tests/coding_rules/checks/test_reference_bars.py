"""The bars on the synthetic month with its key, with the published tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from coding_rules.finding import Severity
from tests.bench.rule_table import Month, checked_month, clean_share, recall

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def month(reference: Path) -> Month:
    return checked_month(reference)


@pytest.mark.parametrize(
    "error",
    [
        "invalid_diagnosis_code",
        "invalid_procedure_code",
        "code_name_mismatch",
        "sex_conflict",
        "date_order",
        "fee_sum",
    ],
)
def test_plain_errors_are_found(month: Month, error: str) -> None:
    found, wanted = recall(month, error)
    assert wanted
    assert found / wanted >= 0.98


def test_order_errors_are_found(month: Month) -> None:
    found, wanted = recall(month, "principal_diagnosis_order")
    assert found / wanted >= 0.8
    order, missing = recall(month, "main_procedure_order"), recall(month, "main_procedure_missing")
    assert (order[0] + missing[0]) / (order[1] + missing[1]) >= 0.8


def test_clean_cases_stay_quiet(month: Month) -> None:
    assert clean_share(month, Severity.ERROR) <= 0.03
    assert clean_share(month, Severity.WARNING) <= 0.15
