"""The moment a window can be used: on the screen, painted, with nothing left to do.

The start waits for it before it opens the work, so that the window is there at once; and it is what the start is measured by:
``--leave-when shown|open`` ends the process then, and ``tests/windows/start_time.py`` compares that with the smallest Qt window.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

PATIENCE_SECONDS = 1.0
"""A window that is started minimised is never seen; the work is opened all the same."""


class Moment(StrEnum):
    """When to leave: the window can be used, or the work is on the screen, too."""

    SHOWN = "shown"
    OPEN = "open"


class FirstSight(QObject):
    """Calls ``then`` once, as soon as the window is on the screen and its events are handled."""

    def __init__(self, window: QWidget, then: Callable[[], object]) -> None:
        super().__init__(window)
        self._window = window
        self._then = then
        self._until = time.monotonic() + PATIENCE_SECONDS
        self._timer = QTimer(self, interval=0)  # runs whenever the event loop has nothing else to do
        self._timer.timeout.connect(self.look)
        self._timer.start()

    @Slot()
    def look(self) -> None:
        """Now, or next time."""
        handle = self._window.windowHandle()
        seen = handle is not None and handle.isExposed()
        if seen or time.monotonic() > self._until:
            self._timer.stop()
            self._window.repaint()
            self._then()


def leave_when(
    moment: Moment, opened: Callable[[], bool], last: Callable[[], object], parent: QObject
) -> None:
    """End the process at this moment of a start, ``last`` done: what comes after is not measured."""
    timer = QTimer(parent, interval=0)

    def look() -> None:
        if moment is Moment.SHOWN or opened():
            last()
            os._exit(0)

    timer.timeout.connect(look)
    timer.start()
