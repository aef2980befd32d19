"""The parsed form of a rule: a small closed set of frozen nodes. Positions are 0-based offsets into the rule text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Scope(StrEnum):
    """Which codes of the case a test looks at."""

    PRINCIPAL_DIAGNOSIS = "pdx"
    ANY_DIAGNOSIS = "dx"
    SECONDARY_DIAGNOSIS = "sdx"
    PRINCIPAL_PROCEDURE = "ppx"
    ANY_PROCEDURE = "px"

    @property
    def of_diagnoses(self) -> bool:
        """Whether the scope looks at diagnoses (else at procedures)."""
        return self.value.endswith("dx")

    @property
    def list_kind(self) -> str:
        """The ``kind`` a code list must have to be used with this scope: ``dx`` or ``px``."""
        return self.value[-2:]

    @property
    def label(self) -> str:
        """Chinese label for messages and explanations."""
        return _SCOPE_LABELS[self.value]


_SCOPE_LABELS = {
    "pdx": "主要诊断",
    "dx": "任一诊断",
    "sdx": "任一其他诊断",
    "ppx": "主要手术操作",
    "px": "任一手术操作",
}


@dataclass(frozen=True, slots=True)
class Name:
    """A word of the rule with its place: the name of a list, a code, a department."""

    text: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Const:
    """``true`` or ``false``."""

    value: bool


@dataclass(frozen=True, slots=True)
class Flag:
    """``mcc`` or ``cc``: whether a secondary diagnosis counts as (major) complication or comorbidity."""

    name: str


@dataclass(frozen=True, slots=True)
class In:
    """``scope in LIST`` or ``scope in (L1, L2)``: some code in scope stands in one of the lists."""

    scope: Scope
    lists: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Is:
    """``scope is CODE``: some code in scope equals the code (normalised spelling)."""

    scope: Scope
    code: Name


@dataclass(frozen=True, slots=True)
class Distinct:
    """``distinct_lists(scope, L1, L2, ...) op n``: how many of the lists are hit by some code in scope."""

    scope: Scope
    lists: tuple[Name, ...]
    op: str
    count: float


@dataclass(frozen=True, slots=True)
class Compare:
    """``subject op number``; false when that field of the case is missing."""

    subject: str
    op: str
    value: float
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Department:
    """``dept == X`` or ``dept != X``; false when the department is missing."""

    op: str
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    item: Node


@dataclass(frozen=True, slots=True)
class And:
    """All items hold."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Some item holds."""

    items: tuple[Node, ...]


Atom = Const | Flag | In | Is | Distinct | Compare | Department
Node = Atom | Not | And | Or

TRUE = Const(True)
FALSE = Const(False)


def atoms(node: Node) -> Iterator[Atom]:
    """The leaves of a rule, left to right."""
    match node:
        case And(items) | Or(items):
            for item in items:
                yield from atoms(item)
        case Not(item):
            yield from atoms(item)
        case _:
            yield node


def conjuncts(node: Node) -> tuple[Node, ...]:
    """The parts that must all hold: the items of a top-level ``and``, else the rule itself; ``true`` has none."""
    if isinstance(node, And):
        return tuple(part for item in node.items for part in conjuncts(item))
    return () if node == TRUE else (node,)


def all_of(parts: tuple[Node, ...]) -> Node:
    """The conjunction of the parts (``true`` when there is none)."""
    if not parts:
        return TRUE
    return parts[0] if len(parts) == 1 else And(parts)


def given(node: Node, flags: Mapping[str, bool]) -> Node:
    """The rule that remains once the flags (``mcc``, ``cc``) are known; ``TRUE`` or ``FALSE`` where nothing does."""
    match node:
        case Flag(name):
            return Const(flags[name])
        case Not(item):
            inner = given(item, flags)
            return Const(not inner.value) if isinstance(inner, Const) else Not(inner)
        case And(items):
            parts = [part for item in items if (part := given(item, flags)) != TRUE]
            return FALSE if FALSE in parts else all_of(tuple(parts))
        case Or(items):
            parts = [part for item in items if (part := given(item, flags)) != FALSE]
            if not parts or TRUE in parts:
                return Const(bool(parts))
            return parts[0] if len(parts) == 1 else Or(tuple(parts))
    return node
