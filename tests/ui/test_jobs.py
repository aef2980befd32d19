"""Work off the window's thread: results, parts, progress, cancel, refusals and bugs all come back to it."""

import sys
import threading
import time
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from app.errors import UserError
from app.progress import Progress
from ui.jobs import HAND_OVER_SECONDS, Job, Jobs


def test_result_comes_back_on_the_windows_thread(qtbot: QtBot) -> None:
    jobs = Jobs()
    seen: list[tuple[int, int]] = []
    job = jobs.start("算", lambda _progress: threading.get_ident())
    job.done.connect(lambda result: seen.append((result, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0][0] != threading.get_ident()
    assert seen[0][1] == threading.get_ident()
    qtbot.waitUntil(lambda: not jobs.running)


def test_parts_arrive_in_order(qtbot: QtBot) -> None:
    def work(_progress: Progress, deliver: Callable[[object], None]) -> str:
        for number in range(100):
            deliver(number)
        return "完"

    jobs = Jobs()
    parts: list[object] = []
    job = jobs.start_batches("送", work)
    job.batch.connect(parts.append)
    with qtbot.waitSignal(job.done):
        pass
    assert parts == list(range(100))


def test_cancel_stops_at_the_next_report(qtbot: QtBot) -> None:
    def work(progress: Progress) -> None:
        while True:
            progress.report(1, 0)
            time.sleep(0.002)

    jobs = Jobs()
    job = jobs.start("转", work)
    with qtbot.waitSignal(job.cancelled):
        job.cancel()
    assert jobs.stop_all()


def test_quick_work_shows_no_progress_and_slow_work_does(qtbot: QtBot) -> None:
    jobs = Jobs()
    shown: list[str] = []
    quick = jobs.start("快", lambda _progress: None)
    quick.shown.connect(shown.append)
    with qtbot.waitSignal(quick.finished):
        pass
    release = threading.Event()
    slow = jobs.start("慢", lambda _progress: release.wait(10))
    slow.shown.connect(shown.append)
    with qtbot.waitSignal(slow.shown):
        pass
    release.set()
    with qtbot.waitSignal(slow.finished):
        pass
    assert shown == ["慢"]


def test_refusal_and_bug_are_told_apart(qtbot: QtBot) -> None:
    def refuse(_progress: Progress) -> None:
        raise UserError("打不开", "换一个")

    def break_down(_progress: Progress) -> None:
        raise ZeroDivisionError("患者张三")

    jobs = Jobs()
    with qtbot.waitSignal(jobs.start("拒", refuse).refused) as refused:
        pass
    with qtbot.waitSignal(jobs.broken) as broken:
        job: Job = jobs.start("坏", break_down)
    assert job.title == "坏"
    assert refused.args is not None
    assert broken.args is not None
    assert refused.args[0].todo == "换一个"
    assert broken.args[0].kind == "ZeroDivisionError"
    assert "张三" not in str(broken.args[0])


def test_a_busy_worker_lets_the_window_have_its_turn_soon(qtbot: QtBot) -> None:
    Jobs()
    assert sys.getswitchinterval() == pytest.approx(HAND_OVER_SECONDS)
