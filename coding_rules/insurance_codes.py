"""Codes as payment tables spell them (医保版), mapped once per code: a month repeats its codes."""

from __future__ import annotations

from typing import Protocol

from icd_tables.codes import Edition, Kind
from icd_tables.crosswalk import CodeMapping
from icd_tables.terminology import Terminology

_MOST_REMEMBERED = 200_000


class CodeMapper(Protocol):
    """Whatever maps a filed code to the insurance edition; a ``Terminology`` does."""

    def to_insurance(self, kind: Kind, edition: Edition, code: str) -> CodeMapping:
        """The mapping of one code, with its status."""
        ...


class RememberedMapping:
    """The mapping of a terminology, remembered."""

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology
        self._known: dict[tuple[Kind, Edition, str], CodeMapping] = {}

    def to_insurance(self, kind: Kind, edition: Edition, code: str) -> CodeMapping:
        """As ``Terminology.to_insurance``."""
        key = (kind, edition, code)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            found = self._known[key] = self._terminology.to_insurance(kind, edition, code)
        return found
