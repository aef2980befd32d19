"""Pictures of the manual and the READMEs, from the demo month: ``python -m tests.make_pictures [NAME...]``.

Everything happens in a temporary user folder, so that the picture of a fresh installation is taken and nothing of the
person who runs this appears in it. Cases are chosen by what they show, never by number.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from app.settings import Settings, Theme
from app.workbench import Workbench
from coding_rules.edit import Edit, MoveDiagnosis
from icd_tables.codes import Kind
from ui import launch, snapshots, theme
from ui.main_window import MainWindow
from ui.services import real_services

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
SIZE = QSize(1440, 900)
LARGEST_BYTES = 300_000
RESTING_SECONDS = 0.6
"""Longer than any timer of the window that follows the coder's keys."""
REASON = "手术记录：本次住院施行肿瘤根治手术，按主要诊断选择原则调整"


class Studio:
    """The demo month in a window without a display."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self.app = launch.make_application(["pictures"])
        theme.apply(self.app, Theme.LIGHT)
        self.window = launch.make_window(real_services(), Settings(author="质控员甲"))
        self.window.resize(SIZE)
        self.window.show()
        self.window.open_demo()
        self.settle()
        self.settle()  # opening what was made is a job of its own
        self.correction = principal_correction(self.bench)

    @property
    def bench(self) -> Workbench:
        """The open work."""
        bench = self.window.desk.workbench
        if bench is None:
            raise LookupError("the demo month did not open")
        return bench

    def settle(self) -> None:
        """Let everything under way come to its end: jobs, then what waits for the keys to rest."""
        snapshots.settle(self.window)
        deadline = time.monotonic() + RESTING_SECONDS
        while time.monotonic() < deadline:
            QApplication.processEvents()
            time.sleep(0.005)

    def shoot(self, name: str, widget: QWidget, part: QRect | None = None) -> Path:
        """Render a widget (or a part of it) into ``name``.png."""
        for _ in range(5):
            QApplication.processEvents()
        pixmap = QPixmap(widget.size())
        widget.render(pixmap)
        path = self.folder / f"{name}.png"
        save_small(pixmap.toImage() if part is None else pixmap.copy(part).toImage(), path)
        return path


def save_small(image: QImage, path: Path) -> None:
    """Write a PNG in 256 colours: a screen of text and flat areas has few more.

    Raises:
        ValueError: it is larger than ``LARGEST_BYTES`` all the same.
    """
    true = image.convertToFormat(QImage.Format.Format_RGB32)
    table = _palette(Counter(memoryview(true.constBits()).cast("I")))
    flat = true.convertToFormat(QImage.Format.Format_Indexed8, table, Qt.ImageConversionFlag.ThresholdDither)
    flat.save(str(path), quality=0)  # 0: the tightest compression
    if path.stat().st_size > LARGEST_BYTES:
        raise ValueError(f"{path.name} is larger than {LARGEST_BYTES} bytes")


def _palette(colours: Counter[int]) -> list[int]:
    """The most frequent colour of every hue that occurs, so that a few red letters stay red, then whatever is frequent."""
    by_hue: dict[int, int] = {}
    for colour, _count in colours.most_common():
        by_hue.setdefault(colour & 0xC0C0C0, colour)
    return list(dict.fromkeys((*by_hue.values(), *(colour for colour, _count in colours.most_common(256)))))[
        :256
    ]


def principal_correction(bench: Workbench) -> tuple[str, str, Sequence[Edit]]:
    """Case, rule and edits of the most telling repair: another principal diagnosis, both groups change, work remains.

    Raises:
        LookupError: the demo month has none.
    """
    best: tuple[int, str, str, Sequence[Edit]] | None = None
    for case_id in bench.case_ids:
        for finding in bench.result(case_id).after.findings:
            for fix in finding.fixes:
                if not any(isinstance(edit, MoveDiagnosis) for edit in fix.edits):
                    continue
                effect = bench.what_if(case_id, fix.edits)
                if not all(delta.group_changed for delta in effect.deltas):
                    continue
                telling = len(effect.after.findings) * 4 + len(effect.after.case.procedures)
                if best is None or telling > best[0]:
                    best = telling, case_id, finding.rule_id, fix.edits
    if best is None:
        raise LookupError("no telling correction in the demo month")
    return best[1:]


def show_correction(studio: Studio) -> QWidget:
    """The window with that repair taken, the cursor on the new principal diagnosis."""
    case_id, rule_id, edits = studio.correction
    studio.window.page.queue.select(case_id)
    studio.settle()
    if not studio.bench.altered(case_id):
        studio.window.desk.commit(edits, reason=REASON, rule_id=rule_id)
    studio.window.desk.lines.go_to(Kind.DIAGNOSIS, 0)
    studio.settle()
    return studio.window


def workbench_light(studio: Studio) -> None:
    """The whole window."""
    studio.shoot("workbench-light", show_correction(studio))


def workbench_dark(studio: Studio) -> None:
    """The whole window at night."""
    theme.apply(studio.app, Theme.DARK)
    studio.shoot("workbench-dark", show_correction(studio))
    theme.apply(studio.app, Theme.LIGHT)


PICTURES: dict[str, Callable[[Studio], None]] = {
    "workbench-light": workbench_light,
    "workbench-dark": workbench_dark,
}


def main(names: Sequence[str]) -> None:
    """Take the pictures named, or all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["CASECODE_HOME"] = home
        studio = Studio()
        for name in names or PICTURES:
            PICTURES[name](studio)
            print(name)
        close(studio.window)


def close(window: MainWindow) -> None:
    """End the session before its folder goes."""
    window.close()
    QApplication.processEvents()


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    main(sys.argv[1:])
