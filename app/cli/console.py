"""Talking to the console: results on standard output, everything else on standard error, always UTF-8."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from decimal import Decimal

from app.errors import UserError
from app.progress import Progress


def use_utf8() -> None:
    """Make both streams UTF-8, also where Windows would use its code page; what cannot be shown becomes ``?``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def tell(text: str) -> None:
    """A line of the result."""
    print(text)


def tell_json(document: object) -> None:
    """The result as one JSON document."""
    print(json.dumps(document, ensure_ascii=False, indent=1, default=_plain))


def remark(text: str) -> None:
    """A line beside the result."""
    if sys.stderr is not None:
        print(text, file=sys.stderr)


def tell_error(error: UserError) -> None:
    """What happened and what to do, one line each."""
    remark(f"错误：{_one_line(error.what)}")
    if error.todo:
        remark(f"办法：{_one_line(error.todo)}")


def console_progress() -> Progress:
    """Progress on one line of the terminal; silent when standard error is no terminal."""
    return Progress(_listener() if sys.stderr is not None and sys.stderr.isatty() else None)


def _listener() -> Callable[[int, int, str], None]:
    def show(done: int, total: int, text: str) -> None:
        share = f" {done * 100 // total}%" if total else ""
        sys.stderr.write(f"\r\x1b[K{text}{share}")
        if total and done >= total:
            sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()

    return show


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
