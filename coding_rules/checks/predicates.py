"""Named predicates and functions of the rule language: what ranges and comparisons cannot say well.

Each is declared with the types it takes and gives, the columns it needs beyond its arguments, and the notes it leaves
for the message. A predicate answers ``True``, ``False`` or ``None`` (cannot be judged).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from coding_rules.checks.names import Facet, Source, Type
from coding_rules.checks.view import CaseView
from coding_rules.insurance_codes import RememberedMapping
from coding_rules.relations import Relations
from icd_tables.terminology import Terminology


@dataclass(frozen=True)
class Env:
    """What predicates may look up: the code tables, the learned relations (if any) and the thresholds in force."""

    terminology: Terminology
    relations: Relations | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def mapping(self) -> RememberedMapping:
        """Filed codes to insurance codes."""
        return RememberedMapping(self.terminology)


@dataclass(frozen=True, slots=True)
class Function:
    """A named predicate or function: what it takes and gives, how it reads in Chinese, what it needs and leaves behind."""

    name: str
    run: Callable[..., Any]
    takes: tuple[Type, ...]
    gives: Type
    prose: str
    columns: tuple[str, ...] = ()
    facets: frozenset[Facet] = frozenset()
    notes: tuple[str, ...] = ()
    source: Source | None = None
    """What must be loaded: without it the answer is always "unknown"."""


FUNCTIONS: dict[str, Function] = {}
"""All functions by name; filled by the modules of this package that declare them."""


def function(
    takes: tuple[Type, ...],
    gives: Type = Type.TRUTH,
    *,
    prose: str,
    columns: tuple[str, ...] = (),
    reads: tuple[Facet, ...] = (),
    notes: tuple[str, ...] = (),
    source: Source | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a function of the rule language: ``run(env, view, *arguments)``.

    ``prose`` is its reading in Chinese with ``{0}``, ``{1}`` for the arguments.
    """

    def register(run: Callable[..., Any]) -> Callable[..., Any]:
        name = run.__name__
        FUNCTIONS[name] = Function(name, run, takes, gives, prose, columns, frozenset(reads), notes, source)
        return run

    return register


def note(view: CaseView, **texts: str) -> None:
    """Leave evidence for the message of the rule being run."""
    view.notes.update(texts)
