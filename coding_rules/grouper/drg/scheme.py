"""Scheme: a DRG scheme as immutable data. Every rule and every list row knows the file row it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeVar

from coding_rules.expression.check import Vocabulary
from coding_rules.expression.tree import Node
from coding_rules.grouper.drg.weight_table import WeightTable
from icd_tables.codes import Edition


class Stage(StrEnum):
    """The three tables of rules, in the order in which a case passes them."""

    MDC = "MDC"
    ADRG = "ADRG"
    DRG = "DRG"


@dataclass(frozen=True, slots=True)
class SchemeInfo:
    """The manifest: versions of one scheme share their ``scheme_id``; dates in force are inclusive, open where ``None``."""

    scheme_id: str
    name: str
    version: str = ""
    edition: Edition = Edition.INSURANCE
    valid_from: date | None = None
    valid_to: date | None = None
    demo: bool = False
    note: str = ""

    @property
    def title(self) -> str:
        """Name and version for the screen."""
        return f"{self.name} {self.version}".strip()


@dataclass(frozen=True, slots=True)
class GroupRule:
    """One row of ``mdc``, ``adrg`` or ``drg``: the group it leads to, its parent ("" for an MDC), the rule as written and parsed."""

    stage: Stage
    code: str
    name: str
    parent: str
    text: str
    node: Node
    file: str = ""
    row: int = 0

    @property
    def source(self) -> str:
        """Where the rule stands, in words."""
        return f"{self.file} 第 {self.row} 行" if self.row else self.file


@dataclass(frozen=True, eq=False)
class CodeList:
    """The codes of one kind (``dx`` or ``px``) in one named list, in file order, with the row of each."""

    name: str
    kind: str
    codes: tuple[str, ...]
    rows: Sequence[int] = ()

    @cached_property
    def members(self) -> frozenset[str]:
        """The codes as a set."""
        return frozenset(self.codes)


class Complication(NamedTuple):
    """One row of ``complications``: a secondary diagnosis that counts as ``MCC`` or ``CC`` unless its table is excluded."""

    code: str
    level: str
    table: str
    row: int


class Exclusion(NamedTuple):
    """One row of ``exclusions``: with this principal diagnosis, complications of this table do not count."""

    principal: str
    table: str
    row: int


_Row = TypeVar("_Row", bound=Complication | Exclusion)


@dataclass(frozen=True, eq=False)
class Scheme:
    """A complete scheme. Rules stand in the order in which they are tried; codes in normalised spelling.

    ``files`` names the file (or sheet) of each table for messages. Two schemes are the same only if they are one object.
    """

    info: SchemeInfo
    mdcs: tuple[GroupRule, ...]
    adrgs: tuple[GroupRule, ...]
    drgs: tuple[GroupRule, ...]
    lists: tuple[CodeList, ...]
    complications: tuple[Complication, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    weights: WeightTable | None = None
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Identifier of the scheme."""
        return self.info.scheme_id

    @property
    def name(self) -> str:
        """Name for the screen."""
        return self.info.name

    @property
    def demo(self) -> bool:
        """Whether this is demonstration data."""
        return self.info.demo

    @property
    def rules(self) -> tuple[GroupRule, ...]:
        """All rules: MDC, then ADRG, then DRG rows."""
        return self.mdcs + self.adrgs + self.drgs

    def file(self, table: str) -> str:
        """How messages call the file of a table (``adrg`` -> ``adrg.csv``)."""
        return self.files.get(table, f"{table}.csv")

    def codes(self, name: str, kind: str) -> frozenset[str]:
        """The codes of one kind in a list (empty when there is none)."""
        found = self._lists_by_key.get((name, kind))
        return found.members if found else frozenset()

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The list names for checking rules."""
        kinds: dict[str, frozenset[str]] = {}
        for each in self.lists:
            kinds[each.name] = kinds.get(each.name, frozenset()) | {each.kind}
        return Vocabulary(kinds)

    @cached_property
    def adrgs_of(self) -> Mapping[str, tuple[GroupRule, ...]]:
        """ADRG rules by MDC, in the order in which they are tried."""
        return _by_parent(self.adrgs)

    @cached_property
    def drgs_of(self) -> Mapping[str, tuple[GroupRule, ...]]:
        """DRG rules by ADRG, in the order in which they are tried."""
        return _by_parent(self.drgs)

    @cached_property
    def group_names(self) -> Mapping[str, str]:
        """Names of every MDC, ADRG and DRG by code."""
        return {rule.code: rule.name for rule in reversed(self.rules)}

    @cached_property
    def complications_of(self) -> Mapping[str, tuple[Complication, ...]]:
        """The complication rows of every code that has one."""
        return _rows_by_code(self.complications)

    @cached_property
    def exclusions_of(self) -> Mapping[str, tuple[Exclusion, ...]]:
        """The exclusion rows of every principal diagnosis that has one."""
        return _rows_by_code(self.exclusions)

    def row_of(self, name: str, kind: str, code: str) -> int:
        """The file row that puts a code into a list; 0 when it is not in it."""
        found = self._lists_by_key.get((name, kind))
        return found.rows[found.codes.index(code)] if found and found.rows and code in found.members else 0

    @cached_property
    def _lists_by_key(self) -> Mapping[tuple[str, str], CodeList]:
        return {(each.name, each.kind): each for each in self.lists}


def _by_parent(rules: tuple[GroupRule, ...]) -> dict[str, tuple[GroupRule, ...]]:
    found: dict[str, list[GroupRule]] = {}
    for rule in rules:
        found.setdefault(rule.parent, []).append(rule)
    return {parent: tuple(children) for parent, children in found.items()}


def _rows_by_code(rows: tuple[_Row, ...]) -> dict[str, tuple[_Row, ...]]:
    found: dict[str, tuple[_Row, ...]] = {}
    for row in rows:
        found[row[0]] = (*found.get(row[0], ()), row)
    return found
