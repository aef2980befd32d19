"""Spelling of codes: one comparable form for lookup, without ever changing what the user filed.

ICD-10 codes come as ``A01.000x005+J17.0*`` (dagger + asterisk compounds, ``x`` extensions, optional ``M81600/3``
morphology), ICD-9-CM-3 as ``47.0100`` or ``13.4100x001``. Files bring full-width letters, stray spaces and the
wrong case (groupers return ``m51.202``; DIP catalogues write ``K30.X``); the published tables use an upper-case
first letter and a lower-case ``x``.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

_SPACE = re.compile(r"\s+")
_NORMAL = re.compile(r"[A-Z0-9][0-9A-WYZx.+*/]*")
_LEADING_ZERO_LOST = re.compile(r"^\d\.\d")


class Kind(StrEnum):
    """What a code stands for."""

    DIAGNOSIS = "diagnosis"
    PROCEDURE = "procedure"

    @property
    def label(self) -> str:
        """Chinese label for the screen."""
        return "疾病诊断" if self is Kind.DIAGNOSIS else "手术操作"


class Edition(StrEnum):
    """Which national edition a code is written in."""

    CLINICAL = "国临版"
    INSURANCE = "医保版"


def normalize_code(text: str) -> str:
    """Return the comparable spelling of a code: half-width, no blanks, letters upper, extension ``x`` lower.

    Idempotent; an empty string stays empty. Only for comparing and looking up: what is filed is kept as filed.
    """
    # Nearly every code is normal already, and loading tables asks half a million times.
    if not text or _NORMAL.fullmatch(text):
        return text
    folded = _SPACE.sub("", unicodedata.normalize("NFKC", text)).upper()
    if not folded:
        return ""
    return folded[0] + folded[1:].replace("X", "x")


def without_marks(code: str) -> str:
    """The part before the asterisk code, without the dagger: ``A01.000x005+J17.0*`` -> ``A01.000x005``."""
    return code.split("+", 1)[0].rstrip("*")


def manifestation(code: str) -> str:
    """The asterisk part of a compound (``J17.0*``), or an empty string."""
    _, plus, rest = code.partition("+")
    return rest if plus else ""


def category(code: str, kind: Kind = Kind.DIAGNOSIS) -> str:
    """The category a normalised code belongs to: ``K35`` for a diagnosis, ``47`` for a procedure."""
    return code[:3] if kind is Kind.DIAGNOSIS else code[:2]


def subcategory(code: str) -> str:
    """The subcategory of a normalised code, dot included: ``K35.3`` for a diagnosis, ``47.01`` for a procedure."""
    return code[:5]


def repair_leading_zero(code: str) -> str:
    """Give back the zero that spreadsheets drop from ICD-9-CM-3 codes: ``6.3100`` -> ``06.3100``."""
    return "0" + code if _LEADING_ZERO_LOST.match(code) else code
