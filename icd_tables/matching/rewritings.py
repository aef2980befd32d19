"""Rewritings: words this hospital writes for words of the names, learned from what it confirmed (慢支 for 慢性支气管炎).

A confirmed wording and its name are the same but for one run of units: that is one sign that the run of the wording stands for the
run of the name. Signs from several wordings, not spoken against by as many others that have the word, make a rewriting.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Units = tuple[str, ...]

_LEAST_SIGNS = 2
_LEAST_SHARE = 0.5
"""Of the remembered wordings that have the word, the part that says the same of it."""
_LEAST_WORD, _LONGEST_WORD, _LONGEST_MEANING = 2, 6, 8
_BETWEEN = "\0"


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A word and what it stands for, in canonical units; ``row`` is a remembered pair that shows it."""

    word: Units
    meaning: Units
    row: int


class Rewritings:
    """What the remembered pairs teach."""

    def __init__(self, wordings: Sequence[Units], said: Iterable[Rewriting]) -> None:
        """``wordings``: the distinct remembered wordings; ``said``: what single pairs say."""
        rows: dict[tuple[Units, Units], list[int]] = {}
        for one in said:
            rows.setdefault((one.word, one.meaning), []).append(one.row)
        often = sorted(
            ((pair, found) for pair, found in rows.items() if len(found) >= _LEAST_SIGNS),
            key=lambda one: -len(one[1]),
        )
        every = _BETWEEN.join(["", *(_spelled(wording) for wording in wordings), ""])
        self._known: dict[Units, Rewriting] = {}
        for (word, meaning), found in often:
            if word not in self._known and len(found) >= _LEAST_SHARE * every.count(_spelled(word)):
                self._known[word] = Rewriting(word, meaning, found[0])
        self._lengths = sorted({len(word) for word in self._known}, reverse=True)

    def __len__(self) -> int:
        return len(self._known)

    def of(self, parts: Units) -> list[tuple[Units, Rewriting]]:
        """A text with single words rewritten, longest words first, and the rewriting behind each."""
        found = []
        for length in self._lengths:
            for at in range(len(parts) - length + 1):
                known = self._known.get(parts[at : at + length])
                if known is not None:
                    found.append(((*parts[:at], *known.meaning, *parts[at + length :]), known))
        return found


def signs(wording: Units, name: Units, row: int) -> tuple[Rewriting, ...]:
    """What one confirmed pair says: the run in which wording and name differ; nothing if it is no word of the wording.

    An abbreviation shares characters with what it stands for, so a run too short for a word takes in its neighbours: those before
    it, those behind it, or some of each, and other pairs show which belong to the word.
    """
    start = _same(wording, name)
    behind = min(_same(wording[::-1], name[::-1]), min(len(wording), len(name)) - start)
    lacking = max(_LEAST_WORD - (len(wording) - start - behind), 0)
    found = []
    for before in range(max(lacking - behind, 0), min(lacking, start) + 1):
        first, rest = start - before, behind - (lacking - before)
        word, meaning = wording[first : len(wording) - rest], name[first : len(name) - rest]
        a_word = _LEAST_WORD <= len(word) <= _LONGEST_WORD and len(word) < len(wording)
        if a_word and 0 < len(meaning) <= _LONGEST_MEANING and word != meaning:
            found.append(Rewriting(word, meaning, row))
    return tuple(found)


def _same(one: Units, other: Units) -> int:
    """How many units both begin with."""
    for at, (here, there) in enumerate(zip(one, other, strict=False)):
        if here != there:
            return at
    return min(len(one), len(other))


def _spelled(parts: Units) -> str:
    return "\1" + "\1".join(parts) + "\1"
