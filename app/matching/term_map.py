"""A hospital's own term list being mapped to the national codes: one SQLite file for each list, every decision on the disk at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from threading import RLock

from app.closing import Closing
from app.errors import UserError
from icd_tables.codes import Edition, Kind

SUFFIX = ".termmap"
_APPLICATION_ID = 0x43435451  # "CCTQ"
_VERSION = 1
_TABLES = """
CREATE TABLE about (source TEXT NOT NULL, edition TEXT NOT NULL, made TEXT NOT NULL, matched INTEGER NOT NULL DEFAULT 0);
CREATE TABLE terms (
    row INTEGER PRIMARY KEY, kind TEXT NOT NULL, text TEXT NOT NULL, local_code TEXT NOT NULL, count INTEGER NOT NULL,
    code TEXT NOT NULL DEFAULT '', name TEXT NOT NULL DEFAULT '', tier TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '',
    equivalence TEXT NOT NULL DEFAULT '', who TEXT NOT NULL DEFAULT '', time TEXT NOT NULL DEFAULT '',
    taught INTEGER NOT NULL DEFAULT 0, caution TEXT NOT NULL DEFAULT '');
"""


class Equivalence(StrEnum):
    """How a local term stands to the code it was given."""

    EQUAL = "等于"
    WIDER = "宽于"
    NARROWER = "窄于"
    NEAR = "近似"
    NONE = "无对应"


@dataclass(frozen=True, slots=True)
class Term:
    """One distinct local term. ``row`` is its first row in the source, ``count`` how often it is used (at least 1).

    ``code`` to ``why`` are the suggestion until ``equivalence`` is decided, then what was decided. ``taught``: the
    hospital's dictionary has it. ``caution``: what speaks against the suggestion.
    """

    row: int
    kind: Kind
    text: str
    local_code: str = ""
    count: int = 1
    code: str = ""
    name: str = ""
    tier: str = ""
    why: str = ""
    equivalence: Equivalence | None = None
    who: str = ""
    when: datetime | None = None
    taught: bool = False
    caution: str = ""

    @property
    def decided(self) -> bool:
        """Whether a coder has decided it."""
        return self.equivalence is not None


@dataclass(frozen=True, slots=True)
class Suggested:
    """What the matcher says first for a term."""

    row: int
    code: str
    name: str
    tier: str
    why: str
    caution: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a coder says: the code (none for 无对应) and how the term stands to it."""

    row: int
    equivalence: Equivalence
    code: str = ""
    name: str = ""
    tier: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the mapping is, by terms and by how often the terms are used."""

    decided: int
    terms: int
    decided_uses: int
    uses: int

    @property
    def share(self) -> float:
        """Share of the uses decided, 0..1."""
        return self.decided_uses / self.uses if self.uses else 0.0

    @property
    def sentence(self) -> str:
        """As it is written on the screen."""
        return (
            f"已核 {self.decided:,} / {self.terms:,} 个词，占使用次数 {self.share:.1%}"
            f"（{self.decided_uses:,} / {self.uses:,} 次）"
        )


def coverage(terms: Iterable[Term]) -> Coverage:
    """How far it is."""
    terms = list(terms)
    done = [term for term in terms if term.decided]
    return Coverage(
        len(done), len(terms), sum(term.count for term in done), sum(term.count for term in terms)
    )


class TermMap(Closing):
    """An open mapping. May be used from several threads; close it, or use it in a ``with`` block."""

    def __init__(self, path: Path) -> None:
        """Open a mapping that exists.

        Raises:
            UserError: it is no mapping, is damaged, or was made by a newer program.
        """
        self.path = path
        self._lock = RLock()
        self._connection = _open(path)
        source, edition, matched = self._connection.execute(
            "SELECT source, edition, matched FROM about"
        ).fetchone()
        self.source: str = source
        self.edition = Edition(edition)
        self._matched = bool(matched)

    @classmethod
    def create(cls, path: Path, source: str, edition: Edition, terms: Iterable[Term]) -> TermMap:
        """Make a mapping file of these terms and open it. ``source`` names the file they came from.

        Raises:
            UserError: the file exists already or cannot be written.
        """
        if path.exists():
            raise UserError(f"词表“{path.stem}”已经导入过。", "请在列表中选择它继续核对。")
        temporary = path.with_name(f".{path.name}.new")
        try:
            temporary.unlink(missing_ok=True)
            connection = sqlite3.connect(temporary)
            try:
                connection.executescript(
                    f"BEGIN; {_TABLES} PRAGMA application_id = {_APPLICATION_ID}; PRAGMA user_version = {_VERSION}; COMMIT;"
                )
                with connection:
                    made = datetime.now().isoformat(sep=" ", timespec="seconds")
                    connection.execute("INSERT INTO about VALUES (?, ?, ?, 0)", (source, edition.value, made))
                    connection.executemany(
                        "INSERT INTO terms (row, kind, text, local_code, count) VALUES (?, ?, ?, ?, ?)",
                        [(one.row, one.kind.value, one.text, one.local_code, one.count) for one in terms],
                    )
            finally:
                connection.close()
            temporary.replace(path)
        except (sqlite3.Error, OSError) as error:
            raise UserError(f"无法保存词表映射：{path}", "请检查磁盘空间和文件夹权限。") from error
        return cls(path)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @property
    def matched(self) -> bool:
        """Whether every term has been matched."""
        return self._matched

    def terms(self) -> list[Term]:
        """All terms, most used first, then in the order of the source."""
        with self._lock:
            rows = self._connection.execute("SELECT * FROM terms ORDER BY count DESC, row").fetchall()
        return [_term(row) for row in rows]

    def term(self, row: int) -> Term:
        """One term.

        Raises:
            KeyError: there is none of that row.
        """
        with self._lock:
            found = self._connection.execute("SELECT * FROM terms WHERE row = ?", (row,)).fetchone()
        if found is None:
            raise KeyError(row)
        return _term(found)

    def suggest(self, found: Iterable[Suggested], *, complete: bool) -> None:
        """Keep what the matcher says; decided terms stay as they are. ``complete``: every term has been matched now.

        Raises:
            UserError: the disk refuses.
        """
        with self._writing() as connection:
            connection.executemany(
                "UPDATE terms SET code = ?, name = ?, tier = ?, why = ?, caution = ? WHERE row = ? AND equivalence = ''",
                [(one.code, one.name, one.tier, one.why, one.caution, one.row) for one in found],
            )
            connection.execute("UPDATE about SET matched = ?", (int(complete),))
        self._matched = complete

    def decide(self, decisions: Sequence[Decision], who: str, when: datetime) -> None:
        """Keep decisions: all or none.

        Raises:
            UserError: one has no code though it names a relation, or the disk refuses.
        """
        if any(not one.code and one.equivalence is not Equivalence.NONE for one in decisions):
            raise UserError("没有选定标准编码。", "请选一个候选编码，或记为“无对应”。")
        time = when.isoformat(sep=" ", timespec="seconds")
        with self._writing() as connection:
            connection.executemany(
                "UPDATE terms SET code = ?, name = ?, tier = ?, why = ?, equivalence = ?, who = ?, time = ?, taught = 0 "
                "WHERE row = ?",
                [
                    (one.code, one.name, one.tier, one.why, one.equivalence.value, who, time, one.row)
                    for one in decisions
                ],
            )

    def reopen(self, rows: Iterable[int]) -> None:
        """Take decisions back; the code stays as a suggestion.

        Raises:
            UserError: the disk refuses.
        """
        with self._writing() as connection:
            connection.executemany(
                "UPDATE terms SET equivalence = '', who = '', time = '', taught = 0 WHERE row = ?",
                [(row,) for row in rows],
            )

    def put_back(self, terms: Iterable[Term]) -> None:
        """Bring terms back to how they stood: suggestion, decision, who and when.

        Raises:
            UserError: the disk refuses.
        """
        with self._writing() as connection:
            connection.executemany(
                "UPDATE terms SET code = ?, name = ?, tier = ?, why = ?, caution = ?, equivalence = ?, who = ?, time = ?, taught = ? "
                "WHERE row = ?",
                [
                    (
                        *(one.code, one.name, one.tier, one.why, one.caution, one.equivalence or "", one.who),
                        *(
                            one.when.isoformat(sep=" ", timespec="seconds") if one.when else "",
                            one.taught,
                            one.row,
                        ),
                    )
                    for one in terms
                ],
            )

    def mark_taught(self, rows: Iterable[int]) -> None:
        """Note that the hospital's dictionary has these now.

        Raises:
            UserError: the disk refuses.
        """
        with self._writing() as connection:
            connection.executemany("UPDATE terms SET taught = 1 WHERE row = ?", [(row,) for row in rows])

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                with self._connection:
                    yield self._connection
            except sqlite3.Error as error:
                raise UserError(
                    f"词表映射“{self.path.name}”无法写入。", "请检查磁盘空间，或关闭占用它的程序后重试。"
                ) from error


def _term(row: Sequence[object]) -> Term:
    number, kind, text, local, count, code, name, tier, why, equivalence, who, time, taught, caution = row
    return Term(
        int(str(number)),
        Kind(str(kind)),
        str(text),
        str(local),
        int(str(count)),
        str(code),
        str(name),
        str(tier),
        str(why),
        Equivalence(str(equivalence)) if equivalence else None,
        str(who),
        datetime.fromisoformat(str(time)) if time else None,
        bool(taught),
        str(caution),
    )


def _open(path: Path) -> sqlite3.Connection:
    refused = UserError(f"“{path.name}”不是词表映射文件，或已损坏。", "请重新导入词表；损坏的文件请保留。")
    if not path.is_file():
        raise refused
    connection = sqlite3.connect(path, timeout=5, check_same_thread=False)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        ours = connection.execute("PRAGMA application_id").fetchone()[0] == _APPLICATION_ID
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        sound = ours and connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
    except sqlite3.Error as error:
        connection.close()
        raise refused from error
    if not sound or version > _VERSION:
        connection.close()
        raise refused
    return connection
