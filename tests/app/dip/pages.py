"""Front pages of a small month, grouped and settled by the sample catalogue and the demonstration parameters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app.review import CaseResult, Scored, grouper_input
from coding_rules.case import Case, Diagnosis, Fees, Fields, Procedure
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.settlement.amount import NO_RULINGS, Settler
from coding_rules.settlement.profile import RegionProfile, load_profile
from coding_rules.settlement.rulings import Rulings
from icd_tables.codes import Edition
from icd_tables.terminology import Terminology
from tests.coding_rules.grouper.dip.samples import catalogue

DEMO = load_profile("demo")


def page(
    number: str,
    *codes: str,
    fee: int = 800_000,
    payment: str = "1",
    day: int = 1,
    month: int = 3,
    columns: Mapping[str, str] | None = None,
) -> Case:
    return Case(
        number,
        payment=payment,
        los=5,
        discharged=datetime(2025, month, day),
        diagnoses=(Diagnosis(codes[0]),),
        procedures=tuple(Procedure(code) for code in codes[1:]),
        fees=Fees(total=fee, self_paid=fee // 4),
        edition=Edition.INSURANCE,
        fields=Fields.of(columns or {}),
    )


def result(case: Case, profile: RegionProfile = DEMO, rulings: Rulings = NO_RULINGS) -> CaseResult:
    seen, _, _ = grouper_input(case, Terminology())
    grouping = DipGrouper(catalogue(), profile).group(seen)
    return CaseResult(case, dip=Scored(grouping, Settler(profile, rulings=rulings).settle(grouping, seen)))
