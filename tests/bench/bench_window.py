"""The window at work on the demo month: opening, showing a case, typing, correcting, sorting, filtering.

Each figure is the median until the screen is painted again. The baseline is the cheapest thing a window can do: painting
itself once (``repaint``), measured in the same run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from app.demo.month import generate
from app.knowledge import load_knowledge
from app.matching.finder import in_context
from app.progress import Progress
from app.settings import Settings, Theme
from app.workbench import Workbench
from coding_rules.edit import SetDiagnosis
from icd_tables.codes import Edition, Kind
from ui import launch, snapshots, theme
from ui.main_window import MainWindow
from ui.services import real_services

TEXTS = ("阑", "阑尾", "阑尾炎", "急性阑尾炎", "xgnbs", "gxb", "K35", "I21.", "二型糖尿病", "左侧股骨颈骨折")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="few cases, to prove that it works")
    parser.add_argument("--cases", type=int, default=3000)
    options = parser.parse_args(arguments)
    cases = 60 if options.small else options.cases
    rounds = 3 if options.small else 25
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("CASECODE_HOME", home)
        _measure(cases, rounds)
    return 0


def _measure(cases: int, rounds: int) -> None:
    app = launch.make_application(["bench"])
    theme.apply(app, Theme.LIGHT)
    services = real_services()
    knowledge = load_knowledge()
    finder = services.finder(knowledge)
    finder.prepare([Edition.CLINICAL], Progress())
    bench = Workbench(generate(cases).cases, knowledge, find=in_context(finder, knowledge).suggest)
    window = launch.make_window(services, Settings())
    window.resize(1920, 1080)
    window.show()
    started = time.perf_counter()
    window.open_workbench(bench)
    app.processEvents()
    opened = time.perf_counter() - started
    snapshots.settle(window)
    reviewed = time.perf_counter() - started
    print(f"{cases:,} 例：显示队列 {opened:.2f} 秒，全部审核完 {reviewed:.2f} 秒（期间可操作）")
    baseline = _median(rounds, lambda _: window.repaint())
    print(f"{'基准：窗口重绘一次':<24}{baseline:8.1f} ms")
    for name, run in _steps(window, app).items():
        figure = _median(rounds, run)
        print(f"{name:<24}{figure:8.1f} ms  {figure / baseline:5.1f} ×")
    window.close()


def _steps(window: MainWindow, app: QApplication) -> dict[str, Callable[[int], object]]:
    queue, lines = window.page.queue, window.page.case.tables[Kind.DIAGNOSIS]
    codes = ("K35.800", "I10.x00", "E11.900", "J18.900")

    def type_text(number: int) -> None:
        if lines.editor is None:
            lines.go_to(0)
            lines.edit_here()
        editor = lines.editor
        if editor is not None:
            editor.clear()
            event = QInputMethodEvent()
            event.setCommitString(TEXTS[number % len(TEXTS)])
            QApplication.sendEvent(editor, event)

    def correct(number: int) -> None:
        edit = SetDiagnosis(0, codes[number % len(codes)], f"名称 {number}")
        window.desk.commit([edit], reason="测速")

    def narrow(number: int) -> None:
        queue.filter.setText(("肺炎", "骨科", "K35", "")[number % 4])
        queue.refilter()

    return {
        "转下一例": lambda _: queue.step(1),
        "键入 → 候选出现": type_text,
        "更正 → 结果更新": correct,
        "撤销": lambda _: window.desk.undo(),
        "按列排序": lambda n: queue.table.sortByColumn(n % 8, Qt.SortOrder.AscendingOrder),
        "筛选": narrow,
        "换 DRG / DIP": lambda _: window.actions_["system"].trigger(),
    }


def _median(rounds: int, run: Callable[[int], object]) -> float:
    """Milliseconds until painted; the idle work that follows (effects of further candidates) is not waited for."""
    figures = []
    for number in range(rounds):
        started = time.perf_counter()
        run(number)
        QApplication.sendPostedEvents()
        for window in QApplication.topLevelWidgets():
            if isinstance(window, MainWindow):
                window.repaint()
        figures.append((time.perf_counter() - started) * 1000)
        QApplication.processEvents()
    return statistics.median(figures)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    sys.exit(main())
