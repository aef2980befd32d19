"""Suggest: candidates for one line of a case, with what speaks for and against each in this very case.

The matcher ranks by wording; here the case speaks too: the code already in the line (or what it maps to), what the rules would
say after taking a candidate, and what goes with the procedures done. Nothing is hidden: what speaks against a candidate is
a caution on it, and only moves it back among candidates of the same tier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.review import Knowledge
from coding_rules.case import Case, Diagnosis, Procedure
from coding_rules.edit import Edit, InsertDiagnosis, InsertProcedure, SetDiagnosis, SetProcedure, apply
from coding_rules.finding import Finding, Severity
from coding_rules.relations import Bond, Relations
from icd_tables.codes import Edition, Kind, normalize_code
from icd_tables.crosswalk import MappingStatus
from icd_tables.search import Candidate, Tier
from icd_tables.table import CodeEntry

Find = Callable[[Case, Kind, str, int], Sequence[Candidate]]
"""Candidates by wording alone (``app.matching.finder.Finder``)."""

_SURE = (Tier.EXACT, Tier.CONFIRMED, Tier.ALIAS)
_COST = {Severity.ERROR: 0.2, Severity.WARNING: 0.08, Severity.HINT: 0.0}
_FITS = 0.04
_PRESENT = 0.02
_UNGROUPABLE = 0.05
_WIDER_POOL = 2


@dataclass(frozen=True)
class Suggester:
    """Candidates in context. ``relations`` (which procedures go with which diagnoses) may be absent."""

    find: Find
    knowledge: Knowledge
    relations: Relations | None = None

    def suggest(
        self, case: Case, kind: Kind, index: int | None, text: str = "", limit: int = 10
    ) -> Sequence[Candidate]:
        """Candidates for line ``index`` (``None``: a line to be added), best first.

        ``text`` is what the coder typed; empty means the name filed in the line, else its code.
        """
        line = _line(case, kind, index)
        wanted = text.strip() or line.name.strip() or line.code.strip()
        found = {_key(one.entry): one for one in self.find(case, kind, wanted, limit * _WIDER_POOL)}
        if not text.strip():
            for one in self._from_code(case, kind, line.code):
                known = found.get(_key(one.entry))
                found[_key(one.entry)] = (
                    one if known is None else replace(known, why=f"{known.why}；{one.why}")
                )
        baseline = self._findings(case)
        weighed = [self._in_context(case, kind, index, one, baseline) for one in found.values()]
        return sorted(weighed, key=_order)[:limit]

    def _from_code(self, case: Case, kind: Kind, code: str) -> Iterator[Candidate]:
        """The entry of the code already in the line, and the entries it maps to or from."""
        if not code.strip():
            return
        terminology = self.knowledge.terminology
        table = terminology.table(kind, case.edition)
        own = table.get(code) if table else None
        if own is not None:
            yield Candidate(own, Tier.LOW, "本行现有编码", _PRESENT)
        crosswalk = terminology.crosswalks.get(kind)
        if own is not None or table is None or crosswalk is None:
            return
        clinical = case.edition is Edition.CLINICAL
        rows = crosswalk.sources(code) if clinical else crosswalk.targets(code)
        for row in rows:
            entry = table.get(row.source_code if clinical else row.target_code)
            if entry is not None:
                other = Edition.INSURANCE if clinical else Edition.CLINICAL
                yield Candidate(
                    entry, Tier.HIGH, f"现有编码 {code} 是{other.value}编码，对照为 {entry.code}", 0.9
                )

    def _in_context(
        self, case: Case, kind: Kind, index: int | None, one: Candidate, baseline: frozenset[tuple[str, str]]
    ) -> Candidate:
        score = one.score
        cautions = list(one.cautions)
        for finding in self._new_findings(case, kind, index, one.entry, baseline):
            cautions.append(finding.title)
            score -= _COST[finding.severity]
        mapping = self.knowledge.terminology.to_insurance(kind, case.edition, one.entry.code)
        if mapping.status is MappingStatus.UNMAPPED and self.knowledge.terminology.table(
            kind, Edition.INSURANCE
        ):
            cautions.append("医保版无对应编码，不能据此分组")
            score -= _UNGROUPABLE
        why = one.why
        reason, against = self._relation(case, kind, mapping.code)
        if reason:
            why, score = f"{why}；{reason}", score + _FITS
        if against:
            cautions.append(against)
            score -= _FITS
        return replace(one, why=why, score=score, cautions=tuple(dict.fromkeys(cautions)))

    def _new_findings(
        self,
        case: Case,
        kind: Kind,
        index: int | None,
        entry: CodeEntry,
        baseline: frozenset[tuple[str, str]],
    ) -> Iterator[Finding]:
        """What the rules would say only after this entry was taken."""
        if self.knowledge.checker is None:
            return
        edited = apply(case, [_edit(case, kind, index, entry)])
        code = normalize_code(entry.code)
        for finding in self.knowledge.checker.check(edited):
            about = not finding.code or normalize_code(finding.code) == code
            if about and _about(finding) not in baseline and finding.severity is not Severity.HINT:
                yield finding

    def _findings(self, case: Case) -> frozenset[tuple[str, str]]:
        checker = self.knowledge.checker
        return frozenset(_about(finding) for finding in checker.check(case)) if checker else frozenset()

    def _relation(self, case: Case, kind: Kind, code: str) -> tuple[str, str]:
        """A reason for and a reason against, from what goes together in the payment tables."""
        if self.relations is None:
            return "", ""
        other = case.procedures if kind is Kind.DIAGNOSIS else case.diagnoses[:1]
        other_kind = Kind.PROCEDURE if kind is Kind.DIAGNOSIS else Kind.DIAGNOSIS
        bonds = []
        for line in other:
            if line.code:
                mapped = self.knowledge.terminology.to_insurance(other_kind, case.edition, line.code).code
                pair = (code, mapped) if kind is Kind.DIAGNOSIS else (mapped, code)
                bonds.append((self.relations.bond(*pair), line.name or line.code))
        name = next((name for bond, name in bonds if bond is Bond.PAIR), "")
        if name:
            return f"支付目录中与“{name}”同组", ""
        against = bool(bonds) and all(bond is Bond.NEVER for bond, _ in bonds)
        return "", f"支付目录中不与“{bonds[0][1]}”同现" if against else ""


def _line(case: Case, kind: Kind, index: int | None) -> Diagnosis | Procedure:
    lines: Sequence[Diagnosis | Procedure] = case.diagnoses if kind is Kind.DIAGNOSIS else case.procedures
    return lines[index] if index is not None and index < len(lines) else Diagnosis()


def _edit(case: Case, kind: Kind, index: int | None, entry: CodeEntry) -> Edit:
    if kind is Kind.DIAGNOSIS:
        if index is None or index >= len(case.diagnoses):
            return InsertDiagnosis(len(case.diagnoses), Diagnosis(entry.code, entry.name))
        return SetDiagnosis(index, entry.code, entry.name)
    if index is None or index >= len(case.procedures):
        return InsertProcedure(len(case.procedures), Procedure(entry.code, entry.name))
    return SetProcedure(index, entry.code, entry.name)


def _about(finding: Finding) -> tuple[str, str]:
    return finding.rule_id, normalize_code(finding.code)


def _key(entry: CodeEntry) -> tuple[str, str]:
    return entry.code, entry.name


def _order(one: Candidate) -> tuple[int, float]:
    """Sure tiers keep their place in front; within sure and within similar ones the context decides."""
    sure = one.tier in _SURE and not one.cautions
    return (0 if sure else 1 if one.tier in _SURE else 2, -one.score)
