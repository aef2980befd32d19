from decimal import Decimal

from app.alternatives import advice_text, readings
from app.review import Knowledge
from coding_rules.case import Case, Diagnosis, Fees, Procedure
from coding_rules.grouper.counterfactual import AlternativeKind
from coding_rules.grouper.grouping import Grouping, System
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.selection import Standard
from coding_rules.settlement.settlement import Settlement


class ByPrincipal:
    """The group is the principal diagnosis; the weight its number of lines."""

    def group(self, case: GrouperInput) -> Grouping:
        group = case.diagnoses[0] if case.diagnoses else ""
        return Grouping(System.DRG, "试", group, weight=Decimal(len(case.diagnoses)))


class PerWeight:
    def settle(self, grouping: Grouping, case: GrouperInput) -> Settlement:
        return Settlement("试", amount=int((grouping.weight or 0) * 100))


KNOWLEDGE = Knowledge(drg=ByPrincipal(), drg_settler=PerWeight())
CASE = Case(
    case_id="1",
    diagnoses=(Diagnosis("R07.4", "胸痛"), Diagnosis("", "未编码"), Diagnosis("I21.001", "急性前壁心肌梗死")),
    procedures=(Procedure("36.0600", "支架置入"),),
    fees=Fees(total=100_00),
)


def test_lines_names_and_money_go_with_each_reading() -> None:
    found = readings(CASE, KNOWLEDGE, System.DRG)
    assert found is not None
    filed, principal, *rest = found.rows
    assert filed.is_filed
    assert (principal.alternative.kind, principal.line) == (AlternativeKind.PRINCIPAL_DIAGNOSIS, 2)
    assert principal.name == "急性前壁心肌梗死"
    assert principal.delta.group_changed
    assert principal.weight_change == 0
    dropped = [row for row in rest if row.alternative.kind is AlternativeKind.WITHOUT_DIAGNOSIS]
    assert [row.line for row in dropped] == [0, 2]
    assert [row.delta.amount for row in dropped] == [-100, -100]
    assert all("（" in row.rules for row in found.rows[1:])


def test_the_selection_rules_mark_the_reading_they_speak_for() -> None:
    found = readings(CASE, KNOWLEDGE, System.DRG)
    assert found is not None
    advised = [row for row in found.rows if row.advised]
    assert [row.line for row in advised] == [2]
    assert set(advised[0].advised) <= set(Standard)
    text = advice_text(found, CASE)
    assert "急性前壁心肌梗死" in text
    assert "主要手术：按选择规则维持“支架置入”" in text


def test_without_a_scheme_there_is_nothing_to_say() -> None:
    assert readings(CASE, KNOWLEDGE, System.DIP) is None
