"""Fuzzy matching: text -> ranked codes, each with a tier in words and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from icd_tables.table import CodeEntry


class Tier(StrEnum):
    """How good a candidate is, in words; never a number that looks like a probability."""

    EXACT = "精确"
    ALIAS = "别名"
    CONFIRMED = "本院确认过"
    HIGH = "高"
    MIDDLE = "中"
    LOW = "低"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer of the matcher: the entry, its tier, and a sentence saying why it is here.

    ``score`` (0..1) only orders candidates and is not shown. ``cautions`` are reasons against it
    (not in force, sex conflict, not as principal), shown and never used to hide it.
    """

    entry: CodeEntry
    tier: Tier
    why: str
    score: float
    cautions: tuple[str, ...] = ()


class CodeSearch(Protocol):
    """What the window and the command line ask; implemented by ``icd_tables.matcher``."""

    def find(self, text: str, limit: int = 10) -> Sequence[Candidate]:
        """Candidates for a text, a pinyin key or a code prefix, best first; empty for an empty text."""
        ...
