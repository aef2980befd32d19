"""The smallest Qt window, to measure our start against: it ends when its window is exposed and painted."""

import os
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

app = QApplication(sys.argv[:1])
window = QMainWindow()
window.resize(1440, 860)
window.show()


def look() -> None:
    handle = window.windowHandle()
    if handle is not None and handle.isExposed():
        window.repaint()
        os._exit(0)


timer = QTimer()
timer.timeout.connect(look)
timer.start(0)
app.exec()
