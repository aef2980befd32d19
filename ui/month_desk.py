"""MonthDesk: what is worked out over all cases of the open work, off the window's thread: charts, the same repair on many."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import ref

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.summary import Summary, summarise
from app.what_if import Proposal
from ui.dialogs.bulk import BulkDialog
from ui.jobs import Job, Jobs

if TYPE_CHECKING:
    from app.workbench import Workbench
    from ui.desk import Desk
    from ui.panels.charts import ChartsPanel


class MonthDesk(QObject):
    """Between the desk and what is shown of the month as a whole. An answer that comes when other work is open is dropped."""

    def __init__(self, desk: Desk, jobs: Jobs, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._jobs = jobs
        self._window = window
        self._summing: Job | None = None
        self._trying: Job | None = None
        self._summed: tuple[ref[Workbench], Summary] | None = None

    # --- charts --------------------------------------------------------------------------------------------

    def sum_up(self, bench: Workbench, charts: ChartsPanel) -> None:
        """Sum up the cases as they stand and show it."""
        results = bench.results()
        charts.wait(bench.system, anew=self._summary_of(bench) is None)
        if self._summing is not None:
            self._summing.cancel()
        job = self._summing = self._jobs.start("正在统计", lambda progress: summarise(results, progress))

        def show(summary: Summary) -> None:
            self._summed = ref(bench), summary
            self.show_system(charts)

        def given_up() -> None:
            if self._summing is job:
                charts.note.setText("统计已取消。")

        job.done.connect(show)
        job.finished.connect(self._summing_ended)
        job.cancelled.connect(given_up)

    def show_system(self, charts: ChartsPanel) -> None:
        """Show what was summed up last under the system that is looked at; the sums know both."""
        bench = self._desk.workbench
        summary = self._summary_of(bench) if bench is not None else None
        if bench is not None and summary is not None:
            charts.show_summary(summary, len(bench.case_ids), bench.system)

    def _summary_of(self, bench: Workbench) -> Summary | None:
        return self._summed[1] if self._summed is not None and self._summed[0]() is bench else None

    # --- the same repair on many cases ---------------------------------------------------------------------

    def adopt_all(self) -> None:
        """The same repair on all cases that need it, to be ticked one by one."""
        bench, finding = self._desk.workbench, self._desk.page.findings.current()
        if bench is None or finding is None or not finding.fixes:
            self._desk.told.emit("所选发现没有可批量采纳的修复")
            return
        if self._trying is not None:
            self._trying.cancel()
        alike = bench.alike(finding, finding.fixes[0])
        job = self._trying = self._jobs.start("正在试算同类修复", alike.try_out)
        job.done.connect(lambda tried: self._offer(bench, tried))
        job.finished.connect(self._trying_ended)

    def _offer(self, bench: Workbench, tried: list[Proposal]) -> None:
        """Let the coder tick; what became of a case meanwhile was not tried out and is left out."""
        if bench is not self._desk.workbench:
            return
        dialog = BulkDialog(
            [one for one in tried if one.effect.before.case is bench.current(one.case_id)], self._window
        )
        dialog.accepted.connect(lambda: self._desk.take_all(dialog.chosen, dialog.reason.text().strip()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def _summing_ended(self) -> None:
        if self.sender() is self._summing:
            self._summing = None

    @Slot()
    def _trying_ended(self) -> None:
        if self.sender() is self._trying:
            self._trying = None
