"""Desk: between the workbench and the panels. Which case is at hand, what is shown of it, undo, background review."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from app.batch import MonthChecker
from app.collector import lasting_values, let_go
from app.history import Decision
from app.lessons import Lesson, Lessons
from app.matching.memory import HospitalDictionary
from app.progress import Progress
from app.review import CaseResult, review_all
from app.sessions.session import read_only_error
from app.step_labels import describe_step, name_step
from app.what_if import Proposal, WhatIf
from app.workbench import Workbench
from coding_rules.edit import Edit
from coding_rules.finding import Finding, Fix
from coding_rules.grouper.grouping import System
from icd_tables.codes import Kind
from ui.dialogs.messages import tell_user
from ui.dialogs.note import ask_note
from ui.dialogs.reason import ask_reason
from ui.effects import effect_lines
from ui.jobs import Job, Jobs
from ui.line_desk import LineDesk
from ui.locate import line_of
from ui.review_page import ReviewPage

BATCH_SECONDS = 0.2
"""How often results of the background review reach the queue."""


class Desk(QObject):
    """Moves values from the workbench to the panels and the coder's wishes back."""

    history_changed = Signal()
    told = Signal(str)
    """A sentence for the status bar."""
    review_finished = Signal()

    def __init__(self, page: ReviewPage, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.page = page
        self.jobs = jobs
        self.workbench: Workbench | None = None
        self.case_id = ""
        self._review_job: Job | None = None
        self._lessons = Lessons(None)
        self.lines = LineDesk(self, page)
        page.queue.chosen.connect(self.show_case)
        page.findings.fix_wanted.connect(self.take_fix)
        page.findings.decision_wanted.connect(self.decide)
        page.findings.located.connect(self.locate)

    def open(
        self, workbench: Workbench, case_id: str = "", dictionary: HospitalDictionary | None = None
    ) -> None:
        """Put a piece of work on the desk and go to a case (the first one if it is not there).

        ``dictionary`` learns which code was chosen for which wording.
        """
        self.close()
        self.workbench = workbench
        self._lessons = Lessons(dictionary)
        queue = self.page.queue
        queue.set_rows(workbench.rows(), workbench.system)
        queue.select(case_id if case_id in workbench.case_ids else next(iter(workbench.case_ids), ""))
        self.history_changed.emit()
        self._review_rest()

    def close(self) -> None:
        """Take the work off the desk; the background review stops."""
        if self._review_job is not None:
            self._review_job.cancel()
            self._review_job = None
        let_go()
        self.workbench = None
        self.case_id = ""

    @Slot(str)
    def show_case(self, case_id: str) -> None:
        """Show a case in all panels."""
        if self.workbench is None:
            return
        self.case_id = case_id
        self.lines.leave()
        self.refresh()
        self.locate(self.page.findings.current())

    def refresh(self) -> None:
        """Show the case at hand as it stands now."""
        work = self.workbench
        if work is None or not self.case_id:
            return
        result = work.result(self.case_id)
        status, note = work.status(self.case_id).value, work.note(self.case_id)
        self.page.case.show_case(work.original(self.case_id), result.after, status, note.text if note else "")
        self._show_verdicts(result)
        self.lines.refresh()
        row = self.page.queue.row(self.case_id)
        if row is not None and not row.reviewed:
            self.page.queue.update_rows([work.row(self.case_id)])

    @Slot(object)
    def locate(self, finding: Finding | None) -> None:
        """Put the cursor on the line a finding speaks of; on the first line where it speaks of none."""
        place = line_of(finding.field) if finding is not None else None
        self.lines.go_to(*(place or (Kind.DIAGNOSIS, 0)))

    def commit(
        self,
        edits: Sequence[Edit],
        *,
        label: str = "",
        reason: str = "",
        rule_id: str = "",
        lesson: Lesson | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Make a change on the case at hand. One that raises the score asks for a reason first.

        ``lesson``: the wording that was given a code, to be remembered once the change is made.
        """
        work = self.workbench
        if work is None or not self.case_id or not self._may_write():
            return
        case_id = self.case_id
        name = label or name_step(work.current(case_id), edits)

        def make(given: str) -> None:
            change = work.change(case_id, edits, name, reason=given, rule_id=rule_id)
            self._lessons.learn(change, lesson)
            self._changed([case_id])
            self.told.emit(name)
            if then is not None:
                then()

        effect = work.what_if(case_id, edits)
        if reason or not effect.raises:
            make(reason)
            return
        lines = "\n".join(effect_lines(effect))
        step = label or describe_step(work.current(case_id), edits)
        question = f"{step}\n\n这一更正会提高分值或支付金额：\n{lines}\n\n请写明依据。"
        ask_reason(self.page, "更正理由", question, Decision.CORRECT, make)

    @Slot(object, object)
    def take_fix(self, finding: Finding, fix: Fix, then: Callable[[], None] | None = None) -> None:
        """Make the change a finding proposes."""
        self.commit(fix.edits, rule_id=finding.rule_id, then=then)

    def take_all(self, proposals: Sequence[Proposal], reason: str) -> None:
        """Make the same repair on several cases at one stroke."""
        if self.workbench is not None and proposals and self._may_write():
            changes = self.workbench.change_all(proposals, reason)
            self._changed([change.case_id for change in changes])
            self.told.emit(f"已采纳 {len(changes)} 例，可一步撤销")

    @Slot(object, object)
    def decide(self, finding: Finding | None, decision: Decision) -> None:
        """Record a decision that changes no code, with its reason."""
        if self.workbench is None or not self.case_id or not self._may_write():
            return
        about = finding.message if finding else "整份首页"

        def make(reason: str) -> None:
            self._decide_now(finding, decision, reason)

        ask_reason(self.page, decision.value, about, decision, make)

    def accept_and_next(self) -> None:
        """Take what is selected (candidate, else fix), else keep the case as it is; then the next case with findings."""
        if self.workbench is None or not self.case_id:
            return
        if self.lines.take_selected(then=self.next_open):
            return
        finding = self.page.findings.current()
        open_findings = self.workbench.open_findings(self.case_id)
        if finding is not None and finding in open_findings and len(finding.fixes) == 1:
            self.take_fix(finding, finding.fixes[0], then=self.next_open)
            return
        untouched = not open_findings and not self.workbench.changes(self.case_id)
        if untouched and not self.workbench.journal.read_only:
            self._decide_now(None, Decision.KEEP, "审核无误")
        self.next_open()

    def next_open(self) -> None:
        """Go to the next case shown that has findings; say so when there is none."""
        if not self.page.queue.step(1, with_finding=True):
            self.told.emit("后面没有待处理的病例了")

    def edit_note(self) -> None:
        """Write, change or clear the note on the case at hand."""
        work, case_id = self.workbench, self.case_id
        if work is None or not case_id or not self._may_write():
            return
        note = work.note(case_id)

        def write(text: str) -> None:
            work.write_note(case_id, text)
            self._changed([case_id])
            self.told.emit("备注已保存" if text else "备注已清除")

        ask_note(self.page, self.page.case.head.text(), note.text if note else "", write)

    def undo(self) -> None:
        """Take back the last step and go to its case."""
        if self.workbench is not None and self._may_write():
            undone = self.workbench.undo()
            self._lessons.withdraw(undone.changes)
            self._went(undone.case_ids, "已撤销")

    def redo(self) -> None:
        """Do the last undone step again and go to its case."""
        if self.workbench is not None and self._may_write():
            redone = self.workbench.redo()
            self._lessons.restore(redone.changes)
            self._went(redone.case_ids, "已重做")

    def show_resettled(self, case_ids: Sequence[str]) -> None:
        """Cases were settled anew: their rows and the case at hand follow."""
        work = self.workbench
        if work is None or not case_ids:
            return
        self.page.queue.update_rows([work.row(case_id) for case_id in case_ids])
        if self.case_id in case_ids:
            self._judged_anew()

    def set_system(self, system: System) -> None:
        """Show rate band and profit of the queue by DRG or by DIP."""
        if self.workbench is None:
            return
        self.workbench.system = system
        self.page.queue.set_system(system)

    def _judged_anew(self) -> None:
        """The case at hand is judged otherwise, its lines are the same: a line that is being typed stays open."""
        if self.workbench is not None and self.lines.editing:
            self._show_verdicts(self.workbench.result(self.case_id))
        else:
            self.refresh()

    def _show_verdicts(self, result: WhatIf) -> None:
        self.page.findings.show_findings(result.after.findings, self._answers())
        self.page.score.show_scores(result)

    def _may_write(self) -> bool:
        """Whether the open work takes changes; says so when it does not."""
        reading = self.workbench is not None and self.workbench.journal.read_only
        if reading:
            tell_user(self.page, read_only_error())
        return not reading

    def _decide_now(self, finding: Finding | None, decision: Decision, reason: str) -> None:
        work = self.workbench
        if work is None:
            return
        label = f"{decision.value}：{finding.title}" if finding else decision.value
        rule_id = finding.rule_id if finding else ""
        work.change(self.case_id, (), label, decision=decision, reason=reason, rule_id=rule_id)
        self._changed([self.case_id])
        self.told.emit(label)

    def _answers(self) -> dict[str, Decision]:
        if self.workbench is None:
            return {}
        return {
            change.rule_id: change.decision
            for change in self.workbench.changes(self.case_id)
            if change.rule_id and change.decision is not Decision.CORRECT
        }

    def _changed(self, case_ids: Sequence[str]) -> None:
        if self.workbench is None:
            return
        self.page.queue.update_rows([self.workbench.row(case_id) for case_id in case_ids])
        self.refresh()
        self.history_changed.emit()

    def _went(self, case_ids: Sequence[str], verb: str) -> None:
        if not case_ids or self.workbench is None:
            return
        self.lines.leave()
        self._changed(case_ids)
        if case_ids[0] != self.case_id and not self.page.queue.select(case_ids[0]):
            number = self.workbench.current(case_ids[0]).record_no or case_ids[0]
            verb = f"{verb}：病案号 {number}，不在筛选出的病例里"
        self.told.emit(verb)

    def _review_rest(self) -> None:
        work = self.workbench
        cases = work.unreviewed() if work else []
        if work is None or not cases:
            self.review_finished.emit()
            return
        knowledge, everything = work.knowledge, work.originals

        @lasting_values()
        def run(progress: Progress, deliver: Callable[[object], None]) -> None:
            batch: list[CaseResult] = []
            last = time.monotonic()
            for result in review_all(cases, knowledge, progress):
                batch.append(result)
                if time.monotonic() - last >= BATCH_SECONDS:
                    deliver(batch)
                    batch, last = [], time.monotonic()
            deliver(batch)
            if isinstance(knowledge.checker, MonthChecker):
                deliver(
                    knowledge.checker.check_across(
                        everything, lambda done, total: progress.report(done, total, "正在核对跨病例规则")
                    )
                )

        job = self.jobs.start_batches("正在审核病例", run)
        job.batch.connect(self._take_batch)
        job.done.connect(self._reviewed)
        self._review_job = job

    @Slot(object)
    def _take_batch(self, batch: list[CaseResult] | dict[str, Sequence[Finding]]) -> None:
        """Results of single cases as they come, at the end the findings across cases."""
        work = self.workbench
        if work is None or self.sender() is not self._review_job:
            return
        ids = work.put_across(batch) if isinstance(batch, dict) else work.put(batch)
        self.page.queue.update_rows([work.row(case_id) for case_id in ids])
        if isinstance(batch, dict) and self.case_id in ids:
            self._judged_anew()

    @Slot(object)
    def _reviewed(self, _nothing: object) -> None:
        if self.sender() is self._review_job:
            self._review_job = None
            self.page.queue.refilter()
            self.review_finished.emit()
