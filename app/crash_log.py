"""What a crash of the whole process leaves behind: source positions, so that the next start can show them.

Python's exceptions are logged by ``app.log``; this is for what ends the process at once (a fault inside Qt or a driver).
The text holds function names and line numbers, never values.
"""

from __future__ import annotations

import faulthandler
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from app.paths import log_dir

_PATTERN = "crash-*.txt"
_FORGOTTEN_SECONDS = 30 * 86400


class CrashLog:
    """Watches over this process from ``start`` to ``finish``."""

    def __init__(self, path: Path, stream: TextIO) -> None:
        self.path = path
        self._stream = stream

    @classmethod
    def start(cls, folder: Path | None = None) -> CrashLog:
        """Write to a file of this process's own if it crashes.

        Raises:
            UserError: there is no log folder.
        """
        path = (folder or log_dir()) / f"crash-{os.getpid()}.txt"
        stream = path.open("w", encoding="utf-8")
        faulthandler.enable(stream)
        return cls(path, stream)

    def finish(self) -> None:
        """The process ends as it should: nothing is left behind (Windows reports handled faults, too)."""
        faulthandler.disable()
        self._stream.close()
        with suppress(OSError):
            self.path.unlink()


def take_former(folder: Path | None = None) -> tuple[str, ...]:
    """The lines that crashed processes left since the last time they were asked for; their files are removed.

    An empty file is that of another window, or of a process that was ended from outside: the latter is cleared away later.
    """
    lines: list[str] = []
    for path in sorted((folder or log_dir()).glob(_PATTERN)):
        with suppress(OSError, UnicodeDecodeError):
            text = path.read_text(encoding="utf-8")
            if text or time.time() - path.stat().st_mtime > _FORGOTTEN_SECONDS:
                path.unlink()
                lines += text.splitlines()
    return tuple(lines)
