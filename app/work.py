"""Work: from files to an open session, and from an open session to files. What the window and the headless run share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.history import Change, NetChange
from app.notes import Note
from app.progress import Progress
from app.readers.imported import Imported, ImportReport, SourceLayout
from app.readers.mapping import ColumnMapping
from app.readers.reading import read_cases
from app.review import Knowledge, review
from app.sessions.session import Session
from app.version import NAME, program_version
from app.what_if import WhatIf
from app.workbench import Workbench
from coding_rules.case import Case
from icd_tables.terminology import Terminology

if TYPE_CHECKING:
    from app.export.correction_rows import ReviewedCase


@dataclass(frozen=True)
class Work:
    """An open session with the reports and layouts of the files it came from."""

    session: Session
    reports: tuple[ImportReport, ...]
    layouts: tuple[SourceLayout, ...]

    @property
    def title(self) -> str:
        """The files worked on, for the window's title."""
        return "、".join(report.file for report in self.reports) or self.session.path.stem


def import_files(
    paths: Sequence[Path],
    terminology: Terminology,
    mapping: ColumnMapping | None = None,
    progress: Progress | None = None,
) -> list[Imported]:
    """Read files of front pages. ``mapping`` overrides the guess of the first file.

    Raises:
        UserError: a file cannot be read as front pages.
        Cancelled: the user stopped it.
    """
    return [
        read_cases(path, terminology, mapping=mapping if number == 0 else None, progress=progress)
        for number, path in enumerate(paths)
    ]


def start_work(
    imported: Sequence[Imported], path: Path, knowledge: Knowledge, progress: Progress | None = None
) -> Work:
    """Put imported files into a new session file.

    Raises:
        UserError: the file exists already or cannot be written.
    """
    session = Session.create(path, imported, versions(knowledge), progress)
    return Work(session, tuple(one.report for one in imported), tuple(one.layout for one in imported))


def continue_work(
    path: Path, knowledge: Knowledge, progress: Progress | None = None, *, read_only: bool = False
) -> Work:
    """Open a session file where it was left, and note the versions in use from now on (``read_only``: nothing is written).

    Raises:
        WritingRefusedError: it is open elsewhere, or cannot be written where it lies.
        UserError: no sound session file.
    """
    session = Session.open(path, read_only=read_only, progress=progress)
    try:
        files = list(session.imports())
        note_versions(session, knowledge)
    except BaseException:
        session.close()
        raise
    return Work(session, tuple(report for report, _ in files), tuple(layout for _, layout in files))


def versions(knowledge: Knowledge) -> tuple[tuple[str, str, str], ...]:
    """The program and everything it knows, as (what, version, source)."""
    return (("程序", f"{NAME} {program_version()}", ""), *knowledge.versions)


def note_versions(session: Session, knowledge: Knowledge) -> None:
    """Note in the session what is in use from now on, where it may be written and is not noted yet.

    Raises:
        UserError: it cannot be written.
    """
    if not session.read_only and tuple(session.versions) != versions(knowledge):
        session.use_versions(versions(knowledge))


@dataclass(frozen=True)
class Snapshot:
    """The open work at one moment, as values that may go to another thread. ``known`` holds the results there were."""

    originals: tuple[Case, ...]
    currents: tuple[Case, ...]
    known: Mapping[str, WhatIf]
    net: Mapping[str, NetChange]
    trail: tuple[Change, ...]
    notes: Mapping[str, Note]
    knowledge: Knowledge
    author: str

    @classmethod
    def of(cls, bench: Workbench) -> Snapshot:
        """Take it; nothing is computed."""
        return cls(
            originals=bench.originals,
            currents=tuple(bench.current(case_id) for case_id in bench.case_ids),
            known={case_id: both for case_id in bench.case_ids if (both := bench.known(case_id))},
            net={net.case_id: net for net in bench.history.net_changes()},
            trail=bench.history.trail,
            notes={case_id: note for case_id in bench.case_ids if (note := bench.note(case_id))},
            knowledge=bench.knowledge,
            author=bench.author,
        )

    def reviewed(self, progress: Progress | None = None) -> list[ReviewedCase]:
        """Every case before and after, with its steps; cases without a result are reviewed now.

        Raises:
            Cancelled: the user stopped it.
        """
        from app.export.correction_rows import ReviewedCase

        progress = progress or Progress()
        found = []
        for done, (original, current) in enumerate(zip(self.originals, self.currents, strict=True), start=1):
            both = self.known.get(original.case_id) or self._review(original, current)
            net, note = self.net.get(original.case_id), self.notes.get(original.case_id)
            found.append(ReviewedCase(both.before, both.after, net, note))
            progress.report(done, len(self.originals), "正在审核其余病例")
        return found

    def _review(self, original: Case, current: Case) -> WhatIf:
        before = review(original, self.knowledge)
        return WhatIf(before, before if current is original else review(current, self.knowledge, before))


def export_list(
    path: Path,
    snapshot: Snapshot,
    reports: Sequence[ImportReport],
    *,
    names: bool = True,
    progress: Progress | None = None,
) -> None:
    """Write the correction list; ``reports`` of the imported files go with it, so that refused rows are not forgotten.

    Raises:
        UserError: it cannot be written.
        Cancelled: the user stopped it; nothing is written.
    """
    from app.export.correction_list import (  # openpyxl: not needed to open a window
        ListOptions,
        write_correction_list,
    )

    settings = (("编码员", snapshot.author),) if snapshot.author else ()
    options = ListOptions(
        files=[report.file for report in reports],
        versions=versions(snapshot.knowledge),
        settings=settings,
        reports=reports,
        names=names,
    )
    write_correction_list(path, snapshot.reviewed(progress), options, snapshot.trail, progress)


def export_pages(
    folder: Path, layouts: Sequence[SourceLayout], snapshot: Snapshot, progress: Progress | None = None
) -> list[tuple[Path, int]]:
    """Write the corrected front pages of every file, in the form it came in; paths and changed rows.

    Raises:
        UserError: a file cannot be written.
    """
    from app.export.corrected import write_corrected, written_name

    written = []
    for layout in layouts:
        target = folder / written_name(layout)
        written.append((target, write_corrected(layout, snapshot.currents, target, progress)))
    return written
