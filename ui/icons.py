"""Our own SVG icons, tinted with a colour and drawn sharp at any scale."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

import resources
from ui.theme import tokens_of


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    svg = resources.read_text(f"icons/{name}.svg").replace("currentColor", colour)
    return QSvgRenderer(QByteArray(svg.encode("utf-8")))


def paint(painter: QPainter, name: str, colour: str, box: QRectF) -> None:
    """Draw an icon into a box in one colour (``#rrggbb``)."""
    _renderer(name, colour).render(painter, box)


@lru_cache(maxsize=512)
def _pixmap(name: str, colour: str, width: int, height: int) -> QPixmap:
    pixmap = QPixmap(width, height)
    pixmap.fill(QColor(Qt.GlobalColor.transparent))
    painter = QPainter(pixmap)
    paint(painter, name, colour, QRectF(pixmap.rect()))
    painter.end()
    return pixmap


def _colour(mode: QIcon.Mode) -> str:
    tokens = tokens_of(QApplication.palette())
    return tokens.muted if mode is QIcon.Mode.Disabled else tokens.text


class _SvgEngine(QIconEngine):
    """Renders at the size asked for, in the text colour that holds at that moment (so themes may change)."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def clone(self) -> QIconEngine:
        return _SvgEngine(self._name)

    def paint(self, painter: QPainter, rect: object, mode: QIcon.Mode, state: QIcon.State) -> None:
        paint(painter, self._name, _colour(mode), QRectF(rect))  # type: ignore[call-overload]

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return _pixmap(self._name, _colour(mode), size.width(), size.height())


def icon(name: str) -> QIcon:
    """An icon by the name of its file in ``resources/icons``."""
    return QIcon(_SvgEngine(name))
