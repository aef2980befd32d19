"""Small PNGs of screens."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

LARGEST_BYTES = 300_000


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
    frequent = (colour for colour, _count in colours.most_common(256))
    return list(dict.fromkeys((*by_hue.values(), *frequent)))[:256]
