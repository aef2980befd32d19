"""The queue: one frozen line per case, and the facets it is counted by."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from app.facets import Facet
from app.history import Decision
from app.review import CaseResult, Scored
from coding_rules.case import Case
from coding_rules.finding import Finding, Severity
from coding_rules.grouper.grouping import System
from coding_rules.settlement.settlement import Band


class Status(StrEnum):
    """Where the work on a case stands."""

    UNTOUCHED = "未处理"
    CORRECTED = "已更正"
    KEPT = "维持原码"
    PENDING = "待查病历"

    @classmethod
    def of(cls, decision: Decision) -> Status:
        """The status a decision leaves a case in."""
        return {
            Decision.CORRECT: cls.CORRECTED,
            Decision.KEEP: cls.KEPT,
            Decision.PENDING: cls.PENDING,
        }[decision]


NO_FINDING = "无发现"
"""Facet value of cases without open findings."""
NOTED = "有备注"
"""Facet value of cases a coder remarked on."""


class Outcome(NamedTuple):
    """What settling under one system came to: rate band, profit or loss (分). ``None`` where it cannot be had."""

    band: Band | None = None
    profit: int | None = None


UNSETTLED = Outcome()


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in the queue. ``reviewed`` is False while its result is still being computed.

    ``drg`` and ``dip`` are group codes: empty when ungrouped, ``None`` without a scheme. A row knows the outcome under both
    systems (``under``), so that looking at the other one makes no row anew.
    ``titles`` are the titles of open findings, the most serious first; ``note`` is what the coder remarked; ``haystack`` is
    what the filter box looks in.
    """

    case_id: str
    record_no: str
    department: str
    principal_code: str
    principal_name: str
    status: Status
    worst: Severity | None = None
    findings: int = 0
    titles: tuple[str, ...] = ()
    drg: str | None = None
    dip: str | None = None
    drg_outcome: Outcome = UNSETTLED
    dip_outcome: Outcome = UNSETTLED
    reviewed: bool = False
    note: str = ""
    haystack: str = ""

    def under(self, system: System) -> Outcome:
        """What the case comes to under one system."""
        return self.drg_outcome if system is System.DRG else self.dip_outcome


def make_row(
    case: Case,
    result: CaseResult | None,
    status: Status,
    answered: frozenset[str],
    *,
    note: str = "",
) -> CaseRow:
    """The queue's line of a case as it stands; without a result only what the page itself says."""
    principal = case.principal_diagnosis
    open_findings = [f for f in result.findings if f.rule_id not in answered] if result else []
    open_findings.sort(key=lambda finding: finding.severity.rank)
    drg = result.drg if result else None
    dip = result.dip if result else None
    return CaseRow(
        case_id=case.case_id,
        record_no=case.record_no or case.case_id,
        department=case.department,
        principal_code=principal.code if principal else "",
        principal_name=principal.name if principal else "",
        status=status,
        worst=open_findings[0].severity if open_findings else None,
        findings=len(open_findings),
        titles=tuple(dict.fromkeys(finding.title for finding in open_findings)),
        drg=drg.grouping.group if drg else None,
        dip=dip.grouping.group if dip else None,
        drg_outcome=_outcome(drg),
        dip_outcome=_outcome(dip),
        reviewed=result is not None,
        note=note,
        haystack=_haystack(case, open_findings, drg, dip, note),
    )


def _outcome(scored: Scored | None) -> Outcome:
    settlement = scored.settlement if scored else None
    return Outcome(settlement.band, settlement.profit) if settlement else UNSETTLED


def _haystack(case: Case, findings: list[Finding], drg: Scored | None, dip: Scored | None, note: str) -> str:
    texts = [case.case_id, case.record_no, case.department, note]
    texts += [text for line in case.diagnoses for text in (line.code, line.name)]
    texts += [text for row in case.procedures for text in (row.code, row.name)]
    texts += [finding.title for finding in findings]
    texts += [scored.grouping.group for scored in (drg, dip) if scored]
    return _comparable("\n".join(texts))


def _comparable(text: str) -> str:
    """Case and width do not count: a code pasted in full width is the same code."""
    return unicodedata.normalize("NFKC", text).casefold()


def matching(text: str) -> Callable[[CaseRow], bool]:
    """A filter: every word of the filter box occurs somewhere in the case."""
    words = _comparable(text).split()
    return lambda row: all(word in row.haystack for word in words)


def _finding_values(row: CaseRow) -> tuple[str, ...]:
    if not row.reviewed:
        return ()
    return row.titles or (NO_FINDING,)


_BEFORE_BAND: tuple[Facet[CaseRow], ...] = (
    Facet("status", "状态", lambda row: (row.status.value,), tuple(status.value for status in Status)),
    Facet(
        "severity",
        "级别",
        lambda row: (row.worst.label if row.worst else NO_FINDING,) if row.reviewed else (),
        (*(severity.label for severity in Severity), NO_FINDING),
    ),
)
_AFTER_BAND: tuple[Facet[CaseRow], ...] = (
    Facet("note", "备注", lambda row: (NOTED,) if row.note else ()),
    Facet("finding", "发现", _finding_values),
    Facet("department", "科室", lambda row: (row.department or "（空）",)),
)


def _band_facet(system: System) -> Facet[CaseRow]:
    def values(row: CaseRow) -> tuple[str, ...]:
        band = row.under(system).band
        return (band.value,) if band else ()

    return Facet("band", "倍率区间", values, tuple(band.value for band in Band))


QUEUE_FACETS: Mapping[System, tuple[Facet[CaseRow], ...]] = {
    system: (*_BEFORE_BAND, _band_facet(system), *_AFTER_BAND) for system in System
}
"""The facets of the queue by the system whose rate bands they count."""
