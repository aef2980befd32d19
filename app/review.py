"""Review: one case through mapping, checks, groupers and settlement. Derived values only; nothing here is saved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

from app.progress import Progress
from coding_rules.case import Case
from coding_rules.finding import Finding
from coding_rules.grouper.grouping import Grouping
from coding_rules.grouper.inputs import GrouperInput, in_places
from coding_rules.insured import institution_names, insured_region, unreasonable_fee
from coding_rules.settlement.settlement import Settlement
from icd_tables.codes import Kind
from icd_tables.crosswalk import CodeMapping
from icd_tables.terminology import Terminology


class Checker(Protocol):
    """Runs the rules on one case."""

    def check(self, case: Case) -> Sequence[Finding]:
        """Findings of one case, most serious first."""
        ...


@runtime_checkable
class EditChecker(Checker, Protocol):
    """A checker that knows which rules an edit can touch."""

    def recheck(self, case: Case, previous: Case, findings: Sequence[Finding]) -> Sequence[Finding]:
        """Findings after an edit, from those before it."""
        ...


class Grouper(Protocol):
    """Groups one input, with the path."""

    def group(self, case: GrouperInput) -> Grouping:
        """The group and the steps that led there."""
        ...


class Settler(Protocol):
    """Turns a grouping into money."""

    def settle(self, grouping: Grouping, case: GrouperInput) -> Settlement:
        """Points, band, amount, profit or loss."""
        ...


@dataclass(frozen=True)
class Knowledge:
    """Everything the review asks; any part may be absent and its results are then absent, not wrong.

    ``versions`` are (what, version, source) lines recorded with every session and export.
    """

    terminology: Terminology = field(default_factory=Terminology)
    checker: Checker | None = None
    drg: Grouper | None = None
    dip: Grouper | None = None
    drg_settler: Settler | None = None
    dip_settler: Settler | None = None
    versions: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """A grouping and what it means in money."""

    grouping: Grouping
    settlement: Settlement | None = None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """All we say about one case as it stands; ``diagnosis_mappings`` and ``procedure_mappings`` line by line."""

    case: Case
    findings: tuple[Finding, ...] = ()
    drg: Scored | None = None
    dip: Scored | None = None
    diagnosis_mappings: tuple[CodeMapping, ...] = ()
    procedure_mappings: tuple[CodeMapping, ...] = ()


def grouper_input(
    case: Case, terminology: Terminology
) -> tuple[GrouperInput, tuple[CodeMapping, ...], tuple[CodeMapping, ...]]:
    """What the groupers see of a case: codes mapped to the insurance edition, and how each was mapped."""
    diagnoses = tuple(
        terminology.to_insurance(Kind.DIAGNOSIS, case.edition, line.code) for line in case.diagnoses
    )
    procedures = tuple(
        terminology.to_insurance(Kind.PROCEDURE, case.edition, line.code) for line in case.procedures
    )
    fees = case.fees
    seen = GrouperInput(
        case_id=case.case_id,
        sex=int(case.sex) if case.sex in {"1", "2"} else 0,
        age=case.age,
        age_days=case.age_days,
        weight=case.admission_weight or case.birth_weight,
        department=case.department,
        los=case.los,
        discharge=case.discharge_way,
        diagnoses=in_places(m.code for m in diagnoses),
        procedures=in_places(m.code for m in procedures),
        icu_hours=case.icu_hours,
        total_fee=fees.total,
        drug_fee=sum(fees.item(i) for i in ("XYF", "ZCYF", "ZCYF1")) if fees.items else None,
        treatment_fee=sum(fees.item(i) for i in ("ZLCZF", "FSSZLXMF", "KFF", "ZYZLF"))
        if fees.items
        else None,
        insurance=case.payment,
        self_paid_fee=fees.self_paid,
        discharged=case.discharged.date() if case.discharged else None,
        unreasonable_fee=unreasonable_fee(case),
        region=insured_region(case),
        institutions=institution_names(case),
        record_no=case.record_no,
        birth_weight=case.birth_weight,
    )
    return seen, diagnoses, procedures


def review(case: Case, knowledge: Knowledge, since: CaseResult | None = None) -> CaseResult:
    """Check and group one case.

    ``since`` is the result, under the same knowledge, of the case this one was edited from: rules that the edit cannot touch
    are not run again, and what rules across cases said stays.
    """
    seen, diagnoses, procedures = grouper_input(case, knowledge.terminology)
    return CaseResult(
        case=case,
        findings=_findings(case, knowledge.checker, since),
        drg=_score(seen, knowledge.drg, knowledge.drg_settler),
        dip=_score(seen, knowledge.dip, knowledge.dip_settler),
        diagnosis_mappings=diagnoses,
        procedure_mappings=procedures,
    )


def _findings(case: Case, checker: Checker | None, since: CaseResult | None) -> tuple[Finding, ...]:
    if checker is None:
        return ()
    if since is not None and isinstance(checker, EditChecker):
        return tuple(checker.recheck(case, since.case, since.findings))
    return tuple(checker.check(case))


def settle_again(result: CaseResult, knowledge: Knowledge) -> CaseResult:
    """The result with its groups settled anew, by another settler than before."""
    seen, _, _ = grouper_input(result.case, knowledge.terminology)
    return replace(
        result,
        drg=_settled(result.drg, seen, knowledge.drg_settler),
        dip=_settled(result.dip, seen, knowledge.dip_settler),
    )


def _settled(scored: Scored | None, seen: GrouperInput, settler: Settler | None) -> Scored | None:
    if scored is None:
        return None
    return replace(scored, settlement=settler.settle(scored.grouping, seen) if settler else None)


def review_all(
    cases: Sequence[Case], knowledge: Knowledge, progress: Progress | None = None
) -> Iterator[CaseResult]:
    """Review many cases in order, reporting progress and obeying cancel."""
    return _review_each(cases, len(cases), knowledge, progress or Progress())


def _review_each(
    cases: Iterable[Case], total: int, knowledge: Knowledge, progress: Progress
) -> Iterator[CaseResult]:
    for done, case in enumerate(cases, start=1):
        yield review(case, knowledge)
        progress.report(done, total, "正在审核病例")


def _score(seen: GrouperInput, grouper: Grouper | None, settler: Settler | None) -> Scored | None:
    if grouper is None:
        return None
    grouping = grouper.group(seen)
    return Scored(grouping, settler.settle(grouping, seen) if settler else None)
