"""The four reference schemes: every expected case must come out equal, fast and explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.drg.schemes import load_drg_scheme
from coding_rules.grouper.drg.grouper import DrgGrouper
from tests.coding_rules.grouper.drg.cases import SCHEMES, read_expected_cases
from tests.coding_rules.grouper.drg.drawn import draw_cases
from tests.reference_interpreter import ReferenceInterpreter

pytestmark = pytest.mark.reference


@pytest.mark.parametrize("name", SCHEMES)
def test_every_expected_case_is_equal_on_every_path(reference: Path, name: str) -> None:
    folder = reference / "drg" / name
    grouper, plain = DrgGrouper(load_drg_scheme(folder)), ReferenceInterpreter.load(folder)
    cases = read_expected_cases(folder / "expected_cases.csv")
    assert len(cases) >= 3000
    fast = grouper.group_batch(case for case, _ in cases)
    wrong = []
    for (case, want), batch in zip(cases, fast, strict=True):
        explained = grouper.group(case)
        answers = {
            tuple(want),
            tuple(batch),
            (explained.mdc, explained.adrg, explained.group),
            plain.group(case),
        }
        if (
            len(answers) > 1
            or explained.grouped is not bool(want.drg)
            or explained.grouped is bool(explained.reason)
        ):
            wrong.append((case.case_id, answers))
    assert wrong == []


@pytest.mark.parametrize("name", SCHEMES)
def test_cases_drawn_from_the_schemes_codes_agree_on_every_path(reference: Path, name: str) -> None:
    folder = reference / "drg" / name
    grouper, plain = DrgGrouper(load_drg_scheme(folder)), ReferenceInterpreter.load(folder)
    cases = list(draw_cases(grouper.scheme, 1, 2_000))
    want = [plain.group(case) for case in cases]
    assert [tuple(result) for result in grouper.group_batch(cases)] == want
    assert [tuple(grouper.codes(case)) for case in cases] == want
    explained = [grouper.group(case) for case in cases]
    assert [(each.mdc, each.adrg, each.group) for each in explained] == want
    assert len({drg for _, _, drg in want}) > 400
