"""The four reference schemes: every expected case must come out equal."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.schemes import load_drg_scheme
from coding_rules.grouper.drg import DrgGrouper
from tests.coding_rules.grouper.drg_cases import SCHEMES, read_expected_cases

pytestmark = pytest.mark.reference


@pytest.mark.parametrize("name", SCHEMES)
def test_every_expected_case_is_equal(reference: Path, name: str) -> None:
    folder = reference / "drg" / name
    grouper = DrgGrouper(load_drg_scheme(folder))
    cases = read_expected_cases(folder / "expected_cases.csv")
    results = grouper.group_batch(case for case, _ in cases)
    wrong = [
        (case.case_id, want, got) for (case, want), got in zip(cases, results, strict=True) if want != got
    ]
    assert len(cases) >= 3000
    assert wrong == []
