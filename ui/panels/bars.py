"""Horizontal bars painted by ourselves: shares in bands, and sums to the left and right of zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui.theme import Tokens, tokens_of

LABEL_WIDTH = 128
VALUE_WIDTH = 96
BAR = 15
GAP = 9


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a bar: its size, the token of its colour, and what it says when pointed at."""

    size: float
    tone: str
    tip: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: label at the left, pieces, value at the right. A negative piece is drawn to the left of zero."""

    label: str
    pieces: tuple[Piece, ...]
    value: str


class BarChart(QWidget):
    """Bars one below the other. All bars share one scale; with ``zero`` in the middle when any piece is negative."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._bars: Sequence[Bar] = ()
        self._spots: list[tuple[QRectF, str]] = []

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Show these bars; the widget grows to their number."""
        self._bars = bars
        self.setAccessibleDescription("；".join(f"{bar.label} {bar.value}" for bar in bars))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As tall as the bars."""
        return QSize(420, max(len(self._bars), 1) * (BAR + GAP) + GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw every bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = tokens_of(self)
        self._spots = []
        room = self.width() - LABEL_WIDTH - VALUE_WIDTH - 16
        right = max((sum(p.size for p in bar.pieces if p.size > 0) for bar in self._bars), default=0)
        left = max((-sum(p.size for p in bar.pieces if p.size < 0) for bar in self._bars), default=0)
        scale = room / (left + right) if left + right else 0
        zero = LABEL_WIDTH + 8 + left * scale
        for place, bar in enumerate(self._bars):
            self._paint_bar(painter, tokens, bar, GAP + place * (BAR + GAP), zero, scale)
        if left:
            painter.setPen(QColor(tokens.muted))
            painter.drawLine(int(zero), 2, int(zero), self.height() - 2)

    def event(self, event: QEvent) -> bool:
        """Say what a piece is when pointed at."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            tip = next((text for box, text in self._spots if box.contains(event.pos().toPointF())), "")
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)

    def _paint_bar(
        self, painter: QPainter, tokens: Tokens, bar: Bar, top: float, zero: float, scale: float
    ) -> None:
        metrics = QFontMetricsF(self.font())
        painter.setPen(QColor(tokens.text))
        label = metrics.elidedText(bar.label, Qt.TextElideMode.ElideRight, LABEL_WIDTH)
        painter.drawText(QRectF(0, top, LABEL_WIDTH, BAR), _RIGHT, label)
        painter.drawText(QRectF(self.width() - VALUE_WIDTH, top, VALUE_WIDTH - 4, BAR), _RIGHT, bar.value)
        at = {True: zero, False: zero}
        for piece in bar.pieces:
            width = abs(piece.size) * scale
            forward = piece.size >= 0
            start = at[forward] if forward else at[forward] - width
            at[forward] += width if forward else -width
            box = QRectF(start, top, width, BAR)
            painter.fillRect(box, QColor(getattr(tokens, piece.tone)))
            self._spots.append((box.adjusted(-1, -2, 1, 2), f"{bar.label} · {piece.tip}"))


class Swatch(QWidget):
    """A small square of one colour, for legends."""

    def __init__(self, tone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        self.setFixedSize(12, 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the square."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(getattr(tokens_of(self), self._tone)))


_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
