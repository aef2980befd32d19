"""The line of a tool window that says what is being worked on, how far it is, and lets one cancel it."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from ui.icons import icon
from ui.jobs import Job


class BusyLine(QWidget):
    """Shows the newest job of the window once it takes longer than a moment; otherwise a sentence, or nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QLabel()
        self.text.setProperty("role", "muted")
        self.text.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setFixedWidth(180)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("进度")
        self.stop = QToolButton()
        self.stop.setIcon(icon("close"))
        self.stop.setText("取消")
        self.stop.setToolTip("取消正在进行的工作")
        self.stop.setAccessibleName("取消正在进行的工作")
        self.stop.clicked.connect(self.cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.text, 1)
        row.addWidget(self.bar)
        row.addWidget(self.stop)
        self._job: Job | None = None
        self._said = ""
        self._show(False)

    def tell(self, text: str) -> None:
        """A sentence that stays until the next one."""
        self._said = text
        if not self.bar.isVisible():
            self.text.setText(text)

    def watch(self, job: Job) -> None:
        """Follow a job in place of the one before."""
        self._job = job
        job.shown.connect(self._shown)
        job.progressed.connect(self._progressed)
        job.finished.connect(self._finished)

    @Slot()
    def cancel(self) -> None:
        """Ask the job to stop."""
        if self._job is not None:
            self._job.cancel()
            self.text.setText("正在取消…")

    @Slot(str)
    def _shown(self, title: str) -> None:
        if self.sender() is self._job:
            self.text.setText(title)
            self.bar.setRange(0, 0)
            self._show(True)

    @Slot(int, int, str)
    def _progressed(self, done: int, total: int, text: str) -> None:
        if self.sender() is self._job and self._job is not None:
            self.bar.setRange(0, total)
            self.bar.setValue(done)
            count = f" {done:,} / {total:,}" if total > 1 else ""
            self.text.setText(f"{text or self._job.title}{count}")

    @Slot()
    def _finished(self) -> None:
        if self.sender() is self._job:
            self._job = None
            self._show(False)
            self.text.setText(self._said)

    def _show(self, shown: bool) -> None:
        self.bar.setVisible(shown)
        self.stop.setVisible(shown)
