"""The status bar: what was just done, work in progress with cancel, what is demonstration, whether it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QToolButton, QWidget

from ui.icons import icon
from ui.jobs import Job, Jobs

if TYPE_CHECKING:
    from app.work import Work
    from app.workbench import Workbench

TELL_MS = 6000
STARTER_TIP = "入门编码表只收常用编码：未收录的编码不能据此断定无效，医保版转换也不完整。请用“工具”→“编码表”导入官方编码表。"


class StatusStrip(QStatusBar):
    """Shows the newest job that takes longer than a moment."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.work = QLabel()
        self.bar = QProgressBar()
        self.bar.setFixedWidth(160)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("进度")
        self.stop = QToolButton()
        self.stop.setIcon(icon("close"))
        self.stop.setToolTip("取消")
        self.stop.setAccessibleName("取消正在进行的工作")
        self.stop.clicked.connect(self._cancel)
        self.demo = QLabel("演示数据 / 演示方案")
        self.demo.setProperty("role", "demo")
        self.saved = QLabel()
        self.saved.setProperty("role", "muted")
        self.versions = QLabel()
        self.versions.setProperty("role", "muted")
        self.setContentsMargins(8, 0, 8, 0)
        for part in (self.work, self.bar, self.stop, self.demo, self.versions, self.saved):
            self.addPermanentWidget(part)
        self._job: Job | None = None
        self._work: Work | None = None
        self._bench: Workbench | None = None
        self.show_demo("")
        self._show_work(False)
        jobs.started.connect(self._started)

    def tell(self, text: str) -> None:
        """A sentence that goes away by itself."""
        self.showMessage(text, TELL_MS)

    def show_work(self, bench: Workbench, work: Work | None) -> None:
        """What is open: editions, and whether anything on screen is demonstration."""
        self._work = work
        editions = "、".join(sorted({case.edition.value for case in bench.originals}))
        self.versions.setText(f"{len(bench.case_ids):,} 例 · {editions}")
        self.versions.setToolTip(
            "\n".join(f"{what}: {version}" for what, version, _ in bench.knowledge.versions)
        )
        self._bench = bench
        self.review_finished()

    @Slot()
    def review_finished(self) -> None:
        """Results are there: say whether the schemes behind them are demonstrations."""
        from app.demo.n041 import FILE_NAME  # there since the work was opened

        bench = self._bench
        first = bench.result(bench.case_ids[0]).after if bench and bench.case_ids else None
        shown = [one for one in (first.drg, first.dip) if one is not None] if first else []
        files = {case.source.file for case in bench.originals} if bench else set()
        parts = ["演示数据"] if FILE_NAME in files else []
        parts += ["入门编码表"] if bench and _on_starter_tables(bench) else []
        parts += [f"{one.grouping.system.value} 演示方案" for one in shown if one.grouping.demo]
        parts += [
            f"{one.grouping.system.value} 演示参数" for one in shown if one.settlement and one.settlement.demo
        ]
        self.show_demo(" · ".join(parts))

    def show_saved(self, bench: Workbench | None) -> None:
        """Every step is on the disk before it is shown; say so, with the count."""
        if bench is None:
            self.saved.setText("")
            return
        steps = sum(not change.undone for change in bench.history)
        where = self._work.session.path if self._work else None
        if bench.journal.read_only:
            self.saved.setText(f"只读 · 打开时已有 {steps:,} 步")
        else:
            notes = sum(bench.note(case_id) is not None for case_id in bench.journal.notes)
            done = f"{steps:,} 步" + (f"、{notes:,} 条备注" if notes else "")
            self.saved.setText(f"已自动保存 {done}" if where else f"{done}（未建工作文件）")
        self.saved.setToolTip(str(where) if where else "")

    def show_demo(self, text: str) -> None:
        """What on the screen is demonstration; empty for none."""
        self.demo.setText(text)
        self.demo.setToolTip(STARTER_TIP if "入门编码表" in text else "")
        self.demo.setVisible(bool(text))

    @Slot(object)
    def _started(self, job: Job) -> None:
        job.shown.connect(self._job_shown)
        job.progressed.connect(self._progressed)
        job.finished.connect(self._finished)

    @Slot(str)
    def _job_shown(self, title: str) -> None:
        sender = self.sender()
        if isinstance(sender, Job):
            self._job = sender
            self.work.setText(title)
            self.bar.setRange(0, 0)
            self._show_work(True)

    @Slot(int, int, str)
    def _progressed(self, done: int, total: int, text: str) -> None:
        if self.sender() is self._job:
            self.bar.setRange(0, total)
            self.bar.setValue(done)
            count = f"{done:,} / {total:,}" if total else ""
            self.work.setText(f"{text or self.work.text()} {count}".strip())

    @Slot()
    def _finished(self) -> None:
        if self.sender() is self._job:
            self._job = None
            self._show_work(False)

    @Slot()
    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self.work.setText("正在取消…")

    def _show_work(self, shown: bool) -> None:
        self.setContentsMargins(8, 0, 8, 0)
        for part in (self.work, self.bar, self.stop):
            part.setVisible(shown)


def _on_starter_tables(bench: Workbench) -> bool:
    """Whether codes of the open cases are judged by a starter table."""
    editions = {case.edition for case in bench.originals}
    tables = bench.knowledge.terminology.tables
    return any(table.info.starter and edition in editions for (_, edition), table in tables.items())
