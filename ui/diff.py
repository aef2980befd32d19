"""Differences shown to a coder: character by character within a text, line by line between two front pages. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from coding_rules.case import Diagnosis, Procedure

Line = Diagnosis | Procedure


class Part(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of characters of one kind."""

    text: str
    part: Part = Part.SAME


@dataclass(frozen=True, slots=True)
class TextDiff:
    """Both sides of a change: the old text with what went, the new text with what came."""

    old: tuple[Segment, ...]
    new: tuple[Segment, ...]

    @property
    def changed(self) -> bool:
        """Whether the texts differ at all."""
        return any(segment.part is not Part.SAME for segment in (*self.old, *self.new))


def diff_text(old: str, new: str) -> TextDiff:
    """Compare two texts character by character (Chinese has no words to compare by)."""
    if old == new:
        same = (Segment(old),) if old else ()
        return TextDiff(same, same)
    left: list[Segment] = []
    right: list[Segment] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        part_old = Part.SAME if tag == "equal" else Part.REMOVED
        part_new = Part.SAME if tag == "equal" else Part.ADDED
        if i2 > i1:
            left.append(Segment(old[i1:i2], part_old))
        if j2 > j1:
            right.append(Segment(new[j1:j2], part_new))
    return TextDiff(_slid(left), _slid(right))


def _slid(segments: list[Segment]) -> tuple[Segment, ...]:
    """Slide each change to the right as far as the text allows: Chinese modifiers end alike (急性|化脓性|阑尾炎)."""
    for place in range(1, len(segments) - 1):
        before, changed, after = (segment.text for segment in segments[place - 1 : place + 2])
        if segments[place].part is Part.SAME:
            continue
        while after and changed[0] == after[0]:
            before, changed, after = before + changed[0], changed[1:] + after[0], after[1:]
        texts = zip(segments[place - 1 : place + 2], (before, changed, after), strict=True)
        segments[place - 1 : place + 2] = [Segment(text, segment.part) for segment, text in texts]
    return tuple(segment for segment in segments if segment.text)


class LineState(StrEnum):
    """What became of a line, in the coder's words."""

    SAME = ""
    CHANGED = "改"
    MOVED = "移"
    ADDED = "增"
    REMOVED = "删"


@dataclass(frozen=True, slots=True)
class LinePair:
    """A line of the original beside the line of the current page that came of it. Positions are 0-based.

    Exactly one side is missing for an added or a removed line. ``moved``: it changed its rank among the lines that
    stayed (not merely pushed down by an insertion above).
    """

    original: Line | None
    current: Line | None
    original_at: int | None
    current_at: int | None
    moved: bool = False

    @property
    def state(self) -> LineState:
        """Added, removed, changed, moved or the same."""
        if self.original is None:
            return LineState.ADDED
        if self.current is None:
            return LineState.REMOVED
        if self.original != self.current:
            return LineState.CHANGED
        return LineState.MOVED if self.moved else LineState.SAME


def pair_lines(original: Sequence[Line], current: Sequence[Line]) -> tuple[LinePair, ...]:
    """Pair the lines of two front pages: the current ones in their order, removed ones where they stood.

    Equal lines belong together wherever they moved (the same place first); what is left over at the same place was
    changed there; the rest was added or removed.
    """
    partner: dict[int, int] = {
        i: i for i in range(min(len(original), len(current))) if original[i] == current[i]
    }
    free = [i for i in range(len(original)) if i not in partner.values()]
    for at, line in enumerate(current):
        if at in partner:
            continue
        match = next((i for i in free if original[i] == line), None)
        if match is not None:
            partner[at] = match
            free.remove(match)
    _pair_rest_by_place(partner, free, len(current))
    return _in_order(original, current, partner)


def _pair_rest_by_place(partner: dict[int, int], free: list[int], count: int) -> None:
    """Pair what is left: the same place, else the same place among the leftovers when their number agrees."""
    rest = [at for at in range(count) if at not in partner]
    if len(rest) == len(free):
        partner.update(zip(rest, free, strict=True))
        free.clear()
        return
    for at in rest:
        if at in free:
            partner[at] = at
            free.remove(at)


def _in_order(
    original: Sequence[Line], current: Sequence[Line], partner: dict[int, int]
) -> tuple[LinePair, ...]:
    kept = _longest_rising([partner[at] for at in range(len(current)) if at in partner])
    pairs = [
        LinePair(original[partner[at]], line, partner[at], at, moved=partner[at] not in kept)
        if at in partner
        else LinePair(None, line, None, at)
        for at, line in enumerate(current)
    ]
    gone = [i for i in range(len(original)) if i not in partner.values()]
    for place in gone:
        before = next(
            (k for k, pair in enumerate(pairs) if pair.original_at is not None and pair.original_at > place),
            len(pairs),
        )
        pairs.insert(before, LinePair(original[place], None, place, None))
    return tuple(pairs)


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """A longest rising subsequence: the lines that kept their order. Lists are short, so the plain way will do."""
    best: list[list[int]] = [[]]
    for number in numbers:
        runs = [run for run in best if not run or run[-1] < number]
        best.append([*max(runs, key=len), number])
    longest = max(best, key=len)
    return set(longest)
