"""The hospital dictionary: what this hospital's coders confirmed (text -> code), in one SQLite file beside the code tables.

Each confirmation is on the disk when ``confirm`` returns. The matcher asks ``memory(kind)``, which answers from main memory.
Contradictory confirmations of one text are kept and shown, never settled in silence.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import RLock

from app.closing import Closing
from app.errors import UserError
from app.paths import data_dir
from icd_tables.codes import Kind, normalize_code
from icd_tables.matching.memory import Confirmed, SessionMemory
from icd_tables.normalize import surface

FILE_NAME = "本院词典.sqlite"
_APPLICATION_ID = 0x43435144  # "CCQD"
_VERSION = 1
_TABLES = """
CREATE TABLE confirmations (
    kind TEXT NOT NULL, text TEXT NOT NULL, wording TEXT NOT NULL, code TEXT NOT NULL, spelled TEXT NOT NULL, name TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count > 0), who TEXT NOT NULL, time TEXT NOT NULL,
    PRIMARY KEY (kind, text, code, name)) WITHOUT ROWID;
"""
_SELECT = "SELECT wording, spelled, name, count, who, time FROM confirmations"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A text for which different codes were confirmed, most often first."""

    kind: Kind
    text: str
    choices: tuple[Confirmed, ...]


class HospitalDictionary(Closing):
    """An open dictionary. May be used from several threads; close it, or use it in a ``with`` block."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the dictionary, making it when it is not there.

        Raises:
            UserError: the file is no dictionary, is damaged, was made by a newer program, or cannot be opened.
        """
        self.path = path or data_dir() / FILE_NAME
        self._lock = RLock()
        self._connection = _open(self.path)
        self._memories = {kind: SessionMemory(self._rows(kind)) for kind in Kind}

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def memory(self, kind: Kind) -> SessionMemory:
        """What the matcher of this kind of table asks; follows every later confirmation."""
        return self._memories[kind]

    def confirm(self, kind: Kind, pair: Confirmed) -> None:
        """Remember a confirmation; the same text and code again adds to its count and takes the later name and time.

        Raises:
            UserError: the text or the code is empty, or the disk refuses.
        """
        self.confirm_all(kind, [pair])

    def confirm_all(self, kind: Kind, pairs: Iterable[Confirmed]) -> None:
        """Remember many confirmations at once: all or none.

        Raises:
            UserError: a text or a code is empty, or the disk refuses.
        """
        self.confirm_together({kind: list(pairs)})

    def confirm_together(self, pairs: Mapping[Kind, Sequence[Confirmed]]) -> None:
        """Remember many confirmations of both kinds at once: all or none.

        Raises:
            UserError: a text or a code is empty, or the disk refuses.
        """
        every = [(kind, pair) for kind, found in pairs.items() for pair in found]
        if any(not surface(pair.text) or not pair.code.strip() or pair.count < 1 for _, pair in every):
            raise UserError("词典里的每一条都要有文本和编码。", "请补全后再保存。")
        with self._writing() as connection:
            connection.executemany(
                "INSERT INTO confirmations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                "count = count + excluded.count, wording = excluded.wording, spelled = excluded.spelled, "
                "who = CASE WHEN excluded.time >= time THEN excluded.who ELSE who END, time = max(time, excluded.time)",
                [_row(kind, pair) for kind, pair in every],
            )
        for kind, pair in every:
            self._memories[kind].add(pair)

    def withdraw(self, kind: Kind, text: str, code: str) -> int:
        """Forget that ``text`` was given ``code``; returns how many rows went.

        Raises:
            UserError: the disk refuses.
        """
        with self._writing() as connection:
            gone = connection.execute(
                "DELETE FROM confirmations WHERE kind = ? AND text = ? AND code = ?",
                (kind.value, surface(text), normalize_code(code)),
            ).rowcount
        self._read_again(kind, [text])
        return gone

    def take_back(self, kind: Kind, pair: Confirmed) -> None:
        """Undo one ``confirm`` of this pair: what was confirmed before it stays.

        Raises:
            UserError: the disk refuses.
        """
        place = (kind.value, surface(pair.text), normalize_code(pair.code))
        where = "WHERE kind = ? AND text = ? AND code = ?"
        with self._writing() as connection:
            connection.execute(f"DELETE FROM confirmations {where} AND count <= ?", (*place, pair.count))  # noqa: S608
            connection.execute(f"UPDATE confirmations SET count = count - ? {where}", (pair.count, *place))  # noqa: S608
        self._read_again(kind, [pair.text])

    def rows_for(self, kind: Kind, pairs: Iterable[Confirmed]) -> list[Confirmed]:
        """The rows that have the wording of one of these pairs, as they are remembered now."""
        texts = dict.fromkeys(surface(pair.text) for pair in pairs)
        return [row for text in texts for row in self._memories[kind].lookup(text)]

    def put_back(self, texts: Mapping[Kind, Iterable[str]], rows: Mapping[Kind, Iterable[Confirmed]]) -> None:
        """For these wordings remember ``rows`` and nothing else: all or none. With ``rows_for`` it undoes what was done meanwhile.

        Raises:
            UserError: the disk refuses.
        """
        wordings = {kind: list(dict.fromkeys(map(surface, found))) for kind, found in texts.items()}
        with self._writing() as connection:
            connection.executemany(
                "DELETE FROM confirmations WHERE kind = ? AND text = ?",
                [(kind.value, text) for kind, found in wordings.items() for text in found],
            )
            connection.executemany(
                "INSERT INTO confirmations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [_row(kind, row) for kind, found in rows.items() for row in found],
            )
        for kind, found in wordings.items():
            self._read_again(kind, found)

    def contradictions(self, kind: Kind) -> Sequence[Contradiction]:
        """Texts with more than one code, most used first."""
        found: dict[str, list[Confirmed]] = {}
        for pair in self._memories[kind]:
            found.setdefault(surface(pair.text), []).append(pair)
        several = [
            pairs for pairs in found.values() if len({normalize_code(pair.code) for pair in pairs}) > 1
        ]
        several.sort(key=lambda pairs: -sum(pair.count for pair in pairs))
        return [
            Contradiction(kind, pairs[0].text, tuple(sorted(pairs, key=lambda pair: -pair.count)))
            for pairs in several
        ]

    def __len__(self) -> int:
        return sum(len(memory) for memory in self._memories.values())

    def _rows(self, kind: Kind) -> Iterator[Confirmed]:
        return map(
            _confirmed,
            self._connection.execute(f"{_SELECT} WHERE kind = ? ORDER BY text, code", (kind.value,)),
        )

    def _read_again(self, kind: Kind, texts: Iterable[str]) -> None:
        """Bring the memory of some wordings in line with the file."""
        with self._lock:
            for text in dict.fromkeys(map(surface, texts)):
                rows = self._connection.execute(f"{_SELECT} WHERE kind = ? AND text = ?", (kind.value, text))
                self._memories[kind].put(text, map(_confirmed, rows.fetchall()))

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                with self._connection:
                    yield self._connection
            except sqlite3.Error as error:
                raise _explain(error, self.path) from error


def _row(kind: Kind, pair: Confirmed) -> tuple[str | int, ...]:
    time = pair.when.isoformat(sep=" ", timespec="seconds") if pair.when else ""
    code = pair.code.strip()
    return (
        kind.value,
        surface(pair.text),
        pair.text.strip(),
        normalize_code(code),
        code,
        pair.name,
        pair.count,
        pair.who,
        time,
    )


def _confirmed(row: tuple[str, str, str, int, str, str]) -> Confirmed:
    wording, code, name, count, who, time = row
    return Confirmed(wording, code, name, count, who, datetime.fromisoformat(time) if time else None)


def _open(path: Path) -> sqlite3.Connection:
    fresh = not path.exists() or path.stat().st_size == 0
    connection = sqlite3.connect(path, timeout=5, check_same_thread=False)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        if fresh:
            connection.executescript(
                f"BEGIN; {_TABLES} PRAGMA application_id = {_APPLICATION_ID}; PRAGMA user_version = {_VERSION}; COMMIT;"
            )
        _check(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise _explain(error, path) from error
    except UserError:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
        raise UserError(f"“{path.name}”不是本院词典。", "请选择由本程序建立的词典文件。")
    if connection.execute("PRAGMA user_version").fetchone()[0] > _VERSION:
        raise UserError(f"“{path.name}”由更新版本的程序建立。", "请升级程序后再打开。")
    if connection.execute("PRAGMA quick_check").fetchone()[0] != "ok":
        raise _damaged(path)


def _explain(error: sqlite3.Error, path: Path) -> UserError:
    text = str(error)
    if "locked" in text or "busy" in text:
        return UserError(f"本院词典“{path.name}”正被其他程序占用。", "请关闭占用它的程序后重试。")
    if "full" in text or "readonly" in text or "unable to open" in text or "disk I/O" in text:
        return UserError(f"本院词典“{path.name}”无法写入。", "请检查磁盘空间和文件夹权限。")
    return _damaged(path)


def _damaged(path: Path) -> UserError:
    return UserError(
        f"本院词典“{path.name}”已损坏，没有打开，文件也没有改动。",
        "请把备份或导出的词典重新导入；损坏的文件请保留。",
    )
