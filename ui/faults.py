"""Faults: exceptions nobody caught become a message (UserError) or a crash dialog (a bug); the program goes on."""

from __future__ import annotations

import sys
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from app import log
from app.errors import UserError
from app.log import Mishap
from ui.dialogs.messages import CrashDialog, tell_user


class Faults(QObject):
    """Shows what went wrong on the window's thread, wherever it was raised. ``install`` once at start."""

    _refused = Signal(object)
    _broken = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._crash: CrashDialog | None = None
        self._refused.connect(self.show_refusal, Qt.ConnectionType.QueuedConnection)
        self._broken.connect(self.show_mishap, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Catch what nobody caught, in any thread. Bugs are logged (without patients' data) and shown."""
        log.install_excepthook(self._broken.emit)
        former = sys.excepthook

        def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            if isinstance(error, UserError):
                self._refused.emit(error)
            else:
                former(kind, error, trace)

        sys.excepthook = hook

    @Slot(object)
    def show_refusal(self, error: UserError) -> None:
        """Say what happened and what to do."""
        tell_user(self._window, error)

    @Slot(object)
    def show_mishap(self, mishap: Mishap) -> None:
        """Show a bug; while one is shown, further ones are added to it."""
        if self._crash is not None:
            self._crash.add(mishap)
            return
        self._crash = CrashDialog(mishap, self._window)
        self._crash.finished.connect(self._closed)
        self._crash.open()

    @Slot()
    def _closed(self) -> None:
        if self._crash is not None:
            self._crash.deleteLater()
        self._crash = None
