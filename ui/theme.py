"""Colours, fonts and the style sheet: calm surfaces, one accent, the same in light and dark.

Which set of colours holds is read from the widget's own palette, so nothing has to remember a mode.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

import resources
from app.settings import Density, Theme

FONT_FAMILIES = (
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
)
"""Tried in order; the first one installed is used. All of them carry Chinese and Latin of one weight."""

ROW_PADDING = {Density.COMFORTABLE: 8, Density.COMPACT: 4}
_ROW_PADDING = "row_padding"
POINT_SIZE = 9
"""Size of interface text: what Windows uses, dense and still readable."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Named colours. ``added``/``removed`` are apart in hue and in lightness, so colour-blind eyes tell them too."""

    window: str
    surface: str
    raised: str
    border: str
    text: str
    muted: str
    accent: str
    accent_soft: str
    on_accent: str
    selection: str
    error: str
    warning: str
    hint: str
    ok: str
    added: str
    removed: str
    demo: str
    on_demo: str
    band_low: str
    band_normal: str
    band_high: str


LIGHT = Tokens(
    window="#f3f5f7",
    surface="#ffffff",
    raised="#fafbfc",
    border="#d9dfe5",
    text="#1d2730",
    muted="#5f6c78",
    accent="#1a6aa8",
    accent_soft="#e6f0f8",
    on_accent="#ffffff",
    selection="#d3e5f4",
    error="#b3261e",
    warning="#8f5f00",
    hint="#3f6785",
    ok="#3d6b57",
    added="#a9d0f2",
    removed="#f6cbb4",
    demo="#fff3d1",
    on_demo="#694b00",
    band_low="#a9bccb",
    band_normal="#5e87a6",
    band_high="#c39a55",
)

DARK = Tokens(
    window="#1b1f24",
    surface="#22272d",
    raised="#272d34",
    border="#39424c",
    text="#dde4eb",
    muted="#96a3b0",
    accent="#6db3e8",
    accent_soft="#263746",
    on_accent="#10202d",
    selection="#2f4a62",
    error="#f28b82",
    warning="#e2b34a",
    hint="#8fb6d4",
    ok="#8cc0a6",
    added="#1f5f95",
    removed="#7a4230",
    demo="#3d3419",
    on_demo="#ecd08a",
    band_low="#5d7284",
    band_normal="#6f9dbe",
    band_high="#b98f4e",
)


def tokens_of(source: QWidget | QPalette) -> Tokens:
    """The colours that go with a widget's (or a palette's) lightness."""
    palette = source if isinstance(source, QPalette) else source.palette()
    return DARK if palette.color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def is_dark(app: QApplication, mode: Theme) -> bool:
    """Whether the dark set holds: the setting, or what the system says."""
    if mode is Theme.SYSTEM:
        return app.styleHints().colorScheme() is Qt.ColorScheme.Dark
    return mode is Theme.DARK


def apply(app: QApplication, mode: Theme = Theme.SYSTEM, density: Density = Density.COMFORTABLE) -> None:
    """Dress the whole program: style, palette, font, style sheet, and how tight rows stand."""
    app.setProperty(_ROW_PADDING, ROW_PADDING[density])
    tokens = DARK if is_dark(app, mode) else LIGHT
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(_palette(tokens))
    app.setFont(interface_font())
    app.setStyleSheet(_style_sheet(tokens))


def row_padding() -> int:
    """Pixels above and below the text of a table's row, together."""
    app = QApplication.instance()
    given = app.property(_ROW_PADDING) if app is not None else None
    return int(given) if given is not None else ROW_PADDING[Density.COMFORTABLE]


def interface_font() -> QFont:
    """The first Chinese family installed, at the interface size."""
    installed = set(QFontDatabase.families())
    families = [name for name in FONT_FAMILIES if name in installed]
    font = QFont(families or QFont().families())
    font.setPointSize(POINT_SIZE)
    return font


def _style_sheet(tokens: Tokens) -> str:
    dark = "-dark" if tokens is DARK else ""
    images = {name: resources.path(f"icons/{name}{dark}.svg") for name in ("check", "arrow")}
    names = asdict(tokens) | images
    return re.sub(r"@(\w+)", lambda found: names[found[1]], resources.read_text("styles/window.qss"))


def _palette(tokens: Tokens) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, colour in (
        (role.Window, tokens.window),
        (role.WindowText, tokens.text),
        (role.Base, tokens.surface),
        (role.AlternateBase, tokens.raised),
        (role.Text, tokens.text),
        (role.Button, tokens.raised),
        (role.ButtonText, tokens.text),
        (role.BrightText, tokens.on_accent),
        (role.Highlight, tokens.selection),
        (role.HighlightedText, tokens.text),
        (role.ToolTipBase, tokens.surface),
        (role.ToolTipText, tokens.text),
        (role.PlaceholderText, tokens.muted),
        (role.Link, tokens.accent),
        (role.Mid, tokens.border),
        (role.Accent, tokens.accent),
    ):
        palette.setColor(which, QColor(colour))
    for which in (role.Text, role.ButtonText, role.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(tokens.muted))
    return palette
