from hypothesis import given
from hypothesis import strategies as st

from coding_rules.case import Case, Diagnosis, Fields
from coding_rules.lines import diagnosis_lines, line_field, line_fields, places, procedure_lines
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


def test_field_of_a_line_after_inserting_one() -> None:
    fields = Fields.of({"JBDM": "A", "JBDM3": "B"})
    case = Case("1", diagnoses=(Diagnosis("A"), Diagnosis("B"), Diagnosis("C")), fields=fields)
    assert [line_field(case, Kind.DIAGNOSIS, i) for i in range(3)] == ["JBDM", "JBDM3", "JBDM4"]
    assert line_fields(case, Kind.DIAGNOSIS) == ("JBDM", "JBDM3", "JBDM4")
    assert line_fields(case, Kind.PROCEDURE) == ()
    assert line_field(case, Kind.PROCEDURE, 0) == "SSJCZBM1"


def test_field_of_a_line_without_source() -> None:
    assert line_field(Case("1"), Kind.DIAGNOSIS, 2) == "JBDM2"


@given(st.sets(st.integers(0, 15)), st.integers(0, 20))
def test_places_are_distinct_ordered_and_available(filled: set[int], count: int) -> None:
    where = places(sorted(filled), count, range(16))
    assert list(where) == sorted(set(where))
    assert len(where) == min(count, 16)
    assert set(where) <= set(range(16))
    assert set(where) <= filled or filled <= set(where)
