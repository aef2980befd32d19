"""Starting the window: application, Chinese, colours, faults, then the files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, Qt, QTranslator
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QMessageBox

import resources
from app import crash_log, log
from app import settings as settings_file
from app.crash_log import CrashLog
from app.errors import UserError
from app.log import Mishap
from app.paths import sessions_dir
from app.sessions.place import SUFFIX, session_path
from app.settings import LoadedSettings, Settings
from app.version import NAME, program_version
from ui import layout, theme
from ui.faults import Faults
from ui.first_sight import FirstSight, Moment, leave_when
from ui.main_window import MainWindow
from ui.services import Services, real_services
from ui.single_instance import Listener, call_to_front

CANNOT_START = 2


def run(paths: Sequence[Path], moment: Moment | None = None) -> int:
    """Open the window on these files (the last work, or the demo month, when there are none); returns the exit code.

    When a window has this work open already, it comes to the front and this start ends. At ``moment`` the process leaves (to
    measure the start).
    """
    app = make_application()
    try:
        log.start()
        loaded = settings_file.load()
        if _shown_elsewhere(paths, loaded.settings):
            return 0
        former = crash_log.take_former()
        crash = CrashLog.start()
    except UserError as error:  # no window yet that could show it
        QMessageBox.critical(None, NAME, f"{error.what}\n\n{error.todo}")
        return CANNOT_START
    window = _open_window(app, loaded, former)
    FirstSight(window, lambda: _begin(window, paths, moment, crash))
    code = app.exec()
    crash.finish()
    return code


def _begin(window: MainWindow, paths: Sequence[Path], moment: Moment | None, crash: CrashLog) -> None:
    if moment:
        leave_when(moment, lambda: window.bench is not None, crash.finish, window)
    if moment is not Moment.SHOWN:
        window.furnish()
        window.open_paths(paths)


def _open_window(app: QApplication, loaded: LoadedSettings, former: Sequence[str]) -> MainWindow:
    theme.apply(app, loaded.settings.theme, loaded.settings.density)
    window = make_window(real_services(), loaded.settings)
    faults = Faults(window)
    faults.install()
    window.jobs.broken.connect(faults.show_mishap)
    Listener(window, lambda: window.files.work.session.path if window.files.work else None)
    if former:
        faults.show_mishap(Mishap("上次运行时程序意外中断", tuple(former)))
    if layout.knows_window(loaded.settings.layout):
        window.show()
    else:
        window.showMaximized()
    for message in loaded.messages:
        faults.show_refusal(UserError(message))
    return window


def _shown_elsewhere(paths: Sequence[Path], settings: Settings) -> bool:
    """Whether another window has the work that these files (or no files: the last work) would open, and came forward."""
    wanted = [*paths] or [Path(path) for path in settings.recent[:1]]
    if not wanted:
        return False
    try:
        session = wanted[0] if wanted[0].suffix.lower() == SUFFIX else session_path(wanted, sessions_dir())
    except UserError:  # opening it will say so
        return False
    return call_to_front(session)


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """The one ``QApplication``: fractional scaling as the system says, Qt's own texts in Chinese.

    Dates and numbers are Chinese when there is a place for them (``wording.write_as_in_china``).
    """
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication([*(arguments or sys.argv[:1])])
    app.setApplicationName("casecode-qa")
    app.setApplicationDisplayName(NAME)
    app.setApplicationVersion(program_version())
    app.setWindowIcon(QIcon(resources.path("icons/casecode.svg")))
    translator = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load("qtbase_zh_CN", folder):
        app.installTranslator(translator)
    return app


def make_window(services: Services, settings: Settings) -> MainWindow:
    """A main window that follows the system's colours while the settings say so."""
    window = MainWindow(services, settings)
    app = QApplication.instance()
    if isinstance(app, QApplication):
        app.styleHints().colorSchemeChanged.connect(window.follow_system)
    return window
