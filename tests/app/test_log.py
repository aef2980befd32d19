"""The log tells what happened and never about whom."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import log

SECRET = "张三"


@pytest.fixture
def logfile(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    before = list(root.handlers)
    path = log.start(tmp_path)
    yield path
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)


def fail_with(secret: str) -> None:
    local_value = secret
    try:
        raise KeyError(local_value)
    except KeyError as error:
        raise ValueError(f"bad case {local_value}") from error


def test_an_event_is_a_name_and_numbers(logfile: Path) -> None:
    log.note("session.open", cases=3000, seconds=0.25, first=True)
    assert logfile.read_text("utf-8").endswith("INFO session.open cases=3000 seconds=0.25 first=True\n")


@pytest.mark.parametrize("figures", [{"case": SECRET}, {"code": "I21.000"}, {"ids": ["1"]}, {"none": None}])
def test_text_has_no_way_in(logfile: Path, figures: dict[str, int]) -> None:
    with pytest.raises(TypeError):
        log.note("case.checked", **figures)


def test_an_event_name_cannot_carry_data(logfile: Path) -> None:
    with pytest.raises(TypeError) as caught:
        log.note(f"checked {SECRET}")
    assert SECRET not in str(caught.value)


def test_timed_logs_seconds_even_when_the_block_fails(logfile: Path) -> None:
    with pytest.raises(ValueError, match="stop"), log.timed("import.read", rows=2):
        raise ValueError("stop")
    assert "import.read rows=2 seconds=" in logfile.read_text("utf-8")


def test_an_exception_leaves_types_and_positions_only(logfile: Path) -> None:
    try:
        fail_with(SECRET)
    except ValueError as error:
        told = log.mishap(error)
    text = logfile.read_text("utf-8")
    assert told.kind == "ValueError < KeyError"
    assert "fail_with" in text
    assert "test_log.py:" in text
    assert SECRET not in text
    assert str(Path(__file__).parent) not in text


def test_a_library_cannot_log_its_text(logfile: Path) -> None:
    foreign = logging.getLogger("openpyxl.reader")
    foreign.error("cell holds %s", SECRET)
    try:
        fail_with(SECRET)
    except ValueError:
        foreign.exception("failed on %s", SECRET)
    text = logfile.read_text("utf-8")
    assert text.count("ERROR library openpyxl") == 2
    assert "ValueError < KeyError" in text
    assert SECRET not in text


def test_uncaught_exceptions_are_logged_and_shown(logfile: Path, hooks: None) -> None:
    shown: list[log.Mishap] = []
    log.install_excepthook(shown.append)
    try:
        fail_with(SECRET)
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    worker = threading.Thread(target=fail_with, args=(SECRET,))
    worker.start()
    worker.join()
    assert [told.kind for told in shown] == ["ValueError < KeyError"] * 2
    assert logfile.read_text("utf-8").count("mishap") == 2


def test_without_a_window_the_former_hook_prints(
    logfile: Path, hooks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, _error, _trace: printed.append(kind))
    log.install_excepthook()
    sys.excepthook(ValueError, ValueError("x"), None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert printed == [ValueError, KeyboardInterrupt]
    assert "KeyboardInterrupt" not in logfile.read_text("utf-8")


def test_the_log_rotates_and_stays_small(logfile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = next(h for h in logging.getLogger().handlers if isinstance(h, log._QuietFile))
    handler.maxBytes = 200
    for number in range(40):
        log.note("step", number=number)
    kept = sorted(logfile.parent.glob("casecode.log*"))
    assert len(kept) == 4
    assert all(file.stat().st_size <= 200 for file in kept)


def test_a_log_that_cannot_rotate_or_write_never_stops_the_work(
    logfile: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = next(h for h in logging.getLogger().handlers if isinstance(h, log._QuietFile))
    handler.maxBytes = 60
    monkeypatch.setattr(handler, "rotate", lambda *_: (_ for _ in ()).throw(PermissionError("held")))
    for number in range(5):
        log.note("held", number=number)
    assert "held number=4" in logfile.read_text("utf-8")
    monkeypatch.setattr(handler, "_open", lambda: (_ for _ in ()).throw(OSError("full")))
    handler.close()
    handler.stream = None  # as after a failed open
    log.note("lost")
    assert capsys.readouterr().err == ""


def test_starting_twice_writes_once(logfile: Path) -> None:
    log.start(logfile.parent)
    log.note("once")
    assert logfile.read_text("utf-8").count("once") == 1
