"""Checking whole files: read, group, check, sum up. The same for the window, the command line and headless runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, runtime_checkable

from app import log
from app.imports import all_cases
from app.progress import Progress
from app.readers.imported import Imported
from app.readers.reading import read_cases
from app.review import CaseResult, Checker, Knowledge, review_all
from app.summary import Summary, summarise
from coding_rules.case import Case
from coding_rules.finding import Finding
from coding_rules.grouper.collector import without_collector


@runtime_checkable
class MonthChecker(Checker, Protocol):
    """A checker that also knows rules across the cases of a file (duplicates, stays of the same person)."""

    def check_month(
        self, cases: Sequence[Case], progress: Callable[[int, int], None] | None = None
    ) -> dict[str, tuple[Finding, ...]]:
        """Findings by case id, those of single cases included."""
        ...

    def check_across(
        self, cases: Sequence[Case], progress: Callable[[int, int], None] | None = None
    ) -> dict[str, tuple[Finding, ...]]:
        """Findings of the rules across cases alone, by case id."""
        ...


@dataclass(frozen=True)
class BatchResult:
    """Everything that came of some files: what was read and refused, a result for each case, and the sums."""

    imports: tuple[Imported, ...]
    results: tuple[CaseResult, ...]
    summary: Summary

    @property
    def refused(self) -> int:
        """Rows that did not become a case, over all files."""
        return sum(each.report.refused for each in self.imports)

    @property
    def findings(self) -> int:
        """All findings."""
        return sum(len(result.findings) for result in self.results)


def check_files(paths: Sequence[Path], knowledge: Knowledge, progress: Progress | None = None) -> BatchResult:
    """Read front-page files and review every case.

    Raises:
        UserError: a file cannot be read at all; bad rows end in its report.
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    with log.timed("batch.read", files=len(paths)):
        imports = tuple(read_cases(path, knowledge.terminology, progress=progress) for path in paths)
    cases = all_cases(imports)
    results = tuple(review_cases(cases, knowledge, progress))
    return BatchResult(imports, results, summarise(results))


def review_cases(
    cases: Sequence[Case], knowledge: Knowledge, progress: Progress | None = None
) -> list[CaseResult]:
    """Review all cases of a piece of work, rules across cases included.

    Raises:
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    checker = knowledge.checker
    with log.timed("batch.review", cases=len(cases)), without_collector():
        if not isinstance(checker, MonthChecker):
            return list(review_all(cases, knowledge, progress))
        grouped = list(review_all(cases, replace(knowledge, checker=None), progress))
        found = checker.check_month(cases, lambda done, total: progress.report(done, total, "正在检查规则"))
        return [replace(result, findings=found.get(result.case.case_id, ())) for result in grouped]
