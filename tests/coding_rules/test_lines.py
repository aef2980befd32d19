from hypothesis import given
from hypothesis import strategies as st

from coding_rules.case import Case, Diagnosis, Fields
from coding_rules.lines import diagnosis_lines, first_gap, form_lines, places, procedure_lines
from icd_tables.codes import Kind


def test_lines_with_gaps() -> None:
    fields = {"JBDM": "", "JBDM2": "I10", "QTZD5": "x", "JBDM7": "-", "SSJCZBM3": "47.0"}
    assert diagnosis_lines(fields) == (0, 2, 5)
    assert procedure_lines(fields) == (3,)


def test_new_lines_go_behind_then_into_gaps() -> None:
    assert places((0, 2, 5), 4, range(16)) == (0, 2, 5, 6)
    assert places((0, 2, 15), 5, range(16)) == (0, 1, 2, 3, 15)
    assert places((0, 2, 5), 2, range(16)) == (0, 2)
    assert places((1, 2), 4, (1, 2, 3)) == (1, 2, 3)
    assert places((), 2, (1, 2, 3)) == (1, 2)


def test_place_of_a_line_after_inserting_one() -> None:
    fields = Fields.of({"JBDM": "A", "JBDM3": "B"})
    case = Case("1", diagnoses=(Diagnosis("A"), Diagnosis("B"), Diagnosis("C")), fields=fields)
    assert form_lines(case, Kind.DIAGNOSIS) == (0, 3, 4)
    assert form_lines(case, Kind.PROCEDURE) == ()


def test_place_of_lines_without_source() -> None:
    assert form_lines(Case("1", diagnoses=(Diagnosis("A"),) * 3), Kind.DIAGNOSIS) == (0, 1, 2)


def test_the_first_line_left_empty() -> None:
    gaps = {"JBDM": "A", "JBDM1": "-", "QTZD1": "", "JBDM2": "B", "SSJCZBM1": "", "SSJCZMC3": "造影"}
    assert first_gap(gaps, Kind.DIAGNOSIS, 2) == 1
    assert first_gap(gaps, Kind.DIAGNOSIS, 1) is None, "the other diagnosis was taken away since"
    assert first_gap(gaps, Kind.PROCEDURE, 1) == 1
    assert first_gap(gaps, Kind.PROCEDURE, 0) is None
    full = {"JBDM": "A", "JBDM1": "B", "JBDM2": "", "SSJCZBM1": "47.0"}
    assert first_gap(full, Kind.DIAGNOSIS, 4) is None, "lines inserted since follow the last one"
    assert first_gap(full, Kind.PROCEDURE, 2) is None
    assert first_gap({}, Kind.DIAGNOSIS, 3) is None


_filled = st.sets(st.integers(0, 15))


@given(_filled, st.integers(0, 20))
def test_places_are_distinct_ordered_and_available(filled: set[int], count: int) -> None:
    where = places(sorted(filled), count, range(16))
    assert list(where) == sorted(set(where))
    assert len(where) == min(count, 16)
    assert set(where) <= set(range(16))
    assert set(where) <= filled or filled <= set(where)


@given(_filled, st.integers(1, 16))
def test_a_gap_is_what_the_places_leave_out(filled: set[int], count: int) -> None:
    fields = {f"JBDM{line}" if line else "JBDM": "A" for line in filled}
    where = places(diagnosis_lines(fields), count, range(61))
    missing = [line for line in range(max(where)) if line not in where]
    assert first_gap(fields, Kind.DIAGNOSIS, count) == next(iter(missing), None)
