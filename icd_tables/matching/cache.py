"""The match index on disk: numpy arrays and UTF-8 texts in one ``.npz`` (nothing that could run code), by content.

The file name carries a digest of everything the index depends on: names, aliases, crosswalk, word lists, format. A table that changes
gets another file; anything wrong with a file means building anew.
"""

from __future__ import annotations

import hashlib
import logging
import os
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from icd_tables.codes import Kind
from icd_tables.crosswalk import Crosswalk
from icd_tables.matching.grams import GramTable
from icd_tables.matching.index import MatchIndex
from icd_tables.matching.typed import TypedRows
from icd_tables.synonyms import lexicon_fingerprint
from icd_tables.table import CodeEntry

_FORMAT = 2
"""Raised whenever the way an index is built changes."""
_KEPT = 12
"""Index files kept in the folder; the longest unused ones go first."""
_ARRAYS = ("target", "origin", "opposites", "unasked", "sides", "residual", "sites", "endings")
_TABLES = ("surface_grams", "canonical_grams")
_log = logging.getLogger(__name__)


class IndexCache:
    """A folder of indexes. Losing it costs seconds, never data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, digest: str) -> MatchIndex | None:
        """The index with this digest, or ``None``."""
        path = self._path(digest)
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                index = _unpack({name: stored[name] for name in stored.files})
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError) as error:
            _log.warning("match index could not be read and is built anew: %s", type(error).__name__)
            return None
        with suppress(OSError):
            os.utime(path)
        return index

    def store(self, digest: str, index: MatchIndex) -> None:
        """Keep an index; a folder that cannot be written to is no error."""
        path = self._path(digest)
        temporary = path.with_name(f".{path.stem}-{os.getpid()}.npz")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            np.savez(temporary, allow_pickle=False, **_pack(index))
            temporary.replace(path)
            self._tidy()
        except OSError as error:
            _log.warning("match index could not be kept: %s", type(error).__name__)
            with suppress(OSError):
                temporary.unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._folder / f"match-{digest[:32]}.npz"

    def _tidy(self) -> None:
        found = sorted(self._folder.glob("match-*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in found[_KEPT:]:
            path.unlink(missing_ok=True)


def digest_of(entries: Iterable[CodeEntry], crosswalk: Crosswalk | None, kind: Kind) -> str:
    """A digest of everything an index is made from."""
    found = hashlib.sha256(f"{_FORMAT}\0{kind.value}\0{lexicon_fingerprint()}".encode())
    rows = ("\t".join((entry.code, entry.name, *entry.aliases)) for entry in entries)
    found.update("\n".join(rows).encode())
    if crosswalk is not None:
        pairs = (f"{row.source_name}\t{row.target_code}" for row in crosswalk.rows)
        found.update(("\0" + "\n".join(pairs)).encode())
    return found.hexdigest()


def _pack(index: MatchIndex) -> dict[str, NDArray[Any]]:
    packed: dict[str, NDArray[Any]] = {name: getattr(index, name) for name in _ARRAYS}
    packed["surfaces"] = _text(index.surfaces)
    packed["canonicals"] = _text(index.canonicals)
    for table in _TABLES:
        grams: GramTable = getattr(index, table)
        for part in fields(GramTable):
            value = getattr(grams, part.name)
            packed[f"{table}.{part.name}"] = _text(list(value)) if part.name == "vocabulary" else value
    packed["typed.rows"] = np.array(index.typed.rows, np.int32)
    packed["typed.texts"] = _text(index.typed.texts)
    packed["typed.initials"] = _text(index.typed.initials)
    packed["typed.readings"] = _text(
        [f"{char}\t{' '.join(found)}" for char, found in index.typed.readings.items()]
    )
    return packed


def _unpack(stored: dict[str, NDArray[Any]]) -> MatchIndex:
    pairs = (line.split("\t") for line in _lines(stored["typed.readings"]))
    typed = TypedRows(
        stored["typed.rows"].tolist(),
        _lines(stored["typed.texts"]),
        _lines(stored["typed.initials"]),
        {char: tuple(found.split(" ")) for char, found in pairs},
    )
    return MatchIndex(
        surfaces=_lines(stored["surfaces"]),
        canonicals=_lines(stored["canonicals"]),
        surface_grams=_gram_table(stored, "surface_grams"),
        canonical_grams=_gram_table(stored, "canonical_grams"),
        typed=typed,
        **{name: stored[name] for name in _ARRAYS},
    )


def _gram_table(stored: dict[str, NDArray[Any]], name: str) -> GramTable:
    parts = {part.name: stored[f"{name}.{part.name}"] for part in fields(GramTable)}
    vocabulary = {gram: at for at, gram in enumerate(_lines(parts.pop("vocabulary")))}
    return GramTable(vocabulary=vocabulary, **parts)


def _text(lines: Sequence[str]) -> NDArray[Any]:
    return np.frombuffer("\n".join(lines).encode(), np.uint8)


def _lines(stored: NDArray[Any]) -> list[str]:
    return stored.tobytes().decode().split("\n") if stored.size else []
