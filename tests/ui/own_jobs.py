"""Jobs of a test, which have ended before what owns them goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.jobs import Jobs


@contextmanager
def own_jobs(qtbot: QtBot) -> Iterator[Jobs]:
    """Jobs of a widget of their own (``jobs.parent()``). qtbot would delete it, and the jobs with it, while some still run."""
    owner = QWidget()
    jobs = Jobs(owner)
    try:
        yield jobs
    finally:
        jobs.stop_all()
        qtbot.waitUntil(lambda: not jobs.running)
        owner.deleteLater()
