"""Cards: list rows with a mark, a head line, wrapped text and figures at the right, painted by one delegate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui import icons
from ui.models.columns import ROW_ROLE, ColumnsModel, tsv
from ui.tables import add_copy
from ui.theme import Tokens, tokens_of

PAD = 7
LEAST_BESIDE = 20
"""Average letters of text that must fit beside the figures; with less room the figures stand below it."""
GUTTER = 26


@dataclass(frozen=True, slots=True)
class Card:
    """What one card shows. ``mark`` is a short text, or ``icon`` names an icon in colour ``tone``.

    ``body`` and ``note`` wrap; ``figures`` are lines kept together at the right of the body.
    """

    head: str
    title: str = ""
    badge: str = ""
    body: str = ""
    note: str = ""
    figures: tuple[str, ...] = ()
    mark: str = ""
    icon: str = ""
    tone: str = "muted"
    faded: bool = False


class CardDelegate(QStyledItemDelegate):
    """Paints ``Card``s made from the rows of a ``ColumnsModel``."""

    def __init__(self, make: Callable[[Any], Card], view: QListView) -> None:
        super().__init__(view)
        self._make = make
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """As tall as the wrapped text needs at the view's width."""
        card = self._card(index)
        if card is None:
            return QSize(0, 0)
        width = self._view.viewport().width()
        layout = _Layout(card, width, self._view.font())
        return QSize(width, layout.height)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the card."""
        card = self._card(index)
        if card is None:
            return
        tokens = tokens_of(self._view)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(tokens.selection))
        layout = _Layout(card, rect.width(), self._view.font())
        painter.translate(rect.topLeft())
        layout.paint(painter, tokens)
        painter.setPen(QColor(tokens.border))
        painter.drawLine(0, rect.height() - 1, rect.width(), rect.height() - 1)
        painter.restore()

    def _card(self, index: QModelIndex | QPersistentModelIndex) -> Card | None:
        row = index.data(ROW_ROLE)
        return self._make(row) if row is not None else None


class _Layout:
    """Places the parts of one card in a width."""

    def __init__(self, card: Card, width: int, font: QFont) -> None:
        self._card = card
        self._font = font
        self._bold = QFont(font)
        self._bold.setBold(True)
        metrics = QFontMetrics(font)
        self._line = metrics.height()
        self._figures_width = max((metrics.horizontalAdvance(text) for text in card.figures), default=0)
        inner = width - GUTTER - PAD
        self._badge_width = metrics.horizontalAdvance(card.badge) if card.badge else 0
        self._head = QRect(GUTTER, PAD - 1, inner, self._line)
        beside = inner - (self._figures_width + 12 if card.figures else 0)
        below = beside < min(metrics.averageCharWidth() * LEAST_BESIDE, inner)
        text_width = inner if below else beside
        self._body = self._wrapped(metrics, card.body, text_width, self._head.bottom() + 2)
        self._note = self._wrapped(metrics, card.note, text_width, self._body.bottom() + 1)
        figures_top = self._note.bottom() if below else self._head.bottom()
        self._figures = [
            QRect(GUTTER, figures_top + 2 + (self._line + 1) * place, inner, self._line)
            for place in range(len(card.figures))
        ]
        self.height = max(part.bottom() for part in (self._note, *self._figures)) + PAD

    def paint(self, painter: QPainter, tokens: Tokens) -> None:
        """Draw at the origin."""
        card, text = self._card, QColor(tokens.muted if self._card.faded else tokens.text)
        muted = QColor(tokens.muted)
        self._paint_mark(painter, tokens)
        painter.setFont(self._bold)
        painter.setPen(text)
        head_width = QFontMetrics(self._bold).horizontalAdvance(card.head)
        painter.drawText(self._head, _LEFT, card.head)
        painter.setFont(self._font)
        title = self._head.adjusted(head_width + 8, 0, -self._badge_width - 8, 0)
        painter.drawText(title, _LEFT, QFontMetrics(self._font).elidedText(card.title, _ELIDE, title.width()))
        painter.setPen(muted)
        painter.drawText(self._head, _RIGHT, card.badge)
        if card.body:
            painter.setPen(text)
            painter.drawText(self._body, _WRAP, card.body)
        if card.note:
            painter.setPen(muted)
            painter.drawText(self._note, _WRAP, card.note)
        painter.setPen(text)
        for line, figure in zip(self._figures, card.figures, strict=True):
            painter.drawText(line, _RIGHT, QFontMetrics(self._font).elidedText(figure, _ELIDE, line.width()))

    def _paint_mark(self, painter: QPainter, tokens: Tokens) -> None:
        colour = getattr(tokens, "muted" if self._card.faded else self._card.tone)
        if self._card.icon:
            side = 15
            box = QRectF(PAD - 1, self._head.top() + (self._line - side) / 2, side, side)
            icons.paint(painter, self._card.icon, colour, box)
        elif self._card.mark:
            painter.setPen(QColor(colour))
            painter.setFont(self._bold)
            painter.drawText(QRect(0, self._head.top(), GUTTER - 4, self._line), _CENTRE, self._card.mark)

    @staticmethod
    def _wrapped(metrics: QFontMetrics, text: str, width: int, top: int) -> QRect:
        if not text:
            return QRect(GUTTER, top, width, 0)
        return metrics.boundingRect(QRect(GUTTER, top, width, 4000), _WRAP, text)


_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft)
_ELIDE = Qt.TextElideMode.ElideRight


class CardList(QListView):
    """A list of cards over a ``ColumnsModel``."""

    def __init__(
        self,
        model: ColumnsModel[Any],
        make: Callable[[Any], Card],
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns_model = model
        self.setModel(model)
        self.setItemDelegate(CardDelegate(make, self))
        self.setAccessibleName(name)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(False)
        add_copy(self, self.copy)

    def copy(self) -> None:
        """Copy all rows with their header, for Excel."""
        QGuiApplication.clipboard().setText(tsv(self.columns_model.columns, self.columns_model.rows()))

    def current_row(self) -> Any:
        """The row under the cursor, or ``None``."""
        return self.columns_model.row_at(self.currentIndex().row())

    def select(self, place: int) -> None:
        """Put the cursor on a place, if there is one."""
        self.setCurrentIndex(self.columns_model.index(place, 0))
