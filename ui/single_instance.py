"""One window per session file: a second start with the same work brings the first window to the front.

The session's lock says whether a window has it; the request to come forward is an empty file in the user's own data
folder, which the first window takes away when it has obeyed. A window of another user or another computer never sees the
request, and then the second start goes on and the refusal names who holds the file.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication, QWidget

from app.errors import UserError
from app.paths import data_dir
from app.sessions.lockfile import FileLock, LockHeldError

PATIENCE_SECONDS = 3.0
"""How long the second start waits for the first window to obey."""
_ASKED_EVERY_MS = 300
_ANY_PROCESS = -1
"""``ASFW_ANY``: whoever obeys may take the foreground, which Windows grants only on behalf of the program just started."""


def call_to_front(session: Path, patience: float = PATIENCE_SECONDS) -> bool:
    """Ask the window that has this session open to come forward; whether one did."""
    if not session.exists() or not _is_open_elsewhere(session):
        return False
    request = _request_of(session)
    request.parent.mkdir(exist_ok=True)
    request.touch()
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(_ANY_PROCESS)
    deadline = time.monotonic() + patience
    while request.exists():
        if time.monotonic() > deadline:
            with suppress(OSError):
                request.unlink()
            return False
        time.sleep(0.02)
    return True


class Listener(QObject):
    """Brings a window forward when another start asks for the session it has open."""

    def __init__(self, window: QWidget, session: Callable[[], Path | None]) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._timer = QTimer(self, interval=_ASKED_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    @Slot()
    def look(self) -> None:
        """Obey a request, if there is one."""
        session = self._session()
        if session is None:
            return
        try:
            _request_of(session).unlink()
        except OSError:  # none there
            return
        bring_to_front(self._window)


def bring_to_front(window: QWidget) -> None:
    """Show a window above the others, also when it was minimised."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
    QApplication.alert(window)


def _is_open_elsewhere(session: Path) -> bool:
    try:
        FileLock.acquire(session).release()
    except LockHeldError:
        return True
    except UserError:  # a folder that cannot be written: opening it will say so
        return False
    return False


def _request_of(session: Path) -> Path:
    name = os.path.normcase(os.path.realpath(session))
    return data_dir() / "calls" / hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24]
