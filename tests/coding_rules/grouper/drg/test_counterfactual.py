from __future__ import annotations

from decimal import Decimal

from coding_rules.grouper.counterfactual import AlternativeKind, what_if
from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.drg.weight_table import GroupWeight, WeightTable
from coding_rules.grouper.grouping import Grouping, System
from coding_rules.grouper.inputs import GrouperInput
from icd_tables.codes import Kind
from tests.coding_rules.grouper.drg.small import small_scheme

WEIGHTS = {"FR21": "2.5", "FR25": "1.2", "FZ19": "0.7", "FM15": "3.1"}
CASE = GrouperInput(diagnoses=("I21.000", "I25.100", "J96.000"), procedures=("47.0100", "36.0601"))


def grouper() -> DrgGrouper:
    table = WeightTable(
        "w", {code: GroupWeight(code, weight=Decimal(weight)) for code, weight in WEIGHTS.items()}
    )
    return DrgGrouper(small_scheme(weights=table))


def test_every_reading_in_case_order_rises_and_falls_alike() -> None:
    found = what_if(grouper(), CASE, [(Kind.DIAGNOSIS, "e87.600"), (Kind.PROCEDURE, "37.5100")])
    assert [(each.kind, each.code, each.grouping.group, each.weight_delta) for each in found] == [
        (AlternativeKind.AS_FILED, "", "FR21", None),
        (AlternativeKind.PRINCIPAL_DIAGNOSIS, "I25.100", "", None),
        (AlternativeKind.PRINCIPAL_DIAGNOSIS, "J96.000", "", None),
        (AlternativeKind.PRINCIPAL_PROCEDURE, "36.0601", "FM11", None),
        (AlternativeKind.WITHOUT_DIAGNOSIS, "I21.000", "", None),
        (AlternativeKind.WITHOUT_DIAGNOSIS, "I25.100", "FR21", Decimal(0)),
        (AlternativeKind.WITHOUT_DIAGNOSIS, "J96.000", "FR25", Decimal("-1.3")),
        (AlternativeKind.WITHOUT_PROCEDURE, "47.0100", "FM11", None),
        (AlternativeKind.WITHOUT_PROCEDURE, "36.0601", "FR21", Decimal(0)),
        (AlternativeKind.ADDED_DIAGNOSIS, "E87.600", "FR21", Decimal(0)),
        (AlternativeKind.ADDED_PROCEDURE, "37.5100", "FR21", Decimal(0)),
    ]


def test_each_alternative_says_what_changed_and_which_rule_decides() -> None:
    found = what_if(grouper(), GrouperInput(diagnoses=("I21.000", "R57.000"), procedures=("47.0100",)))
    assert [each.changed for each in found[1:]] == [True, True, False, False]
    principal = found[1]
    assert principal.case.diagnoses == ("R57.000", "I21.000")
    authorities = [rule.authority for rule in principal.rules]
    assert any("主要诊断选择·手术" in authority for authority in authorities)
    assert any("症状、体征" in authority for authority in authorities)
    assert all(each.rules for each in found[1:])


def test_any_grouper_will_do() -> None:
    class Points:
        def group(self, case: GrouperInput, /) -> Grouping:
            return Grouping(System.DIP, "目录", "-".join(case.diagnoses), points=Decimal(len(case.diagnoses)))

    found = what_if(Points(), GrouperInput(diagnoses=("A", "B")))
    assert [each.grouping.group for each in found[1:]] == ["B-A", "B", "A"]
    assert [each.points_delta for each in found[1:]] == [Decimal(0), Decimal(-1), Decimal(-1)]
