"""Text -> comparable text: width, case, numerals, miswritings, punctuation. Pure; knows no medical synonyms.

``surface`` keeps every word of the text and only unifies how it is written; ``icd_tables.synonyms`` builds the canonical
form (one word per concept, noise dropped) on top of it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_UNITS = re.compile(r"[a-z]+|\d+|[^\W_]")
_PUNCTUATION = re.compile(r"[\W_]+")
_SPACE = re.compile(r"\s+")
_ROMAN = {
    "i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10",
    "xi": "11", "xii": "12",
}  # fmt: skip
_CHINESE_DIGITS = {c: str(i) for i, c in enumerate("零一二三四五六七八九十")} | {"两": "2"}
_GRADED = "型度期级类区段组带"
# A lone i, v or x is a numeral only beside the words that numerals go with: X线, V型 stay apart from 10线.
_ROMAN_NEAR = re.compile(
    rf"(?<![a-z])(?:(xii|xi|ix|iv|viii|vii|vi|iii|ii)|([ivx])(?=[{_GRADED}、,-])|(?<=[{_GRADED}第])([ivx]))(?![a-z])"
)
_CHINESE_NEAR = re.compile(rf"([一二三四五六七八九十两])(?=[{_GRADED}])|(?<=第)([一二三四五六七八九十])")
_GRADE_FIRST = re.compile(r"(?<=[型期级度])([一二三四五六七八九])(?![一二三四五六七八九十\w])")
_REGIONS = {"l": "腰椎", "t": "胸椎", "c": "颈椎"}
_VERTEBRA = re.compile(
    r"(?<![a-z\d])([ltc])(?:1[0-2]|[1-9])(?![\dnm])(?:[-~、/,及和.]?(?:[ltcs]?(?:1[0-2]|[1-9])))*(?:椎体|椎)?"
)
_NUMBERED_REGION = re.compile(
    r"([腰胸颈])(?:1[0-2]|[1-9])(?:[-~、/,及和.]?(?:[腰胸颈骶]?(?:1[0-2]|[1-9])))*(?:椎体|椎)?"
)
_DEGREE = re.compile(r"(?<=[\divx一二三四])\s*[°º˚]")


def fold(text: str) -> str:
    """Half-width, lower case, no blanks at the ends; punctuation and words stay."""
    return unicodedata.normalize("NFKC", text).lower().strip()


@lru_cache(maxsize=4096)
def unify_numerals(folded: str) -> str:
    """Roman and Chinese numerals that grade something become digits: ``ii型`` and ``二型`` -> ``2型``."""
    folded = _DEGREE.sub("度", folded)
    folded = _ROMAN_NEAR.sub(lambda m: _ROMAN[m.group(0)], folded)
    folded = _CHINESE_NEAR.sub(lambda m: _CHINESE_DIGITS[m.group(0)], folded)
    return _GRADE_FIRST.sub(lambda m: _CHINESE_DIGITS[m.group(0)], folded)


def strip_punctuation(folded: str) -> str:
    """Only letters, digits and Chinese characters; a break between two Latin or digit runs keeps one blank."""
    parts = [part for part in _PUNCTUATION.split(folded) if part]
    joined = ""
    for part in parts:
        if joined and _same_run(joined[-1], part[0]):
            joined += " "
        joined += part
    return joined


@lru_cache(maxsize=4096)
def surface(text: str) -> str:
    """The comparable spelling of a text; two texts with equal surfaces differ only in how they are written."""
    return strip_punctuation(unify_numerals(fold(text)))


def units(comparable: str) -> list[str]:
    """What a surface is made of: single Chinese characters, whole Latin words, whole numbers."""
    return _UNITS.findall(comparable)


def vertebrae(folded: str) -> str:
    """Numbered vertebrae by region: ``l1``, ``腰1`` -> ``腰椎``; TNM stages (``t1n0``) stay."""
    folded = _VERTEBRA.sub(lambda m: _REGIONS[m.group(1)], folded)
    return _NUMBERED_REGION.sub(r"\1椎", folded)


def compact(text: str) -> str:
    """``text`` without any blanks (what an input box compares)."""
    return _SPACE.sub("", text)


def _same_run(left: str, right: str) -> bool:
    return (left.isascii() and left.isalpha() and right.isascii() and right.isalpha()) or (
        left.isdigit() and right.isdigit()
    )
