"""Workbench: the state of the work that is open, without a window. Cases, results, changes, what-if, the queue.

Originals never change. The current case is the original with the lines of the last standing Change put on it; findings
and groupings are derived and recomputed, never stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.alike import AlikeRepairs, Repair, same_kind, with_across
from app.history import Change, CodedLines, Decision, History
from app.notes import LABEL, Note, NoteTrail, Writing
from app.queue import CaseRow, Status, make_row
from app.review import CaseResult, Knowledge, review, settle_again
from app.sessions.journal import Journal, MemoryJournal
from app.step_labels import name_step
from app.what_if import Proposal, WhatIf
from coding_rules.case import Case
from coding_rules.edit import Edit, apply
from coding_rules.finding import Finding, Fix
from coding_rules.grouper.grouping import System
from icd_tables.codes import Kind
from icd_tables.search import Candidate

Finder = Callable[[Case, Kind, int | None, str, int], Sequence[Candidate]]
"""Candidates for a line: case as it stands, kind, 0-based line (``None``: one to be added), text typed, how many at most."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What undo or redo touched: the cases, and the steps (none where it was a note)."""

    case_ids: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


class Workbench:
    """Everything the window and the tests do to open work goes through here. Not thread-safe: one thread owns it."""

    def __init__(
        self,
        cases: Iterable[Case],
        knowledge: Knowledge,
        journal: Journal | None = None,
        *,
        author: str = "",
        system: System = System.DRG,
        find: Finder | None = None,
        clock: Callable[[], datetime] = datetime.now,
    ) -> None:
        self.knowledge = knowledge
        self.journal: Journal = journal or MemoryJournal()
        self.author = author
        self.system = system
        self._find = find
        self._clock = clock
        self._originals = {case.case_id: case for case in cases}
        self._currents = dict(self._originals)
        self._before: dict[str, CaseResult] = {}
        self._after: dict[str, CaseResult] = {}
        self._across: dict[str, tuple[Finding, ...]] = {}
        self._noted = NoteTrail()
        for case_id in self.history.case_ids:
            self._refresh(case_id)

    @property
    def history(self) -> History:
        """The steps so far."""
        return self.journal.history

    @property
    def case_ids(self) -> tuple[str, ...]:
        """Ids in the order of the file."""
        return tuple(self._originals)

    @property
    def originals(self) -> tuple[Case, ...]:
        """The cases as filed."""
        return tuple(self._originals.values())

    def original(self, case_id: str) -> Case:
        """The case as filed."""
        return self._originals[case_id]

    def current(self, case_id: str) -> Case:
        """The case as it stands now."""
        return self._currents[case_id]

    def changes(self, case_id: str) -> tuple[Change, ...]:
        """The standing changes of one case, oldest first."""
        net = self.history.net(case_id)
        return net.steps if net else ()

    def unreviewed(self) -> list[Case]:
        """Cases as filed that have no result yet, in order: the work of the background job."""
        return [case for case_id, case in self._originals.items() if case_id not in self._before]

    def put(self, results: Iterable[CaseResult]) -> list[str]:
        """Take results of cases as filed (from the background job); returns their ids."""
        ids = []
        for result in results:
            self._before[result.case.case_id] = result
            ids.append(result.case.case_id)
        return ids

    def put_across(self, found: Mapping[str, Sequence[Finding]]) -> list[str]:
        """Take what rules across cases found in the cases as filed; returns the ids they add something to.

        What a rule across cases said stays with the case whatever is edited: it speaks of other cases too.
        """
        changed = []
        for case_id, findings in found.items():
            before = self._before.get(case_id)
            if before is None:
                continue
            known = set(map(_identity, before.findings))
            extra = tuple(finding for finding in findings if _identity(finding) not in known)
            if extra:
                self._across[case_id] = extra
                self._before[case_id] = self._with_across(before)
                self._after.pop(case_id, None)
                changed.append(case_id)
        return changed

    def result(self, case_id: str) -> WhatIf:
        """Both results of a case, reviewed now if they are not there yet."""
        before = self._before.get(case_id)
        if before is None:
            before = self._before[case_id] = review(self._originals[case_id], self.knowledge)
        current = self._currents[case_id]
        if current is self._originals[case_id]:
            return WhatIf(before, before)
        after = self._after.get(case_id)
        if after is None or after.case is not current:
            after = self._after[case_id] = self._with_across(review(current, self.knowledge, before))
        return WhatIf(before, after)

    def known(self, case_id: str) -> WhatIf | None:
        """Both results of a case if they are there; nothing is computed."""
        before, current = self._before.get(case_id), self._currents[case_id]
        if before is None:
            return None
        after = self._after.get(case_id) if self.altered(case_id) else before
        return WhatIf(before, after) if after is not None and after.case is current else None

    def results(self) -> list[CaseResult]:
        """Results of the cases as they stand, as far as they are reviewed, in the order of the file."""
        return [self.result(case_id).after for case_id in self._originals if case_id in self._before]

    def resettle(self, knowledge: Knowledge, numbers: frozenset[str]) -> list[str]:
        """Take a knowledge that differs in its settlers only, and settle the cases of these numbers anew; returns their ids."""
        self.knowledge = knowledge
        touched = [
            case_id
            for case_id, case in self._originals.items()
            if case_id in self._before and not numbers.isdisjoint((case_id, case.record_no))
        ]
        for case_id in touched:
            self._before[case_id] = settle_again(self._before[case_id], knowledge)
            after = self._after.get(case_id)
            if after is not None:
                self._after[case_id] = settle_again(after, knowledge)
        return touched

    def what_if(self, case_id: str, edits: Sequence[Edit]) -> WhatIf:
        """What the edits would do to the case as it stands; nothing is recorded."""
        now = self.result(case_id).after
        edited = review(apply(self._currents[case_id], edits), self.knowledge, now)
        return WhatIf(now, self._with_across(edited))

    def find(
        self, case_id: str, kind: Kind, text: str, limit: int = 9, index: int | None = None
    ) -> Sequence[Candidate]:
        """Candidates for line ``index`` of the case as it stands (``None``: a line to be added); none without a table."""
        if self._find is None or not text.strip():
            return ()
        return self._find(self._currents[case_id], kind, index, text, limit)

    def change(
        self,
        case_id: str,
        edits: Sequence[Edit],
        label: str,
        *,
        decision: Decision = Decision.CORRECT,
        reason: str = "",
        rule_id: str = "",
    ) -> Change:
        """Apply edits (none for a decision that changes no code), record the Change and return it.

        Raises:
            EditError: an edit names a line the case does not have; nothing is recorded.
            UserError: the journal cannot be written; nothing is changed.
        """
        change = replace(
            self._change_of(case_id, edits, label), decision=decision, reason=reason, rule_id=rule_id
        )
        stored = self.journal.record(change)
        self._noted.forget_undone()
        self._refresh(case_id)
        return stored

    def alike(self, finding: Finding, fix: Fix) -> AlikeRepairs:
        """The same repair on every case where the same rule proposes the same kind of it, in the order of the queue.

        Only reviewed cases are looked at. Those whose effect raises the score may not be taken in bulk.
        """
        found = []
        for case_id in self._originals:
            if case_id not in self._before:
                continue
            now = self.result(case_id).after
            same = same_kind(finding, fix, now.findings)
            if same is not None and finding.rule_id not in self.answered(case_id):
                found.append(Repair(*same, now, self._across.get(case_id, ())))
        return AlikeRepairs(tuple(found), self.knowledge)

    def change_all(self, proposals: Sequence[Proposal], reason: str = "") -> tuple[Change, ...]:
        """Take several repairs at one stroke: recorded together, undone together.

        Raises:
            ValueError: one of them raises the score; such a repair is taken case by case, with its reason.
            UserError: the journal cannot be written; nothing is changed.
        """
        if any(proposal.effect.raises for proposal in proposals):
            raise ValueError("a repair that raises the score is never taken in bulk")
        changes = [
            self._change_of(one.case_id, one.fix.edits, name_step(self._currents[one.case_id], one.fix.edits))
            for one in proposals
        ]
        signed = [
            replace(change, reason=reason, rule_id=one.finding.rule_id)
            for change, one in zip(changes, proposals, strict=True)
        ]
        recorded = self._refreshed(self.journal.record_all(signed))
        self._noted.forget_undone()
        for one in proposals:
            self._keep_tried(one)
        return recorded

    def note(self, case_id: str) -> Note | None:
        """What is remarked on a case."""
        note = self.journal.notes.get(case_id)
        return note if note is not None and note.text else None

    def write_note(self, case_id: str, text: str) -> None:
        """Remark something on a case; an empty text takes the remark away.

        Raises:
            UserError: it cannot be written; the former one stands.
        """
        former = self.note(case_id)
        before = former.text if former else ""
        if text != before:
            self.journal.add_note(case_id, text, self.author)
            self._noted.wrote(Writing(case_id, before, text, self._newest_step))

    @property
    def undo_label(self) -> str:
        """Name of what ``undo`` would take back; empty when there is nothing."""
        return LABEL if self._noted.next_undo(self._newest_step) else self.history.undo_label()

    @property
    def redo_label(self) -> str:
        """Name of what ``redo`` would do again; empty when there is nothing."""
        return LABEL if self._noted.next_redo(self._newest_step) else self.history.redo_label()

    def undo(self) -> Moved:
        """Take back what was done last, whichever case it was on: a step, or a note written since the work was opened."""
        writing = self._noted.next_undo(self._newest_step)
        if writing is None:
            return _moved(self._refreshed(self.journal.undo()))
        self.journal.add_note(writing.case_id, writing.before, self.author)
        self._noted.take_back()
        return Moved((writing.case_id,))

    def redo(self) -> Moved:
        """Do again what was taken back last."""
        writing = self._noted.next_redo(self._newest_step)
        if writing is None:
            return _moved(self._refreshed(self.journal.redo()))
        self.journal.add_note(writing.case_id, writing.after, self.author)
        self._noted.bring_back()
        return Moved((writing.case_id,))

    def answered(self, case_id: str) -> frozenset[str]:
        """Rules whose findings the coder has answered with a decision that changed no code."""
        return frozenset(
            change.rule_id
            for change in self.changes(case_id)
            if change.rule_id and change.decision is not Decision.CORRECT
        )

    def open_findings(self, case_id: str) -> tuple[Finding, ...]:
        """Findings of the case as it stands that still wait for an answer."""
        answered = self.answered(case_id)
        return tuple(f for f in self.result(case_id).after.findings if f.rule_id not in answered)

    def status(self, case_id: str) -> Status:
        """Where the work on a case stands, from its changes alone.

        待查病历 holds while it is the last word; a case whose codes differ from the filed ones is 已更正.
        """
        decision = self.history.decision(case_id)
        if decision is None:
            return Status.UNTOUCHED
        if decision is not Decision.PENDING and self.altered(case_id):
            return Status.CORRECTED
        return Status.of(decision)

    def altered(self, case_id: str) -> bool:
        """Whether the case as it stands differs from the case as filed."""
        return self._currents[case_id] is not self._originals[case_id]

    def row(self, case_id: str) -> CaseRow:
        """The queue's line for a case; results not computed yet are shown as waiting, not computed here."""
        result = self.result(case_id).after if self.altered(case_id) else self._before.get(case_id)
        note = self.note(case_id)
        return make_row(
            self._currents[case_id],
            result,
            self.status(case_id),
            self.answered(case_id),
            note=note.text if note else "",
        )

    def rows(self) -> list[CaseRow]:
        """The queue, in the order of the file."""
        return [self.row(case_id) for case_id in self._originals]

    @property
    def _newest_step(self) -> int:
        return next(iter(self.history.next_undo()), 0)

    def _change_of(self, case_id: str, edits: Sequence[Edit], label: str) -> Change:
        case = self._currents[case_id]
        return Change(
            case_id=case_id,
            label=label,
            decision=Decision.CORRECT,
            before=CodedLines.of(case),
            after=CodedLines.of(apply(case, edits)),
            author=self.author,
            time=self._clock(),
        )

    def _with_across(self, result: CaseResult) -> CaseResult:
        return with_across(result, self._across.get(result.case.case_id, ()))

    def _keep_tried(self, proposal: Proposal) -> None:
        """What a repair was found to do need not be worked out again once it is made."""
        case_id, tried = proposal.case_id, proposal.effect.after
        if tried.case == self._currents[case_id]:
            self._after[case_id] = self._with_across(replace(tried, case=self._currents[case_id]))

    def _refreshed(self, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        for change in changes:
            self._refresh(change.case_id)
        return changes

    def _refresh(self, case_id: str) -> None:
        """Put the lines that hold now on the original; equal lines give the original back itself."""
        original = self._originals.get(case_id)
        if original is not None:
            current = self.history.current(original)
            same = CodedLines.of(current) == CodedLines.of(original)
            self._currents[case_id] = original if same else current


def _moved(changes: tuple[Change, ...]) -> Moved:
    return Moved(tuple(change.case_id for change in changes), changes)


def _identity(finding: Finding) -> tuple[str, str, str, str]:
    """What makes two findings the same (fixes are lists of edits and follow from these)."""
    return finding.rule_id, finding.field, finding.code, finding.message
