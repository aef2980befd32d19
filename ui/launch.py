"""Starting the window: application, Chinese, colours, faults, then the files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

import resources
from app import log
from app import settings as settings_file
from app.errors import UserError
from app.settings import Settings
from app.version import NAME, program_version
from ui import theme
from ui.faults import Faults
from ui.main_window import MainWindow
from ui.services import Services, real_services


def run(paths: Sequence[Path]) -> int:
    """Open the window on these files (the demo month when there are none); returns the exit code."""
    log.start()
    app = make_application()
    loaded = settings_file.load()
    theme.apply(app, loaded.settings.theme)
    window = make_window(real_services(), loaded.settings)
    faults = Faults(window)
    faults.install()
    window.jobs.broken.connect(faults.show_mishap)
    if loaded.settings.layout:
        window.show()
    else:
        window.showMaximized()
    for message in loaded.messages:
        faults.show_refusal(UserError(message))
    window.open_paths(paths)
    return app.exec()


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """The one ``QApplication``: fractional scaling as the system says, Qt's own texts in Chinese."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication([*(arguments or sys.argv[:1])])
    app.setApplicationName("casecode-qa")
    app.setApplicationDisplayName(NAME)
    app.setApplicationVersion(program_version())
    app.setWindowIcon(QIcon(resources.path("icons/casecode.svg")))
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
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
