"""The session file (``.ccqa``): an SQLite database with a version of its own and migrations from every older one.

The journal is a rollback journal, not a write-ahead log: the one file always holds everything that was committed, so it
can be copied, mailed and kept on a network share. Each change is on the disk (fsync) before the window shows it.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from pathlib import Path

from app.errors import UserError

APPLICATION_ID = 0x43435141  # "CCQA"
_MAGIC = b"SQLite format 3\x00"

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE versions (
    seq INTEGER PRIMARY KEY, time TEXT NOT NULL, what TEXT NOT NULL, version TEXT NOT NULL, source TEXT NOT NULL);
CREATE TABLE sources (
    seq INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
    content BLOB NOT NULL, report TEXT NOT NULL, layout TEXT NOT NULL);
CREATE TABLE cases (block INTEGER PRIMARY KEY, count INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE changes (
    number INTEGER PRIMARY KEY, case_id TEXT NOT NULL, label TEXT NOT NULL, decision TEXT NOT NULL,
    reason TEXT NOT NULL, rule_id TEXT NOT NULL, author TEXT NOT NULL, time TEXT NOT NULL,
    before TEXT NOT NULL, after TEXT NOT NULL);
CREATE TABLE marks (
    seq INTEGER PRIMARY KEY, number INTEGER NOT NULL REFERENCES changes, undone INTEGER NOT NULL CHECK (undone IN (0, 1)),
    after_change INTEGER NOT NULL, time TEXT NOT NULL);
"""


def seal(previous: str, values: Iterable[object]) -> str:
    """The seal of a change: a hash over its values and the seal before it. A row altered later breaks the chain."""
    text = "\x1f".join([previous, *(str(value) for value in values)])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _add_batches_notes_and_seals(connection: sqlite3.Connection) -> None:
    """1 -> 2: changes made at one stroke, notes on cases, and a chain of seals over the audit trail."""
    connection.execute("ALTER TABLE changes ADD COLUMN batch INTEGER NOT NULL DEFAULT 0")
    connection.execute("ALTER TABLE changes ADD COLUMN seal TEXT NOT NULL DEFAULT ''")
    connection.execute(
        "CREATE TABLE notes (seq INTEGER PRIMARY KEY, case_id TEXT NOT NULL, text TEXT NOT NULL,"
        " author TEXT NOT NULL, time TEXT NOT NULL)"
    )
    last = ""
    for row in connection.execute(f"SELECT {SEALED} FROM changes ORDER BY number").fetchall():  # noqa: S608 - constant
        last = seal(last, row)
        connection.execute("UPDATE changes SET seal = ? WHERE number = ?", (last, row[0]))


SEALED = "number, case_id, label, decision, reason, rule_id, author, time, before, after, batch"
"""Columns of ``changes`` under the seal, in order."""

MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_add_batches_notes_and_seals,)
"""``MIGRATIONS[n]`` brings a file of version ``n + 1`` to ``n + 2``."""

VERSION = len(MIGRATIONS) + 1


def create_tables(connection: sqlite3.Connection) -> None:
    """Make an empty file of the present version, by the same steps an old one takes."""
    connection.executescript(
        f"BEGIN; {_TABLES} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 1; COMMIT;"
    )
    migrate(connection)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a file to the present version, all steps in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in MIGRATIONS[version_of(connection) - 1 :]:
            step(connection)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def connect(path: Path) -> sqlite3.Connection:
    """A connection whose transactions are begun by hand and reach the disk when committed."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=3, check_same_thread=False)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def open_checked(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Open a session file, checked and brought to the present version; a damaged file is not touched.

    An older file is copied beside itself (``名称.v1.ccqa``) before it is migrated; read-only, it is migrated in memory.

    Raises:
        UserError: no session file, a damaged one, one of a newer program, or one that another program blocks.
    """
    _check_header(path)
    connection: sqlite3.Connection | None = None
    try:
        connection = connect(path)
        _check_content(connection, path)
        return _present(connection, path, read_only=read_only)
    except BaseException as error:
        if connection is not None:
            connection.close()
        if isinstance(error, sqlite3.DatabaseError):
            raise explain(error, path) from error
        if isinstance(error, UnicodeDecodeError):  # SQLite quotes a damaged schema in its message
            raise damaged(path) from error
        raise


def version_of(connection: sqlite3.Connection) -> int:
    """Schema version of an open file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def damaged(path: Path) -> UserError:
    """What the user is told about a damaged file."""
    return UserError(
        f"工作文件“{path.name}”已损坏，没有打开，文件也没有改动。",
        "请用备份的副本打开；若没有备份，请重新导入首页文件建立新的工作文件，并保留此文件以便恢复。",
    )


def explain(error: sqlite3.DatabaseError, path: Path) -> UserError:
    """An SQLite error as a sentence: blocked, full or read-only disk, or damage."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return UserError(f"工作文件“{path.name}”正被其他程序占用。", "请关闭占用它的程序后重试。")
    if "full" in text:
        return UserError(
            f"磁盘空间不足，本次修改没有存入“{path.name}”。", "请清理磁盘后重试；之前的修改都在。"
        )
    if "readonly" in text or "unable to open" in text:
        return UserError(f"无法写入工作文件“{path.name}”。", "请检查文件和所在文件夹的写入权限。")
    if "disk I/O" in text:
        return UserError(
            f"读写工作文件“{path.name}”时磁盘出错。", "请检查磁盘或网络连接后重试；之前的修改都在。"
        )
    return damaged(path)


def _check_header(path: Path) -> None:
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError as error:
        raise UserError(f"找不到工作文件：{path}", "文件可能已被移动或删除，请重新选择。") from error
    except OSError as error:
        raise UserError(
            f"无法读取工作文件“{path.name}”（{error.strerror or '没有权限'}）。", "请检查文件的读取权限。"
        ) from error
    if not header.startswith(_MAGIC) or header[68:72] != APPLICATION_ID.to_bytes(4, "big"):
        raise UserError(
            f"“{path.name}”不是编码质控台的工作文件，或已损坏。",
            "请选择扩展名为 .ccqa 的工作文件，或用备份打开。",
        )


def _check_content(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise damaged(path)
    version = version_of(connection)
    if version > VERSION:
        raise UserError(
            f"工作文件“{path.name}”由更新版本的程序建立（格式 {version}，本程序支持到 {VERSION}）。",
            "请升级本程序后再打开。",
        )
    if version < 1:
        raise damaged(path)


def _present(connection: sqlite3.Connection, path: Path, *, read_only: bool) -> sqlite3.Connection:
    """The connection at the present version, ready for use."""
    old = version_of(connection)
    if old < VERSION and read_only:
        memory = connect(Path(":memory:"))
        connection.backup(memory)
        connection.close()
        connection = memory
        migrate(connection)
    elif old < VERSION:
        _keep_copy(path, old)
        migrate(connection)
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    else:
        connection.execute("PRAGMA journal_mode = TRUNCATE")
    return connection


def _keep_copy(path: Path, version: int) -> None:
    copy = path.with_name(f"{path.stem}.v{version}{path.suffix}")
    if copy.exists():
        return
    try:
        shutil.copy2(path, copy)
    except OSError as error:
        with suppress(OSError):
            copy.unlink()
        raise UserError(
            f"升级工作文件前无法保存旧版副本“{copy.name}”。", "请检查磁盘空间和写入权限后重试。"
        ) from error


def close(connection: sqlite3.Connection) -> None:
    """Close a connection and take its empty journal file along."""
    with closing(connection), suppress(sqlite3.DatabaseError):
        connection.execute("PRAGMA journal_mode = DELETE")
