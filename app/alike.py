"""The same repair on many cases: gathered from the open work at once, tried out wherever there is time for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.progress import Progress
from app.review import CaseResult, Knowledge, review
from app.what_if import Proposal, WhatIf
from coding_rules.edit import apply
from coding_rules.finding import Finding, Fix


@dataclass(frozen=True, slots=True)
class Repair:
    """A repair that a finding proposes for a case as it stands; ``across`` is what rules across cases said of it."""

    finding: Finding
    fix: Fix
    now: CaseResult
    across: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class AlikeRepairs:
    """Repairs of one kind, in the order of the queue: values that may go to another thread."""

    repairs: tuple[Repair, ...]
    knowledge: Knowledge

    def try_out(self, progress: Progress | None = None) -> list[Proposal]:
        """What each would do to its case; nothing is recorded.

        Raises:
            Cancelled: the user stopped it.
        """
        progress = progress or Progress()
        tried = []
        for done, one in enumerate(self.repairs, start=1):
            edited = review(apply(one.now.case, one.fix.edits), self.knowledge, one.now)
            effect = WhatIf(one.now, with_across(edited, one.across))
            tried.append(Proposal(one.now.case.case_id, one.finding, one.fix, effect))
            progress.report(done, len(self.repairs), "正在试算同类修复")
        return tried


def same_kind(finding: Finding, fix: Fix, among: Sequence[Finding]) -> tuple[Finding, Fix] | None:
    """The first finding of the same rule that proposes the same kind of repair, with this repair."""
    kind = tuple(map(type, fix.edits))
    for other in among:
        if other.rule_id == finding.rule_id:
            for one in other.fixes:
                if tuple(map(type, one.edits)) == kind:
                    return other, one
    return None


def with_across(result: CaseResult, across: Sequence[Finding]) -> CaseResult:
    """The result together with what rules across cases said of the case."""
    extra = [finding for finding in across if finding not in result.findings]
    if not extra:
        return result
    findings = sorted((*result.findings, *extra), key=lambda finding: finding.severity.rank)
    return replace(result, findings=tuple(findings))
