"""The filter box: every word, wherever it stands; neither case nor width counts."""

import pytest

from app.queue import Status, make_row, matching
from coding_rules.case import Case, Diagnosis


@pytest.mark.parametrize("typed", ["j32.9", "Ｊ３２．９", "鼻窦炎　j32", "五官科 慢性", " Ｊ32 "])
@pytest.mark.parametrize("filed", ["J32.900", "Ｊ３２．９００"])
def test_width_and_case_do_not_count(typed: str, filed: str) -> None:
    case = Case("1", department="五官科", diagnoses=(Diagnosis(filed, "慢性鼻窦炎"),))
    row = make_row(case, None, Status.UNTOUCHED, frozenset())
    assert matching(typed)(row)
    assert not matching(f"{typed} 肺炎")(row)
