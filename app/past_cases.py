"""Past front pages beside the open ones, for points and factors from history and for comparing periods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.progress import Progress
from app.review import Knowledge, grouper_input
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
    """Read files of front pages; columns are recognised as on opening.

    Raises:
        UserError: a file cannot be read as front pages.
        Cancelled: the user asked to stop.
    """
    found = import_files(paths, terminology, progress=progress)
    return tuple(PastFile(one.report.file, one.cases, one.report.refused) for one in found)


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


def years_of(cases: Iterable[Case]) -> tuple[int, ...]:
    """The years of discharge there are, oldest first."""
    return tuple(sorted({case.discharged.year for case in cases if case.discharged is not None}))
