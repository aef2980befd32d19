"""Work: from files to an open session, and from an open session to files. What the window and the headless run share."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import UserError
from app.export.corrected import write_corrected
from app.export.correction_list import ListOptions, write_correction_list
from app.export.correction_rows import ReviewedCase
from app.progress import Progress
from app.readers import ColumnMapping, Imported, ImportReport, SourceLayout, read_cases
from app.review import Knowledge
from app.session import SUFFIX, Session
from app.version import NAME, program_version
from app.workbench import Workbench
from icd_tables.terminology import Terminology


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


def session_path(paths: Sequence[Path], folder: Path) -> Path:
    """Where the session of these files is kept: named after the first, told apart by the content of all.

    Raises:
        UserError: a file cannot be read.
    """
    digest = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
        except OSError as error:
            raise UserError(f"打不开文件：{path}", "请检查文件是否存在、是否有读取权限。") from error
    return folder / f"{paths[0].stem}-{digest.hexdigest()[:8]}{SUFFIX}"


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


def continue_work(path: Path, knowledge: Knowledge, progress: Progress | None = None) -> Work:
    """Open a session file where it was left, and note the versions in use from now on.

    Raises:
        UserError: it is open elsewhere, or no sound session file.
    """
    session = Session.open(path, progress=progress)
    try:
        files = list(session.imports())
        if tuple(session.versions) != versions(knowledge):
            session.use_versions(versions(knowledge))
    except BaseException:
        session.close()
        raise
    return Work(session, tuple(report for report, _ in files), tuple(layout for _, layout in files))


def versions(knowledge: Knowledge) -> tuple[tuple[str, str, str], ...]:
    """The program and everything it knows, as (what, version, source)."""
    return (("程序", f"{NAME} {program_version()}", ""), *knowledge.versions)


def reviewed_cases(bench: Workbench) -> list[ReviewedCase]:
    """Every case before and after, with its steps, for the correction list. Reviews what is not reviewed yet."""
    found = []
    for case_id in bench.case_ids:
        both = bench.result(case_id)
        found.append(ReviewedCase(both.before, both.after, bench.history.net(case_id)))
    return found


def export_list(
    path: Path,
    reviewed: Sequence[ReviewedCase],
    bench: Workbench,
    files: Sequence[str],
    *,
    names: bool = True,
    progress: Progress | None = None,
) -> None:
    """Write the correction list.

    Raises:
        UserError: it cannot be written.
    """
    settings = (("编码员", bench.author),) if bench.author else ()
    options = ListOptions(files=files, versions=versions(bench.knowledge), settings=settings, names=names)
    write_correction_list(path, reviewed, options, bench.history.trail, progress)


def export_pages(
    folder: Path, layouts: Sequence[SourceLayout], bench: Workbench, progress: Progress | None = None
) -> list[tuple[Path, int]]:
    """Write the corrected front pages of every file, ``名称-更正后`` in the form it came in; paths and changed rows.

    Raises:
        UserError: a file cannot be written.
    """
    cases = [bench.current(case_id) for case_id in bench.case_ids]
    written = []
    for layout in layouts:
        name = Path(layout.file)
        target = folder / f"{name.stem}-更正后{name.suffix}"
        written.append((target, write_corrected(layout, cases, target, progress)))
    return written
