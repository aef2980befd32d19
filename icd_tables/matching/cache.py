"""The match index on disk: numpy arrays and UTF-8 texts in one ``.npz`` (nothing that could run code), by content.

The file name carries a digest of everything the index depends on: names, aliases, crosswalk, word lists, format. A table that changes
gets another file; anything wrong with a file means building anew.
"""

from __future__ import annotations

import hashlib
import logging
import os
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from icd_tables.codes import Kind
from icd_tables.crosswalk import Crosswalk
from icd_tables.matching.grams import GramTable
from icd_tables.matching.index import MatchIndex
from icd_tables.matching.keys import CodeOrder
from icd_tables.matching.texts import Texts
from icd_tables.matching.typed import TypedRows
from icd_tables.matching.vocabulary import Vocabulary
from icd_tables.synonyms import lexicon_fingerprint
from icd_tables.table import CodeEntry

_FORMAT = 5
"""Raised whenever the way an index is built changes."""
_KEPT = 12
"""Index files kept in the folder; the longest unused ones go first."""
_ARRAYS = (
    "target",
    "origin",
    "opposites",
    "unasked",
    "sides",
    "residual",
    "sites",
    "endings",
    "entry_names",
    "levels",
)
_TEXTS = ("surfaces", "canonicals", "changes")
_TABLES = ("surface_grams", "canonical_grams")
_TABLE_ARRAYS = ("idf", "weight", "number", "row_start", "row_grams", "gram_start", "gram_rows", "scale")
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
                index = _unpack(stored)
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
    found = hashlib.blake2b(f"{_FORMAT}\0{kind.value}\0{lexicon_fingerprint()}".encode(), digest_size=32)
    rows = [
        "\t".join((one.code, one.name, *one.aliases)) if one.aliases else f"{one.code}\t{one.name}"
        for one in entries
    ]
    found.update("\n".join(rows).encode())
    if crosswalk is not None:
        pairs = [f"{row.source_name}\t{row.target_code}" for row in crosswalk.rows]
        found.update(("\0" + "\n".join(pairs)).encode())
    return found.hexdigest()


def _pack(index: MatchIndex) -> dict[str, NDArray[Any]]:
    packed: dict[str, NDArray[Any]] = {name: getattr(index, name) for name in _ARRAYS}
    packed |= {name: _bytes(getattr(index, name).joined) for name in _TEXTS}
    for name in _TABLES:
        table: GramTable = getattr(index, name)
        packed |= {f"{name}.{part}": getattr(table, part) for part in _TABLE_ARRAYS}
        packed[f"{name}.units"] = _bytes("\n".join(table.vocabulary.units))
        packed[f"{name}.codes"] = table.vocabulary.codes
    typed = index.typed
    readings = (f"{char}\t{' '.join(found)}" for char, found in typed.readings.items())
    packed["typed.rows"] = typed.rows
    packed["typed.texts"] = _bytes(typed.texts.joined)
    packed["typed.initials"] = _bytes(typed.initials.joined)
    packed["typed.readings"] = _bytes("\n".join(readings))
    packed["codes.texts"] = _bytes(index.codes.codes.joined)
    packed["codes.position"] = index.codes.position
    return packed


def _unpack(stored: Mapping[str, NDArray[Any]]) -> MatchIndex:
    pairs = (line.split("\t") for line in _lines(stored["typed.readings"]))
    typed = TypedRows(
        stored["typed.rows"],
        _texts(stored["typed.texts"]),
        _texts(stored["typed.initials"]),
        {char: tuple(found.split(" ")) for char, found in pairs},
    )
    parts: dict[str, Any] = {name: stored[name] for name in _ARRAYS}
    parts |= {name: _texts(stored[name]) for name in _TEXTS}
    parts |= {name: _gram_table(stored, name) for name in _TABLES}
    codes = CodeOrder(_texts(stored["codes.texts"]), stored["codes.position"])
    return MatchIndex(**parts, typed=typed, codes=codes)


def _gram_table(stored: Mapping[str, NDArray[Any]], name: str) -> GramTable:
    units = {unit: number for number, unit in enumerate(_lines(stored[f"{name}.units"]))}
    vocabulary = Vocabulary(units, stored[f"{name}.codes"])
    return GramTable(vocabulary, **{part: stored[f"{name}.{part}"] for part in _TABLE_ARRAYS})


def _bytes(text: str) -> NDArray[Any]:
    return np.frombuffer(text.encode(), np.uint8)


def _texts(stored: NDArray[Any]) -> Texts:
    return Texts(stored.tobytes().decode())


def _lines(stored: NDArray[Any]) -> list[str]:
    return stored.tobytes().decode().split("\n") if stored.size else []
