"""WhatIf: a case before and after, both reviewed; what a change brings and what it takes."""

from __future__ import annotations

from dataclasses import dataclass

from app.compare import ScoreDelta, compare
from app.review import CaseResult, Scored
from coding_rules.finding import Finding, Fix
from coding_rules.grouper.grouping import System


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A case before (as filed) and after (as it stands, or as it would stand), both reviewed."""

    before: CaseResult
    after: CaseResult

    @property
    def changed(self) -> bool:
        """Whether there is anything to compare."""
        return self.before is not self.after

    def sides(self, system: System) -> tuple[Scored | None, Scored | None]:
        """Before and after of one system; ``None`` where no scheme is loaded."""
        if system is System.DRG:
            return self.before.drg, self.after.drg
        return self.before.dip, self.after.dip

    def delta(self, system: System) -> ScoreDelta | None:
        """The difference under one system, if it answered both times."""
        before, after = self.sides(system)
        return compare(before, after) if before is not None and after is not None else None

    @property
    def deltas(self) -> tuple[ScoreDelta, ...]:
        """The differences under the systems that answered both times."""
        return tuple(delta for system in System if (delta := self.delta(system)) is not None)

    @property
    def new_findings(self) -> tuple[Finding, ...]:
        """Findings that the change brings."""
        known = {(finding.rule_id, finding.field) for finding in self.before.findings}
        return tuple(f for f in self.after.findings if (f.rule_id, f.field) not in known)

    @property
    def gone_findings(self) -> tuple[Finding, ...]:
        """Findings that the change settles."""
        left = {(finding.rule_id, finding.field) for finding in self.after.findings}
        return tuple(f for f in self.before.findings if (f.rule_id, f.field) not in left)

    @property
    def raises(self) -> bool:
        """Whether weight, points or amount rise under either system: such a change asks for a reason."""
        return any(
            (figure or 0) > 0 for one in self.deltas for figure in (one.weight, one.points, one.amount)
        )


@dataclass(frozen=True, slots=True)
class Proposal:
    """A repair of one case among many alike, with what it would do."""

    case_id: str
    finding: Finding
    fix: Fix
    effect: WhatIf
