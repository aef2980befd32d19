from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from pytestqt.qtbot import QtBot

from ui.drops import dropped_files, take_files

HERE = Path(__file__).resolve()


@pytest.mark.parametrize(
    ("urls", "paths"),
    [
        ([QUrl.fromLocalFile(str(HERE)), QUrl("https://example.org/a.csv")], [HERE]),
        ([QUrl("https://example.org/a.csv")], []),
        ([], []),
    ],
)
def test_only_files_of_this_machine_are_taken(qtbot: QtBot, urls: list[QUrl], paths: list[Path]) -> None:
    data = QMimeData()
    data.setUrls(urls)
    place, copy = QPointF(1, 1), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(place.toPoint(), copy, data, left, none)
    entering.ignore()
    take_files(entering)
    assert entering.isAccepted() is bool(paths)
    assert dropped_files(QDropEvent(place, copy, data, left, none)) == paths
