"""Work off the window's thread: the only place with threads.

A job is a function that takes a ``Progress``. Its result, its failure and its reports come back to the window's thread
through queued signals; nothing else crosses. Progress is throttled by ``app.progress`` to 20 reports a second and shown
only when the work takes longer than 300 ms.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QRunnable, QThreadPool, QTimer, Signal, Slot

from app.errors import UserError
from app.log import mishap
from app.progress import Cancelled, Progress

SHOW_AFTER_MS = 300
"""Work shorter than this shows no progress at all: a flash would disturb more than it tells."""

HAND_OVER_SECONDS = 0.001
"""How soon a busy worker lets the window's thread have its turn (Python's own: 0.005). Painting a table asks the model a
thousand times, and each time waits that long while a worker computes."""

T = TypeVar("T")


class _Relay(QObject):
    """Carries signals from the worker's thread; lives in the window's thread."""

    delivered = Signal(object)
    reported = Signal(int, int, str)
    ended = Signal(str, object)


class _Runner(QRunnable):
    def __init__(self, work: Callable[[Progress], Any], progress: Progress, relay: _Relay) -> None:
        super().__init__()
        self._work, self._progress, self._relay = work, progress, relay

    def run(self) -> None:
        """In the worker's thread."""
        try:
            outcome: tuple[str, object] = ("done", self._work(self._progress))
        except Cancelled:
            outcome = ("cancelled", None)
        except UserError as error:
            outcome = ("refused", error)
        except Exception as error:
            outcome = ("broken", mishap(error))
        self._relay.ended.emit(*outcome)


class Job(QObject):
    """One piece of running work. Connect before the event loop runs again: ``Jobs.start`` returns first."""

    shown = Signal(str)
    progressed = Signal(int, int, str)
    batch = Signal(object)
    done = Signal(object)
    refused = Signal(object)
    broken = Signal(object)
    cancelled = Signal()
    finished = Signal()

    def __init__(self, title: str, parent: QObject) -> None:
        super().__init__(parent)
        self.title = title
        self.relay = _Relay(self)
        self.progress = Progress(self.relay.reported.emit)
        self.relay.reported.connect(self._report)
        self.relay.delivered.connect(self._deliver)
        self.relay.ended.connect(self._end)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.timeout.connect(self._show)
        self._late.start(SHOW_AFTER_MS)

    def cancel(self) -> None:
        """Ask the work to stop at its next report."""
        self.progress.cancel()

    def deliver(self, part: object) -> None:
        """For the worker: hand over a part of the result while the rest is still being made."""
        self.relay.delivered.emit(part)

    @Slot()
    def _show(self) -> None:
        self.shown.emit(self.title)

    @Slot(int, int, str)
    def _report(self, done: int, total: int, text: str) -> None:
        self.progressed.emit(done, total, text)

    @Slot(object)
    def _deliver(self, part: object) -> None:
        if not self.progress.cancelled:
            self.batch.emit(part)

    @Slot(str, object)
    def _end(self, kind: str, outcome: object) -> None:
        self._late.stop()
        if kind == "cancelled" or self.progress.cancelled:
            self.cancelled.emit()
        elif kind == "done":
            self.done.emit(outcome)
        elif kind == "refused":
            self.refused.emit(outcome)
        else:
            self.broken.emit(outcome)
        self.finished.emit()
        self.deleteLater()


class Jobs(QObject):
    """Starts jobs and knows which are running. One worker thread a job; the pool is bounded by the cores."""

    started = Signal(object)
    broken = Signal(object)
    """A ``Mishap`` in any job: a bug, for the crash dialog."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.setswitchinterval(HAND_OVER_SECONDS)
        self._pool = QThreadPool(self)
        self._running: list[Job] = []

    @property
    def running(self) -> tuple[Job, ...]:
        """Jobs that have not ended yet."""
        return tuple(self._running)

    def start(self, title: str, work: Callable[[Progress], Any]) -> Job:
        """Run ``work(progress)`` in a worker thread; its answer arrives at ``job.done``."""
        return self.start_batches(title, lambda progress, _deliver: work(progress))

    def start_batches(self, title: str, work: Callable[[Progress, Callable[[object], None]], Any]) -> Job:
        """Run ``work(progress, deliver)``; every ``deliver(part)`` arrives at ``job.batch``."""
        job = Job(title, self)
        self._running.append(job)
        job.finished.connect(self._forget)
        job.broken.connect(self.broken)
        self._pool.start(_Runner(lambda progress: work(progress, job.deliver), job.progress, job.relay))
        self.started.emit(job)
        return job

    def stop_all(self, wait_ms: int = 5000) -> bool:
        """Cancel everything and wait for the threads; ``False`` when one did not stop in time."""
        for job in self._running:
            job.cancel()
        return self._pool.waitForDone(wait_ms)

    @Slot()
    def _forget(self) -> None:
        job = self.sender()
        self._running = [other for other in self._running if other is not job]
