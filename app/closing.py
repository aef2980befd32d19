"""What every value that holds a file open has in common: it is closed on leaving its ``with`` block, however that ends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Closing(ABC):
    """Something to be closed: by ``close``, or by the end of a ``with`` block."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the file. Safe to call twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
