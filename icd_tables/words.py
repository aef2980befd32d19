"""Words of closed lists found in unit sequences: longest first, left to right (so ``ca`` never hits inside ``cag``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from icd_tables.normalize import surface, units

_VALUE = ""
"""Where a node of the tree keeps what is said about the word that ends there; no unit is empty."""
_Node = dict[str, Any]


class Replacer:
    """Replaces words by words."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._words: _Node = {}
        for word, replacement in pairs:
            _node(self._words, word).setdefault(_VALUE, tuple(units(surface(replacement))))

    def replace(self, parts: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
        """The units after replacing, and the (word, replacement) pairs that changed something."""
        out: list[str] = []
        used: list[tuple[str, str]] = []
        at, end, words = 0, len(parts), self._words
        while at < end:
            node = words.get(parts[at])
            replacement, after = (None, at) if node is None else _longest(node, parts, at + 1)
            if replacement is None:
                out.append(parts[at])
                at += 1
                continue
            word = tuple(parts[at:after])
            if replacement != word:
                used.append(("".join(word), "".join(replacement)))
            out.extend(replacement)
            at = after
        return out, used


class WordFinder:
    """Finds which words of a closed list a unit sequence contains; words inside longer listed words do not count."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._words: _Node = {}
        for word, label in labels.items():
            _node(self._words, word)[_VALUE] = label

    def cut(self, parts: Sequence[str]) -> tuple[list[str], list[str]]:
        """The units without the listed words, and the labels found. A word labelled ``""`` stays and protects."""
        kept: list[str] = []
        found: list[str] = []
        at, end, words = 0, len(parts), self._words
        while at < end:
            node = words.get(parts[at])
            label, after = (None, at) if node is None else _longest(node, parts, at + 1)
            if label is None:
                kept.append(parts[at])
                at += 1
                continue
            if label:
                found.append(label)
            else:
                kept.extend(parts[at:after])
            at = after
        return kept, found


def _node(words: _Node, word: str) -> _Node:
    """The node of a word, made where it is not there; a word without units gets one that nothing leads to."""
    parts = units(surface(word))
    node = words if parts else {}
    for part in parts:
        node = node.setdefault(part, {})
    return node


def _longest(node: _Node, parts: Sequence[str], after: int) -> tuple[Any, int]:
    """What is said about the longest word that goes on from a node, and where it ends; ``None`` without any."""
    value, stop, end = node.get(_VALUE), after, len(parts)
    while after < end:
        following = node.get(parts[after])
        if following is None:
            break
        node, after = following, after + 1
        if _VALUE in node:
            value, stop = node[_VALUE], after
    return value, stop
