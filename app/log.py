"""The log file: counts, timings, exception types and our own source positions. Nothing else can get in.

Records of patients never reach the log because nothing that could carry them is ever formatted: an event has a fixed
name and numbers (``note``), an exception leaves its type and where it was raised, never its message or local values,
and a record of a third-party library leaves its level and source position, never its text.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from app.paths import log_dir

LOG_NAME = "casecode.log"
_MAX_BYTES = 1_000_000
_KEPT = 3
_OURS = ("app", "ui", "coding_rules", "icd_tables", "resources")
_EVENT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_logger = logging.getLogger("casecode")

Figure = int | float | bool


@dataclass(frozen=True, slots=True)
class Mishap:
    """An unexpected exception as the log knows it: its type and the way to it, innermost position last."""

    kind: str
    positions: tuple[str, ...]

    @classmethod
    def of(cls, error: BaseException) -> Mishap:
        """What may be told about an exception, its causes included."""
        kinds: list[str] = []
        positions: list[str] = []
        seen: set[int] = set()
        link: BaseException | None = error
        while link is not None and id(link) not in seen:
            seen.add(id(link))
            kinds.append(type(link).__qualname__)
            positions = _positions(link.__traceback__) + positions
            link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
        return cls(" < ".join(kinds), tuple(positions))

    def __str__(self) -> str:
        return f"{self.kind} @ {' > '.join(self.positions) or '?'}"


def start(folder: Path | None = None) -> Path:
    """Write the log to ``folder`` (default: the user's log folder) and return the file's path. Safe to call again."""
    path = (folder or log_dir()) / LOG_NAME
    root = logging.getLogger()
    for handler in [h for h in root.handlers if isinstance(h, _QuietFile)]:
        root.removeHandler(handler)
        handler.close()
    handler = _QuietFile(path)
    handler.setFormatter(_FactsFormatter())
    root.addHandler(handler)
    _logger.setLevel(logging.INFO)
    return path


def note(event: str, **figures: Figure) -> None:
    """Log an event by its fixed name (``session.open``) with numbers (``cases=3000``).

    Raises:
        TypeError: a figure is no number, or the event is no dotted lower-case name. Text has no way into the log.
    """
    _logger.info("event", extra={"facts": _facts(event, figures)})


@contextmanager
def timed(event: str, **figures: Figure) -> Iterator[None]:
    """Log an event with the seconds its block took (also when the block fails)."""
    started = time.perf_counter()
    try:
        yield
    finally:
        note(event, **figures, seconds=round(time.perf_counter() - started, 3))


def mishap(error: BaseException) -> Mishap:
    """Log an unexpected exception and return what was logged."""
    told = Mishap.of(error)
    _logger.error("mishap", extra={"facts": f"mishap {told}"})
    return told


def install_excepthook(show: Callable[[Mishap], None] | None = None) -> None:
    """Log every exception that nobody caught, in any thread; then ``show`` it, else hand it to the former hook."""
    former = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, Exception):
            former(kind, error, trace)
            return
        told = mishap(error)
        if show is not None:
            show(told)
        elif sys.stderr is not None:
            former(kind, error, trace)

    def thread_hook(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            hook(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = hook
    threading.excepthook = thread_hook


def _facts(event: str, figures: dict[str, Figure]) -> str:
    if not _EVENT.fullmatch(event):
        raise TypeError("an event is a dotted lower-case name")
    for name, value in figures.items():
        if type(value) not in {int, float, bool}:
            raise TypeError(f"figure {name} of {event} is no number")
    return " ".join([event, *(f"{name}={value}" for name, value in figures.items())])


def _positions(trace: TracebackType | None) -> list[str]:
    """Frames as ``app/sessions/session.py:120 record``; frames of others only by their top package."""
    return [
        f"{_place(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(trace)
    ]


def _place(filename: str) -> str:
    """A source position without the folders of this machine (they hold the user's account name)."""
    parts = Path(filename).parts
    for index in range(len(parts) - 2, -1, -1):
        if parts[index] in _OURS:
            return "/".join(parts[index:])
    return parts[-1] if parts else "?"


class _FactsFormatter(logging.Formatter):
    """Writes facts. The text and the arguments of a record are never looked at."""

    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.created))
        facts = record.__dict__.get("facts") if record.name == _logger.name else None
        if not isinstance(facts, str):
            facts = f"library {record.name.partition('.')[0]} {_place(record.pathname)}:{record.lineno}"
            if record.exc_info and record.exc_info[1] is not None:
                facts += f" {Mishap.of(record.exc_info[1])}"
        return f"{stamp} {record.levelname} {facts}"


class _QuietFile(RotatingFileHandler):
    """A rotating file that never gets in the way: a full disk or a second program on the file loses lines, not work."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=_MAX_BYTES, backupCount=_KEPT, encoding="utf-8", delay=True)

    def doRollover(self) -> None:  # noqa: N802 - logging's name
        with suppress(OSError):  # Windows does not rename a file another window holds; go on in the same file
            super().doRollover()
        if self.stream is None:
            self.stream = self._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Stay quiet: logging's own answer would print the record."""
