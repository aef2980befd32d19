"""A month of names against their codes: which lines say one thing in words and another in code, surest first.

Distinct texts are matched once. A disagreement is a suggestion to look, never a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from app.progress import Progress
from coding_rules.case import Case
from icd_tables.codes import Edition, Kind, normalize_code, subcategory, without_marks
from icd_tables.matcher import Matcher
from icd_tables.search import Candidate, Tier
from icd_tables.table import CodeEntry

_CONSIDERED = 10
_AT_ONCE = 128
_DOING = "正在核对名称与编码"
_STRONG = {Tier.EXACT, Tier.CONFIRMED, Tier.ALIAS}


class _Asked(NamedTuple):
    """A name to be matched against the tables of one edition."""

    edition: Edition
    kind: Kind
    name: str


class Confidence(StrEnum):
    """How sure it is that name and code disagree."""

    HIGH = "高"
    MIDDLE = "中"
    LOW = "低"

    @property
    def rank(self) -> int:
        """0 for the surest, to sort by."""
        return ("高", "中", "低").index(self.value)


@dataclass(frozen=True, slots=True)
class Line:
    """One coded line of one case. ``index`` is 0-based among the lines of its kind."""

    case_id: str
    kind: Kind
    index: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A name and a code that do not go together, every line that has them, and what the name suggests."""

    kind: Kind
    code: str
    name: str
    filed_name: str
    confidence: Confidence
    reason: str
    candidates: tuple[Candidate, ...]
    lines: tuple[Line, ...]


def lines_of(cases: Sequence[Case]) -> Iterator[tuple[Edition, Line]]:
    """Every line with a code and a name, with the edition of its case."""
    for case in cases:
        for at, diagnosis in enumerate(case.diagnoses):
            if diagnosis.code and diagnosis.name:
                yield case.edition, Line(case.case_id, Kind.DIAGNOSIS, at, diagnosis.code, diagnosis.name)
        for at, procedure in enumerate(case.procedures):
            if procedure.code and procedure.name:
                yield case.edition, Line(case.case_id, Kind.PROCEDURE, at, procedure.code, procedure.name)


def disagreements(
    cases: Sequence[Case],
    matcher: Callable[[Kind, Edition], Matcher | None],
    progress: Progress | None = None,
) -> list[Disagreement]:
    """Disagreements of all cases: surest first, then those that occur most often.

    Raises:
        Cancelled: the user stopped the work.
    """
    progress = progress or Progress()
    groups: dict[_Asked, dict[str, list[Line]]] = {}
    for edition, line in lines_of(cases):
        codes = groups.setdefault(_Asked(edition, line.kind, line.name.strip()), {})
        codes.setdefault(normalize_code(line.code), []).append(line)
    found: list[Disagreement] = []
    for asked, candidates in _answers(list(groups), matcher, progress):
        one = matcher(asked.kind, asked.edition)
        for code, lines in groups[asked].items() if one else ():
            entry = one.entry(code) if one else None
            judged = _judge(code, entry, candidates)
            if judged is not None:
                filed = entry.name if entry else ""
                found.append(
                    Disagreement(
                        asked.kind, lines[0].code, asked.name, filed, *judged, tuple(candidates), tuple(lines)
                    )
                )
    return sorted(found, key=lambda one: (one.confidence.rank, -len(one.lines), one.code))


def _answers(
    names: Sequence[_Asked], matcher: Callable[[Kind, Edition], Matcher | None], progress: Progress
) -> Iterator[tuple[_Asked, Sequence[Candidate]]]:
    """The candidates of each name, some at a time: together they cost half, and the user may stop in between."""
    progress.report(0, len(names), _DOING)
    done = 0
    for (edition, kind), asked in groupby(
        sorted(names, key=attrgetter("edition", "kind")), attrgetter("edition", "kind")
    ):
        one, every = matcher(kind, edition), list(asked)
        for start in range(0, len(every), _AT_ONCE):
            some = every[start : start + _AT_ONCE]
            answers = one.find_many([name.name for name in some], _CONSIDERED) if one else {}
            yield from ((name, answers.get(name.name, ())) for name in some)
            done += len(some)
            progress.report(done, len(names), _DOING)


def _judge(
    code: str, entry: CodeEntry | None, candidates: Sequence[Candidate]
) -> tuple[Confidence, str] | None:
    """How sure a disagreement is, and why; ``None`` where name and code go together or nothing can be said."""
    if not candidates:
        return None
    best = candidates[0]
    same = [one for one in candidates if normalize_code(one.entry.code) == code]
    if same and (same[0] is best or same[0].tier in _STRONG):
        return None
    here = f"{best.entry.code} {best.entry.name}"
    if entry is None:
        return (
            Confidence.HIGH if best.tier in _STRONG else Confidence.MIDDLE,
            f"编码不在编码表中；名称对应 {here}",
        )
    near = _near(code, best.entry.code)
    if best.tier in _STRONG:
        reason = f"名称与 {here} {'一致' if best.tier is Tier.EXACT else best.tier.value}，编码的名称是“{entry.name}”"
        return (Confidence.MIDDLE if near else Confidence.HIGH), reason
    if same or near:
        return (Confidence.LOW, f"名称更像 {here}，编码的名称是“{entry.name}”") if not same else None
    if best.tier is Tier.LOW:
        return Confidence.LOW, f"名称与编码的名称“{entry.name}”不像，也没有很像的编码"
    return Confidence.MIDDLE, f"名称更像 {here}，编码的名称是“{entry.name}”"


def _near(code: str, other: str) -> bool:
    """Whether two codes share their subcategory (diagnosis: 4 characters, procedure: xx.xx)."""
    return subcategory(without_marks(code)) == subcategory(without_marks(normalize_code(other)))
