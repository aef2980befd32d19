"""Progress and cancelling of long work, without Qt: workers call ``report``, whoever watches shows it."""

from __future__ import annotations

import time
from collections.abc import Callable


class Cancelled(Exception):  # noqa: N818 - not an error: the user's wish
    """Raised inside the work when the user cancelled it."""


class Progress:
    """Hand one of these to long work. Reports reach ``listener`` at most 20 times a second, the last one always.

    ``listener(done, total, text)``; ``total`` 0 means unknown. ``cancel`` may be called from another thread.
    """

    def __init__(self, listener: Callable[[int, int, str], None] | None = None) -> None:
        self._listener = listener
        self._cancelled = False
        self._last = 0.0

    def cancel(self) -> None:
        """Ask the work to stop at its next report."""
        self._cancelled = True

    @property
    def cancelled(self) -> bool:
        """Whether cancelling was asked for."""
        return self._cancelled

    def report(self, done: int, total: int = 0, text: str = "") -> None:
        """Say how far the work is.

        Raises:
            Cancelled: the user asked to stop.
        """
        if self._cancelled:
            raise Cancelled
        now = time.monotonic()
        if self._listener and (now - self._last >= 0.05 or (total and done >= total)):
            self._last = now
            self._listener(done, total, text)
