"""Two DRG schemes (or one scheme with two weight tables) on the same cases: who changes group, weight and money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from app.drg.schemes import load_drg_scheme
from app.drg.weight_tables import load_weight_table
from app.knowledge import read_profile
from app.progress import Progress
from app.review import Settler, grouper_input
from app.summary import NO_DEPARTMENT
from coding_rules.case import Case
from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.drg.outcomes import DrgResult
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.drg.scheme_compare import (
    Change,
    Comparison,
    Pay,
    by_department,
    by_group_pair,
    by_main_procedure,
    by_principal_diagnosis,
    compare,
)
from coding_rules.grouper.drg.weight_table import GroupWeight
from coding_rules.grouper.grouping import Grouping, System
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.amount import Settler as ProfileSettler
from coding_rules.settlement.plain_rate import PlainRate
from coding_rules.settlement.rules import PointPrice
from icd_tables.terminology import Terminology


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: a scheme, a weight table in place of its own where one is chosen, and how it is paid: by a profile
    (name or file; "" for the parameters in use), at one ``rate`` in yuan for all where one is given.
    """

    scheme: Path
    weights: Path | None = None
    profile: str = ""
    rate: Decimal | None = None

    def load(self, progress: Progress) -> Scheme:
        """Read it. The weight table holds whatever its dates: the same cases are weighed by either.

        Raises:
            UserError: scheme or table cannot be read.
        """
        scheme = load_drg_scheme(self.scheme, progress)
        return scheme if self.weights is None else replace(scheme, weights=load_weight_table(self.weights))

    def settler(self, in_use: Settler | None) -> Settler | None:
        """How its cases are paid; ``None`` where neither parameters nor a rate are known.

        Raises:
            UserError: the profile cannot be read.
        """
        if self.profile:
            chosen: Settler | None = ProfileSettler(read_profile(self.profile))
        else:
            chosen = in_use
        if self.rate is None:
            return chosen
        if not isinstance(chosen, ProfileSettler):
            return PlainRate(self.rate)
        money = replace(chosen.profile.money, prices=(PointPrice(self.rate),))
        return ProfileSettler(replace(chosen.profile, money=money))


@dataclass(frozen=True, slots=True)
class CaseChange:
    """One case under both schemes, with the ids by which it is found again."""

    number: int
    case_id: str
    record_no: str
    department: str
    comparison: Comparison


@dataclass(frozen=True)
class SchemeComparison:
    """The whole comparison. ``whole`` sums up all cases; the summaries are in the order in which keys appear."""

    first: Scheme
    second: Scheme
    rows: tuple[CaseChange, ...]
    whole: Change
    departments: tuple[Change, ...]
    diagnoses: tuple[Change, ...]
    procedures: tuple[Change, ...]
    pairs: tuple[Change, ...]


def compare_schemes(
    cases: Sequence[Case],
    terminology: Terminology,
    sides: tuple[Side, Side],
    in_use: Settler | None = None,
    progress: Progress | None = None,
) -> SchemeComparison:
    """Run the cases through both. ``in_use`` pays a side that names no parameters of its own.

    Raises:
        UserError: a scheme or weight table cannot be read.
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    first, second = (side.load(progress) for side in sides)
    inputs = []
    for done, case in enumerate(cases, start=1):
        inputs.append(grouper_input(case, terminology)[0])
        if not done % 200:
            progress.report(done, 2 * len(cases), "正在准备病例")
    pays = [_pay(side.settler(in_use), scheme) for side, scheme in zip(sides, (first, second), strict=True)]
    rows: list[CaseChange] = []
    compared = compare(DrgGrouper(first), DrgGrouper(second), inputs, *pays)
    for number, (case, one) in enumerate(zip(cases, compared, strict=True)):
        department = case.department or NO_DEPARTMENT
        rows.append(CaseChange(number, case.case_id, case.record_no or case.case_id, department, one))
        if not number % 200:
            progress.report(len(cases) + number, 2 * len(cases), "正在逐例对比")
    found = [row.comparison for row in rows]
    whole = Change("全院")
    for each in found:
        whole.add(each)
    return SchemeComparison(
        first,
        second,
        tuple(rows),
        whole,
        tuple(by_department(found).values()),
        tuple(by_principal_diagnosis(found).values()),
        tuple(by_main_procedure(found).values()),
        tuple(change for change in by_group_pair(found).values() if change.changed),
    )


def _pay(settler: Settler | None, scheme: Scheme) -> Pay | None:
    if settler is None:
        return None
    names = scheme.group_names

    def pay(case: GrouperInput, result: DrgResult, row: GroupWeight | None) -> int | None:
        grouping = Grouping(
            System.DRG,
            scheme.name,
            result.drg,
            names.get(result.drg, ""),
            mdc=result.mdc,
            adrg=result.adrg,
            weight=row.weight if row else None,
            points=row.points if row else None,
            mean_fee=row.mean_fee if row else None,
            mean_los=row.mean_los if row else None,
            demo=scheme.demo,
        )
        return settler.settle(grouping, case).amount

    return pay
