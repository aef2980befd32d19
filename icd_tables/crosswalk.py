"""Crosswalk between editions (国临版 -> 医保版), one-to-many kept and the way back offered as candidates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from icd_tables.codes import Kind, normalize_code


@dataclass(frozen=True, slots=True)
class CrosswalkRow:
    """One published pair; ``row`` is the 1-based row of the source sheet."""

    source_code: str
    source_name: str
    target_code: str
    target_name: str
    row: int = 0


class MappingStatus(StrEnum):
    """How a code reached the edition that groupers want."""

    SAME = "同码"
    MAPPED = "已转换"
    AMBIGUOUS = "一对多"
    UNMAPPED = "无对应"


@dataclass(frozen=True, slots=True)
class CodeMapping:
    """A code, what it maps to and how sure that is.

    ``code`` is the code to group with: the first target, or the code itself when nothing maps (``UNMAPPED``).
    """

    source: str
    code: str
    status: MappingStatus
    targets: tuple[CrosswalkRow, ...] = ()


class Crosswalk:
    """Rows of a published crosswalk, looked up from either side by normalised code."""

    def __init__(self, kind: Kind, title: str, rows: Iterable[CrosswalkRow]) -> None:
        self.kind = kind
        self.title = title
        self.rows: tuple[CrosswalkRow, ...] = tuple(rows)
        self._forward: dict[str, tuple[CrosswalkRow, ...]] = {}
        for row in self.rows:
            key = normalize_code(row.source_code)
            self._forward[key] = (*self._forward.get(key, ()), row)

    def __len__(self) -> int:
        return len(self.rows)

    def targets(self, code: str) -> Sequence[CrosswalkRow]:
        """Rows whose source is ``code``."""
        return self._forward.get(normalize_code(code), ())

    def sources(self, code: str) -> Sequence[CrosswalkRow]:
        """Rows whose target is ``code`` (the way back is not unique)."""
        return self._backward.get(normalize_code(code), ())

    def map(self, code: str) -> CodeMapping:
        """Map one code; never silently: the status says what happened."""
        rows = self._forward.get(normalize_code(code), ())
        codes = {normalize_code(row.target_code) for row in rows}
        if not rows:
            return CodeMapping(code, code, MappingStatus.UNMAPPED)
        if len(codes) > 1:
            return CodeMapping(code, rows[0].target_code, MappingStatus.AMBIGUOUS, rows)
        same = normalize_code(code) in codes
        return CodeMapping(
            code, rows[0].target_code, MappingStatus.SAME if same else MappingStatus.MAPPED, rows
        )

    @cached_property
    def _backward(self) -> dict[str, tuple[CrosswalkRow, ...]]:
        back: dict[str, tuple[CrosswalkRow, ...]] = {}
        for row in self.rows:
            key = normalize_code(row.target_code)
            back[key] = (*back.get(key, ()), row)
        return back
