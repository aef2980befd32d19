"""For measuring the start: end the process at the moment its window can be used (``--leave-when shown|open``).

``tests/windows/start_time.py`` compares that moment with the smallest Qt window frozen the same way.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget


class Moment(StrEnum):
    """When to leave: the window is painted and takes input, or the work is on the screen, too."""

    SHOWN = "shown"
    OPEN = "open"


class LeaveWhen(QObject):
    """Ends the process as soon as the window is exposed, painted, its events are handled and ``ready`` says so."""

    def __init__(self, window: QWidget, ready: Callable[[], bool]) -> None:
        super().__init__(window)
        self._window = window
        self._ready = ready
        self._timer = QTimer(self, interval=0)  # runs whenever the event loop has nothing else to do
        self._timer.timeout.connect(self.look)
        self._timer.start()

    @Slot()
    def look(self) -> None:
        """Leave now, or look again."""
        handle = self._window.windowHandle()
        if handle is not None and handle.isExposed() and self._ready():
            self._window.repaint()
            os._exit(0)  # what comes after is not the start
