"""Many short texts as one long one: a tenth of the memory of single strings, and a substring of all of them is one scan in C."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

_END = "\n"


class Texts(Sequence[str]):
    """Texts without line ends, by row. ``joined`` holds them between line ends; ``starts`` says where each row begins in it."""

    def __init__(self, joined: str) -> None:
        """Take over texts already joined: a line end before every text and one at the end."""
        self.joined = joined
        ends = np.flatnonzero(np.frombuffer(joined.encode("utf-32-le"), np.uint32) == ord(_END))
        self.starts: NDArray[np.int32] = (ends + 1).astype(np.int32)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        """Join texts."""
        return cls("".join([_END, *(text + _END for text in texts)]))

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, row: int) -> str: ...

    @overload
    def __getitem__(self, row: slice) -> list[str]: ...

    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return self.at(np.arange(*row.indices(len(self))))
        if not 0 <= row < len(self):
            raise IndexError(row)
        return self.joined[self.starts.item(row) : self.starts.item(row + 1) - 1]

    def __iter__(self) -> Iterator[str]:
        joined = self.joined
        return (joined[start : end - 1] for start, end in pairwise(self.starts.tolist()))

    def at(self, rows: NDArray[np.signedinteger[Any]]) -> list[str]:
        """The texts of some rows."""
        joined = self.joined
        bounds = zip(self.starts[rows].tolist(), self.starts[rows + 1].tolist(), strict=True)
        return [joined[start : end - 1] for start, end in bounds]

    def length(self, row: int) -> int:
        """How long a row is."""
        return int(self.starts[row + 1] - self.starts[row]) - 1

    def rows_at(self, places: Sequence[int]) -> list[int]:
        """The rows that these places of ``joined`` belong to."""
        found: list[int] = (np.searchsorted(self.starts, places, side="right") - 1).tolist()
        return found

    def first_not_before(self, wanted: str) -> int:
        """Where ``wanted`` would stand in rows that are sorted."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self[middle] < wanted:
                low = middle + 1
            else:
                high = middle
        return low


class Hashes:
    """Rows by their whole text, as sorted hashes: a dictionary of lists would take ten times the memory."""

    def __init__(self, texts: Texts) -> None:
        hashes = np.fromiter(map(hash, texts), np.int64, len(texts))
        self._texts = texts
        self._order = np.argsort(hashes, kind="stable").astype(np.int32)
        self._sorted = hashes[self._order]

    def rows(self, text: str) -> list[int]:
        """The rows with this text, in order."""
        start, end = (
            np.searchsorted(self._sorted, hash(text), "left"),
            np.searchsorted(self._sorted, hash(text), "right"),
        )
        return [row for row in self._order[start:end].tolist() if self._texts[row] == text]
