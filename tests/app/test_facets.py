from dataclasses import dataclass

from app.facets import Facet, FacetValue, Tally, accepts, count


@dataclass(frozen=True)
class Row:
    department: str
    findings: tuple[str, ...]


FACETS = (
    Facet[Row]("department", "科室", lambda row: (row.department,)),
    Facet[Row]("finding", "发现", lambda row: row.findings, order=("严重", "轻微")),
)
ROWS = [Row("内科", ("轻微",)), Row("内科", ("严重", "轻微")), Row("外科", ("严重",)), Row("儿科", ())]


def test_counts_every_value_and_keeps_the_given_order() -> None:
    counted = count(FACETS, ROWS, {})
    assert counted["finding"] == (FacetValue("严重", 2), FacetValue("轻微", 2))
    assert counted["department"][0] == FacetValue("内科", 2)


def test_a_facet_is_counted_over_what_the_others_let_through() -> None:
    chosen = {"department": frozenset({"内科"})}
    counted = count(FACETS, ROWS, chosen)
    assert counted["finding"] == (FacetValue("严重", 1), FacetValue("轻微", 2))
    assert FacetValue("外科", 1) in counted["department"]
    assert FacetValue("内科", 2, chosen=True) in counted["department"]


def test_ticked_values_stay_listed_at_zero() -> None:
    chosen = {"department": frozenset({"儿科"}), "finding": frozenset({"严重"})}
    counted = count(FACETS, ROWS, chosen)
    assert FacetValue("儿科", 0, chosen=True) in counted["department"]
    assert FacetValue("严重", 0, chosen=True) in counted["finding"]


def test_filter_wants_a_ticked_value_in_every_facet_with_ticks() -> None:
    passes = accepts(FACETS, {"department": frozenset({"内科"}), "finding": frozenset({"严重"})})
    assert [row for row in ROWS if passes(row)] == [ROWS[1]]
    assert all(map(accepts(FACETS, {"finding": frozenset()}), ROWS))


def test_a_row_that_changes_is_counted_like_all_of_them_anew() -> None:
    for chosen in (
        {},
        {"department": frozenset({"内科"})},
        {"department": frozenset({"儿科"}), "finding": frozenset({"严重"})},
    ):
        tally = Tally(FACETS, ROWS, chosen)
        changed = [Row("儿科", ("严重",)), *ROWS[1:]]
        tally.remove(ROWS[0])
        tally.add(changed[0])
        assert tally.listed() == count(FACETS, changed, chosen)
