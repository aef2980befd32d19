"""Segments: one string often holds several diagnoses, some denied, some from the past. Split and flag them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from icd_tables.normalize import fold

STRONG = re.compile(r"[;；。\n\r\t|]|(?<![\d.])\d{1,2}[.、)）](?!\d)|[①②③④⑤⑥⑦⑧⑨⑩]")
WEAK = re.compile(
    r"[,，、+＋/._\"“”]|(?<=[^\W\da-z])\s+|\s+(?=[^\W\da-z])|伴有|伴发|伴随|伴|并发|合并|以及|并(?!指|趾|殖)|(?<!波)及(?!其)"
)
BRACKETS = re.compile(r"[()（）\[\]【】{}]")


_CAUTIONS = {
    "否认": "原文说的是否认或排除",
    "既往": "原文说的是既往史，看是否该编个人史",
    "待排": "原文没有确诊（待查、可能、待排）",
}


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text that names one thing, and what is said about it (否认, 既往, 待排)."""

    text: str
    flags: tuple[str, ...] = ()


def split(text: str, flag_words: Mapping[str, Sequence[str]]) -> tuple[Segment, ...]:
    """The pieces between strong separators (；。 line ends, numbering) and commas, in order, flagged."""
    pieces = [piece for part in STRONG.split(fold(text)) for piece in re.split(r"[,，]", part)]
    return tuple(
        Segment(piece, flags_of(piece, flag_words))
        for raw in pieces
        if (piece := trim(raw)) and len(piece) > 1
    )


def flags_for(name: str, segments: Sequence[Segment]) -> tuple[str, ...]:
    """What the text says about the statement a name answers to (the one it shares most characters with): denied, past, not certain."""
    if not segments:
        return ()
    nearest = max(segments, key=lambda segment: len(set(segment.text) & set(name)))
    return tuple(_CAUTIONS[flag] for flag in nearest.flags if flag != "既往" or "史" not in name)


def flags_of(piece: str, flag_words: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """否认 (denied or excluded), 既往 (history), 待排 (not certain); several may hold."""
    labels = {"negated": "否认", "history": "既往", "uncertain": "待排"}
    flags = []
    uncertain = any(word in piece for word in flag_words["uncertain"])
    for kind, label in labels.items():
        if kind == "negated":
            hit = not uncertain and any(piece.startswith(word) for word in flag_words[kind])
        elif kind == "history":
            hit = any(piece.startswith(word) or piece.endswith(word) for word in flag_words[kind])
        else:
            hit = uncertain
        if hit:
            flags.append(label)
    return tuple(flags)


def trim(piece: str) -> str:
    """Without punctuation at the ends."""
    return piece.strip(" \t-—_:：,，.。、()（）[]?？*\"'“”")
