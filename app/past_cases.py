"""Past front pages beside the open ones: for a year's clearing, points and factors from history, and comparing periods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from app.progress import Progress
from app.review import CaseResult, Knowledge, grouper_input, review_all, settle_again
from app.sessions.place import SUFFIX
from app.sessions.session import Session
from app.work import import_files
from coding_rules.case import Case
from coding_rules.grouper.grouping import Grouping
from coding_rules.grouper.inputs import GrouperInput
from icd_tables.terminology import Terminology


@dataclass(frozen=True)
class PastFile:
    """A file of past front pages: its cases and how many rows were refused."""

    name: str
    cases: tuple[Case, ...]
    refused: int = 0


def read_past(
    paths: Sequence[Path], terminology: Terminology, progress: Progress | None = None
) -> tuple[PastFile, ...]:
    """Read files of front pages, columns recognised as on opening, or session files with their cases as they were left.

    Raises:
        UserError: a file cannot be read as front pages, or is no sound session file.
        Cancelled: the user asked to stop.
    """
    return tuple(_read_file(path, terminology, progress) for path in paths)


def _read_file(path: Path, terminology: Terminology, progress: Progress | None) -> PastFile:
    if path.suffix.lower() == SUFFIX:
        with Session.open(path, read_only=True, progress=progress) as session:
            return PastFile(path.name, tuple(session.current_cases()))
    (one,) = import_files([path], terminology, progress=progress)
    return PastFile(one.report.file, one.cases, one.report.refused)


def group_past(
    cases: Sequence[Case], knowledge: Knowledge, progress: Progress | None = None
) -> Iterator[tuple[Case, Grouping, GrouperInput]]:
    """Every case with its DIP group; nothing without a DIP catalogue.

    Raises:
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    if knowledge.dip is None:
        return
    for done, case in enumerate(cases, start=1):
        seen, _, _ = grouper_input(case, knowledge.terminology)
        yield case, knowledge.dip.group(seen), seen
        progress.report(done, len(cases), "正在分组")


def score_past(
    cases: Sequence[Case], knowledge: Knowledge, progress: Progress | None = None
) -> tuple[CaseResult, ...]:
    """Past cases grouped and settled as the open ones are, without the checks.

    Raises:
        Cancelled: the user asked to stop.
    """
    return tuple(review_all(cases, replace(knowledge, checker=None), progress))


def resettle_past(
    past: Sequence[CaseResult], before: Knowledge, knowledge: Knowledge
) -> tuple[CaseResult, ...]:
    """Past cases under a knowledge that differs from the one ``before`` in its rulings only: those they speak of settled anew."""
    from app.knowledge import known_rulings

    numbers = known_rulings(knowledge).differ(known_rulings(before))
    return tuple(
        result
        if numbers.isdisjoint((result.case.case_id, result.case.record_no))
        else settle_again(result, knowledge)
        for result in past
    )


def not_yet_there(cases: Sequence[Case], there: Iterable[Case]) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    """The cases that are not among ``there`` nor twice among themselves, and those that are: same record, discharge and fee."""
    seen = {_discharge(case) for case in there}
    fresh: list[Case] = []
    doubled: list[Case] = []
    for case in cases:
        key = _discharge(case)
        (doubled if key in seen else fresh).append(case)
        seen.add(key)
    return tuple(fresh), tuple(doubled)


def _discharge(case: Case) -> tuple[str, date | None, int | None]:
    day = case.discharged.date() if case.discharged else None
    return case.record_no or case.case_id, day, case.fees.total


def years_of(cases: Iterable[Case]) -> tuple[int, ...]:
    """The years of discharge there are, oldest first."""
    return tuple(sorted({case.discharged.year for case in cases if case.discharged is not None}))
