"""Files dropped onto a window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDropEvent


def take_files(event: QDragEnterEvent) -> None:
    """Let files of this machine be dropped, and nothing else."""
    if dropped_files(event):
        event.acceptProposedAction()


def dropped_files(event: QDropEvent) -> list[Path]:
    """The files and folders of this machine that are dropped."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
