"""Session: one piece of work in one file. Originals, every change, decisions, notes, versions in use, last position.

Each change is committed to the disk before ``record`` returns; what the window shows has been saved. There is no
"save": a crash or a pulled plug loses nothing that was shown.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from app.closing import Closing
from app.errors import UserError
from app.files import safe_write
from app.history import Change, CodedLines, Decision, History, NetChange
from app.imports import all_cases
from app.notes import Note
from app.progress import Progress
from app.readers.imported import Imported, ImportReport, SourceLayout
from app.sessions import schema, store
from app.sessions.lockfile import FileLock, LockHeldError
from app.sessions.place import WritingRefusedError
from app.sessions.store import DamagedError, Position, SourceFile, Versions
from app.windows_paths import reachable
from coding_rules.case import Case
from coding_rules.grouper.collector import without_collector

__all__ = ["Position", "Session", "SourceFile", "WritingRefusedError"]


class Session(Closing):
    """An open session file. Used by one thread at a time; close it, or use it in a ``with`` block."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, lock: FileLock | None, progress: Progress
    ) -> None:
        """Read everything; only ``create`` and ``open`` call this."""
        self.path = path
        self._connection = connection
        self._lock = lock
        self._cases = _read_cases(connection, progress)
        self._by_id = {case.case_id: case for case in self._cases}
        with store.reading(connection):
            self._history, self._seal = store.read_history(connection)
            self._notes = store.read_notes(connection)
            self._position = store.read_position(connection)
        self._check()

    @classmethod
    def create(
        cls,
        path: Path,
        imported: Imported | Sequence[Imported],
        versions: Versions = (),
        progress: Progress | None = None,
    ) -> Session:
        """Make a session file of one or more imported files and open it. It appears complete or not at all.

        Raises:
            UserError: there is a file of this name, it cannot be written, or two imported files bear the same name.
        """
        imports = [imported] if isinstance(imported, Imported) else list(imported)
        sources = [
            SourceFile(each.layout.file, each.layout.content, each.report.to_json(), each.layout.to_json())
            for each in imports
        ]
        return cls.create_from(path, all_cases(imports), sources, versions, progress)

    @classmethod
    def create_from(
        cls,
        path: Path,
        cases: Sequence[Case],
        sources: Iterable[SourceFile] = (),
        versions: Versions = (),
        progress: Progress | None = None,
    ) -> Session:
        """Make a session file of cases that come from elsewhere (demo month, tests) and open it.

        Raises:
            UserError: there is a file of this name, or it cannot be written.
            ValueError: two cases have the same id.
        """
        if len({case.case_id for case in cases}) != len(cases):
            raise ValueError("case ids are unique in a session")
        path = reachable(path)
        if path.exists():
            raise UserError(f"已有同名文件：{path}", "请换一个名称，或打开已有的工作文件。")
        with safe_write(path) as temporary:
            connection = schema.connect(temporary)
            try:
                schema.create_tables(connection)
                connection.execute("BEGIN IMMEDIATE")
                for source in sources:
                    store.write_source(connection, source)
                store.write_cases(connection, cases)
                store.write_versions(connection, versions)
                connection.execute("COMMIT")
            except sqlite3.DatabaseError as error:
                raise schema.explain(error, path) from error
            finally:
                schema.close(connection)
        return cls.open(path, progress=progress)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False, progress: Progress | None = None) -> Session:
        """Open a session file where it was left.

        Raises:
            WritingRefusedError: another window has it open for writing, or its folder takes no writing; ``read_only`` works.
            UserError: it is no sound session file.
            Cancelled: the user stopped it; the file is closed.
        """
        path = reachable(path)
        lock = None if read_only else _lock(path)
        connection: sqlite3.Connection | None = None
        try:
            connection = schema.open_checked(path, read_only=read_only)
            return cls(path, connection, lock, progress or Progress())
        except BaseException as error:
            if connection is not None:
                schema.close(connection)
            if lock is not None:
                lock.release()
            if isinstance(error, DamagedError):
                raise schema.damaged(path) from error
            if isinstance(error, sqlite3.DatabaseError):
                raise schema.explain(error, path) from error
            raise

    def close(self) -> None:
        """Close the file and let others write. Safe to call twice."""
        schema.close(self._connection)
        if self._lock is not None:
            self._lock.release()

    @property
    def read_only(self) -> bool:
        """Whether changes are refused because the file was opened for reading."""
        return self._lock is None

    # --- cases ---------------------------------------------------------------------------------------------

    @property
    def cases(self) -> Sequence[Case]:
        """The originals, as imported, in file order."""
        return self._cases

    def original(self, case_id: str) -> Case:
        """One case as imported."""
        return self._by_id[case_id]

    def current(self, case_id: str) -> Case:
        """One case as it stands after all changes."""
        return self._history.current(self._by_id[case_id])

    def current_cases(self) -> Iterator[Case]:
        """All cases as they stand, in file order."""
        return (self._history.current(case) for case in self._cases)

    def sources(self) -> Iterator[SourceFile]:
        """The imported files byte for byte, with report and layout of the import.

        Raises:
            UserError: the stored bytes are damaged.
        """
        try:
            yield from store.read_sources(self._connection)
        except (DamagedError, sqlite3.DatabaseError) as error:
            raise schema.damaged(self.path) from error

    def imports(self) -> Iterator[tuple[ImportReport, SourceLayout]]:
        """Report and layout of each imported file, as needed to write it back. Raises like ``sources``."""
        for source in self.sources():
            if source.layout is not None:
                yield (
                    ImportReport.from_json(source.report),
                    SourceLayout.from_json(source.layout, source.content),
                )

    # --- changes -------------------------------------------------------------------------------------------

    @property
    def history(self) -> History:
        """All steps with labels for undo and redo. To be read; changes go through ``record``, ``undo`` and ``redo``."""
        return self._history

    @property
    def changes(self) -> Sequence[Change]:
        """The audit trail: every change in order, undone ones marked."""
        return self._history.trail

    def net(self, case_id: str) -> NetChange | None:
        """What the steps on a case come to."""
        return self._history.net(case_id)

    def decision(self, case_id: str) -> Decision | None:
        """The last decision on a case."""
        return self._history.decision(case_id)

    def record(self, change: Change) -> Change:
        """Store one change; on return it is on the disk.

        Raises:
            UserError: the disk is full, or the session is open for reading only. The change is then not made.
            ValueError, KeyError: the change does not start from the lines as they stand, or the case is unknown.
        """
        return self._store([change], batch=change.batch)[0]

    def record_all(self, changes: Sequence[Change]) -> tuple[Change, ...]:
        """Store changes of several cases made at one stroke: all or none, undone together. Raises like ``record``."""
        return self._store(changes, batch=self._history.next_number if len(changes) > 1 else 0)

    def undo(self, case_id: str | None = None) -> tuple[Change, ...]:
        """Take back the last step (of one case, or of all with what was done at the same stroke); what was taken back.

        Raises:
            UserError: it cannot be written. Nothing is taken back then.
        """
        self._mark(self._history.next_undo(case_id), undone=True)
        return self._history.undo(case_id)

    def redo(self, case_id: str | None = None) -> tuple[Change, ...]:
        """Do again what was undone last; what was done again. Raises like ``undo``."""
        self._mark(self._history.next_redo(case_id), undone=False)
        return self._history.redo(case_id)

    # --- notes, versions, position -------------------------------------------------------------------------

    @property
    def notes(self) -> Mapping[str, Note]:
        """The last note on each case that has one."""
        return self._notes

    def add_note(self, case_id: str, text: str, author: str = "") -> Note:
        """Note something on a case; an empty text takes the note off the screen (the former ones stay in the file)."""
        note = Note(self._by_id[case_id].case_id, text, author, datetime.now())
        with self._writing():
            store.write_note(self._connection, note)
        self._notes[case_id] = note
        return note

    @property
    def versions(self) -> Sequence[tuple[str, str, str]]:
        """(what, version, source) of the tables, rules and schemes in use. Raises like ``sources``."""
        try:
            return store.read_versions(self._connection)
        except (DamagedError, sqlite3.DatabaseError) as error:
            raise schema.damaged(self.path) from error

    def use_versions(self, versions: Versions) -> None:
        """Note the versions in use from now on; the former ones stay in the file."""
        with self._writing():
            store.write_versions(self._connection, versions)

    @property
    def position(self) -> Position:
        """Where the coder is."""
        return self._position

    @position.setter
    def position(self, position: Position) -> None:
        if not self.read_only and position != self._position:
            with self._writing():
                store.write_position(self._connection, position)
        self._position = position

    # --- inside --------------------------------------------------------------------------------------------

    def _store(self, changes: Sequence[Change], *, batch: int) -> tuple[Change, ...]:
        now = datetime.now().replace(microsecond=0)
        first = self._history.next_number
        numbered = [
            replace(
                change,
                number=first + offset,
                batch=batch,
                undone=False,
                time=change.time if change.time > datetime.min else now,
            )
            for offset, change in enumerate(changes)
        ]
        self._check_starts(numbered)
        with self._writing():
            last_seal = store.write_changes(self._connection, numbered, self._seal)
        self._seal = last_seal
        return tuple(self._history.apply(change) for change in numbered)

    def _check_starts(self, changes: Iterable[Change]) -> None:
        """Every change starts from the lines as they stand, or as an earlier one of the same stroke leaves them."""
        stand: dict[str, CodedLines] = {}
        for change in changes:
            lines = stand.get(change.case_id) or CodedLines.of(self.current(change.case_id))
            if change.before != lines:
                raise ValueError("a change starts from the lines as they stand")
            stand[change.case_id] = change.after

    def _mark(self, numbers: Sequence[int], *, undone: bool) -> None:
        if numbers:
            with self._writing():
                newest = self._history.next_number - 1
                store.write_marks(self._connection, numbers, undone=undone, newest=newest)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction: committed to the disk, or rolled back and told."""
        if self.read_only:
            raise read_only_error()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except BaseException as error:
            if self._connection.in_transaction:
                with suppress(sqlite3.DatabaseError):  # of a disk that went away; what failed first is told
                    self._connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.DatabaseError):
                raise schema.explain(error, self.path) from error
            raise

    def _check(self) -> None:
        """The trail belongs to the originals.

        Raises:
            DamagedError: it does not.
        """
        if len(self._by_id) != len(self._cases):
            raise DamagedError("case ids")
        for change in self._history.first_steps():
            original = self._by_id.get(change.case_id)
            if original is None or CodedLines.of(original) != change.before:
                raise DamagedError("a change of another case")


def read_only_error() -> UserError:
    """What is said to whoever wants to change something in a session opened for reading."""
    return UserError(
        "这个工作文件以只读方式打开，不能修改。",
        "可以查看和导出。要修改，请等正在修改它的窗口关闭后再打开一次。",
    )


def _lock(path: Path) -> FileLock:
    if not path.is_file():
        raise UserError(f"找不到工作文件：{path}", "文件可能已被移动或删除，请重新选择。")
    try:
        return FileLock.acquire(path)
    except LockHeldError as error:
        holder = f"（{error.holder}）" if error.holder else ""
        raise WritingRefusedError(
            path,
            f"“{path.name}”已在另一个窗口中打开{holder}，同一时间只能有一个窗口修改。",
            "请切换到那个窗口继续，或以只读方式打开。",
        ) from error
    except UserError as error:
        raise WritingRefusedError(path, error.what, error.todo) from error


def _read_cases(connection: sqlite3.Connection, progress: Progress) -> tuple[Case, ...]:
    total = store.count_cases(connection)
    cases: list[Case] = []
    with without_collector():
        for block in store.read_cases(connection):
            cases += block
            progress.report(len(cases), total, "正在打开工作文件")
    return tuple(cases)
